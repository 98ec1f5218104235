"""The exchange: many films, walked in threads of their own, share one dispatcher in fair order.

    core.dispatch.render (a thread a film)  >  FilmDispatcher  >  gathering > floor: fair order, room  >  the crew: LocalDispatcher, Ray
                                            <    outcomes      <          flights by digest           <

One thread owns the crew, because dispatchers are not safe in threads: it starts what is next in the fair order whenever there is
room for it, corrects charges to what was measured, and hands outcomes to whoever asked. Machines that no engine can choose
between, this one or a post of Ray's, are a floor each: a task that waits for a GPU holds up none that wants a core.
"""

from __future__ import annotations

import contextlib
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from filmstudio.core.dispatch import Dispatcher
from filmstudio.core.engine import Failure, Needs
from filmstudio.core.errors import StudioError
from filmstudio.core.perform import Batch, Call, Outcome
from filmstudio.scheduler.batching import Gathering, terms_of
from filmstudio.scheduler.estimates import LOADING_SECONDS, Estimates
from filmstudio.scheduler.fairshare import Place
from filmstudio.scheduler.farm import Stay
from filmstudio.scheduler.flights import Flight, Flights, Rider
from filmstudio.scheduler.floor import Floor, Want
from filmstudio.scheduler.machines import Machines, machines_of
from filmstudio.scheduler.measures import BATCH_FILL, CPU_SECONDS, ENGINE_QUEUE, ENGINE_SERVICE, GPU_SECONDS
from filmstudio.scheduler.tallies import Tallies

LEAD = 60.0
"""Core-seconds of a weight-1 tenant by which a task may be ahead of the fair order to fill a batch that is made anyway."""
AHEAD = 2
"""Tasks that a film may have asked for, for each slot: one that is made and one that waits, so that no slot waits for a walk."""
_PATIENCE = 0.5
"""Seconds after which the owner looks around though nobody has called: its calls may be lost with a crew's machine."""


@dataclass(slots=True)
class _Running:
    places: dict[str, Place[_Flight]]
    """By id of flight: those without an outcome so far."""
    size: int
    since: float
    floor: Floor[_Flight]
    stay: Stay


