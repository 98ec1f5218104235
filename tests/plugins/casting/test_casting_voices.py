"""Casting voices: the language of the lines, the age of the person, and a distance between any two."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from filmstudio.core.engine import Failure
from filmstudio.core.errors import InputError
from filmstudio.core.requests import CastNote, CastRequest, CastResult
from filmstudio.plugins.casting.ears import catalogue, distance, hear, measurements
from filmstudio.plugins.casting.engine import DrawnCast
from filmstudio.testing import hold_to_contract

VOICES = {voice.id: voice for voice in catalogue()}


def note(name: str, description: str = "", **more: Any) -> CastNote:
    return CastNote(id=name.lower(), name=name, description=description, **{"lines": 5, **more})


def cast(*notes: CastNote, **more: Any) -> CastResult:
    return DrawnCast().make(CastRequest(cast=notes, seed=1, **more), None)  # type: ignore[arg-type]


def heard(result: CastResult) -> list[Any]:
    choices = [character.identity.voice for character in result.characters]
    return [hear(VOICES[choice.voice], choice) for choice in choices if choice]


def test_everyone_speaks_with_a_voice_of_their_language_gender_and_age() -> None:
    result = cast(
        note("ASHA", "8", language="hi", gender="female", culture="indian_north"),
        note("RAM", "70, an old man", language="hi", gender="male", culture="indian_north"),
        note("KARL", "", language="de", gender="male", age="adult"),
        note("YUKI", "", language="ja", gender="female", age="adult"),
    )
    found = [VOICES[voice.voice.id] for voice in heard(result)]
    assert [voice.language for voice in found] == ["hi", "hi", "de", "ja"]
    assert [(voice.age, voice.gender) for voice in found] == [
        ("child", "female"),
        ("mature", "male"),
        ("adult", "male"),
        ("adult", "female"),
    ]


def test_english_is_spoken_with_the_accent_of_the_place() -> None:
    result = cast(note("MEERA", culture="indian_north", gender="female"), note("FIONA", "a Scottish woman", gender="female"))
    assert [voice.voice.language for voice in heard(result)] == ["en-IN", "en-GB-scotland"]


@pytest.mark.parametrize("language", ["en", "hi", "it", "ko", "fr"])
def test_no_two_people_of_a_scene_sound_alike(language: str) -> None:
    people = (
        ("ANNA", "female", "adult"),
        ("BELLA", "female", "adult"),
        ("CARLO", "male", "adult"),
        ("DINO", "male", "elder"),
        ("EVA", "female", "child"),
    )
    notes = [note(name, gender=gender, age=age, language=language) for name, gender, age in people]
    voices = heard(cast(*notes, scenes_together=(tuple(n.id for n in notes),)))
    nearest = min(distance(a, b) for index, a in enumerate(voices) for b in voices[index + 1 :])
    assert nearest >= 2.2


def test_two_leads_are_further_apart_than_two_strangers_must_be() -> None:
    one, other = heard(
        cast(note("ANNA", gender="female", lines=30), note("BELLA", gender="female", lines=28), scenes_together=(("anna", "bella"),))
    )
    assert distance(one, other) >= 3.5


def test_a_language_with_two_voices_makes_a_child_of_the_woman() -> None:
    (voice,) = heard(cast(note("GIULIA", "7", gender="female", language="it")))
    assert voice.voice.id == "it-ginevra"
    assert voice.choice.pitch_semitones >= 3
    assert 0.90 <= voice.voice.dsp.formant_ratio * voice.choice.formant <= 1.36


def test_a_narrator_has_a_voice_that_no_character_has() -> None:
    result = cast(
        note("ANNA", gender="female"), note("BELLA", gender="female"), note("NARRATOR", narrator=True, seen=False, gender="female")
    )
    chosen = [character.identity.voice.voice for character in result.characters if character.identity.voice]
    assert chosen[2] not in chosen[:2]
    assert result.characters[2].role == "narrator"


def test_the_users_choice_wins() -> None:
    result = cast(note("ANNA", gender="female"), note("BELLA", gender="female"), voices={"anna": "de-jonas"})
    assert result.characters[0].identity.voice is not None
    assert result.characters[0].identity.voice.voice == "de-jonas"


def test_a_voice_that_does_not_exist_names_its_neighbours() -> None:
    with pytest.raises(InputError, match=r"no voice en-us-clare.*en-us-claire"):
        cast(note("ANNA"), voices={"anna": "en-us-clare"})
    with pytest.raises(InputError, match=r"nobody in the film is called ana.*anna"):
        cast(note("ANNA"), voices={"ana": "en-us-claire"})


def test_a_wrong_voice_is_a_failure_in_its_place() -> None:
    right, wrong = CastRequest(cast=(note("ANNA"),)), CastRequest(cast=(note("ANNA"),), voices={"anna": "nope"})
    results = DrawnCast().run([right, wrong, right], None)  # type: ignore[arg-type]
    assert isinstance(results[1], Failure) and results[1].kind == "input"
    assert results[0] == results[2]


def test_a_voice_is_no_distance_from_itself_and_every_voice_is_measured() -> None:
    assert set(VOICES) <= set(measurements())
    one = heard(cast(note("ANNA", gender="female")))[0]
    assert distance(one, one) == 0


def test_a_language_without_voices_is_told() -> None:
    result = cast(note("NOA", language="he", gender="female"))
    assert result.degraded and "he" in result.degraded[0]


def test_the_drawn_cast_keeps_the_contract(tmp_path: Path) -> None:
    requests = [
        CastRequest(cast=(note("ANNA", "a doctor", gender="female"), note("FOX", creature="fox")), seed=3),
        CastRequest(cast=(note("BO"),)),
    ]
    hold_to_contract(DrawnCast, requests, tmp_path, bad=CastRequest(cast=(note("ANNA"),), voices={"anna": "nope"}))
