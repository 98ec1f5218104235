"""Mastering reaches its target under its ceiling, on the decoded file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from filmstudio.core.requests import MasterRequest, SceneMix
from filmstudio.core.store import Store, StoreDesk
from filmstudio.plugins.mastering.limiter import CONTEXT, limit
from filmstudio.plugins.mastering.loudness import LoudnessMaster
from filmstudio.plugins.sound.meter import Meter
from filmstudio.plugins.sound.waves import write_wave

RATE = 48_000


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> StoreDesk:
    return StoreDesk(Store(Path(tmp_path_factory.mktemp("store"))))


def scene(desk: StoreDesk, wave: np.ndarray, tail: int = 0) -> SceneMix:
    path = desk.scratch(".wav")
    write_wave(path, wave.astype(np.float32))
    return SceneMix(audio=desk.keep(path, "audio/wav"), samples=len(wave) - tail, tail=tail)


def speechlike(seconds: float, level: float, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    count = int(seconds * RATE)
    syllables = np.clip(np.sin(2 * np.pi * 4 * np.arange(count) / RATE), 0, 1) ** 0.5
    wave = rng.standard_normal(count) * syllables * level
    return np.stack([wave, wave * 0.9], axis=1)


@pytest.mark.parametrize(("target", "ceiling"), [(-14.0, -1.0), (-23.0, -1.0)])
def test_the_target_is_reached_and_the_ceiling_held(desk: StoreDesk, target: float, ceiling: float) -> None:
    scenes = (scene(desk, speechlike(5, 0.02, 1)), scene(desk, speechlike(7, 0.06, 2)))
    master = LoudnessMaster().make(MasterRequest(scenes=scenes, loudness_lufs=target, ceiling_dbtp=ceiling), desk)
    assert master.integrated_lufs == pytest.approx(target, abs=0.3)
    assert master.true_peak_dbtp <= ceiling
    assert master.samples == 12 * RATE


def test_a_silent_film_stays_silent_and_is_measured_as_such(desk: StoreDesk) -> None:
    master = LoudnessMaster().make(MasterRequest(scenes=(scene(desk, np.zeros((RATE, 2))),)), desk)
    assert master.integrated_lufs < -70


def test_a_tail_rings_into_the_next_scene(desk: StoreDesk) -> None:
    ringing = np.zeros((2 * RATE, 2))
    ringing[RATE:] = 0.1  # one second of scene, one second of ring
    scenes = (scene(desk, ringing, tail=RATE), scene(desk, np.zeros((2 * RATE, 2))))
    from filmstudio.plugins.mastering.loudness import _film_blocks

    joined = np.concatenate([block for block, _, _ in _film_blocks(scenes, desk)])
    assert len(joined) == 3 * RATE
    assert joined[RATE + 100, 0] == pytest.approx(0.1)
    assert not joined[2 * RATE + 100 :].any()


def test_limiting_in_blocks_is_limiting_as_one_piece() -> None:
    wave = np.random.default_rng(3).standard_normal((40_000, 2)).astype(np.float32)
    whole = limit(wave, 0, 0, 0.5)
    half = limit(wave[20_000 - CONTEXT :], CONTEXT, 0, 0.5)
    assert np.allclose(whole[20_000:], half, atol=1e-5)
    meter = Meter()
    meter.add(whole)
    assert meter.true_peak_db <= 20 * np.log10(0.5) + 0.9


def test_the_same_scenes_give_the_same_bytes(desk: StoreDesk) -> None:
    request = MasterRequest(scenes=(scene(desk, speechlike(3, 0.05, 4)),), stems=False)
    assert LoudnessMaster().make(request, desk) == LoudnessMaster().make(request, desk)
