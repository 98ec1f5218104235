"""From a stage and its set to everything a picture engine needs: painted planes, light for the cast, weather that moves."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from filmstudio.core.errors import InputError
from filmstudio.core.film import StageSet
from filmstudio.plugins.backdrop.atmosphere import MIST_REACH, MIST_SCALE, lightning, mist_banks, moving_weather
from filmstudio.plugins.backdrop.cast_light import cast_air, cast_matrix, cast_tint, grade, rim_light, rim_side
from filmstudio.plugins.backdrop.colour import RGB, hexadecimal
from filmstudio.plugins.backdrop.extras import IN_FRONT_OF_CAST, StageExtras
from filmstudio.plugins.backdrop.kit_forest import draw_forest
from filmstudio.plugins.backdrop.kit_village import draw_village
from filmstudio.plugins.backdrop.light import air_colour, dark_colour, lamp_strength
from filmstudio.plugins.backdrop.planes import Painted, far_limit, grouped, layers_of, paint
from filmstudio.plugins.backdrop.relight import mood_of, relight
from filmstudio.plugins.backdrop.slots import slots_of
from filmstudio.plugins.backdrop.stage import FRAME, Stage
from filmstudio.plugins.backdrop.weather import overlays, sky_of


@dataclass(frozen=True, slots=True)
class PaintedSet:
    """A lit and painted stage."""

    planes: tuple[Painted, ...]
    cast_tint: RGB
    rim: tuple[float, float, float, float]
    rim_from: Literal["left", "right"]
    dark: RGB
    grade: NDArray[np.uint8]
    extras: StageExtras


KITS = {"village": draw_village, "forest": draw_forest}


def stage_drawing(folder: Path, stage: Stage, seed: int) -> str:
    """The drawing of a stage (SVG text), drawn from ``seed`` when it is a kit.

    Raises:
        InputError: the pack lacks the file.
    """
    if stage.kit is not None:
        return KITS[stage.kit.name](seed)[0]
    path = folder / "stages" / (stage.file or "")
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"the art pack lacks {path.name}.", remedy="Name a complete art pack.") from error


def focal_x(stage: Stage, seed: int) -> float:
    """The x of what the eye goes to, in stage units."""
    if stage.kit is not None:
        return KITS[stage.kit.name](seed)[1]
    return stage.focal.x if stage.focal.x is not None else FRAME[2] / 2


def paint_set(folder: Path, stage: Stage, chosen: StageSet, scale: float) -> PaintedSet:
    """Light and paint a stage at ``scale`` pixels for each unit.

    Still weather (storm clouds, fog behind a window) is painted into the planes; fog out of doors becomes planes that drift;
    snow, rain and lightning are told in ``extras``.
    """
    drawing = stage_drawing(folder, stage, chosen.seed)
    slots, sky = slots_of(drawing), sky_of(chosen.weather, chosen.rain)
    mood = mood_of(slots, chosen.light)
    air = air_colour(mood, sky)
    still = [
        overlay
        for overlay in overlays(chosen.weather, chosen.rain, chosen.seed, hexadecimal(air))
        if overlay.kind == "clouds" or (overlay.kind == "mist" and slots.wall is not None)
    ]
    head, layers = layers_of(relight(drawing, chosen.light, sky, still))
    groups = grouped(layers, far_limit(slots))
    banks = mist_banks(chosen.weather, slots, chosen.seed, hexadecimal(air), groups)
    painted = [plane for group in groups if (plane := paint(head, group, scale))]
    painted += [plane for bank, _ in banks if (plane := paint(head, bank, MIST_SCALE * scale, MIST_REACH))]
    planes = tuple(sorted(painted, key=lambda plane: -plane.z))
    behind = [plane.id for plane in planes if plane.z >= 1]
    contrast = stage.caption.contrast_mean.get(chosen.light, 1.0)
    return PaintedSet(
        planes=planes,
        cast_tint=cast_tint(slots, mood, sky),
        rim=rim_light(slots, mood, sky),
        rim_from=rim_side(mood),
        dark=dark_colour(mood),
        grade=grade(slots, chosen.light, mood, sky),
        extras=StageExtras(
            cast_after=behind[-1] if behind else IN_FRONT_OF_CAST,
            horizon_y=stage.horizon_y,
            ground_y=stage.ground_y,
            sun=slots.sun_at(chosen.light),
            sun_share=min(1.0, sky.sun * slots.indoor**2),
            key=mood.key,
            lamps=lamp_strength(mood, sky),
            air=air,
            cast_air=cast_air(slots, mood, sky),
            cast_matrix=cast_matrix(slots, mood, sky),
            particles=moving_weather(chosen.weather, chosen.rain, slots, groups),
            drifts=tuple(drift for _, drift in banks),
            lightning=lightning(chosen.weather, chosen.seed, slots, groups),
            caption_band=stage.caption.band,
            caption_contrast=contrast,
            caption_outline=contrast < 4.5 or chosen.light in stage.caption.outline_needed or chosen.weather in {"fog", "snow"},
        ),
    )
