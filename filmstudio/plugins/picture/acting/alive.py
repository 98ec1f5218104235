"""What never stops: breath, slow drift, darts of the eyes, shifting weight, and what hangs from a person and arrives late."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence

from filmstudio.plugins.picture.acting.mood import MoodScore

DRIFT = {"tilt": ((0.7, 4.7), (0.4, 2.9)), "yaw": ((0.022, 5.3),), "lean": ((0.35, 6.1),)}
"""Size and period in seconds; unequal periods never make a loop (``motion.json``, drift)."""


def breath(
    times: Sequence[float], moods: MoodScore, phase: float, deep: Callable[[float], tuple[float, float] | None]
) -> tuple[list[float], list[float]]:
    """Breath 0..depth at every time, and the same 4 frames later for the head. ``deep`` overrides seconds and depth, as sleep does."""
    level: list[float] = []
    head: list[float] = []
    cycle = phase % 1.0
    before = times[0] if times else 0.0
    depth_now = 1.0
    for time in times:
        seconds, depth = deep(time) or moods.mood_at(time).breath
        depth_now += (depth - depth_now) * 0.06
        if seconds > 0:
            cycle += (time - before) / (24.0 * seconds)
        before = time
        level.append(_lung(cycle) * depth_now)
        head.append(_lung(cycle - (4.0 / (24.0 * seconds) if seconds > 0 else 0.0)) * depth_now)
    return level, head


def _lung(cycle: float) -> float:
    """Inhale over 45 % of the cycle, exhale over 55 %."""
    place = cycle % 1.0
    turn = place / 0.45 * 0.5 if place < 0.45 else 0.5 + (place - 0.45) / 0.55 * 0.5
    return 0.5 - 0.5 * math.cos(2.0 * math.pi * turn)


def drift(channel: str, time: float, phase: float) -> float:
    """The slow drift of a channel at ``time``, before scaling."""
    return sum(
        size * math.sin(2.0 * math.pi * time / (24.0 * period) + phase * (1.0 + 0.3 * index))
        for index, (size, period) in enumerate(DRIFT[channel])
    )


def darts(times: Sequence[float], moods: MoodScore, rng: random.Random) -> list[tuple[float, float]]:
    """Fixational jumps of the eyes: a new offset every so often, there in one frame, and held."""
    offsets: list[tuple[float, float]] = []
    until, offset = 0.0, (0.0, 0.0)
    for time in times:
        if time >= until:
            size, shortest, longest = moods.mood_at(time).dart
            if time > 0:
                offset = (rng.uniform(-size, size), rng.uniform(-size * 0.6, size * 0.6))
            until = time + rng.uniform(shortest, longest) * 24.0
        offsets.append(offset)
    return offsets


def twitches(times: Sequence[float], rng: random.Random) -> list[tuple[float, float]]:
    """Ear and tail of a creature, degrees: ears flick now and then, the tail never hangs still."""
    flick = rng.uniform(20.0, 90.0)
    phase = rng.uniform(0.0, 6.28)
    moves: list[tuple[float, float]] = []
    for time in times:
        if time > flick + 8.0:
            flick += rng.uniform(60.0, 170.0)
        since = time - flick
        ear = 14.0 * math.sin(math.pi * since / 4.0) if 0.0 <= since <= 8.0 else 0.0
        tail = 4.0 * math.sin(2.0 * math.pi * time / 74.0 + phase) + 2.5 * math.sin(2.0 * math.pi * time / 41.0)
        moves.append((ear, tail))
    return moves


class Spring:
    """An under-damped follower: hair, sleeve, skirt. Steps once a data frame."""

    __slots__ = ("_damp", "_last", "_stiff", "_velocity", "value")

    def __init__(self, stiff: float, damp: float) -> None:
        self._stiff, self._damp = stiff, damp
        self.value = self._velocity = 0.0
        self._last: float | None = None

    def step(self, drive: float) -> float:
        """Follow ``drive``, and return how far behind it hangs."""
        if self._last is None:
            self._last = drive
        self._velocity = self._velocity * self._damp - 3.6 * self._stiff * (drive - self._last) - self._stiff * self.value
        self.value += self._velocity
        self._last = drive
        return self.value


def follow(times: Sequence[float], drive: Sequence[float], stiff: float, damp: float) -> list[float]:
    """A spring's answer to ``drive`` at every time. It steps on the 24-frame grid whatever the frame rate, so that it swings alike."""
    if not times:
        return []
    spring = Spring(stiff, damp)
    answers: list[float] = []
    last = len(times) - 1
    grid: list[float] = []
    index = 0
    for tick in range(int(times[-1]) + 2):
        while index < last and times[index + 1] <= tick:
            index += 1
        if index < last:
            span = times[index + 1] - times[index]
            share = min(1.0, max(0.0, (tick - times[index]) / span))
            value = drive[index] + (drive[index + 1] - drive[index]) * share
        else:
            value = drive[last]
        grid.append(spring.step(value))
    for time in times:
        tick = int(time)
        answers.append(grid[tick] + (grid[tick + 1] - grid[tick]) * (time - tick))
    return answers


def weight_shifts(length: float, rng: random.Random) -> list[tuple[float, float, float]]:
    """Shifts of the hips while standing: time, frames taken and place in units; one leg, then the other."""
    shifts: list[tuple[float, float, float]] = []
    time = rng.uniform(14.0, 60.0)
    side = rng.choice((-1.0, 1.0))
    while time < length:
        takes = rng.uniform(22.0, 34.0)
        shifts.append((time, takes, side * rng.uniform(5.0, 10.0)))
        side = -side
        time += takes + rng.uniform(44.0, 90.0)
    return shifts
