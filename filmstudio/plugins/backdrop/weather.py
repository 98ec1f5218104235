"""Weather: what it does to light and air, and the drawings of it that lie between the planes."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal

from filmstudio.core.film import Weather
from filmstudio.plugins.backdrop.colour import RGB, rgb

OverlayKind = Literal["mist", "snowfall", "clouds", "bolt", "rain"]


@dataclass(frozen=True, slots=True)
class Sky:
    """A weather as light. Everything is neutral at the defaults, which are clear weather.

    ``saturation`` and ``key`` scale colour and sun; ``pull`` draws sky and air to ``air``, of whose brightness ``moonlit`` is
    kept under the stars; ``density`` multiplies haze; ``gain`` scales all light; ``lamps`` is the least strength of lamps;
    ``caps`` lying snow, ``sun`` the visible sun and ``wet`` the shine of the ground are opacities.
    """

    saturation: float = 1.0
    key: float = 1.0
    pull: float = 0.0
    air: RGB = (1.0, 1.0, 1.0)
    density: float = 1.0
    gain: float = 1.0
    lamps: float = 0.0
    caps: float = 0.0
    sun: float = 1.0
    wet: float = 0.0
    moonlit: float = 1.0


SKIES: dict[Weather, Sky] = {
    "clear": Sky(),
    "snow": Sky(0.55, 0.72, 0.72, rgb("#c9d3e4"), 1.35, 1.04, 0.7, 1, 0.12),
    "fog": Sky(0.60, 0.55, 0.80, rgb("#d5d8d6"), 3.4, 1, 0.65, 0, 0.35, moonlit=0.5),
    "storm": Sky(0.62, 0.42, 0.86, rgb("#4a5a70"), 1.6, 0.72, 0.85, 0, 0, 1),
}
"""The weather recipes of the art direction."""


RAIN_PULL = 0.68
"""More than half of a storm's: at half, the sun's blue sky shows through."""


def sky_of(weather: Weather, rain: bool = False) -> Sky:
    """The light of a weather; rain out of a clear sky is a storm at half strength, without sun and under grey air."""
    if not (rain and weather == "clear"):
        return SKIES[weather]
    clear, storm = SKIES["clear"], SKIES["storm"]

    def half(a: float, b: float) -> float:
        return (a + b) / 2

    return Sky(
        saturation=half(clear.saturation, storm.saturation),
        key=half(clear.key, storm.key),
        pull=RAIN_PULL,
        air=rgb("#7f8d9f"),
        density=half(clear.density, storm.density),
        gain=half(clear.gain, storm.gain),
        lamps=half(clear.lamps, storm.lamps),
        sun=0,
        wet=half(clear.wet, storm.wet),
    )


@dataclass(frozen=True, slots=True)
class Overlay:
    """A drawing of weather (an SVG fragment), and the depth it stands in front of."""

    z: float
    drawing: str
    kind: OverlayKind


def overlays(weather: Weather, rain: bool, seed: int, air: str) -> tuple[Overlay, ...]:
    """Every drawing of a weather, as stills, far to near. ``air`` is the colour of mist, ``#rrggbb``."""
    rng = random.Random(seed)
    made: list[Overlay] = []
    if weather == "fog":
        made += _mist(rng, air)
    if weather == "snow":
        made += _snowfall(rng)
    if weather == "storm":
        made += _storm(rng)
    elif rain and weather != "snow":
        if weather == "clear":
            made.append(
                Overlay(20, _cloud_mass(rng, 20, "#566275", (0, 120), 0.7) + _cloud_mass(rng, 10, "#66748a", (130, 46), 0.6), "clouds")
            )
        made += _rain(rng, 0.5)
    return tuple(sorted(made, key=lambda overlay: -overlay.z))


def bolt_points(rng: random.Random) -> tuple[tuple[float, float], ...]:
    """A bolt of lightning from the clouds to the ground, in stage units."""
    x, y = 1490.0, 120.0
    points = [(x, y)]
    while y < 560:
        x += rng.uniform(-46, 40)
        y += rng.uniform(24, 60)
        points.append((x, y))
    return tuple(points)


