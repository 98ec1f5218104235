"""Calls of the probe engines, and what became of them."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

from servebench.probes import Gatherer, Probe

from filmstudio.core.dispatch import Dispatcher
from filmstudio.core.graph import task_digest
from filmstudio.core.perform import Call, Outcome
from filmstudio.core.plugins import Offer
from filmstudio.core.requests import SpeakRequest

ValueT = TypeVar("ValueT")

PROBE, GATHERER = Offer(Probe, "test"), Offer(Gatherer, "test")


def call(text: str, voice: str = "v", offer: Offer = PROBE, *, sung: bool = False) -> Call:
    """A call of a probe that obeys ``text``."""
    request = SpeakRequest.model_validate({"text": text, "voice": {"voice": voice}, "sung": sung}).canonical()
    return Call(f"{offer.engine.name} {voice} {text}", task_digest(offer.engine.name, "1", "voice", request), request)


def gather(crew: Dispatcher, count: int, seconds: float = 90.0) -> dict[str, Outcome]:
    """Outcomes of so many calls, by task."""
    found: dict[str, Outcome] = {}
    until = time.monotonic() + seconds
    while len(found) < count:
        found.update({outcome.task: outcome for outcome in crew.wait(timeout=max(0.0, until - time.monotonic()))})
        assert time.monotonic() < until, f"{len(found)} of {count} outcomes in {seconds:g} s"
    return found


def ask(crew: Dispatcher, offer: Offer, *calls: Call) -> list[Outcome]:
    """Outcomes of these calls, sent one by one."""
    for one in calls:
        crew.submit(offer.batch((one,)))
    found = gather(crew, len(calls))
    return [found[one.task] for one in calls]


def until(seconds: float, what: str, look: Callable[[int], ValueT | None]) -> ValueT:
    """What ``look`` finds: it is called with 0, 1, 2 … until it finds anything. What it asserts must hold each time."""
    end = time.monotonic() + seconds
    for turn in itertools.count():
        found = look(turn)
        if found is not None:
            return found
        assert time.monotonic() < end, f"{what}: not in {seconds:g} s"
        time.sleep(0.05)
    raise AssertionError


def run_of(outcome: Outcome) -> tuple[float, float]:
    """Number of the run that made it, and how many calls shared it."""
    measured = measured_of(outcome)
    return measured["run"], measured["batch"]


def players(outcomes: Iterable[Outcome]) -> set[int]:
    """Process ids of the replicas that made these."""
    return {int(measured_of(outcome)["pid"]) for outcome in outcomes}


def measured_of(outcome: Outcome) -> dict[str, float]:
    """What the engine measured."""
    assert outcome.take is not None, outcome.failure
    result = outcome.take.result
    assert isinstance(result, dict)
    return result["measured"]  # type: ignore[return-value]
