"""A floor: tasks in fair order in front of a farm. Whose task starts next, with whom, and on which machine: one policy for all.

    offer > FairQueue > whose turn, and has room?  > Company: who joins   > Farm: runs > end
                              └ big, and nowhere room: a machine is kept  > due ┘

The exchange runs films on it, the simulation plays on it. It knows no clock: whoever owns it says what time it is.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Set
from dataclasses import dataclass
from typing import Generic, TypeVar

from filmstudio.scheduler.backfill import Reservation, bound
from filmstudio.scheduler.batching import Company
from filmstudio.scheduler.fairshare import FairQueue, Place
from filmstudio.scheduler.farm import Farm, Stay
from filmstudio.scheduler.placement import Demand, Node

TaskT = TypeVar("TaskT")


@dataclass(frozen=True, slots=True)
class Want:
    """What a task needs of a machine."""

    demand: Demand
    seconds: float
    """That it is thought to take, alone."""
    most: int = 1
    """Tasks that may be made with it."""
    loading: float = 0.0
    """Seconds to load its model where that is not loaded."""


@dataclass(frozen=True, slots=True)
class Start(Generic[TaskT]):
    """Tasks that start together on a machine, taken from the queue and charged."""

    node: Node
    places: tuple[Place[TaskT], ...]


class Floor(Generic[TaskT]):
    """One fair queue, and the machines behind it. Not safe in threads: whoever owns it locks."""

    def __init__(
        self,
        lead: float,
        wants: Callable[[TaskT], Want],
        nodes: Iterable[Node] = (),
        leaves: Callable[[Place[TaskT]], object] = lambda place: None,
    ) -> None:
        """``leaves`` is told of every task that is taken from the queue, before anything else happens to it."""
        self.queue: FairQueue[TaskT] = FairQueue(lead)
        self.farm: Farm[Place[TaskT]] = Farm(nodes)
        self._company = Company(self.queue)
        self._wants, self._leaves = wants, leaves
        self._chosen: Node | Reservation | None = None
        """Where the task that was last asked about can go, now or from some moment on."""
        self._loads = False
        """There are tasks whose models take time to load."""
        self._stirred = False
        """Something has changed since it was last found that nothing more can start."""

    def offer(
        self,
        task: TaskT,
        now: float,
        *,
        tenant: str,
        film: str,
        cost: float,
        weight: float = 1.0,
        urgency: float = 0.0,
        key: Hashable = None,
    ) -> Place[TaskT]:
        """A task waits. ``cost``: resource-seconds; ``key``: tasks of one may be made together."""
        place, want = self.queue.push(task, tenant=tenant, film=film, cost=cost, weight=weight, urgency=urgency, key=key), self._wants(task)
        if want.most > 1:
            self._company.add(place)
        self._loads |= want.loading > 0
        self._stirred |= self.farm.comes(want.demand, want.seconds + want.loading, now)
        return place

    def next(self, now: float) -> Start[TaskT] | None:
        """What starts next: ``begin`` it before the next call. None when nothing more can start now."""
        if (due := self.farm.due()) is not None:
            return Start(due[0], (due[1],))
        while self._stirred:
            first = self._next_warm() or self.queue.pop(lambda task: self._can_go(task, now))
            if first is None:
                self._stirred = False
                self.farm.looked()
                return None
            self._leaves(first)
            if isinstance(self._chosen, Reservation):
                self.farm.keep(self._chosen, first)
                continue
            assert self._chosen is not None  # noqa: S101 - _can_go has found it
            return Start(self._chosen, tuple(self._joined(first)))
        return None

    def begin(self, start: Start[TaskT], now: float) -> Stay:
        """It starts. Its bound is what its tasks are thought to take, one after another, with slack."""
        wants = [self._wants(place.task) for place in start.places]
        loading = 0.0 if wants[0].demand.model in start.node.warm else wants[0].loading
        return self.farm.begin(start.node, wants[0].demand, now + bound(sum(want.seconds for want in wants) + loading))

    def end(self, stay: Stay, now: float) -> None:
        """It has ended; ``queue.settle`` its places."""
        self.farm.end(stay, now)
        self._stirred = True

    def add(self, node: Node, now: float) -> None:
        """A machine joins."""
        self.farm.add(node, now)
        self._stirred = True

    def remove(self, node: Node, now: float) -> list[Stay]:
        """A machine is gone; what ran on it, which is not to be ended."""
        self._stirred = True
        return self.farm.remove(node, now)

    def _next_warm(self) -> Place[TaskT] | None:
        """The first in the fair order that finds its model loaded: nobody else is passed by more than the lead."""
        loaded = self.farm.loaded() if self._loads else None
        return self.queue.pop(lambda task: self._can_go_warm(task, loaded)) if loaded else None

    def _can_go_warm(self, task: TaskT, loaded: Set[str]) -> bool:
        demand = self._wants(task).demand
        self._chosen = self.farm.warm(demand) if demand.model in loaded else None
        return self._chosen is not None

    def _can_go(self, task: TaskT, now: float) -> bool:
        want = self._wants(task)
        self._chosen = self.farm.choose(want.demand, want.seconds + want.loading, now)
        return self._chosen is not None

    def _joined(self, first: Place[TaskT]) -> list[Place[TaskT]]:
        most = self._wants(first.task).most
        places = self._company.join(first, most) if most > 1 else [first]
        for place in places[1:]:
            self._leaves(place)
        return places
