"""What a drawn stage tells its picture engine beyond its planes: weather that moves, light that falls on the cast."""

from __future__ import annotations

import math
from typing import Literal

from pydantic import Field

from filmstudio.core.model import Record

Triple = tuple[float, float, float]
CastMatrix = tuple[tuple[float, float, float, float], tuple[float, float, float, float], tuple[float, float, float, float]]
IN_FRONT_OF_CAST = "cast"
"""In place of a plane's id: this comes after the cast, before the planes nearer than it."""


class ParticleLayer(Record):
    """Flakes or drops at one depth. Lengths are stage units at rest; they move with the plane at ``z``."""

    z: float
    after: str = Field(description="id of the plane that this lies in front of, or 'cast'")
    count: int = Field(description="how many lie over the whole stage, 2380 x 1340 units")
    size: float = Field(description="radius of a flake, or length of a drop's streak")
    size_spread: tuple[float, float] = Field(description="each is drawn at a size between these factors")
    width: float = Field(default=0.0, description="width of a streak")
    opacity: float
    opacity_spread: tuple[float, float] = (1.0, 1.0)
    speed: float = Field(description="fall, units per second")


class Particles(Record):
    """Falling snow or rain, far to near."""

    kind: Literal["snow", "rain"]
    colour: Triple
    slant: float = Field(default=0.0, description="units to the left for each unit of fall")
    sway: float = Field(default=0.0, description="units to either side, from a sine of about 0.4 Hz with each flake's own phase")
    layers: tuple[ParticleLayer, ...]


class Drift(Record):
    """A plane that drifts sideways: shift it by ``reach * sin(speed * seconds / reach)`` units, see ``drift_offset``."""

    plane: str
    speed: float = Field(description="units per second, negative to the left")
    reach: float = Field(gt=0, description="units that the plane extends beyond the stage on either side")


class Lightning(Record):
    """A bolt, far away. It shows for ``bolt_frames`` frames; a flash of ``flash`` (screen, white-blue) fades in ``flash_frames``."""

    points: tuple[tuple[float, float], ...] = Field(description="in stage units")
    after: str
    z: float
    width: float
    colour: Triple
    bolt_frames: int = 2
    flash: float = 0.35
    flash_frames: int = 8
    every_s: tuple[float, float] = Field(default=(5.0, 11.0), description="shortest and longest time between bolts")


class CastAir(Record):
    """Air in front of the cast: mix the cast's colours towards ``colour`` by ``amount``."""

    colour: Triple
    amount: float = Field(ge=0, le=1)


class StageExtras(Record):
    """``Backdrop.extra`` of a drawn stage."""

    cast_after: str = Field(description="id of the last plane behind the cast")
    horizon_y: float
    ground_y: float
    sun: tuple[float, float] = Field(description="where the sun or moon hangs, for the length and direction of shadows")
    sun_share: float = Field(ge=0, le=1, description="strength of directed light: 0 = no cast shadow")
    key: Triple = Field(description="colour of the key light")
    lamps: float = Field(ge=0, le=1, description="strength of the lamps")
    air: Triple
    cast_air: CastAir
    cast_matrix: CastMatrix = Field(
        default=((1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0)),
        description="tint, the mood's hue and air in one: rows give red, green, blue from premultiplied (red, green, blue, alpha)",
    )
    particles: tuple[Particles, ...] = ()
    drifts: tuple[Drift, ...] = ()
    lightning: Lightning | None = None
    grade_fit: Literal["picture"] = Field(
        default="picture", description="the grade is stretched over the picture, whatever the camera does"
    )
    grade_blend: Literal["over"] = Field(default="over", description="premultiplied RGBA: picture * (1 - alpha) + grade")
    caption_band: tuple[float, float, float, float] = Field(description="x0, y0, x1, y1 in stage units")
    caption_contrast: float = Field(description="contrast of white text against the mean of the caption band, in clear weather")
    caption_outline: bool = Field(description="captions need an outline in this light and weather")


def drift_offset(drift: Drift, seconds: float) -> float:
    """How far a drifting plane has moved, in stage units; never farther than its reach."""
    return drift.reach * math.sin(drift.speed * seconds / drift.reach)
