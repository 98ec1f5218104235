"""Planes seen by a moving camera: slid and scaled, and out of focus."""

from __future__ import annotations

import numpy as np

from filmstudio.plugins.picture.kernels.compiling import B8, ONE, R16, S8, S16, W8, kernel


@kernel("void(uint8[:,::1], uint8[:,::1], int64[::1], int64, int64, int64, int64)")
def slide(plane, source, box, u, v, step_u, step_v):  # type: ignore[no-untyped-def]
    """Fill part of a plane from another one, moved and scaled, with bilinear sampling.

    Near the source's own scale the source column runs along with the target column for many pixels at a time; those runs
    are what the processor's vector unit works on.

    Args:
        plane: what is filled.
        source: what is seen; the caller makes sure that every sample and its right and lower neighbour lie inside.
        box: (x0, y0, x1, y1) of ``plane`` to fill.
        u, v: source position of the pixel (x0, y0), 16.16.
        step_u, step_v: source distance of neighbouring pixels, 16.16.
    """
    columns = box[2] - box[0]
    if columns <= 0:
        return
    width = source.shape[1]
    blended = np.empty(width, np.uint16)
    first, last = u >> 16, min(width, ((u + step_u * (columns - 1)) >> 16) + 2)
    starts = np.empty(columns + 1, np.int64)
    runs = 0
    for x in range(columns):
        lead = ((u + step_u * x) >> 16) - x
        if x == 0 or lead != ((u + step_u * (x - 1)) >> 16) - (x - 1):
            starts[runs] = x
            runs += 1
    starts[runs] = columns
    for y in range(box[1], box[3]):
        at = v + step_v * (y - box[1])
        upper, lower = source[at >> 16, first:last], source[(at >> 16) + 1, first:last]
        middle = blended[first:last]
        below = np.uint16((at >> 8) & 255)
        above = np.uint16(np.uint16(256) - below)
        for i in range(last - first):
            middle[i] = np.uint16(np.uint16(upper[i]) * above) + np.uint16(np.uint16(lower[i]) * below)
        line = plane[y, box[0] : box[2]]
        for run in range(runs):
            x0, x1 = starts[run], starts[run + 1]
            column = (u + step_u * x0) >> 16
            here, beside, out = blended[column : column + x1 - x0], blended[column + 1 : column + 1 + x1 - x0], line[x0:x1]
            weight = np.uint32((u + step_u * x0) & 65535)
            step = np.uint32(step_u - ONE)
            for i in range(x1 - x0):
                right = np.uint32(np.uint32(weight + np.uint32(step * np.uint32(i))) >> S8) & B8
                left = np.uint32(W8 - right)
                mixed = np.uint32(np.uint32(np.uint32(here[i]) * left) + np.uint32(np.uint32(beside[i]) * right))
                out[i] = np.uint8(np.uint32(mixed + R16) >> S16)


@kernel("void(uint8[:,::1], uint8[:,::1], int64)")
def soften(plane, spare, radius):  # type: ignore[no-untyped-def]
    """Blur a plane in place by a box of ``2 radius + 1`` in x and in y; edges repeat. Three times is nearly Gaussian."""
    rows, columns = plane.shape
    size = 2 * radius + 1
    round_ = size // 2
    for y in range(rows):
        line, out = plane[y], spare[y]
        total = np.int64(line[0]) * radius
        for x in range(radius + 1):
            total += line[min(x, columns - 1)]
        for x in range(columns):
            out[x] = np.uint8((total + round_) // size)
            total += np.int64(line[min(x + radius + 1, columns - 1)]) - np.int64(line[max(x - radius, 0)])
    totals = np.zeros(columns, np.int32)
    for x in range(columns):
        totals[x] = np.int32(spare[0, x]) * np.int32(radius)
    for y in range(radius + 1):
        line = spare[min(y, rows - 1)]
        for x in range(columns):
            totals[x] += np.int32(line[x])
    # Division by a constant of 16.16: exact enough for sums of at most 255 x size.
    share = np.int64((ONE * 256 + size // 2) // size)
    for y in range(rows):
        out, gained, lost = plane[y], spare[min(y + radius + 1, rows - 1)], spare[max(y - radius, 0)]
        for x in range(columns):
            out[x] = np.uint8((np.int64(totals[x]) * share + (np.int64(1) << 23)) >> np.int64(24))
            totals[x] += np.int32(gained[x]) - np.int32(lost[x])
