"""Developing: painted RGBA becomes lit, premultiplied YUV."""

from __future__ import annotations

import numpy as np

from filmstudio.plugins.picture.kernels.compiling import B8, H16, H18, I0, I8, I9, I16, I18, I257, S8, S16, S24, WHITE, kernel


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
    blues, reds, alphas = np.empty(x1 - x0, np.int32), np.empty(x1 - x0, np.int32), np.empty(x1 - x0, np.int32)
    for y in range(y0, y1):
        if y & 1 == 0:
            # Rows come in pairs for U and V; beyond the first and last painted pixel of a pair all is clear.
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
        count = x1 - x0
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
            r, g = np.int32(pixel & B8), np.int32((pixel >> S8) & B8)
            b, alpha = np.int32((pixel >> S16) & B8), np.int32(pixel >> S24)
            # Bright grounds may overshoot white: Y ends at 235, U and V at what an alpha can hold.
            bright = np.int32(np.int32(r * y_r + g * y_g + b * y_b + alpha * y_a + H16) >> I16)
            bright = max(I0, min(bright, np.int32(alpha * WHITE) >> I16))
            bluish = max(I0, min(np.int32(r * u_r + g * u_g + b * u_b + alpha * u_a), np.int32(alpha << I16)))
            reddish = max(I0, min(np.int32(r * v_r + g * v_g + b * v_b + alpha * v_a), np.int32(alpha << I16)))
            if rim_alpha > 0:
                empty = np.int32(510) - np.int32(far[i] >> S24) - np.int32(near[i] >> S24)
                edge = np.int32(empty * rim_alpha) >> I9
                keep = np.int32(255) - edge
                glow = np.int32(alpha * edge * I257 + H16) >> I16
                bright = np.int32(np.int32(bright * keep + rim_luma * glow) * I257 + H16) >> I16
                bluish = np.int32(np.int32(bluish >> I8) * keep + np.int32(rim_blue * glow << I8))
                bluish = np.int32(bluish + (bluish >> I8))
                reddish = np.int32(np.int32(reddish >> I8) * keep + np.int32(rim_red * glow << I8))
                reddish = np.int32(reddish + (reddish >> I8))
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
                out_u[i] = np.uint8(np.int32(blues[2 * i] + blues[2 * i + 1] + H18) >> I18)
                out_v[i] = np.uint8(np.int32(reds[2 * i] + reds[2 * i + 1] + H18) >> I18)
                out_half[i] = np.uint8(np.int32(255) - (np.int32(alphas[2 * i] + alphas[2 * i + 1] + 2) >> np.int32(2)))
