"""The dispatcher interface, and the walk that takes a render graph through one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from opentelemetry import trace
from pydantic import JsonValue, ValidationError

from filmstudio.core.agenda import Agenda, Near
from filmstudio.core.engine import Failure, failed
from filmstudio.core.errors import EngineError, Place
from filmstudio.core.graph import RenderGraph, Task, resolve, task_digest
from filmstudio.core.perform import Batch, Call, Outcome
from filmstudio.core.plugins import Offer
from filmstudio.core.roles import ROLES
from filmstudio.core.store import Store, Take
from filmstudio.core.telemetry import traceparent_of

MAX_TRIES = 3
"""A task whose worker died this often is given up, with its evidence."""

_tracer = trace.get_tracer("filmstudio.core")


class Dispatcher(Protocol):
    """Runs batches on engines somewhere: in this process, in a pool of processes, on a Ray cluster."""

    @property
    def slots(self) -> int:
        """How many batches run at the same time."""
        ...

    def submit(self, batch: Batch) -> None:
        """Start a batch. Returns at once."""
        ...

    def wait(self, timeout: float | None = None) -> list[Outcome]:
        """Outcomes of the batches that ended since the last call.

        Blocks until there is one. Comes back empty-handed only after ``timeout`` seconds, if given, or ``interrupt()``.
        """
        ...

    def interrupt(self) -> None:
        """Make a ``wait()`` that blocks in another thread return. The only method that may be called from any thread."""
        ...

    def cancel(self) -> None:
        """Stop everything in flight; what is in the store stays there."""
        ...


@dataclass(frozen=True, slots=True)
class Event:
    """Something the progress display may show."""

    kind: Literal["started", "finished", "cached"]
    task: Task
    take: Take | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A task's take, and whether it was found in the store."""

    take: Take
    cached: bool


def render(
    graph: RenderGraph,
    engines: Mapping[str, Offer],
    store: Store,
    dispatcher: Dispatcher,
    watch: Callable[[Event], Any] = lambda event: None,
    scope: str = "",
) -> dict[str, Made]:
    """Make every task of the graph: look its take up by digest, or have the dispatcher make it.

    Tasks start in order of the work that waits on them. Identical tasks in flight are made once. Returns the take of each
    task, by task id. ``scope`` names the tenant whose takes these are: another's are not found, but for roles that all may
    share. A laptop has one tenant, with no name.

    Raises:
        StudioError: a task failed; everything finished before it is in the store.
    """
    walk = _Walk(graph, engines, store, dispatcher, watch, scope)
    with _tracer.start_as_current_span("render", attributes={"filmstudio.tasks": len(graph.tasks)}):
        try:
            return walk.run()
        except BaseException:
            dispatcher.cancel()
            raise


class _Walk:
    """One walk through a graph."""

    def __init__(
        self,
        graph: RenderGraph,
        engines: Mapping[str, Offer],
        store: Store,
        dispatcher: Dispatcher,
        watch: Callable[[Event], Any],
        scope: str,
    ) -> None:
        self._graph, self._engines, self._store, self._scope = graph, engines, store, scope
        self._dispatcher, self._watch = dispatcher, watch
        self._urgency = graph.urgency()
        self._results: dict[str, JsonValue] = {}
        self._made: dict[str, Made] = {}
        self._ready = Agenda()
        self._freed: list[Near] = []
        """Of every worker that has become free, what it has set up."""
        self._set_up: dict[str, Near] = {}
        """What was set up where a task was started."""
        self._waiting: dict[str, int] = {}
        self._followers: dict[str, list[str]] = defaultdict(list)
        self._flying: dict[str, list[str]] = {}
        """Task ids by digest in flight; the first of them was submitted, the others wait for it."""
        self._calls: dict[str, Call] = {}
        self._tries: dict[str, int] = defaultdict(int)
        self._spans: dict[str, trace.Span] = {}

    def run(self) -> dict[str, Made]:
        """Walk to the end."""
        for task in self._graph.tasks.values():
            needs = task.needs
            self._waiting[task.id] = len(needs)
            for need in needs:
                self._followers[need].append(task.id)
            if not needs:
                self._push(task.id)
        while True:
            self._start_ready()
            if len(self._made) == len(self._graph.tasks):
                return self._made
            for outcome in self._dispatcher.wait():
                self._receive(outcome)

    def _push(self, task_id: str) -> None:
        self._ready.add(self._graph.tasks[task_id], self._urgency[task_id])

    def _start_ready(self) -> None:
        while self._ready and len(self._flying) < self._dispatcher.slots:
            after = self._freed[-1] if self._freed else ()
            task_id = self._ready.take(after, few=self._dispatcher.slots)
            task = self._graph.tasks[task_id]
            call = self._call(task)
            if call.digest in self._flying:
                self._flying[call.digest].append(task_id)
            elif (take := self._store.take(call.digest)) is not None:
                self._finish(task_id, Made(take, cached=True))
            else:
                self._flying[call.digest] = [task_id]
                self._calls[task_id] = call
                engine = self._engines[task.role].engine
                attributes = {"filmstudio.role": task.role, "filmstudio.engine": engine.name, "filmstudio.digest": call.digest}
                self._spans[task_id] = _tracer.start_span(f"task {task_id}", attributes=attributes)
                self._watch(Event("started", task))
                self._submit(task_id)
                self._set_up[task_id] = task.near or after
                del self._freed[-1:]

    def _submit(self, task_id: str) -> None:
        offer = self._engines[self._graph.tasks[task_id].role]
        self._dispatcher.submit(offer.batch((self._calls[task_id],), traceparent_of(self._spans[task_id])))

    def _call(self, task: Task) -> Call:
        engine = self._engines[task.role].engine
        try:
            request = ROLES[task.role].request.model_validate(resolve(task.request, self._results)).canonical()
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            message = f"the request does not fit the {task.role} role: {where}: {first['msg']}."
            raise EngineError(message, place=Place(task=task.id)) from error
        scope = "" if ROLES[task.role].common else self._scope
        return Call(task.id, task_digest(engine.name, engine.version, task.role, request, scope), request)

    def _receive(self, outcome: Outcome) -> None:
        if outcome.take is None:
            self._tries[outcome.task] += 1
            transient = outcome.failure is None or outcome.failure.kind == "transient"
            if transient and self._tries[outcome.task] < MAX_TRIES:
                self._submit(outcome.task)
                return
            engine = self._engines[self._graph.tasks[outcome.task].role].named
            span = self._spans.pop(outcome.task)
            span.set_status(trace.StatusCode.ERROR)
            span.end()
            raise failed(outcome.failure or Failure(message="the worker died."), task=outcome.task, plugin=engine)
        self._spans.pop(outcome.task).end()
        self._freed.append(self._set_up.pop(outcome.task))
        first, *twins = self._flying.pop(outcome.take.digest)
        self._finish(first, Made(outcome.take, cached=False))
        for twin in twins:
            self._finish(twin, Made(outcome.take, cached=True))

    def _finish(self, task_id: str, made: Made) -> None:
        self._made[task_id] = made
        self._ready.over(self._graph.tasks[task_id])
        self._results[task_id] = made.take.result
        self._watch(Event("cached" if made.cached else "finished", self._graph.tasks[task_id], made.take))
        for follower in self._followers[task_id]:
            self._waiting[follower] -= 1
            if self._waiting[follower] == 0:
                self._push(follower)
