"""Batches: only what may share one does, tenants fill it in turn, and nobody is held back for long."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from filmstudio.core.engine import Needs
from filmstudio.core.perform import Batch, Call, Guest
from filmstudio.scheduler.batching import BatchTerms, Company, Gathering, terms_of
from filmstudio.scheduler.fairshare import FairQueue

CALL = Batch("voice", "speaker", "1", "m:Speaker", (Call("t", "0" * 64, {}),), trace="00-ab")


def queued(*tasks: tuple[str, str], lead: float = 100.0, weight: float = 1.0) -> tuple[FairQueue[str], Company[str]]:
    """Tasks of one second, each of a tenant and a key."""
    queue: FairQueue[str] = FairQueue(lead)
    company = Company(queue)
    for number, (tenant, key) in enumerate(tasks):
        company.add(queue.push(f"{tenant}{number}", tenant=tenant, film="f", cost=1.0, weight=weight, key=key))
    return queue, company


def batch(queue: FairQueue[str], company: Company[str], most: int) -> list[str]:
    first = queue.pop()
    assert first is not None
    return [place.task for place in company.join(first, most)]


def test_only_calls_of_one_engine_version_share_and_place_may_share() -> None:
    many = Needs(batch_size=8)
    key = terms_of(CALL, many, "sdxl 512").key
    assert terms_of(replace(CALL, calls=(), trace="00-cd"), many, "sdxl 512").key == key
    others = [replace(CALL, version="2"), replace(CALL, engine="other"), replace(CALL, guest=Guest("theirs"))]
    assert all(terms_of(other, many, "sdxl 512").key != key for other in others)
    assert terms_of(CALL, many, "sdxl 768").key != key


def test_an_engine_that_depends_on_its_neighbours_has_none_and_does_not_wait() -> None:
    terms = terms_of(CALL, Needs(batch_size=8, batch_wait_ms=50, batch_sensitive=True))
    assert (terms.most, terms.wait) == (1, 0)
    assert terms_of(CALL, Needs(batch_size=1, batch_wait_ms=50)).wait == 0
    assert terms_of(CALL, Needs(batch_size=8, batch_wait_ms=50)).wait == 0.05


def test_a_batch_takes_from_tenants_in_turn_and_never_another_key() -> None:
    queue, company = queued(*[("a", "x")] * 9, *[("b", "x")] * 9, *[("c", "y")] * 9)
    made = batch(queue, company, 6)
    assert sorted(task[0] for task in made) == ["a", "a", "a", "b", "b", "b"]


def test_a_tenant_that_is_too_far_ahead_sits_out_until_the_others_have_caught_up() -> None:
    queue, company = queued(*[("a", "x")] * 20, *[("b", "y")] * 20, lead=2.0)
    taken = [batch(queue, company, 8) for _ in range(6)]
    served = [sum(task[0] == tenant for one in taken for task in one) for tenant in "ab"]
    assert abs(served[0] - served[1]) <= queue.service_gap_bound("a", "b")
    assert max(map(len, taken)) <= 4


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("xyz")), max_size=50), st.integers(1, 9), st.floats(0, 20))
def test_every_task_is_made_once_in_batches_of_one_key(tasks: list[tuple[str, str]], most: int, lead: float) -> None:
    queue, company = queued(*tasks, lead=lead)
    seen: list[str] = []
    while len(queue):
        made = batch(queue, company, most)
        assert 1 <= len(made) <= most
        assert len({tasks[int(task[1:])][1] for task in made}) == 1
        seen += made
        queue.check()
    assert sorted(seen) == sorted(f"{tenant}{number}" for number, (tenant, _) in enumerate(tasks))


def test_what_is_withdrawn_joins_nothing() -> None:
    queue, company = queued(("a", "x"))
    gone = queue.push("gone", tenant="b", film="f", cost=1.0, key="x")
    company.add(gone)
    queue.withdraw(gone)
    assert batch(queue, company, 8) == ["a0"]


def test_calls_are_held_back_until_there_are_enough_or_the_first_has_waited() -> None:
    gathering: Gathering[str] = Gathering()
    terms = BatchTerms("x", most=3, wait=1.0)
    assert gathering.add("alone", BatchTerms("y"), now=0) == ["alone"]
    assert gathering.add("one", terms, now=0) == gathering.add("two", terms, now=0.5) == []
    assert gathering.add("three", terms, now=0.6) == ["one", "two", "three"]
    assert gathering.add("four", terms, now=0.9) == []
    assert gathering.due(now=1.0) == []  # the first group's time; this one has its own
    assert gathering.next_due() == 1.9
    assert gathering.due(now=1.9) == ["four"]
    assert gathering.next_due() == float("inf")


def test_a_call_that_is_cancelled_while_held_back_does_not_come_out() -> None:
    gathering: Gathering[str] = Gathering()
    terms = BatchTerms("x", most=3, wait=1.0)
    gathering.add("gone", terms, now=0)
    gathering.add("stays", terms, now=0)
    gathering.discard("gone", "x")
    assert gathering.due(now=1) == ["stays"]
