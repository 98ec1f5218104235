"""Sampling pictures under an affine map: sprites and planes drawn where a matrix puts them."""

from __future__ import annotations

import numpy as np

from filmstudio.plugins.picture.kernels.compiling import (
    HALF,
    LANES,
    LOW,
    ONE,
    OPAQUE,
    PAIR,
    U1,
    U8,
    U16,
    U32,
    U48,
    U255,
    kernel,
    part,
)


@part
def _spread(pixel):  # type: ignore[no-untyped-def]
    wide = np.uint64(pixel)
    return (wide & PAIR) | (((wide >> U8) & PAIR) << U32)


@part
def _gather(lanes):  # type: ignore[no-untyped-def]
    return np.uint32((lanes & LOW) | ((lanes >> U32) << U8))


@part
def _scaled(lanes, factor):  # type: ignore[no-untyped-def]
    """Each lane times ``factor`` / 255, rounded exactly (Blinn, "Three wrongs make a right", 1995)."""
    product = lanes * factor + HALF
    return ((product + ((product >> U8) & LANES)) >> U8) & LANES


@part
def _row_span(first, last, start, step, limit):  # type: ignore[no-untyped-def]
    """The part of columns [first, last) whose coordinate ``start + step * x`` lies in [0, limit)."""
    if step == 0:
        if start < 0 or start >= limit:
            return first, first
        return first, last
    if step > 0:
        low = -(start // step)
        high = (limit - 1 - start) // step + 1
    else:
        low = -((limit - 1 - start) // -step)
        high = start // -step + 1
    return max(first, low), min(last, high)


@part
def _sampled(sprite, u, v):  # type: ignore[no-untyped-def]
    """The pixel at (u, v) in 16.16, spread; 0 where there is nothing."""
    # Unsigned, so that no code is made for indices counted from the end.
    column, row = np.uint64(u) >> U16, np.uint64(v) >> U16
    p00, p10 = sprite[row, column], sprite[row, column + U1]
    p01, p11 = sprite[row + U1, column], sprite[row + U1, column + U1]
    lanes = _spread(p00)
    if p00 != p10 or p00 != p01 or p00 != p11:
        fx, fy = (u >> 8) & 255, (v >> 8) & 255
        both = (fx * fy) >> 8
        lanes = (
            (
                lanes * np.uint64(256 - fx - fy + both)
                + _spread(p10) * np.uint64(fx - both)
                + _spread(p01) * np.uint64(fy - both)
                + _spread(p11) * np.uint64(both)
                + HALF
            )
            >> U8
        ) & LANES
    return lanes


@kernel("void(uint32[:,::1], uint32[:,::1], int64[::1], int64[::1], int64, uint8[:,::1], int64[::1])")
def warp_under(canvas, sprite, inverse, clip, opacity, cast, shade):  # type: ignore[no-untyped-def]
    """Lay ``sprite`` *under* what the canvas holds, moved by an affine map, with bilinear sampling.

    Layers come front to back, so a pixel that is already opaque costs one comparison.

    Args:
        canvas: pixels drawn so far.
        sprite: source pixels; the outermost ring must be transparent, or lie outside the clip.
        inverse: (a, b, c, d, e, f) in 16.16: source x = a x + b y + c, source y = d x + e y + f, at pixel centres.
        clip: (x0, y0, x1, y1) of the canvas to touch.
        opacity: 0 to 256.
        cast: alpha of what throws a contact shade, as large as the canvas; used when ``shade[0]`` is above 0.
        shade: (strength of 256, x and y by which the shade falls, red, green, blue of its ink).
    """
    height, width = sprite.shape
    limit_u, limit_v = (width - 1) * ONE, (height - 1) * ONE
    a, b, c, d, e, f = inverse[0], inverse[1], inverse[2], inverse[3], inverse[4], inverse[5]
    strength, fall_x, fall_y = shade[0], shade[1], shade[2]
    ink = np.uint64(shade[3]) | (np.uint64(shade[5]) << np.uint64(16)) | (np.uint64(shade[4]) << U32) | (U255 << U48)
    cast_height, cast_width = cast.shape
    fade = np.uint64(opacity)
    for y in range(clip[1], clip[3]):
        line = canvas[y]
        start_u, start_v = b * y + c, e * y + f
        first, last = _row_span(clip[0], clip[2], start_u, a, limit_u)
        first, last = _row_span(first, last, start_v, d, limit_v)
        cast_y = y - fall_y
        for x in range(first, last):
            below = line[np.uint64(x)]
            if below < OPAQUE:
                u, v = start_u + a * x, start_v + d * x
                lanes = _sampled(sprite, u, v)
                if lanes:
                    if strength > 0:
                        cast_x = x - fall_x
                        if 0 <= cast_y < cast_height and 0 <= cast_x < cast_width:
                            depth = (np.int64(cast[cast_y, cast_x]) * strength) >> 8
                            if depth > 0:
                                inked = _scaled(ink, lanes >> U48)
                                lanes = _scaled(lanes, np.uint64(255 - depth)) + _scaled(inked, np.uint64(depth))
                    if opacity < 256:
                        lanes = ((lanes * fade + HALF) >> U8) & LANES
                    if below == 0:
                        line[np.uint64(x)] = _gather(lanes)
                    else:
                        over = _spread(below)
                        line[np.uint64(x)] = _gather(over + _scaled(lanes, U255 - (over >> U48)))
