"""The dispatcher interface, and the walk that takes a render graph through one."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from opentelemetry import trace
from pydantic import JsonValue, ValidationError

from filmstudio.core.engine import failed
from filmstudio.core.errors import EngineError, Place, StudioError
from filmstudio.core.graph import RenderGraph, Task, resolve, task_digest
from filmstudio.core.perform import Batch, Call, Outcome
from filmstudio.core.plugins import Offer
from filmstudio.core.roles import ROLES
from filmstudio.core.store import Store, Take

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

    def wait(self) -> list[Outcome]:
        """Outcomes of at least one batch that ended since the last call; blocks until there is one."""
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


@dataclass(slots=True)
class _Walk:
    """State of one walk; lives as long as ``render``."""

    results: dict[str, JsonValue] = field(default_factory=dict)
    made: dict[str, Made] = field(default_factory=dict)
    waiting: dict[str, int] = field(default_factory=dict)
    after: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    ready: list[tuple[float, str]] = field(default_factory=list)
    flying: dict[str, list[str]] = field(default_factory=dict)
    calls: dict[str, tuple[Call, Offer]] = field(default_factory=dict)
    tries: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    in_flight: int = 0


def render(
    graph: RenderGraph,
    engines: Mapping[str, Offer],
    store: Store,
    dispatcher: Dispatcher,
    watch: Callable[[Event], Any] = lambda event: None,
) -> dict[str, Made]:
    """Make every task of the graph: look its take up by digest, or have the dispatcher make it.

    Tasks start in order of the work that waits on them. Identical tasks in flight are made once. Returns the take of each
    task, by task id.

    Raises:
        StudioError: a task failed; everything finished before it is in the store.
    """
    walk, urgency = _Walk(), graph.urgency()
    for task in graph.tasks.values():
        needs = task.needs()
        walk.waiting[task.id] = len(needs)
        for need in needs:
            walk.after[need].append(task.id)
        if not needs:
            heapq.heappush(walk.ready, (-urgency[task.id], task.id))
    with _tracer.start_as_current_span("render", attributes={"filmstudio.tasks": len(graph.tasks)}):
        try:
            while len(walk.made) < len(graph.tasks):
                _start_ready(walk, graph, urgency, engines, store, dispatcher, watch)
                if len(walk.made) == len(graph.tasks):
                    break
                for outcome in dispatcher.wait():
                    _receive(walk, graph, urgency, outcome, dispatcher, watch)
        except BaseException:
            dispatcher.cancel()
            raise
    return walk.made


def _start_ready(
    walk: _Walk,
    graph: RenderGraph,
    urgency: Mapping[str, float],
    engines: Mapping[str, Offer],
    store: Store,
    dispatcher: Dispatcher,
    watch: Callable[[Event], Any],
) -> None:
    while walk.ready and walk.in_flight < dispatcher.slots:
        _, task_id = heapq.heappop(walk.ready)
        task = graph.tasks[task_id]
        offer = engines[task.role]
        call = _call(task, offer, walk.results)
        if call.digest in walk.flying:
            walk.flying[call.digest].append(task_id)
            continue
        take = store.take(call.digest)
        if take is not None:
            _finish(walk, graph, urgency, task_id, Made(take, cached=True), watch)
            continue
        walk.flying[call.digest] = [task_id]
        walk.calls[task_id] = (call, offer)
        walk.in_flight += 1
        watch(Event("started", task))
        dispatcher.submit(_batch(call, offer))


def _batch(call: Call, offer: Offer) -> Batch:
    engine = offer.engine
    return Batch(engine.role, engine.name, engine.version, offer.address, (call,))


def _call(task: Task, offer: Offer, results: Mapping[str, JsonValue]) -> Call:
    model = ROLES[task.role].request
    try:
        request = model.model_validate(resolve(task.request, results)).canonical()
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise EngineError(
            f"the request of {task.id} does not fit the {task.role} role: {where}: {first['msg']}.", place=Place(task=task.id)
        ) from error
    digest = task_digest(offer.engine.name, offer.engine.version, task.role, request)
    return Call(task.id, digest, request)


def _receive(
    walk: _Walk,
    graph: RenderGraph,
    urgency: Mapping[str, float],
    outcome: Outcome,
    dispatcher: Dispatcher,
    watch: Callable[[Event], Any],
) -> None:
    call, offer = walk.calls[outcome.task]
    if outcome.take is None:
        failure = outcome.failure
        if failure is None or failure.kind == "transient":
            walk.tries[outcome.task] += 1
            if walk.tries[outcome.task] < MAX_TRIES:
                dispatcher.submit(_batch(call, offer))
                return
        raise _error(outcome, offer)
    walk.in_flight -= 1
    first, *twins = walk.flying.pop(call.digest)
    _finish(walk, graph, urgency, first, Made(outcome.take, cached=False), watch)
    for twin in twins:
        _finish(walk, graph, urgency, twin, Made(outcome.take, cached=True), watch)


def _error(outcome: Outcome, offer: Offer) -> StudioError:
    if outcome.failure is None:
        return EngineError("the worker died.", place=Place(task=outcome.task, plugin=offer.engine.name))
    return failed(outcome.failure, task=outcome.task, plugin=offer.engine.name)


def _finish(walk: _Walk, graph: RenderGraph, urgency: Mapping[str, float], task_id: str, made: Made, watch: Callable[[Event], Any]) -> None:
    walk.made[task_id] = made
    walk.results[task_id] = made.take.result
    watch(Event("cached" if made.cached else "finished", graph.tasks[task_id], made.take))
    for follower in walk.after[task_id]:
        walk.waiting[follower] -= 1
        if walk.waiting[follower] == 0:
            heapq.heappush(walk.ready, (-urgency[follower], follower))
