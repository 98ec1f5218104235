"""Backfill: what is small may go first only where the big one starts no later for it."""

from __future__ import annotations

import heapq

from hypothesis import given
from hypothesis import strategies as st

from filmstudio.scheduler.backfill import SLACK, Ending, bound, may_backfill, reserve
from filmstudio.scheduler.placement import Demand, Node

BIG = Demand(cpu=1, gpu=4)
TASKS = st.lists(st.tuples(st.sampled_from([1, 2, 3]), st.floats(1, 50), st.floats(0.3, 1.0)), max_size=30)
"""GPUs, estimate in seconds, and the share of its bound that it really takes."""


def start_of_the_big_one(running: list[tuple[float, float]], small: list[tuple[int, float, float]], backfill: bool) -> float:
    """When a task of four GPUs starts on one node of four on which ``running`` (end, bound) hold one GPU each."""
    node = Node("n", cpu=99, gpu=4)
    ends = [(end, Demand(1, 1)) for end, _ in running]
    endings = {index: Ending(limit, Demand(1, 1)) for index, (_, limit) in enumerate(running)}
    for _ in running:
        node.occupy(Demand(1, 1))
    events = [(end, index) for index, (end, _) in enumerate(ends)]
    heapq.heapify(events)
    holds = {index: demand for index, (_, demand) in enumerate(ends)}
    now, waiting = 0.0, list(small)
    while True:
        if node.fits(BIG):
            return now
        reservation = reserve(BIG, [(node, list(endings.values()))], now)
        assert reservation is not None
        for task in list(waiting) if backfill else []:
            gpus, estimate, share = task
            demand = Demand(1, gpus)
            if node.fits(demand) and may_backfill(demand, estimate, reservation, now):
                waiting.remove(task)
                node.occupy(demand)
                index = len(holds)
                holds[index], endings[index] = demand, Ending(now + bound(estimate), demand)
                heapq.heappush(events, (now + bound(estimate) * share, index))
        now, index = heapq.heappop(events)
        node.release(holds[index])
        del endings[index]


@given(st.lists(st.tuples(st.floats(1, 60), st.floats(1, 2)), min_size=1, max_size=3), TASKS)
def test_the_big_one_starts_no_later_than_its_first_reservation(
    running: list[tuple[float, float]], small: list[tuple[int, float, float]]
) -> None:
    bounded = [(end, end * late) for end, late in running]
    promised = max(limit for _, limit in bounded)
    assert start_of_the_big_one(bounded, small, backfill=True) <= promised + 1e-9
    assert start_of_the_big_one(bounded, small, backfill=False) <= promised + 1e-9


def test_only_what_ends_in_time_or_fits_beside_goes_first() -> None:
    node = Node("n", cpu=99, gpu=4)
    node.occupy(Demand(1, 2))
    kept = reserve(Demand(1, 3), [(node, [Ending(30, Demand(1, 2))])], now=0)
    assert kept is not None
    assert (kept.at, kept.spare.gpu) == (30, 1)
    assert may_backfill(Demand(1, 2), 30 / SLACK, kept, now=0)
    assert not may_backfill(Demand(1, 2), 31 / SLACK, kept, now=0)
    assert may_backfill(Demand(1, 1), 1000, kept, now=0)  # beside it


def test_the_node_that_is_free_first_is_kept_and_one_too_small_never() -> None:
    small, busy, idle = Node("a", 8, 2), Node("b", 8, 4), Node("c", 8, 4)
    for node in (busy, idle):
        node.occupy(Demand(1, 4))
    nodes = [(small, []), (busy, [Ending(50, Demand(1, 4))]), (idle, [Ending(20, Demand(1, 4))])]
    kept = reserve(BIG, nodes, 0)
    assert kept is not None
    assert kept.node is idle
    assert reserve(Demand(1, 8), nodes, 0) is None
