"""One performer in the picture: a draw list becomes a cel, and only what changed is drawn again.

Layers are laid front to back, so that what a coat hides is never sampled. A part that has hardly moved since it was drawn
stays as it is; a new mouth redraws the mouth alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Final

import numpy as np

from filmstudio.plugins.picture import kernels
from filmstudio.plugins.picture.canvas import NO_CAST, NO_SHADE, Box, Cel, Frame, Matrix, Numbers, Pixels, Plane, bounds, inverse
from filmstudio.plugins.picture.shade import CastLight
from filmstudio.plugins.picture.sprites import ReadySheet, ReadySprite
from filmstudio.plugins.portrait.layer import Layer, Rig
from filmstudio.plugins.portrait.pose import Pose

ROOM: Final = 32
"""Pixels of canvas around the picture: rims and contact shades look beyond the edge."""
HOLD: Final = 0.25
"""Pixels that a group of layers may move before it is drawn again."""
HOLD_BETWEEN: Final = 1.0
"""The same in every second frame: slow movement is drawn on twos, as an animator would; quick movement on ones."""
SHADE_STRENGTH: Final = 41
"""16 % of 256: the contact shade of the motion notes."""
SHADE_INK: Final = (0x3B, 0x22, 0x30)
RECTS_MOST: Final = 4


@dataclass(slots=True)
class _Placed:
    """A layer as it was drawn, and as it was last wanted."""

    layer: Layer
    wanted: Matrix
    """From drawing units to the canvas, as the newest pose has it."""
    sprite: ReadySprite
    matrix: Matrix
    """The same, as drawn."""
    inverse: Numbers
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
        self._spans: Numbers = np.zeros((size[0], 2), np.int64)
        """Between which columns each row of it is not 0."""
        self._rim: Numbers = light.rim_at(1.0)
        self._halvings = -1
        self._place: Matrix = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        self._asked: tuple[Pose, Matrix] | None = None
        self._held = 0.0
        """The last pose and placement, and how far from them what is drawn may be."""
        self._placed: list[_Placed] = []
        self._shade: Numbers = NO_SHADE
        self.cel = Cel.blank(size[1], size[0], -ROOM, -ROOM)
        self.changed: tuple[Box, ...] = ()
        """Even boxes of the picture in which the cel changed with the last pose."""
        self._covered: Box = (0, 0, 0, 0)
        self.drawn_pixels = 0
        """Pixels of canvas that were cleared and drawn so far."""

    def pose(self, pose: Pose, placement: Matrix, hold: float = HOLD) -> None:
        """Bring the cel to a pose.

        ``placement`` takes character space to pixels of the picture. A group of layers none of which has moved by ``hold``
        pixels since it was drawn is left as it was drawn; exchanged pictures (mouths, eyes, hands) are always shown.
        """
        asked = (pose, placement)
        if asked == self._asked and self._held <= hold:
            self.changed = ()
            return
        self._asked, self._held = asked, hold
        a, b, c, d, e, f = placement
        place = (a, b, c, d, e + ROOM, f + ROOM)
        scale = abs(a * d - b * c) ** 0.5
        halvings = self._sheet.halvings(scale)
        if halvings != self._halvings:
            self._halvings = halvings
            self._rim = self._light.rim_at(scale)
            self._place = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        dirty = self._arrange([layer for layer in self.rig.layers(pose) if layer.opacity > 0], place, hold)
        fall_x, fall_y = self.rig.shade(pose)
        shade = (SHADE_STRENGTH, round(a * fall_x + c * fall_y), round(b * fall_x + d * fall_y), *SHADE_INK)
        if shade != tuple(self._shade):
            self._shade = np.array(shade, np.int64)
            dirty.extend(placed.box for placed in self._placed if placed.layer.worn)
        self._place = place
        self.changed = self._redraw(self._merged(dirty)) if dirty else ()

    def lay(self, frame: Frame, box: Box) -> None:
        """Lay the figure over the even ``box`` of the frame."""
        part = _common(box, self._covered)
        if part is not None:
            self.cel.lay(frame, box=part)

    def _arrange(self, layers: Sequence[Layer], place: Matrix, hold: float) -> list[Box]:
        """Put every layer where it is drawn from now on; what must be drawn again."""
        old, same_place = self._placed, place == self._place
        names = [layer.group for layer in layers]
        if names != [placed.layer.group for placed in old]:
            return self._rearrange(layers, place)
        moved: dict[str, Box] = {}
        for placed, layer in zip(old, layers, strict=True):
            if same_place and layer.matrix == placed.layer.matrix:
                continue
            placed.wanted = _after(place, layer.matrix)
            if layer.group not in moved and _shift(placed.matrix, placed.wanted, placed.sprite) >= hold:
                moved[layer.group] = placed.box
        dirty: list[Box] = []
        for placed, layer in zip(old, layers, strict=True):
            before, box = placed.layer, placed.box
            placed.layer = layer
            exchanged = layer.sprite != before.sprite or layer.opacity != before.opacity
            if not exchanged and (layer.group not in moved or placed.wanted == placed.matrix):
                continue
            if layer.sprite != before.sprite:
                sprite = self._sheet.get(layer.sprite, self._halvings)
                if sprite is None:
                    return self._rearrange(layers, place)
                placed.sprite = sprite
            placed.matrix = placed.wanted
            placed.inverse, placed.box = self._drawn_from(placed.sprite, placed.matrix)
            both = _union(box, placed.box)
            if layer.caster or before.caster:
                both = _union(both, _moved(both, int(self._shade[1]), int(self._shade[2])))
            if layer.group in moved:
                moved[layer.group] = _union(moved[layer.group], both)
            else:
                dirty.append(both)
        return [*dirty, *moved.values()]

    def _rearrange(self, layers: Sequence[Layer], place: Matrix) -> list[Box]:
        """Begin anew, when there are other layers than before."""
        dirty = [placed.box for placed in self._placed]
        self._placed = []
        for layer in layers:
            sprite = self._sheet.get(layer.sprite, self._halvings)
            if sprite is not None:
                matrix = _after(place, layer.matrix)
                back, box = self._drawn_from(sprite, matrix)
                self._placed.append(_Placed(layer, matrix, sprite, matrix, back, box))
        return [*dirty, *(placed.box for placed in self._placed)]

    def _drawn_from(self, sprite: ReadySprite, matrix: Matrix) -> tuple[Numbers, Box]:
        at = sprite.placed(matrix)
        x0, y0, x1, y1 = bounds(at, sprite.pixels.shape[1], sprite.pixels.shape[0])
        rows, columns = self._canvas.shape
        return inverse(at), (max(0, int(x0)), max(0, int(y0)), min(columns, int(x1) + 2), min(rows, int(y1) + 2))

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

    def _redraw(self, rects: Sequence[Box]) -> tuple[Box, ...]:
        """Draw rectangles of the canvas again and develop them; the even boxes of the picture that changed."""
        for rect in rects:
            self._redraw_casters(rect)
            x0, y0, x1, y1 = rect
            self._canvas[y0:y1, x0:x1] = 0
            self.drawn_pixels += _area(rect)
            for placed in reversed(self._placed):
                clip = _common(rect, placed.box)
                if clip is None:
                    continue
                worn = placed.layer.worn
                kernels.lay_under(
                    self._canvas,
                    placed.sprite.pixels,
                    placed.sprite.areas,
                    placed.inverse,
                    np.array(clip, np.int64),
                    round(256 * placed.layer.opacity),
                    self._casters if worn else NO_CAST,
                    self._spans,
                    self._shade if worn else NO_SHADE,
                )
        reach_x, reach_y = abs(int(self._rim[1])), abs(int(self._rim[2]))
        rows, columns = self._canvas.shape
        changed = []
        for x0, y0, x1, y1 in rects:
            # Pixels whose neighbour towards the light changed have another rim.
            box = _common(
                ((x0 - reach_x) & ~1, (y0 - reach_y) & ~1, (x1 + reach_x + 1) & ~1, (y1 + reach_y + 1) & ~1),
                (ROOM, ROOM, columns - ROOM, rows - ROOM),
            )
            if box is not None:
                self.cel.develop(self._canvas, box, self._light.light, self._rim)
                changed.append(_moved(box, -ROOM, -ROOM))
        x0, y0, x1, y1 = reduce(_union, (placed.box for placed in self._placed)) if self._placed else (0, 0, 0, 0)
        self._covered = ((x0 - ROOM) & ~1, (y0 - ROOM) & ~1, (x1 - ROOM + 1) & ~1, (y1 - ROOM + 1) & ~1)
        return tuple(changed)

    def _redraw_casters(self, rect: Box) -> None:
        """Draw the mask of what throws the contact shade, as far as clothes in ``rect`` look at it."""
        worn = [clip for placed in self._placed if placed.layer.worn and (clip := _common(rect, placed.box))]
        if not worn:
            return
        rows, columns = self._canvas.shape
        self._spans[:, 0], self._spans[:, 1] = columns, 0
        need = _common(_moved(reduce(_union, worn), -int(self._shade[1]), -int(self._shade[2])), (0, 0, columns, rows))
        if need is None:
            return
        x0, y0, x1, y1 = need
        self._casters[y0:y1, x0:x1] = 0
        for placed in self._placed:
            if placed.layer.caster and (clip := _common(need, placed.box)) is not None:
                kernels.cover(
                    self._casters, placed.sprite.pixels, placed.sprite.areas, placed.inverse, np.array(clip, np.int64), self._spans
                )


def _after(m: Matrix, n: Matrix) -> Matrix:
    """``n`` first, then ``m``."""
    a, b, c, d, e, f = m
    g, h, i, j, k, l = n  # noqa: E741
    return (a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * l + e, b * k + d * l + f)


def _shift(old: Matrix, new: Matrix, sprite: ReadySprite) -> float:
    """The most, or a little more, that any point of a sprite moves in x or y, in pixels."""
    wide, high = sprite.wide / 2, sprite.high / 2
    x, y = sprite.x + wide, sprite.y + high
    a, b, c, d = new[0] - old[0], new[1] - old[1], new[2] - old[2], new[3] - old[3]
    across = abs(a * x + c * y + new[4] - old[4]) + abs(a) * wide + abs(c) * high
    down = abs(b * x + d * y + new[5] - old[5]) + abs(b) * wide + abs(d) * high
    return max(across, down)


def _moved(box: Box, x: int, y: int) -> Box:
    return (box[0] + x, box[1] + y, box[2] + x, box[3] + y)


def _area(box: Box) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])


def _union(a: Box, b: Box) -> Box:
    return (min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3]))


def _common(a: Box, b: Box) -> Box | None:
    x0, y0, x1, y1 = max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])
    return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None
