"""How long one decision takes with a long queue, and how far services grow apart meanwhile."""

from __future__ import annotations

import gc
import random
import time
from collections import deque
from dataclasses import dataclass

from filmstudio.scheduler.batching import Company
from filmstudio.scheduler.fairshare import FairQueue, Place
from filmstudio.scheduler.tiers import TERMS, Tier
from filmstudio.scheduler.witness import Gap, Witness

IN_FLIGHT = 1000
"""Tasks that run while the next are decided on: their charges are corrected as they end."""
FILMS = 10
"""Of each tenant."""
KEYS = 12
"""Kinds of tasks that may share a batch."""
LEAD = 100.0
"""Normalised seconds; see ``FairQueue``."""
WATCHED = 64


@dataclass(frozen=True, slots=True)
class Decisions:
    """What one decision costs: the next task (or batch) chosen and charged, one that ended corrected, a new one queued."""

    decisions: int
    batch: int
    """Most calls in a batch."""
    calls_a_batch: float
    mean_us: float
    p50_us: float
    p99_us: float
    worst_us: float
    """Without pauses of Python's garbage collector."""
    longest_pause_ms: float
    """Of the garbage collector, which looks through a queue of so many tasks now and then."""
    decisions_a_second: float
    """Pauses included."""


def measure_decisions(tasks: int, tenants: int, decisions: int, batch: int = 1) -> Decisions:
    """Time each of so many decisions with ``tasks`` queued throughout."""
    house, pauses = _House(tasks, tenants, batch), _Pauses()
    times = []
    started, calls = time.perf_counter(), 0
    for _ in range(decisions):
        begun, paused = time.perf_counter_ns(), pauses.total
        calls += house.decide()
        times.append((time.perf_counter_ns() - begun - (pauses.total - paused)) / 1000)
    passed = time.perf_counter() - started
    pauses.end()
    house.queue.check()
    times.sort()
    return Decisions(
        decisions=decisions,
        batch=batch,
        calls_a_batch=round(calls / decisions, 2),
        mean_us=round(sum(times) / decisions, 1),
        p50_us=round(times[decisions // 2], 1),
        p99_us=round(times[decisions * 99 // 100], 1),
        worst_us=round(times[-1], 1),
        longest_pause_ms=round(pauses.longest / 1e6, 1),
        decisions_a_second=round(decisions / passed),
    )


def measure_fairness(tasks: int, tenants: int, decisions: int, batch: int) -> Gap:
    """The gap nearest to its bound among the watched tenants, over so many decisions. Estimates are wrong by up to three times."""
    house = _House(tasks, tenants, batch, watched=WATCHED)
    for _ in range(decisions):
        house.decide()
    house.queue.check()
    assert house.witness is not None
    house.witness.assert_fair()
    return house.witness.worst


class _Pauses:
    """Pauses of the garbage collector, nanoseconds."""

    def __init__(self) -> None:
        self.total = self.longest = self._begun = 0
        gc.callbacks.append(self._note)

    def end(self) -> None:
        gc.callbacks.remove(self._note)

    def _note(self, phase: str, _: dict[str, int]) -> None:
        now = time.perf_counter_ns()
        if phase == "start":
            self._begun = now
        else:
            self.total += now - self._begun
            self.longest = max(self.longest, now - self._begun)


class _House:
    """A queue that stays as long as it is: for every task that starts another comes."""

    def __init__(self, tasks: int, tenants: int, batch: int, watched: int = 0) -> None:
        self._chance = random.Random(7)
        self._batch = batch
        tiers = self._chance.choices(list(Tier), [8, 3, 1], k=tenants)
        self._weights = {f"tenant-{number}": TERMS[tier].weight for number, tier in enumerate(tiers)}
        self._names = list(self._weights)
        self.queue: FairQueue[float] = FairQueue(LEAD if batch > 1 else 0.0)
        self._company = Company(self.queue)
        self._running: deque[Place[float]] = deque()
        self.witness = Witness(self._names[:watched], self.queue.reach) if watched else None
        for number in range(tasks):
            self._come(self._names[number % tenants])

    def decide(self) -> int:
        """One decision; returns how many tasks it started."""
        first = self.queue.pop()
        assert first is not None
        places = self._company.join(first, self._batch) if self._batch > 1 else [first]
        for place in places:
            self._running.append(place)
            self._tell(place.tenant.name, place.charged[0], -1)
        while len(self._running) > IN_FLIGHT:
            place = self._running.popleft()
            self.queue.settle(place, place.task)
            self._tell(place.tenant.name, (place.task - place.cost) / place.weights[0], 0)
        for place in places:
            self._come(place.tenant.name)
        return len(places)

    def _come(self, tenant: str) -> None:
        takes = self._chance.uniform(0.5, 20)
        place = self.queue.push(
            takes,
            tenant=tenant,
            film=f"film-{self._chance.randrange(FILMS)}",
            cost=takes * self._chance.uniform(1 / 3, 3),
            weight=self._weights[tenant],
            urgency=self._chance.random(),
            key=self._chance.randrange(KEYS),
        )
        if self._batch > 1:
            self._company.add(place)
        if self.witness is not None:
            self.witness.waits(tenant)

    def _tell(self, tenant: str, served: float, waits: int) -> None:
        if self.witness is not None:
            self.witness.serves(tenant, served)
            if waits:
                self.witness.waits(tenant, waits)
