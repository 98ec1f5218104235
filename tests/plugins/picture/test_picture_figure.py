"""A figure's cel: right where it is, and the same however it came to be drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from filmstudio.plugins.art.pack import house_pack
from filmstudio.plugins.picture.canvas import Frame
from filmstudio.plugins.picture.figure import HOLD_BETWEEN, Figure
from filmstudio.plugins.picture.shade import CastLight
from filmstudio.plugins.picture.sprites import ReadySheet
from filmstudio.plugins.portrait.cast import rig_for
from filmstudio.plugins.portrait.pose import Pose
from filmstudio.plugins.portrait.sheet import SpriteSheet, draw_sheet
from filmstudio.plugins.portrait.still import draw_posed

SIZE = (320, 360)
SCALE = 0.25
PLACE = (SCALE, 0.0, 0.0, SCALE, 150.3, 340.6)


@pytest.fixture(scope="module")
def sheet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReadySheet]:
    """A person at a quarter pixel a unit; sprites are drawn when they are first asked for."""
    pack = house_pack()
    look = pack.people["asha"]
    assert isinstance(look, dict)
    path: Path = tmp_path_factory.mktemp("sheet") / "asha"
    path.write_bytes(draw_sheet(rig_for(look, pack), look, pack, SCALE, ()))
    yield ReadySheet(SpriteSheet.open(path, pack))


def figure(sheet: ReadySheet, light: CastLight | None = None) -> Figure:
    return Figure(sheet, *SIZE, light or CastLight())


def rest(sheet: ReadySheet) -> Pose:
    return sheet.rig.rest()


def grey(fig: Figure) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """The Y of the figure before grey."""
    frame = Frame.blank(*SIZE)
    frame.y[:] = 128
    fig.cel.lay(frame)
    return frame.y.astype(np.int64)


def test_it_looks_like_the_reference_still(sheet: ReadySheet) -> None:
    fig = figure(sheet)
    fig.pose(rest(sheet), PLACE)
    still = draw_posed(sheet.rig, rest(sheet), SCALE * 4)
    # The still at four times the size, brought to the place of the figure, is what the eye expects there.
    frame = np.full((SIZE[1], SIZE[0], 3), 128.0)
    left, top = PLACE[4] + still.x * SCALE, PLACE[5] + still.y * SCALE
    weight = np.zeros((SIZE[1], SIZE[0], 4))
    rows = np.floor(top + (np.arange(still.pixels.shape[0]) + 0.5) / 4).astype(int)
    columns = np.floor(left + (np.arange(still.pixels.shape[1]) + 0.5) / 4).astype(int)
    np.add.at(weight, (rows[:, None], columns[None, :]), still.pixels / 16)
    frame = frame * (1 - weight[..., 3:] / 255) + weight[..., :3]
    luma = 16 + 219 / 255 * (frame @ np.array([0.2126, 0.7152, 0.0722]))
    background = 16 + 219 / 255 * 128
    figure_frame = Frame.blank(*SIZE)
    figure_frame.y[:] = round(background)
    fig.cel.lay(figure_frame)
    apart = np.abs(figure_frame.y - luma)
    inside = weight[..., 3] > 0
    assert apart[inside].mean() < 4.0
    assert apart[~inside].mean() < 0.2
    # The measure is sharp enough to see three pixels.
    assert np.abs(np.roll(figure_frame.y, 3, axis=1) - luma)[inside].mean() > 8.0


def test_drawing_only_what_changed_gives_the_same_as_drawing_all(sheet: ReadySheet) -> None:
    light = CastLight(rim=(1.0, 0.8, 0.5, 0.8), rim_from="right")
    kept = figure(sheet, light)
    pose = rest(sheet)
    poses = [
        pose,
        replace(pose, mouth="m_AI", mh=1.1),
        replace(pose, mouth="m_O", up=0.3),
        replace(pose, mouth="m_O", near=(60.0, -80.0, 5.0), hand_n="hand_open"),
        replace(pose, mouth="m_MBP", lean=6.0, near=(60.0, -80.0, 5.0), yaw=-0.5),
        replace(pose, blush=1.0, far_front=True),
        replace(pose, mouth="m_AI"),
    ]
    for step in poses:
        kept.pose(step, PLACE, hold=0.0)
        fresh = figure(sheet, light)
        fresh.pose(step, PLACE, hold=0.0)
        assert np.array_equal(grey(kept), grey(fresh))


def test_what_has_not_changed_lies_outside_the_changed_boxes(sheet: ReadySheet) -> None:
    fig = figure(sheet)
    pose = rest(sheet)
    fig.pose(pose, PLACE)
    before = grey(fig)
    fig.pose(replace(pose, mouth="m_O", near=(70.0, -90.0, 0.0)), PLACE)
    after = grey(fig)
    assert fig.changed
    for x0, y0, x1, y1 in fig.changed:
        before[y0:y1, x0:x1] = after[y0:y1, x0:x1]
    assert np.array_equal(before, after)


def test_a_new_mouth_redraws_the_mouth_alone(sheet: ReadySheet) -> None:
    fig = figure(sheet)
    pose = replace(rest(sheet), jaw=0.0)
    fig.pose(replace(pose, mouth="m_MBP"), PLACE)
    whole = fig.drawn_pixels
    fig.pose(replace(pose, mouth="m_UW"), PLACE)
    assert 0 < fig.drawn_pixels - whole < whole / 15


def test_an_equal_pose_draws_nothing(sheet: ReadySheet) -> None:
    fig = figure(sheet)
    fig.pose(rest(sheet), PLACE)
    drawn = fig.drawn_pixels
    fig.pose(rest(sheet), PLACE)
    assert fig.changed == () and fig.drawn_pixels == drawn


def test_slow_movement_waits_and_never_strays(sheet: ReadySheet) -> None:
    fig, exact = figure(sheet), figure(sheet)
    pose = rest(sheet)
    drawings = 0
    for step in range(30):
        moved = replace(pose, lean=step * 0.05)
        fig.pose(moved, PLACE, hold=HOLD_BETWEEN)
        drawings += bool(fig.changed)
        exact.pose(moved, PLACE, hold=0.0)
    assert 1 < drawings < 15
    # Within a pixel of where it should be: a shift by two pixels would be farther off.
    assert np.abs(grey(fig) - grey(exact)).mean() < np.abs(np.roll(grey(exact), 2, axis=1) - grey(exact)).mean()


def test_a_person_who_faces_left_is_the_mirror_image(sheet: ReadySheet) -> None:
    right, left = figure(sheet), figure(sheet)
    right.pose(rest(sheet), (SCALE, 0, 0, SCALE, SIZE[0] / 2, 340.0))
    left.pose(rest(sheet), (-SCALE, 0, 0, SCALE, SIZE[0] / 2, 340.0))
    assert np.abs(grey(right)[:, ::-1] - grey(left)).mean() < 0.3
    assert np.abs(grey(right) - grey(left)).mean() > 1.0


def test_a_figure_partly_outside_the_picture_is_cut(sheet: ReadySheet) -> None:
    inside, outside = figure(sheet), figure(sheet)
    inside.pose(rest(sheet), (SCALE, 0, 0, SCALE, 150.0, 340.0))
    outside.pose(rest(sheet), (SCALE, 0, 0, SCALE, 10.0, 440.0))
    assert np.abs(grey(outside)[100:, : SIZE[0] - 140] - grey(inside)[: SIZE[1] - 100, 140:]).max() <= 1


def test_a_far_figure_is_drawn_from_smaller_sprites(sheet: ReadySheet) -> None:
    assert sheet.halvings(SCALE) == 0
    assert sheet.halvings(SCALE * 0.5) == 1
    fig = figure(sheet)
    fig.pose(rest(sheet), (SCALE / 4, 0, 0, SCALE / 4, 160.0, 200.0))
    rows = np.argwhere(np.abs(grey(fig) - 128) > 30)[:, 0]
    assert 55 < rows.max() - rows.min() < 85
