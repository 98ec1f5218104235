"""Composing: the layers of a figure drawn over each other, front to back, and developed at once.

Sprites of one sheet lie one after another in one array, so that one call draws them all.
"""

from __future__ import annotations

import numpy as np

from filmstudio.plugins.picture.kernels.areas import AREA_BITS, MIXED, run_in
from filmstudio.plugins.picture.kernels.compiling import (
    HALF,
    LANES,
    LOW,
    ONE,
    OPAQUE,
    S24,
    U1,
    U8,
    U16,
    U32,
    U48,
    U255,
    U256,
    kernel,
    part,
    routine,
)
from filmstudio.plugins.picture.kernels.developing import develop_box
from filmstudio.plugins.picture.kernels.sampling import _gather, _scaled, _spread

PIXELS, HEIGHT, WIDTH, AREAS, AREA_COLUMNS = 0, 1, 2, 3, 4
"""Fields of a layer: where its sprite begins in the array of all, its size, where its map begins, and columns of that."""
INVERSE = 5
"""Six of them: source x = a x + b y + c, source y = d x + e y + f, 16.16, at pixel centres."""
BOX = 11
"""Four of them: x0, y0, x1, y1 of the canvas outside of which nothing of it lies."""
OPACITY, WORN, CASTER = 15, 16, 17
"""0 to 256; whether it takes the contact shade; whether it throws it."""
FIELDS = 18
BAND = 32
"""Rows that are drawn together."""
ABOVE = 16
"""Rows above them that are kept for the rim."""
S255 = np.uint32(255)
ONE_STEP = np.uint32(1)


@part
def _quotient(value, step, share):  # type: ignore[no-untyped-def]
    """``value // step``, for a ``share`` that is 2^32 over the step: processors divide slowly."""
    quotient = (value * share) >> 32
    rest = value - quotient * step
    while rest < 0:
        quotient -= 1
        rest += step
    while rest >= step:
        quotient += 1
        rest -= step
    return quotient


@part
def _row_span(first, last, start, step, limit, share):  # type: ignore[no-untyped-def]
    """The part of columns [first, last) whose coordinate ``start + step * x`` lies in [0, limit)."""
    if step == 0:
        return first, last if 0 <= start < limit else first
    if step > 0:
        low, high = -_quotient(start, step, share), _quotient(limit - 1 - start, step, share) + 1
    else:
        low, high = -_quotient(limit - 1 - start, -step, share), _quotient(start, -step, share) + 1
    return max(first, low), min(last, high)


@part
def _sampled(pixels, begin, width, u, v):  # type: ignore[no-untyped-def]
    """The pixel at (u, v) in 16.16 of the sprite that begins there, spread; 0 where there is nothing."""
    # Unsigned, so that no code is made for indices counted from the end.
    at = begin + (np.uint64(v) >> U16) * width + (np.uint64(u) >> U16)
    p00, p10 = pixels[at], pixels[at + U1]
    p01, p11 = pixels[at + width], pixels[at + width + U1]
    fx, fy = (u >> 8) & 255, (v >> 8) & 255
    both = (fx * fy) >> 8
    upper = _spread(p00) * np.uint64(256 - fx - fy + both) + _spread(p10) * np.uint64(fx - both)
    lower = _spread(p01) * np.uint64(fy - both) + _spread(p11) * np.uint64(both)
    return ((upper + lower + HALF) >> U8) & LANES


@part
def _under(below, lanes, fade):  # type: ignore[no-untyped-def]
    """A pixel laid under ``below``."""
    if fade < U256:
        lanes = ((lanes * fade + HALF) >> U8) & LANES
    if below == 0:
        return _gather(lanes)
    over = _spread(below)
    return _gather(over + _scaled(lanes, U255 - (over >> U48)))


@part
def _shaded(lanes, ink, depth):  # type: ignore[no-untyped-def]
    return _scaled(lanes, np.uint64(255 - depth)) + _scaled(_scaled(ink, lanes >> U48), np.uint64(depth))


