"""The stage behind and before the cast: painted planes seen through the camera, with weather between them.

Planes that stay as they are become one picture at the start of a shot; planes that move, because the camera does or the
fog drifts, are kept as cels somewhat larger than the picture and slid under the camera in every frame.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from filmstudio.plugins.backdrop.camera import Size, defocus, wing_opacity
from filmstudio.plugins.backdrop.extras import IN_FRONT_OF_CAST, Drift, StageExtras, drift_offset
from filmstudio.plugins.picture import kernels
from filmstudio.plugins.picture.canvas import FULL, NO_CAST, NO_SHADE, Box, Cel, Frame, Matrix, halved, inverse, pixels_of
from filmstudio.plugins.picture.kernels import ONE
from filmstudio.plugins.picture.view import View
from filmstudio.plugins.picture.weather import Fall, Storm

STILL: Final = 1.0 / 16
"""Pixels: what moves less than this over a whole shot does not move."""
BLUR_LEAST: Final = 0.6
"""Pixels: a smaller blur is not seen."""


@dataclass(frozen=True, slots=True)
class PaintedPlane:
    """A plane of the backdrop: premultiplied RGBA (h, w, 4) over ``box`` (x, y, width, height in stage units)."""

    id: str
    z: float
    pixels: NDArray[np.uint8]
    box: tuple[float, float, float, float]


class _Moving:
    """A plane as a cel that is slid under the camera."""

    def __init__(self, plane: PaintedPlane, view: View, drift: Drift | None) -> None:
        self._view, self._z, self._drift = view, plane.z, drift
        self._scale = max(view.matrix(plane.z, frame)[0][0] for frame in view.samples())
        self.cel, (self._x, self._y) = _cel_of_view(plane, view, self._scale, drift.reach if drift else 0.0)
        _blur(self.cel, plane.z, view)
        self.opaque = not self.cel.clear[2:-2, 2:-2].any()

    def lay(self, frame_number: int, frame: Frame, scratch: Cel) -> None:
        """Draw it as the camera sees it in a frame of the shot."""
        (scale, _, left), (_, _, top) = self._view.matrix(self._z, frame_number)
        if self._drift:
            left += drift_offset(self._drift, frame_number / self._view.fps) * scale
        step = self._scale / scale
        # Picture pixel centre to stage units to cel pixel centre.
        start_u = ((0.5 - left) / scale - self._x) * self._scale - 0.5
        start_v = ((0.5 - top) / scale - self._y) * self._scale - 0.5
        opacity = round(FULL * wing_opacity(self._z, self._view.poses[frame_number].zoom))
        if opacity <= 0:
            return
        box = self._visible(frame, start_u, start_v, step)
        if box is None:
            return
        if self.opaque and opacity == FULL and box == (0, 0, frame.width, frame.height):
            self._slide((frame.y, frame.u, frame.v), (self.cel.luma, self.cel.blue, self.cel.red), box, start_u, start_v, step)
            return
        cel = self.cel
        self._slide((scratch.luma, scratch.blue, scratch.red), (cel.luma, cel.blue, cel.red), box, start_u, start_v, step)
        self._slide((scratch.clear, scratch.clear_half), (cel.clear, cel.clear_half), box, start_u, start_v, step)
        scratch.lay(frame, opacity, box)

    def _visible(self, frame: Frame, start_u: float, start_v: float, step: float) -> Box | None:
        """The even part of the picture whose samples all lie inside the cel, in Y and in the half-size planes."""
        # Two pixels of the cel's clear ring are left out on every side: U and V look that far.
        x0 = max(0, math.ceil((2 - start_u) / step) + 1 & ~1)
        y0 = max(0, math.ceil((2 - start_v) / step) + 1 & ~1)
        x1 = min(frame.width, math.floor((self.cel.width - 4 - start_u) / step) & ~1)
        y1 = min(frame.height, math.floor((self.cel.height - 4 - start_v) / step) & ~1)
        return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None

    @staticmethod
    def _slide(
        targets: Sequence[NDArray[np.uint8]], sources: Sequence[NDArray[np.uint8]], box: Box, start_u: float, start_v: float, step: float
    ) -> None:
        fixed = round(step * ONE)
        for target, source in zip(targets, sources, strict=True):
            half = target is not targets[0] if len(targets) == 3 else target is targets[1]
            if half:
                # Sample i of a half-size plane has its centre at 2 i + 1 of the full one.
                x, y = box[0] // 2, box[1] // 2
                u = (start_u + 0.5 + step * (2 * x + 0.5)) / 2 - 0.5
                v = (start_v + 0.5 + step * (2 * y + 0.5)) / 2 - 0.5
                area = np.array([x, y, box[2] // 2, box[3] // 2], np.int64)
            else:
                u, v = start_u + step * box[0], start_v + step * box[1]
                area = np.array(box, np.int64)
            kernels.slide(target, source, area, round(u * ONE), round(v * ONE), fixed, fixed)


@dataclass(frozen=True, slots=True)
class _Still:
    """Planes that stay, as one cel the size of the picture."""

    cel: Cel

    def lay(self, frame_number: int, frame: Frame, scratch: Cel) -> None:
        self.cel.lay(frame)


class Scenery:
    """The stage of one shot."""

    def __init__(self, planes: Sequence[PaintedPlane], extras: StageExtras, grade: NDArray[np.uint8] | None, view: View, seed: int) -> None:
        self.view = view
        self._scratch = Cel.blank(view.size.width, view.size.height)
        drifts = {drift.plane: drift for drift in extras.drifts}
        falls = [(layer.after, Fall(particles, layer, view, seed + number)) for particles in extras.particles
                 for number, layer in enumerate(particles.layers)]  # fmt: skip
        storm = Storm(extras.lightning, view, seed) if extras.lightning else None
        self.storm = storm
        back: list[_Moving | _Still | Fall | Storm] = []
        front: list[_Moving | _Still | Fall | Storm] = []
        items = back
        if extras.cast_after == IN_FRONT_OF_CAST:
            items = front
        for plane in planes:
            self._add(items, plane, drifts.get(plane.id))
            if storm and extras.lightning and extras.lightning.after == plane.id:
                items.append(storm)
            items.extend(fall for after, fall in falls if after == plane.id)
            if plane.id == extras.cast_after:
                items = front
                front.extend(fall for after, fall in falls if after == IN_FRONT_OF_CAST)
        self._back, self._front = back, front
        self._floor: Frame | None = None
        self._grade = _grade_cel(grade, view.size) if grade is not None else None
        self.still = not any(isinstance(item, (_Moving, Fall, Storm)) for item in (*back, *front))
        """Nothing in it moves over the whole shot."""

    def _add(self, items: list[_Moving | _Still | Fall | Storm], plane: PaintedPlane, drift: Drift | None) -> None:
        view = self.view
        zooms = [view.poses[frame].zoom for frame in view.samples()]
        if all(wing_opacity(plane.z, zoom) <= 0 for zoom in zooms):
            return
        fixed = wing_opacity(plane.z, zooms[0]) == 1.0 and all(wing_opacity(plane.z, zoom) == 1.0 for zoom in zooms)
        if drift or not fixed or view.wander(plane.z) >= STILL:
            items.append(_Moving(plane, view, drift))
            return
        cel = _cel_of_picture(plane, view)
        _blur(cel, plane.z, view)
        if items and isinstance(items[-1], _Still):
            items[-1].cel.under(cel)
        else:
            items.append(_Still(cel))

    def lay_back(self, number: int, frame: Frame) -> None:
        """Draw everything behind the cast."""
        items = self._back
        if items and isinstance(items[0], _Still):
            if self._floor is None:
                self._floor = items[0].cel.frame(frame.y.shape[1], frame.u.shape[1])
            frame.show(self._floor)
            items = items[1:]
        for item in items:
            item.lay(number, frame, self._scratch)

    def lay_front(self, number: int, frame: Frame) -> None:
        """Draw everything before the cast, and the grade over all."""
        for item in self._front:
            item.lay(number, frame, self._scratch)
        if self.storm:
            self.storm.flash(number, frame)
        if self._grade:
            self._grade.lay(frame)


def _blur(cel: Cel, z: float, view: View) -> None:
    sigma = defocus(z, view.base.zoom) * view.size.height / 1080
    if sigma >= BLUR_LEAST:
        cel.soften(sigma)


def _cel_of_picture(plane: PaintedPlane, view: View) -> Cel:
    """A plane as the camera sees it at the start, as large as the picture."""
    (scale, _, left), (_, _, top) = view.matrix(plane.z, 0)
    return _drawn(plane, scale, left, top, view.size.width, view.size.height)


def _cel_of_view(plane: PaintedPlane, view: View, scale: float, reach: float) -> tuple[Cel, tuple[float, float]]:
    """All of a plane that the camera sees over the shot, at ``scale`` pixels a unit, and the stage point of its corner."""
    left, top, right, bottom = math.inf, math.inf, -math.inf, -math.inf
    for frame in view.samples():
        (s, _, x), (_, _, y) = view.matrix(plane.z, frame)
        left, top = min(left, -x / s), min(top, -y / s)
        right, bottom = max(right, (view.size.width - x) / s), max(bottom, (view.size.height - y) / s)
    # Between the sampled frames, and by the camera's trembling, a little more is seen.
    room = 8 / scale
    x0, y0, width, height = plane.box
    left, right = max(left - reach - room, x0 - room), min(right + reach + room, x0 + width + room)
    top, bottom = max(top - room, y0 - room), min(bottom + room, y0 + height + room)
    columns, rows = max(8, math.ceil((right - left) * scale)) + 1 & ~1, max(8, math.ceil((bottom - top) * scale)) + 1 & ~1
    return _drawn(plane, scale, -left * scale, -top * scale, columns, rows), (left, top)


def _drawn(plane: PaintedPlane, scale: float, left: float, top: float, columns: int, rows: int) -> Cel:
    """A plane on a cel of ``columns`` x ``rows``, with stage units taken to pixels by scale, left and top."""
    unit = plane.box[2] / plane.pixels.shape[1]
    source = pixels_of(_edged(np.asarray(plane.pixels)), 0)
    x, y = plane.box[0] - unit, plane.box[1] - unit
    while scale * unit < 0.5:
        source, x, y, unit = halved(source), x - 2 * unit, y - 2 * unit, unit * 2
    matrix: Matrix = (scale * unit, 0.0, 0.0, scale * unit, scale * x + left, scale * y + top)
    canvas = np.zeros((rows, columns), np.uint32)
    clip = np.array([0, 0, columns, rows], np.int64)
    kernels.warp_under(canvas, source, inverse(matrix), clip, FULL, NO_CAST, NO_SHADE)
    cel = Cel.blank(columns, rows)
    cel.develop(canvas, (0, 0, columns, rows))
    return cel


def _edged(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture with its outermost pixels repeated once, so that the drawing's edge is not blended with nothing."""
    return np.pad(picture, ((1, 1), (1, 1), (0, 0)), mode="edge")


def _grade_cel(grade: NDArray[np.uint8], size: Size) -> Cel:
    plane = PaintedPlane("grade", 1.0, grade, (0.0, 0.0, float(grade.shape[1]), float(grade.shape[0])))
    # The aspect of the grade is that of the frame; a narrower picture is covered by its middle.
    scale = max(size.width / grade.shape[1], size.height / grade.shape[0])
    left, top = (size.width - scale * grade.shape[1]) / 2, (size.height - scale * grade.shape[0]) / 2
    return _drawn(plane, scale, left, top, size.width, size.height)
