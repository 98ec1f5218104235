"""Paint a lit drawing as a few planes in depth: group its layers, rasterise each group, crop it to what it shows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyvips
from numpy.typing import NDArray

from filmstudio.core.errors import EngineError
from filmstudio.plugins.backdrop.relight import PLANE_START
from filmstudio.plugins.backdrop.slots import Slots
from filmstudio.plugins.backdrop.stage import VIEW_BOX

_CANVAS = re.compile(r'viewBox="[^"]*" width="[^"]*" height="[^"]*"')
FAR_Z = 8.0
"""Out of doors, layers deeper than this are one plane: they hardly move against each other."""
MID_Z = 2.5
NEAR_Z = 1.2
"""Layers nearer than this, down to 1, lie on the ground of the cast and move with it."""

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
    box: tuple[float, float, float, float]
    opaque: bool


def layers_of(drawing: str) -> tuple[str, tuple[Layer, ...]]:
    """A lit drawing taken apart: everything before its first layer (style, definitions), and its layers, far to near.

    Weather drawn between two layers belongs to the farther one.
    """
    starts = list(PLANE_START.finditer(drawing))
    if not starts:
        raise EngineError("the drawing has no planes.", remedy="Draw them as groups named p0-sky and so on, with data-z.")
    ends = [start.start() for start in starts[1:]] + [drawing.index('<g id="grade"')]
    layers = tuple(Layer(start[2], float(start[3]), drawing[start.start() : end]) for start, end in zip(starts, ends, strict=True))
    return drawing[: starts[0].start()], layers


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


def paint(head: str, group: Group, scale: float) -> Painted | None:
    """Rasterise a group at ``scale`` pixels for each unit; None when nothing of it shows.

    Raises:
        EngineError: the drawing cannot be rasterised.
    """
    return _cropped(group, rasterise(f"{head}{group.drawing}</svg>", scale), scale, VIEW_BOX[0])


def paint_wide(head: str, group: Group, scale: float, reach: float) -> Painted:
    """Rasterise a group that goes on for ``reach`` units beyond the stage on either side.

    Raises:
        EngineError: the drawing cannot be rasterised, or nothing of it shows.
    """
    left, top, width, height = VIEW_BOX
    wide = f'viewBox="{left - reach:g} {top:g} {width + 2 * reach:g} {height:g}" width="{width + 2 * reach:g}" height="{height:g}"'
    head = _CANVAS.sub(wide, head, count=1)
    painted = _cropped(group, rasterise(f"{head}{group.drawing}</svg>", scale), scale, left - reach)
    if painted is None:
        raise EngineError(f"nothing of the plane {group.id} shows.")
    return painted


def _cropped(group: Group, pixels: Premultiplied, scale: float, left_edge: float) -> Painted | None:
    alpha = pixels[..., 3]
    rows, columns = np.flatnonzero(alpha.any(axis=1)), np.flatnonzero(alpha.any(axis=0))
    if not rows.size:
        return None
    top, bottom, left, right = int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
    cropped = np.ascontiguousarray(pixels[top:bottom, left:right])
    box = (left_edge + left / scale, VIEW_BOX[1] + top / scale, (right - left) / scale, (bottom - top) / scale)
    return Painted(group.id, group.z, cropped, box, bool((cropped[..., 3] == 255).all()))


def rasterise(drawing: str, scale: float) -> Premultiplied:
    """Pixels of a whole SVG at ``scale`` pixels for each unit, premultiplied.

    Raises:
        EngineError: librsvg cannot read it.
    """
    try:
        image = pyvips.Image.svgload_buffer(drawing.encode("utf-8"), scale=scale, unlimited=True)
        straight: NDArray[np.uint8] = np.asarray(image.numpy(), dtype=np.uint8)
    except pyvips.Error as error:
        raise EngineError(f"the drawing cannot be painted: {str(error).strip()}.") from error
    return premultiplied(straight)


def premultiplied(straight: NDArray[np.uint8]) -> Premultiplied:
    """Multiply colour by alpha, (height, width, 4), rounding to nearest."""
    alpha = straight[..., 3:4].astype(np.uint16)
    made = straight.astype(np.uint16)
    made[..., :3] = (made[..., :3] * alpha + 127) // 255
    return made.astype(np.uint8)
