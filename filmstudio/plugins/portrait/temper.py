"""Temper: which mood a face shows, found from the face itself, so that ears and tails answer any blend of emotions."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from filmstudio.plugins.portrait.pose import Pose

_FACES: Final = {
    "neutral": (-2.0, -5.0, 1.00, 0.0),
    "warm": (-4.0, -7.0, 0.74, 0.0),
    "happy": (-6.0, -4.0, 0.42, 0.0),
    "sad": (-5.0, -23.0, 0.85, 0.0),
    "angry": (12.0, 23.0, 0.72, 0.0),
    "afraid": (-15.0, -21.0, 1.12, 0.0),
    "surprised": (-19.0, -3.0, 1.08, 0.0),
    "disgusted": (7.0, 10.0, 0.35, -11.0),
    "thoughtful": (-4.0, 2.0, 0.90, -13.0),
}
"""Height and angle of the brows, lower lid, and difference of the brows in each mood (the house's acting table)."""

_SPREAD: Final = (5.0, 6.0, 0.14, 5.0)
"""How far a measure may be off before it speaks for another mood."""


def temper(pose: Pose) -> dict[str, float]:
    """The weight of each mood in a face; the weights add up to 1."""
    measured = (pose.brow, pose.brow_a, pose.low, pose.asym)
    weights = {
        mood: math.exp(-sum(((a - b) / spread) ** 2 for a, b, spread in zip(measured, face, _SPREAD, strict=True)))
        for mood, face in _FACES.items()
    }
    weights["neutral"] += 1e-6
    total = sum(weights.values())
    return {mood: weight / total for mood, weight in weights.items() if weight > total * 0.005}


def blend(moods: Mapping[str, float], postures: Mapping[str, Mapping[str, float]], into: dict[str, float]) -> None:
    """Add the postures of the moods, each by its weight."""
    for mood, weight in moods.items():
        for channel, value in postures.get(mood, {}).items():
            into[channel] = into.get(channel, 0.0) + weight * value
