"""Orders: the command line's options by the same names, within the tier's terms."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from filmstudio.app import Studio, Wishes
from filmstudio.cli.settings import RenderTable
from filmstudio.core import estimate
from filmstudio.core.errors import LimitError
from filmstudio.core.estimate import least_seconds, line_seconds, script_seconds
from filmstudio.core.film import Film, Line
from filmstudio.core.options import RenderOptions
from filmstudio.core.wishes import MAX_SCRIPT_BYTES
from filmstudio.platform.making import FilmTask
from filmstudio.platform.orders import FilmOptions, FilmOrder, length_of, resource_seconds
from filmstudio.platform.screening import says_more_than
from filmstudio.scheduler.tiers import TERMS, Tier

EXAMPLES = Path(__file__).parents[2] / "examples"
LANGUAGES = ["en", "de", "fr", "es", "hi", "ar", "ja", "zh", "fi"]


def order(**options: object) -> FilmOrder:
    return FilmOrder.model_validate({"screenplay": "Title: *Rain*\n\nLENA\nHi.", "options": options})


@pytest.fixture(scope="module")
def developing(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    return Studio(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def film(developing: Studio) -> Film:
    screenplay, _ = developing.read_bytes(b"INT. CAFE - DAY\n\nLENA\nIt rains.\n", "a.fountain")
    return developing.develop(screenplay, Wishes(), RenderOptions())


def test_every_option_of_the_command_line_that_is_about_the_film_may_be_ordered() -> None:
    about_the_machine = {"workers", "cache_dir", "dispatch", "ray_address", "output"}
    assert set(FilmOptions.model_fields) >= set(RenderTable.model_fields) - about_the_machine


def test_options_become_what_the_command_line_makes_of_them() -> None:
    asked = order(
        size="480p", fps=25, captions="size=large", voice={"LENA": "en-us-claire"}, duration="1:30", seed=7, engine={"music": "composer"}
    )  # fmt: skip
    options, wishes = asked.options.render_options(Tier.PRO), asked.options.wishes()
    assert (options.size, options.fps, options.engines) == ("480p", 25, {"music": "composer"})
    assert options.captions is not None and options.captions.size == "large"
    assert (wishes.voices, wishes.duration, wishes.seed, wishes.style) == ({"LENA": "en-us-claire"}, Fraction(90), 7, "drawn")
    assert asked.title == "Rain"


def test_a_free_film_bears_the_watermark_whatever_it_asks_for() -> None:
    assert order(watermark="mine").options.render_options(Tier.FREE).watermark == TERMS[Tier.FREE].watermark != ""
    assert order(watermark="mine").options.render_options(Tier.PRO).watermark == "mine"


def test_a_length_beyond_the_tier_is_refused_before_anything_is_made(film: Film) -> None:
    assert order(duration="2:00").too_long_for(Tier.FREE) == "/options/duration"
    assert order(duration="2:00").too_long_for(Tier.PRO) == ""
    longer = film.model_copy(update={"target": Fraction(400)})
    assert FilmOrder(film=longer).too_long_for(Tier.PRO) == "/film"
    shots = film.scenes[0].shots
    spoken = next(shot for shot in shots if shot.beats)
    talkative = spoken.model_copy(update={"beats": (next(film.lines()).model_copy(update={"text": "word " * 2_000}),)})
    scene = film.scenes[0].model_copy(update={"shots": tuple(talkative if shot is spoken else shot for shot in shots)})
    sly = film.model_copy(update={"target": Fraction(30), "scenes": (scene,)})
    assert FilmOrder(film=sly).too_long_for(Tier.PRO) == "/film", "a target does not shorten what is said"


def test_a_screenplay_that_becomes_too_long_a_film_is_told_so_by_the_crew(film: Film, tmp_path: Path) -> None:
    task = FilmTask("ada", Tier.FREE, order(), tmp_path)
    task.check_length(film)
    with pytest.raises(LimitError, match="the free tier has films of up to 60 s"):
        task.check_length(film.model_copy(update={"target": Fraction(61)}))


def test_a_film_in_its_own_aspect_is_made_in_it(film: Film) -> None:
    tall = film.model_copy(update={"aspect": "9:16"})
    assert FilmOrder(film=tall).options.render_options(Tier.PRO, tall).aspect == "9:16"
    assert FilmOptions(aspect="1:1").render_options(Tier.PRO, tall).aspect == "1:1"


@pytest.mark.parametrize("script", ["x" * (MAX_SCRIPT_BYTES + 1), "ई" * (MAX_SCRIPT_BYTES // 3 + 1)])
def test_a_script_beyond_the_limit_is_refused(script: str) -> None:
    with pytest.raises(ValidationError, match="longer than 4 MB"):
        FilmOrder(screenplay=script)


def test_an_order_comes_back_from_its_spec_as_it_was(film: Film) -> None:
    for asked in (order(size="480p", captions={"size": "large"}), FilmOrder(film=film, priority=3)):
        assert FilmOrder.model_validate(asked.spec()) == asked


def test_the_estimate_grows_with_length_size_and_finish() -> None:
    draft, standard = RenderOptions(size="480p", preset="draft"), RenderOptions()
    assert resource_seconds(60, draft) < resource_seconds(60, standard) < resource_seconds(120, standard)
    assert order(size="480p", preset="draft").estimate(Tier.PRO) < 60
    short, long = (FilmOrder(screenplay="LENA\n" + "It rains. " * words) for words in (20, 60))
    assert short.estimate(Tier.PRO) < long.estimate(Tier.PRO)
    endless = FilmOrder(screenplay="LENA\n" + "It rains. " * 9_000)
    assert endless.estimate(Tier.FREE) == resource_seconds(60, endless.options.render_options(Tier.FREE)), "no longer one is made"


@pytest.mark.parametrize("script", [*sorted(EXAMPLES.glob("*.fountain")), EXAMPLES / "the-fox-and-the-well.txt", EXAMPLES / "two-hosts.md"])
def test_no_script_is_said_to_take_longer_than_its_film_does(script: Path, developing: Studio) -> None:
    screenplay, _ = developing.read_bytes(script.read_bytes(), script.name)
    made = developing.develop(screenplay, Wishes(), RenderOptions())
    length = float(length_of(made))
    assert not says_more_than(screenplay, length)
    assert float(script_seconds(script.read_text())) == pytest.approx(length, rel=0.35), "what admission thinks is about what is made"


@given(
    st.lists(st.text(st.sampled_from("a I été 雨が降る 12 *_!?.…\u200bह न्दी"), min_size=1, max_size=60), min_size=1, max_size=6),
    st.sampled_from(LANGUAGES),
)
def test_words_take_at_least_what_is_said_whatever_their_language_and_however_they_are_divided(texts: list[str], language: str) -> None:
    lines = [Line(id=f"l{number}", character="x", text=text, language=language) for number, text in enumerate(texts)]
    assert least_seconds(" ".join(texts)) <= sum(line_seconds(line) for line in lines)


def test_planted_a_bound_at_the_rate_of_one_language_refuses_what_could_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    spanish = Line(id="l", character="x", text="palabra " * 500, language="es")
    takes = line_seconds(spanish)
    assert least_seconds(spanish.text) <= takes
    monkeypatch.setattr(estimate, "WORDS_A_MINUTE", dict.fromkeys(estimate.WORDS_A_MINUTE, 140))
    assert least_seconds(spanish.text) > takes


def test_only_a_script_of_more_words_than_the_tier_has_time_for_is_read_before_it_is_taken_in() -> None:
    words = {tier: TERMS[tier].longest_seconds * max(estimate.WORDS_A_MINUTE.values()) // 60 for tier in Tier}
    for tier, most in words.items():
        assert not FilmOrder(screenplay="LENA\n" + "tomorrow " * (most - 1)).may_be_too_long_for(tier)
        assert FilmOrder(screenplay="LENA\n" + "tomorrow " * (most + 1)).may_be_too_long_for(tier)
        assert FilmOrder(screenplay="LENA\n" + "tomorrow " * (20 * most)).may_be_too_long_for(tier)
