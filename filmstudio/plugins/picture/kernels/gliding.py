"""Planes seen by a moving camera: slid and scaled, and out of focus."""

from __future__ import annotations

import numpy as np

from filmstudio.plugins.picture.kernels.compiling import B8, ONE, R8, R16, S8, S16, W8, kernel, part


@part
def _between_rows(source, at, first, last, out):  # type: ignore[no-untyped-def]
    """Source row ``at`` (16.16) over columns [first, last), times 256."""
    upper, lower, middle = source[at >> 16, first:last], source[(at >> 16) + 1, first:last], out[first:last]
    below = np.uint16((at >> 8) & 255)
    above = np.uint16(np.uint16(256) - below)
    for i in range(last - first):
        middle[i] = np.uint16(np.uint16(upper[i]) * above) + np.uint16(np.uint16(lower[i]) * below)


@part
def _along_row(row, starts, runs, start, step, out):  # type: ignore[no-untyped-def]
    """A row from ``_between_rows`` at the columns start, start + step, … (16.16).

    Near the source's own scale the source column runs along with the target column for many pixels at a time; those runs
    are what the processor's vector unit works on.
    """
    for run in range(runs):
        x0, x1 = starts[run], starts[run + 1]
        column = (start + step * x0) >> 16
        here, beside, line = row[column : column + x1 - x0], row[column + 1 : column + 1 + x1 - x0], out[x0:x1]
        weight = np.uint32((start + step * x0) & 65535)
        drift = np.uint32(step - ONE)
        for i in range(x1 - x0):
            right = np.uint32(np.uint32(weight + np.uint32(drift * np.uint32(i))) >> S8) & B8
            left = np.uint32(W8 - right)
            mixed = np.uint32(np.uint32(np.uint32(here[i]) * left) + np.uint32(np.uint32(beside[i]) * right))
            line[i] = np.uint8(np.uint32(mixed + R16) >> S16)


@kernel("void(uint8[:,::1], uint8[:,::1], uint8[:,::1], int64[:,::1], int64[::1], int64, int64, int64, int64)")
def glide(plane, source, clear, boxes, limit, u, v, step, opacity):  # type: ignore[no-untyped-def]
    """Lay a plane that the camera sees moved and scaled, with bilinear sampling.

    Args:
        plane: Y, U or V of the frame.
        source: the same component of the plane that is seen, times its alpha.
        clear: 255 minus its alpha; one pixel stands for a plane that is opaque in all boxes.
        boxes: one row (x0, y0, x1, y1) for each part of ``plane`` to fill.
        limit: boxes are cut to this one, whose samples all lie inside the source.
        u, v: source position of pixel (0, 0) of ``plane``, 16.16.
        step: source distance of neighbouring pixels, 16.16.
        opacity: 0 to 256.
    """
    columns, width = plane.shape[1], source.shape[1]
    solid = clear.shape[0] == 1 and opacity >= 256
    row, veil = np.empty(width, np.uint16), np.empty(width, np.uint16)
    seen, through = np.empty(columns, np.uint8), np.zeros(columns, np.uint8)
    starts = np.empty(columns + 1, np.int64)
    share = np.uint32(opacity)
    for box in range(boxes.shape[0]):
        x0, x1 = max(boxes[box, 0], limit[0]), min(boxes[box, 2], limit[2])
        y0, y1 = max(boxes[box, 1], limit[1]), min(boxes[box, 3], limit[3])
        count = x1 - x0
        if count <= 0:
            continue
        start = u + step * x0
        first, last = start >> 16, min(width, ((start + step * (count - 1)) >> 16) + 2)
        runs = 0
        for x in range(count):
            if x == 0 or ((start + step * x) >> 16) - ((start + step * (x - 1)) >> 16) != 1:
                starts[runs] = x
                runs += 1
        starts[runs] = count
        for y in range(y0, y1):
            at = v + step * y
            target = plane[y, x0:x1]
            _between_rows(source, at, first, last, row)
            if solid:
                _along_row(row, starts, runs, start, step, target)
                continue
            _along_row(row, starts, runs, start, step, seen)
            if clear.shape[0] > 1:
                _between_rows(clear, at, first, last, veil)
                _along_row(veil, starts, runs, start, step, through)
            if opacity < 256:
                for i in range(count):
                    seen[i] = np.uint8(np.uint32(np.uint32(seen[i]) * share + R8) >> S8)
                    through[i] = np.uint8(np.uint32(255) - (np.uint32(np.uint32(255 - through[i]) * share + R8) >> S8))
            for i in range(count):
                left = np.uint16(target[i]) * np.uint16(through[i]) + np.uint16(128)
                target[i] = np.uint8(seen[i] + np.uint8((left + (left >> np.uint16(8))) >> np.uint16(8)))


