"""Single flight: riders come and go, and a flight lasts as long as it has one or has started. Estimates follow what was measured."""

from __future__ import annotations

from filmstudio.core.engine import Needs
from filmstudio.core.perform import Batch, Call
from filmstudio.scheduler.batching import BatchTerms
from filmstudio.scheduler.estimates import GPU_IN_CORES, Estimates, resources
from filmstudio.scheduler.flights import Flight, Flights, Rider


def flight(digest: str, *askers: str) -> Flight[str]:
    batch = Batch("voice", "speaker", "1", "m:Speaker", (Call("flight-1", digest, {}),))
    return Flight("flight-1", batch, BatchTerms(None), Needs(), 1.0, 0.0, riders=[Rider(asker, "t") for asker in askers])


def test_a_flight_is_found_by_its_digest_until_it_lands() -> None:
    flights: Flights[str] = Flights()
    flights.add(flight("d", "a"))
    found = flights.get("d")
    assert found is not None
    assert flights.get("other") is None
    flights.end(found)
    assert flights.get("d") is None


def test_who_leaves_takes_only_their_own_wish_along() -> None:
    flights: Flights[str] = Flights()
    shared, alone = flight("shared", "a", "b", "a"), flight("alone", "b")
    flights.add(shared)
    flights.add(alone)
    assert flights.leave("a") == [shared]
    assert [rider.asker for rider in shared.riders] == ["b"]
    assert flights.leave("nobody") == []
    assert set(flights.leave("b")) == {shared, alone}
    assert shared.riders == alone.riders == []


def test_estimates_follow_what_was_measured() -> None:
    estimates = Estimates(unknown=5.0)
    assert estimates.seconds("voice") == 5.0
    estimates.learn("voice", 1.0)
    assert estimates.seconds("voice") == 1.0
    for _ in range(30):
        estimates.learn("voice", 3.0)
    assert 2.9 < estimates.seconds("voice") <= 3.0
    assert estimates.seconds("music") == 5.0


def test_a_gpu_counts_for_the_cores_it_comes_with() -> None:
    assert resources(Needs(cpu=2)) == 2
    assert resources(Needs(cpu=1, gpu=0.5)) == 1 + GPU_IN_CORES / 2
