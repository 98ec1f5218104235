"""The mix keeps music at least 12 dB under speech, and nothing clips or goes missing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from filmstudio.core.media import MediaRef
from filmstudio.core.requests import Cue, Effects, MixRequest, PlacedSpeech
from filmstudio.core.store import Store, StoreDesk
from filmstudio.plugins.mixing.desk import MixingDesk
from filmstudio.plugins.mixing.ducking import envelope
from filmstudio.plugins.sound.meter import loudness_of
from filmstudio.plugins.sound.waves import read_wave, write_wave

RATE = 48_000


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> StoreDesk:
    return StoreDesk(Store(Path(tmp_path_factory.mktemp("store"))))


def kept(desk: StoreDesk, wave: np.ndarray) -> MediaRef:
    path = desk.scratch(".wav")
    write_wave(path, wave.astype(np.float32))
    return desk.keep(path, "audio/wav")


def noise(seconds: float, level: float, channels: int, seed: int) -> np.ndarray:
    shape = (int(seconds * RATE),) if channels == 1 else (int(seconds * RATE), channels)
    return np.random.default_rng(seed).standard_normal(shape) * level


def a_scene(desk: StoreDesk, music_level: float = 0.3) -> MixRequest:
    voice = kept(desk, noise(2, 0.1, 1, 1))
    speeches = (
        PlacedSpeech(line="a", audio=voice, start=2 * RATE, samples=2 * RATE),
        PlacedSpeech(line="b", audio=voice, start=9 * RATE, samples=2 * RATE),
    )
    music = Cue(audio=kept(desk, noise(14, music_level, 2, 2)), samples=14 * RATE)
    effects = Effects(audio=kept(desk, noise(12, 0.2, 2, 3)), samples=12 * RATE)
    return MixRequest(samples=12 * RATE, speeches=speeches, music=music, effects=effects, setting="interior", place="kitchen", stems=True)


@pytest.mark.parametrize("level", [0.01, 0.3, 0.9])
def test_music_lies_at_least_12_db_under_speech_however_loud_it_came(desk: StoreDesk, level: float) -> None:
    mix = MixingDesk().make(a_scene(desk, level), desk)
    assert mix.dialogue and mix.music
    dialogue, music = (read_wave(desk.path(media)) for media in (mix.dialogue, mix.music))
    for start in (2, 9):
        window = slice(start * RATE, (start + 2) * RATE)
        assert loudness_of(dialogue[window]) - loudness_of(music[window]) >= 12


@pytest.mark.parametrize(("murmur", "swell"), [(0.004, 1.0), (0.1, 6.0)])
def test_music_lies_12_db_under_a_murmur_and_under_a_line_beneath_a_swell(desk: StoreDesk, murmur: float, swell: float) -> None:
    loud, quiet = kept(desk, noise(3, 0.25, 1, 1)), kept(desk, noise(1, murmur, 1, 4))
    speeches = (
        PlacedSpeech(line="a", audio=loud, start=2 * RATE, samples=3 * RATE),
        PlacedSpeech(line="b", audio=quiet, start=10 * RATE, samples=RATE),
    )
    bars = noise(14, 0.1, 2, 2)
    bars[9 * RATE : 12 * RATE] *= swell
    music = Cue(audio=kept(desk, bars), samples=14 * RATE)
    request = MixRequest(samples=13 * RATE, speeches=speeches, music=music, setting="exterior", place="park", stems=True)
    mix = MixingDesk().make(request, desk)
    assert mix.dialogue and mix.music
    dialogue, under = (read_wave(desk.path(media)) for media in (mix.dialogue, mix.music))
    window = slice(10 * RATE, 11 * RATE)
    assert loudness_of(dialogue[window]) - loudness_of(under[window]) >= 12


def test_music_rises_where_nobody_speaks(desk: StoreDesk) -> None:
    mix = MixingDesk().make(a_scene(desk), desk)
    assert mix.music
    music = read_wave(desk.path(mix.music))
    assert loudness_of(music[6 * RATE : 8 * RATE]) - loudness_of(music[2 * RATE : 4 * RATE]) > 4


def test_the_stems_add_up_to_the_mix(desk: StoreDesk) -> None:
    mix = MixingDesk().make(a_scene(desk), desk)
    assert mix.dialogue and mix.music and mix.effects
    total = sum(np.asarray(read_wave(desk.path(media)), np.float64) for media in (mix.dialogue, mix.music, mix.effects))
    assert np.allclose(total[: mix.samples], read_wave(desk.path(mix.audio))[: mix.samples], atol=1e-4)


def test_music_rings_past_the_end_and_then_ends(desk: StoreDesk) -> None:
    mix = MixingDesk().make(a_scene(desk), desk)
    assert RATE < mix.tail <= 4 * RATE
    assert abs(read_wave(desk.path(mix.audio))[-1]).max() < 1e-3


def test_a_scene_without_anything_is_silence(desk: StoreDesk) -> None:
    mix = MixingDesk().make(MixRequest(samples=RATE), desk)
    assert not read_wave(desk.path(mix.audio)).any()


def test_the_duck_is_down_before_the_first_word_and_does_not_pump_in_short_gaps() -> None:
    amount = envelope([(48_000, 96_000), (120_000, 144_000)], 300_000)
    assert amount[48_000 - 7_200] == 1.0
    assert amount[96_000:120_000].min() == 1.0
    assert amount[-1] == 0.0
