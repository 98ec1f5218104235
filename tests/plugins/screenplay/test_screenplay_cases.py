"""The reading cases of the studio's grammar: headings, cues, transitions, prose and podcasts in eight languages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from filmstudio.core.screenplay import Element, Screenplay, spoken_text
from filmstudio.plugins.screenplay.dialogue import STUDIO, read_dialogue
from filmstudio.plugins.screenplay.fountain import parse_fountain
from filmstudio.plugins.screenplay.grammar import fold, grammar
from filmstudio.plugins.screenplay.headings import is_heading, read_heading
from filmstudio.plugins.screenplay.prose import read_prose

CASES: list[dict[str, Any]] = json.loads(Path(__file__).with_name("cases.json").read_text(encoding="utf-8"))["cases"]


def of(*kinds: str) -> Any:
    return pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in CASES if case["kind"] in kinds])


def lines_of(screenplay: Screenplay) -> list[list[str]]:
    """Name and spoken words of each speech but the narrator's."""
    found: list[list[str]] = []
    cue: Element | None = None
    for element in screenplay.elements:
        if element.kind == "character":
            cue = element
        elif element.kind == "dialogue" and cue is not None and cue.text != "NARRATOR":
            found.append([cue.text.upper(), spoken_text(element.text)])
    return found


@of("heading", "not_heading")
def test_heading(case: dict[str, Any]) -> None:
    if case["expect"]["setting"] is None:
        assert not is_heading(case["input"])
        return
    assert is_heading(case["input"])
    heading = read_heading(case["input"])
    assert {"setting": heading.setting, "place": heading.place, "time": heading.time} == case["expect"]


@of("cue")
def test_cue(case: dict[str, Any]) -> None:
    elements = parse_fountain(case["input"])[0].elements
    cues = [element for element in elements if element.kind == "character"]
    expect = case["expect"]
    if "dual" in expect:
        assert [cue.text for cue in cues] == expect["dual"]
        assert cues[1].dual
    else:
        assert cues[0].text == expect["name"]
        assert [grammar().extension_kind(extension) for extension in cues[0].extensions] == expect["extensions"]
    assert any(element.kind == "dialogue" for element in elements) is expect["spoken"]


@of("transition")
def test_transition(case: dict[str, Any]) -> None:
    elements = parse_fountain(f"A door.\n\n{case['input']}\n")[0].elements
    assert elements[1].kind == "transition"
    assert grammar().transition_by_text[fold(elements[1].text)] == case["expect"]["transition"]


@of("prose")
def test_prose(case: dict[str, Any]) -> None:
    screenplay, _ = read_prose(case["input"], language=case["language"])
    assert lines_of(screenplay) == case["expect"]["lines"]


@of("podcast")
def test_podcast(case: dict[str, Any]) -> None:
    screenplay, problems = read_dialogue(case["input"])
    assert lines_of(screenplay) == case["expect"]["lines"]
    assert screenplay.elements[0].text == STUDIO
    assert not problems


@pytest.mark.parametrize(
    ("text", "setting", "place", "time", "caption"),
    [
        ("EXT. DAY", "EXT", "", "day", ""),
        ("INT. DAY CARE - NIGHT", "INT", "DAY CARE", "night", ""),
        ("INT. MORNING ROOM", "INT", "MORNING ROOM", None, ""),
        ("EXT. PARK - 5 YEARS LATER - DUSK", "EXT", "PARK", "dusk", "5 YEARS LATER"),
        ("INT KITCHEN", "INT", "KITCHEN", None, ""),
        ("12 INT. LAB - DAY 12", "INT", "LAB", "day", ""),
        ("内 教室 昼", "INT", "教室", "day", ""),
        ("**INT. HOUSE - LATE NIGHT**", "INT", "HOUSE", "night", ""),
        ("EXT. ROOFTOP – GOLDEN HOUR", "EXT", "ROOFTOP", "afternoon", ""),
        ("INT. KITCHEN - NIGHT - RAIN", "INT", "KITCHEN", "night", ""),
        ("EXT. PARK - DAY - FLASHBACK", "EXT", "PARK", "day", ""),
        ("INT. HOUSE - LATER - KITCHEN", "INT", "HOUSE - LATER - KITCHEN", None, ""),
    ],
)
def test_what_headings_say(text: str, setting: str, place: str, time: str | None, caption: str) -> None:
    heading = read_heading(text)
    assert is_heading(text)
    assert (heading.setting, heading.place, heading.time, heading.caption) == (setting, place, time, caption)


@pytest.mark.parametrize("text", ["E. coli grows", "I. am here", "Est là ?", "बाहर बारिश हो रही है।", "室内は暗い", "Interior design", ""])
def test_sentences_that_begin_like_headings_are_none(text: str) -> None:
    assert not is_heading(text)
