"""Backfill: a small task may run on a node that is being kept for a big one, if it ends before the big one could start anyway.

EASY backfilling (D. Lifka, "The ANL/IBM SP Scheduling System", JSSPP 1995; A. Mu'alem, D. Feitelson, IEEE TPDS 12(6), 2001): the
first task that does not fit gets a reservation at the earliest moment at which, by the bounds of what runs, its node will have
room; everything else may use the node only as long as that moment stays where it is. Bounds are estimates with slack; a task that
outlasts its own delays the big one by no more than it overran.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from filmstudio.scheduler.placement import Demand, Node, fits

SLACK: Final = 1.5
"""A running task is taken to need this many times its estimate."""


@dataclass(frozen=True, slots=True)
class Ending:
    """A running task: what it will give back, and by when, seconds on the clock."""

    at: float
    demand: Demand


@dataclass(frozen=True, slots=True)
class Reservation:
    """A node that is kept for a task from a moment on."""

    node: Node
    demand: Demand
    at: float
    spare: Demand
    """What will be free there at that moment beside the task."""


def bound(estimate: float) -> float:
    """The runtime that a task of this estimate is held to, seconds."""
    return SLACK * estimate


def reserve(demand: Demand, nodes: Iterable[tuple[Node, Sequence[Ending]]], now: float) -> Reservation | None:
    """The node that will have room first, and when; None when none is large enough."""
    found = [reservation for node, endings in nodes if (reservation := _on(node, endings, demand, now)) is not None]
    return min(found, key=lambda reservation: (reservation.at, reservation.node.name), default=None)


def may_backfill(demand: Demand, estimate: float, reservation: Reservation, now: float) -> bool:
    """Running this on the reserved node now would not move the reservation: it ends before, or fits beside."""
    return now + bound(estimate) <= reservation.at or fits(demand, reservation.spare)


def _on(node: Node, endings: Sequence[Ending], demand: Demand, now: float) -> Reservation | None:
    room = node.free
    if fits(demand, room):
        return Reservation(node, demand, now, _less(room, demand))
    if not node.could(demand):
        return None
    for ending in sorted(endings, key=lambda ending: ending.at):
        room = Demand(room.cpu + ending.demand.cpu, room.gpu + ending.demand.gpu, room.memory_mb + ending.demand.memory_mb)
        if fits(demand, room):
            return Reservation(node, demand, max(now, ending.at), _less(room, demand))
    return Reservation(node, demand, math.inf, Demand(0, 0, 0))  # something that nobody told of is running there


def _less(room: Demand, demand: Demand) -> Demand:
    return Demand(max(0.0, room.cpu - demand.cpu), max(0.0, room.gpu - demand.gpu), max(0, room.memory_mb - demand.memory_mb))
