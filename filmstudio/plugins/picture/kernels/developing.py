"""Developing: painted RGBA becomes lit YUVA, and that the planes of a cel.

Light is linear in premultiplied colours, so sprites are lit once, before they are laid over each other, and not in every frame.
"""

from __future__ import annotations

import numpy as np

from filmstudio.plugins.picture.kernels.compiling import (
    B8,
    H16,
    H18,
    I0,
    I9,
    I16,
    I18,
    I257,
    OPAQUE,
    S8,
    S16,
    S24,
    WHITE,
    kernel,
    part,
    routine,
)

CHUNK = 128
"""Columns that are developed together: where all of them lie inside the figure, there is no rim."""
STRIDE = 32
"""Columns that are looked at together for something painted."""
EVEN_BYTES = np.uint32(0x00FF00FF)
W16 = np.uint32(0xFFFF)
S2 = np.uint32(2)
HALF_OF_FOUR = np.uint32(2)


@part
def _dot(r, g, b, a, w_r, w_g, w_b, w_a):  # type: ignore[no-untyped-def]
    """Four products, held in 32 bits: numba would make each 64 bits wide, for which vector units have no quick product."""
    return np.int32(np.int32(np.int32(r * w_r) + np.int32(g * w_g)) + np.int32(np.int32(b * w_b) + np.int32(a * w_a)))


@part
def _painted(upper, lower, left, right):  # type: ignore[no-untyped-def]
    """The first column of [left, right) in which one of two rows is not clear, and the one after the last; looked for by strides."""
    x0, x1 = left, right
    something = np.uint32(0)
    while x0 + STRIDE <= x1 and something == 0:
        for i in range(STRIDE):
            something |= upper[np.uint64(x0 + i)] | lower[np.uint64(x0 + i)]
        x0 += STRIDE
    x0 = max(left, x0 - STRIDE)
    something = np.uint32(0)
    while x1 - STRIDE >= x0 and something == 0:
        x1 -= STRIDE
        for i in range(STRIDE):
            something |= upper[np.uint64(x1 + i)] | lower[np.uint64(x1 + i)]
    x1 = min(right, x1 + STRIDE)
    while x0 < x1 and upper[x0] | lower[x0] == 0:
        x0 += 1
    while x1 > x0 and upper[x1 - 1] | lower[x1 - 1] == 0:
        x1 -= 1
    return x0, x1


@kernel("void(uint32[:,::1], int64[::1])")
def light_up(pixels, light):  # type: ignore[no-untyped-def]
    """Turn premultiplied RGBA into premultiplied YUVA, in place: Y in the lowest byte, alpha in the highest.

    Args:
        pixels: what is lit.
        light: three rows of four in 16.16, which give Y, U and V from red, green, blue and alpha.
    """
    y_r, y_g, y_b, y_a = np.int32(light[0]), np.int32(light[1]), np.int32(light[2]), np.int32(light[3])
    u_r, u_g, u_b, u_a = np.int32(light[4]), np.int32(light[5]), np.int32(light[6]), np.int32(light[7])
    v_r, v_g, v_b, v_a = np.int32(light[8]), np.int32(light[9]), np.int32(light[10]), np.int32(light[11])
    columns = pixels.shape[1]
    for row in range(pixels.shape[0]):
        line = pixels[row]
        for i in range(columns):
            pixel = line[i]
            r, g = np.int32(pixel & B8), np.int32((pixel >> S8) & B8)
            b, alpha = np.int32((pixel >> S16) & B8), np.int32(pixel >> S24)
            # Bright grounds may overshoot white: Y ends at 235, U and V at what an alpha can hold.
            bright = np.int32(np.int32(_dot(r, g, b, alpha, y_r, y_g, y_b, y_a) + H16) >> I16)
            bright = max(I0, min(bright, np.int32(np.int32(alpha * WHITE) >> I16)))
            bluish = max(I0, min(np.int32(np.int32(_dot(r, g, b, alpha, u_r, u_g, u_b, u_a) + H16) >> I16), alpha))
            reddish = max(I0, min(np.int32(np.int32(_dot(r, g, b, alpha, v_r, v_g, v_b, v_a) + H16) >> I16), alpha))
            line[i] = np.uint32(np.uint32(bright) | (np.uint32(bluish) << S8) | (np.uint32(reddish) << S16) | (np.uint32(alpha) << S24))