@routine
def _lay(band, pixels, areas, layer, x0, y0, x1, y1, cast, spans, shade, solid, top):  # type: ignore[no-untyped-def]
    """Lay a layer under what the band that begins at row ``top`` holds in a box of it.

    ``solid`` has for every row of the band a stretch of columns that are opaque already: the longest, about.
    """
    begin, width, wide = np.uint64(layer[PIXELS]), layer[WIDTH], np.uint64(layer[WIDTH])
    map_begin, map_columns = np.uint64(layer[AREAS]), np.uint64(layer[AREA_COLUMNS])
    limit_u, limit_v = (width - 1) * ONE, (layer[HEIGHT] - 1) * ONE
    a, b, c, d, e, f = layer[INVERSE], layer[INVERSE + 1], layer[INVERSE + 2], layer[INVERSE + 3], layer[INVERSE + 4], layer[INVERSE + 5]
    share_a = (np.int64(1) << 32) // max(np.int64(1), abs(a))
    share_d = (np.int64(1) << 32) // max(np.int64(1), abs(d))
    strength, fall_x = shade[0] if layer[WORN] else np.int64(0), shade[1]
    ink = np.uint64(shade[3]) | (np.uint64(shade[5]) << U16) | (np.uint64(shade[4]) << U32) | (U255 << U48)
    fade = np.uint64(layer[OPACITY])
    for y in range(y0, y1):
        row = y - top
        line, shadow = band[row + ABOVE], cast[row]
        start_u, start_v = b * y + c, e * y + f
        first, last = _row_span(x0, x1, start_u, a, limit_u, share_a)
        first, last = _row_span(first, last, start_v, d, limit_v, share_d)
        solid_from, solid_to = solid[row, 0], solid[row, 1]
        from_, to = np.int64(0), np.int64(0)
        if strength > 0:
            from_, to = spans[row, 0] + fall_x, spans[row, 1] + fall_x
        x = first
        while x < last:
            if solid_from <= x < solid_to:
                x = solid_to
                continue
            u, v = start_u + a * x, start_v + d * x
            area = areas[map_begin + (np.uint64(v) >> np.uint64(AREA_BITS)) * map_columns + (np.uint64(u) >> np.uint64(AREA_BITS))]
            end = min(last, x + run_in(area, u, v, a, d, share_a, share_d))
            if x < solid_from < end:
                end = solid_from
            colour = np.uint32(area & LOW)
            if colour == 0:
                x = end
                continue
            # More of the same: one long stretch is filled sooner than several short ones.
            while end < last and end != solid_from:
                u, v = start_u + a * end, start_v + d * end
                area = areas[map_begin + (np.uint64(v) >> np.uint64(AREA_BITS)) * map_columns + (np.uint64(u) >> np.uint64(AREA_BITS))]
                if np.uint32(area & LOW) != colour:
                    break
                more = min(last, end + run_in(area, u, v, a, d, share_a, share_d))
                end = solid_from if end < solid_from < more else more
            dark = x < to and end > from_
            filled: np.bool_ = np.bool_(False)
            if colour == MIXED:
                least = np.uint32(0xFFFFFFFF)
                for i in range(x, end):
                    below = line[np.uint64(i)]
                    if below < OPAQUE:
                        lanes = _sampled(pixels, begin, wide, start_u + a * i, start_v + d * i)
                        if lanes:
                            if dark and from_ <= i < to:
                                depth = (np.int64(shadow[np.uint64(i - fall_x)]) * strength) >> 8
                                if depth > 0:
                                    lanes = _shaded(lanes, ink, depth)
                            below = _under(below, lanes, fade)
                            line[np.uint64(i)] = below
                        least = min(least, below)
                filled = least >= OPAQUE
            else:
                flat = _spread(colour)
                filled = colour >= OPAQUE and fade == U256
                if dark:
                    for i in range(x, end):
                        below = line[np.uint64(i)]
                        if below < OPAQUE:
                            lanes = flat
                            if from_ <= i < to:
                                depth = (np.int64(shadow[np.uint64(i - fall_x)]) * strength) >> 8
                                if depth > 0:
                                    lanes = _shaded(lanes, ink, depth)
                            line[np.uint64(i)] = _under(below, lanes, fade)
                elif filled:
                    stretch = line[x:end]
                    seen_through: np.bool_ = np.bool_(False)
                    for i in range(end - x):
                        below = stretch[i]
                        seen_through |= np.uint32(below - ONE_STEP) < OPAQUE - ONE_STEP
                        stretch[i] = colour if below == 0 else below
                    if seen_through:
                        for i in range(x, end):
                            below = line[np.uint64(i)]
                            if below < OPAQUE:
                                line[np.uint64(i)] = _under(below, flat, fade)
                else:
                    for i in range(x, end):
                        below = line[np.uint64(i)]
                        if below < OPAQUE:
                            line[np.uint64(i)] = _under(below, flat, fade)
            if filled:
                if x <= solid_to and end >= solid_from and solid_from < solid_to:
                    solid_from, solid_to = min(solid_from, x), max(solid_to, end)
                elif end - x > solid_to - solid_from:
                    solid_from, solid_to = x, end
            x = end
        solid[row, 0], solid[row, 1] = solid_from, solid_to


