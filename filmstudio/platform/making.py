"""One film being made for a job: how far it is, whether it is to stop, and what became of it."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import JsonValue

from filmstudio.core.dispatch import Dispatcher, Event
from filmstudio.core.errors import ConfigError, DeliveryError, InputError, LimitError, StoreError, StudioError, Unsupported
from filmstudio.core.film import Film
from filmstudio.core.finishing import Delivered
from filmstudio.core.graph import RenderGraph
from filmstudio.core.perform import Batch, Outcome
from filmstudio.core.plugins import Plugins
from filmstudio.core.stages import STAGE_OF
from filmstudio.platform.orders import FilmOrder, length_of
from filmstudio.platform.problems import parts_of, without_folders
from filmstudio.scheduler.estimates import resources
from filmstudio.scheduler.job import ErrorClass, Lease
from filmstudio.scheduler.leases import Failed
from filmstudio.scheduler.measures import CACHE_HITS, CACHE_MISSES, FILM_SECONDS, JOB_SERVICE
from filmstudio.scheduler.tallies import Increments, Tallies
from filmstudio.scheduler.tiers import TERMS, Tier

Reason = Literal["cancel", "pause", "leave", "lost"]
"""Why a film stops before its end: its tenant wants it, its crew leaves, or another worker has it."""

_DEVELOPED: Final = 0.06
"""Progress when the script has become a film and its tasks are known."""
_MOST_TASKS: Final = 40
"""Tasks named in one event; more are only counted."""
_CHUNK: Final = 1 << 20


class Stopped(Exception):
    """The film is to stop; what was made is in the store."""


@dataclass(frozen=True, slots=True)
class FilmTask:
    """What a maker of films is given."""

    tenant: str
    tier: Tier
    order: FilmOrder
    folder: Path
    """Where to deliver."""

    def check_length(self, film: Film) -> None:
        """See that the tier allows a film of this length.

        Raises:
            LimitError: it does not.
        """
        seconds, longest = float(length_of(film)), TERMS[self.tier].longest_seconds
        if seconds > longest:
            message = f"the film would last {seconds:.0f} s; the {self.tier} tier has films of up to {longest} s."
            raise LimitError(message, remedy="Shorten the script, or divide it into several.")


class FilmProgress:
    """How far a film is. Told by its thread, read by the crew's pulse."""

    def __init__(self, cost: Callable[[str], float], tallies: Tallies) -> None:
        """``cost``: resource-seconds that one second of a role's engine counts for. Takes found and made go into ``tallies``."""
        self._cost, self._tallies = cost, tallies
        self._lock = threading.Lock()
        self._whole = self._done = 0.0
        self._fresh: list[dict[str, JsonValue]] = []
        self._changed = False
        self._stage, self._spent = "", 0.0

    @property
    def spent(self) -> float:
        """Resource-seconds measured so far; takes that were found cost nothing."""
        with self._lock:
            return self._spent

    def enter(self, stage: str) -> None:
        """Another stage begins."""
        with self._lock:
            self._stage, self._changed = stage, True

    def plan(self, graph: RenderGraph) -> None:
        """The film's tasks are known."""
        with self._lock:
            self._whole, self._changed = sum(task.weight for task in graph.tasks.values()), True

    def watch(self, event: Event) -> None:
        """A task began or ended."""
        with self._lock:
            self._stage = STAGE_OF.get(event.task.role, self._stage)
            if event.take is not None:
                self._tallies.add(CACHE_HITS, (event.task.role,), float(event.kind == "cached"))
                self._tallies.add(CACHE_MISSES, (event.task.role,), float(event.kind == "finished"))
                self._done += event.task.weight
                if event.kind == "finished":
                    self._spent += event.take.seconds * self._cost(event.task.role)
            if len(self._fresh) < _MOST_TASKS:
                self._fresh.append({"task": event.task.id, "role": event.task.role, "event": event.kind})
            self._changed = True

    def news(self) -> tuple[float, str, float, list[dict[str, JsonValue]]] | None:
        """Progress, stage, resource-seconds and tasks since the last call; None when nothing has changed."""
        with self._lock:
            if not self._changed:
                return None
            done = self._done / self._whole if self._whole else 0.0
            progress = _DEVELOPED + (1 - _DEVELOPED) * 0.99 * done if self._whole else 0.0
            tasks, self._fresh, self._changed = self._fresh, [], False
            return progress, self._stage, self._spent, tasks


