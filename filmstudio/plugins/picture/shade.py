"""Light on the cast: tint and air, the rim on the side of the key, and shadows on the ground."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np

from filmstudio.core.requests import Backdrop
from filmstudio.plugins.backdrop.extras import StageExtras
from filmstudio.plugins.picture import kernels
from filmstudio.plugins.picture.canvas import NO_RIM, PLAIN_LIGHT, Box, Frame, Numbers, light_of, yuv_of

RGB = tuple[float, float, float]

BODY_WIDTH: Final = 300.0
"""Width of an adult's body in drawing units."""
RIM_SHARE: Final = 0.022
"""Width of the rim, as a share of the body's (art direction, section 4)."""
RIM_REACH_MOST: Final = 24
"""Pixels; a canvas keeps this much room around a figure."""
CONTACT_ALPHA: Final = 0.45
CAST_ALPHA: Final = 0.25
CAST_LENGTH_MOST: Final = 1.6
"""Longest cast shadow, in heights of its figure."""
GROUND_FLATNESS: Final = 0.22
"""How much flatter a circle on the ground looks than it is wide."""


@dataclass(frozen=True, slots=True)
class CastLight:
    """The light of a stage on its cast."""

    light: Numbers = field(default_factory=lambda: PLAIN_LIGHT)
    """In the form of ``kernels.light_up``."""
    rim: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 0.0)
    """Red, green, blue and alpha, 0 to 1."""
    rim_from: Literal["left", "right"] = "left"
    dark: RGB = (0.1, 0.08, 0.12)
    sun: tuple[float, float] = (960.0, 0.0)
    sun_share: float = 0.0
    horizon_y: float = 640.0

    @classmethod
    def of(cls, backdrop: Backdrop, extras: StageExtras) -> CastLight:
        """The light that a drawn stage tells of."""
        red, green, blue, alpha = backdrop.rim
        # The air in front of the cast takes the edge off the rim as well.
        rim = (red, green, blue, alpha * (1 - extras.cast_air.amount))
        return cls(light_of(extras.cast_matrix), rim, backdrop.rim_from, backdrop.dark, extras.sun, extras.sun_share, extras.horizon_y)

    def rim_at(self, pixels_per_unit: float) -> Numbers:
        """The rim in the form of ``kernels.develop`` for a figure at this scale. The key stands somewhat above."""
        red, green, blue, alpha = self.rim
        if alpha <= 0:
            return NO_RIM
        reach = min(float(RIM_REACH_MOST), max(1.0, RIM_SHARE * BODY_WIDTH * pixels_per_unit))
        across = round(reach) * (-1 if self.rim_from == "left" else 1)
        return np.array([round(256 * alpha), across, -round(reach * 0.5), *yuv_of(red, green, blue)], np.int64)


@dataclass(frozen=True, slots=True)
class Footing:
    """Where a figure meets the ground, in pixels of the picture."""

    x: float
    y: float
    width: float
    """Of what touches the ground."""
    height: float
    """Of the figure, crown to sole."""
    lift: float = 0.0
    """How far it is above the ground."""


