"""Choosing a stage: the longest word wins, in every script, and a stand-in says what it is."""

from __future__ import annotations

import pytest

from filmstudio.plugins.direction.house import house_stages
from filmstudio.plugins.direction.stages import choose_stage, fold, light_for, occurs, weather_for

STAGES = house_stages()


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
    assert weather_for(STAGES["ghat"], "snow") == "clear"
    assert weather_for(STAGES["snow-hut"], "snow") == "snow"
    assert light_for(STAGES["ghat"], "noon") == STAGES["ghat"].signature.mood