@routine
def _cover(mask, pixels, areas, layer, x0, y0, x1, y1, spans, top):  # type: ignore[no-untyped-def]
    """Raise ``mask``, which begins at row ``top``, to the alpha of a layer, where that is higher.

    ``spans``: for each row of the mask the first column that is not 0, and the one after the last; widened.
    """
    begin, wide = np.uint64(layer[PIXELS]), np.uint64(layer[WIDTH])
    map_begin, map_columns = np.uint64(layer[AREAS]), np.uint64(layer[AREA_COLUMNS])
    limit_u, limit_v = (layer[WIDTH] - 1) * ONE, (layer[HEIGHT] - 1) * ONE
    a, b, c, d, e, f = layer[INVERSE], layer[INVERSE + 1], layer[INVERSE + 2], layer[INVERSE + 3], layer[INVERSE + 4], layer[INVERSE + 5]
    share_a = (np.int64(1) << 32) // max(np.int64(1), abs(a))
    share_d = (np.int64(1) << 32) // max(np.int64(1), abs(d))
    for y in range(y0, y1):
        row = y - top
        line = mask[row]
        start_u, start_v = b * y + c, e * y + f
        first, last = _row_span(x0, x1, start_u, a, limit_u, share_a)
        first, last = _row_span(first, last, start_v, d, limit_v, share_d)
        x, from_, to = first, spans[row, 0], spans[row, 1]
        while x < last:
            u, v = start_u + a * x, start_v + d * x
            area = areas[map_begin + (np.uint64(v) >> np.uint64(AREA_BITS)) * map_columns + (np.uint64(u) >> np.uint64(AREA_BITS))]
            end = min(last, x + run_in(area, u, v, a, d, share_a, share_d))
            colour = np.uint32(area & LOW)
            if colour == MIXED:
                for i in range(x, end):
                    u, v = start_u + a * i, start_v + d * i
                    at = begin + (np.uint64(v) >> U16) * wide + (np.uint64(u) >> U16)
                    p00, p10 = pixels[at] >> S24, pixels[at + U1] >> S24
                    p01, p11 = pixels[at + wide] >> S24, pixels[at + wide + U1] >> S24
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
        spans[row, 0], spans[row, 1] = from_, to


