"""Tiles: which parts of the picture are to be drawn, and which are hidden anyway."""

from __future__ import annotations

import numpy as np

from filmstudio.plugins.picture.kernels.compiling import kernel


@kernel("void(uint8[:,::1], int64[::1], int64[::1], int64[::1], uint8[:,::1])")
def hide(clear, place, tile, size, hidden):  # type: ignore[no-untyped-def]
    """Raise the tiles of a picture in which a cel is opaque.

    Args:
        clear: what is clear of the cel.
        place: (x, y) of the cel's corner in the picture.
        tile: width and height of a tile.
        size: width and height of the picture.
        hidden: one number a tile; set to 1 where so.
    """
    rows, columns = clear.shape
    for i in range(hidden.shape[0]):
        y0, y1 = i * tile[1] - place[1], min(size[1], (i + 1) * tile[1]) - place[1]
        if y0 < 0 or y1 > rows:
            continue
        for j in range(hidden.shape[1]):
            x0, x1 = j * tile[0] - place[0], min(size[0], (j + 1) * tile[0]) - place[0]
            if x0 < 0 or x1 > columns or hidden[i, j]:
                continue
            through = np.uint8(0)
            for y in range(y0, y1):
                line = clear[y, x0:x1]
                for x in range(x1 - x0):
                    through |= line[x]
                if through:
                    break
            hidden[i, j] = through == 0


@kernel("void(uint8[:,::1], uint8[:,::1], int64[::1], int64[::1], int64[:,::1], int64[::1])")
def boxes_of(tiles, hidden, tile, size, boxes, count):  # type: ignore[no-untyped-def]
    """Join the tiles of a row that are set and not hidden, and equal rows of them, into boxes (x0, y0, x1, y1).

    ``count[0]`` says how many; ``boxes`` has room for one a tile.
    """
    found, above = 0, 0
    for i in range(tiles.shape[0]):
        begin, start = found, -1
        for j in range(tiles.shape[1] + 1):
            on = j < tiles.shape[1] and tiles[i, j] != 0 and hidden[i, j] == 0
            if on and start < 0:
                start = j
            elif not on and start >= 0:
                boxes[found, 0], boxes[found, 1] = start * tile[0], i * tile[1]
                boxes[found, 2], boxes[found, 3] = min(size[0], j * tile[0]), min(size[1], (i + 1) * tile[1])
                found += 1
                start = -1
        same = i > 0 and found - begin == begin - above
        for n in range(found - begin if same else 0):
            same = same and boxes[above + n, 0] == boxes[begin + n, 0] and boxes[above + n, 2] == boxes[begin + n, 2]
        if same:
            for n in range(above, begin):
                boxes[n, 3] = min(size[1], (i + 1) * tile[1])
            found = begin
        else:
            above = begin
    count[0] = found
