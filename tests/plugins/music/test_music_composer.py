"""The composer as an engine: it keeps the studio's contract, the same each time, at its loudness, at every length."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from filmstudio.core.film import MusicBrief
from filmstudio.core.requests import CueRequest
from filmstudio.core.store import Store, StoreDesk
from filmstudio.plugins.music.composer import Composer
from filmstudio.plugins.sound.meter import Meter
from filmstudio.plugins.sound.waves import Wave, read_wave
from filmstudio.testing import hold_to_contract

RATE = 48_000


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> StoreDesk:
    return StoreDesk(Store(Path(tmp_path_factory.mktemp("store"))))


def asked(seconds: float, *, tradition: str = "western", mood: str = "calm", purpose: str = "underscore", seed: int = 1) -> CueRequest:
    brief = MusicBrief.model_validate({"tradition": tradition, "mood": mood, "purpose": purpose, "intensity": 0.5})
    return CueRequest(brief=brief, samples=round(seconds * RATE), seed=seed)


def heard(request: CueRequest, desk: StoreDesk) -> Wave:
    cue = Composer().make(request, desk)
    assert cue.audio
    wave = read_wave(desk.path(cue.audio))
    assert cue.samples == len(wave)
    return wave


def test_the_composer_keeps_the_contract(tmp_path: Path) -> None:
    hold_to_contract(Composer, [asked(4), asked(5, tradition="hindustani", purpose="drone")], tmp_path)


@pytest.mark.parametrize("tradition", ["western", "hindustani", "maqam", "japan", "africa"])
def test_a_cue_is_at_its_loudness_and_never_clips(tradition: str, desk: StoreDesk) -> None:
    wave = heard(asked(9, tradition=tradition), desk)
    meter = Meter()
    meter.add(np.asarray(wave))
    assert abs(meter.integrated + 23) < 0.6 or meter.true_peak_db > -1.6
    assert meter.true_peak_db <= -1.4


@pytest.mark.parametrize("seconds", [0.5, 1.3, 2.0, 4.0, 100.0])
def test_a_cue_is_as_long_as_its_scene_and_rings_at_most_four_seconds_more(seconds: float, desk: StoreDesk) -> None:
    request = asked(seconds, tradition="hindustani", purpose="drone")
    cue = Composer().make(request, desk)
    if cue.audio is not None:
        assert request.samples <= cue.samples <= request.samples + 4 * RATE
    else:
        assert seconds < 1.2


def test_music_sneaks_in_and_dies_away(desk: StoreDesk) -> None:
    wave = heard(asked(8, mood="sad"), desk)
    assert np.abs(wave[: round(0.25 * RATE)]).max() < 1e-3
    assert np.abs(wave[-20:]).max() < 1e-3


def test_two_scenes_of_a_film_do_not_get_the_same_cue(desk: StoreDesk) -> None:
    first, second = Composer().make(asked(6, seed=1), desk), Composer().make(asked(6, seed=2), desk)
    assert first.audio != second.audio
