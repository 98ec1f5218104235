"""Developing: painted RGBA becomes lit, premultiplied YUV."""

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
)

CHUNK = 128
"""Columns that are developed together: where all of them lie inside the figure, there is no rim."""
RED_BLUE = np.uint32(0x00FF00FF)
W16 = np.uint32(0xFFFF)


@part
def _dot(r, g, b, a, w_r, w_g, w_b, w_a):  # type: ignore[no-untyped-def]
    """Four products, held in 32 bits: numba would make each 64 bits wide, for which vector units have no quick product."""
    return np.int32(np.int32(np.int32(r * w_r) + np.int32(g * w_g)) + np.int32(np.int32(b * w_b) + np.int32(a * w_a)))


@kernel("void(uint32[:,::1], int64[::1], int64[::1], int64[::1], uint8[:,::1], uint8[:,::1], uint8[:,::1], uint8[:,::1], uint8[:,::1])")
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
    if x1 <= x0:
        return
    left, right = x0, x1
    y_r, y_g, y_b, y_a = np.int32(light[0]), np.int32(light[1]), np.int32(light[2]), np.int32(light[3])
    u_r, u_g, u_b, u_a = np.int32(light[4]), np.int32(light[5]), np.int32(light[6]), np.int32(light[7])
    v_r, v_g, v_b, v_a = np.int32(light[8]), np.int32(light[9]), np.int32(light[10]), np.int32(light[11])
    rim_alpha, rim_x, rim_y = np.int32(rim[0]), rim[1], rim[2]
    near_x, near_y = rim_x // 2, rim_y // 2
    rim_luma, rim_blue, rim_red = np.int32(rim[3]), np.int32(rim[4]), np.int32(rim[5])
    # Sums of four pixels for U and V, two channels in one number; how much of the rim falls on them.
    warm, cool = np.empty(right - left, np.uint32), np.empty(right - left, np.uint32)
    edges, glows = np.empty(right - left, np.int32), np.empty(right - left, np.int32)
    for y in range(y0, y1, 2):
        # Beyond the first and last painted pixel of a pair of rows all is clear.
        upper, lower = canvas[y], canvas[y + 1]
        x0, x1 = left, right
        while x0 < right and upper[x0] | lower[x0] == 0:
            x0 += 1
        while x1 > x0 and upper[x1 - 1] | lower[x1 - 1] == 0:
            x1 -= 1
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
                pixels = canvas[row, start : start + count]
                out_y, out_clear = luma[row, start : start + count], clear[row, start : start + count]
                for i in range(count):
                    pixel = pixels[i]
                    r, g = np.int32(pixel & B8), np.int32((pixel >> S8) & B8)
                    b, alpha = np.int32((pixel >> S16) & B8), np.int32(pixel >> S24)
                    # Bright grounds may overshoot white: Y ends at 235, U and V at what an alpha can hold.
                    bright = np.int32(np.int32(_dot(r, g, b, alpha, y_r, y_g, y_b, y_a) + H16) >> I16)
                    out_y[i] = np.uint8(max(I0, min(bright, np.int32(np.int32(alpha * WHITE) >> I16))))
                    out_clear[i] = np.uint8(np.int32(255) - alpha)
                if row == y:
                    for i in range(count):
                        warm[i], cool[i] = pixels[i] & RED_BLUE, (pixels[i] >> S8) & RED_BLUE
                else:
                    for i in range(count):
                        warm[i] += pixels[i] & RED_BLUE
                        cool[i] += (pixels[i] >> S8) & RED_BLUE
                if rim_alpha == 0:
                    continue
                far = canvas[row + rim_y, start + rim_x : start + rim_x + count]
                near = canvas[row + near_y, start + near_x : start + near_x + count]
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
                r, b = np.int32(sums & W16), np.int32(sums >> S16)
                g, alpha = np.int32(others & W16), np.int32(others >> S16)
                most = np.int32(alpha << I16)
                bluish = max(I0, min(_dot(r, g, b, alpha, u_r, u_g, u_b, u_a), most))
                reddish = max(I0, min(_dot(r, g, b, alpha, v_r, v_g, v_b, v_a), most))
                out_u[i] = np.uint8(np.int32(bluish + H18) >> I18)
                out_v[i] = np.uint8(np.int32(reddish + H18) >> I18)
                out_half[i] = np.uint8(np.int32(255) - np.int32(np.int32(alpha + np.int32(2)) >> np.int32(2)))
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
