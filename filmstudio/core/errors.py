"""Every error the studio raises on purpose: what happened, where, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad a problem in an input is."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a problem is: a file with line and column (1-based), a plugin, or a task."""

    file: str | None = None
    line: int | None = None
    column: int | None = None
    plugin: str | None = None
    task: str | None = None

    def __str__(self) -> str:
        """Render as ``file:line:column`` or ``plugin NAME`` or ``task ID``, whichever are known."""
        position = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        named = [f"plugin {self.plugin}" if self.plugin else "", f"task {self.task}" if self.task else ""]
        return ", ".join(part for part in (position, *named) if part)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an input. Problems are data: an input reports all of its problems together."""

    message: str
    remedy: str = ""
    place: Place = Place()
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        """Render on one line: place, message, remedy."""
        where = str(self.place)
        text = f"{where}: {self.message}" if where else self.message
        return f"{text} {self.remedy}".rstrip()


class StudioError(Exception):
    """Root of every error the studio raises on purpose; holds every problem found. The command line prints it without a traceback."""

    def __init__(self, message: str, *, remedy: str = "", place: Place = Place(), problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(message)
        self.problem = Problem(message, remedy, place)
        self._problems = problems or (self.problem,)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything wrong, in the order of the input."""
        return self._problems

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)

    def __reduce__(self) -> tuple[object, ...]:
        # Errors cross process borders: rebuild from the problems, not from Exception.args.
        return (_rebuild, (type(self), self.problem, self._problems))


def _rebuild(kind: type[StudioError], problem: Problem, problems: tuple[Problem, ...]) -> StudioError:
    return kind(problem.message, remedy=problem.remedy, place=problem.place, problems=problems)


class InputError(StudioError):
    """A script, film file, image or option given by a person cannot be used."""


class LimitError(InputError):
    """An input is larger than the studio accepts; raised before memory or work is spent on it."""


class ConfigError(StudioError):
    """An option or configuration file is wrong."""


class PluginError(StudioError):
    """A plugin broke a rule of the hook specs; ``place.plugin`` names it."""


class Unsupported(StudioError):
    """An engine cannot do what the request asks; the remedy says which engine or option can."""


class EngineError(StudioError):
    """An engine failed at a task that it should have been able to do."""


class StoreError(StudioError):
    """The store is damaged, full or not writable."""


class MediaLost(StoreError):
    """The store does not have a file any more: it was removed, or its bytes are others. What made it makes it again."""


class DeliveryError(StudioError):
    """The delivery folder could not be written."""
