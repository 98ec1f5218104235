"""Which plane fills which part of the picture while the camera moves: what is hidden is not drawn, what is opaque is not blended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from filmstudio.plugins.backdrop.camera import Size
from filmstudio.plugins.picture import kernels
from filmstudio.plugins.picture.canvas import FULL, Cel, Numbers
from filmstudio.plugins.picture.view import View

TILE: Final = (64, 32)
"""Width and height of the tiles in which the picture is shared out, pixels."""
_TILE: Final[Numbers] = np.array(TILE, np.int64)
BLOCK: Final = 8
"""Pixels of a cel that are looked at together."""

Tiles = NDArray[np.uint8]
"""One number a tile of the picture: 1 where something holds."""
_Flags = NDArray[np.bool_]


class Glider(Protocol):
    """A plane that glides under the camera."""

    cel: Cel
    solid: Tiles
    mixed: Tiles

    def opacity(self, number: int) -> int:
        """0 to 256 in a frame of the shot."""
        ...

    def seen(self, number: int) -> tuple[float, float, float]:
        """Where pixel (0, 0) of the picture lies in the cel, and how far its neighbour lies from it."""
        ...


def share_picture(planes: Sequence[Glider], view: View) -> None:
    """Set the tiles of planes that are laid far to near. The planes' cels and the camera must be final."""
    if not planes:
        return
    looks = [_Look(plane.cel) for plane in planes]
    columns, rows = -(-view.size.width // TILE[0]), -(-view.size.height // TILE[1])
    painted = [np.zeros((rows, columns), bool) for _ in planes]
    opaque = [np.ones((rows, columns), bool) for _ in planes]
    numbers = view.samples()
    for place, number in enumerate(numbers):
        # Until the next sample the camera moves on: every tile is looked at with as much room.
        later = numbers[min(place + 1, len(numbers) - 1)]
        hidden = np.zeros((rows, columns), bool)
        for index in range(len(planes) - 1, -1, -1):
            plane = planes[index]
            something, full = looks[index].tiles(plane.seen(number), plane.seen(later), (columns, rows), view)
            if plane.opacity(number) < FULL or plane.opacity(later) < FULL:
                full = np.zeros_like(full)
            painted[index] |= something & ~hidden
            opaque[index] &= full | hidden
            hidden |= full
    for plane, some, full in zip(planes, painted, opaque, strict=True):
        plane.solid, plane.mixed = (some & full).astype(np.uint8), (some & ~full).astype(np.uint8)


class _Look:
    """Counts, for any rectangle of a cel, the blocks with something in them and those that are not opaque."""

    def __init__(self, cel: Cel) -> None:
        rows, columns = -(-cel.height // BLOCK), -(-cel.width // BLOCK)
        least, most = np.empty((rows, columns), np.uint8), np.empty((rows, columns), np.uint8)
        kernels.extremes(cel.clear, least, most, BLOCK)
        self._size = (columns, rows)
        self._something = _summed(least < 255)
        self._open = _summed(most > 0)

    def tiles(
        self, now: tuple[float, float, float], later: tuple[float, float, float], grid: tuple[int, int], view: View
    ) -> tuple[_Flags, _Flags]:
        """For every tile of the picture: whether anything may be in it, and whether it is opaque for certain."""
        x0, x1 = self._spans(now[0], now[2], later[0], later[2], grid[0], TILE[0], view.size.width)
        y0, y1 = self._spans(now[1], now[2], later[1], later[2], grid[1], TILE[1], view.size.height)
        columns, rows = self._size
        outside = ((x0 < 0) | (x1 > columns))[None, :] | ((y0 < 0) | (y1 > rows))[:, None]
        left, right = np.clip(x0, 0, columns), np.clip(x1, 0, columns)
        top, bottom = np.clip(y0, 0, rows), np.clip(y1, 0, rows)
        something = _counted(self._something, left, top, right, bottom) > 0
        full = (_counted(self._open, left, top, right, bottom) == 0) & ~outside
        return something, full

    @staticmethod
    def _spans(start: float, step: float, end: float, end_step: float, count: int, tile: int, side: int) -> tuple[Numbers, Numbers]:
        """First and last block, half-open, that each tile looks at in one direction."""
        first = np.arange(count) * tile
        last = np.minimum(first + tile, side)
        low = np.minimum(start + step * first, end + end_step * first) - 3
        high = np.maximum(start + step * last, end + end_step * last) + 3
        return np.floor(low / BLOCK).astype(np.int64), np.ceil(high / BLOCK).astype(np.int64)


def _summed(flags: _Flags) -> Numbers:
    out = np.zeros((flags.shape[0] + 1, flags.shape[1] + 1), np.int64)
    out[1:, 1:] = flags.cumsum(axis=0).cumsum(axis=1)
    return out


def _counted(table: Numbers, left: Numbers, top: Numbers, right: Numbers, bottom: Numbers) -> Numbers:
    counted: Numbers = table[np.ix_(bottom, right)] - table[np.ix_(top, right)] - table[np.ix_(bottom, left)] + table[np.ix_(top, left)]
    return counted


def no_tiles(size: Size) -> Tiles:
    """No tile of a picture."""
    return np.zeros((-(-size.height // TILE[1]), -(-size.width // TILE[0])), np.uint8)


def hide(cel: Cel, size: Size, hidden: Tiles) -> None:
    """Raise the tiles of a picture in which a cel that lies before it is opaque."""
    kernels.hide(cel.clear, np.array([cel.x, cel.y], np.int64), _TILE, np.array([size.width, size.height], np.int64), hidden)


def boxes_of(tiles: Tiles, hidden: Tiles, size: Size) -> Numbers:
    """The tiles that are set and not hidden, as boxes of the picture."""
    found, count = np.empty((tiles.size, 4), np.int64), np.zeros(1, np.int64)
    kernels.boxes_of(tiles, hidden, _TILE, np.array([size.width, size.height], np.int64), found, count)
    return found[: count[0]]
