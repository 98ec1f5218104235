"""The frame of a western passage: its bars, chords and players, and how loud it is where."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from filmstudio.plugins.music.form import Bars, Passage
from filmstudio.plugins.music.harmony import Chord
from filmstudio.plugins.music.knowledge import WesternMood
from filmstudio.plugins.music.score import Instrument, Role
from filmstudio.plugins.music.situation import Situation

_PEAK = 0.65
"""Where a passage is most intense, as a share of its length."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What every layer of one passage shares. ``chords`` has one for each bar and the last."""

    scene: Situation
    mood: WesternMood
    passage: Passage
    bars: Bars
    chords: tuple[Chord, ...]
    scale: tuple[int, ...]
    players: dict[Role, Instrument]
    draw: random.Random

    def share(self, at: float) -> float:
        """How far into the passage a time is, 0 to 1."""
        return min(1.0, max(0.0, (at - self.passage.start) / max(0.1, self.passage.length)))

    def intensity(self, at: float) -> float:
        """The scene's intensity, rising to two thirds of the passage and falling after, 0 to 1."""
        return self.scene.intensity * (0.55 + 0.55 * arc(self.share(at)))

    def level(self, at: float, weight: float) -> int:
        """Velocity of a layer of this weight (0 to 1) at a time."""
        soft, loud = self.mood.velocity
        return round(max(16, min(118, soft * 0.85 + (loud - soft * 0.85) * weight * (0.25 + 1.05 * self.intensity(at)))))

    def chord_at(self, at: float) -> Chord:
        """The harmony at a time; the first chord holds through the intro."""
        return self.chords[min(len(self.chords) - 1, max(0, math.floor((at - self.bars.start) / self.bars.bar + 1e-6)))]

    def beat_after(self, at: float, grain: float = 1.0) -> float:
        """The next multiple of ``grain`` beats at or after a time, in the intro too."""
        step = self.bars.beat * grain
        return self.bars.start + math.ceil((at - self.bars.start) / step - 1e-6) * step


def arc(share: float) -> float:
    """0 at the ends of a passage, 1 at its peak."""
    return share / _PEAK if share < _PEAK else max(0.0, 1 - (share - _PEAK) / (1 - _PEAK))
