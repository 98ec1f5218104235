"""One performer in the picture: a draw list becomes a cel, and only what changed is drawn again.

Layers are laid front to back, so that what a coat hides is never sampled. A part that has moved by less than a quarter of
a pixel since it was drawn stays as it is; a new mouth redraws the mouth alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from filmstudio.plugins.picture import kernels
from filmstudio.plugins.picture.canvas import NO_CAST, NO_SHADE, Box, Cel, Matrix, Numbers, Pixels, Plane, bounds, inverse
from filmstudio.plugins.picture.shade import CastLight
from filmstudio.plugins.picture.sprites import ReadySheet, ReadySprite
from filmstudio.plugins.portrait.layer import Layer, Rig, SpriteKey
from filmstudio.plugins.portrait.pose import Pose

ROOM: Final = 32
"""Pixels of canvas around the picture: rims and contact shades look beyond the edge."""
HOLD: Final = 0.25
"""Pixels that a layer may move before it is drawn again."""
SHADE_STRENGTH: Final = 41
"""16 % of 256: the contact shade of the motion notes."""
SHADE_INK: Final = (0x3B, 0x22, 0x30)
RECTS_MOST: Final = 4


@dataclass(slots=True)
class _Placed:
    """A layer as it was drawn."""

    key: SpriteKey
    group: str
    sprite: ReadySprite
    matrix: Matrix
    """From drawing units to the canvas."""
    inverse: Numbers
    opacity: int
    worn: bool
    caster: bool
    box: Box


class Figure:
    """Draws one rig in pictures of one size."""

    def __init__(self, sheet: ReadySheet, width: int, height: int, light: CastLight) -> None:
        self._sheet = sheet
        self.rig: Rig = sheet.rig
        self._light = light
        size = (height + 2 * ROOM, width + 2 * ROOM)
        self._canvas: Pixels = np.zeros(size, np.uint32)
        self._casters: Plane = np.zeros(size, np.uint8)
        self._gains = light.gains()
        self._rim: Numbers = light.rim_at(1.0)
        self._halvings = 0
        self._placed: list[_Placed] = []
        self._shade: Numbers = NO_SHADE
        self.cel = Cel.blank(size[1], size[0], -ROOM, -ROOM)
        self.box: Box = (0, 0, 0, 0)
        """The part of the cel that holds the figure."""
        self.version = 0
        """Rises whenever the cel changes."""
        self.drawn_pixels = 0

    def pose(self, pose: Pose, placement: Matrix) -> None:
        """Bring the cel to a pose. ``placement`` takes character space to pixels of the picture."""
        a, b, c, d, e, f = placement
        place = (a, b, c, d, e + ROOM, f + ROOM)
        scale = abs(a * d - b * c) ** 0.5
        halvings = self._sheet.halvings(scale)
        if halvings != self._halvings:
            self._halvings, self._placed = halvings, []
        if not self._placed:
            self._rim = self._light.rim_at(scale)
        layers = [layer for layer in self.rig.layers(pose) if layer.opacity > 0]
        fall_x, fall_y = self.rig.shade(pose)
        shade = np.array([SHADE_STRENGTH, round(a * fall_x + c * fall_y), round(b * fall_x + d * fall_y), *SHADE_INK], np.int64)
        dirty, fresh = self._changes(layers, place)
        if not np.array_equal(shade, self._shade):
            dirty.extend(placed.box for placed in fresh if placed.worn)
            self._shade = shade
        self._placed = fresh
        if dirty:
            self._redraw(self._merged(dirty))
            self.version += 1

    def _changes(self, layers: Sequence[Layer], place: Matrix) -> tuple[list[Box], list[_Placed]]:
        """What must be drawn again, and every layer where it is drawn from now on."""
        old = self._placed
        fresh: list[_Placed] = []
        dirty: list[Box] = []
        drawable = [(layer, sprite) for layer in layers if (sprite := self._sheet.get(layer.sprite, self._halvings)) is not None]
        if len(old) != len(drawable):
            fresh = [self._place(layer, sprite, _after(place, layer.matrix)) for layer, sprite in drawable]
            return [placed.box for placed in (*old, *fresh)], fresh
        matrices = [_after(place, layer.matrix) for layer, _ in drawable]
        moved = {
            before.group for before, (layer, sprite), matrix in zip(old, drawable, matrices, strict=True)
            if before.group != layer.group or _shift(before.matrix, matrix, sprite) >= HOLD
        }  # fmt: skip
        for before, (layer, sprite), matrix in zip(old, drawable, matrices, strict=True):
            changed = before.sprite is not sprite or before.opacity != round(256 * layer.opacity)
            if not changed and (before.group not in moved or matrix == before.matrix):
                fresh.append(before)
                continue
            held = before.matrix if before.group not in moved and before.key.partition(":")[0] == layer.sprite.partition(":")[0] else matrix
            placed = self._place(layer, sprite, held)
            fresh.append(placed)
            dirty += [before.box, placed.box]
            if layer.caster or before.caster:
                x, y = int(self._shade[1]), int(self._shade[2])
                dirty += [_moved(before.box, x, y), _moved(placed.box, x, y)]
        return dirty, fresh

    def _place(self, layer: Layer, sprite: ReadySprite, matrix: Matrix) -> _Placed:
        at = sprite.placed(matrix)
        x0, y0, x1, y1 = bounds(at, sprite.pixels.shape[1], sprite.pixels.shape[0])
        rows, columns = self._canvas.shape
        box = (max(0, int(x0)), max(0, int(y0)), min(columns, int(x1) + 2), min(rows, int(y1) + 2))
        return _Placed(
            layer.sprite, layer.group, sprite, matrix, inverse(at), round(256 * layer.opacity), layer.worn, layer.caster, box
        )  # fmt: skip

    def _merged(self, boxes: Sequence[Box]) -> list[Box]:
        """A few rectangles that cover the boxes, cut to the canvas."""
        rows, columns = self._canvas.shape
        rects: list[Box] = []
        for x0, y0, x1, y1 in boxes:
            rect = (max(0, x0), max(0, y0), min(columns, x1), min(rows, y1))
            if rect[0] < rect[2] and rect[1] < rect[3]:
                rects.append(rect)
        merged = True
        while merged:
            merged = False
            for i in range(len(rects)):
                for j in range(i + 1, len(rects)):
                    both = _union(rects[i], rects[j])
                    if _area(both) <= 1.1 * (_area(rects[i]) + _area(rects[j])) or len(rects) > 4 * RECTS_MOST:
                        rects[i] = both
                        del rects[j]
                        merged = True
                        break
                if merged:
                    break
        while len(rects) > RECTS_MOST:
            rects[0] = _union(rects[0], rects.pop())
        return rects

    def _redraw(self, rects: Sequence[Box]) -> None:
        last_worn = max((index for index, placed in enumerate(self._placed) if placed.worn), default=-1)
        for rect in rects:
            x0, y0, x1, y1 = rect
            self._canvas[y0:y1, x0:x1] = 0
            self.drawn_pixels += _area(rect)
            if last_worn >= 0:
                self._redraw_casters(rect)
            for placed in reversed(self._placed):
                clip = _common(rect, placed.box)
                if clip is None:
                    continue
                kernels.warp_under(
                    self._canvas,
                    placed.sprite.pixels,
                    placed.inverse,
                    np.array(clip, np.int64),
                    placed.opacity,
                    self._casters if placed.worn else NO_CAST,
                    self._shade if placed.worn else NO_SHADE,
                )
        reach_x, reach_y = abs(int(self._rim[1])), abs(int(self._rim[2]))
        rows, columns = self._canvas.shape
        for x0, y0, x1, y1 in rects:
            # Pixels whose neighbour towards the light changed have another rim.
            even = (
                max(ROOM - 8, (x0 - reach_x) & ~1),
                max(ROOM - 8, (y0 - reach_y) & ~1),
                min(columns - ROOM + 8, (x1 + reach_x + 1) & ~1),
                min(rows - ROOM + 8, (y1 + reach_y + 1) & ~1),
            )
            if even[0] < even[2] and even[1] < even[3]:
                self.cel.develop(self._canvas, even, self._gains, self._rim)
        covered = (columns, rows, 0, 0)
        for placed in self._placed:
            if placed.box[0] < placed.box[2] and placed.box[1] < placed.box[3]:
                covered = _union(covered, placed.box)
        x0, y0, x1, y1 = covered
        self.box = (
            max(ROOM - 8, x0 & ~1),
            max(ROOM - 8, y0 & ~1),
            max(0, min(columns - ROOM + 8, (x1 + 1) & ~1)),
            max(0, min(rows - ROOM + 8, (y1 + 1) & ~1)),
        )

    def _redraw_casters(self, rect: Box) -> None:
        """Draw the mask of what throws the contact shade, where this rectangle will look."""
        fall_x, fall_y = int(self._shade[1]), int(self._shade[2])
        rows, columns = self._casters.shape
        x0, y0, x1, y1 = _moved(rect, -fall_x, -fall_y)
        x0, y0, x1, y1 = max(0, x0), max(0, y0), min(columns, x1), min(rows, y1)
        if x0 >= x1 or y0 >= y1:
            return
        self._casters[y0:y1, x0:x1] = 0
        for placed in self._placed:
            if placed.caster and (clip := _common((x0, y0, x1, y1), placed.box)) is not None:
                kernels.cover(self._casters, placed.sprite.pixels, placed.inverse, np.array(clip, np.int64))


def _after(m: Matrix, n: Matrix) -> Matrix:
    """``n`` first, then ``m``."""
    a, b, c, d, e, f = m
    g, h, i, j, k, l = n  # noqa: E741
    return (a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * l + e, b * k + d * l + f)


def _shift(old: Matrix, new: Matrix, sprite: ReadySprite) -> float:
    """The most that any point of a sprite moves in x or y, in pixels."""
    if old == new:
        return 0.0
    x0, y0 = sprite.x, sprite.y
    width, height = sprite.pixels.shape[1] * sprite.unit, sprite.pixels.shape[0] * sprite.unit
    most = 0.0
    for k in (0, 1):
        across, down = new[k] - old[k], new[k + 2] - old[k + 2]
        corner = across * x0 + down * y0 + new[k + 4] - old[k + 4]
        low = corner + min(0.0, across * width) + min(0.0, down * height)
        high = corner + max(0.0, across * width) + max(0.0, down * height)
        most = max(most, high, -low)
    return most


def _moved(box: Box, x: int, y: int) -> Box:
    return (box[0] + x, box[1] + y, box[2] + x, box[3] + y)


def _area(box: Box) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])


def _union(a: Box, b: Box) -> Box:
    return (min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3]))


def _common(a: Box, b: Box) -> Box | None:
    x0, y0, x1, y1 = max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])
    return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None
