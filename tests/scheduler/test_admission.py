"""Admission: nobody has more in the house than their tier allows, and who is refused is told when to come back."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmstudio.scheduler.admission import BACKLOG, Load, Refused, admit, sure_rate
from filmstudio.scheduler.tiers import Tier

COST = st.floats(1, 10_000)
FREE = BACKLOG[Tier.FREE]


@given(st.sampled_from(Tier), st.lists(COST, max_size=60), st.floats(0.1, 100))
def test_a_backlog_never_exceeds_its_limit(tier: Tier, costs: list[float], rate: float) -> None:
    held = 0.0
    for cost in costs:
        try:
            admit(Load(queued=held / 2, running=held / 2), cost, tier, rate)
        except Refused:
            assert held + cost > BACKLOG[tier]
        else:
            held += cost
        assert held <= BACKLOG[tier] * (1 + 1e-9)


@given(st.floats(1, FREE), st.floats(1, FREE), st.floats(0.1, 50))
def test_who_waits_as_long_as_told_is_taken_in(held: float, cost: float, rate: float) -> None:
    try:
        admit(Load(queued=held), cost, Tier.FREE, rate)
    except Refused as refused:
        assert refused.retry_after > 0
        done = min(held, refused.retry_after * rate)
        admit(Load(queued=held - done), cost * (1 - 1e-9), Tier.FREE, rate)


def test_a_refusal_says_what_is_held_and_when_there_will_be_room() -> None:
    with pytest.raises(Refused, match=r"10\.0 core-hours of yours are waiting or running; the free tier may have 10") as refused:
        admit(Load(queued=FREE / 4, running=FREE * 3 / 4), 50, Tier.FREE, rate=0.5)
    assert refused.value.retry_after == 100
    assert refused.value.problem.remedy == "Try again in 100 s."


def test_what_no_quota_would_ever_hold_is_refused_for_good() -> None:
    with pytest.raises(Refused, match="Make it in parts") as refused:
        admit(Load(), FREE + 1, Tier.FREE, rate=1)
    assert math.isinf(refused.value.retry_after)


def test_a_house_without_workers_promises_no_time() -> None:
    with pytest.raises(Refused, match="once some of it is done"):
        admit(Load(queued=FREE), 10, Tier.FREE, rate=0)


def test_the_sure_rate_is_the_share_while_all_wait() -> None:
    assert sure_rate(capacity=100, weight=1, weights_waiting=10) == 10
    assert sure_rate(capacity=100, weight=9, weights_waiting=9) == 100
    assert sure_rate(capacity=100, weight=3, weights_waiting=0) == 100
