"""The light of a stage as it falls on the cast, and the grade that lies over cast and stage alike."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from filmstudio.core.film import Light
from filmstudio.plugins.backdrop.colour import GREY_WEIGHTS, RGB, WHITE, grey_of, mix, plus, saturated, scaled
from filmstudio.plugins.backdrop.extras import CastAir, CastMatrix
from filmstudio.plugins.backdrop.light import Mood, air_colour, air_share, lamp_strength, under_roof
from filmstudio.plugins.backdrop.relight import bloom_strength, vignette_strength
from filmstudio.plugins.backdrop.slots import Slots
from filmstudio.plugins.backdrop.stage import FRAME, VIEW_BOX
from filmstudio.plugins.backdrop.weather import Sky

TINT_SHARE = 0.55
"""How far the cast takes on the light it stands in; the rest stays its own colour, so that faces read."""
SHIFT_SHARE = 0.7
"""How far the cast follows the stage's pull to the mood's hue: night takes the colour out of a yellow coat too."""
RIM_AT_BACK_LIGHT = 0.85
RIM_AT_FRONT_LIGHT = 0.30
GRADE_SIZE = (480, 270)
"""Pixels of the grade: it holds nothing but two wide gradients."""
TYPICAL_TONE = 0.38
"""Display value for which the grade is exact; see ``grade``."""


def cast_tint(slots: Slots, mood: Mood, sky: Sky) -> RGB:
    """Factors that light the cast: white mixed 55 % towards .82 fill + .5 key under the roof and lamps of a room, in the mood's hue.

    For a grey figure this is all that ``cast_matrix`` does but the air.
    """
    lit, (pull, hue) = _daylight(slots, mood, sky), _hue_pull(mood)
    tint = mix(lit, scaled(hue, grey_of(lit)), pull)
    return (min(1.0, tint[0]), min(1.0, tint[1]), min(1.0, tint[2]))


def _daylight(slots: Slots, mood: Mood, sky: Sky) -> RGB:
    light = scaled(plus(scaled(mood.fill, 0.82), scaled(mood.key, 0.5 * sky.key)), sky.gain)
    light = saturated(under_roof(light, WHITE, slots, lamp_strength(mood, sky)), min(1.0, sky.saturation))
    tint = mix(WHITE, light, TINT_SHARE)
    return (min(1.0, tint[0]), min(1.0, tint[1]), min(1.0, tint[2]))


def _hue_pull(mood: Mood) -> tuple[float, RGB]:
    """How far the cast is pulled to the mood's hue, and that hue for a grey of 1."""
    return SHIFT_SHARE * mood.shift, scaled(mood.fill, 1.12 / max(mood.fill))


def cast_air(slots: Slots, mood: Mood, sky: Sky) -> CastAir:
    """Fog that lies between the cast and the viewer."""
    return CastAir(colour=air_colour(mood, sky), amount=max(0.0, air_share(mood, sky, slots.air, 1.0)))


def cast_matrix(slots: Slots, mood: Mood, sky: Sky) -> CastMatrix:
    """All light on the cast as one colour matrix: the tint, the pull to the mood's hue at 70 % of the stage's, and the air.

    Rows give red, green and blue from (red, green, blue, alpha) of premultiplied pixels, so the fourth column is the air.
    """
    air, (pull, hue) = cast_air(slots, mood, sky), _hue_pull(mood)
    pulled = (1 - pull) * np.eye(3) + pull * np.outer(np.asarray(hue), GREY_WEIGHTS)
    matrix = pulled * np.asarray(_daylight(slots, mood, sky))[None, :] * (1 - air.amount)
    rows = [(float(r), float(g), float(b), air.amount * value) for (r, g, b), value in zip(matrix, air.colour, strict=True)]
    return (rows[0], rows[1], rows[2])


def rim_light(slots: Slots, mood: Mood, sky: Sky) -> tuple[float, float, float, float]:
    """Colour and alpha of the light on the cast's edges: .85 against the sun, .3 with it, less under a roof or a covered sky."""
    colour = mix(mood.rim, air_colour(mood, sky), 0.6 * (1 - sky.sun))
    behind = min(1.0, max(0.0, (0.6 - mood.towards_key[2]) / 0.95))
    alpha = RIM_AT_FRONT_LIGHT + (RIM_AT_BACK_LIGHT - RIM_AT_FRONT_LIGHT) * behind
    return (*colour, alpha * sky.sun * min(1.0, 0.25 + 0.6 * sky.key) / 0.85 * slots.indoor**2)


def rim_side(mood: Mood) -> Literal["left", "right"]:
    """The side of the picture that the key comes from."""
    return "right" if mood.towards_key[0] > 0 else "left"


def grade(slots: Slots, light: Light, mood: Mood, sky: Sky) -> NDArray[np.uint8]:
    """The corners' shade and the sun's bloom over the frame, as premultiplied RGBA (270, 480, 4) to be laid over the picture.

    The art multiplies the corners and screens the bloom: value * gain + lift, with gain and lift by channel. One alpha cannot
    hold three gains, so alpha is their mean and the difference is added for a typical tone.
    """
    width, height = GRADE_SIZE
    x = (np.arange(width) + 0.5) * FRAME[2] / width
    y = ((np.arange(height) + 0.5) * FRAME[3] / height)[:, None]
    left, top, box_width, box_height = VIEW_BOX
    radius = np.hypot((x - left) / box_width - 0.5, (y - top) / box_height - 0.46) / 0.72
    shade = vignette_strength(mood) * np.clip((radius - 0.55) / 0.45, 0, 1)[..., None]
    sun_x, sun_y = slots.sun_at(light)
    glow = bloom_strength(slots, sky) * np.clip(1 - np.hypot(x - sun_x, y - sun_y) / 820, 0, 1)[..., None]
    corner, key = np.asarray(scaled(mood.fill, 0.55)), np.asarray(mood.key)
    lift = glow * key
    gain = (1 - shade * (1 - corner)) * (1 - lift)
    mean = gain.mean(axis=-1, keepdims=True)
    over = np.clip(lift + (gain - mean) * TYPICAL_TONE, 0, 1)
    made: NDArray[np.uint8] = np.rint(np.concatenate([over, 1 - mean], axis=-1) * 255).astype(np.uint8)
    return made
