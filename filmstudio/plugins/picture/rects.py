"""Rectangles of pixels: half-open boxes, joined and cut."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from filmstudio.plugins.picture.canvas import Box

RECTS_MOST: Final = 4


def moved(box: Box, x: int, y: int) -> Box:
    """A box somewhere else."""
    return (box[0] + x, box[1] + y, box[2] + x, box[3] + y)


def area(box: Box) -> int:
    """Pixels of a box."""
    return (box[2] - box[0]) * (box[3] - box[1])


def union(a: Box, b: Box) -> Box:
    """The smallest box around two."""
    return (min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3]))


def common(a: Box, b: Box) -> Box | None:
    """What two boxes share."""
    x0, y0, x1, y1 = max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])
    return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None


def merged(boxes: Iterable[Box], within: Box) -> list[Box]:
    """A few rectangles that cover the boxes, cut to ``within``."""
    rects = [cut for box in boxes if (cut := common(box, within)) is not None]
    joined = True
    while joined:
        joined = False
        for i in range(len(rects)):
            for j in range(i + 1, len(rects)):
                both = union(rects[i], rects[j])
                if area(both) <= 1.1 * (area(rects[i]) + area(rects[j])) or len(rects) > 4 * RECTS_MOST:
                    rects[i] = both
                    del rects[j]
                    joined = True
                    break
            if joined:
                break
    while len(rects) > RECTS_MOST:
        rects[0] = union(rects[0], rects.pop())
    return rects