def shadows(feet: list[Footing], light: CastLight, to_picture: tuple[float, float]) -> Numbers:
    """The shadows of figures as soft ellipses for ``kernels.dab``: under the feet, and away from the sun.

    Args:
        feet: where figures stand.
        light: the stage's light.
        to_picture: scale and offset that take a stage x to a pixel at the depth of the cast.
    """
    rows: list[tuple[int, ...]] = []
    scale, left = to_picture
    sun_x = light.sun[0] * scale + left
    for foot in feet:
        nearness = 1.0 / (1.0 + 6.0 * foot.lift / max(1.0, foot.height))
        rows.append(_ellipse(foot.x, foot.y, foot.width * 0.62, foot.width * 0.62 * GROUND_FLATNESS, 0.0, CONTACT_ALPHA * nearness, True))
        rows.append(
            _ellipse(foot.x, foot.y, foot.width * 1.15, foot.width * 1.15 * GROUND_FLATNESS, 0.0, 0.5 * CONTACT_ALPHA * nearness, True)
        )
        if light.sun_share > 0:
            # The sun's height over the horizon in the picture stands for its height in the sky: 600 units are about 50 degrees.
            rise = max(40.0, light.horizon_y - light.sun[1])
            length = foot.height * min(CAST_LENGTH_MOST, 1.0 / math.tan(min(1.4, rise / 700.0)))
            # A sun in the picture stands behind the cast: its shadows come towards us and lean away from it.
            aside = max(-1.0, min(1.0, (foot.x - sun_x) / (960.0 * scale)))
            across, down = length * aside, length * GROUND_FLATNESS * math.sqrt(1.0 - 0.8 * aside * aside)
            angle = math.atan2(down, across)
            reach = math.hypot(across, down)
            flat = max(foot.width * 0.42 * abs(math.sin(angle)), foot.width * 0.8 * GROUND_FLATNESS)
            # Three ellipses from the feet on, each longer and fainter, so that the shadow fades as it lengthens.
            for share in (0.34, 0.66, 1.0):
                half = reach * share / 2
                alpha = CAST_ALPHA * light.sun_share * nearness * 0.55
                x, y = foot.x + math.cos(angle) * half, foot.y + math.sin(angle) * half
                rows.append(_ellipse(x, y, half + foot.width * 0.3, flat * (0.8 + 0.3 * share), angle, alpha, True))
    return np.array(rows, np.int64).reshape(len(rows), 11)


def same_shadows(a: Numbers, b: Numbers) -> bool:
    """Whether two sets of shadows look alike: within half a pixel and two hundredths of their strength and size."""
    if a.shape != b.shape:
        return False
    if a.shape[0] == 0:
        return True
    apart = np.abs(a - b)
    return bool((apart[:, :2] <= 128).all() and (apart[:, 2:6] * 50 <= np.abs(b[:, 2:6]) + 50).all() and (apart[:, 8] <= 3).all())


def boxes_of_shadows(dabs: Numbers) -> list[Box]:
    """Even boxes of the picture outside of which shadows change nothing."""
    x, y, reach_x, reach_y = dabs[:, 0] >> 8, dabs[:, 1] >> 8, dabs[:, 6], dabs[:, 7]
    # Half-size planes are touched up to two of their pixels farther on.
    corners = np.stack((x - reach_x & ~1, y - reach_y & ~1, x + reach_x + 6 & ~1, y + reach_y + 6 & ~1), axis=1)
    return [(x0, y0, x1, y1) for x0, y0, x1, y1 in corners.tolist()]


def cast_shadows(frame: Frame, dabs: Numbers, light: CastLight) -> None:
    """Lay shadows on a frame."""
    if dabs.shape[0] == 0:
        return
    y, u, v = yuv_of(*light.dark)
    kernels.dab(frame.y, frame.width, dabs, y, 0)
    kernels.dab(frame.u, frame.width // 2, dabs, u, 1)
    kernels.dab(frame.v, frame.width // 2, dabs, v, 1)


def _ellipse(x: float, y: float, long: float, short: float, angle: float, alpha: float, soft: bool) -> tuple[int, ...]:
    """A row for ``kernels.dab``: half axes in pixels, angle in radians from x towards y."""
    cos, sin = math.cos(angle), math.sin(angle)
    long, short = max(1.0, long), max(1.0, short)
    reach_x, reach_y = math.hypot(long * cos, short * sin), math.hypot(long * sin, short * cos)
    one = kernels.ONE
    return (
        round(x * 256),
        round(y * 256),
        round(one * cos / long),
        round(one * sin / long),
        round(-one * sin / short),
        round(one * cos / short),
        math.ceil(reach_x) + 1,
        math.ceil(reach_y) + 1,
        round(255 * alpha),
        256,
        int(soft),
    )
