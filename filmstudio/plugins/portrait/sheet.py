"""Sprite sheets: the pictures of one look at one scale in a single file that can be mapped into memory.

8 bytes   FSSPRIT1
8 bytes   length of the index, little-endian
index     canonical JSON: form, pack and its version, look, scale, and for each sprite
          [offset, height, width, top, left]: bytes from the start of the pixels, pixels, and the place of pixel (0, 0)
pixels    premultiplied RGBA, rows from the top, every sprite on a multiple of 64 bytes
"""

from __future__ import annotations

import json
import mmap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from pydantic import Field, JsonValue, ValidationError

from filmstudio.core.errors import InputError, LimitError
from filmstudio.core.model import Record, canonical_json
from filmstudio.plugins.art.pack import ArtPack
from filmstudio.plugins.art.shelf import installed_pack
from filmstudio.plugins.portrait.cast import PosableRig, rig_for
from filmstudio.plugins.portrait.layer import SpriteKey
from filmstudio.plugins.portrait.raster import Sprite

FORM: Final = "filmstudio/sprites-1"
MAGIC: Final = b"FSSPRIT1"
ALIGNMENT: Final = 64
INDEX_LIMIT_BYTES: Final = 16 * 1024 * 1024
SCALE_LIMITS: Final = (0.02, 8.0)
"""Pixels a unit that a sheet may be drawn at: an adult of 25 to 10,000 pixels."""


class SheetIndex(Record):
    """The index of a sheet."""

    form: str
    pack: str
    pack_version: str
    scale: float = Field(gt=0)
    look: dict[str, JsonValue]
    sprites: dict[str, tuple[int, int, int, int, int]]


def draw_sheet(rig: PosableRig, look: Mapping[str, JsonValue], pack: ArtPack, scale: float, keys: Sequence[SpriteKey]) -> bytes:
    """Draw ``keys`` for a figure shown at ``scale`` pixels a character unit and write them as a sheet. The same look gives the same bytes.

    Raises:
        LimitError: the scale is out of bounds.
    """
    if not SCALE_LIMITS[0] <= scale <= SCALE_LIMITS[1]:
        raise LimitError(f"Sprites cannot be drawn at {scale:g} pixels a unit.", remedy="Use 0.02 to 8.")
    places: dict[str, JsonValue] = {}
    blocks: list[bytes] = []
    offset = 0
    for key in keys:
        sprite = draw_sprite(rig, key, scale)
        height, width = sprite.pixels.shape[:2]
        places[key] = [offset, height, width, round(sprite.y * sprite.scale), round(sprite.x * sprite.scale)]
        block = sprite.pixels.tobytes()
        block += bytes(-len(block) % ALIGNMENT)
        blocks.append(block)
        offset += len(block)
    index: dict[str, JsonValue] = {
        "form": FORM,
        "pack": pack.name,
        "pack_version": pack.version,
        "scale": scale,
        "look": dict(look),
        "sprites": places,
    }
    text = canonical_json(index).encode()
    text += b" " * (-(len(MAGIC) + 8 + len(text)) % ALIGNMENT)
    return b"".join((MAGIC, len(text).to_bytes(8, "little"), text, *blocks))


def draw_sprite(rig: PosableRig, key: SpriteKey, scale: float) -> Sprite:
    """One sprite for a figure shown at ``scale`` pixels a character unit: a child's sleeve needs fewer pixels than an
    elephant's leg, and each is drawn at the size at which it is shown."""
    return rig.artist.draw(key, scale * rig.detail(key))


class SpriteSheet:
    """A sheet that is open for reading. What it does not hold is drawn on demand by the same code, and kept."""

    def __init__(self, index: SheetIndex, pixels: np.ndarray[tuple[int], np.dtype[np.uint8]], pack: ArtPack) -> None:
        self.index = index
        self.scale = index.scale
        self.rig = rig_for(index.look, pack)
        self._pixels = pixels
        self._open: dict[SpriteKey, Sprite] = {}
        self.drawn = 0
        """Sprites that were drawn on demand so far."""

    @classmethod
    def open(cls, path: Path, pack: ArtPack | None = None) -> SpriteSheet:
        """Map a sheet into memory. ``pack`` is found by the name in the sheet unless given.

        Raises:
            Unsupported: the sheet's pack is not installed.
            InputError: the file is no sheet, is cut short, or was drawn from another pack.
        """
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(len(MAGIC) + 8)
            length = int.from_bytes(head[len(MAGIC) :], "little")
            start = len(head) + length
            if head[: len(MAGIC)] != MAGIC or length > INDEX_LIMIT_BYTES or start > size:
                raise InputError("The file is not a sprite sheet.", remedy="Draw the portrait again.")
            index = _read_index(file.read(length))
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        pack = pack or installed_pack(index.pack)
        if index.pack != pack.name or index.pack_version != pack.version:
            raise InputError(
                f"The sheet was drawn from {index.pack} {index.pack_version}, not {pack.name} {pack.version}.",
                remedy="Draw the portrait again.",
            )
        pixels = np.frombuffer(mapped, np.uint8, offset=start)
        for offset, height, width, _, _ in index.sprites.values():
            if min(offset, height, width) < 0 or offset + height * width * 4 > pixels.size:
                raise InputError("The sprite sheet is cut short.", remedy="Draw the portrait again.")
        return cls(index, pixels, pack)

    def __contains__(self, key: object) -> bool:
        return key in self.index.sprites

    def get(self, key: SpriteKey) -> Sprite:
        """The sprite of a layer. Its pixels are read-only; it has its own scale, so that at ``self.scale`` pixels a character
        unit one of its pixels falls on about one of the picture's.

        Raises:
            InputError: the pack draws no such sprite.
        """
        sprite = self._open.get(key)
        if sprite is None:
            sprite = self._open[key] = self._read(key) or self._draw(key)
        return sprite

    def _read(self, key: SpriteKey) -> Sprite | None:
        place = self.index.sprites.get(key)
        if place is None:
            return None
        offset, height, width, top, left = place
        block = self._pixels[offset : offset + height * width * 4].reshape(height, width, 4)
        scale = self.scale * self.rig.detail(key)
        return Sprite(block, left / scale, top / scale, scale)

    def _draw(self, key: SpriteKey) -> Sprite:
        self.drawn += 1
        sprite = draw_sprite(self.rig, key, self.scale)
        sprite.pixels.setflags(write=False)
        return sprite


def _read_index(text: bytes) -> SheetIndex:
    try:
        index = SheetIndex.model_validate(json.loads(text))
    except (ValueError, ValidationError) as error:
        raise InputError("The index of the sprite sheet is damaged.", remedy="Draw the portrait again.") from error
    if index.form != FORM:
        raise InputError(f"The sheet is of the form {index.form!r}, not {FORM!r}.", remedy="Draw the portrait again.")
    return index
