"""Strokes laid straight on the frame: soft ellipses and slanted lines."""

from __future__ import annotations

import numpy as np

from filmstudio.plugins.picture.kernels.compiling import H16, I0, I4, I8, I12, I16, I256, UNIT, kernel


@kernel("void(uint8[:,::1], int64, int64[:,::1], int64, int64)")
def dab(plane, columns, dabs, level, half):  # type: ignore[no-untyped-def]
    """Lay soft ellipses of one colour over a plane: flakes of snow, shadows on the ground.

    Args:
        plane: Y, U or V of the frame; its first ``columns`` columns are picture.
        dabs: one row an ellipse: centre x and y in 1/256 pixels of Y; a, b, c, d in 16.16, which take an offset in pixels of
            Y to the unit circle (a dx + b dy, c dx + d dy); reach in x and y in whole pixels of Y; alpha 0 to 255; edge:
            slope of the coverage at the rim of the circle, 256 = falls from the centre on; squared: 1 softens it twice.
        level: component of the colour.
        half: 1 for U and V, which are half as large.
    """
    rows = plane.shape[0]
    grain = np.int64(1) << half
    for n in range(dabs.shape[0]):
        centre_x, centre_y = dabs[n, 0], dabs[n, 1]
        a, b, c, d = dabs[n, 2], dabs[n, 3], dabs[n, 4], dabs[n, 5]
        alpha, edge, squared = dabs[n, 8], dabs[n, 9], dabs[n, 10]
        x0 = max(0, ((centre_x >> 8) - dabs[n, 6]) >> half)
        x1 = min(columns, (((centre_x >> 8) + dabs[n, 6]) >> half) + 2)
        y0 = max(0, ((centre_y >> 8) - dabs[n, 7]) >> half)
        y1 = min(rows, (((centre_y >> 8) + dabs[n, 7]) >> half) + 2)
        step_s, step_t = np.int32((a * 256 * grain) >> 8), np.int32((c * 256 * grain) >> 8)
        slope, opacity, colour = np.int32(edge), np.int32(alpha), np.int32(level)
        for y in range(y0, y1):
            dy = y * grain * 256 + 128 * grain - centre_y
            dx = x0 * grain * 256 + 128 * grain - centre_x
            start_s, start_t = np.int32((a * dx + b * dy) >> 8), np.int32((c * dx + d * dy) >> 8)
            line = plane[y, x0:x1]
            for i in range(x1 - x0):
                s, t = np.int32(start_s + step_s * np.int32(i)) >> I4, np.int32(start_t + step_t * np.int32(i)) >> I4
                inside = max(I0, np.int32(UNIT - s * s - t * t) >> I12)
                share = min(I256, np.int32(inside * slope) >> I12)
                if squared:
                    share = np.int32(share * share) >> I8
                old = np.int32(line[i])
                change = np.int32(np.int32(colour - old) * np.int32(share * opacity))
                # 1 / 65280 is nearly (1 + 1 / 256) / 65536.
                line[i] = np.uint8(old + (np.int32(change + (change >> I8) + H16) >> I16))


@kernel("void(uint8[:,::1], int64, int64[:,::1], int64, int64)")
def streak(plane, columns, streaks, level, half):  # type: ignore[no-untyped-def]
    """Lay slanted strokes of one colour over a plane: rain.

    Args:
        plane, columns, level, half: as in ``dab``.
        streaks: one row a stroke: x and y of its upper end, and its height, in 1/256 pixels of Y; how far it runs to the right
            for each pixel down, 16.16; width in 1/256 pixels; alpha 0 to 255. It thins out towards both ends.
    """
    rows = plane.shape[0]
    grain = np.int64(1) << half
    for n in range(streaks.shape[0]):
        left, top, height, slant = streaks[n, 0], streaks[n, 1], streaks[n, 2], streaks[n, 3]
        width, alpha = streaks[n, 4], streaks[n, 5]
        if height <= 0:
            continue
        y0, y1 = max(0, top // (256 * grain)), min(rows, (top + height) // (256 * grain) + 1)
        for y in range(y0, y1):
            down = y * 256 * grain + 128 * grain - top
            if down < 0 or down > height:
                continue
            taper = min(256, 1024 * min(down, height - down) // height)
            from_ = left + ((down * slant) >> 16) - width // 2
            to = from_ + width
            for x in range(max(0, from_ // (256 * grain)), min(columns, to // (256 * grain) + 1)):
                covered = min(to, (x + 1) * 256 * grain) - max(from_, x * 256 * grain)
                if covered > 0:
                    share = ((covered * taper) >> 8) * alpha // grain
                    old = np.int64(plane[y, x])
                    plane[y, x] = np.uint8(old + (((level - old) * share + 32640) // 65280))
