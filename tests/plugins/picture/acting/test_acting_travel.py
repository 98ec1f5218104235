"""Walking in, out and across: planted feet, arrivals, and turning around."""

from __future__ import annotations

from itertools import pairwise

import pytest
from acting_stage import happening, person, play

from filmstudio.core.film import Performer
from filmstudio.plugins.picture.acting import MotionData, StagedPose
from filmstudio.plugins.picture.acting.gait import STAND_GROUND, Gait, Walk
from filmstudio.plugins.picture.acting.limbs import CALF, HIP_Y, THIGH, Body, end_of

HEIGHT = 800.0


def ankles(staged: StagedPose, body: Body) -> list[tuple[float, float]]:
    """Both ankles in stage units along the way, and drawing units above the floor."""
    unit = HEIGHT / body.height * body.size
    pose = staged.pose
    side = -1 if staged.facing_left else 1
    ground = pose.ground if pose.ground is not None else STAND_GROUND
    found = []
    for leg in (pose.nleg, pose.fleg):
        x, y = end_of(leg[0], leg[1], THIGH, CALF)
        found.append((staged.dx + side * (x + pose.rx) * unit, ground - HIP_Y - y))
    return found


@pytest.mark.parametrize("who", ["adult", "child"])
@pytest.mark.parametrize("fps", [24, 30])
def test_a_planted_foot_does_not_slide(motion: MotionData, who: str, fps: int) -> None:
    poses = play(motion, Performer(character=who, x=1200, ground=1000, enters="left"), (), 4 * fps, fps=fps, height=HEIGHT)
    body = Body.of(person(who).identity.look)
    unit = HEIGHT / body.height * body.size
    planted = 0
    for before, after in pairwise(poses):
        if abs(after.dx - before.dx) < 1:
            continue
        for foot, (a, b) in enumerate(zip(ankles(before, body), ankles(after, body), strict=True)):
            level = [(pose.pose.nleg, pose.pose.fleg)[foot][2] is None for pose in (before, after)]
            if all(level) and a[1] < 51 and b[1] < 51:
                planted += 1
                assert abs(a[0] - b[0]) / unit < 1.0
    assert planted > 12


def test_who_enters_comes_from_outside_and_stops_at_their_place(motion: MotionData) -> None:
    poses = play(motion, Performer(character="adult", x=900, ground=1000, enters="left"), (), 144, size="full")
    assert 900 + poses[0].dx < 0
    assert poses[-1].dx == 0
    assert not poses[0].facing_left
    assert all(after.dx >= before.dx for before, after in pairwise(poses))


def test_who_enters_against_their_facing_turns_on_a_blink(motion: MotionData) -> None:
    poses = play(motion, Performer(character="adult", x=1100, ground=1000, enters="right", facing="right"), (), 168)
    turn = next(frame for frame in range(1, len(poses)) if poses[frame].facing_left != poses[frame - 1].facing_left)
    assert poses[0].facing_left and not poses[-1].facing_left
    assert poses[turn].pose.up < 0.15


def test_who_exits_is_under_way_at_the_end(motion: MotionData) -> None:
    poses = play(motion, Performer(character="adult", x=900, ground=1000, exits="left", facing="right"), (), 144)
    assert poses[0].dx == 0 and not poses[0].facing_left
    assert poses[-1].dx < -200 and poses[-1].facing_left


def test_who_exits_from_a_seat_rises_first(motion: MotionData) -> None:
    poses = play(motion, Performer(character="adult", x=900, ground=1000, exits="right", posture="sit"), (), 168)
    leaving = next(frame for frame in range(len(poses)) if poses[frame].dx > 5)
    assert poses[0].pose.nleg[0] < -60
    assert poses[leaving].pose.nleg[0] > -35


def test_steady_steps_are_those_of_the_motion_data(motion: MotionData) -> None:
    gait = Gait.of(motion.actions["walk"])
    walk = Walk(gait, gait.speed * 12 * 5, start=0, tempo=1)
    stride = walk.at(24 + 12 * ((walk.steps - 1) % 2))
    assert stride.legs["fleg0"] == pytest.approx(-23.1, abs=0.3)
    assert stride.legs["nleg1"] == pytest.approx(37.3, abs=0.3)
    assert stride.ground == pytest.approx(909.7, abs=0.1)


def test_a_walk_starts_and_stops_without_a_jump(motion: MotionData) -> None:
    walk = Walk(Gait.of(motion.actions["walk"]), 900, start=10, tempo=1)
    strides = [walk.at(frame) for frame in range(0, int(walk.end) + 6)]
    for before, after in pairwise(strides):
        assert all(abs(before.legs[joint] - after.legs[joint]) < 20 for joint in before.legs)
    assert strides[0].root == 0 and strides[-1].root == 900


@pytest.mark.parametrize("action", ["walk", "run"])
def test_moving_across_ends_at_the_place(motion: MotionData, action: str) -> None:
    poses = play(motion, Performer(character="adult", x=900, ground=1000), (happening("adult", action),), 120, {"h": (20, 90)})
    assert poses[0].dx < -100 and poses[-1].dx == 0
    assert poses[0].dx == poses[10].dx
