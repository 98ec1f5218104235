"""The analyst keeps the contract of an engine."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

from filmstudio.core.requests import BreakdownRequest
from filmstudio.core.screenplay import Element, Screenplay
from filmstudio.plugins.breakdown import filmstudio_engines
from filmstudio.plugins.breakdown.cultures import CULTURES, art_culture, culture_named, music_tradition
from filmstudio.plugins.breakdown.durations import FRAMES
from filmstudio.plugins.breakdown.engine import Analyst
from filmstudio.plugins.breakdown.lexicon import lexicon
from filmstudio.testing import hold_to_contract


def test_the_analyst_is_offered() -> None:
    assert filmstudio_engines() == (Analyst,)


def test_the_analyst_keeps_the_contract(tmp_path: Path) -> None:
    spoken = (Element(kind="character", text="ASHA", line=1), Element(kind="dialogue", text="I am happy!", line=2))
    silent = (Element(kind="action", text="A girl runs in the rain.", line=1),)
    requests = [BreakdownRequest(screenplay=Screenplay(elements=spoken)), BreakdownRequest(screenplay=Screenplay(elements=silent))]
    hold_to_contract(Analyst, requests, tmp_path)


def test_every_culture_has_an_art_culture_and_a_music_tradition() -> None:
    arts = set(
        [
            "south_asia",
            "japan",
            "china",
            "korea",
            "southeast_asia",
            "middle_east",
            "turkey",
            "persia",
            "west_africa",
            "east_africa",
            "western",
            "fantasy",
        ]
    )
    traditions = {"western", "hindustani", "carnatic", "maqam", "japan", "china", "korea", "africa"}
    assert {art_culture(key) for key in CULTURES} == arts
    assert {music_tradition(key) for key in CULTURES} == traditions


def test_people_may_name_cultures_in_their_own_words() -> None:
    assert [culture_named(word) for word in ("Indian", "japan", "Middle Eastern", "south-asian", "Atlantis")] == [
        "indian_north",
        "japanese",
        "middle_eastern",
        "indian_north",
        "western",
    ]


def test_every_action_that_can_be_read_can_be_drawn_and_lasts_as_long_as_it_is_drawn() -> None:
    motion = json.loads(files("filmstudio.plugins.art").joinpath("house/people/motion.json").read_text("utf-8"))
    drawn = {**motion["actions"], **motion["gestures"]}
    assert set(lexicon().action_kinds) <= set(drawn)
    assert {action: 0 if drawn[action]["loop"] else drawn[action]["frames"] for action in drawn} == FRAMES
