"""Batches: calls that one engine makes together, gathered from many films without upsetting the fair order.

A batch begins with the task whose turn it is. What joins it comes from tenants in turn by deficit round-robin (M. Shreedhar,
G. Varghese, "Efficient Fair Queuing using Deficit Round-Robin", IEEE/ACM Transactions on Networking 4(3), 1996): each is
credited the same normalised seconds in a round and sends tasks while its credit lasts. Whoever is further ahead of the fair order
than the queue's lead sits out, so the queue's bound holds with batches as without. An engine that would rather wait a moment
for a fuller batch has its tasks held back that long before they queue at all.
"""

from __future__ import annotations

import heapq
import math
from collections import OrderedDict, deque
from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Generic, TypeVar

from filmstudio.core.engine import Needs
from filmstudio.core.perform import Batch
from filmstudio.scheduler.fairshare import FairQueue, Place

TaskT = TypeVar("TaskT")

_PASSED = 32
"""So many tenants in a row who are too far ahead to join end the search: what keeps a decision short. The next begins after them."""


@dataclass(frozen=True, slots=True)
class BatchTerms:
    """How calls of one kind may be made together."""

    key: Hashable
    """Calls of one key may share a batch."""
    most: int = 1
    """Calls in a batch."""
    wait: float = 0.0
    """Longest that a call is held back for company, seconds."""


def terms_of(batch: Batch, needs: Needs, share: str = "") -> BatchTerms:
    """What may share a batch with ``batch``: calls of its engine and version, in its surroundings, of one ``share``.

    ``share`` is what the engine says must be equal (``core.engine.batch_key``: model, shape, steps, adapters). An engine whose
    output depends on its neighbours has none: the same request must give the same bytes.
    """
    most = 1 if needs.batch_sensitive else needs.batch_size
    wait = needs.batch_wait_ms / 1000 if most > 1 else 0.0
    return BatchTerms((replace(batch, calls=(), trace=""), share), most, wait)


@dataclass(slots=True)
class _Tenant(Generic[TaskT]):
    places: deque[Place[TaskT]] = field(default_factory=deque)
    credit: float = 0.0


@dataclass(slots=True)
class _Round(Generic[TaskT]):
    tenants: OrderedDict[str, _Tenant[TaskT]] = field(default_factory=OrderedDict)
    """The first is the next to be credited."""
    quantum: float = 0.0
    """The largest task seen, normalised seconds: so a tenant's turn always sends one, and a batch costs O(1) a task."""


class Company(Generic[TaskT]):
    """Waiting tasks by batch key, and the round of tenants of each key."""

    def __init__(self, queue: FairQueue[TaskT]) -> None:
        self._queue = queue
        self._rounds: dict[Hashable, _Round[TaskT]] = {}

    def add(self, place: Place[TaskT]) -> None:
        """A task has been queued that others may join."""
        turn = self._rounds.setdefault(place.key, _Round())
        turn.quantum = max(turn.quantum, place.cost / place.tenant.weight)
        turn.tenants.setdefault(place.tenant.name, _Tenant()).places.append(place)

    def join(self, first: Place[TaskT], most: int) -> list[Place[TaskT]]:
        """The batch that begins with ``first``: taken from the queue and charged, at most ``most`` of them."""
        batch, turn = [first], self._rounds.get(first.key, _Round())
        if first.tenant.name in turn.tenants:
            turn.tenants.move_to_end(first.tenant.name)  # its turn is the batch's first task
        passed = 0
        while len(batch) < most and passed < min(len(turn.tenants), _PASSED):
            name, tenant = turn.tenants.popitem(last=False)
            joined = self._credit(tenant, turn.quantum, most - len(batch))
            batch += joined
            passed = 0 if joined else passed + 1
            if _head(tenant) is not None:
                turn.tenants[name] = tenant  # to the end of the round
        if not turn.tenants:
            self._rounds.pop(first.key, None)
        return batch

    def _credit(self, tenant: _Tenant[TaskT], quantum: float, most: int) -> list[Place[TaskT]]:
        """One tenant's turn: its tasks that join, while its credit lasts."""
        joined: list[Place[TaskT]] = []
        tenant.credit += quantum
        while len(joined) < most and (head := _head(tenant)) is not None and self._queue.may_join(head):
            due = head.cost / head.tenant.weight
            if due > tenant.credit:
                return joined
            tenant.credit -= due
            self._queue.take(head)
            joined.append(head)
        tenant.credit = min(tenant.credit, quantum)  # what it could not use it does not save up
        return joined


def _head(tenant: _Tenant[TaskT]) -> Place[TaskT] | None:
    while tenant.places and not tenant.places[0].waiting:
        tenant.places.popleft()
    return tenant.places[0] if tenant.places else None


@dataclass(slots=True)
class _Group(Generic[TaskT]):
    number: int
    tasks: dict[TaskT, None] = field(default_factory=dict)


class Gathering(Generic[TaskT]):
    """Tasks held back for company: until there are enough of them, or the first has waited long enough."""

    def __init__(self) -> None:
        self._held: dict[Hashable, _Group[TaskT]] = {}
        self._due: list[tuple[float, int, Hashable]] = []
        self._groups = count()

    def add(self, task: TaskT, terms: BatchTerms, now: float) -> list[TaskT]:
        """Hold a task back; returns those that need wait no longer, itself perhaps among them. ``now``: seconds."""
        if terms.wait <= 0 or terms.most <= 1:
            return [task]
        group = self._held.get(terms.key)
        if group is None:
            group = self._held[terms.key] = _Group(next(self._groups))
            heapq.heappush(self._due, (now + terms.wait, group.number, terms.key))
        group.tasks[task] = None
        if len(group.tasks) < terms.most:
            return []
        del self._held[terms.key]
        return list(group.tasks)

    def due(self, now: float) -> list[TaskT]:
        """Those that have waited long enough."""
        ripe: list[TaskT] = []
        while self._due and self._due[0][0] <= now:
            _, number, key = heapq.heappop(self._due)
            group = self._held.get(key)
            if group is not None and group.number == number:
                ripe += self._held.pop(key).tasks
        return ripe

    def next_due(self) -> float:
        """When ``due`` will next have some; infinity when none are held."""
        return self._due[0][0] if self._due else math.inf

    def discard(self, task: TaskT, key: Hashable) -> None:
        """A task no longer waits."""
        group = self._held.get(key)
        if group is not None:
            group.tasks.pop(task, None)
            if not group.tasks:
                del self._held[key]
