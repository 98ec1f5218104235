"""The six moods of light, and what they do to a facet of known colour, facing and depth.

A mood is a key (sun or moon), a fill (sky), a bounce (ground) and an air that lies between the planes; the numbers are the
colour script of the art pack.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from filmstudio.core.film import Light
from filmstudio.plugins.backdrop.colour import RGB, WHITE, grey_of, hexadecimal, mix, plus, rgb, saturated, scaled, times
from filmstudio.plugins.backdrop.slots import Slots
from filmstudio.plugins.backdrop.weather import Sky

Direction = tuple[float, float, float]
"""x to the right, y up, z towards the viewer."""

ROOF_REACH = 4.0
"""Planes of a room nearer than this stand under its roof."""
ROOF_TINT: RGB = (0.97, 0.98, 1.05)
LAMP_WARMTH: RGB = (1.0, 0.70, 0.40)
LAMPS_THAT_WARM = 0.6
"""Lamps above this strength give a room its warmth back."""
AIR_MOST = 0.93
"""However deep, this much of the air's colour at most."""

_NORMALS: dict[str, Direction] = {
    "t": (0, 1, 0),
    "r": (0.92, 0.1, 0.38),
    "l": (-0.92, 0.1, 0.38),
    "f": (0, 0.12, 0.99),
    "a": (-0.62, 0.1, 0.78),
    "b": (0.62, 0.1, 0.78),
}


@dataclass(frozen=True, slots=True)
class Mood:
    """One light. ``density`` is haze per unit of depth; ``lamps``, ``stars`` and ``shafts`` are opacities from 0 to 1."""

    sky: tuple[RGB, ...]
    key: RGB
    towards_key: Direction
    fill: RGB
    bounce: RGB
    air: RGB
    density: float
    lamps: float
    stars: float
    shafts: float
    sun: RGB
    cloud_lit: RGB
    cloud_shade: RGB
    glint: RGB
    near: float
    rim: RGB
    shift: float

    def with_sun_at(self, x: float) -> Mood:
        """The same mood with its key coming from where the sun hangs in the picture, ``x`` in stage units."""
        return replace(self, towards_key=(max(-1, min(1, (x - 760) / 700)), *self.towards_key[1:]))


def _mood(
    sky: str, key: str, towards: Direction, fill: str, bounce: str, air: str, density: float, lamps: float, stars: float, shafts: float,
    sun: str, cloud: str, glint: str, near: float, rim: str, shift: float,
) -> Mood:  # fmt: skip
    lit, shade = cloud.split()
    return Mood(
        tuple(rgb(colour) for colour in sky.split()), rgb(key), towards, rgb(fill), rgb(bounce), rgb(air), density, lamps, stars, shafts,
        rgb(sun), rgb(lit), rgb(shade), rgb(glint), near, rgb(rim), shift,
    )  # fmt: skip


MOODS: dict[Light, Mood] = {
    "dawn": _mood("#5d7fb4 #93a5cf #d9b6c8 #f8bfa0 #ffdd9f", "#ffb27a", (0.9, 0.35, -0.1), "#8f8fc0", "#5a4a66", "#f2c3b4",
                  0.135, 0.35, 0.0, 0.45, "#fff0c4", "#ffd9c0 #c59bb8", "#ffe2a8", 0.62, "#ffd49a", 0.08),
    "day": _mood("#2f86c9 #5aa9de #8fcaea #c3e4ee #eaf3e6", "#fff0cc", (0.55, 0.75, 0.60), "#a9bcdc", "#8a7a66", "#cfe4ec",
                 0.085, 0.0, 0.0, 0.30, "#fffbe6", "#ffffff #cfdfee", "#ffffff", 0.72, "#fff6dc", 0.06),
    "golden": _mood("#4c7fae #8aa6b4 #d9c08f #f7b95e #ffd27a", "#ffb050", (-0.85, 0.45, -0.10), "#a39fd6", "#94684f", "#f6c079",
                    0.110, 0.55, 0.0, 0.70, "#fff3b8", "#ffe3a4 #d09a80", "#ffe08a", 0.60, "#ffd070", 0.06),
    "dusk": _mood("#2b2f6e #55478c #a8588f #ee7f6e #ffb766", "#ff9a6a", (-0.75, 0.35, -0.35), "#685da8", "#4a3358", "#cc7c98",
                  0.075, 0.9, 0.25, 0.35, "#ffdf9c", "#ff9f7e #7b4f8e", "#ffc27a", 0.50, "#ffb070", 0.12),
    "night": _mood("#0a1440 #13225c #1e3577 #2f4f92 #4c72ad", "#8fb0ff", (0.6, 0.7, -0.1), "#4a63ad", "#2a2f66", "#2c4888",
                   0.115, 1.0, 1.0, 0.12, "#eaf2ff", "#35508f #22376f", "#bcd2ff", 0.42, "#a8c4ff", 0.42),
    "bluehour": _mood("#26407f #4868a8 #8b93c9 #dba9bf #f8c8ad", "#f6ae9c", (-0.5, 0.20, 0.10), "#88a6e8", "#566ab4", "#94a8da",
                      0.105, 0.95, 0.15, 0.30, "#ffe9d2", "#e3b6c8 #8088be", "#ffd9c0", 0.52, "#ffd2c0", 0.16),
}  # fmt: skip
"""The colour script."""


