"""The meter agrees with the standard's test signals and with an independent implementation."""

from __future__ import annotations

import numpy as np
import pyloudnorm
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filmstudio.core.errors import EngineError
from filmstudio.plugins.sound.meter import SILENCE_LUFS, Meter
from filmstudio.plugins.sound.waves import read_wave, write_wave

RATE = 48_000


def sine(frequency: float, level_db: float, seconds: float) -> np.ndarray:
    wave = 10 ** (level_db / 20) * np.sin(2 * np.pi * frequency * np.arange(int(RATE * seconds)) / RATE)
    return np.stack([wave, wave], axis=1).astype(np.float32)


def read(wave: np.ndarray, block: int = 48_000) -> Meter:
    meter = Meter()
    for at in range(0, len(wave), block):
        meter.add(wave[at : at + block])
    return meter


def test_a_1_khz_sine_at_minus_23_dbfs_reads_minus_23_lufs() -> None:
    assert read(sine(1000, -23, 10)).integrated == pytest.approx(-23.0, abs=0.1)  # EBU Tech 3341, case 1


def test_the_gate_ignores_what_is_far_quieter() -> None:
    wave = np.concatenate([sine(1000, -36, 10), sine(1000, -23, 60), sine(1000, -36, 10)])
    assert read(wave).integrated == pytest.approx(-23.0, abs=0.1)  # EBU Tech 3341, case 3


def test_it_agrees_with_an_independent_meter_on_noise() -> None:
    rng = np.random.default_rng(1)
    noise = (rng.standard_normal((RATE * 12, 2)) * np.linspace(0.01, 0.2, RATE * 12)[:, None]).astype(np.float32)
    assert read(noise).integrated == pytest.approx(pyloudnorm.Meter(RATE).integrated_loudness(noise), abs=0.1)


def test_peaks_between_samples_are_found() -> None:
    wave = np.sin(2 * np.pi * 12_000 * np.arange(RATE) / RATE + np.pi / 4)  # samples fall at 0.707 of the crest
    meter = read(np.stack([wave, wave], axis=1).astype(np.float32))
    assert meter.true_peak_db == pytest.approx(0.0, abs=0.3)


def test_silence_reads_as_a_number() -> None:
    assert read(np.zeros((RATE, 2), np.float32)).integrated == SILENCE_LUFS


@settings(max_examples=10, deadline=None)
@given(st.integers(100, 60_000))
def test_the_reading_does_not_depend_on_the_blocks(block: int) -> None:
    wave = sine(700, -20, 3) * np.linspace(0.2, 1, 3 * RATE, dtype=np.float32)[:, None]
    assert read(wave, block).integrated == pytest.approx(read(wave).integrated, abs=1e-6)
    assert read(wave, block).true_peak_db == pytest.approx(read(wave).true_peak_db, abs=1e-3)


def test_the_end_of_a_block_is_no_peak() -> None:
    """A sound cut at its crest rings in the oversampling filter, which must see the next block first."""
    wave = sine(50, -6, 2)
    wave[-100:] *= np.linspace(1, 0, 100, dtype=np.float32)[:, None]
    wave[:100] *= np.linspace(0, 1, 100, dtype=np.float32)[:, None]
    assert read(wave, 240).true_peak_db == pytest.approx(-6, abs=0.01)


def test_waves_come_back_as_they_were(tmp_path) -> None:
    wave = np.random.default_rng(0).standard_normal((1000, 2)).astype(np.float32)
    write_wave(tmp_path / "a.wav", wave)
    assert np.array_equal(read_wave(tmp_path / "a.wav"), wave)


def test_a_wave_of_something_else_is_refused(tmp_path) -> None:
    (tmp_path / "b.wav").write_bytes(b"not a wave at all")
    with pytest.raises(EngineError, match="not a wave"):
        read_wave(tmp_path / "b.wav")
    with pytest.raises(EngineError, match="not numbers"):
        write_wave(tmp_path / "c.wav", np.array([np.nan], np.float32))
