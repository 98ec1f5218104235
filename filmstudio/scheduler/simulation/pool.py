"""A pool: simulated machines of one kind, and what runs on them, decided by the scheduler's own code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from filmstudio.core.dispatch import MAX_TRIES
from filmstudio.scheduler.backfill import Ending, Reservation, bound, may_backfill, reserve
from filmstudio.scheduler.batching import Company
from filmstudio.scheduler.clock import VirtualClock
from filmstudio.scheduler.estimates import Estimates
from filmstudio.scheduler.fairshare import FairQueue, Place
from filmstudio.scheduler.placement import Demand, Node, place
from filmstudio.scheduler.simulation.workload import LOAD_SECONDS, Craft

if TYPE_CHECKING:
    from filmstudio.scheduler.simulation.house import Film
    from filmstudio.scheduler.witness import Witness

LEASE_SECONDS: Final = 30.0
"""A machine that has not been heard of for so long has lost what it was making."""
HEARTBEAT_SECONDS: Final = 10.0
MACHINES_A_RESERVATION: Final = 8
"""One machine in so many may be kept for big tasks."""


@dataclass(slots=True, eq=False)
class Piece:
    """A task of a film, on its way."""

    film: Film
    number: int
    craft: Craft
    role: str
    model: str
    seconds: float
    """That it will take, made alone."""
    ready: float
    """Since when it waits."""
    digest: str = ""
    tries: int = 0
    token: int = 0
    """Of its latest lease: an answer with an earlier one is refused."""
    done: bool = False
    demand: Demand = field(init=False)

    def __post_init__(self) -> None:
        self.demand = self.craft.demand(self.model)


@dataclass(slots=True, eq=False)
class Run:
    """A batch on a machine, under a lease."""

    node: Node
    demand: Demand
    places: list[Place[Piece]]
    tokens: list[int]
    since: float
    seconds: float
    """Of work, without loading."""
    ending: Ending


@dataclass(slots=True)
class Seen:
    """What a pool has counted; seconds are of GPUs, or of cores in a pool without any."""

    busy: float = 0.0
    up: float = 0.0
    idle_while_runnable: float = 0.0
    kept: float = 0.0
    """Idle, kept for a big task."""
    batches: int = 0
    pieces: int = 0
    warm: int = 0
    cold: int = 0
    backfilled: int = 0
    reserved: int = 0
    lost_machines: int = 0
    retries: int = 0
    refused_answers: int = 0
    """Of machines that had been cut off, for leases that had run out."""
    made_twice: int = 0
    given_up: int = 0


class Pool:
    """Machines of one kind behind one fair queue."""

    def __init__(self, clock: VirtualClock, lead: float, ended: Callable[[Piece], None]) -> None:
        """``ended`` is told of every piece that is made."""
        self.clock, self.seen = clock, Seen()
        self.queue: FairQueue[Piece] = FairQueue(lead)
        self.estimates = Estimates(unknown=10.0)
        self.witness: Witness | None = None
        self.nodes: dict[str, Node] = {}
        self._company = Company(self.queue)
        self._ended = ended
        self._runs: dict[Node, list[Run]] = {}
        self._open: dict[str, Node] = {}
        """Machines with something free that are kept for nobody."""
        self._kept: dict[Node, tuple[Reservation, Place[Piece]]] = {}
        self._homeless: list[Place[Piece]] = []
        """Big tasks whose turn it was, and whose machine was lost."""
        self._chosen: Node | Reservation | None = None
        """Where the task that was last asked about can go, now or from some moment on."""
        self._waiting: dict[float, int] = {}
        """Tasks by the units they want."""
        self.units = self.units_used = self.work_waiting = 0.0
        """GPUs that are up (cores, in a pool without any); those in use; and the work that waits, in seconds of one of them."""
        self.booting = 0
        self._stirred = False
        """Something has changed since it was last found that nothing more can start."""
        self._freed: dict[Node, None] = {}
        """Kept machines on which something has ended since."""
        self._at = 0.0

    # --- work --------------------------------------------------------------------------------------------------------------

    def offer(self, piece: Piece) -> None:
        """A piece waits."""
        cost = self.estimates.seconds(piece.role) * piece.craft.rate
        film = piece.film
        key = (piece.role, piece.model)
        entry = self.queue.push(
            piece, tenant=film.tenant.name, film=film.name, cost=cost, weight=film.weight, urgency=film.shape.urgency[piece.number], key=key
        )
        if piece.craft.batch > 1:
            self._company.add(entry)
        units = _units(piece.demand)
        self._waiting[units] = self._waiting.get(units, 0) + 1
        self.work_waiting += units * entry.cost / piece.craft.rate
        self._stirred = self._stirred or bool(self._open)
        if self.witness is not None:
            self.witness.waits(film.tenant.name)

    def dispatch(self) -> None:
        """Start whatever can start now."""
        self._account()
        while self._stirred and (self._open or self._kept):
            first = self.queue.pop(self._fits)
            if first is None:
                self._stirred = False
                self._freed.clear()
                break
            self._leave_queue(first)
            if isinstance(self._chosen, Reservation):
                self._keep(self._chosen, first)
                continue
            node, places = self._chosen, [first]
            assert node is not None  # noqa: S101 - _fits has found it
            if first.task.craft.batch > 1:
                places = self._company.join(first, first.task.craft.batch)
                for one in places[1:]:
                    self._leave_queue(one)
            self._start(node, places)

    def _fits(self, piece: Piece) -> bool:
        demand, estimate = piece.demand, self.estimates.seconds(piece.role)
        self._chosen = place(demand, self._open.values())
        if self._chosen is None and self._freed:
            now = self.clock.now()
            beside = [node for node in self._freed if may_backfill(demand, estimate + LOAD_SECONDS, self._kept[node][0], now)]
            self._chosen = place(demand, beside)
            self.seen.backfilled += self._chosen is not None
        if self._chosen is None and _units(demand) > 1 and len(self._kept) < max(1, len(self.nodes) // MACHINES_A_RESERVATION):
            self._chosen = self._reserve(demand)
        return self._chosen is not None

    def _reserve(self, demand: Demand) -> Reservation | None:
        free = ((node, [run.ending for run in self._runs[node]]) for node in self.nodes.values() if node not in self._kept)
        return reserve(demand, free, self.clock.now())

    def _leave_queue(self, entry: Place[Piece]) -> None:
        piece = entry.task
        units = _units(piece.demand)
        self._waiting[units] -= 1
        self.work_waiting -= units * entry.cost / piece.craft.rate
        name = piece.film.tenant.name
        if self.witness is not None:
            self.witness.serves(name, entry.charged[0])
            self.witness.waits(name, -1)

    def _keep(self, reservation: Reservation | None, entry: Place[Piece]) -> None:
        """Keep a machine for a task whose turn has come; without one it gets the next that joins."""
        if reservation is None:
            self._homeless.append(entry)
            return
        if reservation.node.fits(entry.task.demand):
            self._start(reservation.node, [entry])
            return
        self.seen.reserved += 1
        self._kept[reservation.node] = reservation, entry
        self._freed[reservation.node] = None
        self._stirred = True
        self._open.pop(reservation.node.name, None)

    def _start(self, node: Node, places: list[Place[Piece]]) -> None:
        now, pieces = self.clock.now(), [entry.task for entry in places]
        demand = pieces[0].demand
        self._account()
        warm = node.occupy(demand)
        self.units_used += _units(demand)
        alone = [piece.seconds for piece in pieces]
        seconds = 0.5 * max(alone) + 0.5 * sum(alone)  # a batch of two takes as long as one and a half
        loading = 0.0 if warm else LOAD_SECONDS
        for piece in pieces:
            piece.token += 1
            piece.film.waits.append(now - piece.ready)
        limit = now + bound(self.estimates.seconds(pieces[0].role) * (0.5 + 0.5 * len(pieces)) + loading)
        run = Run(node, demand, places, [piece.token for piece in pieces], now, seconds, Ending(limit, demand))
        self._runs[node].append(run)
        self.seen.batches += 1
        self.seen.pieces += len(pieces)
        if demand.model:
            self.seen.warm += warm
            self.seen.cold += not warm
        if _free(node) < 1:
            self._open.pop(node.name, None)
        self.clock.after(loading + seconds, lambda: self._answer(run))

    def _answer(self, run: Run) -> None:
        """A run has come to its end, on a machine that is there, lost to the world, or gone."""
        if self.nodes.get(run.node.name) is not run.node:
            return
        self._give_back(run)
        each = run.seconds / len(run.places)
        for entry in run.places:
            piece = entry.task
            self._settle(entry, each)
            self.estimates.learn(piece.role, each)
            self.seen.made_twice += piece.done
            piece.done = True
            self._ended(piece)

    def _answer_late(self, run: Run) -> None:
        """A machine that was cut off has come back with what it made: its leases have run out, and others have them now."""
        self.seen.refused_answers += sum(entry.task.token != token for entry, token in zip(run.places, run.tokens, strict=True))

    def _settle(self, entry: Place[Piece], seconds: float) -> None:
        measured = seconds * entry.task.craft.rate
        self.queue.settle(entry, measured)
        if self.witness is not None:
            self.witness.serves(entry.tenant.name, (measured - entry.cost) / entry.weights[0])

    def _give_back(self, run: Run) -> None:
        self._account()
        node = run.node
        self._runs[node].remove(run)
        node.release(run.demand)
        self.units_used -= _units(run.demand)
        self._stirred = True
        if node not in self._kept:
            self._open[node.name] = node
            return
        _, entry = self._kept[node]
        if node.fits(entry.task.demand):
            del self._kept[node]
            self._freed.pop(node, None)
            self._open[node.name] = node
            self._start(node, [entry])
        else:
            fresh = reserve(entry.task.demand, [(node, [one.ending for one in self._runs[node]])], self.clock.now())
            if fresh is not None:
                self._kept[node] = fresh, entry
                self._freed[node] = None

    # --- machines ------------------------------------------------------------------------------------------------------------

    def add(self, node: Node) -> None:
        """A machine joins."""
        self._account()
        self._stirred = True
        self.units += _size(node)
        self.nodes[node.name] = node
        self._runs[node] = []
        self._open[node.name] = node
        homeless, self._homeless = self._homeless, []
        for entry in homeless:
            self._keep(self._reserve(entry.task.demand), entry)

    def retire(self, count: int) -> None:
        """End machines that do nothing, at most so many."""
        idle = [node for node in self.nodes.values() if not self._runs[node] and node not in self._kept]
        self._account()
        for node in idle[:count]:
            self.units -= _size(node)
            del self.nodes[node.name], self._runs[node]
            self._open.pop(node.name, None)

    def lose(self, node: Node, heard: float, cut_off: bool) -> None:
        """A machine is not heard of any more; ``heard`` seconds ago it was. What it makes is given up when its leases run out.

        ``cut_off``: it lives, and will answer when that is too late.
        """
        self._account()
        self.seen.lost_machines += 1
        self.units -= _size(node)
        del self.nodes[node.name]
        self._open.pop(node.name, None)
        self._freed.pop(node, None)
        if (kept := self._kept.pop(node, None)) is not None:
            self._keep(self._reserve(kept[1].task.demand), kept[1])
        for run in self._runs[node]:
            self.units_used -= _units(run.demand)
            if cut_off:
                self.clock.after(max(LEASE_SECONDS, run.since + run.seconds - self.clock.now()) + 1, lambda run=run: self._answer_late(run))  # type: ignore[misc]
        self.clock.after(LEASE_SECONDS - heard, lambda: self._expire(node))

    def _expire(self, node: Node) -> None:
        now = self.clock.now()
        for run in self._runs.pop(node):
            for entry in run.places:
                piece = entry.task
                self._settle(entry, (now - run.since) / len(run.places))
                piece.token += 1
                piece.tries += 1
                if piece.tries >= MAX_TRIES:
                    self.seen.given_up += 1
                    piece.film.give_up()
                    continue
                self.seen.retries += 1
                piece.ready = now
                self.offer(piece)

    # --- counting ------------------------------------------------------------------------------------------------------------

    def _account(self) -> None:
        """Add up the time since it was last done: nothing has changed in between."""
        passed = self.clock.now() - self._at
        if passed <= 0:
            return
        self._at = self.clock.now()
        seen = self.seen
        seen.busy += passed * self.units_used
        seen.up += passed * self.units
        free = [_free(node) for node in self._open.values()]
        runnable = sum(min(sum(_most(free, wanted)), waiting * wanted) for wanted, waiting in self._waiting.items() if waiting)
        seen.idle_while_runnable += passed * min(sum(free), runnable)
        seen.kept += passed * sum(_free(node) for node in self._kept)


def _units(demand: Demand) -> float:
    return demand.gpu or demand.cpu


def _size(node: Node) -> float:
    return node.gpu or node.cpu


def _free(node: Node) -> float:
    return node.free.gpu if node.gpu else node.free.cpu


def _most(free: list[float], wanted: float) -> list[float]:
    """What of the free units tasks of this size could use."""
    return [room // wanted * wanted for room in free]
