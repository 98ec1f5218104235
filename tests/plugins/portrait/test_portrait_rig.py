"""The rigs of people and creatures: order, ground, mends of the reference rig, and what every pose may count on."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filmstudio.core.errors import InputError
from filmstudio.plugins.art.pack import house_pack
from filmstudio.plugins.portrait.cast import PosableRig, rig_for
from filmstudio.plugins.portrait.eyes import EyeState
from filmstudio.plugins.portrait.layer import GROUPS, Layer
from filmstudio.plugins.portrait.pose import HANG, Pose
from filmstudio.plugins.portrait.stance import GROUND, HIP_Y, plant, stand

PACK = house_pack()
PEOPLE = ("asha", "dada", "yuki", "salim", "prof", "emma", "north_king", "ws_boubou")
BEASTS = ("fox", "dog", "tiger", "owl", "elephant", "dragon", "sun", "robot", "mascot", "crane")


def person(name: str) -> PosableRig:
    return rig_for(PACK.people[name], PACK)  # type: ignore[arg-type]


RIGS = {name: person(name) for name in PEOPLE} | {name: rig_for({"creature": name}, PACK) for name in BEASTS}

angle = st.floats(-60, 60)
poses = st.builds(
    Pose,
    lean=st.floats(-30, 30),
    tilt=st.floats(-20, 20),
    yaw=st.floats(-1, 1),
    pitch=st.floats(-1, 1),
    near=st.tuples(st.floats(-170, 60), st.floats(-150, 0), angle),
    far=st.tuples(st.floats(-170, 60), st.floats(-150, 0), angle),
    nleg=st.tuples(angle, st.floats(0, 120), st.none() | angle),
    fleg=st.tuples(angle, st.floats(0, 120), st.none() | angle),
    up=st.floats(0, 1.2),
    low=st.floats(0.3, 1.2),
    gx=st.floats(-1, 1),
    gy=st.floats(-1, 1),
    brow=st.floats(-20, 14),
    breath=st.floats(0, 1.3),
    bottom=st.sampled_from((None, "b_crossed", "b_seiza")),
    far_front=st.booleans(),
    roll=st.sampled_from((0.0, -86.0)),
    mouth=st.sampled_from(("m_MBP", "m_AI", "m_UW", "m_laugh")),
)


def degrees(layer: Layer) -> float:
    return math.degrees(math.atan2(layer.matrix[1], layer.matrix[0]))


def only(rig: PosableRig, pose: Pose, sprite: str) -> Layer:
    return next(layer for layer in rig.layers(pose) if layer.sprite.startswith(sprite))


@settings(max_examples=60, deadline=None)
@given(pose=poses, name=st.sampled_from(sorted(RIGS)))
def test_any_pose_gives_finite_layers_whose_groups_are_neighbours_in_order(pose: Pose, name: str) -> None:
    layers = RIGS[name].layers(pose)
    assert layers == RIGS[name].layers(pose)
    assert len(layers) <= 45
    assert all(math.isfinite(value) for layer in layers for value in layer.matrix)
    assert all(0 < layer.opacity <= 1 for layer in layers)
    order = [GROUPS.index(layer.group) for layer in layers]
    assert order == sorted(order)


@settings(max_examples=60, deadline=None)
@given(pose=poses, name=st.sampled_from(PEOPLE))
def test_casters_lie_in_front_of_what_they_shade(pose: Pose, name: str) -> None:
    layers = RIGS[name].layers(pose)
    worn = [index for index, layer in enumerate(layers) if layer.worn]
    cast = [index for index, layer in enumerate(layers) if layer.caster]
    assert worn
    assert cast
    assert max(worn) < min(cast)


@settings(max_examples=80, deadline=None)
@given(hip=st.floats(-80, 60), knee=st.floats(0, 150), foot=st.none() | st.floats(-60, 60))
def test_the_ground_is_under_the_lowest_of_sole_knee_and_seat(hip: float, knee: float, foot: float | None) -> None:
    pose = Pose(nleg=(hip, knee, foot), fleg=(hip, knee, foot))
    stance = stand(pose, robe=False, seats=())
    leg = plant((hip, knee, foot))
    assert stance.ground == pytest.approx(HIP_Y + leg.low)
    assert leg.low >= 285 * math.cos(math.radians(hip)) + 31 - 1e-9


def test_straight_legs_stand_on_the_ground() -> None:
    pose = Pose(nleg=(0, 0, None), fleg=(0, 0, None))
    for name in ("emma", "prof", "asha"):
        assert RIGS[name].point(pose, "foot_near")[1] == pytest.approx(0, abs=4)


def test_a_robe_at_rest_keeps_its_full_length_and_shortens_when_its_wearer_crouches() -> None:
    rig, rest = RIGS["salim"], RIGS["salim"].rest()
    crouched = replace(rest, nleg=(-50.0, 100.0, None), fleg=(-50.0, 100.0, None))
    tall, short = (next(layer.matrix[3] for layer in rig.layers(pose) if layer.worn) for pose in (rest, crouched))
    size = next(layer.matrix[3] for layer in rig.layers(rest) if layer.sprite == "neck")
    assert tall == pytest.approx(size, rel=0.02)
    assert short < 0.8 * tall


def test_no_coat_goes_through_the_floor() -> None:
    for name in ("emma", "prof", "ws_boubou", "north_king"):
        rig = RIGS[name]
        deep = replace(rig.rest(), lean=0.0, nleg=(-55.0, 112.0, None), fleg=(-55.0, 112.0, None))
        for layer in rig.layers(deep):
            if layer.worn or layer.group == "hang":
                box = rig.artist.extent(layer.sprite)
                assert box is not None
                lowest = layer.matrix[3] * (box[1] + box[3]) + layer.matrix[5]
                assert lowest < 14, (name, layer.sprite)


def test_braids_hang_plumb_while_the_head_tilts() -> None:
    rig, rest = RIGS["asha"], RIGS["asha"].rest("neutral")
    upright, tilted = replace(rest, tilt=0.0, lean=0.0, hair=0.0), replace(rest, tilt=20.0, lean=0.0, hair=HANG * 20.0)
    head_turn = degrees(only(rig, tilted, "skull")) - degrees(only(rig, upright, "skull"))
    braid_turn = degrees(only(rig, tilted, "braid_near")) - degrees(only(rig, upright, "braid_near"))
    assert head_turn == pytest.approx(20)
    assert braid_turn == pytest.approx(0.3 * 20)
    assert rest.hair == pytest.approx(HANG * (rest.lean + rest.tilt))


def test_ears_do_not_jump_when_the_head_passes_the_middle() -> None:
    rig, rest = RIGS["dada"], RIGS["dada"].rest()
    left, right = rig.layers(replace(rest, yaw=-0.001)), rig.layers(replace(rest, yaw=0.001))
    ears = [
        {(round(layer.matrix[4], 0), round(layer.matrix[0], 2)) for layer in layers if layer.sprite == "ear"} for layers in (left, right)
    ]
    assert len(ears[0]) == 2
    assert ears[0] == ears[1]
    front = [layer.opacity for layer in right if layer.sprite == "ear"][-1]
    assert front < 0.05


def test_glasses_turn_about_with_the_head() -> None:
    rig, rest = RIGS["prof"], RIGS["prof"].rest()
    there, back = (only(rig, replace(rest, yaw=yaw, tilt=0.0, lean=0.0), "glasses").matrix[0] for yaw in (0.4, -0.4))
    assert there > 0 > back


def test_brows_stay_clear_of_the_fringe_when_the_head_looks_up() -> None:
    rig, rest = RIGS["emma"], RIGS["emma"].rest()
    up = replace(rest, pitch=0.6, tilt=0.0, lean=0.0)
    heights = [only(rig, replace(up, brow=brow), "brow").matrix[5] for brow in (-9.0, -15.0, -19.0)]
    assert heights[0] == heights[1] == heights[2]
    assert only(rig, replace(up, brow=0.0), "brow").matrix[5] > heights[0]


def test_a_far_forearm_in_front_comes_after_the_head() -> None:
    rig = RIGS["emma"]
    layers = rig.layers(replace(rig.rest(), far_front=True))
    groups = [layer.group for layer in layers]
    assert groups.index("fore_far") > max(index for index, group in enumerate(groups) if group == "head")
    assert not any(layer.sprite.endswith("@far") for layer in layers if layer.group == "fore_far")


def test_skirts_swing_no_further_than_a_bow_allows() -> None:
    rig, rest = RIGS["emma"], RIGS["emma"].rest()
    swung = [degrees(only(rig, replace(rest, sway=sway), "b_coat")) for sway in (3.5, 30.0)]
    assert swung[0] == pytest.approx(swung[1])


def test_seats_replace_the_legs_and_are_squashed_by_the_ground() -> None:
    rig, rest = RIGS["emma"], RIGS["emma"].rest()
    seated, sinking = replace(rest, bottom="b_crossed"), replace(rest, bottom="b_crossed", ground=490.0)
    assert not any(layer.group == "legs" for layer in rig.layers(seated))
    assert only(rig, sinking, "b_crossed").matrix[3] > only(rig, seated, "b_crossed").matrix[3]


def test_the_shade_turns_with_a_lying_body() -> None:
    rig, rest = RIGS["emma"], RIGS["emma"].rest()
    dx, dy = rig.shade(rest)
    assert dx < 0 < dy
    assert rig.shade(replace(rest, roll=-90.0)) == pytest.approx((dy, -dx))


def test_what_is_worn_one_way_is_never_mirrored() -> None:
    assert RIGS["yuki"].never_mirror
    assert person("ws_nivi").never_mirror
    assert not RIGS["emma"].never_mirror
    assert not RIGS["fox"].never_mirror


def test_shut_eyes_are_one_picture_and_open_eyes_lie_on_a_grid() -> None:
    assert EyeState.near(0.0, 1, 1, 0.3, 0, -1) == EyeState.near(0.14, 1, 0.8, -0.9, 0.4, 1)
    state = EyeState.near(0.88, 1.0, 1.0, 0.35, 0.0, 1)
    assert EyeState.of_key(state.key) == state
    assert EyeState.near(0.885, 1.0, 1.0, 0.351, 0.0, 1) == state


def test_landmarks_follow_the_pose() -> None:
    rig, rest = RIGS["emma"], RIGS["emma"].rest()
    eye, mouth, crown = (rig.point(rest, name) for name in ("eye", "mouth", "crown"))
    assert crown[1] < eye[1] < mouth[1] < 0
    raised = rig.point(replace(rest, near=(-170.0, 0.0, 0.0)), "hand_near")
    assert raised[1] < rig.point(rest, "shoulder_near")[1]
    with pytest.raises(KeyError):
        rig.point(rest, "elbow_of_the_moon")


def test_standing_heights_are_those_of_the_people() -> None:
    heights = {name: -RIGS[name].point(RIGS[name].rest(), "crown")[1] for name in ("asha", "emma", "prof")}
    assert heights["asha"] < heights["emma"] < heights["prof"]
    assert GROUND < heights["emma"] < 1300


@pytest.mark.parametrize("emotion", ["happy", "sad", "afraid", "surprised"])
def test_the_temper_of_a_face_moves_a_creatures_ears(emotion: str) -> None:
    rig = RIGS["dog"]
    drooping = {"happy": False, "sad": True, "afraid": True, "surprised": False}[emotion]
    angles = []
    for mood in ("neutral", emotion):
        layers = rig.layers(replace(rig.rest(mood), tilt=0.0))
        ear = [layer for layer in layers if layer.sprite == "dog_ear"][-1]
        head = next(layer for layer in layers if layer.sprite == "dog_head")
        angles.append(degrees(ear) - degrees(head))
    assert abs(angles[1] - angles[0]) > 3
    assert (angles[1] < angles[0]) == drooping


def test_a_creature_walks_when_people_would() -> None:
    rig, rest = RIGS["dog"], RIGS["dog"].rest()
    stride = replace(rest, nleg=(-22.0, 10.0, -10.0), fleg=(25.0, 10.0, 20.0))
    assert not any(layer.sprite == "cq_hind" for layer in rig.layers(rest))
    legs = [degrees(layer) for layer in rig.layers(stride) if layer.sprite in ("cq_hind", "cq_front")]
    assert len(legs) == 2
    assert legs[0] * legs[1] < 0


def test_four_feet_stay_on_the_ground_when_a_creature_is_afraid() -> None:
    rig = rig_for({"creature": "wolf"}, PACK)
    lows = []
    for layer in rig.layers(rig.rest("afraid")):
        if layer.sprite.startswith(("cq_front", "cq_hind")):
            lows.append(layer.matrix[1] * 10 + layer.matrix[3] * 172 + layer.matrix[5])
    assert len(lows) == 4
    assert max(abs(low) for low in lows) < 12


def test_a_coat_of_another_colour_is_taken_from_the_look() -> None:
    rig = rig_for({"creature": "dog", "slots": {"skin": "#123456"}}, PACK)
    assert "#123456" in rig.artist.markup(only(rig, rig.rest(), "dog_head").sprite)


@pytest.mark.parametrize(
    "look",
    [{}, {"creature": "unicorn"}, {"creature": 7}, {"skin": "T9"}, {"skin": "T1", "head": {"scale": -1}}],
)
def test_a_look_that_cannot_be_drawn_is_told(look: dict[str, object]) -> None:
    with pytest.raises(InputError):
        rig_for(look, PACK).rest()  # type: ignore[arg-type]


def test_a_look_with_a_part_that_is_not_drawn_is_told() -> None:
    look = dict(PACK.people["asha"])  # type: ignore[arg-type,call-overload]
    look["body"] = {**look["body"], "torso": ["t_mithril"]}
    with pytest.raises(InputError, match="t_mithril"):
        rig_for(look, PACK)


@pytest.mark.parametrize(("part", "measure"), [("body", "s"), ("body", "w"), ("body", "limb"), ("body", "neck"), ("head", "scale")])
def test_a_size_beyond_all_measure_is_told_by_its_name(part: str, measure: str) -> None:
    look = dict(PACK.people["asha"])  # type: ignore[arg-type,call-overload]
    look[part] = {**look[part], measure: 900}
    with pytest.raises(InputError, match=rf"{part}\.{measure}: .*less than or equal to 4"):
        rig_for(look, PACK)


@pytest.mark.slow
def test_everyone_in_the_house_can_be_drawn_standing_and_seated() -> None:
    looks = [*PACK.people.values(), *({"creature": name} for name in PACK.creatures["cast"])]  # type: ignore[call-overload,index]
    for look in looks:
        rig = rig_for(look, PACK)  # type: ignore[arg-type]
        rest = rig.rest()
        for pose in (rest, replace(rest, bottom="b_crossed"), replace(rest, bottom="b_seiza", far_front=True)):
            for layer in rig.layers(pose):
                assert rig.artist.markup(layer.sprite)
