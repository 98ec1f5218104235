"""Frames and cels: the opaque picture that is encoded, and the see-through pictures that are laid over it.

Both are planes of Y, U and V in BT.709 limited range, U and V at half size. A cel's components are multiplied by its
alpha, as an animator's cel is clear where nothing is painted, so that laying it down is one multiplication a sample.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from filmstudio.plugins.picture import kernels
from filmstudio.plugins.picture.kernels import ONE

Plane = NDArray[np.uint8]
"""(rows, columns), one component."""
Pixels = NDArray[np.uint32]
"""(rows, columns), premultiplied RGBA, red in the lowest byte; or, once it is lit, YUVA."""
Numbers = NDArray[np.int64]
Reals = NDArray[np.float64]
Box = tuple[int, int, int, int]
"""x0, y0, x1, y1: half-open."""
Matrix = tuple[float, float, float, float, float, float]
"""(a, b, c, d, e, f) in the order of SVG: x' = a x + c y + e, y' = b x + d y + f."""

RED_WEIGHT, BLUE_WEIGHT = 0.2126, 0.0722
"""Of luma in BT.709 (ITU-R BT.709-6, item 3.2)."""
FULL: Final = 256
"""Opacity of a cel that is laid as it is."""
NO_RIM: Final[Numbers] = np.zeros(6, np.int64)
NO_SHADE: Final[Numbers] = np.zeros(6, np.int64)
NO_CAST: Final[Plane] = np.zeros((1, 1), np.uint8)
BLACK_Y: Final = 16
GREY: Final = 128


def light_of(matrix: Sequence[Sequence[float]]) -> Numbers:
    """A colour matrix in the form of ``kernels.light_up``.

    ``matrix`` has three rows of four, which give red, green and blue from premultiplied red, green, blue and alpha.
    """
    weights = (RED_WEIGHT, 1 - RED_WEIGHT - BLUE_WEIGHT, BLUE_WEIGHT)
    luma = [sum(weights[row] * matrix[row][column] for row in range(3)) for column in range(4)]
    rows = (
        [219 / 255 * luma[column] + (16 / 255 if column == 3 else 0) for column in range(4)],
        [112 / 255 / (1 - BLUE_WEIGHT) * (matrix[2][column] - luma[column]) + (128 / 255 if column == 3 else 0) for column in range(4)],
        [112 / 255 / (1 - RED_WEIGHT) * (matrix[0][column] - luma[column]) + (128 / 255 if column == 3 else 0) for column in range(4)],
    )
    return np.array([round(value * ONE) for row in rows for value in row], np.int64)


PLAIN_LIGHT: Final = light_of(((1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0)))
"""Colours as they are painted."""


@dataclass(frozen=True, slots=True)
class Frame:
    """An opaque picture of ``width`` x ``height``, both even; rows may be longer than the picture, as an encoder likes them."""

    y: Plane
    u: Plane
    v: Plane
    width: int
    height: int

    @classmethod
    def blank(cls, width: int, height: int, stride: int = 0, half_stride: int = 0) -> Frame:
        """A black frame; strides are bytes a row, 0 = as wide as the picture."""
        y = np.full((height, stride or width), BLACK_Y, np.uint8)
        u = np.full((height // 2, half_stride or width // 2), GREY, np.uint8)
        return cls(y, u, u.copy(), width, height)

    def like(self) -> Frame:
        """A black frame with the same strides."""
        return Frame.blank(self.width, self.height, self.y.shape[1], self.u.shape[1])

    def show(self, other: Frame, box: Box | None = None) -> None:
        """Copy a frame of the same strides, or an even box of it."""
        if box is None:
            np.copyto(self.y, other.y)
            np.copyto(self.u, other.u)
            np.copyto(self.v, other.v)
            return
        x0, y0, x1, y1 = box
        self.y[y0:y1, x0:x1] = other.y[y0:y1, x0:x1]
        x0, y0, x1, y1 = x0 // 2, y0 // 2, x1 // 2, y1 // 2
        self.u[y0:y1, x0:x1] = other.u[y0:y1, x0:x1]
        self.v[y0:y1, x0:x1] = other.v[y0:y1, x0:x1]

    @property
    def box(self) -> Box:
        """All of it."""
        return (0, 0, self.width, self.height)

    def fade(self, left: int, box: Box | None = None, y: int = BLACK_Y, u: int = GREY, v: int = GREY) -> None:
        """Fade an even box of it towards a colour; ``left`` of 256 stays."""
        whole = np.array(box or self.box, np.int64)
        kernels.fade(self.y, whole, y, left)
        kernels.fade(self.u, whole // 2, u, left)
        kernels.fade(self.v, whole // 2, v, left)


@dataclass(frozen=True, slots=True)
class Cel:
    """A see-through picture whose corner lies at the even pixel (x, y) of the frame."""

    luma: Plane
    clear: Plane
    blue: Plane
    red: Plane
    clear_half: Plane
    x: int = 0
    y: int = 0

    @classmethod
    def blank(cls, width: int, height: int, x: int = 0, y: int = 0) -> Cel:
        """An empty cel of even size."""
        half = (height // 2, width // 2)
        return cls(
            np.zeros((height, width), np.uint8),
            np.full((height, width), 255, np.uint8),
            np.zeros(half, np.uint8),
            np.zeros(half, np.uint8),
            np.full(half, 255, np.uint8),
            x,
            y,
        )

    @classmethod
    def empty(cls, width: int, height: int, x: int = 0, y: int = 0) -> Cel:
        """A cel of even size in which all is still to be written."""
        half = (height // 2, width // 2)
        luma, clear = np.empty((height, width), np.uint8), np.empty((height, width), np.uint8)
        return cls(luma, clear, np.empty(half, np.uint8), np.empty(half, np.uint8), np.empty(half, np.uint8), x, y)

    @property
    def width(self) -> int:
        """Columns."""
        return int(self.luma.shape[1])

    @property
    def height(self) -> int:
        """Rows."""
        return int(self.luma.shape[0])

    @classmethod
    def of(cls, canvas: Pixels, x: int = 0, y: int = 0) -> Cel:
        """A canvas of YUVA, of even size, as a cel."""
        height, width = canvas.shape
        cel = cls.empty(width, height, x, y)
        cel.develop(canvas, (0, 0, width, height))
        return cel

    def develop(self, canvas: Pixels, box: Box, rim: Numbers = NO_RIM) -> None:
        """Fill the even box from a canvas of YUVA of the same size; see ``kernels.develop``."""
        kernels.develop(canvas, np.array(box, np.int64), rim, self.luma, self.clear, self.blue, self.red, self.clear_half)

    def lay(self, frame: Frame, opacity: int = FULL, box: Box | None = None) -> None:
        """Lay the cel over a frame; ``box`` is the even part of the frame to touch."""
        left, top = self.x, self.y
        bx0, by0, bx1, by1 = box or frame.box
        x0, y0 = max(bx0, left), max(by0, top)
        x1, y1 = min(bx1, frame.width, left + self.width), min(by1, frame.height, top + self.height)
        if opacity <= 0 or x0 >= x1 or y0 >= y1:
            return
        whole = np.array([x0 - left, y0 - top, x1 - left, y1 - top], np.int64)
        half, place, place_half = whole // 2, np.array([left, top], np.int64), np.array([left // 2, top // 2], np.int64)
        kernels.lay(frame.y, self.luma, self.clear, whole, place, opacity)
        kernels.lay(frame.u, self.blue, self.clear_half, half, place_half, opacity)
        kernels.lay(frame.v, self.red, self.clear_half, half, place_half, opacity)

    def under(self, top: Cel) -> None:
        """Lay another cel of the same size and place over this one."""
        whole, half = np.array([0, 0, self.width, self.height], np.int64), np.array([0, 0, self.width // 2, self.height // 2], np.int64)
        place = np.zeros(2, np.int64)
        nothing = np.zeros_like(self.luma)
        kernels.lay(self.luma, top.luma, top.clear, whole, place, FULL)
        kernels.lay(self.clear, nothing, top.clear, whole, place, FULL)
        kernels.lay(self.blue, top.blue, top.clear_half, half, place, FULL)
        kernels.lay(self.red, top.red, top.clear_half, half, place, FULL)
        kernels.lay(self.clear_half, nothing[: half[3], : half[2]].copy(), top.clear_half, half, place, FULL)

    def trimmed(self) -> Cel:
        """The part of it that is not wholly clear; the cel itself where that is nearly all."""
        rows, columns = np.flatnonzero((self.clear < 255).any(axis=1)), np.flatnonzero((self.clear < 255).any(axis=0))
        if rows.size == 0:
            return Cel.blank(2, 2, self.x, self.y)
        y0, y1, x0, x1 = int(rows[0]) & ~1, int(rows[-1]) + 2 & ~1, int(columns[0]) & ~1, int(columns[-1]) + 2 & ~1
        if (y1 - y0) * (x1 - x0) > 0.9 * self.width * self.height:
            return self
        half = (slice(y0 // 2, y1 // 2), slice(x0 // 2, x1 // 2))
        return Cel(
            np.ascontiguousarray(self.luma[y0:y1, x0:x1]),
            np.ascontiguousarray(self.clear[y0:y1, x0:x1]),
            np.ascontiguousarray(self.blue[half]),
            np.ascontiguousarray(self.red[half]),
            np.ascontiguousarray(self.clear_half[half]),
            self.x + x0,
            self.y + y0,
        )

    def soften(self, sigma: float) -> None:
        """Blur by a Gaussian of ``sigma`` pixels, as three boxes (Wells, "Efficient synthesis of Gaussian filters", 1986)."""
        for planes, wide in (((self.luma, self.clear), sigma), ((self.blue, self.red, self.clear_half), sigma / 2)):
            radius = round(((4 * wide * wide + 1) ** 0.5 - 1) / 2)
            if radius < 1:
                continue
            spare = np.empty_like(planes[0])
            for plane in planes:
                # Of an opaque cel nothing is clear, blurred or not.
                for _ in range(3 if plane.any() else 0):
                    kernels.soften(plane, spare, radius)


def pixels_of(picture: NDArray[np.uint8], ring: int = 1) -> Pixels:
    """Premultiplied RGBA (h, w, 4) as one number a pixel, with a ring of clear pixels for bilinear sampling."""
    height, width = picture.shape[:2]
    out = np.zeros((height + 2 * ring, width + 2 * ring, 4), np.uint8)
    out[ring : ring + height, ring : ring + width] = picture
    return out.view("<u4")[..., 0].astype(np.uint32, copy=False)


def framed(picture: NDArray[np.uint8]) -> Pixels:
    """The same with a ring that repeats the outermost pixels, so that what lies at the edge is not blended with nothing."""
    height, width = picture.shape[:2]
    out = np.empty((height + 2, width + 2), np.uint32)
    out[1:-1, 1:-1] = picture.view("<u4")[..., 0]
    out[1:-1, 0], out[1:-1, -1] = out[1:-1, 1], out[1:-1, -2]
    out[0], out[-1] = out[1], out[-2]
    return out


def lit(pixels: Pixels, light: Numbers = PLAIN_LIGHT) -> Pixels:
    """RGBA in a light, as YUVA: the same pixels, written over."""
    kernels.light_up(pixels, light)
    return pixels


def halved(pixels: Pixels) -> Pixels:
    """Half the size, each pixel the mean of four; a ring of clear pixels stays a ring."""
    rows, columns = (pixels.shape[0] + 1) // 2 * 2, (pixels.shape[1] + 1) // 2 * 2
    even = np.zeros((rows, columns), np.uint32)
    even[: pixels.shape[0], : pixels.shape[1]] = pixels
    parts = even.astype("<u4", copy=False).view(np.uint8).reshape(rows // 2, 2, columns // 2, 2, 4)
    mean = ((parts.astype(np.uint16).sum(axis=(1, 3)) + 2) >> 2).astype(np.uint8)
    return pixels_of(mean)


def inverse(matrix: Matrix) -> Numbers:
    """The map from target to source pixel centres in 16.16, for a matrix from source to target pixel corners."""
    back: Numbers = inverses(*(np.array([value]) for value in matrix))[0]
    return back


def inverses(a: Reals, b: Reals, c: Reals, d: Reals, e: Reals, f: Reals) -> Numbers:
    """The same for many matrices, one a row."""
    area = a * d - b * c
    p, q, r, s = d / area, -c / area, -b / area, a / area
    u = p * (0.5 - e) + q * (0.5 - f) - 0.5
    v = r * (0.5 - e) + s * (0.5 - f) - 0.5
    return np.rint(np.stack((p, q, u, r, s, v), axis=1) * ONE).astype(np.int64)


def yuv_of(red: float, green: float, blue: float) -> tuple[int, int, int]:
    """BT.709 limited-range Y, U, V of a colour with components of 0 to 1."""
    luma = RED_WEIGHT * red + (1 - RED_WEIGHT - BLUE_WEIGHT) * green + BLUE_WEIGHT * blue
    return (
        round(BLACK_Y + 219 * luma),
        round(GREY + 112 * (blue - luma) / (1 - BLUE_WEIGHT)),
        round(GREY + 112 * (red - luma) / (1 - RED_WEIGHT)),
    )
