"""Blinks: when the lids fall. Never on a stressed syllable, always where the head crosses its middle."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from filmstudio.plugins.picture.acting.mood import MoodScore
from filmstudio.plugins.picture.acting.motion import MotionData

GAP = 20.0
CLEAR = 3.0
"""Frames of clearance between the lids' movement and a stress."""
SHUT_AFTER = 2.0


@dataclass(frozen=True, slots=True)
class Blink:
    """A blink that starts at ``start``."""

    start: float
    slow: bool = False

    @property
    def frames(self) -> float:
        """How long the lids move."""
        return 11.0 if self.slow else 6.0


def plan_blinks(
    length: float,
    crossings: Sequence[float],
    wanted: Sequence[Blink],
    stresses: Sequence[float],
    forbidden: Callable[[float], bool],
    moods: MoodScore,
    rng: random.Random,
) -> list[Blink]:
    """All blinks of a shot of ``length`` data frames.

    ``crossings`` are the times at which the head's turn changes sign: the lids are shut then. ``wanted`` come from turns,
    thoughts and the ends of others' phrases, and give way to stresses, to holds that forbid blinking and to each other.
    """
    blinks = [Blink(time - SHUT_AFTER) for time in crossings]

    def free(blink: Blink) -> bool:
        if any(blink.start - CLEAR <= stress <= blink.start + blink.frames + CLEAR - 1 for stress in stresses):
            return False
        if forbidden(blink.start) or forbidden(blink.start + blink.frames):
            return False
        return all(abs(blink.start - other.start) > GAP for other in blinks)

    for blink in sorted(wanted, key=lambda blink: blink.start):
        for delay in (0, 2, 4, 6):
            later = Blink(blink.start + delay, blink.slow)
            if free(later):
                blinks.append(later)
                break
    time = rng.uniform(0.5, 2.0) * 24
    while time < length:
        for delay in range(0, 24, 3):
            if free(Blink(float(round(time) + delay))):
                blinks.append(Blink(float(round(time) + delay)))
                break
        low, high = moods.mood_at(time).blink
        time += rng.uniform(low, high) * 24
    return sorted(blinks, key=lambda blink: blink.start)


def lids(times: Sequence[float], blinks: Sequence[Blink], motion: MotionData) -> list[float]:
    """The factor on the lids' opening at every time: 1 open, 0 shut."""
    factors = [1.0] * len(times)
    for blink in blinks:
        table = motion.slow_lids if blink.slow else motion.lids
        for index, time in enumerate(times):
            since = time - blink.start
            if -1.0 < since < len(table):
                factors[index] = min(factors[index], _between(table, since))
    return factors


def _between(table: Sequence[float], place: float) -> float:
    if place < 0:
        return 1.0 + (table[0] - 1.0) * (place + 1.0)
    index = int(place)
    after = table[index + 1] if index + 1 < len(table) else 1.0
    return table[index] + (after - table[index]) * (place - index)
