"""Who comes with what: tenants whose demand has heavy tails, and films with the shape of the studio's render graphs."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Final

from filmstudio.core.graph import Ref, RenderGraph, Task
from filmstudio.scheduler.estimates import GPU_IN_CORES
from filmstudio.scheduler.placement import Demand
from filmstudio.scheduler.tiers import TERMS, Tier


@dataclass(frozen=True, slots=True)
class Craft:
    """One kind of task. Times are assumptions of the simulation, of the order that GPU engines are known for."""

    seconds: float
    """Median, made alone."""
    gpus: int = 0
    batch: int = 1
    models: int = 0
    """How many models it is spread over (styles, adapters); 0 = it loads none."""
    spread: float = 0.5
    """Sigma of the logarithm of its seconds."""
    common: bool = False
    """Its takes are shared between tenants."""

    @property
    def rate(self) -> float:
        """Core-seconds for each second."""
        return 1 + GPU_IN_CORES * self.gpus

    def demand(self, model: str) -> Demand:
        """What it occupies."""
        return Demand(cpu=1, gpu=self.gpus, model=model)


CRAFTS: Final[dict[str, Craft]] = {
    "voice": Craft(3, gpus=1, batch=8, models=2),
    "lipsync": Craft(8, gpus=1, batch=4, models=1),
    "portrait": Craft(8, gpus=1, batch=4, models=8, spread=0.2),
    "backdrop": Craft(12, gpus=1, batch=4, models=8, spread=0.2, common=True),
    "picture": Craft(45, gpus=1, models=8, spread=0.6),
    "grand-picture": Craft(60, gpus=4, models=1, spread=0.6),
    "music": Craft(25, gpus=1, batch=2, models=1),
    "timing": Craft(0.3),
    "effects": Craft(4),
    "mixing": Craft(5),
    "mastering": Craft(10),
    "subtitles": Craft(0.5),
    "conform": Craft(6),
    "marketing": Craft(5),
}
"""Roles of the studio; a grand picture is one that takes several GPUs of one machine at a time."""

STAGES: Final = 400
"""Backdrops that there are; takes of them are shared between tenants."""

_OF_TIERS: Final = {Tier.FREE: 0.90, Tier.PRO: 0.09, Tier.ENTERPRISE: 0.01}
_APPETITE: Final = {Tier.FREE: 1.0, Tier.PRO: 8.0, Tier.ENTERPRISE: 120.0}
_TAIL: Final = 1.2
"""Exponent of the Pareto distribution of demand: below 2, as measured of users of shared clusters."""
_SHAPES: Final = 60


@dataclass(frozen=True, slots=True)
class Tenant:
    """Somebody who makes films."""

    name: str
    tier: Tier
    appetite: float
    """Films in relation to others."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A film's render graph, by number of task."""

    roles: tuple[str, ...]
    needs: tuple[int, ...]
    """How many tasks each waits for."""
    followers: tuple[tuple[int, ...], ...]
    urgency: tuple[float, ...]
    cost: float
    """Core-seconds expected."""
    gpu_seconds: float

    @classmethod
    def of(cls, graph: RenderGraph) -> Shape:
        """The shape of a graph."""
        number = {task: index for index, task in enumerate(graph.order)}
        after: list[list[int]] = [[] for _ in graph.order]
        for task in graph.tasks.values():
            for need in task.needs:
                after[number[need]].append(number[task.id])
        urgency, crafts = graph.urgency(), [CRAFTS[graph.tasks[task].role] for task in graph.order]
        return cls(
            roles=tuple(graph.tasks[task].role for task in graph.order),
            needs=tuple(len(graph.tasks[task].needs) for task in graph.order),
            followers=tuple(map(tuple, after)),
            urgency=tuple(urgency[task] for task in graph.order),
            cost=sum(expected_seconds(craft) * craft.rate for craft in crafts),
            gpu_seconds=sum(expected_seconds(craft) * craft.gpus for craft in crafts),
        )


def expected_seconds(craft: Craft) -> float:
    """Mean of a task's seconds (of a lognormal, from its median)."""
    return craft.seconds * math.exp(craft.spread**2 / 2)


def tenants(count: int, chance: Random) -> list[Tenant]:
    """Everyone, the tiers in their proportions, demand with a heavy tail."""
    tiers = chance.choices(list(_OF_TIERS), list(_OF_TIERS.values()), k=count)
    return [Tenant(f"tenant-{number:05}", tier, _APPETITE[tier] * chance.paretovariate(_TAIL)) for number, tier in enumerate(tiers)]


def shapes(chance: Random) -> dict[Tier, list[Shape]]:
    """Films of each tier, none longer than it may be."""
    return {tier: [Shape.of(film_graph(tier, chance)) for _ in range(_SHAPES)] for tier in Tier}


def film_graph(tier: Tier, chance: Random) -> RenderGraph:
    """A render graph as ``core.planner`` writes it: lines, scenes, and shots of a few seconds, up to the length a tier may have."""
    longest = TERMS[tier].longest_seconds
    seconds = min(longest, 20 * chance.paretovariate(1.1))
    return RenderGraph.of(list(_tasks(max(1, round(seconds / 15)), seconds, tier, chance)))


def _tasks(scenes: int, seconds: float, tier: Tier, chance: Random) -> Iterator[Task]:
    segments, masters, captions = [], [], []
    lines = [f"{scene}.{line}" for scene in range(scenes) for line in range(max(1, round(seconds / scenes / 6)))]
    cast = [f"portrait:{number}" for number in range(min(6, 2 + scenes // 2))]
    for line in lines:
        yield _task(f"voice:{line}", "voice")
        yield _task(f"lipsync:{line}", "lipsync", f"voice:{line}")
    for portrait in cast:
        yield _task(portrait, "portrait")
    yield _task("timing", "timing", *(f"voice:{line}" for line in lines))
    for scene in range(scenes):
        yield _task(f"backdrop:{scene}", "backdrop")
        yield _task(f"music:{scene}", "music", "timing")
        yield _task(f"effects:{scene}", "effects", "timing")
        yield _task(f"mixing:{scene}", "mixing", f"music:{scene}", f"effects:{scene}", "timing")
        yield _task(f"subtitles:{scene}", "subtitles", "timing")
        masters.append(f"mixing:{scene}")
        captions.append(f"subtitles:{scene}")
        for line in (line for line in lines if line.startswith(f"{scene}.")):
            grand = tier is not Tier.FREE and chance.random() < 0.04
            needs = ("timing", f"backdrop:{scene}", chance.choice(cast), f"lipsync:{line}")
            yield _task(f"picture:{line}", "grand-picture" if grand else "picture", *needs)
            segments.append(f"picture:{line}")
    yield _task("mastering", "mastering", *masters)
    yield _task("conform", "conform", "mastering", *segments, *captions)
    yield _task("marketing", "marketing", "conform")


def _task(name: str, role: str, *needs: str) -> Task:
    return Task(name, role, [Ref(need) for need in needs], weight=CRAFTS[role].seconds)
