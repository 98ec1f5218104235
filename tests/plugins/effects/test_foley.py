"""Effects: every word of the catalogue sounds, at its level and place, the same each time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from filmstudio.core.requests import EffectsRequest
from filmstudio.core.store import Store, StoreDesk
from filmstudio.plugins.effects.beds import BEDS
from filmstudio.plugins.effects.foley import Foley, beds_for
from filmstudio.plugins.effects.strikes import STRIKES
from filmstudio.plugins.sound.waves import read_wave

RATE = 48_000


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> StoreDesk:
    return StoreDesk(Store(Path(tmp_path_factory.mktemp("store"))))


@pytest.mark.parametrize("name", sorted(BEDS))
def test_a_bed_is_as_long_as_asked_and_steady_in_power(name: str) -> None:
    wave = BEDS[name](np.random.default_rng(1), 3 * RATE)
    assert len(wave) == 3 * RATE
    assert np.isfinite(wave).all()
    assert 0.5 < np.sqrt(np.mean(wave**2)) < 2


@pytest.mark.parametrize("name", sorted(STRIKES))
def test_a_strike_peaks_at_one_and_dies_away(name: str) -> None:
    wave = STRIKES[name](np.random.default_rng(1))
    assert np.isfinite(wave).all()
    assert 0.4 <= np.abs(wave).max() <= 1.0
    assert np.abs(wave[-200:]).max() < 0.25


def test_a_knock_is_heard_where_it_happens(desk: StoreDesk) -> None:
    effects = Foley().make(EffectsRequest(samples=4 * RATE, setting="interior", hits=(("knock", 2 * RATE),)), desk)
    assert effects.audio
    wave = read_wave(desk.path(effects.audio))
    assert np.abs(wave[: 2 * RATE - 10]).max() < 0.05 < np.abs(wave[2 * RATE : 2 * RATE + 9600]).max()


def test_no_scene_is_dead_silence_and_none_is_loud(desk: StoreDesk) -> None:
    for setting in ("interior", "exterior"):
        effects = Foley().make(EffectsRequest(samples=2 * RATE, setting=setting), desk)  # type: ignore[arg-type]
        assert effects.audio
        wave = read_wave(desk.path(effects.audio))
        assert -60 < 20 * np.log10(np.sqrt(np.mean(wave[RATE // 2 :] ** 2))) < -35


def test_place_hour_and_weather_choose_the_beds() -> None:
    def names(**more: object) -> set[str]:
        return {name for name, _ in beds_for(EffectsRequest(samples=RATE, **more))}  # type: ignore[arg-type]

    assert names(place="BEACH", light="day") == {"air", "waves", "birds"}
    assert names(place="FOREST", light="night") == {"air", "crickets"}
    assert names(place="KITCHEN", setting="interior", rain=True) == {"room", "rain"}
    assert "storm" in names(weather="storm")


def test_a_sound_nobody_can_make_is_told(desk: StoreDesk) -> None:
    effects = Foley().make(EffectsRequest(samples=RATE, hits=(("dragon", 0), ("laughter", 0))), desk)
    assert effects.degraded == ("there is no sound for dragon.",)


def test_the_same_seed_is_the_same_sound_and_another_is_not(desk: StoreDesk) -> None:
    first, again, other = (Foley().make(EffectsRequest(samples=RATE, seed=seed, ambience=("rain",)), desk) for seed in (1, 1, 2))
    assert first.audio == again.audio != other.audio
