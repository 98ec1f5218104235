"""Areas: sprites are mostly nothing or one flat colour, and such areas are laid a run at a time.

A map of a sprite has one number for each block of 8 x 8 pixels (with the neighbours that bilinear sampling looks at): the
colour of all of them in the low half, or ``MIXED``; above it how many blocks in the row are alike to the right and to the
left, 16 bits each, itself counted.
"""

from __future__ import annotations

import numpy as np

from filmstudio.plugins.picture.kernels.compiling import HALF, LANES, LOW, ONE, OPAQUE, S24, U1, U8, U16, U32, U48, U255, U256, kernel, part
from filmstudio.plugins.picture.kernels.sampling import _gather, _row_span, _sampled, _scaled, _spread

MIXED = np.uint32(1)
"""No premultiplied colour: red without alpha."""
S255 = np.uint32(255)
_BLOCK_BITS = 3
_AREA_BITS = 16 + _BLOCK_BITS


@kernel("void(uint32[:,::1], uint64[:,::1])")
def survey(sprite, areas):  # type: ignore[no-untyped-def]
    """Fill the map of a sprite; ``areas`` has an eighth of its rows and columns, rounded up."""
    height, width = sprite.shape
    rows, columns = areas.shape
    for i in range(rows):
        for j in range(columns):
            y0, x0 = i << _BLOCK_BITS, j << _BLOCK_BITS
            y1, x1 = min(height, y0 + 9), min(width, x0 + 9)
            colour = sprite[y0, x0]
            for y in range(y0, y1):
                for x in range(x0, x1):
                    if sprite[y, x] != sprite[y0, x0]:
                        colour = MIXED
            areas[i, j] = colour
        count = np.uint64(0)
        for j in range(columns):
            count = count + U1 if j > 0 and np.uint32(areas[i, j] & LOW) == np.uint32(areas[i, j - 1] & LOW) else U1
            areas[i, j] |= count << U48
        for j in range(columns - 1, -1, -1):
            same = j < columns - 1 and np.uint32(areas[i, j] & LOW) == np.uint32(areas[i, j + 1] & LOW)
            count = count + U1 if same else U1
            areas[i, j] |= count << U32


@part
def _run(area, u, v, a, d, share_a, share_d):  # type: ignore[no-untyped-def]
    """How many samples from (u, v) on lie in an area for certain; at least one."""
    run = np.int64(1) << 40
    if a > 0:
        end = ((u >> _AREA_BITS) + np.int64((area >> U32) & np.uint64(65535))) << _AREA_BITS
        run = ((end - 1 - u) * share_a) >> 32
    elif a < 0:
        begin = ((u >> _AREA_BITS) + 1 - np.int64(area >> U48)) << _AREA_BITS
        run = ((u - begin) * share_a) >> 32
    if d != 0:
        edge = (v >> _AREA_BITS) << _AREA_BITS
        left = edge + (np.int64(1) << _AREA_BITS) - 1 - v if d > 0 else v - edge
        run = min(run, (left * share_d) >> 32)
    return run + 1


@part
def _under(line, x, below, lanes, fade):  # type: ignore[no-untyped-def]
    """Lay one pixel under ``below``, which stands at x."""
    if fade < U256:
        lanes = ((lanes * fade + HALF) >> U8) & LANES
    if below == 0:
        line[x] = _gather(lanes)
    else:
        over = _spread(below)
        line[x] = _gather(over + _scaled(lanes, U255 - (over >> U48)))


@part
def _shaded(lanes, ink, depth):  # type: ignore[no-untyped-def]
    return _scaled(lanes, np.uint64(255 - depth)) + _scaled(_scaled(ink, lanes >> U48), np.uint64(depth))


