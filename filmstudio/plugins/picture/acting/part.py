"""A part: one performer in one shot, with everything that is known about it before anything is acted."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass, field

from filmstudio.core.character import Character
from filmstudio.core.film import Business, Happening, Performer, Shot
from filmstudio.core.requests import Mouth, ShotTiming
from filmstudio.plugins.picture.acting.carriage import HAND_PROPS, Carriage
from filmstudio.plugins.picture.acting.limbs import Body
from filmstudio.plugins.picture.acting.motion import Clip, MotionData
from filmstudio.plugins.picture.acting.speech import Delivery, deliver
from filmstudio.plugins.picture.acting.track import DATA_FPS


@dataclass(frozen=True, slots=True)
class Deed:
    """A piece of business with its time, data frames of the shot."""

    start: float
    end: float
    business: Business


@dataclass(frozen=True, slots=True)
class Part:
    """What a performer is given. Times in data frames are frames of the shot times ``rate``."""

    performer: Performer
    shot: Shot
    timing: ShotTiming
    character: Character
    others: Mapping[str, Performer]
    mouths: Mapping[str, Mouth]
    fps: int
    motion: MotionData
    figure_height: float
    heights: Mapping[str, float]
    unit: float
    """Stage units a drawing unit."""
    body: Body
    carriage: Carriage
    seed: int = field(default=0)

    @property
    def name(self) -> str:
        """Id of the character."""
        return self.performer.character

    @property
    def rate(self) -> float:
        """Data frames a frame of the shot."""
        return DATA_FPS / self.fps

    @property
    def length(self) -> float:
        """Length of the shot in data frames."""
        return self.timing.frames * self.rate

    @property
    def held(self) -> str | None:
        """The part in the near hand: a prop of the shot, or what this person is drawn with."""
        for prop in self.performer.props:
            if prop in HAND_PROPS:
                return f"p_{prop}"
        return self.carriage.prop

    @property
    def room(self) -> float:
        """Drawing units to the nearest person in front; infinite when there is none."""
        ahead = [(other.x - self.performer.x) * self.side / self.unit for other in self.others.values()]
        return min((gap for gap in ahead if gap > 0), default=math.inf)

    @property
    def side(self) -> int:
        """+1 facing the right of the picture, -1 the left."""
        return 1 if self.performer.facing == "right" else -1

    def clip(self, action: str) -> Clip | None:
        """The clip of an action or gesture; None for one that is walked, stood, or unknown."""
        if action in ("walk", "run", "idle"):
            return None
        if action == "sit_floor" and self.body.robe:
            action = "kneel_seiza"
        return self.motion.clips.get(action)

    def deliveries(self, rng: random.Random) -> tuple[list[Delivery], list[Delivery]]:
        """Lines that this performer speaks on screen, and lines of others that are heard."""
        own: list[Delivery] = []
        heard: list[Delivery] = []
        for line in self.shot.lines:
            beat = self.timing.beats.get(line.id)
            if beat is None:
                continue
            one = deliver(line, beat.start, beat.end, self.mouths.get(line.id), self.fps, rng)
            if line.character != self.name:
                heard.append(one)
            elif line.presence == "on":
                own.append(one)
        return own, heard

    def deeds(self) -> list[Deed]:
        """This performer's own business; several in one beat follow one another."""
        found: list[Deed] = []
        for beat in self.shot.beats:
            if not isinstance(beat, Happening) or beat.id not in self.timing.beats:
                continue
            mine = [business for business in beat.business if business.character == self.name]
            start, end = self.timing.beats[beat.id].start * self.rate, self.timing.beats[beat.id].end * self.rate
            share = (end - start) / max(1, len(mine))
            found += [Deed(start + share * index, start + share * (index + 1), business) for index, business in enumerate(mine)]
        return found
