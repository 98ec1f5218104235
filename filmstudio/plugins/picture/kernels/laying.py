"""Laying premultiplied planes over the frame, and fading it."""

from __future__ import annotations

import numpy as np

from filmstudio.plugins.picture.kernels.compiling import I8, I128, I255, T8, T128, kernel


@kernel("void(uint8[:,::1], uint8[:,::1], uint8[:,::1], int64[::1], int64[::1], int64)")
def lay(plane, picture, clear, box, place, opacity):  # type: ignore[no-untyped-def]
    """Lay one premultiplied plane of a picture over a plane of the frame.

    Args:
        plane: Y, U or V of the frame.
        picture: the same component of the picture, times its alpha.
        clear: 255 minus the picture's alpha, as large as ``picture``.
        box: (x0, y0, x1, y1) of the picture to lay.
        place: (x, y) of the picture's corner in the plane; what falls outside is cut.
        opacity: 0 to 256.
    """
    height, width = plane.shape
    x0, x1 = max(box[0], -place[0]), min(box[2], width - place[0])
    y0, y1 = max(box[1], -place[1]), min(box[3], height - place[1])
    count = x1 - x0
    if count <= 0:
        return
    for y in range(y0, y1):
        target = plane[y + place[1], x0 + place[0] : x1 + place[0]]
        source = picture[y, x0:x1]
        through = clear[y, x0:x1]
        if opacity >= 256:
            for i in range(count):
                left = np.uint16(np.uint16(np.uint16(target[i]) * np.uint16(through[i])) + T128)
                target[i] = np.uint8(source[i] + np.uint8(np.uint16(left + np.uint16(left >> T8)) >> T8))
        else:
            share = np.int32(opacity)
            for i in range(count):
                part = np.int32(np.int32(np.int32(np.int32(source[i]) * share) + I128) >> I8)
                alpha = np.int32(I255 - np.int32(through[i]))
                kept = np.int32(I255 - np.int32(np.int32(np.int32(alpha * share) + I128) >> I8))
                under = np.int32(np.int32(np.int32(target[i]) * kept) + I128)
                target[i] = np.uint8(np.int32(part + np.int32(np.int32(under + np.int32(under >> I8)) >> I8)))


@kernel("void(uint8[:,::1], int64[::1], int64, int64)")
def fade(plane, box, floor, left):  # type: ignore[no-untyped-def]
    """Fade a box of a plane towards ``floor``; ``left`` of 256 stays."""
    columns = box[2] - box[0]
    low, kept = np.int32(floor), np.int32(left)
    for y in range(box[1], box[3]):
        line = plane[y, box[0] : box[2]]
        for i in range(columns):
            line[i] = np.uint8(np.int32(low + np.int32(np.int32(np.int32(np.int32(np.int32(line[i]) - low) * kept) + I128) >> I8)))


@kernel("void(uint8[:,::1], uint8[:,::1], uint8[:,::1], int64)")
def extremes(plane, least, most, block):  # type: ignore[no-untyped-def]
    """The least and the most of each square block of a plane; what a block at its edge lacks counts as 255."""
    rows, columns = plane.shape
    low, high = np.empty(columns, np.uint8), np.empty(columns, np.uint8)
    for i in range(least.shape[0]):
        low[:], high[:] = 255, 0
        for y in range(i * block, min(rows, (i + 1) * block)):
            line = plane[y]
            for x in range(columns):
                low[x] = min(low[x], line[x])
                high[x] = max(high[x], line[x])
        short = (i + 1) * block > rows
        for j in range(least.shape[1]):
            bottom, top = np.uint8(255), np.uint8(255 if short or (j + 1) * block > columns else 0)
            for x in range(j * block, min(columns, (j + 1) * block)):
                bottom = min(bottom, low[x])
                top = max(top, high[x])
            least[i, j], most[i, j] = bottom, top
