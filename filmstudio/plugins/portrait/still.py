"""The reference picture of a pose: drawn from the vectors, slow and exact, for thumbnails, golden images and comparison."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from pydantic import JsonValue

from filmstudio.plugins.art.pack import ArtPack
from filmstudio.plugins.portrait.cast import PosableRig, rig_for
from filmstudio.plugins.portrait.layer import Layer, Matrix
from filmstudio.plugins.portrait.pose import Pose
from filmstudio.plugins.portrait.raster import Box, Pixels, Sprite, draw, premultiplied

SHADE_OPACITY: Final = 0.16
SHADE_INK: Final = (0x3B, 0x22, 0x30)

_ID: Final = re.compile(r'\bid="([^"]+)"')


def draw_still(look: Mapping[str, JsonValue], pose: Pose, scale: float, pack: ArtPack, box: Box | None = None) -> Sprite:
    """The figure in character space at ``scale`` pixels a unit, premultiplied.

    ``box`` (x, y, width, height in units) is what is shown; by default the whole figure with a little air.

    Raises:
        InputError: the look cannot be drawn from this pack.
    """
    return draw_posed(rig_for(look, pack), pose, scale, box)


def draw_posed(rig: PosableRig, pose: Pose, scale: float, box: Box | None = None) -> Sprite:
    """The same for a rig that is already built."""
    return draw_layers(rig, rig.layers(pose), rig.shade(pose), scale, box)


def draw_layers(rig: PosableRig, layers: Sequence[Layer], shade: tuple[float, float], scale: float, box: Box | None = None) -> Sprite:
    """A draw list with its contact shade, ``shade`` away from the casters. Pixel corners lie on multiples of 1/scale."""
    box = box or figure_box(rig, layers)
    left, top = math.floor(box[0] * scale), math.floor(box[1] * scale)
    size = (math.ceil((box[0] + box[2]) * scale) - left, math.ceil((box[1] + box[3]) * scale) - top)
    origin = (left / scale, top / scale)

    def paint(some: Sequence[Layer], shift: tuple[float, float] = (0.0, 0.0)) -> Pixels:
        return premultiplied(draw(_markup(rig, some, shift), rig.artist.definitions, origin, size, scale))

    last_worn = max((index for index, layer in enumerate(layers) if layer.worn), default=-1)
    below = paint(layers[: last_worn + 1])
    if last_worn >= 0 and shade != (0.0, 0.0):
        worn = paint([layer for layer in layers if layer.worn])[..., 3].astype(np.float32)
        cast = paint([layer for layer in layers if layer.caster], shade)[..., 3].astype(np.float32)
        alpha = np.rint(worn * cast * (SHADE_OPACITY / 255.0)).astype(np.uint8)
        ink = np.rint(alpha[..., None].astype(np.float32) * (np.array(SHADE_INK, np.float32) / 255.0)).astype(np.uint8)
        below = over(below, np.concatenate((ink, alpha[..., None]), axis=2))
    return Sprite(over(below, paint(layers[last_worn + 1 :])), origin[0], origin[1], scale)


def over(below: Pixels, above: Pixels) -> Pixels:
    """Premultiplied ``above`` laid over ``below``."""
    rest = 255 - above[..., 3:].astype(np.uint16)
    product = below.astype(np.uint16) * rest + 128
    joined: Pixels = np.minimum(255, ((product + (product >> 8)) >> 8) + above).astype(np.uint8)
    return joined


def figure_box(rig: PosableRig, layers: Sequence[Layer], air: float = 12.0) -> Box:
    """What the layers cover, in character space, with ``air`` around."""
    corners: list[tuple[float, float]] = []
    for layer in layers:
        box = rig.artist.extent(layer.sprite)
        if box is not None:
            a, b, c, d, e, f = layer.matrix
            x, y, w, h = box
            corners += [(a * p + c * q + e, b * p + d * q + f) for p in (x, x + w) for q in (y, y + h)]
    left, top = min(x for x, _ in corners) - air, min(y for _, y in corners) - air
    return (left, top, max(x for x, _ in corners) + air - left, max(y for _, y in corners) + air - top)


def _markup(rig: PosableRig, layers: Sequence[Layer], shift: tuple[float, float]) -> str:
    drawn = []
    for index, layer in enumerate(layers):
        opacity = "" if layer.opacity == 1.0 else f' opacity="{layer.opacity:.4f}"'
        drawn.append(f'<g transform="{_transform(layer.matrix, shift)}"{opacity}>{_own_ids(rig.artist.markup(layer.sprite), index)}</g>')
    return "".join(drawn)


def _transform(matrix: Matrix, shift: tuple[float, float]) -> str:
    a, b, c, d, e, f = matrix
    return f"matrix({a:.6f} {b:.6f} {c:.6f} {d:.6f} {e + shift[0]:.4f} {f + shift[1]:.4f})"


def _own_ids(markup: str, index: int) -> str:
    """The same part may be in the picture twice: its clips are named anew for each layer."""
    for name in sorted(set(_ID.findall(markup))):
        markup = markup.replace(f'id="{name}"', f'id="{name}-{index}"').replace(f"url(#{name})", f"url(#{name}-{index})")
    return markup
