"""One picture of a painted stage, without cast: for thumbnails, contact sheets and tests. Film frames are the picture engine's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray

from filmstudio.core.engine import Desk
from filmstudio.core.requests import Backdrop
from filmstudio.plugins.backdrop.camera import REST, Affine, Pose, Size, defocus, plane_matrix, wing_opacity
from filmstudio.plugins.backdrop.extras import IN_FRONT_OF_CAST, ParticleLayer, Particles, StageExtras
from filmstudio.plugins.backdrop.stage import FRAME, VIEW_BOX

Picture = NDArray[np.uint8]
"""(height, width, 3), RGB."""
Veil = NDArray[np.float32]
"""(height, width, 4), premultiplied RGBA from 0 to 255."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A plane read back: premultiplied RGBA pixels over a box of the stage (x, y, width, height in stage units)."""

    id: str
    z: float
    pixels: NDArray[np.uint8]
    box: tuple[float, float, float, float]


def sheets_of(backdrop: Backdrop, desk: Desk) -> tuple[Sheet, ...]:
    """The planes of a backdrop, mapped from the store without being copied."""
    return tuple(
        Sheet(plane.id, plane.z, np.load(desk.path(plane.image), mmap_mode="r", allow_pickle=False), plane.box) for plane in backdrop.planes
    )


def sheet_matrix(box: tuple[float, float, float, float], shape: tuple[int, ...], plane: Affine) -> NDArray[np.float64]:
    """Pixels of a sheet to pixels of the picture (2 x 3), pixel centres at integers as OpenCV counts them."""
    (scale, _, left), (_, _, top) = plane
    unit_x, unit_y = box[2] / shape[1], box[3] / shape[0]
    return np.array(
        [
            [scale * unit_x, 0.0, scale * (box[0] + unit_x / 2) + left - 0.5],
            [0.0, scale * unit_y, scale * (box[1] + unit_y / 2) + top - 0.5],
        ]
    )


def still(
    sheets: Sequence[Sheet],
    grade: NDArray[np.uint8] | None,
    size: Size,
    pose: Pose = REST,
    base: Pose = REST,
    veils: Mapping[str, Veil] = MappingProxyType({}),
) -> Picture:
    """Lay the planes over each other, far to near, each followed by the veil of its id, and the grade over all."""
    picture = np.zeros((size.height, size.width, 3), np.float32)
    cast_passed = False
    for sheet in sheets:
        if sheet.z < 1 and not cast_passed:
            cast_passed = True
            _lay(picture, veils.get(IN_FRONT_OF_CAST))
        opacity = wing_opacity(sheet.z, pose.zoom)
        if opacity > 0:
            matrix = sheet_matrix(sheet.box, sheet.pixels.shape, plane_matrix(sheet.z, pose, base, size))
            placed = _placed(np.asarray(sheet.pixels), matrix, size) * opacity
            blur = defocus(sheet.z, pose.zoom) * size.height / 1080
            if blur > 0:
                placed = np.asarray(cv2.GaussianBlur(placed, (0, 0), blur, borderType=cv2.BORDER_REPLICATE), np.float32)
            _lay(picture, placed)
        _lay(picture, veils.get(sheet.id))
    if not cast_passed:
        _lay(picture, veils.get(IN_FRONT_OF_CAST))
    if grade is not None:
        _lay(picture, cv2.resize(grade, (size.width, size.height), interpolation=cv2.INTER_LINEAR).astype(np.float32))
    made: Picture = np.rint(np.clip(picture, 0, 255)).astype(np.uint8)
    return made


def still_of(backdrop: Backdrop, desk: Desk, size: Size, pose: Pose = REST, base: Pose = REST, seed: int = 0) -> Picture:
    """A picture of a backdrop that lies in the store, with one moment of its weather."""
    grade = np.load(desk.path(backdrop.grade), allow_pickle=False) if backdrop.grade else None
    return still(sheets_of(backdrop, desk), grade, size, pose, base, weather_veils(extras_of(backdrop), size, seed))


def extras_of(backdrop: Backdrop) -> StageExtras:
    """The extras of a drawn stage, typed."""
    return StageExtras.model_validate(backdrop.extra)


def weather_veils(extras: StageExtras, size: Size, seed: int) -> dict[str, Veil]:
    """One moment of falling snow or rain with the camera at rest, by what it lies in front of."""
    rng = np.random.default_rng(seed)
    veils: dict[str, Veil] = {}
    for particles in extras.particles:
        for layer in particles.layers:
            veil = veils.setdefault(layer.after, np.zeros((size.height, size.width, 4), np.float32))
            over = _fall(particles, layer, size, rng)[..., None].astype(np.float32) * np.array([*particles.colour, 1.0], np.float32)
            veil *= 1 - over[..., 3:4] / 255
            veil += over
    return veils


def _fall(particles: Particles, layer: ParticleLayer, size: Size, rng: np.random.Generator) -> NDArray[np.uint8]:
    unit, left, top = size.height / FRAME[3], VIEW_BOX[0], VIEW_BOX[1]
    veil = np.zeros((size.height, size.width), np.uint8)
    for _ in range(layer.count):
        x, y = rng.uniform(left, left + VIEW_BOX[2]) * unit, rng.uniform(top, top + VIEW_BOX[3]) * unit
        value = round(255 * layer.opacity * rng.uniform(*layer.opacity_spread))
        length = layer.size * rng.uniform(*layer.size_spread) * unit
        at = (round(x * 8), round(y * 8))
        if particles.kind == "snow":
            cv2.circle(veil, at, round(length * 8), value, -1, cv2.LINE_AA, 3)
        else:
            end = (round((x - particles.slant * length) * 8), round((y + length) * 8))
            cv2.line(veil, at, end, value, max(1, round(layer.width * unit)), cv2.LINE_AA, 3)
    return veil


def _placed(pixels: NDArray[np.uint8], matrix: NDArray[np.float64], size: Size) -> NDArray[np.float32]:
    # Shrinking by more than half would alias: OpenCV samples four pixels, however many fall into one.
    shrink = matrix[0, 0]
    if shrink < 0.6:
        smaller = (round(pixels.shape[1] * shrink), round(pixels.shape[0] * shrink))
        half = np.asarray(cv2.resize(pixels, smaller, interpolation=cv2.INTER_AREA), np.uint8)
        ratio = np.array([pixels.shape[1] / half.shape[1], pixels.shape[0] / half.shape[0]])
        corner = matrix[:, 2] - 0.5 * np.array([matrix[0, 0], matrix[1, 1]])
        scale = np.array([matrix[0, 0], matrix[1, 1]]) * ratio
        matrix = np.array([[scale[0], 0.0, corner[0] + 0.5 * scale[0]], [0.0, scale[1], corner[1] + 0.5 * scale[1]]])
        pixels = half
    warped = cv2.warpAffine(pixels, matrix, (size.width, size.height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    made: NDArray[np.float32] = warped.astype(np.float32)
    return made


def _lay(picture: NDArray[np.float32], over: NDArray[np.float32] | None) -> None:
    if over is not None:
        picture *= 1 - over[..., 3:4] / 255
        picture += over[..., :3]