@routine
def develop_box(canvas, first, x0, y0, x1, y1, rim, luma, clear, blue, red, clear_half):  # type: ignore[no-untyped-def]
    """See ``develop``; row 0 of the canvas is row ``first`` of the planes."""
    if x1 <= x0:
        return
    left, right = x0, x1
    rim_alpha, rim_x, rim_y = np.int32(rim[0]), rim[1], rim[2]
    near_x, near_y = rim_x // 2, rim_y // 2
    rim_luma, rim_blue, rim_red = np.int32(rim[3]), np.int32(rim[4]), np.int32(rim[5])
    # Sums of four pixels for U and V, two channels in one number; how much of the rim falls on them.
    warm, cool = np.empty(right - left, np.uint32), np.empty(right - left, np.uint32)
    edges, glows = np.empty(right - left, np.int32), np.empty(right - left, np.int32)
    for y in range(y0, y1, 2):
        # Beyond the first and last painted pixel of a pair of rows all is clear.
        upper, lower = canvas[y - first], canvas[y + 1 - first]
        x0, x1 = _painted(upper, lower, left, right)
        x0, x1 = x0 & ~1, min(right, x1 + 1 & ~1)
        for row in range(y, y + 2):
            luma[row, left:x0], luma[row, x1:right] = 0, 0
            clear[row, left:x0], clear[row, x1:right] = 255, 255
        for plane in (blue, red):
            plane[y >> 1, left >> 1 : x0 >> 1], plane[y >> 1, x1 >> 1 : right >> 1] = 0, 0
        clear_half[y >> 1, left >> 1 : x0 >> 1], clear_half[y >> 1, x1 >> 1 : right >> 1] = 255, 255
        for start in range(x0, x1, CHUNK):
            count = min(CHUNK, x1 - start)
            edged = False
            for row in range(y, y + 2):
                pixels = canvas[row - first, start : start + count]
                out_y, out_clear = luma[row, start : start + count], clear[row, start : start + count]
                for i in range(count):
                    out_y[i] = np.uint8(pixels[i] & B8)
                    out_clear[i] = np.uint8(B8 - (pixels[i] >> S24))
                if row == y:
                    for i in range(count):
                        warm[i], cool[i] = pixels[i] & EVEN_BYTES, (pixels[i] >> S8) & EVEN_BYTES
                else:
                    for i in range(count):
                        warm[i] += pixels[i] & EVEN_BYTES
                        cool[i] += (pixels[i] >> S8) & EVEN_BYTES
                if rim_alpha == 0:
                    continue
                far = canvas[row + rim_y - first, start + rim_x : start + rim_x + count]
                near = canvas[row + near_y - first, start + near_x : start + near_x + count]
                covered = np.uint32(0xFFFFFFFF)
                for i in range(count):
                    covered &= far[i] & near[i]
                if covered >= OPAQUE and not edged:
                    continue
                if not edged:
                    edged = True
                    for i in range(count):
                        edges[i], glows[i] = 0, 0
                for i in range(count):
                    alpha = np.int32(pixels[i] >> S24)
                    empty = np.int32(np.int32(510) - np.int32(np.int32(far[i] >> S24) + np.int32(near[i] >> S24)))
                    edge = np.int32(np.int32(empty * rim_alpha) >> I9)
                    glow = np.int32(np.int32(np.int32(np.int32(alpha * edge) * I257) + H16) >> I16)
                    kept = np.int32(np.int32(np.int32(out_y[i]) * np.int32(np.int32(255) - edge)) + np.int32(rim_luma * glow))
                    out_y[i] = np.uint8(np.int32(np.int32(kept * I257) + H16) >> I16)
                    edges[i] = np.int32(edges[i] + edge)
                    glows[i] = np.int32(glows[i] + glow)
            out_u, out_v = blue[y >> 1, start >> 1 : (start + count) >> 1], red[y >> 1, start >> 1 : (start + count) >> 1]
            out_half = clear_half[y >> 1, start >> 1 : (start + count) >> 1]
            for i in range(count // 2):
                sums, others = np.uint32(warm[2 * i] + warm[2 * i + 1]), np.uint32(cool[2 * i] + cool[2 * i + 1])
                out_u[i] = np.uint8(np.uint32((others & W16) + HALF_OF_FOUR) >> S2)
                out_v[i] = np.uint8(np.uint32((sums >> S16) + HALF_OF_FOUR) >> S2)
                out_half[i] = np.uint8(B8 - (np.uint32((others >> S16) + HALF_OF_FOUR) >> S2))
            if edged:
                for i in range(count // 2):
                    edge, glow = np.int32(edges[2 * i] + edges[2 * i + 1]), np.int32(glows[2 * i] + glows[2 * i + 1])
                    keep = np.int32(np.int32(1020) - edge)
                    # 1 / 1020 is nearly (1 + 1 / 256) / 1024, rounded like Y; 257 / 262144 is that exactly enough.
                    out_u[i] = np.uint8(
                        np.int32(np.int32(np.int32(np.int32(np.int32(out_u[i]) * keep) + np.int32(rim_blue * glow)) * I257) + H18) >> I18
                    )
                    out_v[i] = np.uint8(
                        np.int32(np.int32(np.int32(np.int32(np.int32(out_v[i]) * keep) + np.int32(rim_red * glow)) * I257) + H18) >> I18
                    )


@kernel("void(uint32[:,::1], int64[::1], int64[::1], uint8[:,::1], uint8[:,::1], uint8[:,::1], uint8[:,::1], uint8[:,::1])")
def develop(canvas, box, rim, luma, clear, blue, red, clear_half):  # type: ignore[no-untyped-def]
    """Take the premultiplied Y, U, V planes out of a part of a YUVA canvas.

    Args:
        canvas: premultiplied, from ``light_up``, with at least ``|rim|`` pixels around the box when the rim is on.
        box: (x0, y0, x1, y1) in the canvas, all even.
        rim: (alpha of 256, x and y towards the key light in pixels, Y, U, V): pixels whose neighbour towards the light is
            empty take the colour of the rim.
        luma, clear: Y times alpha, and 255 - alpha; written at the box's place.
        blue, red, clear_half: the same for U and V, at half size.
    """
    develop_box(canvas, 0, box[0], box[1], box[2], box[3], rim, luma, clear, blue, red, clear_half)
