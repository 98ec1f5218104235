"""Words of a film that no engine knows are told with their place and what is near them, and those that scripts give are known."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from filmstudio.app import Studio, Wishes
from filmstudio.cli.commands import app
from filmstudio.core.film import Business, Camera, CameraPose, Film, Happening, Line, MusicBrief, Performer, Scene, Shot, StageSet
from filmstudio.core.hookspecs import hookimpl
from filmstudio.core.options import RenderOptions
from filmstudio.core.plugins import Plugins
from filmstudio.core.vocabulary import Kind, Known, unknown_words
from filmstudio.plugins.art.pack import HOUSE_FOLDER, house_pack
from filmstudio.plugins.breakdown.cultures import CULTURES
from filmstudio.plugins.breakdown.lexicon import lexicon
from filmstudio.plugins.effects.beds import BEDS
from filmstudio.plugins.effects.names import BED_NAMES, STRIKE_NAMES
from filmstudio.plugins.effects.strikes import STRIKES
from filmstudio.plugins.music.scoring import _MODAL, _RAGA
from filmstudio.plugins.picture.acting.carriage import HAND_PROPS
from filmstudio.plugins.picture.acting.motion import load_motion

EXAMPLES = sorted(path for path in (Path(__file__).parents[2] / "examples").iterdir() if path.suffix in (".fountain", ".md", ".txt"))


def film(**words: Any) -> Film:
    """A film of one scene in which each word stands once."""
    deed = Business(character="asha", action=words.get("action", "wave"), prop=words.get("prop"))
    shot = Shot(
        id="s1-a",
        camera=Camera(start=CameraPose(x=960, y=540)),
        performers=(Performer(character="asha", x=0, ground=900, props=words.get("props", ())),),
        beats=(
            Line(id="l1", character="asha", text="Yes.", delivery=words.get("delivery", ())),
            Happening(id="h1", business=(deed,), sounds=words.get("sounds", ())),
        ),
    )
    scene = Scene(
        id="s1",
        number="1",
        set=StageSet(pack="house", stage="park"),
        mood=words.get("mood", "calm"),
        culture=words.get("culture", "western"),
        ambience=words.get("ambience", ()),
        music=MusicBrief(tradition=words.get("tradition", "western"), mood=words.get("cue", "calm")),
        shots=(shot,),
    )
    return Film(title="A", scenes=(scene,))


@pytest.mark.parametrize(
    ("word", "place", "near"),
    [
        ({"tradition": "hindustanni"}, "the music of scene 1: no tradition", "hindustani"),
        ({"cue": "xyzzy"}, "the music of scene 1: no mood", "calm"),
        ({"mood": "joyfull"}, "scene 1: no mood", "joyful"),
        ({"culture": "jappanese"}, "scene 1: no culture", "japanese"),
        ({"ambience": ("wavez",)}, "scene 1: no ambience", "waves"),
        ({"sounds": ("knok",)}, "scene 1, shot s1-a, beat h1: no sound", "knock"),
        ({"delivery": ("wispering",)}, "scene 1, shot s1-a, line l1 of asha: no delivery", "whispering"),
        ({"action": "wawe"}, "scene 1, shot s1-a, beat h1, asha: no action", "wave"),
        ({"prop": "lanp"}, "scene 1, shot s1-a, beat h1, asha: no prop", "lamp"),
        ({"props": ("stol",)}, "scene 1, shot s1-a, asha: no prop", "stool"),
    ],
)
def test_a_word_that_nobody_knows_is_told_with_its_place_and_what_is_near(word: dict[str, Any], place: str, near: str) -> None:
    (told,) = unknown_words(film(**word), Plugins().words())
    assert told.startswith(place)
    assert near in told.split("; ")[1]


@pytest.mark.parametrize(
    "word",
    [
        {"tradition": "Carnatic"}, {"mood": "bittersweet"}, {"mood": "heart-warming, gentle"}, {"culture": "Japan"}, {"action": "shrug"},
        {"delivery": ("in a whisper", "shouting over the wind", "quietly")}, {"action": "point_there"}, {"prop": "umbrella"},
    ],
)  # fmt: skip
def test_words_that_engines_understand_are_not_told(word: dict[str, Any]) -> None:
    assert unknown_words(film(**word), Plugins().words()) == ()


def test_a_word_in_many_places_is_told_once() -> None:
    scenes = tuple(film(mood="xyzzy").scenes[0].model_copy(update={"number": str(number)}) for number in range(5))
    (told,) = unknown_words(Film(title="A", scenes=scenes), Plugins().words())
    assert told.startswith("scene 0 and in 4 more places: no mood is called 'xyzzy'")


def test_words_of_a_kind_that_nobody_offers_are_left_to_the_engines() -> None:
    assert unknown_words(film(tradition="polka"), ()) == ()
    assert unknown_words(film(tradition="polka"), [{"action": Known(("wave",))}]) == ()


def test_a_plugin_brings_words_of_its_own() -> None:
    def words() -> Mapping[Kind, Known]:
        return {"tradition": Known(("polka",))}

    plugins = Plugins()
    plugins.register(SimpleNamespace(filmstudio_words=hookimpl(words)), "oompah")
    assert unknown_words(film(tradition="polka"), plugins.words()) == ()


@pytest.mark.parametrize("script", EXAMPLES, ids=lambda script: script.name)
def test_a_film_made_from_a_script_holds_no_unknown_word(script: Path, tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    assert studio.passed_over(studio.develop(studio.read(script)[0], Wishes(), RenderOptions())) == ()


def test_the_words_offered_are_those_that_the_engines_act_on() -> None:
    known: dict[str, set[str]] = {}
    for offer in Plugins().words():
        for kind, words in offer.items():
            known.setdefault(kind, set()).update(words.words)
    assert (BEDS.keys(), STRIKES.keys()) == (BED_NAMES, STRIKE_NAMES)
    assert known["tradition"] == {*_RAGA, *_MODAL, "western"} == {culture.music for culture in CULTURES.values()}
    motion = load_motion(HOUSE_FOLDER / "people/motion.json")
    assert known["action"] == motion.clips.keys() | {"walk", "run", "idle"}
    assert known["action"] >= lexicon().action_kinds.keys()
    assert known["prop"] >= {*HAND_PROPS, "stool"}
    assert known["sound"] >= lexicon().sound_by_name.keys()
    assert known["ambience"] >= {sound.name for sound in lexicon().sound_by_name.values() if sound.bus == "ambience"}


def test_a_plan_of_a_film_edited_by_hand_warns_of_its_unknown_words(tmp_path: Path) -> None:
    path = tmp_path / "film.json"
    told = film(delivery=("wispering",)).canonical()
    assert isinstance(told, dict)
    identity = {"seed": 1, "pack": "house", "look": house_pack().people["asha"], "voice": {"voice": "en-us-claire"}}
    person = {"id": "asha", "name": "ASHA", "identity": identity}
    path.write_text(json.dumps({**told, "characters": [person]}))
    result = CliRunner().invoke(app, ["plan", "--film", str(path), "--cache-dir", str(tmp_path / "cache")])
    assert result.exit_code == 0
    assert "line l1 of ASHA: no delivery is called 'wispering'" in " ".join(result.stderr.split())
