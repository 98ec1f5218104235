"""Placement: on which node a task runs. It must fit; a node that has the model loaded is preferred, then the one with least to do."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

_ROUNDING: Final = 1e-6
"""Fractions of a GPU are added up: three thirds are one."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What a task occupies while it runs."""

    cpu: float = 1.0
    gpu: float = 0.0
    memory_mb: int = 0
    model: str = ""
    """What must be loaded before it can run; empty = nothing."""


@dataclass(slots=True, eq=False)
class Node:
    """A machine, what of it is free, and the models it has loaded, the one used longest ago first."""

    name: str
    cpu: float
    gpu: float = 0.0
    memory_mb: int = 0
    models_kept: int = 1
    """How many models it holds."""
    free: Demand = field(init=False)
    warm: OrderedDict[str, None] = field(default_factory=OrderedDict)

    def __post_init__(self) -> None:
        self.free = Demand(self.cpu, self.gpu, self.memory_mb)

    def fits(self, demand: Demand) -> bool:
        """It has room now."""
        return fits(demand, self.free)

    def could(self, demand: Demand) -> bool:
        """It would have room if nothing ran on it."""
        return fits(demand, Demand(self.cpu, self.gpu, self.memory_mb))

    @property
    def load(self) -> float:
        """The share in use of whatever is used most, 0 to 1."""
        shares = [1 - self.free.cpu / self.cpu if self.cpu else 0.0, 1 - self.free.gpu / self.gpu if self.gpu else 0.0]
        if self.memory_mb:
            shares.append(1 - self.free.memory_mb / self.memory_mb)
        return max(shares)

    def occupy(self, demand: Demand) -> bool:
        """A task begins here; whether its model was loaded already."""
        self.free = Demand(self.free.cpu - demand.cpu, self.free.gpu - demand.gpu, self.free.memory_mb - demand.memory_mb)
        if not demand.model:
            return True
        was_warm = demand.model in self.warm
        self.warm[demand.model] = None
        self.warm.move_to_end(demand.model)
        while len(self.warm) > self.models_kept:
            self.warm.popitem(last=False)
        return was_warm

    def release(self, demand: Demand) -> None:
        """A task ended here."""
        self.free = Demand(self.free.cpu + demand.cpu, self.free.gpu + demand.gpu, self.free.memory_mb + demand.memory_mb)


def fits(demand: Demand, room: Demand) -> bool:
    """There is as much room."""
    return demand.cpu <= room.cpu + _ROUNDING and demand.gpu <= room.gpu + _ROUNDING and demand.memory_mb <= room.memory_mb + _ROUNDING


def place(demand: Demand, nodes: Iterable[Node]) -> Node | None:
    """The node to run on: one that fits and is warm, or else one that fits; of several the least loaded, then by name."""
    fitting = (node for node in nodes if node.fits(demand))
    return min(fitting, key=lambda node: (bool(demand.model) and demand.model not in node.warm, node.load, node.name), default=None)
