"""Choosing a stage: the longest word wins, in every script, and a stand-in says what it is."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from filmstudio.app import Studio, Wishes
from filmstudio.core.options import RenderOptions
from filmstudio.core.plugins import Plugins
from filmstudio.core.requests import BackdropRequest
from filmstudio.core.store import StoreDesk
from filmstudio.plugins.art.pack import HOUSE_FOLDER
from filmstudio.plugins.art.shelf import installed_pack
from filmstudio.plugins.backdrop.engine import DrawnStage
from filmstudio.plugins.direction import packs
from filmstudio.plugins.direction.packs import installed_stages
from filmstudio.plugins.direction.stages import Setting, choose_stage, fold, light_for, occurs, weather_for

STAGES, _ = installed_stages()


@pytest.mark.parametrize(
    ("place", "setting", "culture", "stage"),
    [
        ("KITCHEN", "interior", "western", "kitchen"),
        ("GHAT", "exterior", "indian_north", "ghat"),
        ("RIVER BANK", "exterior", "indian_north", "ghat"),
        ("रसोई", "interior", "indian_north", "kitchen"),
        ("カフェ", "interior", "japanese", "cafe"),
        ("مطبخ", "interior", "middle_eastern", "kitchen"),
        ("السوق", "exterior", "middle_eastern", "souk"),
        ("лаборатория", "interior", "western", "office-lab"),
        ("Küche", "interior", "western", "kitchen"),
        ("VILLAGE", "exterior", "indian_east", "banyan-well"),
        ("VILLAGE", "exterior", "western_european", "kit-village"),
        ("VILLAGE SQUARE", "exterior", "african", "baobab"),
        ("CASTLE", "interior", "fantasy", "great-hall"),
        ("SPACESHIP", "interior", "western", "space-deck"),
        ("JUNGLE", "exterior", "indian_south", "kit-forest"),
        ("SCHOOL", "interior", "western", "classroom"),
        ("BRIDGE", "exterior", "western", "city-street"),
        ("BRIDGE", "interior", "western", "space-deck"),
    ],
)
def test_a_heading_finds_its_stage(place: str, setting: str, culture: str, stage: str) -> None:
    choice = choose_stage(STAGES, place, setting, culture)  # type: ignore[arg-type]
    assert choice.stage.id == stage
    assert choice.stand_in == ""


@pytest.mark.parametrize(
    ("place", "setting", "culture", "stage"),
    [
        ("SULTAN'S PALACE, BAGHDAD", "interior", "middle_eastern", "great-hall"),
        ("ROYAL PALACE", "interior", "western_european", "great-hall"),
        ("PALACE", "interior", "chinese", "palace"),
        ("PALACE", "exterior", "western", "palace"),
    ],
)
def test_the_rooms_of_a_palace_are_not_the_forecourt_of_one_on_the_other_side_of_the_world(
    place: str, setting: str, culture: str, stage: str
) -> None:
    choice = choose_stage(STAGES, place, setting, culture)  # type: ignore[arg-type]
    assert choice.stage.id == stage
    assert setting == "exterior" or choice.stand_in


def test_a_place_that_is_not_drawn_gets_a_stand_in_with_a_note() -> None:
    choice = choose_stage(STAGES, "DINING ROOM", "interior", "western")
    assert choice.stage.id == "kitchen"
    assert "dining room" in choice.stand_in


@pytest.mark.parametrize(
    ("place", "setting", "stage"),
    [("STATION", "interior", "city-street"), ("ВОКЗАЛ", "interior", "city-street"), ("TEATRO VACÍO", "interior", "great-hall"),
     ("POLICE STATION", "interior", "office-lab"), ("駅", "exterior", "city-street"), ("Backstube", "interior", "kitchen")],
)  # fmt: skip
def test_stations_and_theatres_have_stand_ins(place: str, setting: Setting, stage: str) -> None:
    choice = choose_stage(STAGES, place, setting)
    assert choice.stage.id == stage and choice.stand_in


def test_an_unknown_place_is_a_living_room_inside_and_a_park_outside() -> None:
    inside, outside = (choose_stage(STAGES, "XYZZY", setting) for setting in ("interior", "exterior"))
    assert (inside.stage.id, outside.stage.id) == ("living", "park")
    assert "XYZZY" in inside.stand_in and "XYZZY" in outside.stand_in


def test_words_are_found_at_their_edges_only() -> None:
    assert occurs("bar", "the bar at night")
    assert not occurs("bar", "barn")
    assert occurs("dune", "the dunes")
    assert not occurs(fold("घाट"), fold("घाटी"))
    assert occurs(fold("城"), fold("大きな城の門"))


def test_light_and_weather_a_stage_does_not_have_fall_back_to_what_it_has() -> None:
    drawn = {found.stage.id: found.stage for found in STAGES}
    assert weather_for(drawn["ghat"], "snow") == "clear"
    assert weather_for(drawn["snow-hut"], "snow") == "snow"
    assert light_for(drawn["ghat"], "noon") == drawn["ghat"].signature.mood


@pytest.fixture
def strangers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Installs a second pack whose one stage, a copy of the house's beach or kitchen, answers to other words."""

    def install(of: str, **changes: Any) -> None:
        listed = json.loads((HOUSE_FOLDER / "stages" / "stages.json").read_text(encoding="utf-8"))
        stage = next(stage for stage in listed["stages"] if stage["id"] == of)
        listed["stages"] = [{**stage, "id": "strange", "default_for": [], "fallback_for": [], **changes}]
        folder = tmp_path / "stranger"
        (folder / "stages").mkdir(parents=True)
        (folder / "stages" / "stages.json").write_text(json.dumps(listed), encoding="utf-8")
        shutil.copy(HOUSE_FOLDER / "stages" / stage["file"], folder / "stages")
        files = {"stages": "stages/stages.json", "stage_drawings": [f"stages/{stage['file']}"]}
        manifest = {"name": "stranger", "version": "0.1.0", "api": 1, "licence": "CC0-1.0", "files": files}
        (folder / "pack.json").write_text(json.dumps(manifest), encoding="utf-8")
        monkeypatch.setattr(Plugins, "art_packs", lambda _: (HOUSE_FOLDER, folder))

    packs._stages_of.cache_clear()
    installed_pack.cache_clear()
    yield install
    packs._stages_of.cache_clear()
    installed_pack.cache_clear()


