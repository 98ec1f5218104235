"""Stances: where the ground is under a pose, and what robes, feet and seats make of it. Body space, drawing units.

Body space has its origin at the base of the neck of the adult template; soles stand at 925. Forward is minus for angles.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from filmstudio.plugins.portrait.pose import Leg, Pose

HIP_Y: Final = 318.0
THIGH: Final = 285.0
CALF: Final = 275.0
SOLE: Final = 50.0
HEEL_X, TOE_X = -22.0, 74.0
KNEE_RADIUS: Final = 31.0
SEAT: Final = 52.0
GROUND: Final = 925.0
"""The floor under a standing adult."""
SEATED_GROUND: Final = 452.0
"""The floor under the drawn seats (b_seiza, b_crossed)."""
LIE_RADIUS: Final = 70.0
"""Half the thickness of a body that lies on its side."""
ROBE_LENGTH: Final = 625.0
"""From the waist (300) to the hem of a robe."""
SQUASHED_SEATS: Final = ("b_seiza", "b_crossed")

_RADIANS: Final = math.pi / 180.0


@dataclass(frozen=True, slots=True)
class Planted:
    """One leg as it stands: lowest point below the hip, and the ankle from the hip."""

    low: float
    ankle_x: float
    ankle_y: float


@dataclass(frozen=True, slots=True)
class RobeFoot:
    """How far a foot below a robe is from where it is drawn, and its turn in degrees."""

    x: float
    y: float
    turn: float


@dataclass(frozen=True, slots=True)
class Stance:
    """Ground under the pose (body space y), scale of the hem, slant of a robe (x for each unit of y), and a robe's feet."""

    ground: float
    hem: float
    slant: float
    near_foot: RobeFoot
    far_foot: RobeFoot


def foot_angle(leg: Leg) -> float:
    """Degrees of the foot: level unless the pose says otherwise."""
    return -(leg[0] + leg[1]) if leg[2] is None else leg[2]


def plant(leg: Leg) -> Planted:
    """Where a leg reaches: sole, knee or seat, whichever is lowest."""
    a = leg[0] * _RADIANS
    b = (leg[0] + leg[1]) * _RADIANS
    c = b + foot_angle(leg) * _RADIANS
    ankle_x = -THIGH * math.sin(a) - CALF * math.sin(b)
    ankle_y = THIGH * math.cos(a) + CALF * math.cos(b)
    sin, cos = math.sin(c), math.cos(c)
    sole = max(HEEL_X * sin, TOE_X * sin) + SOLE * cos
    return Planted(max(ankle_y + sole, THIGH * math.cos(a) + KNEE_RADIUS, SEAT), ankle_x, ankle_y)


def stand(pose: Pose, *, robe: bool, seats: tuple[str, ...]) -> Stance:
    """The stance of a pose. ``robe``: only the feet show below the clothes; ``seats``: the drawn seat, if any."""
    still = RobeFoot(0.0, 0.0, 0.0)
    if seats:
        ground = SEATED_GROUND if pose.ground is None else pose.ground
        return Stance(ground, pose.hem, 0.0, still, still)
    near, far = plant(pose.nleg), plant(pose.fleg)
    if not robe:
        ground = HIP_Y + max(near.low, far.low) if pose.ground is None else pose.ground
        return Stance(ground, pose.hem, 0.0, still, still)
    low = HIP_Y - 3 + max(near.low, far.low)
    ground = min(GROUND, low) if pose.ground is None else pose.ground
    hem = min(pose.hem, (ground - 300) / ROBE_LENGTH)
    if abs(low - ground) >= 40:
        lifted = RobeFoot(0.0, ground - GROUND, 0.0)
        return Stance(ground, hem, 0.0, lifted, lifted)
    # standing still keeps the feet where they are drawn; from a step on, unseen legs carry them
    stride = min(1.0, max(0.0, (max(abs(v) for v in (*pose.nleg[:2], *pose.fleg[:2])) - 9) / 8))
    feet = [
        RobeFoot(
            stride * max(-62.0, min(150.0, 0.62 * leg.ankle_x)),
            stride * min(0.0, leg.ankle_y - 560) + (1 - stride) * (ground - GROUND),
            stride * (angles[0] + angles[1] + foot_angle(angles)) * 0.7,
        )
        for leg, angles in ((near, pose.nleg), (far, pose.fleg))
    ]
    slant = (feet[0].x + feet[1].x) / 2 / max(120.0, ground - 300)
    return Stance(ground, hem, slant, feet[0], feet[1])


def lying(ground: float, roll: float) -> float:
    """The ground under a body that is rolled about its hips by ``roll`` degrees."""
    if roll == 0.0:
        return ground
    turn = roll * _RADIANS
    return HIP_Y + (ground - HIP_Y) * abs(math.cos(turn)) + LIE_RADIUS * abs(math.sin(turn))
