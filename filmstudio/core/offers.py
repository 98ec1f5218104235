"""Offers: an engine that came in through the door, who brought it, and how it must be run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filmstudio.core.engine import Engine, Needs
from filmstudio.core.perform import Batch, Call, Guest

if TYPE_CHECKING:
    from filmstudio.core.manifest import Manifest

HOUSE = "filmstudio"
"""The distribution whose engines are the studio's own."""


@dataclass(frozen=True, slots=True)
class Papers:
    """What is known of a plugin from its files alone."""

    distribution: str
    version: str = ""
    manifest: Manifest | None = None
    path: Path | None = None
    """Of the manifest."""
    fingerprint: str = ""
    environment: str = ""
    """Its own virtual environment; empty = it shares the studio's."""

    @property
    def sealed(self) -> bool:
        """Whether it names its files, so that a change is told."""
        return self.manifest is not None and bool(self.manifest.seal)

    def guest(self, needs: Needs) -> Guest | None:
        """How an engine of it runs: apart, unless it is the studio's own and shares the studio's environment."""
        environment = self.environment or needs.environment
        if self.distribution in ("", HOUSE) and not environment:
            return None
        if self.manifest is None:
            return Guest(self.distribution or HOUSE, environment, gpu=needs.gpu > 0)
        may = self.manifest.permissions
        return Guest(self.distribution, environment, may.network, may.gpu, may.folders, may.variables)


@dataclass(frozen=True, slots=True)
class Offer:
    """An engine class that passed the door, and who brought it."""

    engine: type[Engine[Any, Any]]
    plugin: str
    distribution: str = ""
    papers: Papers = Papers("")
    declared: str = ""
    """``module:Class`` of an engine that lives in another environment and is not imported here."""

    @property
    def address(self) -> str:
        """``module:Class``, by which a worker finds it."""
        return self.declared or f"{self.engine.__module__}:{self.engine.__qualname__}"

    @property
    def guest(self) -> Guest | None:
        """Whose it is, when it is not the studio's own; its workers are then its own too."""
        return self.papers.guest(self.engine.needs)

    @property
    def named(self) -> str:
        """The engine, and the plugin it comes from when that is not the studio: for whoever must be told."""
        return self.engine.name if self.guest is None else f"{self.engine.name} ({self.distribution or self.plugin})"

    def batch(self, calls: Sequence[Call], trace: str = "") -> Batch:
        """Calls for this engine, with what its worker must keep to."""
        engine, needs = self.engine, self.engine.needs
        return Batch(
            engine.role, engine.name, engine.version, self.address, tuple(calls), trace, self.guest, needs.memory_mb, needs.deadline_s
        )

    def ready(self) -> str:
        """Why this engine cannot run here, with its remedy, or an empty text. Whatever a stranger's engine does when asked is told too."""
        try:
            trouble = self.engine().ready()
        except (Exception, SystemExit) as error:
            return f"it raised {type(error).__name__} when asked whether it is ready: {error}."
        return trouble if isinstance(trouble, str) else f"it answered {type(trouble).__name__} when asked whether it is ready."
