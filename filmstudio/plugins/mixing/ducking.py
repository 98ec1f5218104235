"""Ducking: a gain for everything that is not speech, down before the first sound of a line and back up after the last."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from filmstudio.core.rational import SAMPLE_RATE

ATTACK = int(0.25 * SAMPLE_RATE)
"""The gain is down this long before a line begins."""

RELEASE = int(0.9 * SAMPLE_RATE)
HOLD = int(0.18 * SAMPLE_RATE)
JOIN = int(1.5 * SAMPLE_RATE)
"""Gaps shorter than this stay ducked: music that rises between two words pumps."""


def envelope(speech: Sequence[tuple[int, int]], samples: int) -> NDArray[np.float32]:
    """1 while someone speaks, 0 when nobody does, with soft edges; one value a sample."""
    amount = np.zeros(samples, np.float32)
    for first, last in joined(speech):
        down, up = max(0, first - ATTACK), min(samples, last + HOLD)
        amount[down:up] = 1.0
        ramp = min(ATTACK, down)
        if ramp:
            slope = _smooth(np.linspace(0, 1, ramp, dtype=np.float32))
            amount[down - ramp : down] = np.maximum(amount[down - ramp : down], slope)
        ramp = min(RELEASE, samples - up)
        if ramp:
            slope = _smooth(np.linspace(1, 0, RELEASE, dtype=np.float32)[:ramp])
            amount[up : up + ramp] = np.maximum(amount[up : up + ramp], slope)
    return amount


def joined(speech: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Stretches of speech, those with short gaps made one."""
    stretches: list[tuple[int, int]] = []
    for first, last in sorted(speech):
        if stretches and first - stretches[-1][1] < JOIN:
            stretches[-1] = (stretches[-1][0], max(stretches[-1][1], last))
        else:
            stretches.append((first, last))
    return stretches


def _smooth(ramp: NDArray[np.float32]) -> NDArray[np.float32]:
    curve: NDArray[np.float32] = ramp * ramp * (3 - 2 * ramp)
    return curve
