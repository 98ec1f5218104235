"""The shared reading cases: what small inputs mean, by kind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from filmstudio.core.film import Happening, Line
from filmstudio.core.requests import BreakdownRequest
from filmstudio.core.screenplay import Element, Screenplay
from filmstudio.plugins.breakdown.actions import read_action
from filmstudio.plugins.breakdown.ages import read_age
from filmstudio.plugins.breakdown.analysis import analyse
from filmstudio.plugins.breakdown.asides import Aside, read_aside
from filmstudio.plugins.breakdown.atmosphere import read_heading, weather_of
from filmstudio.plugins.breakdown.cultures import decide, evidence_in
from filmstudio.plugins.breakdown.emotions import read_emotion
from filmstudio.plugins.breakdown.lexicon import lexicon, transition_kind
from filmstudio.plugins.breakdown.moods import read_mood
from filmstudio.plugins.breakdown.movers import Stage
from filmstudio.plugins.breakdown.people import Cast, Person
from filmstudio.plugins.breakdown.traits import read_traits
from filmstudio.plugins.breakdown.words import fold, sentences_of

CASES = json.loads((Path(__file__).parent / "cases.json").read_text("utf-8"))["cases"]


def of_kind(*kinds: str) -> list[Any]:
    return [pytest.param(case, id=case["id"]) for case in CASES if case["kind"] in kinds]


@pytest.mark.parametrize("case", of_kind("heading", "not_heading"))
def test_a_heading_is_read_as_setting_place_and_time(case: dict[str, Any]) -> None:
    heading = read_heading(case["input"], case["language"])
    found = {"setting": heading.setting or None, "place": heading.place, "time": heading.time or None}
    assert {key: found[key] for key in case["expect"]} == case["expect"]


@pytest.mark.parametrize(
    ("heading", "place", "time"),
    [
        ("INT. KITCHEN - NIGHT - RAIN", "KITCHEN", "night"),
        ("EXT. FOREST - DAY - FOG", "FOREST", "day"),
        ("INT. HOUSE - KITCHEN - DUSK - 1987", "HOUSE - KITCHEN", "dusk"),
        ("EXT. PARK - DAY - FLASHBACK", "PARK", "day"),
        ("EXT. HEATH - STORM - NIGHT", "HEATH - STORM", "night"),
        ("INT. MORNING ROOM - HOUSE", "MORNING ROOM - HOUSE", ""),
    ],
)
def test_what_follows_the_hour_of_a_heading_does_not_hide_it(heading: str, place: str, time: str) -> None:
    read = read_heading(heading, "en")
    assert (read.place, read.time) == (place, time)


@pytest.mark.parametrize("case", of_kind("emotion"))
def test_the_words_of_a_line_carry_its_emotion(case: dict[str, Any]) -> None:
    assert read_emotion(case["input"], case["language"]).emotion == case["expect"]["emotion"]


@pytest.mark.parametrize("case", of_kind("action"))
def test_action_text_moves_people_and_sounds(case: dict[str, Any]) -> None:
    stage = Stage(Cast([]))
    readings = [read_action(sentence, stage, case["language"]) for sentence in sentences_of(case["input"])]
    assert [deed.action for reading in readings for deed in reading.deeds] == case["expect"]["actions"]
    if "sounds" in case["expect"]:
        assert [sound.name for reading in readings for sound in reading.sounds] == case["expect"]["sounds"]


@pytest.mark.parametrize("case", of_kind("culture"))
def test_cues_decide_the_culture(case: dict[str, Any]) -> None:
    assert decide(evidence_in(case["input"], case["language"]), "undecided") == case["expect"]["culture"]


@pytest.mark.parametrize("case", of_kind("weather"))
def test_words_tell_the_weather(case: dict[str, Any]) -> None:
    assert weather_of(case["input"], case["language"]) == case["expect"]["weather"]


@pytest.mark.parametrize("case", of_kind("name"))
def test_a_name_suggests_culture_and_gender(case: dict[str, Any]) -> None:
    name = lexicon().names[fold(case["input"])]
    assert (name.cultures[0], name.gender) == (case["expect"]["culture"], case["expect"]["gender"])


@pytest.mark.parametrize("case", of_kind("mood"))
def test_words_set_the_mood_of_a_scene(case: dict[str, Any]) -> None:
    assert read_mood(actions=[case["input"]]).mood == case["expect"]["mood"]


@pytest.mark.parametrize("case", of_kind("age"))
def test_a_description_gives_an_age(case: dict[str, Any]) -> None:
    first = case["input"].split()[0].strip(",")
    person = Person(fold(first), fold(first), first, True)
    named = first.isupper() and len(first) > 1
    age = read_traits(person, Cast([person]), [case["input"]], "en").age if named else read_age(case["input"])
    assert age == case["expect"]["age"]


@pytest.mark.parametrize("case", of_kind("relation"))
def test_a_relation_has_gender_and_age(case: dict[str, Any]) -> None:
    relation = lexicon().relations.exact(case["input"])
    assert relation is not None
    assert (relation.gender, relation.age) == (case["expect"]["gender"], case["expect"]["age"])


@pytest.mark.parametrize("case", of_kind("transition"))
def test_a_transition_is_known_by_its_words(case: dict[str, Any]) -> None:
    assert transition_kind(case["input"]) == case["expect"]["transition"]


@pytest.mark.parametrize("case", of_kind("parenthetical"))
def test_a_parenthetical_says_how_and_is_never_spoken(case: dict[str, Any]) -> None:
    aside = Aside()
    read_aside(case["input"], Cast([]), aside)
    known = lexicon().deliveries.exact(case["input"].strip("()（）"))
    assert known is not None
    found = {"volume": known.volume, "pause_s": known.pause, "emotion": known.emotion, "action": known.action, "spoken": False}
    assert {key: found[key] for key in case["expect"]} == case["expect"]
    made = analyse(BreakdownRequest(screenplay=speech(case["input"], "Come.")))
    assert [beat["text"] for beat in made.scenes[0].beats if beat["kind"] == "line"] == ["Come."]


@pytest.mark.parametrize("case", of_kind("cue"))
def test_a_cue_gives_words_to_a_person(case: dict[str, Any]) -> None:
    elements = []
    for block in case["input"].split("\n\n"):
        cue, words = block.split("\n")
        name, _, bracket = cue.lstrip("@").removesuffix("^").strip().partition(" (")
        extensions = (bracket.rstrip(")"),) if bracket else ()
        elements.append(Element(kind="character", text=name, line=1, extensions=extensions, dual=cue.endswith("^")))
        elements.append(Element(kind="dialogue", text=words, line=2))
    made = analyse(BreakdownRequest(screenplay=Screenplay(elements=tuple(elements))))
    lines = [Line.model_validate(beat) for beat in made.scenes[0].beats if beat["kind"] == "line"]
    names = {note.id: note.name for note in made.cast}
    if "dual" in case["expect"]:
        assert [names[line.character] for line in lines] == case["expect"]["dual"]
        assert [line.with_previous for line in lines] == [False, True]
    else:
        presence = {"vo": "vo", "os": "os"}.get((case["expect"]["extensions"] or ["on"])[0], "on")
        assert (names[lines[0].character], lines[0].presence) == (case["expect"]["name"], presence)


@pytest.mark.parametrize("case", of_kind("podcast"))
def test_podcast_lines_lose_brackets_and_addresses(case: dict[str, Any]) -> None:
    elements = []
    for row in case["input"].split("\n"):
        name, _, words = row.removeprefix("10:32 ").partition(": ")
        elements += [Element(kind="character", text=name.upper(), line=1), Element(kind="dialogue", text=words, line=1)]
    made = analyse(BreakdownRequest(screenplay=Screenplay(elements=tuple(elements), form="dialogue")))
    names = {note.id: note.name for note in made.cast}
    beats = made.scenes[0].beats
    assert [[names[beat["character"]], beat["text"]] for beat in beats if beat["kind"] == "line"] == case["expect"]["lines"]
    if "actions" in case["expect"]:
        done = [deed.action for beat in beats if beat["kind"] == "happening" for deed in Happening.model_validate(beat).business]
        assert done == case["expect"]["actions"]
    assert (made.kind, made.scenes[0].place) == ("podcast", "podcast")


def speech(*texts: str) -> Screenplay:
    kinds = {"(": "parenthetical", "（": "parenthetical"}
    elements = [Element(kind="character", text="ASHA", line=1)]
    elements += [
        Element.model_validate({"kind": kinds.get(text[0], "dialogue"), "text": text.strip("()（）"), "line": 2}) for text in texts
    ]
    return Screenplay(elements=tuple(elements))
