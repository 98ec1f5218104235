"""One level of the fair order: flows that share what is above them, in order of virtual time.

Start-time fair queueing: P. Goyal, H. M. Vin, H. Cheng, "Start-time Fair Queuing", SIGCOMM 1996. A flow's *tag* is what it was
charged, by weight; the least tag goes first, and the level's *virtual time* is the least tag at the latest decision. SFQ asks
nothing of the rate at which it is served, so it holds on many slots, on workers that come and go, and for a level
inside another (J. Bennett, H. Zhang, "Hierarchical Packet Fair Queueing Algorithms", SIGCOMM 1996). WF2Q (Bennett, Zhang,
INFOCOM 1996) would need finish times, and so costs known beforehand.

Costs are estimates when a task starts and are corrected when it ends. What follows is proved in docs/scheduling.md and
asserted here after every change: the tag of a flow with work that waits lies between ``now - behind`` and ``now + ahead``.
Everything is in *normalised* seconds: resource-seconds divided by weight.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Generic, TypeVar

from filmstudio.core.errors import StudioError

FoundT = TypeVar("FoundT")
BelowT = TypeVar("BelowT")

_ROUNDING = 1e-9
"""Relative error that sums of floats may have gathered."""


class UnfairOrder(StudioError):
    """The scheduler broke its own bound: a defect of the studio, never of a film."""


@dataclass(slots=True, eq=False)
class Flow(Generic[BelowT]):
    """A tenant among tenants, or a film among a tenant's films."""

    name: str
    weight: float
    below: BelowT
    """What waits in it: another level, or tasks."""
    tag: float = 0.0
    waiting: int = 0
    """Tasks that could start."""
    running: int = 0
    most_running: int = 0
    largest: float = 0.0
    """Estimate of one task."""
    overrun: float = 0.0
    """Most by which one task took longer than estimated."""
    underrun: float = 0.0
    """Most by which one task took less."""
    entry: int = 0
    """Which of its entries in the heap is true."""


