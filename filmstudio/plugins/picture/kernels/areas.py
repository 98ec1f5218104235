"""Areas: sprites are mostly nothing or one flat colour, and such areas are laid a run at a time.

A map of a sprite has one number for each block of 8 x 8 pixels (with the neighbours that bilinear sampling looks at): the
colour of all of them in the low half, or ``MIXED``; above it how many blocks in the row are alike to the right and to the
left, 12 bits each, itself counted; and in the highest 8 bits how many blocks around it are alike in every direction.
"""

from __future__ import annotations

import numpy as np

from filmstudio.plugins.picture.kernels.compiling import U1, U32, kernel, part

BLOCK_BITS = 3
BLOCK = 1 << BLOCK_BITS
"""Pixels on a side of a block."""
AREA_BITS = 16 + BLOCK_BITS
MIXED = np.uint32(1)
"""No premultiplied colour: something without alpha."""
_COUNT_BITS, _COUNT_MOST = 12, 4095
_AROUND_MOST = np.uint64(255)
_LEFT, _AROUND = np.uint64(32 + _COUNT_BITS), np.uint64(32 + 2 * _COUNT_BITS)


@part
def _around(colours, around, i, j, step):  # type: ignore[no-untyped-def]
    """How many blocks around one are alike in every direction, as far as its neighbours on one side tell."""
    far, colour = i + step, colours[i, j]
    alike = colours[far, j - 1] == colour and colours[far, j] == colour and colours[far, j + 1] == colour
    if not alike or colours[i, j + step] != colour:
        return np.uint64(0)
    return min(_AROUND_MOST, min(around[far, j - 1], around[far, j], around[far, j + 1], around[i, j + step]) + U1)


@kernel("void(uint32[:,::1], uint64[:,::1])")
def survey(sprite, areas):  # type: ignore[no-untyped-def]
    """Fill the map of a sprite; ``areas`` has a ``BLOCK``-th of its rows and columns, rounded up."""
    height, width = sprite.shape
    rows, columns = areas.shape
    colours = np.empty((rows, columns), np.uint32)
    around = np.zeros((rows, columns), np.uint64)
    for i in range(rows):
        for j in range(columns):
            y0, x0 = i << BLOCK_BITS, j << BLOCK_BITS
            y1, x1 = min(height, y0 + BLOCK + 1), min(width, x0 + BLOCK + 1)
            colour = sprite[y0, x0]
            for y in range(y0, y1):
                for x in range(x0, x1):
                    if sprite[y, x] != sprite[y0, x0]:
                        colour = MIXED
            colours[i, j] = colour
    # Twice across the map: from above, then from below (Rosenfeld and Pfaltz, "Distance functions on digital pictures", 1968).
    for i in range(1, rows - 1):
        for j in range(1, columns - 1):
            around[i, j] = _around(colours, around, i, j, -1)
    for i in range(rows - 2, 0, -1):
        for j in range(columns - 2, 0, -1):
            around[i, j] = min(around[i, j], _around(colours, around, i, j, 1))
    for i in range(rows):
        count = np.uint64(0)
        for j in range(columns):
            count = count + U1 if j > 0 and colours[i, j] == colours[i, j - 1] and count < _COUNT_MOST else U1
            areas[i, j] = np.uint64(colours[i, j]) | (count << _LEFT) | (around[i, j] << _AROUND)
        for j in range(columns - 1, -1, -1):
            count = count + U1 if j < columns - 1 and colours[i, j] == colours[i, j + 1] and count < _COUNT_MOST else U1
            areas[i, j] |= count << U32


@part
def run_in(area, u, v, a, d, share_a, share_d):  # type: ignore[no-untyped-def]
    """How many samples from (u, v) on lie in an area for certain; at least one.

    ``a`` and ``d`` are the steps of u and v, ``share_a`` and ``share_d`` 2^32 over their sizes.
    """
    begin_u, begin_v = (u >> AREA_BITS) << AREA_BITS, (v >> AREA_BITS) << AREA_BITS
    ahead = begin_u + (np.int64(1) << AREA_BITS) - 1 - u if a > 0 else u - begin_u
    alike = np.int64((area >> U32) & np.uint64(_COUNT_MOST)) if a > 0 else np.int64((area >> _LEFT) & np.uint64(_COUNT_MOST))
    run = np.int64(1) << 40
    if a != 0:
        run = ((ahead + ((alike - 1) << AREA_BITS)) * share_a) >> 32
    if d != 0:
        left = begin_v + (np.int64(1) << AREA_BITS) - 1 - v if d > 0 else v - begin_v
        run = min(run, (left * share_d) >> 32)
        around = np.int64(area >> _AROUND)
        if around > 0:
            square = ((left + (around << AREA_BITS)) * share_d) >> 32
            if a != 0:
                square = min(square, ((ahead + (around << AREA_BITS)) * share_a) >> 32)
            run = max(run, square)
    return run + 1
