"""Limbs: two-bone inverse kinematics, and the measures of a body that poses are solved for again."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from filmstudio.plugins.picture.acting.motion import MotionData

THIGH, CALF, UPPER_ARM, FOREARM = 285.0, 275.0, 168.0, 150.0
HIP_Y, SOLE = 318.0, 50.0
SHOULDERS = {"near": (-64.0, 40.0), "far": (58.0, 38.0)}
"""Joints in body space of the adult template, drawing units as the house pack is drawn."""


def solve(dx: float, dy: float, first: float, second: float, bend: int) -> tuple[float, float]:
    """Angles of two bones that put their end at (dx, dy) from their root, y down.

    ``bend`` -1 bends as an elbow does, +1 as a knee. A point out of reach is reached for with straight bones.
    Returns degrees of the first bone against straight down, and of the second against the first.
    """
    reach = max(abs(first - second) + 1.0, min(first + second - 0.5, math.hypot(dx, dy)))
    aim = math.degrees(math.atan2(-dx, dy))
    root = math.degrees(math.acos(max(-1.0, min(1.0, (first**2 + reach**2 - second**2) / (2 * first * reach)))))
    joint = 180.0 - math.degrees(math.acos(max(-1.0, min(1.0, (first**2 + second**2 - reach**2) / (2 * first * second)))))
    return aim - bend * root, bend * joint


def end_of(first_angle: float, second_angle: float, first: float, second: float) -> tuple[float, float]:
    """Where the end of two bones is, from their root: the inverse of ``solve``."""
    upper, lower = math.radians(first_angle), math.radians(first_angle + second_angle)
    return -first * math.sin(upper) - second * math.sin(lower), first * math.cos(upper) + second * math.cos(lower)


def floor_below(hip: float, knee: float, foot: float) -> float:
    """Lowest point of a leg below its hip joint: sole, knee + 31 or seat + 52, drawing units. ``foot`` is its angle to the floor."""
    _, ankle = end_of(hip, knee, THIGH, CALF)
    turn = math.radians(foot)
    heel = -22.0 * math.sin(turn) + SOLE * math.cos(turn)
    toe = 74.0 * math.sin(turn) + SOLE * math.cos(turn)
    return max(ankle + max(heel, toe), THIGH * math.cos(math.radians(hip)) + 31.0, 52.0)


@dataclass(frozen=True, slots=True)
class Body:
    """What acting must know of a character's drawing."""

    size: float = 1.0
    """Scale of the body (``body.s``)."""
    width: float = 1.0
    head: float = 0.98
    stoop: tuple[float, float] = (0.0, 0.0)
    robe: bool = False
    """Feet without legs under a long hem."""
    creature: bool = False

    @property
    def height(self) -> float:
        """Standing height, crown to sole, drawing units."""
        return 965.0 * self.size + 285.0 * self.head

    @property
    def eye_height(self) -> float:
        """Height of the eyes above the floor, drawing units."""
        return 965.0 * self.size + 92.0 * self.head

    @classmethod
    def of(cls, look: Mapping[str, JsonValue]) -> Body:
        """Measures from the look of a person; a creature, or a look without a body, gets the adult's."""
        body, head = look.get("body"), look.get("head")
        if not isinstance(body, Mapping):
            return cls(creature=True)
        stoop = body.get("stoop")
        return cls(
            size=_number(body.get("s"), 1.0),
            width=_number(body.get("w"), 1.0),
            head=_number(head.get("scale"), 1.0) if isinstance(head, Mapping) else 1.0,
            stoop=(_number(stoop[0], 0.0), _number(stoop[1], 0.0)) if isinstance(stoop, list | tuple) and len(stoop) == 2 else (0.0, 0.0),
            robe=bool(body.get("feet_only")),
        )


ADULT = Body(1.0, 1.0, 0.98)
"""The body the motion data is tuned on."""


def landmark(body: Body, name: str, motion: MotionData) -> tuple[float, float] | None:
    """A landmark in the body space of ``body``; None when the data has none of this name."""
    if name in motion.body_landmarks:
        x, y = motion.body_landmarks[name]
        return x, y
    if name not in motion.landmarks:
        return None
    x, y = motion.landmarks[name]
    scale = body.head / body.size
    return 2.0 + body.stoop[0] + scale * (x + 6.0), -40.0 + body.stoop[1] + scale * (y - 92.0)


def touch(arm: tuple[float, float, float], side: str, name: str, body: Body, motion: MotionData) -> tuple[float, float, float]:
    """The arm that touches the same landmark on another body: the wrist moves as the landmark does, the hand keeps its direction."""
    here, there = landmark(ADULT, name, motion), landmark(body, name, motion)
    if here is None or there is None:
        return arm
    x, y = end_of(arm[0], arm[1], UPPER_ARM, FOREARM)
    shoulder = SHOULDERS[side]
    dx = there[0] - here[0] - (shoulder[0] * (body.width - 1.0) + body.stoop[0] * 0.4)
    dy = there[1] - here[1] - body.stoop[1] * 0.4
    if abs(dx) < 0.5 and abs(dy) < 0.5:
        return arm
    upper, lower = solve(x + dx, y + dy, UPPER_ARM, FOREARM, -1 if arm[1] < 0 else 1)
    upper += 360.0 * round((arm[0] - upper) / 360.0)
    return upper, lower, arm[0] + arm[1] + arm[2] - upper - lower


def _number(value: JsonValue, default: float) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else default
