"""A farm: machines, what runs on each and until when at most, and which of them is kept for a task that fits nowhere now.

``placement`` says on which machine a task runs, ``backfill`` which machine is kept and who may use it meanwhile. A simulation's
farm has hundreds of machines; the crew of one house has this machine, or a post of Ray's for each kind of engine.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from filmstudio.scheduler.backfill import Ending, Reservation, may_backfill, reserve
from filmstudio.scheduler.placement import Demand, Node, fits, place

WaiterT = TypeVar("WaiterT")

MACHINES_A_RESERVATION: Final = 8
"""One machine in so many, and at least one, may be kept for big tasks."""


@dataclass(slots=True, eq=False)
class Stay:
    """Something that runs on a machine."""

    node: Node
    demand: Demand
    ending: Ending
    warm: bool
    """Its model was loaded already."""


class Farm(Generic[WaiterT]):
    """Machines. ``WaiterT``: what a machine may be kept for."""

    def __init__(self, nodes: Iterable[Node] = ()) -> None:
        self.nodes: dict[str, Node] = {}
        self.reserved = self.backfilled = 0
        self._stays: dict[Node, list[Stay]] = {}
        self._open: dict[str, Node] = {}
        """Machines that are kept for nobody and have room for the least of what came so far."""
        self._least: Demand | None = None
        self._kept: dict[Node, tuple[Reservation, WaiterT]] = {}
        self._looked_at: dict[Node, None] = {}
        """Kept machines on which something may go first: something ended there, or came that fits."""
        self._due: dict[Node, None] = {}
        """Kept machines that have room now for what they are kept for."""
        self._homeless: list[tuple[Demand, WaiterT]] = []
        """Those whose machine was lost."""
        for node in nodes:
            self.add(node, 0.0)

    # --- where ---------------------------------------------------------------------------------------------------------------

    @property
    def open(self) -> Iterable[Node]:
        """Machines with something free that are kept for nobody."""
        return self._open.values()

    @property
    def kept(self) -> Iterable[Node]:
        """Machines that are kept for a big task."""
        return self._kept

    def within(self, demand: Demand) -> Demand:
        """The demand, but no more than the largest machine has: a task of a house that is too small for it has the whole of it."""
        if not self.nodes or any(node.could(demand) for node in self.nodes.values()):
            return demand
        largest = max(self.nodes.values(), key=lambda node: (node.gpu, node.cpu, node.memory_mb))
        return Demand(
            min(demand.cpu, largest.cpu), min(demand.gpu, largest.gpu), min(demand.memory_mb, largest.memory_mb), demand.model
        )  # fmt: skip

    def choose(self, demand: Demand, seconds: float, now: float) -> Node | Reservation | None:
        """Where a task can go that is thought to take so long: a machine; from some moment on, if it is big; or nowhere now."""
        chosen = place(demand, self._open.values())
        if chosen is None and self._looked_at:
            beside = [node for node in self._looked_at if may_backfill(demand, seconds, self._kept[node][0], now)]
            chosen = place(demand, beside)
            self.backfilled += chosen is not None
        if chosen is None and _is_big(demand) and self._may_keep:
            return self._reserve(demand, now)
        return chosen

    def loaded(self) -> set[str]:
        """Models that are loaded where there is room."""
        return {model for node in self._open.values() for model in node.warm}

    def warm(self, demand: Demand) -> Node | None:
        """A machine where it can go and finds its model loaded."""
        return place(demand, [node for node in self._open.values() if demand.model in node.warm])

    def looked(self) -> None:
        """Nothing that waits may go first on the kept machines: there is no use in asking before something changes."""
        self._looked_at.clear()

    def comes(self, demand: Demand, seconds: float, now: float) -> bool:
        """A task that is thought to take so long waits from now on; whether it might start, or have a machine kept for it."""
        self._widen(demand)
        beside = [node for node in self._kept if node.fits(demand) and may_backfill(demand, seconds, self._kept[node][0], now)]
        self._looked_at |= dict.fromkeys(beside)
        return bool(self._open or beside or (_is_big(demand) and self._may_keep))

    @property
    def _may_keep(self) -> bool:
        return len(self._kept) < max(1, len(self.nodes) // MACHINES_A_RESERVATION)

    # --- what runs -----------------------------------------------------------------------------------------------------------

    def begin(self, node: Node, demand: Demand, until: float) -> Stay:
        """A task begins on a machine, and ends before ``until``, as far as one knows."""
        stay = Stay(node, demand, Ending(until, demand), node.occupy(demand))
        self._stays[node].append(stay)
        if self._is_full(node):
            self._open.pop(node.name, None)
        return stay

    def end(self, stay: Stay, now: float) -> None:
        """A task ended."""
        node = stay.node
        self._stays[node].remove(stay)
        node.release(stay.demand)
        if node not in self._kept:
            if not self._is_full(node):
                self._open[node.name] = node
            return
        demand = self._kept[node][0].demand
        fresh = reserve(demand, [(node, self._endings(node))], now)
        if fresh is not None:
            self._keep(fresh, self._kept[node][1])

    def keep(self, reservation: Reservation, waiter: WaiterT) -> None:
        """Keep a machine for a task whose turn has come. ``due`` tells when it can begin there."""
        self.reserved += not reservation.node.fits(reservation.demand)
        self._keep(reservation, waiter)

    def due(self) -> tuple[Node, WaiterT] | None:
        """A task that can begin now on the machine that was kept for it, which it is to be given before anybody else is."""
        if not self._due:
            return None
        node, _ = self._due.popitem()
        _, waiter = self._kept.pop(node)
        self._looked_at.pop(node, None)
        self._open[node.name] = node
        return node, waiter

    def runs_on(self, node: Node) -> list[Stay]:
        """What runs there."""
        return self._stays[node]

    # --- machines ------------------------------------------------------------------------------------------------------------

    def add(self, node: Node, now: float) -> None:
        """A machine joins: for those first who lost theirs."""
        self.nodes[node.name] = self._open[node.name] = node
        self._stays[node] = []
        self._house(now)

    def remove(self, node: Node, now: float) -> list[Stay]:
        """A machine is gone; what ran on it. Whoever it was kept for is given another."""
        del self.nodes[node.name]
        self._open.pop(node.name, None)
        self._looked_at.pop(node, None)
        self._due.pop(node, None)
        if (kept := self._kept.pop(node, None)) is not None:
            self._homeless.append((kept[0].demand, kept[1]))
            self._house(now)
        return self._stays.pop(node)

    def _house(self, now: float) -> None:
        homeless, self._homeless = self._homeless, []
        for demand, waiter in homeless:
            if (reservation := self._reserve(demand, now)) is None:
                self._homeless.append((demand, waiter))
            else:
                self.keep(reservation, waiter)

    def _keep(self, reservation: Reservation, waiter: WaiterT) -> None:
        node = reservation.node
        self._kept[node] = reservation, waiter
        self._open.pop(node.name, None)
        (self._due if node.fits(reservation.demand) else self._looked_at)[node] = None

    def _reserve(self, demand: Demand, now: float) -> Reservation | None:
        free = ((node, self._endings(node)) for node in self.nodes.values() if node not in self._kept)
        return reserve(demand, free, now)

    def _is_full(self, node: Node) -> bool:
        return self._least is not None and not fits(self._least, node.free)

    def _widen(self, demand: Demand) -> None:
        """Machines that are full for all that came so far may not be for this."""
        known = self._least or demand
        least = Demand(min(known.cpu, demand.cpu), min(known.gpu, demand.gpu), min(known.memory_mb, demand.memory_mb))
        if least != self._least:
            self._least = least
            self._open = {node.name: node for node in self.nodes.values() if node not in self._kept and not self._is_full(node)}

    def _endings(self, node: Node) -> list[Ending]:
        return [stay.ending for stay in self._stays[node]]


def _is_big(demand: Demand) -> bool:
    """It takes several of what is counted: others would fill every gap before there is room for it."""
    return (demand.gpu or demand.cpu) > 1
