"""Autoscaling: workers follow the work that waits, up at once and down after patience, without flapping."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmstudio.scheduler.autoscaling import Backlog, Range, Scale, by_resource, rescale, wish
from filmstudio.scheduler.estimates import GPU_IN_CORES

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


@given(st.floats(0, 1e6), st.floats(0, 1e6), st.floats(0, 1e6))
def test_a_backlog_is_divided_among_resources_in_the_mix_that_was_measured_and_none_of_it_is_lost(
    backlog: float, cpu: float, gpu: float
) -> None:
    cpus, gpus = by_resource(backlog, cpu, gpu)
    assert cpus + GPU_IN_CORES * gpus == pytest.approx(backlog)
    assert cpus * gpu == pytest.approx(gpus * cpu, rel=1e-6, abs=1e-6)


def test_before_anything_was_measured_a_backlog_is_of_cores() -> None:
    assert by_resource(90.0, 0.0, 0.0) == (90.0, 0.0)
    assert by_resource(90.0, 10.0, 5.0) == (10.0, 5.0)