@kernel("void(uint8[:,::1], uint8[:,::1], int64)")
def soften(plane, spare, radius):  # type: ignore[no-untyped-def]
    """Blur a plane in place by a box of ``2 radius + 1`` in x and in y; edges repeat. Three times is nearly Gaussian."""
    rows, columns = plane.shape
    size = 2 * radius + 1
    # One over the size in 8.24: exact enough for sums of at most 255 times the size, which just fit, and no division.
    share = np.uint32(((np.int64(1) << 24) + size // 2) // size)
    half, whole = np.uint32(1 << 23), np.uint32(24)
    # Four rows at a time, because each sum waits for the one before it in its row.
    for y in range(0, rows, 4):
        y1, y2, y3 = min(y + 1, rows - 1), min(y + 2, rows - 1), min(y + 3, rows - 1)
        line0, line1, line2, line3 = plane[y], plane[y1], plane[y2], plane[y3]
        out0, out1, out2, out3 = spare[y], spare[y1], spare[y2], spare[y3]
        more = np.uint32(radius)
        sum0, sum1 = np.uint32(line0[0]) * more, np.uint32(line1[0]) * more
        sum2, sum3 = np.uint32(line2[0]) * more, np.uint32(line3[0]) * more
        for x in range(radius + 1):
            at = min(x, columns - 1)
            sum0, sum1 = np.uint32(sum0 + np.uint32(line0[at])), np.uint32(sum1 + np.uint32(line1[at]))
            sum2, sum3 = np.uint32(sum2 + np.uint32(line2[at])), np.uint32(sum3 + np.uint32(line3[at]))
        for x in range(columns):
            out0[x] = np.uint8(np.uint32(np.uint32(sum0 * share) + half) >> whole)
            out1[x] = np.uint8(np.uint32(np.uint32(sum1 * share) + half) >> whole)
            out2[x] = np.uint8(np.uint32(np.uint32(sum2 * share) + half) >> whole)
            out3[x] = np.uint8(np.uint32(np.uint32(sum3 * share) + half) >> whole)
            to, back = np.uint64(min(x + radius + 1, columns - 1)), np.uint64(max(x - radius, 0))
            sum0 = np.uint32(np.uint32(sum0 + np.uint32(line0[to])) - np.uint32(line0[back]))
            sum1 = np.uint32(np.uint32(sum1 + np.uint32(line1[to])) - np.uint32(line1[back]))
            sum2 = np.uint32(np.uint32(sum2 + np.uint32(line2[to])) - np.uint32(line2[back]))
            sum3 = np.uint32(np.uint32(sum3 + np.uint32(line3[to])) - np.uint32(line3[back]))
    totals = np.zeros(columns, np.uint32)
    for x in range(columns):
        totals[x] = np.uint32(spare[0, x]) * np.uint32(radius)
    for y in range(radius + 1):
        line = spare[min(y, rows - 1)]
        for x in range(columns):
            totals[x] += np.uint32(line[x])
    for y in range(rows):
        out, gained, lost = plane[y], spare[min(y + radius + 1, rows - 1)], spare[max(y - radius, 0)]
        for x in range(columns):
            total = totals[x]
            out[x] = np.uint8(np.uint32(np.uint32(total * share) + half) >> whole)
            totals[x] = np.uint32(np.uint32(total + np.uint32(gained[x])) - np.uint32(lost[x]))
