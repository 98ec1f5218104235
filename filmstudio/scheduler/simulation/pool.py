"""A pool: simulated machines of one kind, and what runs on them, decided by the scheduler's own code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from filmstudio.core.dispatch import MAX_TRIES
from filmstudio.scheduler.clock import VirtualClock
from filmstudio.scheduler.estimates import LOADING_SECONDS, Estimates
from filmstudio.scheduler.fairshare import Place
from filmstudio.scheduler.farm import Stay
from filmstudio.scheduler.floor import Floor, Start, Want
from filmstudio.scheduler.placement import Demand, Node
from filmstudio.scheduler.simulation.workload import Craft

if TYPE_CHECKING:
    from filmstudio.scheduler.simulation.house import Film
    from filmstudio.scheduler.witness import Witness

LEASE_SECONDS: Final = 30.0
"""A machine that has not been heard of for so long has lost what it was making."""
HEARTBEAT_SECONDS: Final = 10.0


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

    stay: Stay
    places: tuple[Place[Piece], ...]
    tokens: list[int]
    since: float
    seconds: float
    """Of work, without loading."""


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
    lost_machines: int = 0
    retries: int = 0
    refused_answers: int = 0
    """Of machines that had been cut off, for leases that had run out."""
    made_twice: int = 0
    given_up: int = 0


class Pool:
    """Machines of one kind behind one fair queue: the floor decides, the pool plays what happens and counts."""

    def __init__(self, clock: VirtualClock, lead: float, ended: Callable[[Piece], None]) -> None:
        """``ended`` is told of every piece that is made."""
        self.clock, self.seen = clock, Seen()
        self.floor: Floor[Piece] = Floor(lead, self._wants, leaves=self._leave_queue)
        self.queue = self.floor.queue
        self.estimates = Estimates(unknown=10.0)
        self.witness: Witness | None = None
        self.nodes = self.floor.farm.nodes
        self._ended = ended
        self._runs: dict[Node, dict[Stay, Run]] = {}
        self._waiting: dict[float, int] = {}
        """Tasks by the units they want."""
        self.units = self.units_used = self.work_waiting = 0.0
        """GPUs that are up (cores, in a pool without any); those in use; and the work that waits, in seconds of one of them."""
        self.booting = 0
        self._at = 0.0

    # --- work --------------------------------------------------------------------------------------------------------------

    def offer(self, piece: Piece) -> None:
        """A piece waits."""
        cost = self.estimates.seconds(piece.role) * piece.craft.rate
        film = piece.film
        key = (piece.role, piece.model)
        entry = self.floor.offer(
            piece,
            self.clock.now(),
            tenant=film.tenant.name,
            film=film.name,
            cost=cost,
            weight=film.weight,
            urgency=film.shape.urgency[piece.number],
            key=key,
        )
        units = _units(piece.demand)
        self._waiting[units] = self._waiting.get(units, 0) + 1
        self.work_waiting += units * entry.cost / piece.craft.rate
        if self.witness is not None:
            self.witness.waits(film.tenant.name)

    def dispatch(self) -> None:
        """Start whatever can start now."""
        self._account()
        while (start := self.floor.next(self.clock.now())) is not None:
            self._start(start)

    def _wants(self, piece: Piece) -> Want:
        return Want(piece.demand, self.estimates.seconds(piece.role), piece.craft.batch, LOADING_SECONDS)

    def _leave_queue(self, entry: Place[Piece]) -> None:
        piece = entry.task
        units = _units(piece.demand)
        self._waiting[units] -= 1
        self.work_waiting -= units * entry.cost / piece.craft.rate
        name = piece.film.tenant.name
        if self.witness is not None:
            self.witness.serves(name, entry.charged[0])
            self.witness.waits(name, -1)

    def _start(self, start: Start[Piece]) -> None:
        now, pieces = self.clock.now(), [entry.task for entry in start.places]
        self._account()
        stay = self.floor.begin(start, now)
        self.units_used += _units(stay.demand)
        alone = [piece.seconds for piece in pieces]
        seconds = 0.5 * max(alone) + 0.5 * sum(alone)  # a batch of two takes as long as one and a half
        loading = 0.0 if stay.warm else LOADING_SECONDS
        for piece in pieces:
            piece.token += 1
            piece.film.waits.append(now - piece.ready)
        run = self._runs[start.node][stay] = Run(stay, start.places, [piece.token for piece in pieces], now, seconds)
        self.seen.batches += 1
        self.seen.pieces += len(pieces)
        if stay.demand.model:
            self.seen.warm += stay.warm
            self.seen.cold += not stay.warm
        self.clock.after(loading + seconds, lambda: self._answer(run))

    def _answer(self, run: Run) -> None:
        """A run has come to its end, on a machine that is there, lost to the world, or gone."""
        node = run.stay.node
        if self.nodes.get(node.name) is not node:
            return
        self._account()
        del self._runs[node][run.stay]
        self.units_used -= _units(run.stay.demand)
        self.floor.end(run.stay, self.clock.now())
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

    # --- machines ------------------------------------------------------------------------------------------------------------

    def add(self, node: Node) -> None:
        """A machine joins."""
        self._account()
        self.units += _size(node)
        self._runs[node] = {}
        self.floor.add(node, self.clock.now())

    def retire(self, count: int) -> None:
        """End machines that do nothing, at most so many."""
        idle = [node for node in self.nodes.values() if not self._runs[node] and node not in self.floor.farm.kept]
        self._account()
        for node in idle[:count]:
            self.units -= _size(node)
            self.floor.remove(node, self.clock.now())
            del self._runs[node]

    def lose(self, node: Node, heard: float, cut_off: bool) -> None:
        """A machine is not heard of any more; ``heard`` seconds ago it was. What it makes is given up when its leases run out.

        ``cut_off``: it lives, and will answer when that is too late.
        """
        self._account()
        self.seen.lost_machines += 1
        self.units -= _size(node)
        self.floor.remove(node, self.clock.now())
        for run in self._runs[node].values():
            self.units_used -= _units(run.stay.demand)
            if cut_off:
                self.clock.after(max(LEASE_SECONDS, run.since + run.seconds - self.clock.now()) + 1, lambda run=run: self._answer_late(run))  # type: ignore[misc]
        self.clock.after(LEASE_SECONDS - heard, lambda: self._expire(node))

    def _expire(self, node: Node) -> None:
        now = self.clock.now()
        for run in self._runs.pop(node).values():
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
        free = [_free(node) for node in self.floor.farm.open]
        runnable = sum(min(sum(_most(free, wanted)), waiting * wanted) for wanted, waiting in self._waiting.items() if waiting)
        seen.idle_while_runnable += passed * min(sum(free), runnable)
        seen.kept += passed * sum(_free(node) for node in self.floor.farm.kept)


def _units(demand: Demand) -> float:
    return demand.gpu or demand.cpu


def _size(node: Node) -> float:
    return node.gpu or node.cpu


def _free(node: Node) -> float:
    return node.free.gpu if node.gpu else node.free.cpu


def _most(free: list[float], wanted: float) -> list[float]:
    """What of the free units tasks of this size could use."""
    return [room // wanted * wanted for room in free]
