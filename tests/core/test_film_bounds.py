"""What a person may write into film.json: numbers that make a picture, times that end, a language that is no path."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from filmstudio.app import load_film
from filmstudio.core.character import Character, Identity
from filmstudio.core.errors import InputError
from filmstudio.core.film import CameraPose, Card, Film, Performer, Shot

CAMERA = {"start": {"x": 960, "y": 540}}


@pytest.mark.parametrize("zoom", [-1, 0, 1e-9, 1e9, float("nan"), float("inf")])
def test_a_zoom_that_shows_nothing_is_refused(zoom: float) -> None:
    with pytest.raises(ValidationError):
        CameraPose(x=0, y=0, zoom=zoom)


@pytest.mark.parametrize("place", [{"x": -1e15, "ground": 900}, {"x": 0, "ground": 1e300}, {"x": 0, "ground": 0, "scale": 1e6}])
def test_nobody_stands_beyond_the_end_of_the_world(place: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        Performer.model_validate({"character": "a", **place})


@pytest.mark.parametrize("hold", [-5, "-1/3", 1e9, "1e9", "1e999999999", "9" * 400, 10**400, "1/0", "soon", True, None])
def test_a_time_is_from_nothing_to_an_hour(hold: Any) -> None:
    with pytest.raises(ValidationError):
        Shot.model_validate({"id": "a", "camera": CAMERA, "hold": hold})


@pytest.mark.parametrize("language", ["../x", "en/../x", "", "x" * 40, "en\x00", "en\n"])
def test_a_language_is_no_path(language: str) -> None:
    with pytest.raises(ValidationError):
        Film(title="A", language=language)


def test_a_title_may_be_long_but_not_a_book() -> None:
    with pytest.raises(ValidationError):
        Film(title="x" * 100_000)


@pytest.mark.parametrize("lines", [["x"] * 2000, ["word " * 4000]])
def test_a_card_of_more_than_can_be_set_is_refused_with_what_to_do(lines: list[str], tmp_path: Path) -> None:
    said = refused({"scenes": [scene({"card": {"lines": lines}})]}, tmp_path)
    assert "scenes.0.shots.0.card.lines" in said
    assert "at most 200 lines and 4000 letters" in said and "divide it" in said


@pytest.mark.parametrize(
    ("look", "where"), [({"body": {"s": 1e9}}, "body.s is 1e+09"), ({"pose": {"legs": [[0, -5000]]}}, "pose.legs.0.1")]
)
def test_a_measure_of_a_look_beyond_any_drawing_is_refused_by_its_place(look: dict[str, Any], where: str, tmp_path: Path) -> None:
    person = {"id": "a", "name": "A", "identity": {"seed": 1, "pack": "house", "look": look}}
    said = refused({"characters": [person], "scenes": [scene({})]}, tmp_path)
    assert "characters.0.identity.look" in said and where in said and "1000" in said


def test_cards_and_looks_within_their_limits_are_taken() -> None:
    Card(lines=("x" * 20,) * 200)
    Character(id="a", name="A", identity=Identity(seed=1, pack="house", look={"pose": {"ground": 420}, "round": True}))


def scene(shot: dict[str, Any]) -> dict[str, Any]:
    return {"id": "s", "number": "1", "set": {"pack": "house", "stage": "park"}, "shots": [{"id": "a", "camera": CAMERA, **shot}]}


def refused(film: dict[str, Any], folder: Path) -> str:
    path = folder / "film.json"
    path.write_text(json.dumps({"title": "A", **film}))
    with pytest.raises(InputError) as caught:
        load_film(path)
    return str(caught.value)