@kernel("void(uint32[:,::1], uint32[:,::1], uint64[:,::1], int64[::1], int64[::1], int64, uint8[:,::1], int64[:,::1], int64[::1])")
def lay_under(canvas, sprite, areas, inverse, clip, opacity, cast, spans, shade):  # type: ignore[no-untyped-def]
    """The same as ``warp_under``, sooner.

    ``areas`` is the sprite's map from ``survey``; ``spans`` are those of ``cover``, outside of which ``cast`` is 0.
    """
    height, width = sprite.shape
    limit_u, limit_v = (width - 1) * ONE, (height - 1) * ONE
    a, b, c, d, e, f = inverse[0], inverse[1], inverse[2], inverse[3], inverse[4], inverse[5]
    share_a = (np.int64(1) << 32) // max(np.int64(1), abs(a))
    share_d = (np.int64(1) << 32) // max(np.int64(1), abs(d))
    strength, fall_x, fall_y = shade[0], shade[1], shade[2]
    ink = np.uint64(shade[3]) | (np.uint64(shade[5]) << U16) | (np.uint64(shade[4]) << U32) | (U255 << U48)
    cast_height = cast.shape[0]
    fade = np.uint64(opacity)
    for y in range(clip[1], clip[3]):
        line = canvas[y]
        start_u, start_v = b * y + c, e * y + f
        first, last = _row_span(clip[0], clip[2], start_u, a, limit_u)
        first, last = _row_span(first, last, start_v, d, limit_v)
        cast_y = y - fall_y
        from_, to = np.int64(0), np.int64(0)
        if strength > 0 and 0 <= cast_y < cast_height:
            from_, to = spans[cast_y, 0] + fall_x, spans[cast_y, 1] + fall_x
        x = first
        while x < last:
            u, v = start_u + a * x, start_v + d * x
            area = areas[np.uint64(v) >> np.uint64(_AREA_BITS), np.uint64(u) >> np.uint64(_AREA_BITS)]
            end = min(last, x + _run(area, u, v, a, d, share_a, share_d))
            colour = np.uint32(area & LOW)
            dark = x < to and end > from_
            if colour == MIXED:
                for i in range(x, end):
                    below = line[np.uint64(i)]
                    if below < OPAQUE:
                        lanes = _sampled(sprite, start_u + a * i, start_v + d * i)
                        if lanes:
                            if dark and from_ <= i < to:
                                depth = (np.int64(cast[np.uint64(cast_y), np.uint64(i - fall_x)]) * strength) >> 8
                                if depth > 0:
                                    lanes = _shaded(lanes, ink, depth)
                            _under(line, np.uint64(i), below, lanes, fade)
            elif colour != 0:
                flat = _spread(colour)
                if dark:
                    for i in range(x, end):
                        below = line[np.uint64(i)]
                        if below < OPAQUE:
                            lanes = flat
                            if from_ <= i < to:
                                depth = (np.int64(cast[np.uint64(cast_y), np.uint64(i - fall_x)]) * strength) >> 8
                                if depth > 0:
                                    lanes = _shaded(lanes, ink, depth)
                            _under(line, np.uint64(i), below, lanes, fade)
                elif fade == U256:
                    for i in range(x, end):
                        below = line[np.uint64(i)]
                        if below == 0:
                            line[np.uint64(i)] = colour
                        elif below < OPAQUE:
                            _under(line, np.uint64(i), below, flat, fade)
                else:
                    for i in range(x, end):
                        below = line[np.uint64(i)]
                        if below < OPAQUE:
                            _under(line, np.uint64(i), below, flat, fade)
            x = end


@kernel("void(uint8[:,::1], uint32[:,::1], uint64[:,::1], int64[::1], int64[::1], int64[:,::1])")
def cover(mask, sprite, areas, inverse, clip, spans):  # type: ignore[no-untyped-def]
    """Raise ``mask`` to the alpha of a moved sprite, where that is higher. Arguments as in ``lay_under``.

    ``spans``: for each row of the mask the first column that is not 0, and the one after the last; widened.
    """
    height, width = sprite.shape
    a, b, c, d, e, f = inverse[0], inverse[1], inverse[2], inverse[3], inverse[4], inverse[5]
    share_a = (np.int64(1) << 32) // max(np.int64(1), abs(a))
    share_d = (np.int64(1) << 32) // max(np.int64(1), abs(d))
    for y in range(clip[1], clip[3]):
        line = mask[y]
        start_u, start_v = b * y + c, e * y + f
        first, last = _row_span(clip[0], clip[2], start_u, a, (width - 1) * ONE)
        first, last = _row_span(first, last, start_v, d, (height - 1) * ONE)
        x, from_, to = first, spans[y, 0], spans[y, 1]
        while x < last:
            u, v = start_u + a * x, start_v + d * x
            area = areas[np.uint64(v) >> np.uint64(_AREA_BITS), np.uint64(u) >> np.uint64(_AREA_BITS)]
            end = min(last, x + _run(area, u, v, a, d, share_a, share_d))
            colour = np.uint32(area & LOW)
            if colour == MIXED:
                for i in range(x, end):
                    u, v = start_u + a * i, start_v + d * i
                    column, row = np.uint64(u) >> U16, np.uint64(v) >> U16
                    p00, p10 = sprite[row, column] >> S24, sprite[row, column + U1] >> S24
                    p01, p11 = sprite[row + U1, column] >> S24, sprite[row + U1, column + U1] >> S24
                    if p00 & p10 & p01 & p11 == S255:
                        line[np.uint64(i)] = 255
                        from_, to = min(from_, i), max(to, i + 1)
                    elif p00 | p10 | p01 | p11:
                        from_, to = min(from_, i), max(to, i + 1)
                        fx, fy = (np.uint64(u) >> U8) & U255, (np.uint64(v) >> U8) & U255
                        upper = np.uint64(p00) * (U256 - fx) + np.uint64(p10) * fx
                        lower = np.uint64(p01) * (U256 - fx) + np.uint64(p11) * fx
                        alpha = np.uint8((upper * (U256 - fy) + lower * fy + np.uint64(32768)) >> U16)
                        line[np.uint64(i)] = max(line[np.uint64(i)], alpha)
            elif colour != 0:
                alpha = np.uint8(colour >> S24)
                from_, to = min(from_, x), max(to, end)
                for i in range(x, end):
                    line[np.uint64(i)] = max(line[np.uint64(i)], alpha)
            x = end
        spans[y, 0], spans[y, 1] = from_, to
