"""Weather that moves: falling snow and rain as numbers, lightning as points, fog as drifting planes."""

from __future__ import annotations

import random
from collections.abc import Sequence

from filmstudio.core.film import Weather
from filmstudio.plugins.backdrop.colour import rgb
from filmstudio.plugins.backdrop.extras import IN_FRONT_OF_CAST, Drift, Lightning, ParticleLayer, Particles
from filmstudio.plugins.backdrop.planes import Group
from filmstudio.plugins.backdrop.relight import NEAREST_IN_ROOMS
from filmstudio.plugins.backdrop.slots import Slots
from filmstudio.plugins.backdrop.stage import VIEW_BOX
from filmstudio.plugins.backdrop.weather import MIST_BANKS, RAIN_COLOUR, RAIN_LAYERS, RAIN_SLANT, SNOW_LAYERS, bolt_points

SNOW_SPEEDS = (60.0, 110.0, 170.0, 300.0)
"""Fall of the four depths of snow, units per second."""
SNOW_SWAY = 20.0
RAIN_STREAKS_PER_SECOND = 22.0
"""A drop falls this many of its streaks in a second: a streak is what a shutter of half a frame at 12 to 24 pictures sees."""
MIST_SPEEDS = (6.0, -9.0, 13.0, -18.0)
"""Drift of the four banks of fog, far to near, units per second."""
MIST_REACH = 320.0
MIST_SCALE = 0.125
"""Banks are blurred by 60 units, so an eighth of the pixels holds them."""
STORM_Z = 20.0
IN_FRONT = 0.01
"""Weather seen through a window lies this much deeper than its wall."""


def moving_weather(weather: Weather, rain: bool, slots: Slots, groups: Sequence[Group]) -> tuple[Particles, ...]:
    """Snow and rain to be drawn frame by frame; in a room, behind its window only."""
    if weather == "snow":
        layers = [
            ParticleLayer(
                z=z, after=_behind(z, slots, groups), count=count, size=radius, size_spread=(0.55, 1.35),
                opacity=0.45 if z < 0.6 else 0.85, opacity_spread=(0.35, 0.95), speed=speed,
            )
            for (z, count, radius), speed in zip(SNOW_LAYERS, SNOW_SPEEDS, strict=True)
        ]  # fmt: skip
        return _kept(Particles(kind="snow", colour=(1.0, 1.0, 1.0), sway=SNOW_SWAY, layers=tuple(layers)), slots)
    if weather == "storm" or rain:
        share = 1.0 if weather == "storm" else 0.5
        layers = [
            ParticleLayer(
                z=z, after=_behind(z, slots, groups), count=round(count * share), size=length, size_spread=(0.7, 1.3),
                width=1 + 1.2 / z, opacity=opacity, speed=RAIN_STREAKS_PER_SECOND * length,
            )
            for z, count, length, opacity in RAIN_LAYERS
        ]  # fmt: skip
        return _kept(Particles(kind="rain", colour=rgb(RAIN_COLOUR), slant=RAIN_SLANT, layers=tuple(layers)), slots)
    return ()


def lightning(weather: Weather, seed: int, slots: Slots, groups: Sequence[Group]) -> Lightning | None:
    """The bolt of a storm; none where the sky is not seen."""
    if weather != "storm" or (slots.wall is not None and slots.wall >= STORM_Z):
        return None
    return Lightning(
        points=bolt_points(random.Random(seed)), after=_behind(STORM_Z, slots, groups), z=STORM_Z, width=4.5, colour=rgb("#f4f6ff")
    )


def mist_banks(weather: Weather, slots: Slots, seed: int, air: str, groups: Sequence[Group]) -> tuple[tuple[Group, Drift], ...]:
    """Banks of fog out of doors, each an SVG body wider than the stage by its reach, and how it drifts."""
    if weather != "fog" or slots.wall is not None:
        return ()
    rng = random.Random(seed)
    left, _, width, _ = VIEW_BOX
    banks = []
    for number, ((z, y, opacity), speed) in enumerate(zip(MIST_BANKS, MIST_SPEEDS, strict=True)):
        # One ellipse in each ninth of the width, so that no bank leaves a hole when it drifts.
        step = (width + 2 * MIST_REACH) / 11
        shapes = "".join(
            f'<ellipse cx="{left - MIST_REACH + step * (k + rng.uniform(0.2, 0.8)):.0f}" cy="{y + rng.uniform(-70, 60):.0f}"'
            f' rx="{rng.uniform(300, 640):.0f}" ry="{rng.uniform(40, 105):.0f}"/>'
            for k in range(11)
        )
        name = f"mist-{number}"
        drawing = f'<g fill="{air}" opacity="{opacity}" filter="url(#soft60)">{shapes}</g>'
        banks.append((Group(name, _bank_depth(number, z, groups), drawing), Drift(plane=name, speed=speed, reach=MIST_REACH)))
    return tuple(banks)


def _bank_depth(number: int, z: float, groups: Sequence[Group]) -> float:
    """The depth of a bank, moved so that it lies before its plane: far, mid, near and the cast in turn."""
    depths = {group.id: group.z for group in groups}
    if number == 0:
        return max(z, depths.get("mid", 0.0) + 0.01)
    before = ("far", "mid", "near", "stage")[number]
    return min(z, depths.get(before, z) - 0.01) if number < 3 else z


def _behind(z: float, slots: Slots, groups: Sequence[Group]) -> str:
    """The plane that weather at depth ``z`` lies in front of."""
    if slots.wall is not None:
        z = max(z, slots.wall + IN_FRONT)
    farther = [group for group in groups if group.z >= z]
    if z < 1:
        nearer_wings = [group for group in farther if group.z < 1]
        return nearer_wings[-1].id if nearer_wings else IN_FRONT_OF_CAST
    return farther[-1].id if farther else groups[0].id


def _kept(particles: Particles, slots: Slots) -> tuple[Particles, ...]:
    if slots.wall is None:
        return (particles,)
    if slots.wall > STORM_Z:
        return ()
    # What would fall in front of the cast stays out of the room.
    window = slots.wall + IN_FRONT
    outside = tuple(layer.model_copy(update={"z": max(layer.z, window)}) for layer in particles.layers if layer.z >= NEAREST_IN_ROOMS)
    return (particles.model_copy(update={"layers": outside}),)
