"""Moods: how an emotion spreads over a person. Eyes first, then brows, mouth, head, body (``motion.json``, emotion_change)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from filmstudio.plugins.picture.acting.motion import Mood, MotionData
from filmstudio.plugins.picture.acting.track import Track

GROUPS: dict[str, tuple[tuple[str, ...], float, float, str]] = {
    "eyes": (("up", "low", "iris"), 0.0, 4.0, "out"),
    "brows": (("brow", "brow_a", "asym", "scrunch"), 2.0, 8.0, "out"),
    "blush": (("blush",), 3.0, 24.0, "inout"),
    "head": (("tilt", "pitch", "yaw"), 4.0, 16.0, "inout"),
    "body": (("lean", "shr", "hy", "arm0", "arm1"), 6.0, 22.0, "inout"),
}
"""Channels, delay and length in frames, and easing of each group. ``arm0`` and ``arm1`` add to both arms."""
MOUTH_DELAY = 3.0
GRAVE = ("sad", "afraid")
"""Emotions before which the old mouth stays 4 frames longer and the head first goes the wrong way."""


@dataclass(frozen=True, slots=True)
class Change:
    """An emotion taken on at a time; ``weight`` 1 is the emotion as tabled."""

    time: float
    emotion: str
    weight: float = 1.0


def weight_of(strength: float) -> float:
    """How much of the tabled face a line's strength shows: 0.5 at 0, 0.85 at the middle, 1.15 at 1."""
    return min(1.15, 0.5 + 0.7 * strength)


class MoodScore:
    """Channels of the mood over a shot."""

    def __init__(self, changes: Sequence[Change], motion: MotionData) -> None:
        """``changes`` by time; the first is in force when the shot begins."""
        self._motion = motion
        self.changes = _without_repeats(changes)
        first = self.changes[0]
        self.tracks = {channel: Track(value) for channel, value in self._values(first).items()}
        for before, change in pairwise(self.changes):
            self._go(before, change)

    def mood_at(self, time: float) -> Mood:
        """The mood in force at ``time``."""
        return self._motion.mood(self.change_at(time).emotion)

    def change_at(self, time: float) -> Change:
        """The last change at or before ``time``."""
        current = self.changes[0]
        for change in self.changes[1:]:
            if change.time > time:
                break
            current = change
        return current

    def _values(self, change: Change) -> dict[str, float]:
        mood, neutral, weight = self._motion.mood(change.emotion), self._motion.mood("neutral"), change.weight
        values = {name: neutral.face[name] + (value - neutral.face[name]) * weight for name, value in mood.face.items()}
        values.update(
            lean=mood.lean * weight, shr=mood.shr * weight, hy=mood.hy * weight, arm0=mood.arms[0] * weight, arm1=mood.arms[1] * weight
        )
        return values

    def _go(self, before: Change, change: Change) -> None:
        values, time = self._values(change), change.time
        slow = 1.0 / self._motion.mood(change.emotion).tempo
        for channels, delay, length, ease in GROUPS.values():
            for channel in channels:
                track = self.tracks[channel]
                held = track.cut(time + delay)
                if channel in ("tilt", "pitch") and change.emotion != before.emotion and abs(values[channel] - held) > 0.05:
                    wrong = 3.0 if channel == "tilt" else 0.1
                    track.key(time + delay + 4, held - wrong * (1 if values[channel] > held else -1) * change.weight)
                arrive = time + delay + length * (slow if delay >= 4 else 1.0)
                track.key(arrive, values[channel], "inout5" if change.emotion == "sad" and delay >= 6 else ease)
        if change.emotion in GRAVE and change.emotion != before.emotion:
            lids = self.tracks["up"]
            lids.cut(time)
            lids.key(time + 3, 1.02, "out")
            lids.key(time + 14, values["up"])


def _without_repeats(changes: Sequence[Change]) -> tuple[Change, ...]:
    kept: list[Change] = []
    for change in sorted(changes, key=lambda change: change.time):
        if kept and kept[-1].emotion == change.emotion and abs(kept[-1].weight - change.weight) < 0.05:
            continue
        if kept and change.time <= kept[0].time:
            kept = [change]
            continue
        kept.append(change)
    return tuple(kept)
