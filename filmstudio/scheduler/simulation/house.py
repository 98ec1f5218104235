"""The simulated house: films arrive, are admitted, and are walked through the pools while machines come, go and get lost."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import accumulate
from random import Random
from typing import Final

from filmstudio.core.engine import Needs
from filmstudio.core.perform import Batch, Call
from filmstudio.scheduler.admission import Load, Refused, admit, sure_rate
from filmstudio.scheduler.autoscaling import Backlog, Range, Scale, rescale
from filmstudio.scheduler.batching import BatchTerms
from filmstudio.scheduler.clock import VirtualClock
from filmstudio.scheduler.flights import Flight, Flights, Rider
from filmstudio.scheduler.placement import Node
from filmstudio.scheduler.simulation.figures import Figures, Spread, TierFigures
from filmstudio.scheduler.simulation.pool import HEARTBEAT_SECONDS, Piece, Pool
from filmstudio.scheduler.simulation.workload import CRAFTS, STAGES, Shape, Tenant, expected_seconds, shapes, tenants
from filmstudio.scheduler.tiers import TERMS, Tier
from filmstudio.scheduler.witness import Witness

GPUS_A_MACHINE: Final = 8
CORES_A_MACHINE: Final = 64
BOOT_SECONDS: Final = 90.0
HOURS_TO_LOSS: Final = 20.0
"""Mean life of a machine: spot machines, a few of which are lost in every simulated hour."""
CUT_OFF: Final = 0.25
"""Share of lost machines that live on, cut off, and answer too late."""
LOOK_SECONDS: Final = 15.0
"""How often the autoscaler looks."""
LEAD: Final = 2000.0
"""Core-seconds of a weight-1 tenant: about two GPU-minutes. See ``FairQueue``."""
WATCHED: Final = 16
"""Tenants of each tier that the witness watches: those with the most to do."""
TRIES_TO_COME_IN: Final = 3
_FLOOD_AT, _FLOOD = 0.25, 0.2
"""A quarter into the time one Enterprise tenant brings so large a share of what the house can do in all of it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is simulated."""

    tenants: int = 10_000
    gpus: int = 1_000
    hours: float = 1.0
    load: float = 1.1
    """Films that come, as a share of what the GPUs could make, the flood not counted."""
    seed: int = 1


@dataclass(slots=True, eq=False)
class Film:
    """A film on its way."""

    name: str
    tenant: Tenant
    shape: Shape
    arrived: float
    waits: list[float]
    """Where its tier's waits are noted, seconds."""
    style: int
    left: list[int]
    """Tasks that each task still waits for."""
    unmade: int
    failed: bool = False

    @property
    def weight(self) -> float:
        """Its tenant's share of the house."""
        return TERMS[self.tenant.tier].weight

    def give_up(self) -> None:
        """One of its tasks was lost too often."""
        self.failed = True


@dataclass(slots=True)
class _Tally:
    """What a tier got."""

    waits: list[float] = field(default_factory=list)
    turnarounds: list[float] = field(default_factory=list)
    came: int = 0
    refused: int = 0


def simulate(plan: Plan) -> Figures:
    """Play the plan. The same plan gives the same figures, on any machine."""
    return _House(plan).play()


