"""Sprites ready for the kernels: padded, and at half sizes for figures far away, so that shrinking does not sparkle."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from filmstudio.plugins.picture import kernels
from filmstudio.plugins.picture.canvas import PLAIN_LIGHT, Numbers, Pixels, halved, lit, pixels_of
from filmstudio.plugins.portrait.eyes import GAZE_STEP, GAZE_X, SHUT, UP_STEP, EyeState
from filmstudio.plugins.portrait.layer import SpriteKey
from filmstudio.plugins.portrait.sheet import SpriteSheet

SHRINK_LEAST = 0.6
"""Below this many target pixels for each of its own a picture is drawn from the next half size."""
HALVINGS_MOST = 4
EYE_UNITS = 26.0
"""Half-width of an eye, or its height above the corners, about; in drawing units."""
EYE_PIXELS = 0.5
"""Eyes that differ by less than this are drawn alike, so that a glance in a wide shot is not a dozen new drawings."""


ROOM_FIRST = 1 << 20
"""Pixels that a sheet has room for at first; it doubles when they are used up."""


@dataclass(frozen=True, slots=True)
class ReadySprite:
    """A sprite with a clear ring. Pixel corner (0, 0) lies at (x, y) in drawing units, ``unit`` units are one pixel."""

    place: tuple[int, int, int, int, int]
    """Where its pixels begin among those of the sheet, its height and width, where its map begins, and columns of that."""
    x: float
    y: float
    unit: float


class ReadySheet:
    """The sprites of one sheet in one light, made ready when they are first used and kept: one after another, as the kernels want them."""

    def __init__(self, sheet: SpriteSheet, light: Numbers = PLAIN_LIGHT) -> None:
        self._sheet, self._light = sheet, light
        self._ready: dict[tuple[SpriteKey, int], ReadySprite | None] = {}
        self.rig = sheet.rig
        self.scale = sheet.scale
        self.pixels: NDArray[np.uint32] = np.empty(ROOM_FIRST, np.uint32)
        """Of all sprites, YUVA."""
        self.areas: NDArray[np.uint64] = np.empty(ROOM_FIRST // kernels.BLOCK**2, np.uint64)
        """Where they are nothing or flat; see ``kernels.survey``."""
        self._used = (0, 0)

    def ink(self, red: int, green: int, blue: int) -> tuple[int, int, int]:
        """Y, U and V of a colour in this light."""
        value = int(lit(np.array([[red | green << 8 | blue << 16 | 255 << 24]], np.uint32), self._light)[0, 0])
        return value & 255, value >> 8 & 255, value >> 16 & 255

    def halvings(self, pixels_per_unit: float) -> int:
        """Which half size to draw from at a scale."""
        if pixels_per_unit <= 0:
            return 0
        return max(0, min(HALVINGS_MOST, math.floor(math.log2(self.scale / pixels_per_unit * SHRINK_LEAST)) + 1))

    def get(self, key: SpriteKey, halvings: int = 0) -> ReadySprite | None:
        """A sprite, halved so many times; None when nothing is drawn."""
        slot = (key, halvings)
        if slot not in self._ready:
            alike = self._alike(key, halvings)
            self._ready[slot] = self._make(key, halvings) if alike == key else self.get(alike, halvings)
        return self._ready[slot]

    def _alike(self, key: SpriteKey, halvings: int) -> SpriteKey:
        """The eye that is drawn in place of one that hardly differs; any other sprite itself."""
        if not key.startswith("eye:") or (key in self._sheet and not halvings):
            return key
        state = EyeState.of_key(key)
        if state.up == 0:
            return key
        pixels = EYE_UNITS * self.scale / 2**halvings
        gaze = max(1, min(6, round(EYE_PIXELS / (GAZE_STEP * GAZE_X * pixels))))
        lid = max(1, min(4, round(EYE_PIXELS / (UP_STEP * pixels))))
        return SpriteKey(
            EyeState(
                max(-(-round(SHUT / UP_STEP) // lid) * lid, _nearest(state.up, lid)),
                state.low,
                _nearest(state.iris, min(4, gaze)),
                _nearest(state.gaze_x, gaze),
                _nearest(state.gaze_y, gaze),
                state.side,
            ).key
        )

    def _make(self, key: SpriteKey, halvings: int) -> ReadySprite | None:
        sprite = self._sheet.get(key)
        if sprite.empty:
            return None
        unit = 1.0 / sprite.scale
        pixels, x, y = pixels_of(sprite.pixels), sprite.x - unit, sprite.y - unit
        for _ in range(halvings):
            # Halving keeps the corner; the new ring lies one new pixel outside it.
            unit *= 2
            pixels, x, y = halved(pixels), x - unit, y - unit
        return ReadySprite(self._add(lit(pixels, self._light)), x, y, unit)

    def _add(self, pixels: Pixels) -> tuple[int, int, int, int, int]:
        """Put pixels and their map behind those of the other sprites."""
        height, width = pixels.shape
        rows, columns = -(-height // kernels.BLOCK), -(-width // kernels.BLOCK)
        begin, map_begin = self._used
        end, map_end = begin + height * width, map_begin + rows * columns
        self.pixels, self.areas = _with_room(self.pixels, end), _with_room(self.areas, map_end)
        self.pixels[begin:end] = pixels.reshape(-1)
        kernels.survey(pixels, self.areas[map_begin:map_end].reshape(rows, columns))
        self._used = (end, map_end)
        return (begin, height, width, map_begin, columns)


NumberT = TypeVar("NumberT", np.uint32, np.uint64)


def _with_room(array: NDArray[NumberT], needed: int) -> NDArray[NumberT]:
    """The array itself, or, where it is too short, a longer one that begins like it."""
    if needed <= array.size:
        return array
    longer = np.empty(max(needed, 2 * array.size), array.dtype)
    longer[: array.size] = array
    return longer


def _nearest(value: int, step: int) -> int:
    return (2 * value + step) // (2 * step) * step
