"""The fair queue: whose task starts next. Tenants share the house by weight, films share their tenant, tasks queue in their film.

Hierarchical start-time fair queueing; ``virtualtime`` has the papers and the order within one level. A task is charged what it is
thought to take when it starts, in resource-seconds, and the charge is corrected to what was measured when it ends. So, while two
tenants both have tasks waiting, what one has been served by its weight differs from the other's by no more than
``service_gap_bound()``, however long that lasts and however wrong the estimates are.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from itertools import count
from typing import Generic, TypeVar

from filmstudio.scheduler.virtualtime import Flow, Level

TaskT = TypeVar("TaskT")

_TENANTS, _FILMS = 64, 8
"""How many tenants, and films of each, are looked at for a task that fits: what keeps a decision short."""


@dataclass(slots=True, eq=False)
class Place(Generic[TaskT]):
    """A task's place in the queue, and afterwards its charge."""

    task: TaskT
    tenant: Flow[Level[_Line[TaskT]]]
    film: Flow[_Line[TaskT]]
    cost: float
    """Resource-seconds it is thought to take."""
    key: Hashable = None
    """Tasks of one key may be made together."""
    waiting: bool = True
    charged: tuple[float, float] = (0.0, 0.0)
    """What its tenant and its film were charged, by the weights of that moment."""
    weights: tuple[float, float] = (1.0, 1.0)


class _Line(Generic[TaskT]):
    """Tasks of one film, the most urgent first, equals as they came. Those that left are skipped when they come up."""

    __slots__ = ("_heap",)

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Place[TaskT]]] = []

    def push(self, place: Place[TaskT], urgency: float, number: int) -> None:
        heapq.heappush(self._heap, (-urgency, number, place))

    def head(self) -> Place[TaskT] | None:
        while self._heap and not self._heap[0][2].waiting:
            heapq.heappop(self._heap)
        return self._heap[0][2] if self._heap else None


class FairQueue(Generic[TaskT]):
    """Tasks that could start now, in fair order. Not safe in threads: whoever owns it locks."""

    def __init__(self, lead: float = 0.0, film_lead: float | None = None) -> None:
        """``lead``: normalised seconds by which a tenant may be ahead of the first and still be served before it.

        That happens only where the first cannot go, or where the task joins a batch that is being made anyway. ``film_lead``
        is the same among the films of a tenant; as large unless given.
        """
        inner = lead if film_lead is None else film_lead
        self._tenants: Level[Level[_Line[TaskT]]] = Level(lambda: Level(_Line, inner), lead)
        self._numbers = count()
        self._waiting = 0

    def __len__(self) -> int:
        return self._waiting

    @property
    def now(self) -> float:
        """Virtual time of the house, normalised seconds."""
        return self._tenants.now

    def push(
        self,
        task: TaskT,
        *,
        tenant: str,
        film: str,
        cost: float,
        weight: float = 1.0,
        film_weight: float = 1.0,
        urgency: float = 0.0,
        key: Hashable = None,
    ) -> Place[TaskT]:
        """A task waits. Weights count from the next charge on; the most urgent task of a film goes first."""
        house = self._tenants.flow(tenant, weight)
        shelf = house.below.flow(film, film_weight)
        place = Place(task, house, shelf, cost, key)
        shelf.below.push(place, urgency, next(self._numbers))
        house.below.wake(shelf)
        self._tenants.wake(house)
        self._waiting += 1
        return place

    def pop(self, fits: Callable[[TaskT], bool] | None = None) -> Place[TaskT] | None:
        """Take and charge the next task; with ``fits``, the first that fits, no tenant being served more than ``lead`` too early."""
        place = self._tenants.choose(lambda tenant: tenant.below.choose(lambda film: _fitting(film, fits), _FILMS), _TENANTS)
        if place is not None:
            self._start(place)
        return place

    def may_join(self, place: Place[TaskT]) -> bool:
        """This task waits, and may start before those ahead of it."""
        return place.waiting and self._tenants.within_lead(place.tenant) and place.tenant.below.within_lead(place.film)

    def take(self, place: Place[TaskT]) -> None:
        """Take and charge a task that ``may_join``."""
        if not self.may_join(place):
            raise ValueError("this task may not start before those ahead of it")
        self._start(place)

    def withdraw(self, place: Place[TaskT]) -> None:
        """A task that has not started no longer waits; it costs nothing."""
        if place.waiting:
            self._leave(place)

    def settle(self, place: Place[TaskT], measured: float) -> None:
        """A task has ended and has taken ``measured`` resource-seconds: correct its charge."""
        (tenant_charge, film_charge), (tenant_weight, film_weight) = place.charged, place.weights
        self._tenants.correct(place.tenant, tenant_charge, measured / tenant_weight)
        place.tenant.below.correct(place.film, film_charge, measured / film_weight)

    def service_gap_bound(self, tenant: str, other: str) -> float:
        """Most by which two tenants' services, each by its weight, can grow apart while both have tasks waiting.

        Service is what the measured tasks took and what the running ones are thought to take, in normalised seconds. It follows
        from the largest task, the worst estimate and the most tasks at once of the two seen so far.
        """
        return self.reach(tenant) + self.reach(other)

    def reach(self, tenant: str) -> float:
        """A tenant's part of every ``service_gap_bound`` it is in, normalised seconds."""
        return self._tenants.reach(tenant)

    def film_reach(self, tenant: str, film: str) -> float:
        """The same for a film among its tenant's films."""
        return self._tenants.flow(tenant).below.reach(film)

    def check(self) -> None:
        """Assert the bound of every tenant and film; each change asserts that of what it changes.

        Raises:
            UnfairOrder: a bound is broken.
        """
        self._tenants.check()
        for tenant in self._tenants:
            tenant.below.check()

    def _start(self, place: Place[TaskT]) -> None:
        tenant, film = place.tenant, place.film
        place.weights = tenant.weight, film.weight
        place.charged = place.cost / tenant.weight, place.cost / film.weight
        tenant.below.charge(film, place.charged[1])
        self._tenants.charge(tenant, place.charged[0])
        self._leave(place)  # after the charge: a flow that neither waits nor runs may be forgotten with what it owes

    def _leave(self, place: Place[TaskT]) -> None:
        place.waiting = False
        self._waiting -= 1
        place.tenant.below.rest(place.film)
        self._tenants.rest(place.tenant)


def _fitting(film: Flow[_Line[TaskT]], fits: Callable[[TaskT], bool] | None) -> Place[TaskT] | None:
    head = film.below.head()
    return head if head is not None and (fits is None or fits(head.task)) else None
