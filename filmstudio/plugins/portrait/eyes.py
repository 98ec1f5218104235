"""Eyes: one drawing for every opening, gaze and iris, from a few measures of the person.

An eye has its own space: inner corner at -a, outer corner at +a, the left eye is the mirror of the right. Lids open from
0 (shut) over 1 (open) to 1.2 (wide); the lower lid from .4 (smile) over 1 (rest). Gaze runs -1..1 along x and y.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

UP_STEP: Final = 0.04
LOW_STEP: Final = 0.08
IRIS_STEP: Final = 0.05
GAZE_STEP: Final = 0.06
"""States are drawn on this grid: half a step is below one pixel in a close-up at 1080 lines."""
SHUT: Final = 0.15
"""Upper lids below this are shut."""
GAZE_X: Final = 0.36
GAZE_Y: Final = 0.40
"""Travel of the iris: fractions of the half-width and of the height above the corners."""
HIGHLIGHT_FOLLOW: Final = 0.35
"""Highlights stay with the light: they follow the iris a third of the way."""

_Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class EyeShape:
    """Measures of an eye in drawing units: half-width a, height above (u) and below (l) the corners, iris radius r."""

    a: float
    u: float
    l: float  # noqa: E741
    r: float
    tilt: float
    lash: float
    flick: float = 0.0
    round: bool = False


@dataclass(frozen=True, slots=True)
class EyeState:
    """One state of an eye on the grid, in whole steps. ``side`` is -1 for the eye drawn mirrored, else 1."""

    up: int
    low: int
    iris: int
    gaze_x: int
    gaze_y: int
    side: int

    @classmethod
    def near(cls, up: float, low: float, iris: float, gaze_x: float, gaze_y: float, side: int) -> EyeState:
        """The state on the grid next to these values. All shut eyes look alike."""
        if up < SHUT:
            return cls(0, 1 if low > 0.5 else 0, 0, 0, 0, 1)
        return cls(
            round(up / UP_STEP), round(low / LOW_STEP), round(iris / IRIS_STEP), round(gaze_x / GAZE_STEP), round(gaze_y / GAZE_STEP), side
        )

    @property
    def key(self) -> str:
        """The state as the name of a sprite."""
        return f"eye:{self.up}:{self.low}:{self.iris}:{self.gaze_x}:{self.gaze_y}:{self.side}"

    @classmethod
    def of_key(cls, key: str) -> EyeState:
        """The state that ``key`` names."""
        return cls(*(int(value) for value in key.split(":")[1:]))


def draw_eye(shape: EyeShape, state: EyeState) -> str:
    """SVG markup of an eye in palette slots: crease, folded lid, the clipped opening, upper and lower lash."""
    if state.up == 0:
        return _shut(shape, 1.0 if state.low else 0.4)
    up, low, iris = state.up * UP_STEP, state.low * LOW_STEP, state.iris * IRIS_STEP
    a, r, side = shape.a, shape.r * iris, state.side
    inner, outer = _corners(shape)
    height, depth, lash, flick = shape.u * up, shape.l * low, shape.lash, shape.flick
    k1, k2, h1, h2 = _curve(shape)
    opening = f"M{_points(inner)} C{_upper(shape, height)} C{_points((a * 0.80, depth * 1.15), (-a * 0.50, depth * 1.40), inner)}Z"
    folded = f"M{_points(inner)} C{_upper(shape, shape.u * 1.04)} C{_points((a * 0.5, 3), (-a * 0.5, 3), inner)}Z"
    rest = (shape.l * 0.93 - shape.u * 0.97) / 2 - 1.6  # a little above the middle of the opening
    x = state.gaze_x * GAZE_STEP * a * GAZE_X * side
    y = state.gaze_y * GAZE_STEP * shape.u * GAZE_Y + rest
    light_x, light_y = x * HIGHLIGHT_FOLLOW, rest + (y - rest) * HIGHLIGHT_FOLLOW
    glow = (
        f"M{x - r * 0.72:.1f},{y + r * 0.3:.1f} A{r * 0.78:.1f},{r * 0.78:.1f} 0 0 0 {x + r * 0.72:.1f},{y + r * 0.3:.1f} "
        f"C{_points((x + r * 0.3, y + r * 0.62), (x - r * 0.3, y + r * 0.62), (x - r * 0.72, y + r * 0.3))}Z"
    )
    shadow = f"M{_points(inner)} C{_upper(shape, height)} C{_points((a * k2, -height * h2 + 11), (-a * k1, -height * h1 + 8), inner)}Z"
    tip = (outer[0] + flick, outer[1] - flick * 0.1)
    upper_lash = (
        f"M{_points(inner)} C{_upper(shape, height)} L{_points(tip)} "
        f"C{_points((a * k2 + 1, -height * h2 - lash * 1.35), (-a * k1, -height * h1 - lash * 0.5), inner)}Z"
    )
    lower_lash = (
        f"M{_points(outer)} C{_points((a * 0.82, depth * 0.98), (a * 0.3, depth * 1.08), (-a * 0.15, depth * 0.95))} "
        f"C{_points((a * 0.3, depth * 1.08 + 2.6), (a * 0.86, depth * 0.98 + 2), outer)}Z"
    )
    return (
        f'<clipPath id="opening"><path d="{opening}"/></clipPath>{_crease(shape, up)}<path class="lid" d="{folded}"/>'
        f'<g clip-path="url(#opening)"><path class="sclera" d="{opening}"/>'
        f'<circle class="eye" cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}"/><path class="sclera" opacity=".26" d="{glow}"/>'
        f'<circle class="line" cx="{x:.1f}" cy="{y:.1f}" r="{r * 0.54:.1f}"/><path class="line" opacity=".22" d="{shadow}"/>'
        f'<circle class="sclera" cx="{light_x + 0.34 * r * side:.1f}" cy="{light_y - 0.42 * r:.1f}" r="{r * 0.27:.1f}"/>'
        f'<circle class="sclera" opacity=".8" cx="{light_x - 0.40 * r * side:.1f}" cy="{light_y + 0.40 * r:.1f}" r="{r * 0.12:.1f}"/></g>'
        f'<path class="line" d="{upper_lash}"/><path class="line" opacity=".5" d="{lower_lash}"/>'
    )


def _shut(shape: EyeShape, low: float) -> str:
    """A shut eye: one sagging, tapered lash line, or an arch when the lower lid smiles."""
    a, lash, flick = shape.a, shape.lash, shape.flick
    inner, outer = _corners(shape)
    sag = shape.l * (0.75 if low > 0.5 else -1.1)
    lid = f"M{_points(inner)} C{_upper(shape, shape.u * 0.66)} C{_points((a * 0.5, sag + 3), (-a * 0.5, sag + 3), inner)}Z"
    line = (
        f"M{_points(inner)} C{_points((-a * 0.5, sag + 2), (a * 0.5, sag + 2), (outer[0] + flick, outer[1] - flick * 0.4))} "
        f"C{_points((a * 0.5, sag + 2 + lash), (-a * 0.5, sag + 2 + lash * 0.7), inner)}Z"
    )
    return f'<path class="lid" d="{lid}"/><path class="line" d="{line}"/>'


def _crease(shape: EyeShape, up: float) -> str:
    """The fold above the lid; it fades out while the lid sinks from .60 to .30."""
    if up <= 0.30:
        return ""
    a, u = shape.a, shape.u
    strength = min(1.0, (up - 0.30) / 0.30)
    opacity = "" if strength == 1.0 else f' opacity="{strength:.2f}"'
    start = (-a * 0.8, -u * 0.86)
    return (
        f'<path class="skin_shade"{opacity} d="M{_points(start)} '
        f"C{_points((-a * 0.4, -u * 1.5), (a * 0.5, -u * 1.62), (a * 1.02, -u * 0.62))} "
        f'C{_points((a * 0.5, -u * 1.46), (-a * 0.4, -u * 1.36), start)}Z"/>'
    )


def _corners(shape: EyeShape) -> tuple[_Point, _Point]:
    return (-shape.a, 2 + shape.tilt * 0.4), (shape.a, -shape.tilt)


def _curve(shape: EyeShape) -> tuple[float, float, float, float]:
    return (0.97, 0.86, 1.22, 1.34) if shape.round else (0.84, 0.56, 1.27, 1.50)


def _upper(shape: EyeShape, height: float) -> str:
    k1, k2, h1, h2 = _curve(shape)
    return _points((-shape.a * k1, -height * h1), (shape.a * k2, -height * h2), _corners(shape)[1])


def _points(*points: _Point) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