class Exchange:
    """Shares one dispatcher between films. Use as a context manager; the dispatcher is its maker's to close, after this."""

    def __init__(
        self,
        dispatcher: Dispatcher,
        needs: Callable[[Batch], Needs],
        *,
        share: Callable[[Batch], str] = lambda batch: "",
        machines: Machines | None = None,
        lead: float = LEAD,
        ahead: int = AHEAD,
        estimates: Estimates | None = None,
        tallies: Tallies | None = None,
    ) -> None:
        """``needs`` and ``share`` tell of a batch of one call what its engine needs and what must be equal to share a batch.

        ``machines``: what the dispatcher's slots are on; by default as the dispatcher tells.

        Into ``tallies`` goes how long calls waited and took, how full batches were, and what was charged.
        """
        self._crew, self._needs, self._share, self._ahead = dispatcher, needs, share, ahead
        self._estimates, self._tallies = estimates or Estimates(), tallies or Tallies()
        self._lock = threading.RLock()
        self._called = threading.Condition(self._lock)
        self._machines = machines or machines_of(dispatcher)
        self._floors = {name: Floor(lead, _want_of, nodes) for name, nodes in self._machines.farms.items()}
        self._gathering: Gathering[_Flight] = Gathering()
        self._flights: Flights[FilmDispatcher] = Flights()
        self._running: dict[str, _Running] = {}
        """By id of flight; all flights of a batch have the same."""
        self._batches = 0
        self._landed: list[tuple[Rider[FilmDispatcher], Outcome]] = []
        """Settled, and not handed over so far."""
        self._numbers = 0
        self._films: set[FilmDispatcher] = set()
        self._rung = self._closing = False
        self._broken: StudioError | None = None
        self._owner = threading.Thread(target=self._own, name="filmstudio-exchange", daemon=True)
        self._owner.start()

    def __enter__(self) -> Exchange:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextlib.contextmanager
    def film(self, *, tenant: str, film: str, weight: float = 1.0, tier: str = "") -> Iterator[FilmDispatcher]:
        """A dispatcher for one film of a tenant. What it left unfinished is cancelled at the end.

        ``weight`` is the tenant's; what is charged is counted under its ``tier``.
        """
        view = FilmDispatcher(self, tenant, film, weight, tier)
        with self._lock:
            self._refuse_if_ended()
            self._films.add(view)
        try:
            yield view
        finally:
            view.cancel()
            with self._lock:
                self._films.discard(view)

    @property
    def slots(self) -> int:
        """Batches that the crew makes at the same time."""
        return self._crew.slots

    @property
    def waiting(self) -> int:
        """Places in the fair queue."""
        with self._lock:
            return sum(len(floor.queue) for floor in self._floors.values())

    def service_gap_bound(self, tenant: str, other: str) -> float:
        """See ``FairQueue.service_gap_bound``: of all floors together, which are each fair."""
        with self._lock:
            return sum(floor.queue.service_gap_bound(tenant, other) for floor in self._floors.values())

    def close(self) -> None:
        """End everything in flight. Films that wait are told so, with a ``StudioError``."""
        with self._lock:
            self._closing = True
            self._call()
        if threading.current_thread() is not self._owner:
            self._owner.join()

    # --- called by films, in their threads ------------------------------------------------------------------------------------

    def _ask(self, view: FilmDispatcher, batch: Batch) -> None:
        with self._lock:
            self._refuse_if_ended()
            for call in batch.calls:
                flight, rider = self._flights.get(call.digest), Rider(view, call.task, view.epoch)
                if flight is None:
                    flight = self._plan(batch, call)
                    flight.riders.append(rider)
                    for ripe in self._gathering.add(flight, flight.terms, time.monotonic()):
                        self._enqueue(ripe)
                else:
                    flight.riders.append(rider)
                    if flight.places and not flight.started and view not in flight.places:
                        self._enqueue(flight)
            self._call()

    def _plan(self, batch: Batch, call: Call) -> _Flight:
        self._numbers += 1
        alone = replace(batch, calls=(Call(f"flight-{self._numbers}", call.digest, call.request),))
        needs, seconds = self._needs(alone), self._estimates.seconds((batch.role, batch.engine, batch.version))
        terms = terms_of(alone, needs, self._share(alone))
        farm = self._machines.farm_of(alone)
        flight: _Flight = Flight(
            alone.calls[0].task, alone, terms, needs, seconds, time.monotonic(), farm, self._want(alone, needs, farm, seconds, terms.most)
        )
        self._flights.add(flight)
        return flight

    def _want(self, batch: Batch, needs: Needs, farm: str, seconds: float, most: int) -> Want:
        demand = self._machines.demand_of(batch, needs)
        return Want(self._floors[farm].farm.within(demand), seconds, most, LOADING_SECONDS if demand.model else 0.0)

    def _enqueue(self, flight: _Flight) -> None:
        for view in [rider.asker for rider in flight.riders]:
            if view not in flight.places:
                flight.places[view] = self._floors[flight.farm].offer(
                    flight,
                    time.monotonic(),
                    tenant=view.tenant,
                    film=view.film,
                    cost=flight.seconds * flight.rate,
                    weight=view.weight,
                    key=flight.terms.key,
                )

    def _leave(self, view: FilmDispatcher) -> None:
        with self._lock:
            for flight in self._flights.leave(view):
                if flight.started:
                    continue  # it ends by itself; its take is in the store
                if (place := flight.places.pop(view, None)) is not None:
                    self._floors[flight.farm].queue.withdraw(place)
                if not flight.riders:
                    self._gathering.discard(flight, flight.terms.key)
                    self._flights.end(flight)

    def _refuse_if_ended(self) -> None:
        if self._broken is not None:
            raise self._broken
        if self._closing:
            raise _ended()

    def _call(self) -> None:
        """Have the owner look around, wherever it waits."""
        self._called.notify_all()
        if self._running and not self._rung and (self._closing or self._batches < self._crew.slots):
            self._rung = True
            self._crew.interrupt()

    # --- the owner's thread ---------------------------------------------------------------------------------------------------

    def _own(self) -> None:
        try:
            while self._turn():
                pass
            self._crew.cancel()
            self._end(_ended())
        except BaseException as error:  # whatever the crew raises must reach every film: nobody else would hear of it
            with contextlib.suppress(Exception):
                self._crew.cancel()
            reason = str(error) if isinstance(error, StudioError) else f"{type(error).__name__}: {error}"
            self._end(StudioError(f"the shared crew has stopped: {reason}", remedy="Start again: finished takes are kept."))

    def _turn(self) -> bool:
        """Start what can start, hand over what ended, wait, and settle. False when it is time to end."""
        with self._lock:
            self._rung = False
            if self._closing:
                return False
            for ripe in self._gathering.due(time.monotonic()):
                self._enqueue(ripe)
            batches = self._next_batches()
        refused = [outcome for batch in batches for outcome in self._submit(batch)]
        landed, self._landed = self._landed, []
        for rider, outcome in landed:  # after the slots are filled again: films that wake up take the processor
            rider.asker.receive(outcome, rider.epoch)
        outcomes = refused or self._wait()
        with self._lock:
            for outcome in outcomes:
                self._settle(outcome)
        return True

    def _wait(self) -> list[Outcome]:
        with self._lock:
            patience = min(_PATIENCE, max(0.0, self._gathering.next_due() - time.monotonic()))
            if not self._running:
                waiting = any(floor.queue for floor in self._floors.values())
                idle = not waiting and math.isinf(self._gathering.next_due())
                if not self._closing and (idle or not waiting or self._crew.slots < 1):
                    self._called.wait(None if idle else patience)
                return []
        return self._crew.wait(patience)

    def _submit(self, batch: Batch) -> list[Outcome]:
        try:
            self._crew.submit(batch)
        except StudioError as error:  # this engine cannot be had; nobody else's work is touched
            return [Outcome(call.task, None, Failure.of(error)) for call in batch.calls]
        return []

    def _next_batches(self) -> list[Batch]:
        batches, now = list[Batch](), time.monotonic()
        for floor in self._floors.values():
            while self._batches < self._crew.slots and (start := floor.next(now)) is not None:
                places: dict[str, Place[_Flight]] = {}
                for place in start.places:
                    self._begin(place, places)
                if not places:
                    continue  # a machine was kept for it, and meanwhile it was made elsewhere, or nobody wants it any more
                flights, stay = [place.task for place in places.values()], floor.begin(start, now)
                first = flights[0]
                self._count_start(flights, first.terms.most)
                running = _Running(places, len(places), now, floor, stay)
                self._running.update(dict.fromkeys(places, running))
                self._batches += 1
                batches.append(replace(first.batch, calls=tuple(flight.call for flight in flights)))
        return batches

    def _begin(self, place: Place[_Flight], places: dict[str, Place[_Flight]]) -> None:
        flight = place.task
        if flight.started or not flight.riders:  # two riders' places of one flight joined the same batch, say: one pays
            self._floors[flight.farm].queue.settle(place, 0.0)
            return
        places[flight.id], flight.started = place, True
        for view, other in flight.places.items():
            if other is place:
                flight.payer = view
            self._floors[flight.farm].queue.withdraw(other)
        flight.places.clear()

    def _count_start(self, flights: Sequence[_Flight], most: int) -> None:
        now, engine = time.monotonic(), (flights[0].batch.role, flights[0].batch.engine)
        for flight in flights:
            self._tallies.observe(ENGINE_QUEUE, engine, now - flight.asked)
        if most > 1:
            self._tallies.observe(BATCH_FILL, engine, len(flights) / most)

    def _settle(self, outcome: Outcome) -> None:
        running = self._running.pop(outcome.task, None)
        if running is None:
            return
        place = running.places.pop(outcome.task)
        flight, batch = place.task, place.task.batch
        if outcome.fill:  # Ray's replicas form batches themselves
            self._tallies.observe(BATCH_FILL, (batch.role, batch.engine), outcome.fill)
        elapsed = (time.monotonic() - running.since) / running.size
        seconds = elapsed if outcome.take is None else outcome.take.seconds
        if outcome.take is not None:
            self._estimates.learn((batch.role, batch.engine, batch.version), seconds)
            self._tallies.observe(ENGINE_SERVICE, (batch.role, batch.engine), seconds)
        who = (flight.payer.tier if flight.payer is not None else "", batch.role, batch.engine)
        self._tallies.add(CPU_SECONDS, who, seconds * flight.needs.cpu)
        self._tallies.add(GPU_SECONDS, who, seconds * flight.needs.gpu)
        running.floor.queue.settle(place, seconds * flight.rate)
        if not running.places:
            self._batches -= 1
            running.floor.end(running.stay, time.monotonic())
        self._flights.end(flight)
        self._landed += [(rider, Outcome(rider.task, outcome.take, outcome.failure)) for rider in flight.riders]

    def _end(self, error: StudioError) -> None:
        with self._lock:
            self._broken = error
            for view in self._films:
                view.fail(error)


