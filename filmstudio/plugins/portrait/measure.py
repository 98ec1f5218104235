"""Measures of a figure that a camera frames by, in drawing units above the ground."""

from __future__ import annotations

from dataclasses import dataclass

from filmstudio.plugins.portrait.cast import PosableRig
from filmstudio.plugins.portrait.still import figure_box


@dataclass(frozen=True, slots=True)
class FigureSize:
    """``height``: crown to sole; ``top``: with hair, hat and horns; ``eye``: the eye line; ``width``: across, arms as at rest."""

    height: float
    top: float
    eye: float
    width: float


def measure(rig: PosableRig) -> FigureSize:
    """Measure a figure as it stands by nature."""
    pose = rig.rest()
    x, y, width, _ = figure_box(rig, rig.layers(pose), air=0.0)
    return FigureSize(
        height=round(max(1.0, -rig.point(pose, "crown")[1]), 1),
        top=round(max(1.0, -y), 1),
        eye=round(max(1.0, -rig.point(pose, "eye")[1]), 1),
        width=round(max(x + width, -x) * 2, 1),
    )