class Level(Generic[BelowT]):
    """Flows by least tag, each decision in O(log n)."""

    def __init__(self, below: Callable[[], BelowT], lead: float = 0.0) -> None:
        """``lead``: how far ahead of the least tag another flow may be and still go first, where the first cannot go."""
        self._below = below
        self.lead = lead
        self.now = 0.0
        self._latest = 0.0
        self._tasks = 0
        self._flows: dict[str, Flow[BelowT]] = {}
        self._heap: list[tuple[float, int, Flow[BelowT]]] = []
        self._entries = count(1)
        self._sweep_at = 64

    def flow(self, name: str, weight: float | None = None) -> Flow[BelowT]:
        """The flow of this name, which from its next charge on has this weight."""
        flow = self._flows.get(name)
        if flow is None:
            flow = self._flows[name] = Flow(name, 1.0, self._below())
        if weight is not None:
            flow.weight = weight
        return flow

    def wake(self, flow: Flow[BelowT]) -> None:
        """A task waits in this flow. If none did before, it begins at the present: idle time is no credit."""
        self._tasks += 1
        flow.waiting += 1
        if flow.waiting == 1:
            flow.tag = max(flow.tag, self.now)
            self._enter(flow)

    def rest(self, flow: Flow[BelowT]) -> None:
        """A task of this flow no longer waits."""
        flow.waiting -= 1
        if flow.waiting == 0:
            flow.entry = 0
        self._leave(flow)

    def choose(self, ask: Callable[[Flow[BelowT]], FoundT | None], most: int) -> FoundT | None:
        """The first answer of the waiting flows, least tag first, at most ``lead`` ahead of the least and ``most`` flows."""
        passed: list[tuple[float, int, Flow[BelowT]]] = []
        found: FoundT | None = None
        while self._heap and len(passed) < most:
            tag, entry, flow = self._heap[0]
            if entry != flow.entry:
                heapq.heappop(self._heap)
                continue
            if not passed:
                self.now = max(self.now, tag)
            elif tag > passed[0][0] + self.lead:
                break
            found = ask(flow)
            if found is not None:
                break
            passed.append(heapq.heappop(self._heap))
        for one in passed:
            if one[1] == one[2].entry:
                heapq.heappush(self._heap, one)
        return found

    def within_lead(self, flow: Flow[BelowT]) -> bool:
        """It may be charged now without being first."""
        return flow.tag <= self.now + self.lead

    def charge(self, flow: Flow[BelowT], normalised: float) -> None:
        """A task of this flow starts, and is thought to take so long."""
        self._tasks += 1
        flow.running += 1
        flow.most_running = max(flow.most_running, flow.running)
        flow.largest = max(flow.largest, normalised)
        self._move(flow, flow.tag + normalised)

    def correct(self, flow: Flow[BelowT], charged: float, measured: float) -> None:
        """A task of this flow that was charged ``charged`` has taken ``measured``."""
        flow.running -= 1
        flow.overrun = max(flow.overrun, measured - charged)
        flow.underrun = max(flow.underrun, charged - measured)
        self._move(flow, flow.tag + (measured - charged))
        self._leave(flow)

    def ahead(self, flow: Flow[BelowT]) -> float:
        """Most by which its tag may be ahead of virtual time while its tasks wait."""
        return self.lead + flow.largest + flow.most_running * flow.overrun

    def behind(self, flow: Flow[BelowT]) -> float:
        """Most by which its tag may be behind virtual time while its tasks wait."""
        return flow.most_running * flow.underrun

    def reach(self, name: str) -> float:
        """How far the tag of a flow can move against virtual time, from one end of its bound to the other."""
        flow = self._flows.get(name)
        return self.lead if flow is None else self.ahead(flow) + self.behind(flow)

    def check(self) -> None:
        """Assert the bound of every flow. O(n); ``charge``, ``correct`` and ``wake`` assert that of the flow they change.

        Raises:
            UnfairOrder: a flow is outside its bound.
        """
        for flow in self._flows.values():
            self._assert(flow)

    def __len__(self) -> int:
        return len(self._flows)

    def __iter__(self) -> Iterator[Flow[BelowT]]:
        return iter(self._flows.values())

    def _move(self, flow: Flow[BelowT], tag: float) -> None:
        flow.tag = tag
        self._latest = max(self._latest, tag)
        if flow.waiting:
            self._enter(flow)

    def _enter(self, flow: Flow[BelowT]) -> None:
        flow.entry = next(self._entries)
        heapq.heappush(self._heap, (flow.tag, flow.entry, flow))
        if len(self._heap) > 4 * len(self._flows) + 64:
            self._heap = [one for one in self._heap if one[1] == one[2].entry]
            heapq.heapify(self._heap)
        self._assert(flow)

    def _assert(self, flow: Flow[BelowT]) -> None:
        if not flow.waiting:
            return
        rounding = _ROUNDING * (1.0 + abs(self.now))
        if not self.now - self.behind(flow) - rounding <= flow.tag <= self.now + self.ahead(flow) + rounding:
            message = f"{flow.name} is at {flow.tag:g}, outside {self.now:g} -{self.behind(flow):g} +{self.ahead(flow):g}."
            raise UnfairOrder(message, remedy="Please report this: the fair order of tasks is broken.")

    def _leave(self, flow: Flow[BelowT]) -> None:
        self._tasks -= 1
        if self._tasks == 0:
            self.now = self._latest  # the end of a busy period: what was used while nobody else wanted it is not owed
        if flow.waiting or flow.running or len(self._flows) < self._sweep_at:
            return
        # Forget idle flows that owe nothing: they would come back at the present anyway. Amortised O(1).
        for name in [one.name for one in self._flows.values() if not one.waiting and not one.running and one.tag <= self.now]:
            del self._flows[name]
        self._sweep_at = max(64, 2 * len(self._flows))
