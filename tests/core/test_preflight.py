"""Preflight: what the engines cannot make is told before any work, all at once, with what they can."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from filmstudio.app import Studio
from filmstudio.cli.commands import app
from filmstudio.core.character import Character, Identity, VoiceChoice
from filmstudio.core.errors import ConfigError, InputError
from filmstudio.core.film import Camera, CameraPose, Film, Line, Performer, Scene, Shot, StageSet
from filmstudio.core.finishing import record_json
from filmstudio.core.hookspecs import hookimpl
from filmstudio.core.inline import InlineDispatcher
from filmstudio.core.options import RenderOptions
from filmstudio.core.plugins import Plugins
from filmstudio.core.preflight import Preflight
from filmstudio.core.vocabulary import Kind, Known
from filmstudio.core.wishes import Wishes
from filmstudio.plugins.art.pack import house_pack


@pytest.fixture(scope="module")
def preflight() -> Preflight:
    return Preflight(Plugins())


def film(voice: str = "en-us-claire", language: str = "en", pack: str = "house", stage: str = "park", look: str = "house") -> Film:
    drawn = house_pack().people["asha"]
    assert isinstance(drawn, dict)
    choice = VoiceChoice(voice=voice) if voice else None
    asha = Character(id="asha", name="ASHA", identity=Identity(seed=1, pack=look, look=drawn, voice=choice))
    shot = Shot(
        id="s1-a", camera=Camera(start=CameraPose(x=960, y=540)), performers=(Performer(character="asha", x=900, ground=900),),
        beats=(Line(id="l1", character="asha", text="Yes.", language=language),),
    )  # fmt: skip
    return Film(title="A", characters=(asha,), scenes=(Scene(id="s1", number="1", set=StageSet(pack=pack, stage=stage), shots=(shot,)),))


@pytest.mark.parametrize(
    ("wishes", "said", "near"),
    [
        ({"language": "xx"}, "--language: there is no voice for the language 'xx'", "hi, "),
        ({"language": "hindi"}, "'hindi'", "Near it: hi"),
        ({"language": "en_US"}, "--language: 'en_US' is no tag of a language", "pt-BR"),
        ({"culture": "jappanese"}, "--culture: there is no culture 'jappanese'", "Near it: japanese"),
        ({"style": "oil"}, "--style: there is no style 'oil'", "There is: drawn."),
        ({"voices": {"ASHA": "en-us-clair"}}, "--voice ASHA: there is no voice 'en-us-clair'", "en-us-claire"),
        ({"voices": {"ASHA": "Claire"}}, "no voice 'Claire'", "Near it: en-us-claire"),
    ],
)
def test_a_wish_that_no_engine_meets_is_told_with_what_is_near(wishes: dict[str, Any], said: str, near: str, preflight: Preflight) -> None:
    (problem,) = preflight.of_wishes(Wishes(**wishes))
    assert said in problem.message and near in problem.remedy
    with pytest.raises(ConfigError, match="no "):
        preflight.check_wishes(Wishes(**wishes))


def test_of_thousands_of_problems_each_is_told_and_the_first_with_what_is_near(preflight: Preflight) -> None:
    (asha,), (scene,) = film().characters, film().scenes
    cast = [
        asha.model_copy(update={"id": f"c{n}", "identity": Identity(seed=1, pack="house", voice=VoiceChoice(voice=f"en-us-claire-{n}"))})
        for n in range(2_000)
    ]
    lines = tuple(Line(id=f"x{n}", character=each.id, text="Yes.", language="en") for n, each in enumerate(cast))
    shot = scene.shots[0].model_copy(update={"beats": lines, "performers": ()})
    crowd = film().model_copy(update={"characters": tuple(cast), "scenes": (scene.model_copy(update={"shots": (shot,)}),)})
    told = preflight.of_film(crowd)
    assert len(told) == 2_000
    assert [bool(problem.remedy) for problem in told] == [True] * 100 + [False] * 1_900


@pytest.mark.parametrize("language", ["en", "en-US", "zh", "zh-Hant", "sa", "pt-BR", "no", "sr-Latn"])
def test_languages_that_are_spoken_are_known(language: str, preflight: Preflight) -> None:
    assert preflight.of_wishes(Wishes(language=language)) == ()


@pytest.mark.parametrize(
    ("parts", "said", "near"),
    [
        ({"voice": "zeus"}, "character ASHA: there is no voice 'zeus'", "studio voices"),
        ({"voice": ""}, "character ASHA: speaks, and has no voice", "studio voices"),
        ({"language": "xx"}, "scene 1, shot s1-a, line l1 of ASHA: there is no voice for the language 'xx'", "hi, "),
        ({"stage": "kitchenn"}, "scene 1: the art pack 'house' has no stage 'kitchenn'", "Near it: kitchen."),
        ({"stage": "zzz"}, "scene 1: the art pack 'house' has no stage 'zzz'", "park"),
        ({"pack": "hause"}, "scene 1: there is no art pack 'hause' with stages", "Near it: house."),
        ({"look": "puppets"}, "character ASHA: there is no art pack 'puppets'", "There is: house."),
    ],
)
def test_what_a_film_asks_for_and_nobody_has_is_told_with_its_place(
    parts: dict[str, str], said: str, near: str, preflight: Preflight
) -> None:
    (problem,) = preflight.of_film(film(**parts))
    assert problem.message.startswith(said) and near in problem.remedy and problem.place.file == "film.json"


def looking(**changes: Any) -> Film:
    """The film of ``film()``, edited by hand: places in the look of its one character, as ``body__torso``, changed."""
    data = json.loads(record_json(film()))
    look = data["characters"][0]["identity"]["look"]
    for path, value in changes.items():
        *groups, last = path.split("__")
        part = look
        for group in groups:
            part = part[group]
        part[last] = value
    return Film.model_validate(data)


@pytest.mark.parametrize(
    ("changes", "said", "near"),
    [
        ({"body__torso": ["t_kurtaa"]}, "body.torso: the art pack 'house' has no part 't_kurtaa'", "t_kurta"),
        ({"body__lower": "lower_cuff+j_banglez"}, "body.lower: the art pack 'house' has no part 'j_banglez'", "j_bangles"),
        ({"head__beard": "beard_lomg"}, "head.beard: the art pack 'house' has no part 'beard_lomg'", "beard_long"),
        ({"skin": "T9"}, "skin: the art pack 'house' has no skin tone 'T9'", "T8"),
        ({"pose__emo": "hapy"}, "pose.emo: the art pack 'house' has no emotion 'hapy'", "happy"),
        ({"slots__hair": "brown"}, "slots.hair: ", "Correct the look"),
        ({"body__torso_": []}, "body.torso_: ", "Correct the look"),
        ({"body__remap": {"t_kurta": {"cloth1": "silk"}}}, "body.torso: the look has no colour for 'silk", "Give the look a slot"),
        ({"creature": "foxx"}, "the art pack 'house' has no creature 'foxx'", "fox"),
        ({"creature": "fox", "wear": {"hat": "p_cupp"}}, "wear.hat: the art pack 'house' has no part 'p_cupp'", "p_cup"),
    ],
)
def test_a_look_that_cannot_be_drawn_is_told_with_its_place(changes: dict[str, Any], said: str, near: str, preflight: Preflight) -> None:
    (problem,) = preflight.of_film(looking(**changes))
    assert problem.message.startswith(f"character ASHA, {said}") and near in problem.remedy


def test_all_flaws_of_all_looks_are_told_at_once_and_those_of_the_passed_over_beside(preflight: Preflight) -> None:
    edited = looking(body__torso=["t_kurtaa"], body__bottom=["b_kurtaa"], skin="T9", slots__clothh1="#FFFFFF")
    assert len(preflight.of_film(edited)) == 3
    (told,) = preflight.passed_over(edited)
    assert told.startswith("character ASHA, slots.clothh1: nothing has this colour") and "cloth1" in told
    assert len(preflight.of_film(looking(head__back=[f"braid_{n}" for n in range(100_000)]))) == 40


def test_everything_is_told_together(preflight: Preflight) -> None:
    assert preflight.of_film(film()) == ()
    with pytest.raises(InputError) as caught:
        preflight.check_film(film(voice="zeus", language="xx", stage="zzz", look="puppets"))
    assert len(caught.value.problems) == 4
    wishes = Wishes(language="xx", culture="martian", style="oil", voices={"A": "zeus", "B": "hera"})
    found = preflight.unmet(wishes, {"music": "mozart", "stunts": "fall"})
    assert [each.option for each in found] == [
        ("engine", "music"), ("engine", "stunts"), ("language",), ("culture",), ("style",), ("voice", "A"), ("voice", "B")
    ]  # fmt: skip


def test_another_engine_is_held_to_its_own_words() -> None:
    def words() -> Mapping[Kind, Known]:
        return {"voice": Known(("zeus",))}

    plugins = Plugins()
    espeak = plugins.engine("voice").engine
    thunder = type("Thunder", (espeak,), {"name": "thunder", "__module__": __name__})
    own = SimpleNamespace(filmstudio_words=hookimpl(words), filmstudio_engines=hookimpl(lambda: (thunder,)))
    plugins.register(own, "olympus")
    preflight = Preflight(plugins)
    assert preflight.of_film(film(voice="zeus", language="xx"), {"voice": "thunder"}) == ()
    assert len(preflight.of_film(film(voice="en-us-claire"), {"voice": "thunder"})) == 1
    assert len(preflight.of_film(film(voice="zeus"))) == 1


def test_a_studio_makes_nothing_of_a_film_that_cannot_be_made(tmp_path: Path) -> None:
    studio = Studio(tmp_path / "cache")
    with pytest.raises(InputError, match="no stage"):
        studio.render(film(stage="zzz"), RenderOptions(size="480p", preset="draft"), tmp_path / "out", workers=1)
    assert not (tmp_path / "out").exists() and studio.store.usage().takes == 0


def test_plugins_are_asked_once_for_all_films_of_a_house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Plugins] = []
    words = Plugins.words_by_plugin
    monkeypatch.setattr(Plugins, "words_by_plugin", lambda plugins: (asked.append(plugins), words(plugins))[1])
    house = Studio(tmp_path)
    studios = [house.of_tenant(tenant, InlineDispatcher(tmp_path)) for tenant in ("ada", "bob")]
    assert [len(studio.preflight.of_film(film(voice="zeus"))) for studio in studios] == [1, 1]
    assert len(asked) == 1 and [studio.scope for studio in (house, *studios)] == ["", "ada", "bob"]


@pytest.mark.parametrize("command", ["plan", "render"])
def test_the_command_line_tells_of_a_film_edited_by_hand_before_any_work(command: str, tmp_path: Path) -> None:
    path = tmp_path / "film.json"
    path.write_text(record_json(film(voice="zeus", stage="zzz").model_copy(update={"culture": "klingon"})))
    result = CliRunner().invoke(app, [command, "--film", str(path), "--cache-dir", str(tmp_path / "cache")])
    said = " ".join(result.stderr.split())
    assert result.exit_code == 1 and all(word in said for word in ("'zeus'", "'zzz'", "no culture is called 'klingon'"))
    assert not list((tmp_path / "cache").rglob("*.json"))
    assert ("A by" in result.stdout or "Scenes" in result.stdout) == (command == "plan")


def test_all_wrong_options_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "filmstudio.toml").write_text('[render]\nstyle = "oil"\n')
    script = tmp_path / "a.fountain"
    script.write_text("INT. CAFE - DAY\n\nLENA\nIt rains.\n")
    wrong = {
        "--size": "9000p", "--fps": "23", "--language": "xx", "--captions": "font=NoSuchFont,size=huge", "--voice": "LENA",
        "--duration": "soon", "--seed": "-1",
    }  # fmt: skip
    arguments = [word for pair in wrong.items() for word in pair]
    result = CliRunner().invoke(app, ["render", str(script), *arguments, "--cache-dir", str(tmp_path / "cache"), "-o", str(tmp_path / "o")])
    said = " ".join(result.stderr.split())
    assert result.exit_code == 2
    for word in ("--size", "--fps", "font: input", "'medium'", "NAME=VOICE", "'soon'", "--seed", "'oil'", "'xx'"):
        assert word in said


def test_a_saved_film_of_the_studio_is_made_as_it_is(tmp_path: Path, examples: Path, preflight: Preflight) -> None:
    studio = Studio(tmp_path)
    script = examples / "the-last-lamp.fountain"
    made = studio.develop(studio.read(script)[0], Wishes(), RenderOptions())
    assert preflight.of_film(Film.model_validate(json.loads(record_json(made)))) == ()
