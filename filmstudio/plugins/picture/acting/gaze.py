"""Gaze: where a person looks, and how eyes, head and body follow one another there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from filmstudio.plugins.picture.acting.score import Score
from filmstudio.plugins.picture.acting.track import Track

HEAD_LEAD, BODY_LEAD, SHIFT = 3.0, 7.0, 2.0
"""Frames by which the eyes lead head and body, and in which they get there (``motion.json``, gaze)."""


@dataclass(frozen=True, slots=True)
class Sight:
    """Where to look: eyes in the head (-1..1, y down) and turn of the head, once both have arrived."""

    gx: float
    gy: float
    yaw: float
    pitch: float = 0.0
    """Raising of the head that spares the eyes: much white below the iris looks dazed."""


AHEAD = Sight(0.35, 0.0, 0.4)
HIGHEST = 0.45
"""How far up the eyes look at someone; the head does the rest."""
BEHIND_YAW = -0.55


def toward(dx: float, rise: float) -> Sight:
    """The sight of someone ``dx`` ahead (negative: behind) whose eyes are ``rise`` drawing units above one's own."""
    level = max(-0.7, min(0.7, -rise / 260.0))
    gy, pitch = max(-HIGHEST, level), 0.34 * -level
    if dx >= 0:
        return Sight(0.5, gy, 0.46, pitch)
    return Sight(-0.5, gy, BEHIND_YAW, pitch)


class Gaze:
    """Writes looks into the score; remembers the last so that clips can give the eyes back."""

    def __init__(self, score: Score, stresses: Sequence[float]) -> None:
        """``stresses`` are the times of this person's stressed syllables: the head does not cross its middle there."""
        self.score, self._stresses = score, stresses
        self.sight = AHEAD
        self.pitch, self.lean, self.dip = Track(0.0), Track(0.0), Track(0.0)

    def start(self, sight: Sight) -> None:
        """Look there before the shot begins."""
        self.sight = sight
        for channel, value in (("gx", sight.gx), ("gy", sight.gy), ("yaw", sight.yaw)):
            self.score.tracks[channel].base = value
        self.pitch.base = _raised(sight)
        self.lean.base = _turned(sight)

    def look(self, time: float, sight: Sight) -> None:
        """Look at ``sight`` from ``time`` on: eyes in 2 frames past the mark, head 3 later with a dip, body 7 later."""
        tracks = self.score.tracks
        eyes, lids, head = tracks["gx"], tracks["gy"], tracks["yaw"]
        turn = sight.yaw - head.at(time)
        time = self._clear_of_stress(time, head.at(time), sight.yaw)
        self.sight = sight
        span = 6.0 + 5.0 * abs(turn)
        here = eyes.cut(time)
        peak = max(-1.0, min(1.0, sight.gx + turn * 1.2))
        eyes.key(time + SHIFT, max(-1.05, min(1.05, here + (peak - here) * 1.07)), "out")
        eyes.key(time + SHIFT + 2, peak)
        lids.to(time, time + SHIFT, sight.gy, "out")
        if abs(turn) > 0.06:
            eyes.key(time + HEAD_LEAD + span, sight.gx)
            head.to(time + HEAD_LEAD, time + HEAD_LEAD + span, sight.yaw, "back")
            depth = min(4.0, 8.0 * abs(turn))
            self.dip.to(time + 1, time + HEAD_LEAD + span * 0.4, depth)
            self.dip.key(time + HEAD_LEAD + span + 3, 0.0)
        else:
            eyes.key(time + SHIFT + 4, sight.gx)
        self.pitch.to(time + HEAD_LEAD, time + HEAD_LEAD + span + 1, _raised(sight), "back")
        self.lean.to(time + BODY_LEAD, time + BODY_LEAD + 2 * span, _turned(sight))

    def glance(self, time: float, gx: float, gy: float, back: float) -> None:
        """The eyes alone go aside and return at ``back``; the head barely follows."""
        tracks = self.score.tracks
        for channel, value, home in (("gx", gx, self.sight.gx), ("gy", gy, self.sight.gy)):
            track = tracks[channel]
            here = track.cut(time)
            track.key(time + SHIFT, here + (value - here) * 1.05, "out")
            track.key(time + SHIFT + 2, value)
            track.key(back, value)
            track.key(back + SHIFT, home, "out")
        self.pitch.to(time + HEAD_LEAD, time + 10, self.sight.pitch * 0.5 - 0.22 * gy)
        self.pitch.key(back + HEAD_LEAD, self.sight.pitch * 0.5 - 0.22 * gy)
        self.pitch.key(back + 10, _raised(self.sight))

    def _clear_of_stress(self, time: float, now: float, then: float) -> float:
        if now * then >= 0:
            return time
        crossing = HEAD_LEAD + 0.5 * (6.0 + 5.0 * abs(then - now))
        for late in range(40):
            middle = time + late + crossing
            if all(not middle - 9 <= stress <= middle + 9 for stress in self._stresses):
                return time + late
        return time


def _raised(sight: Sight) -> float:
    return sight.pitch if sight.pitch else -0.22 * sight.gy


def _turned(sight: Sight) -> float:
    return -1.6 if sight.yaw < 0 else 3.0 * (sight.yaw - 0.4)
