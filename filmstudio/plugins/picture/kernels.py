"""Pixel loops in integer fixed point, compiled by numba: the same bytes on every processor.

An RGBA picture is a ``uint32`` array of premultiplied pixels, red in the lowest byte and alpha in the highest, so one
load fetches a pixel and one 64-bit multiplication weighs its four channels (SIMD within a register: each channel sits in
a 16-bit lane). YUV planes are ``uint8``, BT.709 in limited range, chroma at half size. No floating point is used: its
rounding depends on how a compiler fuses operations.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit

ONE: Final = 1 << 16
"""1.0 in the 16.16 fixed point of source coordinates."""

_LANES: Final = np.uint64(0x00FF00FF00FF00FF)
_HALF: Final = np.uint64(0x0080008000800080)
_PAIR: Final = np.uint64(0x00FF00FF)
_LOW: Final = np.uint64(0xFFFFFFFF)
_1: Final = np.uint64(1)
_16: Final = np.uint64(16)
_8: Final = np.uint64(8)
_32: Final = np.uint64(32)
_48: Final = np.uint64(48)
_255: Final = np.uint64(255)
_256: Final = np.uint64(256)
_S8: Final = np.uint32(8)
_S16: Final = np.uint32(16)
_B8: Final = np.uint32(255)
_W8: Final = np.uint32(256)
_R8: Final = np.uint32(128)
_R16: Final = np.uint32(32768)
_S24: Final = np.uint32(24)
_I8: Final = np.int32(8)
_I9: Final = np.int32(9)
_I16: Final = np.int32(16)
_I18: Final = np.int32(18)
_I257: Final = np.int32(257)
_H16: Final = np.int32(1 << 15)
_H18: Final = np.int32(1 << 17)
_I0: Final = np.int32(0)
_WHITE: Final = np.int32(60396)  # 235 / 255, rounded up
_OPAQUE: Final = np.uint32(0xFF000000)

_FLAGS: Final = {"cache": True, "nogil": True, "boundscheck": False, "error_model": "numpy"}


@njit(inline="always", **_FLAGS)
def _spread(pixel):  # type: ignore[no-untyped-def]
    wide = np.uint64(pixel)
    return (wide & _PAIR) | (((wide >> _8) & _PAIR) << _32)


@njit(inline="always", **_FLAGS)
def _gather(lanes):  # type: ignore[no-untyped-def]
    return np.uint32((lanes & _LOW) | ((lanes >> _32) << _8))


@njit(inline="always", **_FLAGS)
def _scaled(lanes, factor):  # type: ignore[no-untyped-def]
    """Each lane times ``factor`` / 255, rounded exactly (Blinn, "Three wrongs make a right", 1995)."""
    product = lanes * factor + _HALF
    return ((product + ((product >> _8) & _LANES)) >> _8) & _LANES


@njit(inline="always", **_FLAGS)
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


@njit(
    "void(uint32[:,::1], uint32[:,::1], int64[::1], int64[::1], int64, uint8[:,::1], int64[::1])",
    **_FLAGS,
)
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
    ink = np.uint64(shade[3]) | (np.uint64(shade[5]) << np.uint64(16)) | (np.uint64(shade[4]) << _32) | (_255 << _48)
    cast_height, cast_width = cast.shape
    fade = np.uint64(opacity)
    for y in range(clip[1], clip[3]):
        line = canvas[y]
        start_u, start_v = b * y + c, e * y + f
        first, last = _row_span(clip[0], clip[2], start_u, a, limit_u)
        first, last = _row_span(first, last, start_v, d, limit_v)
        u, v = start_u + a * first, start_v + d * first
        cast_y = y - fall_y
        for x in range(first, last):
            below = line[np.uint64(x)]
            if below < _OPAQUE:
                # Unsigned, so that no code is made for indices counted from the end.
                column, row = np.uint64(u) >> _16, np.uint64(v) >> _16
                p00, p10 = sprite[row, column], sprite[row, column + _1]
                p01, p11 = sprite[row + _1, column], sprite[row + _1, column + _1]
                if p00 | p10 | p01 | p11:
                    if p00 == p10 and p00 == p01 and p00 == p11:
                        lanes = _spread(p00)
                    else:
                        fx, fy = (u >> 8) & 255, (v >> 8) & 255
                        both = (fx * fy) >> 8
                        lanes = (
                            (
                                _spread(p00) * np.uint64(256 - fx - fy + both)
                                + _spread(p10) * np.uint64(fx - both)
                                + _spread(p01) * np.uint64(fy - both)
                                + _spread(p11) * np.uint64(both)
                                + _HALF
                            )
                            >> _8
                        ) & _LANES
                    if strength > 0:
                        cast_x = x - fall_x
                        if 0 <= cast_y < cast_height and 0 <= cast_x < cast_width:
                            depth = (np.int64(cast[cast_y, cast_x]) * strength) >> 8
                            if depth > 0:
                                inked = _scaled(ink, lanes >> _48)
                                lanes = _scaled(lanes, np.uint64(255 - depth)) + _scaled(inked, np.uint64(depth))
                    if opacity < 256:
                        lanes = ((lanes * fade + _HALF) >> _8) & _LANES
                    if below == 0:
                        line[np.uint64(x)] = _gather(lanes)
                    else:
                        over = _spread(below)
                        line[np.uint64(x)] = _gather(over + _scaled(lanes, _255 - (over >> _48)))
            u += a
            v += d


@njit("void(uint8[:,::1], uint8[:,::1], uint8[:,::1], int64[::1], int64[::1], int64)", **_FLAGS)
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
                under = np.uint16(target[i]) * np.uint16(through[i]) + np.uint16(128)
                target[i] = np.uint8(source[i] + np.uint8((under + (under >> np.uint16(8))) >> np.uint16(8)))
        else:
            share = np.uint32(opacity)
            for i in range(count):
                part = np.uint32(np.uint32(source[i]) * share + _R8) >> _S8
                left = np.uint32(255) - (np.uint32(np.uint32(255 - through[i]) * share + _R8) >> _S8)
                under = np.uint32(np.uint32(target[i]) * np.uint32(left) + _R8)
                target[i] = np.uint8(part + ((under + (under >> _S8)) >> _S8))


@njit("void(uint8[:,::1], int64[::1], int64, int64)", **_FLAGS)
def fade(plane, box, floor, left):  # type: ignore[no-untyped-def]
    """Fade a box of a plane towards ``floor``; ``left`` of 256 stays."""
    columns = box[2] - box[0]
    for y in range(box[1], box[3]):
        line = plane[y, box[0] : box[2]]
        for i in range(columns):
            line[i] = np.uint8(floor + (((np.int32(line[i]) - np.int32(floor)) * np.int32(left) + np.int32(128)) >> np.int32(8)))


@njit("void(uint8[:,::1], uint8[:,::1], int64[::1], int64, int64, int64, int64)", **_FLAGS)
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
                right = np.uint32(np.uint32(weight + np.uint32(step * np.uint32(i))) >> _S8) & _B8
                left = np.uint32(_W8 - right)
                mixed = np.uint32(np.uint32(np.uint32(here[i]) * left) + np.uint32(np.uint32(beside[i]) * right))
                out[i] = np.uint8(np.uint32(mixed + _R16) >> _S16)


@njit(
    "void(uint32[:,::1], int64[::1], int64[::1], int64[::1], uint8[:,::1], uint8[:,::1], uint8[:,::1], uint8[:,::1], uint8[:,::1])",
    **_FLAGS,
)
def develop(canvas, box, light, rim, luma, clear, blue, red, clear_half):  # type: ignore[no-untyped-def]
    """Turn part of an RGBA canvas into premultiplied Y, U, V planes, lit on the way.

    Args:
        canvas: premultiplied RGBA, with at least ``|rim|`` pixels around the box when the rim is on.
        box: (x0, y0, x1, y1) in the canvas, all even.
        light: three rows of four in 16.16, which give Y, U and V from red, green, blue and alpha.
        rim: (alpha of 256, x and y towards the key light in pixels, Y, U, V): pixels whose neighbour towards the light is
            empty take the colour of the rim.
        luma, clear: Y times alpha, and 255 - alpha; written at the box's place.
        blue, red, clear_half: the same for U and V, at half size.
    """
    x0, y0, x1, y1 = box[0], box[1], box[2], box[3]
    count = x1 - x0
    if count <= 0:
        return
    y_r, y_g, y_b, y_a = np.int32(light[0]), np.int32(light[1]), np.int32(light[2]), np.int32(light[3])
    u_r, u_g, u_b, u_a = np.int32(light[4]), np.int32(light[5]), np.int32(light[6]), np.int32(light[7])
    v_r, v_g, v_b, v_a = np.int32(light[8]), np.int32(light[9]), np.int32(light[10]), np.int32(light[11])
    rim_alpha, rim_x, rim_y = np.int32(rim[0]), rim[1], rim[2]
    near_x, near_y = rim_x // 2, rim_y // 2
    rim_luma, rim_blue, rim_red = np.int32(rim[3]), np.int32(rim[4]), np.int32(rim[5])
    blues, reds, alphas = np.empty(count, np.int32), np.empty(count, np.int32), np.empty(count, np.int32)
    for y in range(y0, y1):
        pixels = canvas[y, x0:x1]
        out_y, out_clear = luma[y, x0:x1], clear[y, x0:x1]
        second = y & 1
        if rim_alpha == 0:
            far, near = pixels, pixels
        else:
            far = canvas[y + rim_y, x0 + rim_x : x1 + rim_x]
            near = canvas[y + near_y, x0 + near_x : x1 + near_x]
        for i in range(count):
            pixel = pixels[i]
            r, g = np.int32(pixel & _B8), np.int32((pixel >> _S8) & _B8)
            b, alpha = np.int32((pixel >> _S16) & _B8), np.int32(pixel >> _S24)
            # Bright grounds may overshoot white: Y ends at 235, U and V at what an alpha can hold.
            bright = np.int32(np.int32(r * y_r + g * y_g + b * y_b + alpha * y_a + _H16) >> _I16)
            bright = max(_I0, min(bright, np.int32(alpha * _WHITE) >> _I16))
            bluish = max(_I0, min(np.int32(r * u_r + g * u_g + b * u_b + alpha * u_a), np.int32(alpha << _I16)))
            reddish = max(_I0, min(np.int32(r * v_r + g * v_g + b * v_b + alpha * v_a), np.int32(alpha << _I16)))
            if rim_alpha > 0:
                empty = np.int32(510) - np.int32(far[i] >> _S24) - np.int32(near[i] >> _S24)
                edge = np.int32(empty * rim_alpha) >> _I9
                keep = np.int32(255) - edge
                glow = np.int32(alpha * edge * _I257 + _H16) >> _I16
                bright = np.int32(np.int32(bright * keep + rim_luma * glow) * _I257 + _H16) >> _I16
                bluish = np.int32(np.int32(bluish >> _I8) * keep + np.int32(rim_blue * glow << _I8))
                bluish = np.int32(bluish + (bluish >> _I8))
                reddish = np.int32(np.int32(reddish >> _I8) * keep + np.int32(rim_red * glow << _I8))
                reddish = np.int32(reddish + (reddish >> _I8))
            out_y[i] = np.uint8(bright)
            out_clear[i] = np.uint8(np.int32(255) - alpha)
            if second:
                blues[i] += bluish
                reds[i] += reddish
                alphas[i] += alpha
            else:
                blues[i] = bluish
                reds[i] = reddish
                alphas[i] = alpha
        if second:
            out_u, out_v = blue[y >> 1, x0 >> 1 : x1 >> 1], red[y >> 1, x0 >> 1 : x1 >> 1]
            out_half = clear_half[y >> 1, x0 >> 1 : x1 >> 1]
            for i in range(count // 2):
                out_u[i] = np.uint8(np.int32(blues[2 * i] + blues[2 * i + 1] + _H18) >> _I18)
                out_v[i] = np.uint8(np.int32(reds[2 * i] + reds[2 * i + 1] + _H18) >> _I18)
                out_half[i] = np.uint8(np.int32(255) - (np.int32(alphas[2 * i] + alphas[2 * i + 1] + 2) >> np.int32(2)))


@njit("void(uint8[:,::1], uint32[:,::1], int64[::1], int64[::1])", **_FLAGS)
def cover(mask, sprite, inverse, clip):  # type: ignore[no-untyped-def]
    """Raise ``mask`` to the alpha of a moved sprite, where that is higher. Arguments as in ``warp_under``."""
    height, width = sprite.shape
    a, b, c, d, e, f = inverse[0], inverse[1], inverse[2], inverse[3], inverse[4], inverse[5]
    for y in range(clip[1], clip[3]):
        line = mask[y]
        start_u, start_v = b * y + c, e * y + f
        first, last = _row_span(clip[0], clip[2], start_u, a, (width - 1) * ONE)
        first, last = _row_span(first, last, start_v, d, (height - 1) * ONE)
        u, v = start_u + a * first, start_v + d * first
        for x in range(first, last):
            column, row = np.uint64(u) >> _16, np.uint64(v) >> _16
            p00, p10 = sprite[row, column] >> _S24, sprite[row, column + _1] >> _S24
            p01, p11 = sprite[row + _1, column] >> _S24, sprite[row + _1, column + _1] >> _S24
            if p00 | p10 | p01 | p11:
                fx, fy = (np.uint64(u) >> _8) & _255, (np.uint64(v) >> _8) & _255
                upper = np.uint64(p00) * (_256 - fx) + np.uint64(p10) * fx
                lower = np.uint64(p01) * (_256 - fx) + np.uint64(p11) * fx
                alpha = np.uint8((upper * (_256 - fy) + lower * fy + np.uint64(32768)) >> _16)
                line[np.uint64(x)] = max(line[np.uint64(x)], alpha)
            u += a
            v += d


@njit("void(uint8[:,::1], int64, int64[:,::1], int64, int64)", **_FLAGS)
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
        for y in range(y0, y1):
            dy = (y * grain) * 256 + 128 * grain - centre_y
            for x in range(x0, x1):
                dx = (x * grain) * 256 + 128 * grain - centre_x
                s, t = (a * dx + b * dy) >> 12, (c * dx + d * dy) >> 12
                inside = (np.int64(1) << 24) - s * s - t * t
                if inside > 0:
                    share = min(256, (inside * edge) >> 24)
                    if squared:
                        share = (share * share) >> 8
                    share *= alpha
                    old = np.int64(plane[y, x])
                    plane[y, x] = np.uint8(old + (((level - old) * share + 32640) // 65280))


@njit("void(uint8[:,::1], int64, int64[:,::1], int64, int64)", **_FLAGS)
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


@njit("void(uint8[:,::1], uint8[:,::1], int64)", **_FLAGS)
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
