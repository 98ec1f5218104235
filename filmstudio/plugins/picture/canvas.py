"""Frames and cels: the opaque picture that is encoded, and the see-through pictures that are laid over it.

Both are planes of Y, U and V in BT.709 limited range, U and V at half size. A cel's components are multiplied by its
alpha, as an animator's cel is clear where nothing is painted, so that laying it down is one multiplication a sample.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from filmstudio.plugins.picture import kernels
from filmstudio.plugins.picture.kernels import ONE

Plane = NDArray[np.uint8]
"""(rows, columns), one component."""
Pixels = NDArray[np.uint32]
"""(rows, columns), premultiplied RGBA, red in the lowest byte."""
Numbers = NDArray[np.int64]
Box = tuple[int, int, int, int]
"""x0, y0, x1, y1: half-open."""
Matrix = tuple[float, float, float, float, float, float]
"""(a, b, c, d, e, f) in the order of SVG: x' = a x + c y + e, y' = b x + d y + f."""

FULL: Final = 256
"""Opacity of a cel that is laid as it is."""
PLAIN_LIGHT: Final[Numbers] = np.array([256, 256, 256, 0, 0, 0], np.int64)
NO_RIM: Final[Numbers] = np.zeros(6, np.int64)
NO_SHADE: Final[Numbers] = np.zeros(6, np.int64)
NO_CAST: Final[Plane] = np.zeros((1, 1), np.uint8)
BLACK_Y: Final = 16
GREY: Final = 128


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

    def show(self, other: Frame) -> None:
        """Copy a frame of the same strides."""
        np.copyto(self.y, other.y)
        np.copyto(self.u, other.u)
        np.copyto(self.v, other.v)

    def fade(self, left: int, y: int = BLACK_Y, u: int = GREY, v: int = GREY) -> None:
        """Fade towards a colour; ``left`` of 256 stays."""
        kernels.fade(self.y, self.width, y, left)
        kernels.fade(self.u, self.width // 2, u, left)
        kernels.fade(self.v, self.width // 2, v, left)


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

    @property
    def width(self) -> int:
        """Columns."""
        return self.luma.shape[1]

    @property
    def height(self) -> int:
        """Rows."""
        return self.luma.shape[0]

    def develop(self, canvas: Pixels, box: Box, light: Numbers = PLAIN_LIGHT, rim: Numbers = NO_RIM) -> None:
        """Fill the even box from a canvas of the same size; see ``kernels.develop``."""
        kernels.develop(canvas, np.array(box, np.int64), light, rim, self.luma, self.clear, self.blue, self.red, self.clear_half)

    def lay(self, frame: Frame, opacity: int = FULL, box: Box | None = None) -> None:
        """Lay the cel, or an even box of it, over a frame."""
        if opacity <= 0:
            return
        x0, y0, x1, y1 = box or (0, 0, self.width, self.height)
        # Columns beyond the picture belong to the frame's rows but are not seen: they are cut here.
        x1, y1 = min(x1, frame.width - self.x), min(y1, frame.height - self.y)
        whole, half = np.array([x0, y0, x1, y1], np.int64), np.array([x0 // 2, y0 // 2, x1 // 2, y1 // 2], np.int64)
        place, place_half = np.array([self.x, self.y], np.int64), np.array([self.x // 2, self.y // 2], np.int64)
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

    def soften(self, sigma: float) -> None:
        """Blur by a Gaussian of ``sigma`` pixels, as three boxes (Wells, "Efficient synthesis of Gaussian filters", 1986)."""
        for planes, wide in (((self.luma, self.clear), sigma), ((self.blue, self.red, self.clear_half), sigma / 2)):
            radius = round(((4 * wide * wide + 1) ** 0.5 - 1) / 2)
            if radius < 1:
                continue
            spare = np.empty_like(planes[0])
            for plane in planes:
                for _ in range(3):
                    kernels.soften(plane, spare, radius)

    def frame(self, stride: int, half_stride: int) -> Frame:
        """This cel as an opaque frame; what is see-through becomes black."""
        frame = Frame.blank(self.width, self.height, stride, half_stride)
        self.lay(frame)
        return frame


def pixels_of(picture: NDArray[np.uint8], ring: int = 1) -> Pixels:
    """Premultiplied RGBA (h, w, 4) as one number a pixel, with a ring of clear pixels for bilinear sampling."""
    height, width = picture.shape[:2]
    out = np.zeros((height + 2 * ring, width + 2 * ring, 4), np.uint8)
    out[ring : ring + height, ring : ring + width] = picture
    return out.view("<u4")[..., 0].astype(np.uint32, copy=False)


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
    a, b, c, d, e, f = matrix
    area = a * d - b * c
    p, q, r, s = d / area, -c / area, -b / area, a / area
    u = p * (0.5 - e) + q * (0.5 - f) - 0.5
    v = r * (0.5 - e) + s * (0.5 - f) - 0.5
    return np.array([round(p * ONE), round(q * ONE), round(u * ONE), round(r * ONE), round(s * ONE), round(v * ONE)], np.int64)


def bounds(matrix: Matrix, width: float, height: float) -> tuple[float, float, float, float]:
    """The box around a moved rectangle of ``width`` x ``height`` with its corner at the origin."""
    a, b, c, d, e, f = matrix
    left, right = min(a * width, 0.0) + min(c * height, 0.0), max(a * width, 0.0) + max(c * height, 0.0)
    top, bottom = min(b * width, 0.0) + min(d * height, 0.0), max(b * width, 0.0) + max(d * height, 0.0)
    return left + e, top + f, right + e, bottom + f


def yuv_of(red: float, green: float, blue: float) -> tuple[int, int, int]:
    """BT.709 limited-range Y, U, V of a colour with components of 0 to 1."""
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return (
        round(16 + 219 * luma),
        round(128 + 224 * (blue - luma) / 1.8556),
        round(128 + 224 * (red - luma) / 1.5748),
    )