def chosen(place: str, culture: str = "western", setting: Setting = "interior") -> tuple[str, str]:
    stages, _ = installed_stages(("stranger",))
    choice = choose_stage(stages, place, setting, culture)
    return choice.pack, choice.stage.id


def test_every_installed_pack_gives_the_places_that_it_draws_better(strangers: Callable[..., None]) -> None:
    strangers("kitchen", words=["galley of a ship", "kitchen"], culture="japanese", region="Japan")
    assert chosen("GALLEY OF A SHIP") == ("stranger", "strange")
    assert chosen("KITCHEN", "japanese") == ("stranger", "strange")


def test_among_equals_the_house_is_preferred_so_that_films_stay_as_they_were(strangers: Callable[..., None]) -> None:
    strangers("kitchen", id="kitchen")
    places = [
        word for found in STAGES for word in (*found.stage.words, *found.stage.default_for, *(f.heading for f in found.stage.fallback_for))
    ]
    assert len(places) > 500
    assert {chosen(place, culture)[0] for place in [*places, "XYZZY"] for culture in ("western", "japanese")} == {"house"}


def test_a_film_is_staged_and_painted_in_a_strangers_place(strangers: Callable[..., None], tmp_path: Path) -> None:
    strangers("beach", words=["tide pool of the moon"])
    script = tmp_path / "a.fountain"
    script.write_text("EXT. TIDE POOL OF THE MOON - DAY\n\nLENA\nIt rains.\n")
    studio = Studio(tmp_path / "cache")
    film = studio.develop(studio.read(script)[0], Wishes(), RenderOptions())
    assert (film.scenes[0].set.pack, film.scenes[0].set.stage, film.scenes[0].set.stand_in) == ("stranger", "strange", "")
    assert DrawnStage().make(BackdropRequest(set=film.scenes[0].set, scale=0.125), StoreDesk(studio.store)).planes


def test_the_stages_of_a_pack_that_cannot_be_read_are_left_out_and_the_film_says_why(
    strangers: Callable[..., None], tmp_path: Path
) -> None:
    strangers("beach", moods=["noon"])
    script = tmp_path / "a.fountain"
    script.write_text("EXT. BEACH - DAY\n\nLENA\nIt rains.\n")
    studio = Studio(tmp_path / "cache")
    film = studio.develop(studio.read(script)[0], Wishes(), RenderOptions())
    assert film.scenes[0].set.pack == "house"
    assert [(remark.about, "moods" in remark.text) for remark in film.remarks] == [("art pack stranger", True)]
