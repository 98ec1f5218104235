"""The render graph: an immutable DAG of tasks, planned once. Durations and media flow through it as references."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Any

from pydantic import JsonValue

from filmstudio.core.errors import StudioError
from filmstudio.core.model import digest_of

Template = Any
"""JSON values in which a ``Ref`` may stand anywhere for a value that another task will make."""


@dataclass(frozen=True, slots=True)
class Ref:
    """The result of another task, or the part of it at ``path``.

    A part is digested alone: when only the rest of that result changes, nothing that reads the part is made again.
    """

    task: str
    path: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """One call of the engine that plays ``role``."""

    id: str
    role: str
    request: Template
    weight: float = 1.0
    """Rough seconds of work; orders tasks and moves the progress bar, never enters a digest."""
    near: tuple[str, ...] = ()
    """What it has in common with other tasks, from wide to narrow, that a worker sets up once; never enters a digest."""
    needs: tuple[str, ...] = field(init=False, repr=False, compare=False)
    """Ids of the tasks whose results this one reads, once each."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "needs", tuple(dict.fromkeys(ref.task for ref in _refs(self.request))))


@dataclass(frozen=True, slots=True)
class RenderGraph:
    """Tasks by id. Checked when built: every reference exists and there is no cycle."""

    tasks: Mapping[str, Task]
    order: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        for task in self.tasks.values():
            for need in task.needs:
                if need not in self.tasks:
                    raise StudioError(f"task {task.id} refers to {need}, which is not in the graph.")
        try:
            order = tuple(TopologicalSorter({task.id: task.needs for task in self.tasks.values()}).static_order())
        except CycleError as error:
            raise StudioError(f"the render graph has a cycle: {' > '.join(error.args[1])}.") from error
        object.__setattr__(self, "order", order)

    @classmethod
    def of(cls, tasks: Sequence[Task]) -> RenderGraph:
        """A graph of these tasks.

        Raises:
            StudioError: two tasks have one id, a reference leads nowhere, or there is a cycle.
        """
        by_id: dict[str, Task] = {}
        for task in tasks:
            if task.id in by_id:
                raise StudioError(f"two tasks are called {task.id}.")
            by_id[task.id] = task
        return cls(by_id)

    def urgency(self) -> dict[str, float]:
        """Work on the longest path from each task to the end of the graph: what is started first."""
        after: dict[str, float] = dict.fromkeys(self.tasks, 0.0)
        for task_id in reversed(self.order):
            task = self.tasks[task_id]
            total = after[task_id] + task.weight
            after[task_id] = total
            for need in task.needs:
                after[need] = max(after[need], total)
        return after


def resolve(template: Template, results: Mapping[str, JsonValue]) -> JsonValue:
    """The template with every reference replaced by the value it stands for.

    Raises:
        StudioError: a path leads nowhere in a result.
    """
    if isinstance(template, Ref):
        value = results[template.task]
        for step in template.path:
            try:
                value = value[step]  # type: ignore[index]
            except (KeyError, IndexError, TypeError) as error:
                raise StudioError(f"the result of {template.task} has no {'.'.join(map(str, template.path))}.") from error
        return value
    if isinstance(template, Mapping):
        return {key: resolve(value, results) for key, value in template.items()}
    if isinstance(template, list | tuple):
        return [resolve(value, results) for value in template]
    plain: JsonValue = template
    return plain


def task_digest(engine: str, version: str, role: str, request: JsonValue, scope: str = "") -> str:
    """The digest of a task: its engine, that engine's version, and the complete request. No path, host or time enters it.

    A tenant's own tasks are digested with its name as ``scope``, so that nobody finds, or learns of, another's takes.
    """
    scoped = {"scope": scope} if scope else {}
    return digest_of({"role": role, "engine": engine, "version": version, "request": request, **scoped})


def _refs(template: Template) -> Iterator[Ref]:
    if isinstance(template, Ref):
        yield template
    elif isinstance(template, Mapping):
        for value in template.values():
            yield from _refs(value)
    elif isinstance(template, list | tuple):
        for value in template:
            yield from _refs(value)
