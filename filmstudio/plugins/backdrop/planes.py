"""Paint a lit drawing as a few planes in depth: group its layers, rasterise each group, crop it to what it shows."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyvips
from numpy.typing import NDArray

from filmstudio.core.errors import EngineError
from filmstudio.plugins.backdrop.relight import PLANE_START, WEATHER
from filmstudio.plugins.backdrop.slots import Slots
from filmstudio.plugins.backdrop.stage import VIEW_BOX

_CANVAS = re.compile(r'viewBox="[^"]*" width="[^"]*" height="[^"]*"')
FAR_Z = 8.0
"""Out of doors, layers deeper than this are one plane: they hardly move against each other."""
MID_Z = 2.5
NEAR_Z = 1.2
"""Layers nearer than this, down to 1, lie on the ground of the cast and move with it."""

TILE = 2000
"""Most pixels on a side that are painted in one go."""
BLUR_REACH = 180.0
"""Units that the widest blur of the drawings (60) reaches: tiles are painted with this much around them, or their seams show."""
Box = tuple[float, float, float, float]
"""x, y, width, height in stage units."""
Premultiplied = NDArray[np.uint8]
"""(height, width, 4), red green blue already multiplied by alpha."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One plane as the artist drew it."""

    name: str
    z: float
    drawing: str


@dataclass(frozen=True, slots=True)
class Group:
    """Layers that move as one."""

    id: str
    z: float
    drawing: str


@dataclass(frozen=True, slots=True)
class Painted:
    """A painted plane: its pixels, and the part of the stage they cover as x, y, width, height in stage units."""

    id: str
    z: float
    pixels: Premultiplied
    box: Box
    opaque: bool


def layers_of(drawing: str) -> tuple[str, tuple[Layer, ...]]:
    """A lit drawing taken apart: everything before its first layer (style, definitions), and its layers, far to near.

    Weather drawn between two layers belongs to the farther one; what is drawn behind the sky is left out.
    """
    starts = list(PLANE_START.finditer(drawing))
    if not starts:
        raise EngineError("the drawing has no planes.", remedy="Draw them as groups named p0-sky and so on, with data-z.")
    ends = [start.start() for start in starts[1:]] + [drawing.index('<g id="grade"')]
    layers = tuple(Layer(start[2], float(start[3]), drawing[start.start() : end]) for start, end in zip(starts, ends, strict=True))
    return WEATHER.sub("", drawing[: starts[0].start()]), layers


def far_limit(slots: Slots) -> float:
    """Layers deeper than this are the far plane: in a room, everything outside its window."""
    return slots.wall if slots.wall is not None and slots.wall < 100 else FAR_Z


def grouped(layers: Sequence[Layer], far: float) -> tuple[Group, ...]:
    """Layers merged into far, mid, near and stage, and those in front of the cast one by one."""
    bands = (
        ("far", far, np.inf),
        ("mid", MID_Z, far),
        ("near", NEAR_Z, min(MID_Z, far)),
        ("stage", 1.0, NEAR_Z),
    )
    groups = []
    for name, nearest, deepest in bands:
        inside = [layer for layer in layers if (layer.z > nearest if name == "far" else nearest <= layer.z <= deepest)]
        inside = [layer for layer in inside if name in {"far", "mid"} or layer.z < deepest]
        if inside:
            groups.append(Group(name, _depth(name, inside), "\n".join(layer.drawing for layer in inside)))
    groups += [Group(layer.name, layer.z, layer.drawing) for layer in layers if layer.z < 1]
    return tuple(groups)


def _depth(name: str, layers: Sequence[Layer]) -> float:
    """The depth at which a group moves: the mean of what its layers would move, the sky left out."""
    if name == "stage":
        return 1.0
    moving = [layer for layer in layers if layer.z < 60] or layers
    return round(len(moving) / sum(1 / layer.z for layer in moving), 3)


def paint(head: str, group: Group, scale: float, reach: float = 0.0) -> Painted | None:
    """Rasterise a group at ``scale`` pixels for each unit; None when nothing of it shows.

    ``reach`` is how far it goes on beyond the stage on either side, in units.

    Raises:
        EngineError: the drawing cannot be rasterised.
    """
    left, top, width, height = VIEW_BOX
    canvas = (left - reach, top, width + 2 * reach, height)
    return _cropped(group, rasterise(head, group.drawing, canvas, scale), scale, canvas)


def rasterise(head: str, body: str, canvas: Box, scale: float) -> Premultiplied:
    """Pixels of a part of the stage at ``scale`` pixels for each unit, premultiplied.

    Painted in tiles: beyond 2000 pixels librsvg would be asked for the same shapes again and again.

    Raises:
        EngineError: librsvg cannot read it.
    """
    left, top, width, height = canvas
    pixels = np.empty((math.ceil(height * scale), math.ceil(width * scale), 4), np.uint8)
    margin = math.ceil(BLUR_REACH * scale) if "filter=" in body else 0
    for rows in _pieces(pixels.shape[0], margin):
        for columns in _pieces(pixels.shape[1], margin):
            across, down = columns.stop - columns.start + 2 * margin, rows.stop - rows.start + 2 * margin
            x, y = left + (columns.start - margin) / scale, top + (rows.start - margin) / scale
            view = f'viewBox="{x:.6f} {y:.6f} {across / scale:.6f} {down / scale:.6f}" width="{across}" height="{down}"'
            tile = _tile(f"{_CANVAS.sub(view, head, count=1)}{body}</svg>", (down, across))
            pixels[rows, columns] = tile[margin : down - margin, margin : across - margin]
    # A last row or column that the stage covers only in part would let the dark through at its edge.
    if height * scale % 1:
        pixels[-1] = pixels[-2]
    if width * scale % 1:
        pixels[:, -1] = pixels[:, -2]
    return premultiplied(pixels)


def _pieces(length: int, margin: int) -> list[slice]:
    count = math.ceil(length / max(1, TILE - 2 * margin))
    edges = [length * k // count for k in range(count + 1)]
    return [slice(start, end) for start, end in itertools.pairwise(edges)]


def _tile(drawing: str, shape: tuple[int, int]) -> NDArray[np.uint8]:
    try:
        image = pyvips.Image.svgload_buffer(drawing.encode("utf-8"), unlimited=True)
        straight: NDArray[np.uint8] = np.asarray(image.numpy(), dtype=np.uint8)
    except pyvips.Error as error:
        raise EngineError(f"the drawing cannot be painted: {str(error).strip()}.") from error
    if straight.shape != (*shape, 4):
        raise EngineError(f"the drawing was painted at {straight.shape}, not {shape}.")
    return straight


def _cropped(group: Group, pixels: Premultiplied, scale: float, canvas: Box) -> Painted | None:
    alpha = pixels[..., 3]
    rows, columns = np.flatnonzero(alpha.any(axis=1)), np.flatnonzero(alpha.any(axis=0))
    if not rows.size:
        return None
    top, bottom, left, right = int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
    cropped = np.ascontiguousarray(pixels[top:bottom, left:right])
    box = (canvas[0] + left / scale, canvas[1] + top / scale, (right - left) / scale, (bottom - top) / scale)
    return Painted(group.id, group.z, cropped, box, bool((cropped[..., 3] == 255).all()))


def premultiplied(straight: NDArray[np.uint8]) -> Premultiplied:
    """Multiply colour by alpha, (height, width, 4), rounding to nearest."""
    alpha = straight[..., 3:4].astype(np.uint16)
    made = straight.astype(np.uint16)
    made[..., :3] = (made[..., :3] * alpha + 127) // 255
    return made.astype(np.uint8)
