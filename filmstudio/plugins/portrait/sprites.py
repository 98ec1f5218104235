"""The names of sprites and what they stand for: one grammar for rigs, sheets and the lazy rasteriser.

A name is ``PIECE+PIECE@far``: pieces share one joint and are drawn in this order; a piece is a part's id, with exchanged
slots as ``id~from=to,from=to``; ``@far`` tints for the far side. ``eye:…`` is an eye in a state of its grid.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from filmstudio.core.errors import InputError
from filmstudio.plugins.art.pack import ArtPack
from filmstudio.plugins.portrait.eyes import EyeShape, EyeState, draw_eye
from filmstudio.plugins.portrait.layer import SpriteKey
from filmstudio.plugins.portrait.palette import Palette, remapped
from filmstudio.plugins.portrait.raster import Box, Sprite, extent, rasterise

MOUTHS: Final = tuple(
    f"m_{name}"
    for name in ["MBP", "AI", "E", "O", "UW", "FV", "L", "TH", "SD", "laugh", "smile", "sad", "angry", "afraid", "disgust", "think"]
)
"""The ten visemes and six acting mouths of the rig."""
HANDS: Final = tuple(f"hand_{name}" for name in ["relaxed", "open", "point", "fist", "hold", "present"])

_EYE_BOX: Final[Box] = (-1.6, -2.1, 3.6, 3.6)
"""Around an eye, in half-widths (x) and in heights above the corners (y)."""


def sprite_key(names: str, remap: Mapping[str, Mapping[str, str]], *, far: bool = False, whole: str = "") -> SpriteKey:
    """The name of the sprite of ``names`` ("a+b") in a person's remap. A piece without a remap of its own takes that of
    the joint (``names`` itself), else that of ``whole``."""
    pieces = []
    for name in names.split("+"):
        exchange = remap.get(name) or remap.get(names) or remap.get(whole) or {}
        pieces.append(name + (f"~{','.join(f'{a}={exchange[a]}' for a in sorted(exchange))}" if exchange else ""))
    return SpriteKey("+".join(pieces) + ("@far" if far else ""))


class SpriteArtist:
    """Draws any sprite of one look by its name."""

    def __init__(self, pack: ArtPack, palette: Palette, eye: EyeShape) -> None:
        self._pack = pack
        self._palette = palette
        self._eye = eye
        self.definitions: Mapping[str, str] = {**pack.definitions, "blush": _blush(palette.blush)}

    def draw(self, key: SpriteKey, scale: float) -> Sprite:
        """The sprite at ``scale`` pixels a unit.

        Raises:
            InputError: the pack has no such part, or the look no such colour.
        """
        return rasterise(self.markup(key), self.definitions, scale, self._eye_box() if key.startswith("eye:") else None)

    def extent(self, key: SpriteKey) -> Box | None:
        """Where the sprite lies, a few units too wide; None when nothing is drawn."""
        if key.startswith("eye:"):
            return self._eye_box()
        names = "+".join(piece.partition("~")[0] for piece in key.partition("@")[0].split("+"))
        return _drawn_extent(self._pack, names)

    def markup(self, key: SpriteKey) -> str:
        """The sprite as SVG in this look's colours."""
        if key.startswith("eye:"):
            return self._palette.paint(draw_eye(self._eye, EyeState.of_key(key)))
        names, _, side = key.partition("@")
        if side not in ("", "far"):
            raise InputError(f"{key!r} names no sprite.", remedy="Use the keys that a rig gives.")
        drawn = []
        for piece in names.split("+"):
            name, _, exchange = piece.partition("~")
            remap = dict(pair.split("=", 1) for pair in exchange.split(",")) if exchange else {}
            drawn.append(remapped(self._pack.part(name).markup, remap))
        return self._palette.paint("".join(drawn), far=side == "far")

    def _eye_box(self) -> Box:
        a, u = self._eye.a, max(self._eye.u, self._eye.l)
        return (_EYE_BOX[0] * a, _EYE_BOX[1] * u, _EYE_BOX[2] * a, _EYE_BOX[3] * u)


@lru_cache(maxsize=4096)
def _drawn_extent(pack: ArtPack, names: str) -> Box | None:
    """Colours do not move a drawing: where it lies is looked up once for everyone."""
    shapes = "".join(pack.part(name).markup for name in names.split("+"))
    inked = re.sub(r'class="\w+?(_s)?"', lambda slot: 'fill="none" stroke="#000"' if slot[1] else 'fill="#000"', shapes)
    return extent(inked, {**pack.definitions, "blush": _blush("#000000")})


def _blush(colour: str) -> str:
    return (
        f'<radialGradient id="blush"><stop offset="0" stop-color="{colour}" stop-opacity=".55"/>'
        f'<stop offset="1" stop-color="{colour}" stop-opacity="0"/></radialGradient>'
    )