class _House:
    def __init__(self, plan: Plan) -> None:
        self._plan, self._chance, self._clock = plan, Random(plan.seed), VirtualClock()
        self._tenants, self._shapes = tenants(plan.tenants, self._chance), shapes(self._chance)
        self._gpus = Pool(self._clock, LEAD, self._made)
        self._cores = Pool(self._clock, LEAD, self._made)
        self._tally = {tier: _Tally() for tier in Tier}
        self._held: dict[str, float] = {}
        """Core-seconds that each tenant has in the house."""
        self._weights = 0.0
        self._films = self._machines = 0
        self._flights: Flights[Piece] = Flights()
        """Takes that all may share, wanted or being made."""
        self._kept: set[str] = set()
        """Digests of those that are made."""
        self._shared = 0
        self._scales: dict[Pool, Scale] = {}
        heaviest = sorted(self._tenants, key=lambda tenant: -tenant.appetite)
        watched = [[tenant.name for tenant in heaviest if tenant.tier is tier][:WATCHED] for tier in Tier]
        self._gpus.witness = Witness([name for names in watched for name in names], self._gpus.queue.reach)
        self._flooding = next((tenant for tenant in heaviest if tenant.tier is Tier.ENTERPRISE), heaviest[0])

    def play(self) -> Figures:
        until = self._plan.hours * 3600
        most = max(1, math.ceil(self._plan.gpus / GPUS_A_MACHINE))
        ranges = {self._gpus: Range(least=max(1, most // 4), most=most), self._cores: Range(least=1, most=max(2, most // 4))}
        for pool, limits in ranges.items():
            self._scales[pool] = Scale(limits.least)
            for _ in range(limits.least):
                self._boot(pool, 0)
            self._look(pool, limits)
        self._arrive(until)
        self._clock.after(_FLOOD_AT * until, lambda: self._flood(until))
        while self._clock.step(until):
            self._gpus.dispatch()
            self._cores.dispatch()
        for pool in (self._gpus, self._cores):
            pool.dispatch()
            pool.queue.check()
        return self._figures()

    # --- films -----------------------------------------------------------------------------------------------------------------

    def _arrive(self, until: float) -> None:
        """Films come as they like (a Poisson process), from tenants by their appetite."""
        appetites = [tenant.appetite for tenant in self._tenants]
        each = {tier: sum(shape.gpu_seconds for shape in shapes) / len(shapes) for tier, shapes in self._shapes.items()}
        mean = sum(tenant.appetite * each[tenant.tier] for tenant in self._tenants) / sum(appetites)
        pause, cumulated = mean / (self._plan.load * self._plan.gpus), list(accumulate(appetites))

        def come() -> None:
            self._come(self._chance.choices(self._tenants, cum_weights=cumulated)[0])
            self._clock.after(self._chance.expovariate(1 / pause), come)

        self._clock.after(0, come)

    def _flood(self, until: float) -> None:
        seconds, shapes = _FLOOD * self._plan.gpus * until, self._shapes[self._flooding.tier]
        for _ in range(round(seconds / (sum(shape.gpu_seconds for shape in shapes) / len(shapes)))):
            self._come(self._flooding)

    def _come(self, tenant: Tenant) -> None:
        self._tally[tenant.tier].came += 1
        self._knock(tenant, self._chance.choice(self._shapes[tenant.tier]), 1)

    def _knock(self, tenant: Tenant, shape: Shape, tries: int) -> None:
        held, weight = self._held.get(tenant.name, 0.0), TERMS[tenant.tier].weight
        capacity = sum(pool.units * rate for pool, rate in ((self._gpus, CRAFTS["picture"].rate), (self._cores, 1.0)))
        try:
            admit(Load(queued=held), shape.cost, tenant.tier, sure_rate(capacity, weight, self._weights))
        except Refused as refused:
            if tries < TRIES_TO_COME_IN and math.isfinite(refused.retry_after):
                self._clock.after(refused.retry_after, lambda: self._knock(tenant, shape, tries + 1))
            else:
                self._tally[tenant.tier].refused += 1
            return
        if held <= 0:
            self._weights += weight
        self._held[tenant.name] = held + shape.cost
        self._films += 1
        style = self._chance.randrange(1 << 16)
        tier = self._tally[tenant.tier]
        film = Film(f"film-{self._films}", tenant, shape, self._clock.now(), tier.waits, style, list(shape.needs), len(shape.roles))
        for number, needs in enumerate(shape.needs):
            if needs == 0:
                self._ready(film, number)

    def _ready(self, film: Film, number: int) -> None:
        role, chance = film.shape.roles[number], self._chance
        craft = CRAFTS[role]
        model = f"{role.removeprefix('grand-')}-{film.style % craft.models}" if craft.models else ""
        seconds = craft.seconds * math.exp(chance.gauss(0, craft.spread))
        piece = Piece(film, number, craft, role, model, seconds, self._clock.now())
        if craft.common:
            piece.digest = f"{min(STAGES, int(chance.paretovariate(0.6)))}-{model}"
            if piece.digest in self._kept:
                self._shared += 1
                self._finish(piece)
                return
            flight = self._flights.get(piece.digest)
            if flight is not None:
                self._shared += 1
                flight.riders.append(Rider(piece, role))
                return
            self._flights.add(_flight_of(piece, self._clock.now()))
        (self._gpus if craft.gpus else self._cores).offer(piece)

    def _made(self, piece: Piece) -> None:
        if (flight := self._flights.get(piece.digest)) is not None:
            self._flights.end(flight)
            self._kept.add(piece.digest)
            for rider in flight.riders:
                if rider.asker is not piece:
                    self._finish(rider.asker)
        self._finish(piece)

    def _finish(self, piece: Piece) -> None:
        film, tenant = piece.film, piece.film.tenant
        film.unmade -= 1
        self._held[tenant.name] -= expected_seconds(piece.craft) * piece.craft.rate
        if self._held[tenant.name] <= 1e-3:
            self._held[tenant.name] = 0.0
            self._weights -= film.weight
        if film.unmade == 0:
            self._tally[tenant.tier].turnarounds.append(self._clock.now() - film.arrived)
        for follower in film.shape.followers[piece.number]:
            film.left[follower] -= 1
            if film.left[follower] == 0 and not film.failed:
                self._ready(film, follower)

    # --- machines --------------------------------------------------------------------------------------------------------------

    def _look(self, pool: Pool, limits: Range) -> None:
        each = float(GPUS_A_MACHINE if pool is self._gpus else CORES_A_MACHINE)
        backlog = Backlog(pool.work_waiting, pool.units_used, each)
        self._scales[pool] = scale = rescale(self._scales[pool], backlog, limits, self._clock.now())
        there = len(pool.nodes) + pool.booting
        for _ in range(scale.wanted - there):
            self._boot(pool, BOOT_SECONDS)
        pool.retire(there - scale.wanted)
        self._clock.after(LOOK_SECONDS, lambda: self._look(pool, limits))

    def _boot(self, pool: Pool, seconds: float) -> None:
        self._machines += 1
        if pool is self._gpus:
            gpus = min(GPUS_A_MACHINE, self._plan.gpus)
            node = Node(f"gpu-{self._machines:05}", cpu=CORES_A_MACHINE, gpu=gpus, models_kept=GPUS_A_MACHINE)
        else:
            node = Node(f"cpu-{self._machines:05}", cpu=CORES_A_MACHINE)
        life = self._chance.expovariate(1 / (HOURS_TO_LOSS * 3600))
        pool.booting += 1

        def join() -> None:
            pool.booting -= 1
            pool.add(node)
            self._clock.after(life, lambda: self._lose(pool, node))

        if seconds:
            self._clock.after(seconds, join)
        else:
            join()

    def _lose(self, pool: Pool, node: Node) -> None:
        if node.name in pool.nodes:
            pool.lose(node, self._chance.uniform(0, HEARTBEAT_SECONDS), self._chance.random() < CUT_OFF)

    def _figures(self) -> Figures:
        assert self._gpus.witness is not None  # noqa: S101 - set above
        tiers = {
            tier.value: TierFigures(
                films=tally.came,
                refused=tally.refused,
                finished=len(tally.turnarounds),
                wait=Spread.of(tally.waits),
                turnaround=Spread.of(tally.turnarounds),
            )
            for tier, tally in self._tally.items()
        }
        return Figures.of(self._plan, self._clock.now(), self._gpus, self._cores, tiers, self._shared)


def _flight_of(piece: Piece, now: float) -> Flight[Piece]:
    call = Call(piece.role, piece.digest, None)
    needs = Needs(gpu=piece.craft.gpus, batch_size=piece.craft.batch)
    terms = BatchTerms((piece.role, piece.model), piece.craft.batch)
    return Flight(
        piece.digest,
        Batch(piece.role, piece.model, "", "", (call,)),
        terms,
        needs,
        piece.craft.seconds,
        now,
        riders=[Rider(piece, piece.role)],
    )
