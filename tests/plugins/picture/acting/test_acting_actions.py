"""Actions and postures: every entry of the motion data can be played, and ends as it should."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from acting_stage import happening, motion_path, play

from filmstudio.core.errors import EngineError
from filmstudio.core.film import Performer
from filmstudio.plugins.picture.acting import MotionData, load_motion
from filmstudio.plugins.picture.acting.limbs import ADULT, Body, end_of, landmark, solve, touch

CLIPS = sorted(load_motion(motion_path()).clips)


@pytest.mark.parametrize("action", CLIPS)
@pytest.mark.parametrize("posture", ["stand", "sit"])
def test_every_action_plays(motion: MotionData, action: str, posture: str) -> None:
    performer = Performer(character="adult", x=900, ground=1000, posture=posture)
    poses = play(motion, performer, (happening("adult", action),), 110, {"h": (10, 80)}, size="full")
    assert len(poses) == 110
    if action not in ("sleep", "run", "walk", "idle", "listen_tilt"):
        assert len({pose.pose for pose in poses[12:80]}) > 20
    for before, after in pairwise(poses):
        assert abs(before.pose.roll - after.pose.roll) < 15
        if action not in ("dance", "jump"):
            for arm in ("near", "far"):
                a, b = getattr(before.pose, arm), getattr(after.pose, arm)
                ax, ay = end_of(a[0], a[1], 168, 150)
                bx, by = end_of(b[0], b[1], 168, 150)
                assert ((ax - bx) ** 2 + (ay - by) ** 2) ** 0.5 < 152


def test_an_unknown_action_is_left_out(motion: MotionData) -> None:
    poses = play(motion, Performer(character="adult", x=900, ground=1000), (happening("adult", "levitate"),), 48, {"h": (0, 40)})
    assert len(poses) == 48


def test_who_sits_stays_seated(motion: MotionData) -> None:
    poses = play(motion, Performer(character="adult", x=900, ground=1000), (happening("adult", "sit"),), 120, {"h": (10, 50)})
    assert poses[0].pose.nleg[0] > -5
    assert poses[-1].pose.nleg[0] < -60 and poses[-1].pose.rx == -150


def test_a_seated_posture_holds_through_the_shot(motion: MotionData) -> None:
    poses = play(
        motion, Performer(character="adult", x=900, ground=1000, posture="sit_floor"), (happening("adult", "wave"),), 96, {"h": (10, 60)}
    )
    assert {pose.pose.bottom for pose in poses} == {"b_crossed"}
    assert "hand_open" in {pose.pose.hand_f for pose in poses}


def test_standing_up_begins_seated(motion: MotionData) -> None:
    poses = play(motion, Performer(character="adult", x=900, ground=1000), (happening("adult", "stand_up"),), 96, {"h": (10, 60)})
    assert poses[0].pose.nleg[0] < -60
    assert poses[-1].pose.nleg[0] > -6 and poses[-1].pose.rx > -12


def test_what_is_picked_up_is_the_prop_of_the_script(motion: MotionData) -> None:
    lamp = play(motion, Performer(character="adult", x=900, ground=1000), (happening("adult", "pick_up", prop="lamp"),), 96, {"h": (4, 70)})
    assert lamp[-1].pose.prop_f == "p_lamp"


@pytest.mark.parametrize("action", ["give", "pick_up"])
def test_what_has_no_drawing_is_mimed_and_not_replaced_by_a_book(motion: MotionData, action: str) -> None:
    poses = play(motion, Performer(character="adult", x=900, ground=1000), (happening("adult", action),), 96, {"h": (4, 70)})
    assert {pose.pose.prop_f for pose in poses} | {pose.pose.prop_n for pose in poses} == {None}


def test_a_held_prop_stays_in_the_hand(motion: MotionData) -> None:
    poses = play(motion, Performer(character="adult", x=900, ground=1000, props=("book",)), (), 48)
    assert {pose.pose.prop_n for pose in poses} == {"p_book"}
    assert {pose.pose.hand_n for pose in poses} == {"hand_hold"}


def test_a_child_touches_the_same_place_of_its_own_face(motion: MotionData) -> None:
    child = Body(0.69, 0.98, 1.04)
    here, there = landmark(ADULT, "chin", motion), landmark(child, "chin", motion)
    assert here and there and here != there
    arm = (-14.0, -147.0, -12.0)
    new = touch(arm, "near", "chin", child, motion)
    before, after = end_of(arm[0], arm[1], 168, 150), end_of(new[0], new[1], 168, 150)
    shoulder = -64 * (0.98 - 1.0)
    assert after[0] - before[0] == pytest.approx(there[0] - here[0] - shoulder, abs=1.0)
    assert after[1] - before[1] == pytest.approx(there[1] - here[1], abs=1.0)
    assert sum(new) == pytest.approx(sum(arm))


@pytest.mark.parametrize(("x", "y", "bend"), [(40, 250, -1), (-120, 200, -1), (150, -60, 1), (0, 300, 1)])
def test_solving_a_limb_reaches_the_point(x: float, y: float, bend: int) -> None:
    upper, lower = solve(x, y, 168, 150, bend)
    assert end_of(upper, lower, 168, 150) == (pytest.approx(x, abs=0.01), pytest.approx(y, abs=0.01))
    assert lower * bend >= 0


def test_a_spoilt_file_is_told(tmp_path: Path) -> None:
    broken = tmp_path / "motion.json"
    broken.write_text('{"gestures": {"beat": {"frames": 3, "loop": false, "keys": [{"f": 0, "e": "bouncy"}]}}}')
    with pytest.raises(EngineError, match="bouncy"):
        load_motion(broken)


def test_a_creature_acts_with_the_same_face_and_does_not_flicker_between_standing_and_walking(motion: MotionData) -> None:
    poses = play(motion, Performer(character="wolf", x=900, ground=1000, enters="left", emotion="angry"), (), 120)
    assert poses[-1].pose.brow > 5
    walking = [pose.pose.nleg[2] is not None for pose in poses]
    assert walking[:30] == [True] * 30 and not walking[-1]
    assert sum(a != b for a, b in pairwise(walking)) == 1
    assert len({pose.pose.tail for pose in poses}) > 4
