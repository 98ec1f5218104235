"""A pose: one value for every channel of the rig at one frame. Names and units are those of ``motion.json``."""

from __future__ import annotations

from dataclasses import dataclass

Arm = tuple[float, float, float]
"""Degrees at shoulder, elbow and wrist; forward (the side the person faces) is minus."""

Leg = tuple[float, float, float | None]
"""Degrees at hip, knee and foot; None keeps the foot level."""

HANG = -0.7
"""How far what hangs turns back for each degree of lean and tilt, so that it stays plumb."""


@dataclass(frozen=True, slots=True)
class Pose:
    """Angles in degrees, clockwise positive on screen; lengths in drawing units of the adult template (HW = 200)."""

    lean: float = 0.0
    sway: float = 0.0
    tilt: float = 0.0
    yaw: float = 0.4
    pitch: float = 0.0
    hx: float = 0.0
    hy: float = 0.0
    shr: float = 0.0
    rx: float = 0.0
    air: float = 0.0
    breath: float = 0.0
    near: Arm = (10.0, -16.0, -6.0)
    far: Arm = (-10.0, -22.0, 2.0)
    hand_n: str = "hand_relaxed"
    hand_f: str = "hand_relaxed"
    prop_n: str | None = None
    prop_f: str | None = None
    prop_angle: float = 0.0
    far_front: bool = False
    """The far forearm and hand pass in front of the body and head, just before the near arm."""
    nleg: Leg = (3.0, 2.0, None)
    fleg: Leg = (-7.0, 9.0, None)
    nfoot: tuple[float, float] = (0.0, 0.0)
    ffoot: tuple[float, float] = (0.0, 0.0)
    bottom: str | None = None
    """A drawn seat in place of the legs: b_seiza, b_crossed."""
    stool: bool = False
    """Sits on a stool of their own, where the stage draws no seat."""
    ground: float | None = None
    roll: float = 0.0
    sq: float = 1.0
    hem: float = 1.0
    flare: float = 1.0
    brow: float = -2.0
    brow_a: float = -5.0
    asym: float = 0.0
    up: float = 0.88
    low: float = 1.0
    gx: float = 0.35
    gy: float = 0.0
    """Gaze -1..1 along the figure's own x (forward) and y (down), whichever way the head is turned."""
    iris: float = 1.0
    scrunch: float = 0.0
    blush: float = 0.0
    mouth: str = "m_MBP"
    mw: float = 1.0
    mh: float = 1.0
    jaw: float | None = None
    hair: float = 0.0
    """Degrees that braids and tails turn about their roots: ``HANG`` of lean and tilt keeps them plumb, a spring comes on top."""
    sleeve: float = 0.0
    wing: float = 0.0
    preset: str | None = None
    """Creatures only: sit, stand, walk or float; None takes the creature's own, and walks while ``nleg`` has a foot angle."""
    ear: float = 0.0
    arm: float = 0.0
    tail: float = 0.0
    trunk: float = 0.0
    neck: float = 0.0
    paw: float = 0.0
    ray: float = 0.0
    lift: float = 0.0
    squash: float = 0.0
    """Creatures only, added to what follows from the face, the arms and the legs: degrees (units for ``lift``, percent for
    ``squash``). A creature needs none of them to act."""
