"""Rasterising: SVG markup of one sprite becomes premultiplied pixels, cropped to what is drawn."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import ModuleType
from typing import Final

import numpy as np
import numpy.typing as npt

from filmstudio.plugins.art.parts import referred

Pixels = npt.NDArray[np.uint8]
Box = tuple[float, float, float, float]
"""x, y, width, height in drawing units."""

FIELD: Final[Box] = (-1000.0, -1100.0, 2000.0, 2400.0)
"""Nothing of any part lies outside this box."""
COARSE: Final = 0.25
"""Pixels for each unit of the first look, which finds where the drawing lies."""
MARGIN: Final = 6.0
"""Units around the coarse box, so that nothing thin is cut."""


@dataclass(frozen=True, slots=True)
class Sprite:
    """Premultiplied RGBA of shape (h, w, 4), uint8; pixel (0, 0) has its corner at (x, y) in units; ``scale`` px a unit."""

    pixels: Pixels
    x: float
    y: float
    scale: float

    @property
    def empty(self) -> bool:
        """True when nothing is drawn."""
        return self.pixels.size == 0


def rasterise(markup: str, definitions: Mapping[str, str], scale: float, box: Box | None = None) -> Sprite:
    """Draw markup at ``scale`` pixels a unit, cropped by raw alpha so that no freckle is lost.

    ``box`` spares the search for where the drawing lies. Pixel corners lie on whole multiples of 1/scale.
    """
    box = box or extent(markup, definitions)
    if box is None:
        return Sprite(np.zeros((0, 0, 4), np.uint8), 0.0, 0.0, scale)
    left, top = math.floor(box[0] * scale), math.floor(box[1] * scale)
    right, bottom = math.ceil((box[0] + box[2]) * scale), math.ceil((box[1] + box[3]) * scale)
    straight = draw(markup, definitions, (left / scale, top / scale), (right - left, bottom - top), scale)
    x, y, w, h = _covered(straight[..., 3])
    straight = straight[y : y + h, x : x + w]
    return Sprite(premultiplied(straight), (left + x) / scale, (top + y) / scale, scale)


def extent(markup: str, definitions: Mapping[str, str]) -> Box | None:
    """Where the drawing lies, a few units too wide; None when nothing is drawn."""
    size = (round(FIELD[2] * COARSE), round(FIELD[3] * COARSE))
    x, y, w, h = _covered(draw(markup, definitions, (FIELD[0], FIELD[1]), size, COARSE)[..., 3])
    if w == 0:
        return None
    return (x / COARSE + FIELD[0] - MARGIN, y / COARSE + FIELD[1] - MARGIN, w / COARSE + 2 * MARGIN, h / COARSE + 2 * MARGIN)


def premultiplied(straight: Pixels) -> Pixels:
    """Straight RGBA with its colours multiplied by alpha, rounded to nearest."""
    alpha = straight[..., 3:].astype(np.uint16)
    product = straight[..., :3].astype(np.uint16) * alpha + 128
    colours = (product + (product >> 8)) >> 8  # exact x / 255, rounded
    return np.ascontiguousarray(np.concatenate((colours.astype(np.uint8), straight[..., 3:]), axis=2))


def draw(markup: str, definitions: Mapping[str, str], origin: tuple[float, float], size: tuple[int, int], scale: float) -> Pixels:
    """Straight RGBA of a window of ``size`` pixels whose top left corner is ``origin``."""

    width, height = size
    inner = f"<defs>{referred(markup, definitions)}</defs>{markup}" if "url(" in markup else markup
    document = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
        f'<g transform="scale({scale:.6f}) translate({-origin[0]:.6f},{-origin[1]:.6f})">{inner}</g></svg>'
    )
    image = _vips().Image.svgload_buffer(document.encode())
    return np.ndarray(buffer=image.write_to_memory(), dtype=np.uint8, shape=(height, width, 4))


@lru_cache(maxsize=1)
def _vips() -> ModuleType:
    """The drawing library, without threads or a cache of its own: every picture is drawn once."""
    import pyvips

    pyvips.concurrency_set(1)
    pyvips.cache_set_max(0)
    module: ModuleType = pyvips
    return module


def _covered(alpha: Pixels) -> tuple[int, int, int, int]:
    """Left, top, width and height of all pixels with any alpha."""
    rows = np.flatnonzero(alpha.any(axis=1))
    columns = np.flatnonzero(alpha.any(axis=0))
    if rows.size == 0:
        return 0, 0, 0, 0
    return int(columns[0]), int(rows[0]), int(columns[-1] - columns[0] + 1), int(rows[-1] - rows[0] + 1)
