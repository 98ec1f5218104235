"""The drawn stage as an engine."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, get_args

import numpy as np
import pytest

from filmstudio.core.engine import Failure
from filmstudio.core.errors import Unsupported
from filmstudio.core.film import Light, StageSet, Weather
from filmstudio.core.requests import Backdrop, BackdropRequest
from filmstudio.core.store import Store, StoreDesk
from filmstudio.plugins.art.pack import house_pack
from filmstudio.plugins.backdrop import planes
from filmstudio.plugins.backdrop.cast_light import cast_air, cast_matrix, cast_tint, rim_light, rim_side
from filmstudio.plugins.backdrop.engine import DrawnStage
from filmstudio.plugins.backdrop.extras import IN_FRONT_OF_CAST, Drift, drift_offset
from filmstudio.plugins.backdrop.light import Mood
from filmstudio.plugins.backdrop.relight import mood_of
from filmstudio.plugins.backdrop.slots import Slots, slots_of
from filmstudio.plugins.backdrop.stage import VIEW_BOX
from filmstudio.plugins.backdrop.still import extras_of, sheets_of
from filmstudio.plugins.backdrop.weather import Sky, sky_of

SMALL = 0.125


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> StoreDesk:
    return StoreDesk(Store(tmp_path_factory.mktemp("store")))


@lru_cache(maxsize=32)
def once_painted(desk: StoreDesk, stage: str, light: str = "day", weather: str = "clear") -> Backdrop:
    return painted(desk, stage, light, weather)


def painted(desk: StoreDesk, stage: str, light: str = "day", weather: str = "clear", **more: Any) -> Backdrop:
    chosen = StageSet.model_validate({"pack": "house", "stage": stage, "light": light, "weather": weather, **more})
    return DrawnStage().make(BackdropRequest(set=chosen, scale=SMALL), desk)


def test_one_request_is_one_backdrop_to_the_byte(desk: StoreDesk) -> None:
    assert painted(desk, "beach", "dusk", "fog", seed=3) == painted(desk, "beach", "dusk", "fog", seed=3)
    assert painted(desk, "kit-village", seed=1).planes != painted(desk, "kit-village", seed=2).planes


def test_planes_are_premultiplied_go_from_far_to_near_and_the_sky_is_whole(desk: StoreDesk) -> None:
    backdrop = painted(desk, "souk", "golden")
    assert [plane.z for plane in backdrop.planes] == sorted((plane.z for plane in backdrop.planes), reverse=True)
    assert backdrop.planes[0].opaque
    for sheet in sheets_of(backdrop, desk):
        assert sheet.pixels.dtype == np.uint8
        assert (sheet.pixels[..., :3] <= sheet.pixels[..., 3:]).all()
        height, width, _ = sheet.pixels.shape
        assert (width / SMALL, height / SMALL) == pytest.approx(sheet.box[2:])


def test_the_cast_stands_between_the_stage_and_the_microphones(desk: StoreDesk) -> None:
    backdrop = painted(desk, "podcast", "night")
    ids = [plane.id for plane in backdrop.planes]
    assert extras_of(backdrop).cast_after == "stage"
    assert ids[ids.index("stage") + 1 :] == ["mics", "frame"]
    assert next(plane.z for plane in backdrop.planes if plane.id == "stage") == 1


def lit(stage: str, light: Light, weather: Weather = "clear") -> tuple[Slots, Mood, Sky]:
    slots = slots_of((house_pack().folder / "stages" / f"backdrop-{stage}.svg").read_text(encoding="utf-8"))
    return slots, mood_of(slots, light), sky_of(weather)


def test_night_falls_on_the_cast_too() -> None:
    day, night = cast_tint(*lit("harbour", "day")), cast_tint(*lit("harbour", "night"))
    assert sum(day) > sum(night)
    assert night[2] > night[0], "moonlight is blue"
    assert all(0 < factor <= 1 for factor in (*day, *night))


@pytest.mark.parametrize("light", get_args(Light))
def test_for_a_grey_figure_the_tint_is_all_of_the_colour_matrix(light: Light) -> None:
    conditions = lit("kitchen", light)
    matrix = np.array(cast_matrix(*conditions))
    assert np.minimum(matrix[:, :3].sum(axis=1), 1) == pytest.approx(cast_tint(*conditions), abs=1e-9)
    assert matrix[:, 3] == pytest.approx(0)


def test_fog_lies_before_the_cast() -> None:
    assert cast_air(*lit("harbour", "dawn", "fog")).amount > 0.1
    assert cast_air(*lit("harbour", "dawn")).amount == pytest.approx(0)


def test_the_rim_is_strong_against_the_sun_and_gone_in_a_storm() -> None:
    assert rim_light(*lit("ghat", "dusk"))[3] > rim_light(*lit("ghat", "day"))[3] > 0
    assert rim_light(*lit("ghat", "dusk", "storm"))[3] == 0
    assert rim_side(lit("ghat", "dusk")[1]) == "right"
    assert rim_side(lit("snow-hut", "bluehour")[1]) == "left"


def test_snow_falls_between_the_planes_and_before_the_cast(desk: StoreDesk) -> None:
    (snow,) = extras_of(once_painted(desk, "palace", "dawn", "snow")).particles
    assert snow.kind == "snow"
    assert [layer.after for layer in snow.layers] == ["far", "mid", IN_FRONT_OF_CAST, "frame"]
    assert [layer.speed for layer in snow.layers] == [60, 110, 170, 300]


def test_in_a_room_it_snows_behind_the_window_only(desk: StoreDesk) -> None:
    (snow,) = extras_of(painted(desk, "tea-house", "day", "snow")).particles
    assert {layer.after for layer in snow.layers} == {"far"}
    assert all(layer.z > 8 for layer in snow.layers), "it moves with what is outside"


def test_in_space_there_is_no_weather(desk: StoreDesk) -> None:
    backdrop = painted(desk, "space-deck", "dusk", "storm")
    extras = extras_of(backdrop)
    assert [plane.id for plane in backdrop.planes if plane.opaque] == ["far"], "no cloud fills a nearer plane"
    assert min(sheet.pixels[..., 3].mean() for sheet in sheets_of(backdrop, desk) if sheet.id == "frame") < 60
    assert not extras.particles
    assert extras.lightning is None


def test_rain_is_half_a_storm_without_its_bolt(desk: StoreDesk) -> None:
    rain, storm = extras_of(painted(desk, "desert", rain=True)), extras_of(painted(desk, "desert", weather="storm"))
    assert sum(layer.count for layer in rain.particles[0].layers) == sum(layer.count for layer in storm.particles[0].layers) // 2
    assert rain.lightning is None
    assert storm.lightning is not None


def test_banks_of_fog_drift_both_ways_and_never_farther_than_they_reach(desk: StoreDesk) -> None:
    backdrop = painted(desk, "harbour", "dawn", "fog")
    extras = extras_of(backdrop)
    assert {drift.speed > 0 for drift in extras.drifts} == {True, False}
    for drift in extras.drifts:
        plane = next(plane for plane in backdrop.planes if plane.id == drift.plane)
        assert plane.box[0] <= -230 - drift.reach + 160
        assert plane.box[0] + plane.box[2] >= 2150 + drift.reach - 160
        assert all(abs(drift_offset(drift, second)) <= drift.reach for second in range(0, 600, 7))
    assert drift_offset(Drift(plane="x", speed=10, reach=300), 1) == pytest.approx(10, abs=0.01)


def test_a_weather_that_a_stage_is_not_drawn_for_is_reported(desk: StoreDesk) -> None:
    assert painted(desk, "souk", "golden", "snow").degraded
    assert not once_painted(desk, "palace", "dawn", "snow").degraded


@pytest.mark.parametrize(
    ("stage", "pack", "scale"), [("moon-base", "house", 1.0), ("ghat", "nobody", 1.0), ("ghat", "../house", 1.0), ("ghat", "house", 9.0)]
)
def test_what_cannot_be_painted_fails_alone_and_says_what_can(stage: str, pack: str, scale: float, desk: StoreDesk) -> None:
    good = BackdropRequest(set=StageSet(pack="house", stage="limbo"), scale=SMALL)
    bad = BackdropRequest(set=StageSet(pack=pack, stage=stage), scale=scale)
    failure, backdrop = DrawnStage().run([bad, good], desk)
    assert isinstance(failure, Failure)
    assert failure.kind == "unsupported"
    assert failure.remedy
    assert isinstance(backdrop, Backdrop)
    with pytest.raises(Unsupported):
        DrawnStage().make(bad, desk)


def test_a_plane_is_the_same_whether_painted_whole_or_in_tiles(monkeypatch: pytest.MonkeyPatch, desk: StoreDesk) -> None:
    whole = sheets_of(painted(desk, "limbo", "golden"), desk)
    monkeypatch.setattr(planes, "TILE", 100)
    tiled = sheets_of(painted(desk, "limbo", "golden"), desk)
    for one, other in zip(whole, tiled, strict=True):
        off = np.abs(np.asarray(one.pixels).astype(int) - other.pixels).max(axis=2)
        assert (off > 16).mean() < 0.001


def test_clouds_show_no_seam_where_tiles_meet(monkeypatch: pytest.MonkeyPatch) -> None:
    head = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-230 -130 2380 1340" width="2380" height="1340">'
    blur = '<filter id="soft60" x="-60%" y="-60%" width="220%" height="220%"><feGaussianBlur stdDeviation="60"/></filter>'
    cloud = f'<defs>{blur}</defs><g filter="url(#soft60)"><ellipse cx="960" cy="540" rx="500" ry="300"/></g>'
    whole = planes.rasterise(head, cloud, VIEW_BOX, 0.25)
    monkeypatch.setattr(planes, "TILE", 250)
    tiled = planes.rasterise(head, cloud, VIEW_BOX, 0.25)
    assert np.abs(whole.astype(int) - tiled).max() <= 6