def facing_light(face: str, mood: Mood, key_strength: float) -> RGB:
    """Key, sky fill and ground bounce that fall on a facing (``t`` top, ``f`` front, ``l r`` sides, ``a b`` between, ``u`` occluded)."""
    if face == "u":
        return plus(scaled(mood.fill, 0.42), scaled(mood.bounce, 0.38))
    normal, towards = _NORMALS[face], mood.towards_key
    length = math.sqrt(sum(value * value for value in towards))
    facing = max(0, sum(a * b for a, b in zip(normal, towards, strict=True)) / length) * key_strength
    up = 0.5 + 0.5 * normal[1]
    # The sky fills less on the side away from the key.
    side = 1 + 0.22 * normal[0] * towards[0] / length

    def channel(key: float, fill: float, bounce: float) -> float:
        return 0.82 * side * (up * fill + (1 - up) * (0.62 * fill + 0.38 * bounce)) + 0.78 * facing * key

    return (
        channel(mood.key[0], mood.fill[0], mood.bounce[0]),
        channel(mood.key[1], mood.fill[1], mood.bounce[1]),
        channel(mood.key[2], mood.fill[2], mood.bounce[2]),
    )


def air_colour(mood: Mood, sky: Sky) -> RGB:
    """The air between the planes."""
    return mix(mood.air, _weather_air(mood, sky), sky.pull)


def _weather_air(mood: Mood, sky: Sky) -> RGB:
    """The air that a weather brings, darker under the stars."""
    return scaled(sky.air, 1 - (1 - sky.moonlit) * mood.stars)


def dark_colour(mood: Mood) -> RGB:
    """The darkest shade of a mood, for contact shadows and the foot of the picture."""
    return scaled(mix(mood.fill, mood.bounce, 0.5), 0.30)


def lamp_strength(mood: Mood, sky: Sky) -> float:
    """How bright lamps burn, 0 to 1: bad weather lights them earlier."""
    return max(mood.lamps, sky.lamps)


def air_share(mood: Mood, sky: Sky, scene_air: float, z: float) -> float:
    """Share of the air's colour at depth ``z``; thick air also stands in front of the stage."""
    return min(AIR_MOST, 1 - math.exp(-mood.density * sky.density * scene_air * (z - 1 + 0.3 * (sky.density - 1))))


def under_roof(colour: RGB, local: RGB, slots: Slots, lamps: float) -> RGB:
    """A lit colour in a room: the roof takes sky away, lamps give warmth back."""
    if slots.indoor >= 1:
        return colour
    roofed = times(scaled(colour, slots.indoor), ROOF_TINT)
    return plus(roofed, scaled(times(local, LAMP_WARMTH), max(0.0, lamps - LAMPS_THAT_WARM)))


def slot_colour(slot: str, z: float, slots: Slots, mood: Mood, sky: Sky) -> str:
    """``#rrggbb`` of a slot ``material_face_plane`` at depth ``z``: the one colour rule of every stage.

    Raises:
        KeyError: the drawing uses a material or facing that it does not define.
    """
    return hexadecimal(_slot_colour(slot.split("_"), z, slots, mood, sky))


def _slot_colour(parts: list[str], z: float, slots: Slots, mood: Mood, sky: Sky) -> RGB:
    material = parts[0]
    air = air_colour(mood, sky)
    if material in {"haze", "air"}:
        return air
    if material.startswith("sky"):
        return mix(mood.sky[int(material[3])], _weather_air(mood, sky), sky.pull * (0.75 if material == "sky0" else 0.9))
    if material == "cloud":
        return mix(mood.cloud_lit if parts[1] == "t" else mood.cloud_shade, _weather_air(mood, sky), sky.pull)
    if material in {"sun", "glint", "rim"}:
        return mix({"sun": mood.sun, "glint": mood.glint, "rim": mood.rim}[material], air, 0.6 * (1 - sky.sun))
    if material == "key":
        return mood.key
    if material == "dark":
        return dark_colour(mood)
    local, lamps = rgb(slots.local[material]), lamp_strength(mood, sky)
    if parts[1] == "g":
        # Emissive: off it is dull glass, on it has its own colour. Materials named lit… never go out.
        return mix(scaled(times(local, mood.fill), 0.62), local, 1 if material.startswith("lit") else lamps)
    lit = scaled(times(local, facing_light(parts[1], mood, sky.key)), sky.gain)
    lit = saturated(lit, sky.saturation if sky.saturation < 1 else 1.06)
    if material == "snow" and sky.caps:
        # Fresh snow keeps the lightest value in the picture.
        lit = mix(lit, WHITE, 0.38 * sky.caps)
    # Moonlight and twilight pull every colour to their own hue.
    hue = scaled(mood.fill, grey_of(lit) / max(mood.fill) * 1.12)
    lit = mix(lit, hue, mood.shift)
    if z < ROOF_REACH:
        lit = under_roof(lit, local, slots, lamps)
    if z < 1:
        # The frame falls to a tinted silhouette.
        return mix(scaled(lit, mood.near ** ((1 - z) / 0.45)), mood.sky[0], 0.14)
    return mix(lit, air, air_share(mood, sky, slots.air, z))
