"""Orders: the command line's options by the same names, within the tier's terms."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from pydantic import ValidationError

from filmstudio.app import Studio, Wishes
from filmstudio.cli.settings import RenderTable
from filmstudio.core.errors import LimitError
from filmstudio.core.film import Film
from filmstudio.core.options import RenderOptions
from filmstudio.core.wishes import MAX_SCRIPT_BYTES
from filmstudio.platform.making import FilmTask
from filmstudio.platform.orders import FilmOptions, FilmOrder, resource_seconds
from filmstudio.scheduler.tiers import TERMS, Tier


def order(**options: object) -> FilmOrder:
    return FilmOrder.model_validate({"screenplay": "Title: *Rain*\n\nLENA\nHi.", "options": options})


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Film:
    studio = Studio(tmp_path_factory.mktemp("cache"))
    screenplay, _ = studio.read_bytes(b"INT. CAFE - DAY\n\nLENA\nIt rains.\n", "a.fountain")
    return studio.develop(screenplay, Wishes(), RenderOptions())


def test_every_option_of_the_command_line_that_is_about_the_film_may_be_ordered() -> None:
    about_the_machine = {"workers", "cache_dir", "dispatch", "ray_address"}
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
