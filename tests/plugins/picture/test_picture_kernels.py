"""The pixel loops against plain floating-point arithmetic."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from filmstudio.plugins.picture import kernels
from filmstudio.plugins.picture.canvas import (
    FULL,
    NO_CAST,
    NO_RIM,
    NO_SHADE,
    Cel,
    Frame,
    halved,
    inverse,
    light_of,
    lit,
    pixels_of,
    yuv_of,
)

level = st.integers(0, 255)


def picture(seed: int, height: int, width: int, *, alpha: int | None = None) -> NDArray[np.uint8]:
    """Random premultiplied RGBA."""
    rng = np.random.default_rng(seed)
    straight = rng.integers(0, 256, (height, width, 4)).astype(np.float64)
    if alpha is not None:
        straight[..., 3] = alpha
    straight[..., :3] *= straight[..., 3:] / 255
    return np.rint(straight).astype(np.uint8)


def bytes_of(canvas: NDArray[np.uint32]) -> NDArray[np.uint8]:
    return canvas.astype("<u4").view(np.uint8).reshape(*canvas.shape, 4)


def draw_under(canvas: NDArray[np.uint32], source: NDArray[np.uint32], matrix: tuple[float, ...], opacity: int = FULL) -> None:
    rows, columns = canvas.shape
    kernels.warp_under(canvas, source, inverse(matrix), np.array([0, 0, columns, rows]), opacity, NO_CAST, NO_SHADE)  # type: ignore[arg-type]


def test_a_sprite_that_is_not_moved_is_copied() -> None:
    sprite = picture(1, 9, 13)
    canvas = np.zeros((9, 13), np.uint32)
    draw_under(canvas, pixels_of(sprite), (1, 0, 0, 1, -1, -1))
    assert np.array_equal(bytes_of(canvas), sprite)


def test_half_a_pixel_aside_is_the_mean_of_two_neighbours() -> None:
    sprite = picture(2, 6, 8, alpha=255)
    canvas = np.zeros((6, 8), np.uint32)
    draw_under(canvas, pixels_of(sprite), (1, 0, 0, 1, -1.5, -1))
    mean = (sprite[:, :-1].astype(int) + sprite[:, 1:]) / 2
    assert np.abs(bytes_of(canvas)[:, :-1] - mean).max() <= 1


@given(st.lists(st.integers(0, 10_000), min_size=2, max_size=4))
@settings(max_examples=25, deadline=None)
def test_front_to_back_is_what_back_to_front_would_be(seeds: list[int]) -> None:
    layers = [picture(seed, 5, 7) for seed in seeds]
    canvas = np.zeros((5, 7), np.uint32)
    for layer in layers:
        draw_under(canvas, pixels_of(layer), (1, 0, 0, 1, -1, -1))
    expected = np.zeros((5, 7, 4))
    for layer in reversed(layers):
        expected = layer + expected * (1 - layer[..., 3:] / 255)
    assert np.abs(bytes_of(canvas) - expected).max() <= len(layers)


@given(angle=st.floats(-3.1, 3.1), scale=st.floats(0.4, 2.5), seed=st.integers(0, 1000))
@settings(max_examples=30, deadline=None)
def test_colours_never_exceed_their_alpha_under_any_turn(angle: float, scale: float, seed: int) -> None:
    cos, sin = float(np.cos(angle)) * scale, float(np.sin(angle)) * scale
    canvas = np.zeros((24, 24), np.uint32)
    for part in range(2):
        draw_under(canvas, pixels_of(picture(seed + part, 16, 16)), (cos, sin, -sin, cos, 12 - part, 3))
    drawn = bytes_of(canvas)
    assert (drawn[..., :3] <= drawn[..., 3:]).all()


@given(red=level, green=level, blue=level, alpha=level)
@settings(max_examples=60, deadline=None)
def test_developing_is_bt709_in_limited_range(red: int, green: int, blue: int, alpha: int) -> None:
    rgb = np.array([red, green, blue]) * alpha // 255
    cel = Cel.of(lit(np.full((2, 2), int(rgb[0]) | int(rgb[1]) << 8 | int(rgb[2]) << 16 | alpha << 24, np.uint32)))
    luma = (0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]) / 255
    assert abs(float(cel.luma[0, 0]) - (16 * alpha / 255 + 219 * luma)) <= 1
    assert abs(float(cel.blue[0, 0]) - (128 * alpha / 255 + 224 * (rgb[2] / 255 - luma) / 1.8556)) <= 1
    assert abs(float(cel.red[0, 0]) - (128 * alpha / 255 + 224 * (rgb[0] / 255 - luma) / 1.5748)) <= 1
    assert cel.clear[0, 0] == cel.clear_half[0, 0] == 255 - alpha


def test_a_tint_halves_red_and_leaves_blue() -> None:
    pixels = lit(np.full((1, 3), 0xFFC080C8, np.uint32), light_of(((0.5, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0))))
    expected = (*yuv_of(0x64 / 255, 0x80 / 255, 0xC0 / 255), 255)
    assert np.abs(bytes_of(pixels).astype(int) - expected).max() <= 1


def test_light_brighter_than_white_stays_white() -> None:
    pixels = lit(np.full((2, 2), 0xFFFFFFFF, np.uint32), light_of(((1.4, 0, 0, 0), (0, 1.4, 0, 0), (0, 0, 1.4, 0))))
    assert (bytes_of(pixels)[..., 0] == 235).all()


def test_the_rim_lies_on_the_side_of_the_light_only() -> None:
    canvas = np.zeros((24, 32), np.uint32)
    canvas[4:20, 8:24] = 0xFF808040
    cel, plain = Cel.blank(32, 24), Cel.blank(32, 24)
    rim = np.array([256, -4, 0, 235, 128, 128], np.int64)
    cel.develop(canvas, (4, 4, 28, 20), rim)
    plain.develop(canvas, (4, 4, 28, 20), NO_RIM)
    assert (cel.luma[4:20, 8] > plain.luma[4:20, 8] + 60).all()
    assert np.array_equal(cel.luma[4:20, 13:], plain.luma[4:20, 13:])
    assert np.array_equal(cel.clear, plain.clear)


@given(under=level, over=level, alpha=level, opacity=st.integers(0, 256))
@settings(max_examples=80, deadline=None)
def test_laying_a_cel_is_premultiplied_over(under: int, over: int, alpha: int, opacity: int) -> None:
    component = over * alpha // 255
    plane = np.full((3, 5), under, np.uint8)
    kernels.lay(
        plane,
        np.full((3, 5), component, np.uint8),
        np.full((3, 5), 255 - alpha, np.uint8),
        np.array([0, 0, 5, 3]),
        np.array([0, 0]),
        opacity,
    )
    share = opacity / 256
    assert np.abs(plane - (under * (1 - alpha / 255 * share) + component * share)).max() <= 1.6


def test_laying_cuts_what_falls_outside_the_frame() -> None:
    frame = Frame.blank(16, 8)
    cel = Cel.of(lit(np.full((8, 8), 0xFFFFFFFF, np.uint32)), -4, 4)
    cel.lay(frame)
    white = np.argwhere(frame.y == 235)
    assert white.min(axis=0).tolist() == [4, 0]
    assert white.max(axis=0).tolist() == [7, 3]


@given(du=st.integers(0, 65535), dv=st.integers(0, 65535), step=st.integers(57000, 76000), opacity=st.sampled_from([100, 256]))
@settings(max_examples=40, deadline=None)
def test_a_gliding_plane_is_bilinear_at_any_step(du: int, dv: int, step: int, opacity: int) -> None:
    rng = np.random.default_rng(5)
    clear = rng.integers(0, 256, (40, 60)).astype(np.uint8)
    source = ((255 - clear) * rng.random((40, 60))).astype(np.uint8)
    plane = np.full((20, 30), 90, np.uint8)
    u, v = 4 * 65536 + du, 3 * 65536 + dv
    boxes = np.array([[2, 1, 12, 19], [12, 1, 40, 19]])
    kernels.glide(plane, source, clear, boxes, np.array([0, 0, 28, 20]), u, v, step, opacity)
    x, y = (u + step * np.arange(2, 28)) / 65536, (v + step * np.arange(1, 19)) / 65536
    column, row = np.floor(x).astype(int), np.floor(y).astype(int)
    fx, fy = x - column, (y - row)[:, None]

    def sampled(of: NDArray[np.uint8]) -> NDArray[np.float64]:
        near = of[row][:, column] * (1 - fx) + of[row][:, column + 1] * fx
        below = of[row + 1][:, column] * (1 - fx) + of[row + 1][:, column + 1] * fx
        laid: NDArray[np.float64] = near * (1 - fy) + below * fy
        return laid

    share = opacity / 256
    expected = sampled(source) * share + 90 * (1 - (255 - sampled(clear)) / 255 * share)
    assert np.abs(plane[1:19, 2:28] - expected).max() <= 4
    assert (plane[0] == 90).all() and (plane[:, :2] == 90).all() and (plane[:, 28:] == 90).all()


@pytest.mark.parametrize("radius", [1, 4, 9])
def test_blurring_keeps_a_flat_plane_flat_and_a_point_where_it_is(radius: int) -> None:
    flat, spare = np.full((30, 40), 173, np.uint8), np.zeros((30, 40), np.uint8)
    kernels.soften(flat, spare, radius)
    assert (flat == 173).all()
    point = np.zeros((41, 41), np.uint8)
    point[20, 20] = 255
    kernels.soften(point, np.zeros_like(point), radius)
    assert not point[: 20 - radius].any() and not point[:, 21 + radius :].any()
    assert np.array_equal(point, point[::-1]) and np.array_equal(point, point[:, ::-1])


def test_a_dab_is_darkest_in_its_middle_and_ends_at_its_reach() -> None:
    plane = np.full((40, 60), 200, np.uint8)
    dabs = np.array([[30 * 256, 20 * 256, 65536 // 16, 0, 0, 65536 // 8, 17, 9, 255, 256, 0]], np.int64)
    kernels.dab(plane, 60, dabs, 16, 0)
    assert plane[20, 30] < 24
    assert plane[20, 38] < plane[20, 42] < 200
    changed = np.argwhere(plane < 200)
    assert changed.min(axis=0).tolist() >= [12, 14] and changed.max(axis=0).tolist() <= [28, 46]


def test_a_streak_lies_along_its_slant() -> None:
    plane = np.full((60, 60), 40, np.uint8)
    kernels.streak(plane, 60, np.array([[40 * 256, 10 * 256, 40 * 256, -32768, 512, 255]], np.int64), 235, 0)
    rows = [int(np.argmax(plane[y])) for y in (20, 30, 40)]
    assert rows[0] - rows[1] in (4, 5, 6) and rows[1] - rows[2] in (4, 5, 6)
    assert (plane[:9] == 40).all() and (plane[52:] == 40).all()


def test_half_size_keeps_the_mean() -> None:
    sprite = pixels_of(picture(3, 14, 10))
    small = bytes_of(halved(sprite)).astype(float)
    assert np.allclose(small.sum(axis=(0, 1)) * 4, bytes_of(sprite).astype(float).sum(axis=(0, 1)), rtol=0.02)


@given(st.integers(0, 10_000), st.floats(-180, 180), st.floats(0.6, 2.0), st.sampled_from([256, 90]), st.booleans())
@settings(max_examples=40, deadline=None)
def test_layers_composed_in_runs_are_what_pixel_by_pixel_would_be(
    seed: int, degrees: float, scale: float, opacity: int, shaded: bool
) -> None:
    rng = np.random.default_rng(seed)
    sources = [blocks(seed, 6, 5), blocks(seed + 1, 3, 8), blocks(seed + 2, 4, 4)]
    layers = np.zeros((3, kernels.FIELDS), np.int64)
    pixels, areas = np.empty(0, np.uint32), np.empty(0, np.uint64)
    for n, source in enumerate(sources):
        rows, columns = (-(-side // kernels.BLOCK) for side in source.shape)
        survey = np.empty((rows, columns), np.uint64)
        kernels.survey(source, survey)
        layers[n, : kernels.INVERSE] = (pixels.size, *source.shape, areas.size, columns)
        pixels, areas = np.append(pixels, source), np.append(areas, survey)
        turn = math.radians(degrees + 20 * n)
        a, b = scale * math.cos(turn), scale * math.sin(turn)
        layers[n, kernels.INVERSE : kernels.BOX] = inverse((a, b, -b, a, 40 - 33 * a + 33 * b, 40 - 33 * b - 33 * a))
        layers[n, kernels.BOX : kernels.OPACITY] = (3 + n, 2, 79 - n, 77)
    # The farthest is half clear, the middle one is worn, the nearest throws a shade on it.
    layers[:, kernels.OPACITY] = (opacity, 256, 256)
    layers[1, kernels.WORN] = layers[2, kernels.CASTER] = 1
    shade = np.array([41, -5, 7, 30, 120, 130]) if shaded else NO_SHADE
    rim = np.array([200, -4, -6, 235, 128, 128]) if shaded else NO_RIM
    canvas, mask = np.zeros((80, 80), np.uint32), np.zeros((80, 80), np.uint32)
    kernels.warp_under(mask, sources[2], layers[2, 5:11], np.array([5, 2, 77, 77]), 256, NO_CAST, NO_SHADE)
    for n in (2, 1, 0):
        cast = bytes_of(mask)[..., 3].copy() if n == 1 else NO_CAST
        shade_of_layer, box = shade if n == 1 else NO_SHADE, layers[n, kernels.BOX : kernels.OPACITY].copy()
        kernels.warp_under(canvas, sources[n], layers[n, 5:11], box, layers[n, kernels.OPACITY], cast, shade_of_layer)
    single, runs = Cel.blank(80, 80), Cel.blank(80, 80)
    single.develop(canvas, (4, 6, 70, 76), rim)
    band, casters = (
        rng.integers(0, 2**32, (kernels.ABOVE + kernels.BAND, 80), np.uint64).astype(np.uint32),
        np.ones((kernels.BAND, 80), np.uint8),
    )
    planes = (runs.luma, runs.clear, runs.blue, runs.red, runs.clear_half)
    kernels.compose(band, pixels, areas, layers, np.array([[4, 6, 70, 76]]), casters, shade, rim, *planes)
    # The mask of the shade has its alpha rounded once more or less.
    for one, other in zip(planes, (single.luma, single.clear, single.blue, single.red, single.clear_half), strict=True):
        assert np.abs(one.astype(int) - other).max() <= (2 if shaded else 0)
    assert (runs.clear < 255).any()


def blocks(seed: int, rows: int, columns: int) -> NDArray[np.uint32]:
    """Nothing, flat paint and detail, in blocks that do not match those of the map."""
    rng = np.random.default_rng(seed)
    flat = rng.integers(0, 256, (rows, columns, 4), np.uint8) | np.array([0, 0, 0, 255], np.uint8)
    painted = np.repeat(np.repeat(np.where(rng.random((rows, columns, 1)) < 0.4, np.uint8(0), flat), 11, axis=0), 13, axis=1)
    painted[20:31, 9:40] = picture(seed, 11, 31)
    return pixels_of(painted)
