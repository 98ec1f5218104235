"""What a person may write into film.json: numbers that make a picture, times that end, a language that is no path."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from filmstudio.core.film import CameraPose, Film, Performer, Shot

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
