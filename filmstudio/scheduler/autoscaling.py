"""Autoscaling: how many workers of a kind are wanted, from the resource-seconds of work that waits for them.

The signal is work, not length of queues: a hundred captions are less than one scene of diffusion. Up goes at once, down only after
the wish has been lower for a while, and then to the most that was wished in that time, so that a short lull ends no workers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from filmstudio.scheduler.estimates import GPU_IN_CORES


@dataclass(frozen=True, slots=True)
class Range:
    """How a kind of worker may be scaled."""

    least: int
    most: int
    drain: float = 60.0
    """Seconds in which what waits should be done."""
    patience: float = 300.0
    """Seconds for which fewer must have been enough before workers are ended."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """What there is to do for one kind of worker."""

    waiting: float
    """Resource-seconds."""
    running: float
    """Resources in use."""
    each: float = 1.0
    """Resources that one worker has."""


@dataclass(frozen=True, slots=True)
class Scale:
    """What is wanted, and the wishes that keep it from falling: (time, workers), later ones smaller."""

    wanted: int
    wishes: tuple[tuple[float, int], ...] = ()


def wish(backlog: Backlog, limits: Range) -> int:
    """Workers that would do what waits in ``drain`` seconds beside what runs."""
    needed = (backlog.running + backlog.waiting / limits.drain) / backlog.each
    return min(limits.most, max(limits.least, math.ceil(needed - 1e-9)))


def rescale(scale: Scale, backlog: Backlog, limits: Range, now: float) -> Scale:
    """What is wanted now. Pure: the caller keeps the ``Scale`` and asks again, say every few seconds."""
    wished = wish(backlog, limits)
    before = scale.wishes or ((now, scale.wanted),)
    wishes = (*((at, workers) for at, workers in before if now - at < limits.patience and workers > wished), (now, wished))
    return Scale(min(limits.most, max(workers for _, workers in wishes)), wishes)


def by_resource(core_seconds: float, cpu: float, gpu: float) -> tuple[float, float]:
    """Backlog in core-seconds, as CPU-seconds and GPU-seconds: in the mix of those that films have been measured to need.

    Before a film is made its tasks, and so its engines' shares, are not known; ``cpu`` and ``gpu`` are what all made so far took.
    """
    measured = cpu + GPU_IN_CORES * gpu
    if measured <= 0:
        return core_seconds, 0.0
    return core_seconds * cpu / measured, core_seconds * gpu / measured
