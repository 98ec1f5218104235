"""Sprites ready for the kernels: padded, and at half sizes for figures far away, so that shrinking does not sparkle."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from filmstudio.plugins.picture import kernels
from filmstudio.plugins.picture.canvas import Matrix, Pixels, halved, pixels_of
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


@dataclass(frozen=True, slots=True)
class ReadySprite:
    """Pixels with a clear ring; pixel corner (0, 0) lies at (x, y) in drawing units, ``unit`` units are one pixel."""

    pixels: Pixels
    x: float
    y: float
    unit: float
    areas: NDArray[np.uint64]
    """Where it is nothing or flat; see ``kernels.survey``."""

    @classmethod
    def of(cls, pixels: Pixels, x: float, y: float, unit: float) -> ReadySprite:
        """A sprite with its areas surveyed."""
        areas = np.empty((-(-pixels.shape[0] // 8), -(-pixels.shape[1] // 8)), np.uint64)
        kernels.survey(pixels, areas)
        return cls(pixels, x, y, unit, areas)

    @property
    def wide(self) -> float:
        """Drawing units across."""
        return float(self.pixels.shape[1] * self.unit)

    @property
    def high(self) -> float:
        """Drawing units down."""
        return float(self.pixels.shape[0] * self.unit)

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
        if halvings:
            larger = self.get(key, halvings - 1)
            if larger is None:
                return None
            # Halving keeps the corner; the new ring lies one new pixel outside it.
            unit = larger.unit * 2
            return ReadySprite.of(halved(larger.pixels), larger.x - unit, larger.y - unit, unit)
        sprite = self._sheet.get(key)
        if sprite.empty:
            return None
        unit = 1.0 / sprite.scale
        return ReadySprite.of(pixels_of(sprite.pixels), sprite.x - unit, sprite.y - unit, unit)


def _nearest(value: int, step: int) -> int:
    return (2 * value + step) // (2 * step) * step
