"""The published schemas are those of the models. After a change of a model: ``UPDATE_SCHEMAS=1 ./studio test tests/docs``."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Literal

import pytest
from jsonschema import Draft202012Validator

from filmstudio.core.character import Character, Identity
from filmstudio.core.film import Camera, CameraPose, Film, Line, Scene, Shot, StageSet
from filmstudio.core.finishing import record_json
from filmstudio.core.model import Record
from filmstudio.core.report import CaptionFacts, FilmFacts, LipsyncFacts, LoudnessFacts, Metadata, Report, Totals, VideoFacts

SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"
DIALECT = "https://json-schema.org/draft/2020-12/schema"

# A film is written by hand too, so its schema is of what is read; the other two are of what is written.
PUBLISHED: dict[str, tuple[type[Record], Literal["validation", "serialization"]]] = {
    "film": (Film, "validation"),
    "report": (Report, "serialization"),
    "metadata": (Metadata, "serialization"),
}

FILM = Film(
    title="A Test",
    characters=(Character(id="mira", name="Mira", identity=Identity(seed=1, pack="house", look={"skin": "T3"})),),
    scenes=(
        Scene(
            id="s1",
            number="1",
            set=StageSet(pack="house", stage="kitchen"),
            shots=(Shot(id="a", camera=Camera(start=CameraPose(x=960, y=540)), beats=(Line(id="l1", character="mira", text="Hm."),)),),
        ),
    ),
)
REPORT = Report(
    verdict="passed",
    film=FilmFacts(title="A Test", duration=2.5, width=1920, height=1080, fps=24, size=1, frames=60, audio_offset_ms=0.0),
    loudness=LoudnessFacts(integrated_lufs=None, true_peak_dbtp=None, target_lufs=-14, ceiling_dbtp=-1),
    captions=CaptionFacts(count=1),
    lipsync=LipsyncFacts(worst_offset_ms=0, moving_in_silence_percent=0, lines=1),
    checks=(),
    tasks=(),
    totals=Totals(seconds=1, realtime_factor=2.5, cached=0, computed=9, peak_rss_mb=500, workers=2),
)
METADATA = Metadata(
    title="A Test", description="", tags=(), authors=(), language="en", culture="western", kind="film", cast=("Mira",), captions=("en",),
    credits=1, seed=0, technical=VideoFacts(width=1920, height=1080, fps=24, duration=2.5, size=1, sha256="0" * 64), engines=(),
)  # fmt: skip


def schema_of(name: str) -> dict[str, Any]:
    model, mode = PUBLISHED[name]
    return {"$schema": DIALECT, **model.model_json_schema(mode=mode)}


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_schema_is_the_models(name: str) -> None:
    path = SCHEMAS / f"{name}.schema.json"
    text = json.dumps(schema_of(name), indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("UPDATE_SCHEMAS"):
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text, f"{path.name} is out of date: run again with UPDATE_SCHEMAS=1"


@pytest.mark.parametrize(("name", "record"), [("film", FILM), ("report", REPORT), ("metadata", METADATA)])
def test_what_the_studio_writes_fits_its_schema(name: str, record: Record) -> None:
    Draft202012Validator.check_schema(schema_of(name))
    Draft202012Validator(schema_of(name)).validate(json.loads(record_json(record)))


def test_a_typing_mistake_in_a_film_does_not_fit() -> None:
    written = json.loads(record_json(FILM))
    written["scenes"][0]["shots"][0]["fade_inn"] = 1
    assert not Draft202012Validator(schema_of("film")).is_valid(written)
