"""The camera before a stage: where every plane lies in the picture, and how sharp it is. The one place that decides this.

A shot has a base pose, in which the planes lie exactly as they were drawn: cutting to a close-up is plain scaling, not a
dolly through the set. Parallax comes with movement away from the base: a plane at depth z shifts by movement / z and grows
by 1 + (zoom - 1) / sqrt(z). The plane z = 1, where the cast stands, always follows the camera exactly.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from filmstudio.plugins.backdrop.stage import FRAME, VIEW_BOX, CameraLimits

Affine = tuple[tuple[float, float, float], tuple[float, float, float]]
"""Two rows of a matrix that takes (x, y, 1) in stage units to pixels of the picture."""

FRAME_HEIGHT = FRAME[3]
DOLLY_MOST = 1.15
"""A push-in of up to this is a dolly with parallax; what goes beyond is a zoom lens, which scales all planes alike."""
FRAMING_WING_Z = 0.8
"""Planes nearer than this frame the picture, and leave it when the camera comes close."""


@dataclass(frozen=True, slots=True)
class Pose:
    """Where the camera looks: the centre of the picture in stage units, and a zoom (1 = the whole frame is 1080 units high)."""

    x: float = FRAME[2] / 2
    y: float = FRAME[3] / 2
    zoom: float = 1.0


REST = Pose()
"""The frame as it was drawn."""


@dataclass(frozen=True, slots=True)
class Size:
    """A picture in pixels."""

    width: int
    height: int


def plane_matrix(z: float, pose: Pose, base: Pose, size: Size) -> Affine:
    """Stage units to pixels for the plane at depth ``z``, with the camera at ``pose`` in a shot that is drawn from ``base``."""
    scale = base.zoom * size.height / FRAME_HEIGHT * plane_growth(z, pose.zoom / base.zoom)
    centre_x, centre_y = base.x + (pose.x - base.x) / z, base.y + (pose.y - base.y) / z
    return (
        (scale, 0.0, size.width / 2 - scale * centre_x),
        (0.0, scale, size.height / 2 - scale * centre_y),
    )


def plane_growth(z: float, push: float) -> float:
    """How much a plane grows when the cast grows by ``push``."""
    dolly = min(DOLLY_MOST, max(1 / DOLLY_MOST, push))
    return push / dolly * (1 + (dolly - 1) / math.sqrt(z))


def view_of(pose: Pose, size: Size) -> tuple[float, float, float, float]:
    """What a pose shows of the stage where the cast stands: x, y, width, height in stage units."""
    height = FRAME_HEIGHT / pose.zoom
    width = height * size.width / size.height
    return (pose.x - width / 2, pose.y - height / 2, width, height)


def plane_view(z: float, pose: Pose, base: Pose, size: Size) -> tuple[float, float, float, float]:
    """What the picture shows of the plane at depth ``z``: x, y, width, height in stage units."""
    (scale, _, left), (_, _, top) = plane_matrix(z, pose, base, size)
    return (-left / scale, -top / scale, size.width / scale, size.height / scale)


def within_drawing(pose: Pose, size: Size) -> Pose:
    """The nearest pose from which the drawing ends nowhere in the picture."""
    left, top, width, height = VIEW_BOX
    least = max(FRAME_HEIGHT / height, FRAME_HEIGHT * size.width / size.height / width)
    pose = replace(pose, zoom=max(pose.zoom, least))
    _, _, seen_width, seen_height = view_of(pose, size)
    return replace(
        pose,
        x=min(left + width - seen_width / 2, max(left + seen_width / 2, pose.x)),
        y=min(top + height - seen_height / 2, max(top + seen_height / 2, pose.y)),
    )


def held(pose: Pose, base: Pose, limits: CameraLimits) -> Pose:
    """The nearest pose within a stage's limits of movement during a shot that begins at ``base``."""
    return Pose(
        min(base.x + limits.max_x, max(base.x - limits.max_x, pose.x)),
        min(base.y + limits.max_y, max(base.y - limits.max_y, pose.y)),
        min(base.zoom * limits.max_zoom, max(base.zoom / limits.max_zoom, pose.zoom)),
    )


def covering(pose: Pose, base: Pose, size: Size, nearest: float = 1.0) -> Pose:
    """The nearest pose on the way from ``base`` to ``pose`` at which every plane from ``nearest`` to the sky fills the picture.

    ``base`` must itself lie ``within_drawing``.
    """
    pose = within_drawing(pose, size)
    share = 1.0
    for _ in range(12):
        tried = between(base, pose, share)
        if all(_covers(z, tried, base, size) for z in (nearest, 1.6, 2.5, 4.0, 6.0, 10.0, 100.0)):
            return tried
        share *= 0.85
    return base


def between(start: Pose, end: Pose, share: float) -> Pose:
    """The pose ``share`` of the way (0 to 1) from ``start`` to ``end``; zoom moves by equal ratios."""
    return Pose(
        start.x + (end.x - start.x) * share,
        start.y + (end.y - start.y) * share,
        start.zoom * (end.zoom / start.zoom) ** share,
    )


def defocus(z: float, zoom: float) -> float:
    """Blur of a plane behind the cast: Gaussian sigma in pixels of a picture 1080 high.

    Nothing up to a medium shot; from there it grows, and for hero planes (z about 3) reaches 3 at zoom 3 and 7 at zoom 4,
    a blur 6 to 14 pixels wide. The far planes get half as much again, those by the cast none.
    """
    if z <= 1 or zoom <= 1.5:
        return 0.0
    opened = 3.0 * (zoom - 1.5) / 1.5 if zoom <= 3 else 3.0 + 4.0 * (min(zoom, 4.0) - 3.0)
    return opened * min(1.5, 1.5 * (1 - 1 / z))


def wing_opacity(z: float, zoom: float) -> float:
    """How much of a plane is left at a zoom: framing wings fade out on the way to a medium shot, all else stays."""
    if z >= FRAMING_WING_Z:
        return 1.0
    return min(1.0, max(0.0, (1.6 - zoom) / 0.3))


def _covers(z: float, pose: Pose, base: Pose, size: Size) -> bool:
    left, top, width, height = VIEW_BOX
    x, y, seen_width, seen_height = plane_view(z, pose, base, size)
    slack = 1e-6
    return x >= left - slack and y >= top - slack and x + seen_width <= left + width + slack and y + seen_height <= top + height + slack
