"""Nothing of the stage is seen between hair, ear and temple, however the head turns."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from filmstudio.plugins.art.pack import house_pack
from filmstudio.plugins.portrait.cast import PosableRig, rig_for
from filmstudio.plugins.portrait.layer import Layer
from filmstudio.plugins.portrait.still import draw_layers, figure_box

PACK = house_pack()
TURNS = (-0.6, 0.0, 0.25, 0.4, 0.6)


def heads(name: str, hair: str = "") -> tuple[PosableRig, list[list[Layer]]]:
    """The head of someone of the pack, with hair of their own or another's, in several turns."""
    look = PACK.people[name]
    if hair:
        look = {**look, "head": {**look["head"], "back": [f"{hair}_back"], "front": [f"{hair}_front"]}}  # type: ignore[dict-item]
    rig = rig_for(look, PACK)
    poses = [replace(rig.rest(), yaw=yaw, tilt=0.0) for yaw in TURNS]
    return rig, [[layer for layer in rig.layers(pose) if layer.group in ("head", "head_back")] for pose in poses]


def hole(rig: PosableRig, layers: list[Layer]) -> int:
    """Square units of the largest hole in the picture, which nothing joins to what is around the head."""
    still = draw_layers(rig, layers, (0.0, 0.0), 1.0, figure_box(rig, layers))
    count, _, found, _ = cv2.connectedComponentsWithStats((still.pixels[..., 3] < 128).astype(np.uint8), connectivity=4)
    return max((int(found[n, cv2.CC_STAT_AREA]) for n in range(1, count) if found[n, cv2.CC_STAT_LEFT] > 0), default=0)


@pytest.mark.parametrize(("name", "hair"), [("dada", "h_crop"), ("tomas", ""), ("north_haori", ""), ("ravi", ""), ("yuki", "")])
def test_no_ground_shows_inside_a_head_that_turns(name: str, hair: str) -> None:
    rig, turns = heads(name, hair)
    assert max(hole(rig, layers) for layers in turns) < 6


def test_without_its_lining_a_head_has_a_hole() -> None:
    rig, turns = heads("tomas")
    assert max(hole(rig, [layer for layer in layers if not layer.sprite.endswith("_under")]) for layers in turns) > 50
