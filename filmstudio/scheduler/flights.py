"""Single flight: equal tasks that are asked for at the same time are made once, whoever asks.

What is equal has one digest. A tenant's own tasks have its name in their digests (``core.graph.task_digest``), so flights
are shared between tenants only for roles whose takes all may share. A flight waits in the line of everyone who asked for it
and starts when the first of them comes up, so that nobody waits longer for having company.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from filmstudio.core.engine import Needs
from filmstudio.core.perform import Batch, Call
from filmstudio.scheduler.batching import BatchTerms
from filmstudio.scheduler.estimates import resources
from filmstudio.scheduler.fairshare import Place
from filmstudio.scheduler.floor import Want
from filmstudio.scheduler.placement import Demand

AskerT = TypeVar("AskerT")


@dataclass(frozen=True, slots=True)
class Rider(Generic[AskerT]):
    """Someone who wants a take."""

    asker: AskerT
    task: str
    """What they call the task."""
    epoch: int = 0
    """When they asked: what they asked for before their latest cancel does not reach them."""


@dataclass(slots=True, eq=False)
class Flight(Generic[AskerT]):
    """One call that is wanted: waiting, or being made."""

    id: str
    batch: Batch
    """Of one call, whose task is this flight's id: ids of different films may be equal."""
    terms: BatchTerms
    needs: Needs
    """Of its engine."""
    seconds: float
    """That it is thought to take."""
    asked: float
    """When it was, monotonic seconds."""
    farm: str = ""
    """Where there are machines for it."""
    want: Want = field(default_factory=lambda: Want(Demand(), 0.0))
    """What it needs of one."""
    riders: list[Rider[AskerT]] = field(default_factory=list)
    places: dict[AskerT, Place[Flight[AskerT]]] = field(default_factory=dict)
    """Where it waits."""
    started: bool = False
    payer: AskerT | None = None
    """In whose line it stood when it started: who is charged."""

    @property
    def rate(self) -> float:
        """Core-seconds that one second of it counts for."""
        return resources(self.needs)

    @property
    def call(self) -> Call:
        """The call to make."""
        return self.batch.calls[0]


class Flights(Generic[AskerT]):
    """Flights by digest."""

    def __init__(self) -> None:
        self._by_digest: dict[str, Flight[AskerT]] = {}

    def __len__(self) -> int:
        return len(self._by_digest)

    def __iter__(self) -> Iterator[Flight[AskerT]]:
        return iter(list(self._by_digest.values()))

    def get(self, digest: str) -> Flight[AskerT] | None:
        """The flight that will bring this take."""
        return self._by_digest.get(digest)

    def add(self, flight: Flight[AskerT]) -> None:
        """A flight is wanted."""
        self._by_digest[flight.call.digest] = flight

    def end(self, flight: Flight[AskerT]) -> None:
        """A flight has landed, or nobody wants it and it never started."""
        self._by_digest.pop(flight.call.digest, None)

    def leave(self, asker: AskerT) -> list[Flight[AskerT]]:
        """Someone wants nothing more; returns the flights they wanted, which may have other riders. O(flights)."""
        left = [flight for flight in self._by_digest.values() if any(rider.asker is asker for rider in flight.riders)]
        for flight in left:
            flight.riders = [rider for rider in flight.riders if rider.asker is not asker]
        return left
