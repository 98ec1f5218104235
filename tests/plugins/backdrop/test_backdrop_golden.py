"""Golden images: lit stages stay as they were looked at and found good.

To paint them anew after a wanted change, run this file: ``python tests/plugins/backdrop/test_backdrop_golden.py``.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from filmstudio.core.film import StageSet
from filmstudio.core.requests import BackdropRequest
from filmstudio.core.store import Store, StoreDesk
from filmstudio.plugins.backdrop.camera import REST, Pose, Size
from filmstudio.plugins.backdrop.engine import DrawnStage
from filmstudio.plugins.backdrop.still import still_of

GOLDEN = Path(__file__).parent / "golden"
SIZE = Size(320, 180)
CASES = ("ghat-dusk-clear", "palace-dawn-snow", "harbour-dawn-fog", "heath-day-storm", "bedroom-night-clear", "kit_forest-golden-clear")
Picture = npt.NDArray[np.uint8]


def paint(case: str, folder: Path, pose: Pose = REST, base: Pose = REST) -> Picture:
    stage, light, weather = case.split("-")
    desk = StoreDesk(Store(folder))
    chosen = StageSet.model_validate({"pack": "house", "stage": stage.replace("_", "-"), "light": light, "weather": weather, "seed": 7})
    return still_of(DrawnStage().make(BackdropRequest(set=chosen, scale=0.25), desk), desk, SIZE, pose, base)


def differs(first: Picture, second: Picture) -> bool:
    """True when a viewer would see it: another size, or more than 0.5 % of the pixels off by more than 20 levels, or all by 1.5."""
    if first.shape != second.shape:
        return True
    off = np.abs(first.astype(np.int16) - second.astype(np.int16)).max(axis=2)
    return bool((off > 20).mean() > 0.005 or off.mean() > 1.5)


@pytest.mark.parametrize("case", CASES)
def test_a_stage_looks_as_it_did_when_it_was_found_good(case: str, tmp_path: Path) -> None:
    golden = np.asarray(Image.open(GOLDEN / f"{case}.png").convert("RGB"))
    assert not differs(paint(case, tmp_path), golden)


def test_another_light_is_seen_by_this_comparison(tmp_path: Path) -> None:
    golden = np.asarray(Image.open(GOLDEN / "ghat-dusk-clear.png").convert("RGB"))
    assert differs(paint("ghat-golden-clear", tmp_path), golden)


def test_no_hole_opens_at_the_ends_of_the_cameras_way(tmp_path: Path) -> None:
    for pose in (Pose(800, 450), Pose(1120, 630), Pose(960, 540, 1.15)):
        picture = paint("limbo-day-clear", tmp_path, pose)
        assert picture.max(axis=2).min() > 8, "nothing in a stage by day is black"


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for name in CASES:
        with tempfile.TemporaryDirectory() as scratch:
            Image.fromarray(paint(name, Path(scratch))).save(GOLDEN / f"{name}.png", optimize=True)
