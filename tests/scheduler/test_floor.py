"""The floor: fair order and machines together. Warm models are preferred within the lead, small tasks fill what a big one waits for."""

from __future__ import annotations

import heapq
import random
from dataclasses import dataclass
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmstudio.scheduler import farm as farm_module
from filmstudio.scheduler.backfill import bound
from filmstudio.scheduler.farm import Stay
from filmstudio.scheduler.floor import Floor, Start, Want
from filmstudio.scheduler.placement import Demand, Node
from filmstudio.scheduler.virtualtime import Level
from filmstudio.scheduler.witness import Witness

LOADING = 20.0


@dataclass(frozen=True, eq=False)
class Shot:
    """A task of the tests: what it wants, and how long it really takes."""

    tenant: str
    seconds: float
    gpus: int = 1
    model: str = ""

    def want(self) -> Want:
        return Want(Demand(1, self.gpus, model=self.model), self.seconds, loading=LOADING if self.model else 0.0)


class Day:
    """A day on the floor: tasks that wait, run for as long as they take, and end."""

    def __init__(self, lead: float, nodes: list[Node], names: str = "") -> None:
        self.floor: Floor[Shot] = Floor(lead, Shot.want, nodes)
        self.witness = Witness(list(names), self.floor.queue.reach)
        self.now, self.cold = 0.0, 0
        self.started: dict[Shot, float] = {}
        self._ends: list[tuple[float, int, Stay, Start[Shot]]] = []
        self._numbers = count()

    def offer(self, shot: Shot) -> None:
        self.floor.offer(shot, self.now, tenant=shot.tenant, film="film", cost=shot.seconds)
        self.witness.waits(shot.tenant)

    def start(self) -> None:
        """Start whatever can start now."""
        while (start := self.floor.next(self.now)) is not None:
            stay = self.floor.begin(start, self.now)
            self.cold += bool(stay.demand.model) and not stay.warm
            for place in start.places:
                self.started[place.task] = self.now
                self.witness.serves(place.tenant.name, place.charged[0])
                self.witness.waits(place.tenant.name, -1)
            takes = start.places[0].task.seconds + (0.0 if stay.warm else LOADING)
            heapq.heappush(self._ends, (self.now + takes, next(self._numbers), stay, start))

    def end_one(self) -> bool:
        """The next task ends; False when none runs."""
        if not self._ends:
            return False
        self.now, _, stay, start = heapq.heappop(self._ends)
        self.floor.end(stay, self.now)
        for place in start.places:
            self.floor.queue.settle(place, place.task.seconds)
        return True

    def play(self) -> None:
        self.start()
        while self.end_one():
            self.start()


def two_models(lead: float, seed: int = 5) -> Day:
    """Four tenants whose shots want one of two models, on one GPU that holds one at a time."""
    chance, day = random.Random(seed), Day(lead, [Node("gpu", cpu=8, gpu=1)], "abcd")
    for number in range(120):
        day.offer(Shot("abcd"[number % 4], chance.uniform(1, 9), model="sdxl" if number % 4 < 2 else "xtts"))
    day.play()
    assert len(day.started) == 120
    return day


def test_what_finds_its_model_loaded_goes_first_and_models_are_loaded_seldom() -> None:
    assert two_models(lead=60.0).cold * 3 < two_models(lead=0.0).cold


@given(st.floats(0, 200), st.integers(0, 99))
def test_the_warm_preference_keeps_the_bound(lead: float, seed: int) -> None:
    day = two_models(lead, seed)
    day.witness.assert_fair()
    day.floor.queue.check()


def test_planted_a_warm_preference_that_passes_anybody_by_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def limitless(self: Level[object], ask: object, most: int) -> object:
        self.lead, kept = 1e9, self.lead
        try:
            return choose(self, ask, most)  # type: ignore[arg-type]
        finally:
            self.lead = kept

    choose = Level.choose
    monkeypatch.setattr(Level, "choose", limitless)
    monkeypatch.setattr(Level, "_assert", lambda self, flow: None)
    day = two_models(lead=20.0)
    assert day.witness.worst.share > 1


def big_one_among_small(small: float) -> tuple[Day, Shot]:
    """A shot of four GPUs comes while three of four are taken for 30 s; then a hundred small ones of ``small`` seconds."""
    day, big = Day(1e6, [Node("gpu", cpu=99, gpu=4)]), Shot("a", 50, gpus=4)
    for _ in range(3):
        day.offer(Shot("b", 30))
    day.start()
    day.offer(big)
    for _ in range(100):
        day.offer(Shot("c", small))
    day.play()
    return day, big


def test_a_small_task_fills_the_gap_that_a_big_one_cannot_use_and_never_delays_it() -> None:
    day, big = big_one_among_small(small=4)
    assert day.started[big] <= bound(30), "when it would have started by the bounds of those that ran"
    assert day.floor.farm.backfilled >= 5
    assert day.floor.farm.reserved == 1


def test_a_task_that_would_outlast_the_gap_waits() -> None:
    day, big = big_one_among_small(small=40)
    assert (day.started[big], day.floor.farm.backfilled) == (30, 0)


def test_planted_backfill_without_a_bound_delays_the_big_one_and_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(farm_module, "may_backfill", lambda demand, seconds, reservation, now: True)
    day, big = big_one_among_small(small=40)
    assert day.started[big] > bound(30)


def test_a_task_that_comes_while_a_machine_is_kept_may_fill_the_gap_at_once() -> None:
    day = Day(1e6, [Node("gpu", cpu=99, gpu=4)])
    for _ in range(3):
        day.offer(Shot("b", 30))
    day.offer(Shot("a", 50, gpus=4))
    day.start()
    late, long = Shot("c", 4), Shot("c", 400)
    for shot in (long, late):
        day.offer(shot)
        day.start()
    assert late not in day.started, "its film's first task is the long one"
    other = Shot("d", 4)
    day.offer(other)
    day.start()
    assert other in day.started
    assert long not in day.started


def test_who_loses_the_machine_that_was_kept_for_it_is_given_the_next() -> None:
    lost, other = Node("a", cpu=99, gpu=4), Node("b", cpu=99, gpu=4)
    day, big = Day(1e6, [lost]), Shot("a", 50, gpus=4)
    day.offer(Shot("b", 30))
    day.start()
    day.offer(big)
    day.start()
    assert [stay.demand.gpu for stay in day.floor.remove(lost, day.now)] == [1]
    day.start()
    assert big not in day.started
    day.floor.add(other, day.now)
    day.start()
    assert day.started[big] == 0.0


def test_a_house_that_is_too_small_gives_a_big_task_the_whole_of_it() -> None:
    day = Day(0.0, [Node("laptop", cpu=2)])
    assert day.floor.farm.within(Demand(8, 1, 64_000, "m")) == Demand(2, 0, 0, "m")
    assert day.floor.farm.within(Demand(1)) == Demand(1)