def _want_of(flight: _Flight) -> Want:
    return flight.want


class FilmDispatcher:
    """One film's view of the exchange: a ``Dispatcher``."""

    def __init__(self, exchange: Exchange, tenant: str, film: str, weight: float, tier: str) -> None:
        self.tenant, self.film, self.weight, self.tier = tenant, film, weight, tier
        self._exchange = exchange
        self.epoch = 0
        self._news = threading.Condition()
        self._outcomes: deque[Outcome] = deque()
        self._interrupted = False
        self._error: StudioError | None = None

    @property
    def slots(self) -> int:
        """How many tasks the film should ask for at the same time."""
        return self._exchange.slots * self._exchange._ahead

    def submit(self, batch: Batch) -> None:
        """Ask for every call of a batch.

        Raises:
            StudioError: the exchange has ended.
        """
        self._exchange._ask(self, batch)

    def wait(self, timeout: float | None = None) -> list[Outcome]:
        """What became of calls that were asked for; see ``Dispatcher.wait``.

        Raises:
            StudioError: the exchange has ended; finished takes are in the store.
        """
        with self._news:
            self._news.wait_for(lambda: self._outcomes or self._interrupted or self._error, timeout)
            if not self._outcomes and self._error is not None:
                raise self._error
            outcomes = list(self._outcomes)
            self._outcomes.clear()
            self._interrupted = False
            return outcomes

    def interrupt(self) -> None:
        """Make ``wait()`` return, from any thread."""
        with self._news:
            self._interrupted = True
            self._news.notify_all()

    def cancel(self) -> None:
        """Want nothing more: what waits is withdrawn, what runs ends by itself, and other films notice nothing."""
        self._exchange._leave(self)
        with self._news:
            self.epoch += 1
            self._outcomes.clear()

    def receive(self, outcome: Outcome, epoch: int) -> None:
        """An outcome for this film, from the exchange."""
        with self._news:
            if epoch == self.epoch:
                self._outcomes.append(outcome)
                self._news.notify_all()

    def fail(self, error: StudioError) -> None:
        """The exchange has ended."""
        with self._news:
            self._error = error
            self._news.notify_all()


_Flight = Flight[FilmDispatcher]


def _ended() -> StudioError:
    return StudioError("the studio is shutting down.", remedy="Start again: finished takes are kept.")