MIST_BANKS = ((7.0, 600.0, 0.55), (4.0, 640.0, 0.50), (2.0, 720.0, 0.42), (0.9, 900.0, 0.34))
"""Depth, height and opacity of the four banks of fog."""
SNOW_LAYERS = ((5.0, 240, 1.6), (2.0, 190, 2.8), (0.95, 110, 4.6), (0.5, 16, 11.0))
"""Depth, number and radius of the four depths of falling snow."""
RAIN_LAYERS = ((5.0, 150, 40, 0.20), (1.6, 130, 85, 0.26), (0.6, 60, 170, 0.22))
"""Depth, number, length and opacity of the three depths of rain."""
RAIN_SLANT = 0.30
RAIN_COLOUR = "#dbe6f5"


def _mist(rng: random.Random, air: str) -> list[Overlay]:
    banks = []
    for z, y, opacity in MIST_BANKS:
        shapes = "".join(
            f'<ellipse cx="{rng.uniform(-200, 2100):.0f}" cy="{y + rng.uniform(-70, 60):.0f}" rx="{rng.uniform(340, 720):.0f}"'
            f' ry="{rng.uniform(40, 105):.0f}"/>'
            for _ in range(9)
        )
        banks.append(Overlay(z, f'<g class="fogbank" fill="{air}" opacity="{opacity}" filter="url(#soft60)">{shapes}</g>', "mist"))
    return banks


def _snowfall(rng: random.Random) -> list[Overlay]:
    layers = []
    for z, count, radius in SNOW_LAYERS:
        flakes = "".join(
            f'<ellipse cx="{rng.uniform(-230, 2150):.0f}" cy="{rng.uniform(-130, 1210):.0f}" rx="{radius * rng.uniform(0.55, 1.2):.1f}"'
            f' ry="{radius * rng.uniform(0.6, 1.5):.1f}" fill-opacity="{rng.uniform(0.35, 0.95):.2f}"/>'
            for _ in range(count)
        )
        layers.append(Overlay(z, f'<g class="snowfall" fill="#fff" opacity="{0.45 if z < 0.6 else 0.85}">{flakes}</g>', "snowfall"))
    return layers


def _cloud_mass(rng: random.Random, count: int, fill: str, size: tuple[float, float], opacity: float = 0.85) -> str:
    y, ry = size
    shapes = "".join(
        f'<ellipse cx="{rng.uniform(-230, 2150):.0f}" cy="{y + rng.uniform(-70, 70):.0f}" rx="{rng.uniform(170, 420):.0f}"'
        f' ry="{ry * rng.uniform(0.5, 1.1):.0f}"/>'
        for _ in range(count)
    )
    return f'<g fill="{fill}" opacity="{opacity}" filter="url(#soft30)">{shapes}</g>'


def _storm(rng: random.Random) -> list[Overlay]:
    points = " ".join(f"{x:.0f},{y:.0f}" for x, y in bolt_points(rng))
    glow = '<ellipse cx="1480" cy="270" rx="430" ry="210" fill="#b9c8f0" opacity=".36" filter="url(#soft60)"/>'
    clouds = _cloud_mass(rng, 20, "#2c384d", (0, 120)) + glow + _cloud_mass(rng, 10, "#3c4a60", (130, 46))
    bolt = f'<polyline points="{points}" fill="none" stroke="#f4f6ff" stroke-width="4.5" stroke-linejoin="bevel"/>'
    return [Overlay(20, clouds, "clouds"), Overlay(20, bolt, "bolt"), *_rain(rng, 1.0)]


def _rain(rng: random.Random, strength: float) -> list[Overlay]:
    layers = []
    for z, count, length, opacity in RAIN_LAYERS:
        lefts = (rng.uniform(-230, 2250) for _ in range(round(count * strength)))
        # Written in one expression: the order of draws is the drawing.
        drops = "".join(
            "M%d %dl%d %d" % (x, rng.uniform(-230, 1150), -RAIN_SLANT * length, length * rng.uniform(0.7, 1.3))  # noqa: UP031 - %d truncates
            for x in lefts
        )
        width = f"{1 + 1.2 / z:.1f}"
        drawing = f'<path class="rain" d="{drops}" stroke="{RAIN_COLOUR}" stroke-width="{width}" fill="none" opacity="{opacity}"/>'
        layers.append(Overlay(z, drawing, "rain"))
    return layers
