"""The stages of a pack, as data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from filmstudio.core.errors import InputError
from filmstudio.plugins.art.pack import house_pack
from filmstudio.plugins.backdrop.relight import PLANE_START
from filmstudio.plugins.backdrop.slots import slots_of
from filmstudio.plugins.backdrop.stage import FRAME, crop_centre, load_stages

HOUSE = house_pack().folder
STAGES = load_stages(HOUSE)


def pack_with(folder: Path, change: Any) -> Path:
    listed = json.loads((HOUSE / "stages" / "stages.json").read_text(encoding="utf-8"))
    change(listed)
    (folder / "stages").mkdir()
    (folder / "stages" / "stages.json").write_text(json.dumps(listed), encoding="utf-8")
    return folder


def test_the_house_has_twenty_eight_drawings_and_two_kits() -> None:
    assert sum(stage.file is not None for stage in STAGES.values()) == 28
    assert {stage.kit.name for stage in STAGES.values() if stage.kit} == {"village", "forest"}


@pytest.mark.parametrize("stage", [stage for stage in STAGES.values() if stage.file], ids=lambda stage: stage.id)
def test_what_is_said_of_a_stage_is_true_of_its_drawing(stage: Any) -> None:
    drawing = (HOUSE / "stages" / stage.file).read_text(encoding="utf-8")
    drawn = tuple((f"p{number}-{name}", float(z)) for number, name, z in PLANE_START.findall(drawing))
    assert drawn == tuple((plane.id, plane.z) for plane in stage.planes)
    assert slots_of(drawing).sun == stage.sun
    assert (slots_of(drawing).indoor < 1) == (stage.place == "interior")


def test_a_figure_grows_as_it_walks_towards_the_camera() -> None:
    ghat = STAGES["ghat"]
    assert ghat.cast_height(900) == pytest.approx(286)
    assert ghat.cast_height(960) > ghat.cast_height(900)


@pytest.mark.parametrize("aspect", ["1:1", "9:16"])
def test_a_crop_lies_inside_the_frame(aspect: Any) -> None:
    for stage in STAGES.values():
        for focal in (0.0, 700.0, 1920.0):
            half = stage.safe_crops[aspect].width / 2
            assert half <= crop_centre(stage, aspect, focal) <= FRAME[2] - half


def test_every_mistake_in_the_list_is_told_at_once(tmp_path: Path) -> None:
    def spoil(listed: Any) -> None:
        listed["stages"][0]["moods"] = ["noon"]
        listed["stages"][1]["horizon"] = 3

    with pytest.raises(InputError) as caught:
        load_stages(pack_with(tmp_path, spoil))
    told = str(caught.value.problems)
    assert "stages.0.moods.0" in told
    assert "stages.1.horizon" in told


def test_a_stage_listed_twice_and_one_without_drawing_are_contradictions(tmp_path: Path) -> None:
    def spoil(listed: Any) -> None:
        listed["stages"].append(listed["stages"][0])
        listed["stages"][1]["file"] = None

    with pytest.raises(InputError) as caught:
        load_stages(pack_with(tmp_path, spoil))
    told = {problem.message for problem in caught.value.problems}
    assert told == {"stage living needs either a file or a kit.", "stage kitchen is listed twice."}


def test_a_folder_without_stages_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"stages\.json"):
        load_stages(tmp_path)