class StoppableDispatcher:
    """A dispatcher through which a film is stopped from outside, at its next look for outcomes."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        self._dispatcher = dispatcher
        self.reason: Reason | None = None

    @property
    def slots(self) -> int:
        """As the dispatcher has."""
        return self._dispatcher.slots

    def submit(self, batch: Batch) -> None:
        """Pass it on.

        Raises:
            Stopped: the film is to stop.
        """
        self._check()
        self._dispatcher.submit(batch)

    def wait(self, timeout: float | None = None) -> list[Outcome]:
        """Outcomes, as the dispatcher has them.

        Raises:
            Stopped: the film is to stop.
        """
        self._check()
        outcomes = self._dispatcher.wait(timeout)
        self._check()
        return outcomes

    def interrupt(self) -> None:
        """Pass it on."""
        self._dispatcher.interrupt()

    def cancel(self) -> None:
        """Pass it on."""
        self._dispatcher.cancel()

    def stop(self, reason: Reason) -> None:
        """Stop the film, from any thread. The first reason counts."""
        if self.reason is None:
            self.reason = reason
            self._dispatcher.interrupt()

    def _check(self) -> None:
        if self.reason is not None:
            raise Stopped(self.reason)


FilmMaker = Callable[[FilmTask, Dispatcher, FilmProgress], Delivered]
"""Makes and delivers a film: the studio itself, which stands above this part."""


def costs(plugins: Plugins, order: FilmOrder) -> Callable[[str], float]:
    """What a second of each role counts for, with the engines of an order."""
    chosen: Mapping[str, str] = order.options.engine or {}
    known: dict[str, float] = {}

    def cost(role: str) -> float:
        if role not in known:
            known[role] = resources(plugins.engine(role, chosen.get(role)).engine.needs)
        return known[role]

    return cost


def result_of(delivered: Delivered, folder: str) -> dict[str, Any]:
    """What a finished job tells of its film: title, verdict, and every file with its size and SHA-256."""
    files = sorted(path for path in delivered.folder.rglob("*") if path.is_file())
    return {
        "folder": folder,
        "title": delivered.report.film.title,
        "verdict": delivered.report.verdict,
        "seconds": delivered.report.film.duration,
        "deliverables": [_entry(path, path.relative_to(delivered.folder).as_posix()) for path in files],
    }


def counts_of(delivered: Delivered, shooting: Shooting) -> Increments:
    """What is counted of a finished film."""
    tier, tallies = shooting.lease.job.tier, Tallies()
    tallies.add(FILM_SECONDS, (tier,), delivered.report.film.duration)
    tallies.observe(JOB_SERVICE, (tier,), time.monotonic() - shooting.began)
    return tallies.drain()


MEDIA_TYPES: Final[Mapping[str, str]] = {
    ".mp4": "video/mp4", ".jpg": "image/jpeg", ".wav": "audio/wav", ".json": "application/json", ".otio": "application/json",
    ".srt": "application/x-subrip", ".vtt": "text/vtt", ".ttml": "application/ttml+xml", ".ass": "text/x-ass",
}  # fmt: skip
"""Of deliverables, by suffix. What else a plugin puts beside them is only bytes."""


def _entry(path: Path, name: str) -> dict[str, Any]:
    sha = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            sha.update(chunk)
    media_type = MEDIA_TYPES.get(path.suffix, "application/octet-stream")
    return {"name": name, "size": path.stat().st_size, "sha256": sha.hexdigest(), "media_type": media_type}


def failure_of(error: StudioError) -> Failed:
    """Whose fault an error is, and what to tell."""
    message, remedy = without_folders(error.problem.message), without_folders(error.problem.remedy)
    return Failed(_fault(error), message, remedy, tuple(parts_of(error)), str(error.problem.place))


def _fault(error: StudioError) -> ErrorClass:
    if isinstance(error, InputError | ConfigError):
        return "input"
    if isinstance(error, Unsupported):
        return "unsupported"
    if isinstance(error, StoreError | DeliveryError):
        return "store"
    if type(error) is StudioError:
        return "transient"  # a crew that stopped: not of this film's making
    return "engine"


@dataclass(slots=True)
class Shooting:
    """A job that this crew has leased."""

    lease: Lease
    progress: FilmProgress | None = None
    dispatcher: StoppableDispatcher | None = None
    wanted: Reason | None = None
    """Known before there was a dispatcher to stop."""
    thread: threading.Thread | None = None
    began: float = field(default_factory=time.monotonic)
    """When it was leased, monotonic seconds."""
    beat: float = 0.0
    """When its lease was last kept, monotonic seconds."""

    def stop(self, reason: Reason) -> None:
        """Stop it as soon as it looks."""
        self.wanted = self.wanted or reason
        if self.dispatcher is not None:
            self.dispatcher.stop(self.wanted)
