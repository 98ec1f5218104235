"""Cues: what the acting writes into while a shot is rehearsed, and the small moves of head and eyes that it is made of."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from filmstudio.plugins.picture.acting.gaze import Gaze, Sight
from filmstudio.plugins.picture.acting.mood import MoodScore
from filmstudio.plugins.picture.acting.score import Score
from filmstudio.plugins.picture.acting.speech import Accents, Breathing
from filmstudio.plugins.picture.acting.track import Track
from filmstudio.plugins.picture.acting.travel import Travel

Event = tuple[float, int, Callable[[], None]]
"""Time in data frames, order among events of one time, and what happens. Events happen in order of time."""


def _carriage_tracks() -> dict[str, Track]:
    return {"tilt": Track(0.0), "yaw": Track(0.0), "lean": Track(0.0), "hx": Track(0.0)}


@dataclass(slots=True)
class Cues:
    """The layers of a performance."""

    score: Score
    moods: MoodScore
    gaze: Gaze
    travel: Travel
    accents: Accents = field(default_factory=Accents)
    breathing: Breathing = field(default_factory=Breathing)
    attitude: dict[str, Track] = field(default_factory=_carriage_tracks)
    """How head and body are carried from phrase to phrase."""
    mirror: Track = field(default_factory=lambda: Track(0.0))
    """Lean of a listener towards the speaker."""
    nod_pitch: Track = field(default_factory=lambda: Track(0.0))
    nod_head: Track = field(default_factory=lambda: Track(0.0))
    shift: Track = field(default_factory=lambda: Track(0.0))
    """Hips forward of the planted feet."""
    flips: list[float] = field(default_factory=list)
    """Times at which the person turns around."""
    starts_turned: bool = False
    """Whether the person faces the other way when the shot begins."""
    thoughts: list[float] = field(default_factory=list)
    """Times at which a blink would come naturally."""

    def look(self, time: float, sight: Sight) -> None:
        """Look there, unless an action leads the eyes: then look there when it gives them back."""
        here = self.gaze.sight
        if self.score.busy(time, gaze=True):
            self.gaze.sight = sight
        elif abs(sight.gx - here.gx) + abs(sight.gy - here.gy) + abs(sight.yaw - here.yaw) > 0.05:
            self.gaze.look(time, sight)

    def glance(self, time: float, gx: float, gy: float, back: float) -> None:
        """The eyes go aside and return at ``back``, unless an action leads them."""
        if not self.score.busy(time, gaze=True) and not self.score.busy(back, gaze=True):
            self.gaze.glance(time, gx, gy, back)

    def carry(self, time: float, size: float, tempo: float, rng: random.Random) -> None:
        """A new phrase is a new thought: head and body find another place for it."""
        side = -1.0 if self.attitude["tilt"].at(time) > 0 else 1.0
        places = {
            "tilt": side * rng.uniform(1.5, 4.0),
            "yaw": rng.uniform(-0.08, 0.1),
            "lean": rng.uniform(-1.5, 2.5),
            "hx": rng.uniform(-1.0, 4.0),
        }
        for delay, (channel, place) in enumerate(places.items()):
            arrive = time + delay + rng.uniform(9.0, 15.0) / tempo
            self.attitude[channel].to(time + delay, arrive, place * size, "inout" if channel == "lean" else "back")

    def settle(self, time: float) -> None:
        """Head and body come home."""
        for track in self.attitude.values():
            track.to(time, time + 22.0, 0.0)

    def nod(self, time: float) -> None:
        """The first nod of the action ``nod`` at .6 of its size."""
        for track, (up, down) in ((self.nod_pitch, (0.08, -0.28)), (self.nod_head, (-1.2, 3.0))):
            track.to(time, time + 3, up)
            track.key(time + 8, down, "out")
            track.key(time + 14, 0.0)
