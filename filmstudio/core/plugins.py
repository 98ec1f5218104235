"""The plugin manager: finds engines through entry points, checks them at the door, and names whoever breaks a rule."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

import pluggy

from filmstudio.core import hookspecs
from filmstudio.core.engine import API_VERSION, Engine, Needs
from filmstudio.core.errors import ConfigError, Place, PluginError, Problem
from filmstudio.core.roles import ROLES
from filmstudio.core.vocabulary import Kind, Known

GROUP = "filmstudio"
"""Entry point group in which plugins are found."""

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Offer:
    """An engine class that passed the door, and who brought it."""

    engine: type[Engine[Any, Any]]
    plugin: str
    distribution: str = ""

    @property
    def address(self) -> str:
        """``module:Class``, by which a worker finds it."""
        return f"{self.engine.__module__}:{self.engine.__qualname__}"


class Plugins:
    """Every plugin of this installation, and the engines they offer."""

    def __init__(self, *, discover: bool = True) -> None:
        self._manager = pluggy.PluginManager(hookspecs.PROJECT)
        self._manager.add_hookspecs(hookspecs)
        self._offers: dict[tuple[str, str], Offer] = {}
        self.problems: list[Problem] = []
        """Plugins that were turned away, and why. They harm nobody else."""
        if discover:
            for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
                self._admit(point)

    @property
    def hook(self) -> Any:
        """Call hooks of all plugins: ``plugins.hook.filmstudio_film_delivered(folder=…)``."""
        return self._manager.hook

    def _admit(self, point: EntryPoint) -> None:
        distribution = point.dist.name if point.dist is not None else ""
        try:
            self.register(point.load(), point.name, distribution)
        except PluginError as error:
            self.problems.append(error.problem)
        except Exception as error:  # a stranger's module may raise anything while it is imported
            reason = f"{type(error).__name__}: {error}"
            self.problems.append(Problem(f"could not be loaded: {reason}.", "Update or uninstall it.", Place(plugin=point.name)))

    def register(self, plugin: object, name: str, distribution: str = "") -> None:
        """Take in a plugin and the engines it offers.

        Raises:
            PluginError: it breaks a rule; nothing of it is kept.
        """
        try:
            self._manager.register(plugin, name)
            self._manager.check_pending()
        except (ValueError, pluggy.PluginValidationError) as error:
            if self._manager.has_plugin(name):
                self._manager.unregister(name=name)
            raise PluginError(f"{error}", remedy="See docs/plugins.md.", place=Place(plugin=name)) from error
        offer_engines = getattr(plugin, "filmstudio_engines", None)
        try:
            fresh = [self._check(cls, name, distribution) for cls in (offer_engines() if offer_engines else ())]
        except PluginError:
            self._manager.unregister(name=name)
            raise
        for offer in fresh:
            self._offers[offer.engine.role, offer.engine.name] = offer

    def unregister(self, name: str) -> None:
        """Forget a plugin and its engines."""
        self._manager.unregister(name=name)
        self._offers = {key: offer for key, offer in self._offers.items() if offer.plugin != name}

    def _check(self, cls: object, plugin: str, distribution: str) -> Offer:
        place = Place(plugin=plugin)
        if not (isinstance(cls, type) and issubclass(cls, Engine)):
            raise PluginError(
                f"offers {cls!r}, which is not an Engine class.", remedy="Subclass filmstudio.core.engine.Engine.", place=place
            )
        for attribute, kind in (("name", str), ("version", str), ("role", str), ("needs", Needs), ("api_version", int)):
            if not isinstance(getattr(cls, attribute, None), kind):
                raise PluginError(f"engine {cls.__name__} has no {attribute} ({kind.__name__}).", place=place)
        if cls.api_version != API_VERSION:
            raise PluginError(
                f"engine {cls.name} is built for API {cls.api_version}; this studio has {API_VERSION}.",
                remedy="Update one of them.",
                place=place,
            )
        if cls.role not in ROLES:
            raise PluginError(f"engine {cls.name} plays {cls.role!r}, which is no role.", remedy=f"Roles: {', '.join(ROLES)}.", place=place)
        if not _NAME.fullmatch(cls.name):
            raise PluginError(f"{cls.name!r} is no engine name.", remedy="Use lower-case words joined by hyphens.", place=place)
        if (taken := self._offers.get((cls.role, cls.name))) is not None:
            raise PluginError(
                f"offers a second {cls.role} engine called {cls.name}; {taken.plugin} has one.", remedy="Rename it.", place=place
            )
        return Offer(cls, plugin, distribution)

    def engines(self, role: str | None = None) -> list[Offer]:
        """All engines, or those of one role, in order of role and name."""
        roles = list(ROLES)
        offers = [offer for offer in self._offers.values() if role in (None, offer.engine.role)]
        return sorted(offers, key=lambda offer: (roles.index(offer.engine.role), offer.engine.name))

    def engine(self, role: str, name: str | None = None) -> Offer:
        """The engine called ``name``, or the default of the role.

        Raises:
            ConfigError: there is no such role or engine.
        """
        if role not in ROLES:
            raise ConfigError(f"there is no role {role!r}.", remedy=f"Roles: {', '.join(ROLES)}.")
        wanted = name or ROLES[role].default
        offer = self._offers.get((role, wanted))
        if offer is None:
            names = ", ".join(offer.engine.name for offer in self.engines(role)) or "none installed"
            because = " ".join(str(problem) for problem in self.problems)
            raise ConfigError(f"there is no {role} engine called {wanted!r}.", remedy=f"There are: {names}. {because}".strip())
        return offer

    def cast_for(self, chosen: Mapping[str, str]) -> dict[str, Offer]:
        """One engine for every role: those chosen, and the defaults for the rest.

        Raises:
            ConfigError: a chosen role or engine does not exist.
        """
        for role in chosen:
            self.engine(role, chosen[role])
        return {role: self.engine(role, chosen.get(role)) for role in ROLES}

    def art_packs(self) -> tuple[Path, ...]:
        """Folders of every art pack offered."""
        return _flat(self._manager.hook.filmstudio_art_packs())

    def words(self) -> list[Mapping[Kind, Known]]:
        """Words of a film that plugins know, from each that offers any."""
        return list(self._manager.hook.filmstudio_words())

    def voice_packs(self) -> tuple[Path, ...]:
        """Voice catalogues offered."""
        return _flat(self._manager.hook.filmstudio_voice_packs())


def _flat(answers: Iterable[Iterable[Path]]) -> tuple[Path, ...]:
    return tuple(path for answer in answers for path in answer)
