"""Autoscaling: workers follow the work that waits, up at once and down after patience, without flapping."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from filmstudio.scheduler.autoscaling import Backlog, Range, Scale, rescale, wish

LIMITS = Range(least=1, most=50, drain=60, patience=300)
WAITING = st.lists(st.floats(0, 10_000), min_size=1, max_size=80)


def follow(waiting: list[float], every: float = 10.0) -> list[int]:
    scale, wanted = Scale(1), []
    for turn, seconds in enumerate(waiting):
        scale = rescale(scale, Backlog(waiting=seconds, running=0), LIMITS, turn * every)
        wanted.append(scale.wanted)
    return wanted


@given(WAITING)
def test_there_are_always_enough_and_never_more_than_allowed(waiting: list[float]) -> None:
    for seconds, wanted in zip(waiting, follow(waiting), strict=True):
        assert wish(Backlog(seconds, 0), LIMITS) <= wanted <= LIMITS.most
        assert wanted >= LIMITS.least


@given(WAITING)
def test_it_falls_only_to_the_most_that_was_wished_in_the_time_of_patience(waiting: list[float]) -> None:
    wishes = [wish(Backlog(seconds, 0), LIMITS) for seconds in waiting]
    for turn, wanted in enumerate(follow(waiting)):
        recent = wishes[max(0, turn - 29) : turn + 1] + ([1] if turn < 30 else [])
        assert wanted == max(recent)


def test_a_backlog_that_swings_does_not_make_workers_come_and_go() -> None:
    wanted = follow([1200.0, 0.0] * 40)
    assert set(wanted) == {20}


def test_workers_end_when_the_work_has_ended_for_good() -> None:
    wanted = follow([1200.0] + [0.0] * 40)
    assert (wanted[29], wanted[30], wanted[31]) == (20, 1, 1)


def test_running_work_keeps_its_workers_and_workers_count_by_their_size() -> None:
    assert wish(Backlog(waiting=0, running=16, each=8), LIMITS) == 2
    assert wish(Backlog(waiting=480, running=16, each=8), LIMITS) == 3
