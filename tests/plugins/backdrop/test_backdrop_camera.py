"""The camera before a stage."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from filmstudio.plugins.backdrop.camera import (
    REST,
    Pose,
    Size,
    between,
    covering,
    defocus,
    held,
    plane_growth,
    plane_matrix,
    plane_view,
    view_of,
    wing_opacity,
    within_drawing,
)
from filmstudio.plugins.backdrop.stage import VIEW_BOX, CameraLimits

WIDE, TALL, SQUARE = Size(1920, 1080), Size(1080, 1920), Size(1080, 1080)
poses = st.builds(Pose, st.floats(-2000, 4000), st.floats(-2000, 3000), st.floats(0.3, 6))
sizes = st.sampled_from([WIDE, TALL, SQUARE, Size(640, 360)])
depths = st.floats(1, 100)


def inside(view: tuple[float, float, float, float]) -> bool:
    left, top, width, height = VIEW_BOX
    x, y, w, h = view
    return x >= left - 1e-6 and y >= top - 1e-6 and x + w <= left + width + 1e-6 and y + h <= top + height + 1e-6


def test_at_rest_the_frame_fills_the_picture() -> None:
    for z in (0.72, 1, 3, 100):
        assert plane_matrix(z, REST, REST, WIDE) == ((1, 0, 0), (0, 1, 0))


@given(poses, sizes, depths)
def test_at_the_base_of_a_shot_planes_lie_as_they_were_drawn(base: Pose, size: Size, z: float) -> None:
    assert plane_view(z, base, base, size) == pytest.approx(view_of(base, size), abs=1e-6)


@given(poses, poses, sizes)
def test_the_plane_of_the_cast_follows_the_camera_exactly(base: Pose, pose: Pose, size: Size) -> None:
    assert plane_view(1, pose, base, size) == pytest.approx(view_of(pose, size), abs=1e-5)


@given(poses, poses, sizes)
def test_wherever_the_camera_is_sent_the_drawing_fills_the_picture(base: Pose, pose: Pose, size: Size) -> None:
    base = within_drawing(base, size)
    reached = covering(pose, base, size)
    for z in (1, 1.2, 1.6, 2.5, 3.7, 5, 8, 15, 40, 100):
        assert inside(plane_view(z, reached, base, size))


@given(poses, sizes)
def test_a_pose_within_the_drawing_is_left_alone(pose: Pose, size: Size) -> None:
    once = within_drawing(pose, size)
    assert inside(view_of(once, size))
    again = within_drawing(once, size)
    assert (again.x, again.y, again.zoom) == pytest.approx((once.x, once.y, once.zoom))


@given(st.floats(-160, 160), st.floats(-90, 90), st.floats(1, 1.15))
def test_within_a_stages_limits_even_the_framing_wings_reach_over_the_picture(dx: float, dy: float, zoom: float) -> None:
    pose = Pose(REST.x + dx, REST.y + dy, zoom)
    assert inside(plane_view(0.72, pose, REST, WIDE))


@given(st.floats(-500, 500), st.floats(1, 50), st.floats(0.5, 50))
def test_what_is_farther_moves_less(dx: float, z: float, more: float) -> None:
    assume(abs(dx) > 1)

    def moved(depth: float) -> float:
        return abs(plane_matrix(depth, Pose(REST.x + dx), REST, WIDE)[0][2])

    assert moved(z + more) < moved(z)


@given(st.floats(0.4, 4), depths, st.floats(0.1, 50))
def test_what_is_farther_grows_less_on_a_push_in(push: float, z: float, more: float) -> None:
    near, far = plane_growth(z, push), plane_growth(z + more, push)
    assert (far <= near + 1e-12) if push >= 1 else (far >= near - 1e-12)
    assert plane_growth(1, push) == pytest.approx(push)


def test_a_camera_is_held_within_the_limits_of_its_stage() -> None:
    road = CameraLimits(max_x=90, max_y=60, max_zoom=1.1)
    assert held(Pose(1200, 200, 3), REST, road) == Pose(1050, 480, 1.1)
    assert held(Pose(1000, 520, 1.05), REST, road) == Pose(1000, 520, 1.05)


def test_half_a_zoom_is_its_square_root() -> None:
    assert between(Pose(0, 0, 1), Pose(100, 40, 4), 0.5) == Pose(50, 20, 2)


def test_the_hero_plane_is_sharp_in_a_medium_shot_and_soft_behind_a_close_one() -> None:
    assert defocus(3, 1.5) == 0
    assert defocus(3, 3) == pytest.approx(3)
    assert defocus(3, 4) == pytest.approx(7)
    assert defocus(1, 4) == 0
    assert defocus(100, 4) > defocus(3, 4)


def test_framing_wings_leave_the_picture_when_the_camera_comes_close_and_the_curtain_stays() -> None:
    assert [wing_opacity(0.72, zoom) for zoom in (1, 1.3, 1.6, 3)] == [1, pytest.approx(1), 0, 0]
    assert wing_opacity(0.88, 3) == 1
