"""The fair order: services stay within the asserted bound whatever arrives and however wrong estimates are; unfair orders are caught."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filmstudio.scheduler.batching import Company
from filmstudio.scheduler.fairshare import FairQueue, Place
from filmstudio.scheduler.virtualtime import UnfairOrder
from filmstudio.scheduler.witness import Witness

WEIGHTS = {"free": 1.0, "pro": 3.0, "enterprise": 9.0, "solo": 1.0}


@dataclass(frozen=True)
class Job:
    """A task as it comes: who asks, when, what it is thought to take and what it does take, seconds."""

    tenant: str
    film: str
    at: float
    thought: float
    takes: float
    key: str = ""


SECONDS = st.floats(0.01, 100)
JOBS = st.lists(
    st.builds(Job, st.sampled_from(list(WEIGHTS)), st.sampled_from("AB"), st.floats(0, 50), SECONDS, SECONDS, st.sampled_from("xy")),
    min_size=1,
    max_size=60,
)
EXACT = JOBS.map(lambda jobs: [Job(job.tenant, job.film, job.at, job.takes, job.takes, job.key) for job in jobs])


def play(jobs: Sequence[Job], queue: FairQueue[Job], slots: int = 1, most: int = 1) -> tuple[Witness, list[Job]]:
    """Serve every job on some slots, batches of one key at a time; the order in which they started, and what a witness saw."""
    house = Witness(list(WEIGHTS), queue.reach)
    films = {tenant: Witness("AB", lambda film, tenant=tenant: queue.film_reach(tenant, film)) for tenant in WEIGHTS}  # type: ignore[misc]
    company = Company(queue)
    coming = sorted(jobs, key=lambda job: job.at)
    running: list[tuple[float, int, list[Place[Job]]]] = []
    order: list[Job] = []
    now, free, turns = 0.0, slots, 0
    while coming or running or len(queue):
        while coming and coming[0].at <= now:
            job = coming.pop(0)
            place = queue.push(job, tenant=job.tenant, film=job.film, cost=job.thought, weight=WEIGHTS[job.tenant], key=job.key)
            company.add(place)
            house.waits(job.tenant)
            films[job.tenant].waits(job.film)
        while free and (first := queue.pop()) is not None:
            batch = company.join(first, most)
            for place in batch:
                job = place.task
                house.serves(job.tenant, job.thought / WEIGHTS[job.tenant])
                films[job.tenant].serves(job.film, job.thought)
                house.waits(job.tenant, -1)
                films[job.tenant].waits(job.film, -1)
                order.append(job)
            queue.check()
            free, turns = free - 1, turns + 1
            heapq.heappush(running, (now + max(place.task.takes for place in batch), turns, batch))
        assert free == 0 or not len(queue), "a slot is idle while a task could run"
        now = min([job.at for job in coming[:1]] + [end for end, _, _ in running[:1]], default=now)
        while running and running[0][0] <= now:
            for place in heapq.heappop(running)[2]:
                job = place.task
                queue.settle(place, job.takes)
                house.serves(job.tenant, (job.takes - job.thought) / WEIGHTS[job.tenant])
                films[job.tenant].serves(job.film, job.takes - job.thought)
            queue.check()
            free += 1
    for witness in films.values():
        witness.assert_fair()
    return house, order


@given(jobs=JOBS, slots=st.integers(1, 5))
@settings(max_examples=150, deadline=None)
def test_tenants_and_films_stay_within_the_bound_however_wrong_the_estimates_are(jobs: list[Job], slots: int) -> None:
    witness, order = play(jobs, FairQueue(), slots)
    witness.assert_fair()
    assert len(order) == len(jobs)


@given(jobs=EXACT)
@settings(max_examples=100, deadline=None)
def test_with_exact_estimates_the_bound_is_the_two_largest_tasks(jobs: list[Job]) -> None:
    """Goyal, Vin, Cheng 1996, theorem 1."""
    queue: FairQueue[Job] = FairQueue()
    witness, _ = play(jobs, queue)
    witness.assert_fair()
    gap = witness.worst
    largest = {name: max((job.takes for job in jobs if job.tenant == name), default=0) / WEIGHTS[name] for name in WEIGHTS}
    if gap.one:
        assert gap.bound <= largest[gap.one] + largest[gap.other] + 1e-9


@given(jobs=JOBS, slots=st.integers(1, 4), most=st.integers(2, 8), lead=st.floats(0, 300))
@settings(max_examples=150, deadline=None)
def test_batches_from_many_films_keep_the_bound(jobs: list[Job], slots: int, most: int, lead: float) -> None:
    witness, order = play(jobs, FairQueue(lead), slots, most)
    witness.assert_fair()
    assert sorted(map(id, order)) == sorted(map(id, jobs))


@given(jobs=JOBS)
@settings(max_examples=50, deadline=None)
def test_the_order_is_the_same_every_time(jobs: list[Job]) -> None:
    assert play(jobs, FairQueue(10), 3, 4)[1] == play(jobs, FairQueue(10), 3, 4)[1]


def flood(tenants: Sequence[str], tasks: int, thought: float = 1.0, takes: float = 1.0) -> list[Job]:
    return [Job(tenant, "A", 0, thought, takes) for tenant in tenants for _ in range(tasks)]


class FirstComeFirstServed(FairQueue[Job]):
    """Planted: whoever asked first is served first."""

    def __init__(self) -> None:
        super().__init__()
        self._line: list[Place[Job]] = []

    def push(self, task: Job, **how: object) -> Place[Job]:  # type: ignore[override]
        place = super().push(task, **how)  # type: ignore[arg-type]
        self._line.append(place)
        return place

    def pop(self, fits: object = None) -> Place[Job] | None:
        if not self._line:
            return None
        place = self._line.pop(0)
        self._start(place)
        return place


class Forgetful(FairQueue[Job]):
    """Planted: what a task was thought to take is never corrected."""

    def settle(self, place: Place[Job], measured: float) -> None:
        super().settle(place, place.cost)


class Heedless(FairQueue[Job]):
    """Planted: anyone may join any batch, however far ahead."""

    def may_join(self, place: Place[Job]) -> bool:
        return place.waiting


class Generous(FairQueue[Job]):
    """Planted: who comes back gets all that was missed while idling."""

    def push(self, task: Job, **how: object) -> Place[Job]:  # type: ignore[override]
        level = self._tenants
        level.now, held = 0.0, level.now
        try:
            return super().push(task, **how)  # type: ignore[arg-type]
        finally:
            level.now = held


def test_a_first_come_first_served_order_is_caught_at_once_by_the_queues_own_assertion() -> None:
    with pytest.raises(UnfairOrder, match="outside"):
        play(flood(["free", "pro"], 40), FirstComeFirstServed())


def test_an_order_by_estimates_that_are_never_corrected_is_caught_by_the_witness() -> None:
    liars = flood(["free"], 60, thought=1, takes=10) + flood(["solo"], 60, thought=10, takes=10)
    play(liars, FairQueue())[0].assert_fair()
    with pytest.raises(UnfairOrder, match="grew apart"):
        play(liars, Forgetful())[0].assert_fair()


def test_batches_that_heed_no_lead_are_caught() -> None:
    jobs = [Job("free", "A", 0, 1, 1, key) for key in ["x"] * 90] + [Job("solo", "A", 0, 1, 1, "y") for _ in range(90)]
    with pytest.raises(UnfairOrder):
        play(jobs, Heedless(5), most=64)


def test_credit_for_idle_time_is_caught() -> None:
    jobs = flood(["free"], 60) + [Job("solo", "A", 0, 1, 1)] + [Job("solo", "A", 50, 1, 1) for _ in range(40)]
    play(jobs, FairQueue())[0].assert_fair()
    with pytest.raises(UnfairOrder):
        play(jobs, Generous())[0].assert_fair()


def test_services_follow_the_weights_of_the_tiers() -> None:
    _, order = play(flood(["free", "pro", "enterprise"], 200), FairQueue())
    first = [job.tenant for job in order[:130]]
    assert (first.count("free"), first.count("pro"), first.count("enterprise")) == (10, 30, 90)


def test_a_tenant_that_comes_back_waits_its_turn_and_is_neither_first_for_long_nor_last() -> None:
    jobs = flood(["solo"], 100) + [Job("free", "A", 0, 1, 1)] + [Job("free", "A", 60, 1, 1) for _ in range(20)]
    _, order = play(jobs, FairQueue())
    after = [job.tenant for job in order[62:82]]
    assert 9 <= after.count("free") <= 11


def test_the_most_urgent_task_of_a_film_goes_first() -> None:
    queue: FairQueue[str] = FairQueue()
    for name, urgency in (("late", 1.0), ("soon", 5.0), ("soon too", 5.0)):
        queue.push(name, tenant="t", film="f", cost=1, urgency=urgency)
    assert [queue.pop().task for _ in range(3)] == ["soon", "soon too", "late"]  # type: ignore[union-attr]


def test_what_is_withdrawn_costs_nothing_and_never_comes_up() -> None:
    queue: FairQueue[str] = FairQueue()
    gone = [queue.push("gone", tenant="a", film="f", cost=100) for _ in range(5)]
    queue.push("stays", tenant="b", film="f", cost=1)
    for place in gone:
        queue.withdraw(place)
    assert queue.pop().task == "stays"  # type: ignore[union-attr]
    assert queue.pop() is None
    assert queue.reach("a") == 0


def test_a_task_that_does_not_fit_lets_others_pass_only_within_the_lead() -> None:
    queue: FairQueue[str] = FairQueue(lead=3)
    queue.push("huge", tenant="a", film="f", cost=1)
    for number in range(9):
        queue.push(f"small {number}", tenant="b", film="f", cost=1)
    passed = []
    while (place := queue.pop(lambda task: task != "huge")) is not None:
        passed.append(place.task)
    assert passed == ["small 0", "small 1", "small 2", "small 3"]
    assert queue.pop().task == "huge"  # type: ignore[union-attr]


def test_tenants_who_left_are_forgotten() -> None:
    queue: FairQueue[int] = FairQueue()
    for number in range(5000):
        queue.push(number, tenant=f"t{number}", film="f", cost=1)
        place = queue.pop()
        assert place is not None
        queue.settle(place, 1)
    assert len(queue._tenants) < 200
