"""One performer in the picture: a draw list becomes a cel, and only what changed is drawn again.

Layers are laid front to back, so that what a coat hides is never sampled. A part that has hardly moved since it was drawn
stays as it is; a new mouth redraws the mouth alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from filmstudio.plugins.picture import kernels
from filmstudio.plugins.picture.canvas import NO_SHADE, Box, Cel, Frame, Matrix, Numbers, Pixels, Plane, inverses
from filmstudio.plugins.picture.rects import area, common, merged, moved, union
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

Matrices = NDArray[np.float64]
"""(layers, 6): a, b, c, d, e and f of each."""


class Figure:
    """Draws one rig in pictures of one size, from sprites in the light of the stage."""

    def __init__(self, sheet: ReadySheet, width: int, height: int, light: CastLight) -> None:
        self._sheet = sheet
        self.rig: Rig = sheet.rig
        self._light = light
        size = (height + 2 * ROOM, width + 2 * ROOM)
        self._size = size
        self._band: Pixels = np.empty((kernels.ABOVE + kernels.BAND, size[1]), np.uint32)
        self._casters: Plane = np.empty((kernels.BAND, size[1]), np.uint8)
        self._rim: Numbers = light.rim_at(1.0)
        self._halvings = -1
        self._place: Matrix = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        self._asked: tuple[Pose, Matrix] | None = None
        self._held = 0.0
        """The last pose and placement, and how far from them what is drawn may be."""
        self._placed = _Placed.of((), (), np.empty((0, 6)), self._size)
        self._shade: Numbers = NO_SHADE
        self._ink = sheet.ink(*SHADE_INK)
        self.cel = Cel.blank(size[1], size[0], -ROOM, -ROOM)
        self.changed: tuple[Box, ...] = ()
        """Even boxes of the picture in which the cel changed with the last pose."""
        self._covered: Box = (0, 0, 0, 0)
        self.drawn_pixels = 0
        """Pixels that were cleared and drawn so far."""

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
        shade = (SHADE_STRENGTH, round(a * fall_x + c * fall_y), round(b * fall_x + d * fall_y), *self._ink)
        if shade != tuple(self._shade):
            self._shade = np.array(shade, np.int64)
            dirty.extend(box for box, layer in zip(self._placed.boxes(), self._placed.layers, strict=True) if layer.worn)
        self._place = place
        self.changed = self._redraw(merged(dirty, (0, 0, self._size[1], self._size[0]))) if dirty else ()

    def lay(self, frame: Frame, box: Box) -> None:
        """Lay the figure over the even ``box`` of the frame."""
        part = common(box, self._covered)
        if part is not None:
            self.cel.lay(frame, box=part)

    def _arrange(self, layers: Sequence[Layer], place: Matrix, hold: float) -> list[Box]:
        """Put every layer where it is drawn from now on; what must be drawn again."""
        placed, same_place = self._placed, place == self._place
        if [layer.group for layer in layers] != [layer.group for layer in placed.layers]:
            return self._rearrange(layers, place)
        before = placed.layers
        exchanged = [
            n for n, (new, old) in enumerate(zip(layers, before, strict=True)) if new.sprite != old.sprite or new.opacity != old.opacity
        ]
        sprites = {n: self._sheet.get(layers[n].sprite, self._halvings) for n in exchanged if layers[n].sprite != before[n].sprite}
        if None in sprites.values():
            return self._rearrange(layers, place)
        wanted = _after(place, layers)
        far = placed.shifts(wanted) >= hold
        if same_place:
            far &= np.array([new.matrix != old.matrix for new, old in zip(layers, before, strict=True)])
        far_groups = {layers[n].group for n in np.flatnonzero(far).tolist()}
        elsewhere = (wanted != placed.matrices).any(axis=1).tolist()
        again = [n for n, layer in enumerate(layers) if layer.group in far_groups and elsewhere[n]]
        again = sorted({*exchanged, *again})
        old_boxes = placed.boxes()
        placed.layers = layers
        if not again:
            return []
        placed.put(again, wanted, sprites)
        new_boxes = placed.boxes()
        together: dict[str, Box] = {}
        dirty: list[Box] = []
        for n in again:
            both = union(old_boxes[n], new_boxes[n])
            if layers[n].caster or before[n].caster:
                both = union(both, moved(both, int(self._shade[1]), int(self._shade[2])))
            group = layers[n].group
            if group not in far_groups:
                dirty.append(both)
            else:
                together[group] = union(together[group], both) if group in together else both
        return [*dirty, *together.values()]

    def _rearrange(self, layers: Sequence[Layer], place: Matrix) -> list[Box]:
        """Begin anew, when there are other layers than before."""
        dirty = self._placed.boxes()
        found = [(layer, sprite) for layer in layers if (sprite := self._sheet.get(layer.sprite, self._halvings)) is not None]
        drawn = [layer for layer, _ in found]
        self._placed = _Placed.of(drawn, [sprite for _, sprite in found], _after(place, drawn), self._size)
        return [*dirty, *self._placed.boxes()]

    def _redraw(self, rects: Sequence[Box]) -> tuple[Box, ...]:
        """Draw rectangles of the canvas again; the even boxes of the picture that changed."""
        boxes = [box for rect in rects if (box := self._developed(rect)) is not None]
        cel, sheet = self.cel, self._sheet
        kernels.compose(
            self._band, sheet.pixels, sheet.areas, self._placed.table, np.array(boxes, np.int64).reshape(-1, 4), self._casters, self._shade,
            self._rim, cel.luma, cel.clear, cel.blue, cel.red, cel.clear_half,
        )  # fmt: skip
        self.drawn_pixels += sum(area(box) for box in boxes)
        x0, y0, x1, y1 = self._placed.extent()
        self._covered = ((x0 - ROOM) & ~1, (y0 - ROOM) & ~1, (x1 - ROOM + 1) & ~1, (y1 - ROOM + 1) & ~1)
        return tuple(moved(box, -ROOM, -ROOM) for box in boxes)

    def _developed(self, rect: Box) -> Box | None:
        """The even box that looks otherwise when ``rect`` does: pixels whose neighbour towards the light changed have another rim."""
        reach_x, reach_y = int(self._rim[1]), int(self._rim[2])
        x0, y0, x1, y1 = union(rect, moved(rect, -reach_x, -reach_y))
        rows, columns = self._size
        return common((x0 & ~1, y0 & ~1, x1 + 1 & ~1, y1 + 1 & ~1), (ROOM, ROOM, columns - ROOM, rows - ROOM))


@dataclass(slots=True)
class _Placed:
    """Layers as they are drawn, back to front."""

    layers: Sequence[Layer]
    """As they were last wanted."""
    matrices: Matrices
    """From drawing units to the canvas."""
    middles: NDArray[np.float64]
    """Middle of each sprite and half its width and height, in drawing units."""
    frames: NDArray[np.float64]
    """Corner and unit of each sprite, and its width and height in pixels."""
    table: Numbers
    """In the form of ``kernels.compose``."""
    _size: tuple[int, ...]

    @classmethod
    def of(cls, layers: Sequence[Layer], sprites: Sequence[ReadySprite], matrices: Matrices, size: tuple[int, ...]) -> _Placed:
        """Layers on a canvas of ``size``, with their sprites."""
        count = len(layers)
        placed = cls(
            layers, np.empty((count, 6)), np.empty((count, 4)), np.empty((count, 5)), np.empty((count, kernels.FIELDS), np.int64), size
        )
        if count:
            placed.put(list(range(count)), matrices, dict(enumerate(sprites)))
        return placed

    def boxes(self) -> list[Box]:
        """What each layer may touch of the canvas."""
        return [tuple(box) for box in self.table[:, kernels.BOX : kernels.BOX + 4].tolist()]

    def extent(self) -> Box:
        """What all layers together may touch of the canvas."""
        if not self.layers:
            return (0, 0, 0, 0)
        x0, y0, x1, y1 = self.table[:, kernels.BOX : kernels.BOX + 4].T
        return int(x0.min()), int(y0.min()), int(x1.max()), int(y1.max())

    def shifts(self, wanted: Matrices) -> NDArray[np.float64]:
        """The most, or a little more, that any point of each sprite would move in x or y, in pixels."""
        a, b, c, d, e, f = (wanted - self.matrices).T
        x, y, wide, high = self.middles.T
        across = np.abs(a * x + c * y + e) + np.abs(a) * wide + np.abs(c) * high
        down = np.abs(b * x + d * y + f) + np.abs(b) * wide + np.abs(d) * high
        farther: NDArray[np.float64] = np.maximum(across, down)
        return farther

    def put(self, which: list[int], matrices: Matrices, sprites: Mapping[int, ReadySprite | None]) -> None:
        """Put layers where they are wanted, some of them with other sprites."""
        for n, sprite in sprites.items():
            if sprite is not None:
                _, height, width, _, _ = sprite.place
                wide, high = width * sprite.unit / 2, height * sprite.unit / 2
                self.middles[n] = (sprite.x + wide, sprite.y + high, wide, high)
                self.frames[n] = (sprite.x, sprite.y, sprite.unit, width, height)
                self.table[n, : kernels.INVERSE] = sprite.place
        self.matrices[which] = matrices[which]
        a, b, c, d, e, f = self.matrices[which].T
        x, y, unit, width, height = self.frames[which].T
        e, f = a * x + c * y + e, b * x + d * y + f
        a, b, c, d = a * unit, b * unit, c * unit, d * unit
        back = inverses(a, b, c, d, e, f)
        rows, columns = self._size
        right, down = (
            np.minimum(a * width, 0.0) + np.minimum(c * height, 0.0) + e,
            np.minimum(b * width, 0.0) + np.minimum(d * height, 0.0) + f,
        )
        table = np.empty((len(which), kernels.FIELDS - kernels.INVERSE), np.int64)
        table[:, :6] = back
        table[:, 6], table[:, 7] = np.maximum(0, np.trunc(right)), np.maximum(0, np.trunc(down))
        table[:, 8] = np.minimum(columns, np.trunc(np.maximum(a * width, 0.0) + np.maximum(c * height, 0.0) + e) + 2)
        table[:, 9] = np.minimum(rows, np.trunc(np.maximum(b * width, 0.0) + np.maximum(d * height, 0.0) + f) + 2)
        table[:, 10:] = [(round(256 * layer.opacity), layer.worn, layer.caster) for layer in (self.layers[n] for n in which)]
        self.table[which, kernels.INVERSE :] = table


def _after(m: Matrix, layers: Sequence[Layer]) -> Matrices:
    """The matrices of layers, followed by ``m``."""
    a, b, c, d, e, f = m
    own = np.array([layer.matrix for layer in layers]).reshape(-1, 6)
    after = np.empty_like(own)
    g, h, i, j, k, l = own.T  # noqa: E741
    after[:, 0], after[:, 1] = a * g + c * h, b * g + d * h
    after[:, 2], after[:, 3] = a * i + c * j, b * i + d * j
    after[:, 4], after[:, 5] = a * k + c * l + e, b * k + d * l + f
    return after
