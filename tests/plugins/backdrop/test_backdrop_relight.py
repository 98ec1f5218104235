"""One drawing, six lights, four weathers."""

from __future__ import annotations

import math
import re
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmstudio.core.errors import InputError
from filmstudio.core.film import Light, Weather
from filmstudio.plugins.art.pack import house_pack
from filmstudio.plugins.backdrop.colour import rgb
from filmstudio.plugins.backdrop.kit_forest import draw_forest
from filmstudio.plugins.backdrop.kit_village import draw_village
from filmstudio.plugins.backdrop.light import MOODS, air_colour, slot_colour
from filmstudio.plugins.backdrop.relight import relight
from filmstudio.plugins.backdrop.slots import Slots
from filmstudio.plugins.backdrop.stage import Stage, load_stages
from filmstudio.plugins.backdrop.weather import SKIES, overlays, sky_of

HOUSE = house_pack().folder
STAGES = load_stages(HOUSE)
DRAWN = [stage for stage in STAGES.values() if stage.file]
LIGHTS: tuple[Light, ...] = get_args(Light)
SWITCHES = {"halo", "star", "shaft", "cap", "rimlight", "wet", "sundisc"}
NOT_PAINTED = {"always", "fogbank", "snowfall", "rain"}


def drawing_of(stage: Stage) -> str:
    return (HOUSE / "stages" / str(stage.file)).read_text(encoding="utf-8")


def unlit(lit: str) -> set[str]:
    sheet, body = re.search(r"<style>(.*?)</style>(.*)", lit, re.DOTALL).groups()  # type: ignore[union-attr]
    ruled = set(re.findall(r"\.([\w-]+)\{", sheet))
    used = {name for value in re.findall(r'class="([^"]+)"', body) for name in value.split()}
    return used - ruled - NOT_PAINTED


@pytest.mark.parametrize("stage", DRAWN, ids=lambda stage: stage.id)
def test_no_shape_of_a_stage_is_left_unlit_in_any_of_its_lights_and_weathers(stage: Any) -> None:
    drawing = drawing_of(stage)
    for light in stage.moods:
        for weather in stage.weathers:
            assert unlit(relight(drawing, light, sky_of(weather))) == set()


@pytest.mark.parametrize("draw", [draw_village, draw_forest])
def test_no_shape_of_a_kit_is_left_unlit(draw: Any) -> None:
    assert unlit(relight(draw(5)[0], "dusk", sky_of("snow"))) == set()


def test_the_signature_light_is_what_the_artist_saved() -> None:
    for stage in DRAWN:
        if stage.signature.weather == "clear":
            drawing = drawing_of(stage)
            saved = re.search(r"<style>(.*?)</style>", drawing, re.DOTALL)
            lit = re.search(r"<style>(.*?)</style>", relight(drawing, stage.signature.mood, sky_of("clear")), re.DOTALL)
            assert saved and lit and saved[1] == lit[1], stage.id


def test_lighting_a_lit_stage_again_leaves_nothing_of_the_first_light() -> None:
    drawing = drawing_of(STAGES["ghat"])
    stormy = relight(drawing, "night", sky_of("storm"), overlays("storm", False, 7, "#445566"))
    assert relight(stormy, "day", sky_of("clear")) == relight(drawing, "day", sky_of("clear"))


def test_the_key_comes_from_where_the_sun_hangs() -> None:
    assert MOODS["dusk"].with_sun_at(1500).towards_key[0] > 0 > MOODS["dusk"].with_sun_at(200).towards_key[0]
    right = slot_colour("stone_r_4", 1, slots(), MOODS["dusk"].with_sun_at(1500), SKIES["clear"])
    left = slot_colour("stone_l_4", 1, slots(), MOODS["dusk"].with_sun_at(1500), SKIES["clear"])
    assert sum(rgb(right)) > sum(rgb(left))


def slots(**changes: Any) -> Slots:
    return Slots.model_validate(
        {"local": {"stone": "#d9a878", "snow": "#f6f8ff", "litscreen": "#44ffcc", "lamp": "#ffb84d"}, "sun": {}, **changes}
    )


@given(st.sampled_from(LIGHTS), st.sampled_from(get_args(Weather)), st.floats(1, 30), st.floats(0.1, 40))
def test_the_deeper_a_stone_lies_the_more_it_is_the_colour_of_the_air(light: Light, weather: Weather, z: float, more: float) -> None:
    mood, sky = MOODS[light], SKIES[weather]

    def distance(depth: float) -> float:
        colour = rgb(slot_colour("stone_f_4", depth, slots(), mood, sky))
        return math.dist(colour, air_colour(mood, sky))

    assert distance(z + more) <= distance(z) + 0.006


def test_lamps_burn_at_night_and_not_at_noon_but_screens_always_do() -> None:
    assert slot_colour("lamp_g_4", 2, slots(), MOODS["night"], SKIES["clear"]) == "#ffb84d"
    assert slot_colour("lamp_g_4", 2, slots(), MOODS["day"], SKIES["clear"]) != "#ffb84d"
    assert slot_colour("litscreen_g_4", 2, slots(), MOODS["day"], SKIES["clear"]) == "#44ffcc"


def test_a_roof_takes_light_away() -> None:
    outside = sum(rgb(slot_colour("stone_f_4", 2, slots(), MOODS["day"], SKIES["clear"])))
    inside = sum(rgb(slot_colour("stone_f_4", 2, slots(indoor=0.72), MOODS["day"], SKIES["clear"])))
    assert inside < 0.8 * outside


def test_in_a_room_weather_is_drawn_behind_the_window() -> None:
    drawing = drawing_of(STAGES["office-lab"])
    snowing = relight(drawing, "day", sky_of("snow"), overlays("snow", False, 7, "#ffffff"))
    assert snowing.index('class="snowfall"') < snowing.index('<g id="p3-room"')
    assert snowing.rindex('class="snowfall"') < snowing.index('<g id="p3-room"')


def test_rain_is_less_than_a_storm() -> None:
    clear, rain, storm = sky_of("clear"), sky_of("clear", rain=True), sky_of("storm")
    assert clear.gain > rain.gain > storm.gain
    assert clear.wet < rain.wet < storm.wet
    assert clear.pull < rain.pull < storm.pull


@pytest.mark.parametrize("drawing", ["<svg></svg>", '<svg><metadata id="slots">{"local": 3}</metadata></svg>'])
def test_what_is_not_a_stage_is_refused(drawing: str) -> None:
    with pytest.raises(InputError):
        relight(drawing, "day", sky_of("clear"))


def test_a_material_without_colour_is_named() -> None:
    drawing = (
        '<svg><metadata id="slots">{"local": {}, "sun": {}}</metadata><style></style><path class="brass_f_1"/><g id="grade"></g></svg>'
    )
    with pytest.raises(InputError, match="brass_f_1"):
        relight(drawing, "day", sky_of("clear"))
