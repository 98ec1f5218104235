"""Sprites ready for the kernels: padded, and at half sizes for figures far away, so that shrinking does not sparkle."""

from __future__ import annotations

import math
from dataclasses import dataclass

from filmstudio.plugins.picture.canvas import Matrix, Pixels, halved, pixels_of
from filmstudio.plugins.portrait.layer import SpriteKey
from filmstudio.plugins.portrait.sheet import SpriteSheet

SHRINK_LEAST = 0.6
"""Below this many target pixels for each of its own a picture is drawn from the next half size."""
HALVINGS_MOST = 4


@dataclass(frozen=True, slots=True)
class ReadySprite:
    """Pixels with a clear ring; pixel corner (0, 0) lies at (x, y) in drawing units, ``unit`` units are one pixel."""

    pixels: Pixels
    x: float
    y: float
    unit: float

    def placed(self, matrix: Matrix) -> Matrix:
        """From this sprite's pixels to the picture, for a matrix from drawing units to the picture."""
        a, b, c, d, e, f = matrix
        unit = self.unit
        return (a * unit, b * unit, c * unit, d * unit, a * self.x + c * self.y + e, b * self.x + d * self.y + f)


class ReadySheet:
    """The sprites of one sheet, made ready when they are first used and kept."""

    def __init__(self, sheet: SpriteSheet) -> None:
        self._sheet = sheet
        self._ready: dict[tuple[SpriteKey, int], ReadySprite | None] = {}
        self.rig = sheet.rig
        self.scale = sheet.scale

    def halvings(self, pixels_per_unit: float) -> int:
        """Which half size to draw from at a scale."""
        if pixels_per_unit <= 0:
            return 0
        return max(0, min(HALVINGS_MOST, math.floor(math.log2(self.scale / pixels_per_unit * SHRINK_LEAST)) + 1))

    def get(self, key: SpriteKey, halvings: int = 0) -> ReadySprite | None:
        """A sprite, halved so many times; None when nothing is drawn."""
        slot = (key, halvings)
        if slot not in self._ready:
            self._ready[slot] = self._make(key, halvings)
        return self._ready[slot]

    def _make(self, key: SpriteKey, halvings: int) -> ReadySprite | None:
        if halvings:
            larger = self.get(key, halvings - 1)
            if larger is None:
                return None
            # Halving keeps the corner; the new ring lies one new pixel outside it.
            unit = larger.unit * 2
            return ReadySprite(halved(larger.pixels), larger.x - unit, larger.y - unit, unit)
        sprite = self._sheet.get(key)
        if sprite.empty:
            return None
        unit = 1.0 / sprite.scale
        return ReadySprite(pixels_of(sprite.pixels), sprite.x - unit, sprite.y - unit, unit)
