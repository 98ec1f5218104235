"""Travel: who walks in, out and across in a shot, from where, and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from filmstudio.core.film import Performer, Shot
from filmstudio.plugins.picture.acting.gait import Gait, Stride, Walk
from filmstudio.plugins.picture.acting.limbs import Body
from filmstudio.plugins.picture.acting.motion import Mood, MotionData

_INSIDE = 0.14
"""How far inside the picture's edge, in body heights, somebody sets out who does not come in from outside."""

ARRIVE = 8.0
"""Frames after a walk in which the person is still settling."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One walk: ``direction`` +1 is to the right of the picture; ``before`` shifts it so that a walk in ends at the performer's place."""

    walk: Walk
    direction: int
    before: float
    run: bool = False

    @property
    def start(self) -> float:
        """First data frame of the walk."""
        return self.walk.start

    @property
    def end(self) -> float:
        """Data frame in which both feet stand again."""
        return self.walk.end

    def offset(self, stride: Stride) -> float:
        """Drawing units of the body from the performer's place, to the right of the picture."""
        return self.direction * (self.before + stride.root)


@dataclass(frozen=True, slots=True)
class Move:
    """A walk or run asked for by a beat."""

    action: str
    start: float
    end: float
    toward: int = 0
    """+1 or -1 when it leads towards someone, else 0."""


class Travel:
    """All passages of a performer in a shot. Times are data frames."""

    def __init__(
        self,
        performer: Performer,
        shot: Shot,
        length: float,
        moves: Sequence[Move],
        first_business: float,
        last_business: float,
        body: Body,
        unit: float,
        mood: Mood,
        motion: MotionData,
    ) -> None:
        """``first_business`` is when the performer must have arrived to speak or act, ``last_business`` when they are free to leave."""
        self._body, self._unit, self._mood, self._motion = body, unit, mood, motion
        self.passages: list[Passage] = []
        sides = 960.0 / shot.camera.start.zoom + 0.28 * body.height * unit
        left, right = shot.camera.start.x - sides, shot.camera.start.x + sides
        rest = list(moves)
        if performer.enters:
            direction = 1 if performer.enters == "left" else -1
            distance = abs(performer.x - (left if direction > 0 else right))
            move = rest.pop(0) if rest else None
            until = move.end if move else first_business
            self._add_in(direction, distance, until, run=bool(move and move.action == "run"))
        if performer.exits:
            end_camera = shot.camera.end or shot.camera.start
            sides = 960.0 / end_camera.zoom + 0.28 * body.height * unit
            direction = 1 if performer.exits == "right" else -1
            edge = end_camera.x + direction * sides
            move = rest.pop() if rest else None
            earliest = move.start if move else last_business
            self._add_out(
                direction, abs(edge - performer.x), earliest, length, run=bool(move and move.action == "run"), fixed=move is not None
            )
        facing = 1 if performer.facing == "right" else -1
        for move in rest[:1]:
            run = move.action == "run"
            direction = move.toward or facing
            gait, tempo, stride = self._gait(run)
            speed = gait.speed * stride / tempo
            start = move.start if move.start > 12 else 0.0
            distance = min(speed * max(24.0, move.end - start), (1.2 if run else 0.64) * sides / (unit * body.size))
            # Whoever was in the picture before sets out from a place inside it.
            seen = shot.camera.start.x - direction * 960.0 / shot.camera.start.zoom
            room = direction * (performer.x - seen) / unit - _INSIDE * body.height
            distance = min(distance, max(room / body.size, 0.3 * distance))
            bounce = self._bounce(run)
            walk = Walk(gait, distance, start=start, tempo=tempo, stride=stride, bounce=bounce, from_rest=start > 0, to_rest=True)
            self.passages.append(Passage(walk, direction, -distance, run))

    def _gait(self, run: bool) -> tuple[Gait, float, float]:
        gait = gait_of(self._motion, run)
        pace = self._mood.walk[0] ** 0.5
        tempo = self._body.size**0.7 * (1.15 if self._body.robe else 1.0) / pace
        return gait, tempo, pace * (0.8 if self._body.robe else 1.0)

    def _bounce(self, run: bool) -> float:
        return 1.0 if run else self._mood.walk[1]

    def _add_in(self, direction: int, distance: float, until: float, *, run: bool) -> None:
        gait, tempo, stride = self._gait(run)
        units = distance / (self._unit * self._body.size)
        longest = gait.speed * stride / tempo * max(20.0, until - 8.0)
        if units > longest:
            tempo, stride = tempo / 1.15, stride * 1.1
            units = min(units, longest * 1.15 * 1.1)
        walk = Walk(gait, units, start=0.0, tempo=tempo, stride=stride, bounce=self._bounce(run), from_rest=False, to_rest=True)
        self.passages.append(Passage(walk, direction, -units, run))

    def _add_out(self, direction: int, distance: float, earliest: float, length: float, *, run: bool, fixed: bool) -> None:
        gait, tempo, stride = self._gait(run)
        units = max(distance / (self._unit * self._body.size), gait.speed * 30)
        walk = Walk(gait, units, start=0.0, tempo=tempo, stride=stride, bounce=self._bounce(run), from_rest=True, to_rest=False)
        start = earliest if fixed else max(earliest, length - walk.travel)
        start = min(start, max(0.0, length - 30.0))
        walk.start, walk.end = start, walk.end + start
        self.passages.append(Passage(walk, direction, 0.0, run))

    def passage_at(self, time: float) -> Passage | None:
        """The passage under way at ``time``, from its anticipation to its settling."""
        for passage in self.passages:
            if passage.start - 6.0 <= time <= passage.end + ARRIVE:
                return passage
        return None

    def overlaps(self, start: float, end: float) -> bool:
        """Whether anyone walks between ``start`` and ``end``."""
        return any(passage.start - 6 < end and start < passage.end + 2 for passage in self.passages)

    def offset(self, time: float) -> float:
        """Drawing units of the body from the performer's place, to the right of the picture."""
        total = 0.0
        for passage in self.passages:
            root = passage.walk.root(max(0.0, time - passage.start))
            total += passage.direction * (passage.before + root)
        return total


_GAITS: dict[tuple[int, bool], tuple[MotionData, Gait]] = {}
"""Gaits by the identity of their data, which is kept alive beside them."""


def gait_of(motion: MotionData, run: bool) -> Gait:
    """The gait measured from the motion data; measured once for each set of data."""
    key = (id(motion), run)
    if key not in _GAITS:
        _GAITS[key] = (motion, Gait.of(motion.actions["run" if run else "walk"]))
    return _GAITS[key][1]