@routine
def _cover_all(mask, pixels, areas, layers, x0, y0, x1, y1, spans, shade):  # type: ignore[no-untyped-def]
    """Draw the mask of what throws the contact shade, as far as what is worn in a box looks at it: row 0 of it falls on row y0."""
    columns = mask.shape[1]
    worn_x0, worn_y0, worn_x1, worn_y1 = x1, y1, x0, y0
    for n in range(layers.shape[0]):
        if layers[n, WORN]:
            left, up = max(x0, layers[n, BOX]), max(y0, layers[n, BOX + 1])
            right, down = min(x1, layers[n, BOX + 2]), min(y1, layers[n, BOX + 3])
            if left < right and up < down:
                worn_x0, worn_y0, worn_x1, worn_y1 = min(worn_x0, left), min(worn_y0, up), max(worn_x1, right), max(worn_y1, down)
    for row in range(y1 - y0):
        spans[row, 0], spans[row, 1] = columns, 0
    cast_x0, cast_x1 = max(np.int64(0), worn_x0 - shade[1]), min(columns, worn_x1 - shade[1])
    if cast_x0 >= cast_x1:
        return
    for row in range(worn_y0 - y0, worn_y1 - y0):
        mask[row, cast_x0:cast_x1] = 0
    for n in range(layers.shape[0]):
        if layers[n, CASTER]:
            left, up = max(cast_x0, layers[n, BOX]), max(worn_y0 - shade[2], layers[n, BOX + 1])
            right, down = min(cast_x1, layers[n, BOX + 2]), min(worn_y1 - shade[2], layers[n, BOX + 3])
            if left < right and up < down:
                _cover(mask, pixels, areas, layers[n], left, up, right, down, spans, y0 - shade[2])


@kernel(
    "void(uint32[:,::1], uint32[::1], uint64[::1], int64[:,::1], int64[:,::1], uint8[:,::1], int64[::1], "
    "int64[::1], uint8[:,::1], uint8[:,::1], uint8[:,::1], uint8[:,::1], uint8[:,::1])"
)
def compose(band, pixels, areas, layers, boxes, casters, shade, rim, luma, clear, blue, red, clear_half):  # type: ignore[no-untyped-def]
    """Draw boxes of a figure anew.

    The figure is painted and developed a band of rows after the other, so that the band stays in the processor's cache; nothing
    is kept of it but the planes of the cel.

    Args:
        band: room for ``ABOVE + BAND`` rows of YUVA, as wide as the cel.
        pixels: all sprites, each with a ring of clear pixels.
        areas: their maps from ``survey``.
        layers: back to front; one row of ``FIELDS`` each.
        boxes: even (x0, y0, x1, y1) of the cel, not nearer to its edge than the rim looks.
        casters: room for the alpha of what throws the contact shade: ``BAND`` rows as wide as the cel.
        shade: (strength of 256, x and y by which the shade falls, Y, U, V of its ink).
        rim: as in ``develop``; it looks up, by ``ABOVE`` rows at most, or sideways.
        luma, clear, blue, red, clear_half: planes of the cel.
    """
    solid, spans = np.zeros((BAND, 2), np.int64), np.empty((BAND, 2), np.int64)
    above = -rim[2] + 1 & ~1
    for n in range(boxes.shape[0]):
        left, right = boxes[n, 0], boxes[n, 2]
        # The rim looks at what lies beside and above the box.
        x0, x1 = left + min(np.int64(0), rim[1]), right + max(np.int64(0), rim[1])
        for top in range(boxes[n, 1] - above, boxes[n, 3], BAND):
            bottom = min(boxes[n, 3], top + BAND)
            for row in range(ABOVE, ABOVE + bottom - top):
                band[row, x0:x1] = 0
            _cover_all(casters, pixels, areas, layers, x0, top, x1, bottom, spans, shade)
            solid[:] = 0
            for m in range(layers.shape[0] - 1, -1, -1):
                from_x, from_y = max(x0, layers[m, BOX]), max(top, layers[m, BOX + 1])
                to_x, to_y = min(x1, layers[m, BOX + 2]), min(bottom, layers[m, BOX + 3])
                if from_x < to_x and from_y < to_y:
                    _lay(band, pixels, areas, layers[m], from_x, from_y, to_x, to_y, casters, spans, shade, solid, top)
            first = max(boxes[n, 1], top)
            develop_box(band, top - ABOVE, left, first, right, bottom, rim, luma, clear, blue, red, clear_half)
            for row in range(above):
                band[ABOVE - above + row, x0:x1] = band[ABOVE - above + BAND + row, x0:x1]
