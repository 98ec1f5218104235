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
from filmstudio.plugins.picture.canvas import (
    FULL,
    NO_CAST,
    NO_SHADE,
    Box,
    Cel,
    Frame,
    Matrix,
    Numbers,
    Pixels,
    framed,
    halved,
    inverse,
    lit,
)
from filmstudio.plugins.picture.kernels import ONE
from filmstudio.plugins.picture.sharing import Tiles, boxes_of, no_tiles, share_picture
from filmstudio.plugins.picture.sprites import SHRINK_LEAST
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
    """A plane as a cel that glides under the camera."""

    def __init__(self, plane: PaintedPlane, view: View, drift: Drift | None) -> None:
        self._view, self._z, self._drift = view, plane.z, drift
        scales = [view.matrix(plane.z, frame)[0][0] for frame in view.samples()]
        # Midway, because a plane glides fastest near its own scale.
        self._scale = math.sqrt(min(scales) * max(scales))
        self.cel, (self._x, self._y) = _cel_of_view(plane, view, self._scale, drift.reach if drift else 0.0)
        _blur(self.cel, plane.z, view)
        self.solid, self.mixed = no_tiles(view.size), no_tiles(view.size) + np.uint8(1)
        """Tiles of the picture in which it is opaque, and in which it is not or not always, over the whole shot."""

    def opacity(self, number: int) -> int:
        """0 to 256 in a frame of the shot."""
        return round(FULL * wing_opacity(self._z, self._view.poses[number].zoom))

    def seen(self, number: int) -> tuple[float, float, float]:
        """Where pixel (0, 0) of the picture lies in the cel, by its centre, and how far its neighbour lies from it."""
        (scale, _, left), (_, _, top) = self._view.matrix(self._z, number)
        if self._drift:
            left += drift_offset(self._drift, number / self._view.fps) * scale
        u = ((0.5 - left) / scale - self._x) * self._scale - 0.5
        v = ((0.5 - top) / scale - self._y) * self._scale - 0.5
        return u, v, self._scale / scale

    def lay(self, number: int, frame: Frame, hidden: Tiles) -> None:
        """Draw it as the camera sees it in a frame of the shot, but for ``hidden`` tiles."""
        opacity = self.opacity(number)
        u, v, step = self.seen(number)
        limit = self._limit(frame, u, v, step)
        if opacity <= 0 or limit is None:
            return
        cel, half = self.cel, limit // 2
        # Sample i of a half-size plane has its centre at 2 i + 1 of the full one.
        u_half, v_half = round((u / 2 - 0.25 + step / 4) * ONE), round((v / 2 - 0.25 + step / 4) * ONE)
        u_full, v_full, fixed = round(u * ONE), round(v * ONE), round(step * ONE)
        for tiles, clear, clear_half in ((self.solid, _OPAQUE, _OPAQUE), (self.mixed, cel.clear, cel.clear_half)):
            boxes = boxes_of(tiles, hidden, self._view.size)
            if boxes.shape[0]:
                kernels.glide(frame.y, cel.luma, clear, boxes, limit, u_full, v_full, fixed, opacity)
                for plane, source in ((frame.u, cel.blue), (frame.v, cel.red)):
                    kernels.glide(plane, source, clear_half, boxes // 2, half, u_half, v_half, fixed, opacity)

    def _limit(self, frame: Frame, u: float, v: float, step: float) -> Numbers | None:
        """The even part of the picture whose samples all lie inside the cel, in Y and in the half-size planes."""
        # Two pixels of the cel's clear ring are left out on every side: U and V look that far.
        x0 = max(0, math.ceil((2 - u) / step) + 1 & ~1)
        y0 = max(0, math.ceil((2 - v) / step) + 1 & ~1)
        x1 = min(frame.width, math.floor((self.cel.width - 4 - u) / step) & ~1)
        y1 = min(frame.height, math.floor((self.cel.height - 4 - v) / step) & ~1)
        return np.array([x0, y0, x1, y1], np.int64) if x0 < x1 and y0 < y1 else None


_OPAQUE: Final = np.zeros((1, 1), np.uint8)


@dataclass(slots=True)
class _Still:
    """Planes that stay, far to near, as one cel the size of the picture."""

    planes: list[PaintedPlane]
    view: View
    _cel: Cel | None = None

    @property
    def cel(self) -> Cel:
        """The planes on one cel."""
        if self._cel is None:
            self._cel = _flattened(self.planes, self.view).trimmed()
        return self._cel

    def lay(self, number: int, frame: Frame) -> None:
        """Draw it; it is the same in every frame."""
        self.cel.lay(frame)


_Item = _Moving | _Still | Fall | Storm


class Scenery:
    """The stage of one shot."""

    def __init__(self, planes: Sequence[PaintedPlane], extras: StageExtras, grade: Cel | None, view: View, seed: int) -> None:
        self.view = view
        drifts = {drift.plane: drift for drift in extras.drifts}
        layers = [(particles, layer) for particles in extras.particles for layer in particles.layers]
        falls = [(layer.after, Fall(particles, layer, view, seed + n)) for n, (particles, layer) in enumerate(layers)]
        self._storm = Storm(extras.lightning, view, seed) if extras.lightning else None
        back: list[_Item] = []
        front: list[_Item] = []
        items = front if extras.cast_after == IN_FRONT_OF_CAST else back
        for plane in planes:
            self._add(items, plane, drifts.get(plane.id))
            if self._storm and extras.lightning and extras.lightning.after == plane.id:
                items.append(self._storm)
            items.extend(fall for after, fall in falls if after == plane.id)
            if plane.id == extras.cast_after:
                items = front
                front.extend(fall for after, fall in falls if after == IN_FRONT_OF_CAST)
        self._back, self._front = back, front
        share_picture([item for item in (*back, *front) if isinstance(item, _Moving)], view)
        self._floor: Frame | None = None
        self._grade = grade
        self.still = all(isinstance(item, _Still) for item in (*back, *front))
        """Nothing in it moves over the whole shot."""

    def _add(self, items: list[_Item], plane: PaintedPlane, drift: Drift | None) -> None:
        view = self.view
        opacities = {wing_opacity(plane.z, view.poses[frame].zoom) for frame in view.samples()}
        if opacities == {0.0}:
            return
        if drift or opacities != {1.0} or view.wander(plane.z) >= STILL:
            items.append(_Moving(plane, view, drift))
        elif items and isinstance(items[-1], _Still):
            items[-1].planes.append(plane)
        else:
            items.append(_Still([plane], view))

    def lay_back(self, number: int, frame: Frame, hidden: Tiles, box: Box | None = None) -> None:
        """Draw everything behind the cast; of what moves under the camera not the ``hidden`` tiles.

        ``box`` is for a scenery that is still.
        """
        items = self._back
        if items and isinstance(items[0], _Still):
            if self._floor is None:
                self._floor = frame.like()
                items[0].cel.lay(self._floor)
            frame.show(self._floor, box)
            items = items[1:]
        for item in items:
            if isinstance(item, _Moving):
                item.lay(number, frame, hidden)
            else:
                item.lay(number, frame)

    def lay_front(self, number: int, frame: Frame, box: Box | None = None) -> None:
        """Draw everything before the cast, and the grade over all; ``box`` is for a scenery that is still."""
        for item in self._front:
            if isinstance(item, _Still):
                item.cel.lay(frame, box=box)
            elif isinstance(item, _Moving):
                item.lay(number, frame, no_tiles(self.view.size))
            else:
                item.lay(number, frame)
        if self._storm:
            self._storm.flash(number, frame)
        if self._grade:
            self._grade.lay(frame, box=box)


def _flattened(planes: Sequence[PaintedPlane], view: View) -> Cel:
    """Planes as the camera sees them at the start, on one cel. Sharp neighbours are drawn front to back on one canvas."""
    height, width = view.size.height, view.size.width
    made = Cel.blank(width, height)
    for blur, batch in _batches(planes, view):
        canvas = np.zeros((height, width), np.uint32)
        for plane in reversed(batch):
            (scale, _, left), (_, _, top) = view.matrix(plane.z, 0)
            _draw(plane, canvas, scale, left, top)
        cel = Cel.of(lit(canvas))
        if blur:
            cel.soften(blur)
        if batch[0] is planes[0]:
            made = cel
        else:
            made.under(cel)
    return made


def _batches(planes: Sequence[PaintedPlane], view: View) -> list[tuple[float, list[PaintedPlane]]]:
    """Sharp neighbours together; every blurred plane alone, since its edge must blur over what lies behind it."""
    batches: list[tuple[float, list[PaintedPlane]]] = []
    for plane in planes:
        blur = _sigma(plane.z, view)
        if not blur and batches and not batches[-1][0]:
            batches[-1][1].append(plane)
        else:
            batches.append((blur, [plane]))
    return batches


def _sigma(z: float, view: View) -> float:
    """Blur of a plane in pixels; 0 where it would not be seen."""
    sigma = defocus(z, view.base.zoom) * view.size.height / 1080
    return sigma if sigma >= BLUR_LEAST else 0.0


def _blur(cel: Cel, z: float, view: View) -> None:
    sigma = _sigma(z, view)
    if sigma:
        cel.soften(sigma)


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
    canvas = np.zeros((rows, columns), np.uint32)
    _draw(plane, canvas, scale, left, top)
    return Cel.of(lit(canvas))


def _draw(plane: PaintedPlane, canvas: Pixels, scale: float, left: float, top: float) -> None:
    """Draw a plane under what the canvas holds. Only the part that is seen is read."""
    rows, columns = canvas.shape
    unit = plane.box[2] / plane.pixels.shape[1]
    x0 = max(0, math.floor((-left / scale - plane.box[0]) / unit) - 4)
    y0 = max(0, math.floor((-top / scale - plane.box[1]) / unit) - 4)
    x1 = min(plane.pixels.shape[1], math.ceil(((columns - left) / scale - plane.box[0]) / unit) + 4)
    y1 = min(plane.pixels.shape[0], math.ceil(((rows - top) / scale - plane.box[1]) / unit) + 4)
    if x0 >= x1 or y0 >= y1:
        return
    source = framed(plane.pixels[y0:y1, x0:x1])
    x, y = plane.box[0] + (x0 - 1) * unit, plane.box[1] + (y0 - 1) * unit
    while scale * unit < SHRINK_LEAST:
        source, x, y, unit = halved(source), x - 2 * unit, y - 2 * unit, unit * 2
    matrix: Matrix = (scale * unit, 0.0, 0.0, scale * unit, scale * x + left, scale * y + top)
    clip = np.array([0, 0, columns, rows], np.int64)
    kernels.warp_under(canvas, source, inverse(matrix), clip, FULL, NO_CAST, NO_SHADE)


def grade_cel(grade: NDArray[np.uint8], size: Size) -> Cel:
    """The grade of a stage over a picture of ``size``."""
    # The grade has the shape of the stage's frame; in a narrower picture its corners are the picture's corners all the same.
    canvas = np.zeros((size.height, size.width), np.uint32)
    source = framed(grade)
    across, down = size.width / grade.shape[1], size.height / grade.shape[0]
    matrix: Matrix = (across, 0.0, 0.0, down, -across, -down)
    clip = np.array([0, 0, size.width, size.height], np.int64)
    kernels.warp_under(canvas, source, inverse(matrix), clip, FULL, NO_CAST, NO_SHADE)
    return Cel.of(lit(canvas))
