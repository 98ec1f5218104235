"""Golden images: drawn figures stay as they were looked at and found good.

To draw them anew after a wanted change, run this file: ``python tests/plugins/portrait/test_portrait_golden.py``.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from filmstudio.plugins.art.pack import house_pack
from filmstudio.plugins.portrait.cast import PosableRig, rig_for
from filmstudio.plugins.portrait.figure import PersonRig
from filmstudio.plugins.portrait.pose import Pose
from filmstudio.plugins.portrait.sheet import draw_sprite
from filmstudio.plugins.portrait.still import draw_layers, draw_posed, figure_box, over

GOLDEN = Path(__file__).parent / "golden"
PACK = house_pack()
Pixels = npt.NDArray[np.uint8]


def case(name: str) -> tuple[PosableRig, Pose]:
    who, _, what = name.partition("-")
    look = PACK.people.get(who, {"creature": who})
    rig = rig_for(look, PACK)  # type: ignore[arg-type]
    rest = rig.rest()
    return rig, {
        "stands": rest,
        "sad": rig.rest("sad"),
        "looks_back": replace(rest, yaw=-0.5, up=0.5, mouth="m_AI", far_front=True, far=(-20.0, -110.0, -20.0), hand_f="hand_open"),
        "sits": replace(rest, bottom="b_crossed", lean=-2.0),
        "kneels": replace(rest, bottom="b_seiza", near=(-6.0, -36.0, -26.0), far=(10.0, -34.0, -10.0)),
        "walks": replace(
            rest, nleg=(22.0, 12.0, 16.0), fleg=(-25.0, 10.0, -10.0), near=(20.0, -20.0, 0.0), far=(-30.0, -30.0, 0.0), sway=3.0
        ),
    }[what]


CASES = ("asha-stands", "emma-walks", "yuki-kneels", "prof-looks_back", "dada-sad", "ws_nivi-sits", "dog-walks", "dragon-stands")


def draw(name: str) -> Pixels:
    rig, pose = case(name)
    return draw_posed(rig, pose, 0.2).pixels


def differs(first: Pixels, second: Pixels) -> bool:
    """True when a viewer would see it: another size, or more than 0.3 % of the pixels off by more than 24 levels."""
    if first.shape != second.shape:
        return True
    off = np.abs(first.astype(np.int16) - second.astype(np.int16)).max(axis=2)
    return bool((off > 24).mean() > 0.003)


@pytest.mark.parametrize("name", CASES)
def test_figures_look_as_they_did(name: str) -> None:
    golden = np.asarray(Image.open(GOLDEN / f"{name}.png"), dtype=np.uint8)
    assert not differs(draw(name), golden)


def test_a_planted_fault_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    golden = np.asarray(Image.open(GOLDEN / "emma-walks.png"), dtype=np.uint8)
    monkeypatch.setattr("filmstudio.plugins.portrait.figure.UPPER_ARM", 150.0)
    assert differs(draw("emma-walks"), golden)


def test_a_lost_contact_shade_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    golden = np.asarray(Image.open(GOLDEN / "yuki-kneels.png"), dtype=np.uint8)
    monkeypatch.setattr(PersonRig, "shade", lambda *_: (4000.0, 0.0))
    assert differs(draw("yuki-kneels"), golden)


@pytest.mark.parametrize("name", ["asha-stands", "emma-walks", "dog-walks"])
def test_sprites_laid_by_their_matrices_give_the_same_picture(name: str) -> None:
    rig, pose = case(name)
    layers = [layer for layer in rig.layers(pose) if layer.opacity == 1.0]
    still = draw_layers(rig, layers, (0.0, 0.0), 0.4, figure_box(rig, layers))
    height, width = still.pixels.shape[:2]
    picture = np.zeros_like(still.pixels)
    for layer in layers:
        sprite = draw_sprite(rig, layer.sprite, 0.4)
        a, b, c, d, e, f = layer.matrix
        unit = 1 / sprite.scale
        x, y = a * sprite.x + c * sprite.y + e - still.x, b * sprite.x + d * sprite.y + f - still.y
        # pixel centres: cv2 counts them from 0, drawing units from the corner
        m = np.array([[a * unit, c * unit, x], [b * unit, d * unit, y]]) * 0.4
        m[:, 2] += m[:, :2] @ (0.5, 0.5) - 0.5
        picture = over(picture, cv2.warpAffine(sprite.pixels, m, (width, height), flags=cv2.INTER_LINEAR))
    off = np.abs(picture.astype(np.int16) - still.pixels.astype(np.int16)).max(axis=2)
    assert (off > 60).mean() < 0.004
    assert off.mean() < 2.5


if __name__ == "__main__":
    for each in CASES:
        Image.fromarray(draw(each)).save(GOLDEN / f"{each}.png", optimize=True)
