"""Walking and running: the feet are planned and planted, and the legs are solved for every frame, so that no foot slides."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from filmstudio.plugins.picture.acting.limbs import CALF, HIP_Y, SOLE, THIGH, end_of, floor_below, solve
from filmstudio.plugins.picture.acting.motion import REST, Clip

STAND = {leg: end_of(REST[f"{leg}0"], REST[f"{leg}1"], THIGH, CALF)[0] for leg in ("nleg", "fleg")}
"""Ankles of a standing person from their own hips, drawing units, forward positive."""
STAND_GROUND = HIP_Y + max(floor_below(REST[f"{leg}0"], REST[f"{leg}1"], 0.0) for leg in ("nleg", "fleg"))
"""The floor of a standing person in body space."""
ANTICIPATION = 4.0
"""Frames by which the first heel rises before the root moves."""
SWAYING = ("lean", "sway", "tilt", "hy", "yaw", "near0", "near1", "near2", "far0", "far1", "far2")
"""Channels of the body that the cycle moves besides the legs."""


@dataclass(frozen=True, slots=True)
class Gait:
    """One cycle of walking or running, measured from the motion data by forward kinematics."""

    cycle: int
    speed: float
    reach: float
    """The flat ankle in front of its hip at contact."""
    flat_until: int
    """Last frame after contact at which the sole is flat."""
    foot: tuple[tuple[float, float, float], ...]
    """By frame from contact: ankle from where it is planted, ankle above the floor, angle of the foot."""
    ground: tuple[float, ...]
    body: dict[str, tuple[float, ...]]
    clip: Clip

    @classmethod
    def of(cls, clip: Clip) -> Gait:
        """Measure a looped clip in which the far foot makes contact at frame 0."""

        def at(channel: str, frame: int) -> float:
            return _linear(clip, channel, frame % clip.frames)

        path: list[tuple[float, float, float]] = []
        ground: list[float] = []
        for frame in range(clip.frames + 1):
            x, y = end_of(at("fleg0", frame), at("fleg1", frame), THIGH, CALF)
            floor = at("ground", frame)
            path.append((x + clip.speed * frame, floor - HIP_Y - y, at("fleg2", frame)))
            ground.append(floor)
        settled = round(clip.frames * 0.17)
        reach = path[settled][0]
        flat = max(frame for frame in range(settled, clip.frames // 2) if abs(path[frame][2]) < 1.0 and abs(path[frame][0] - reach) < 1.0)
        foot = [(x - reach, y, angle) for x, y, angle in path]
        landed = next(frame for frame in range(flat) if abs(foot[frame][0]) < 1.0 and abs(foot[frame][2]) < 1.0)
        foot[landed : flat + 1] = [(0.0, SOLE, 0.0)] * (flat + 1 - landed)
        return cls(
            cycle=clip.frames,
            speed=clip.speed,
            reach=reach,
            flat_until=flat,
            foot=tuple(foot),
            ground=tuple(ground),
            body={channel: tuple(at(channel, frame) for frame in range(clip.frames + 1)) for channel in SWAYING if channel in clip.keys},
            clip=clip,
        )


@dataclass(frozen=True, slots=True)
class Stride:
    """A walker in one frame."""

    root: float
    """Way travelled, drawing units of the body."""
    legs: dict[str, float]
    ground: float
    going: float
    """0 standing, 1 at full speed."""
    body: dict[str, float]


class Walk:
    """A walk over a distance: feet planted in turn, the root on its way, from standing to standing or cut into at speed."""

    def __init__(
        self,
        gait: Gait,
        distance: float,
        *,
        start: float,
        tempo: float,
        stride: float = 1.0,
        bounce: float = 1.0,
        from_rest: bool = True,
        to_rest: bool = True,
    ) -> None:
        """Plan ``distance`` drawing units of the body from ``start``; ``tempo`` multiplies the frames of a step, ``stride`` its length."""
        self.gait, self.distance, self.start, self.bounce = gait, distance, start, bounce
        self.half = gait.cycle / 2 * tempo
        self._from_rest, self._to_rest = from_rest, to_rest
        ramps = 0.5 * from_rest + 0.5 * to_rest
        self.steps = max(2, round(distance / (gait.speed * gait.cycle / 2 * stride) + ramps))
        self.speed = distance / (self.half * (self.steps - ramps))
        self.travel = self.half * self.steps
        self.end = start + self.travel + (0.55 * self.half if to_rest else 0.0)
        self._plants = {"nleg": self._plan("nleg"), "fleg": self._plan("fleg")}

    def _plan(self, leg: str) -> tuple[list[float], list[float]]:
        """Times of contact and the places of a foot, in order."""
        ratio = min(1.0, self.speed * self.half * 2 / (self.gait.cycle * self.gait.speed))
        first = 1 if self._from_rest else -2
        last = self.steps if self._to_rest else self.steps + 2
        times: list[float] = []
        places: list[float] = []
        if self._from_rest:
            times.append(-1e6)
            places.append(STAND[leg])
        for step in range(first, last + 1):
            if ((self.steps - step) % 2 == 0) != (leg == "nleg"):
                continue
            time = step * self.half
            going = self._going(time)
            times.append(time)
            places.append(self.root(time) + STAND[leg] * (1 - going) + self.gait.reach * ratio * going)
        if self._to_rest and leg == "fleg":
            times.append(self.travel + 0.55 * self.half)
            places.append(self.distance + STAND[leg])
        return times, places

    def _going(self, time: float) -> float:
        going = 1.0
        if self._from_rest:
            going = min(going, max(0.0, time / self.half))
        if self._to_rest:
            going = min(going, max(0.0, (self.travel - time) / self.half))
        return going

    def root(self, time: float) -> float:
        """Way travelled at ``time`` after the start: speed rises over the first step and falls over the last."""
        way = time
        if self._from_rest:
            way = 0.0 if time <= 0 else time * time / (2 * self.half) if time < self.half else time - self.half / 2
        if self._to_rest:
            left = self.travel - time
            whole = self.half * (self.steps - 0.5 * self._from_rest - 0.5)
            if left <= 0:
                return self.distance
            if left < self.half:
                way = whole - left * left / (2 * self.half)
        return way * self.speed

    def at(self, frame: float) -> Stride:
        """The walker at ``frame``, before, during or after the walk."""
        time = frame - self.start
        root, going, gait = self.root(time), self._going(time), self.gait
        phase = ((time / self.half - (self.steps - 1)) / 2) % 1.0 * gait.cycle
        mean = sum(gait.ground[:-1]) / gait.cycle
        cycle_ground = mean + (_lookup(gait.ground, phase) - mean) * self.bounce
        ground = STAND_GROUND + (cycle_ground - STAND_GROUND) * going
        legs: dict[str, float] = {}
        for leg in ("nleg", "fleg"):
            x, height, angle = self._foot(leg, time)
            thigh, knee = solve(x - root, ground - HIP_Y - height, THIGH, CALF, 1)
            legs[f"{leg}0"], legs[f"{leg}1"], legs[f"{leg}2"] = thigh, knee, angle
        body = {channel: _lookup(values, phase) for channel, values in gait.body.items()}
        return Stride(root, legs, ground, going, body)

    def _foot(self, leg: str, time: float) -> tuple[float, float, float]:
        """Ankle along the way and above the floor, and the foot's angle."""
        times, places = self._plants[leg]
        gait = self.gait
        index = max(0, bisect_right(times, time) - 1)
        here = places[index]
        full = gait.cycle * gait.speed
        tempo = self.half * 2 / gait.cycle
        if index + 1 < len(times):
            phase = gait.cycle - (times[index + 1] - time) / tempo
            if index == 0 and self._from_rest:
                lift = -ANTICIPATION * tempo
                phase = gait.flat_until + (gait.cycle - gait.flat_until) * (time - lift) / (times[1] - lift)
            if phase > gait.flat_until:
                share = (places[index + 1] - here) / full
                low = min(1.0, abs(share) * 1.25)
                x, y, angle = _path(gait.foot, phase)
                return here + x * share, SOLE + (y - SOLE) * low, angle * low
        if index > 0:
            phase = (time - times[index]) / tempo
            if phase < gait.flat_until:
                share = (here - places[index - 1]) / full
                low = min(1.0, abs(share) * 1.25)
                x, y, angle = _path(gait.foot, phase)
                return here + x * share, SOLE + (y - SOLE) * low, angle * low
        return here, SOLE, 0.0


def _linear(clip: Clip, channel: str, frame: float) -> float:
    keys = clip.keys[channel]
    for before, after in pairwise(keys):
        if before.frame <= frame <= after.frame:
            span = after.frame - before.frame
            return before.value + (after.value - before.value) * (frame - before.frame) / span
    return keys[-1].value


def _lookup(values: Sequence[float], place: float) -> float:
    index = min(len(values) - 2, int(place))
    return values[index] + (values[index + 1] - values[index]) * (place - index)


def _path(values: Sequence[tuple[float, float, float]], place: float) -> tuple[float, float, float]:
    place = max(0.0, min(len(values) - 1.0, place))
    index = min(len(values) - 2, math.floor(place))
    share = place - index
    (x0, y0, a0), (x1, y1, a1) = values[index], values[index + 1]
    return x0 + (x1 - x0) * share, y0 + (y1 - y0) * share, a0 + (a1 - a0) * share
