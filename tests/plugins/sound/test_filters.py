"""Filters are those of the textbook, as SciPy makes them, and silence costs no more than sound."""

from __future__ import annotations

import time

import numpy as np
import pytest
from scipy.ndimage import map_coordinates, minimum_filter1d, uniform_filter1d
from scipy.signal import butter, firwin, resample_poly, sosfilt

from filmstudio.plugins.sound.filters import butterworth, through
from filmstudio.plugins.sound.kernels import least, mean, read_at
from filmstudio.plugins.sound.meter import Meter
from filmstudio.plugins.sound.peaks import about, halfway

RATE = 48_000


@pytest.mark.parametrize("order", [1, 2, 3, 4])
@pytest.mark.parametrize(
    ("kind", "corner"),
    [("low", 350.0), ("low", 21_000.0), ("high", 35.0), ("high", 6500.0), ("band", (40.0, 120.0)), ("band", (20.0, 15_000.0))],
)
def test_sound_through_a_filter_is_as_scipy_filters_it(order: int, kind: str, corner: float | tuple[float, float]) -> None:
    wave = np.random.default_rng(1).standard_normal(RATE)
    ours = through(butterworth(order, corner, kind), wave)
    theirs = sosfilt(butter(order, corner, kind, fs=RATE, output="sos"), wave)
    assert np.abs(ours - theirs).max() < 1e-7 * np.abs(theirs).max() + 1e-9


def test_channels_are_filtered_each_by_itself() -> None:
    sections, pair = butterworth(2, 700.0, "low"), np.random.default_rng(2).standard_normal((5000, 2))
    assert np.array_equal(through(sections, pair)[:, 1], through(sections, pair[:, 1]))


@pytest.mark.parametrize("count", [40, 500, 20_000])
def test_sound_between_its_samples_is_as_scipy_reads_it(count: int) -> None:
    random = np.random.default_rng(count)
    wave = random.standard_normal(count)
    positions = np.concatenate([[0.0], np.sort(random.uniform(0, count - 1, count)), [count - 2.0, count - 1.0]])
    assert np.abs(read_at(wave, positions) - map_coordinates(wave, positions[None], order=3, mode="mirror")).max() < 1e-13


@pytest.mark.parametrize("count", [1, 2, 100, 481, 9000])
def test_the_lowest_and_the_mean_about_a_sample_are_as_scipy_finds_them(count: int) -> None:
    values = np.random.default_rng(count).uniform(0, 1, count).astype(np.float32)
    lowest, means = np.empty_like(values), np.empty_like(values)
    least(values, 240, lowest)
    mean(values, 240, means)
    assert np.array_equal(lowest, minimum_filter1d(values, 481, mode="nearest"))
    assert np.abs(means - uniform_filter1d(values, 240, mode="nearest")).max() < 1e-6


def test_silence_after_sound_is_measured_as_fast_as_sound() -> None:
    """Subnormal numbers would take fifty times as long."""
    sound = np.random.default_rng(3).standard_normal((20 * RATE, 2)).astype(np.float32)
    hush = sound.copy()
    hush[RATE:] = 0

    def spent(wave: np.ndarray) -> float:
        began = time.process_time()
        Meter().add(wave)
        through(butterworth(2, 700.0, "low"), wave[:, 0])
        return time.process_time() - began

    spent(sound[:RATE])
    assert min(spent(hush) for _ in range(3)) < 5 * min(spent(sound) for _ in range(3))


def test_peaks_are_those_of_four_fold_oversampling() -> None:
    wave = np.random.default_rng(4).standard_normal((3000, 2)).astype(np.float32)
    fine = np.abs(resample_poly(wave.astype(np.float64), 4, 1, axis=0, window=firwin(81, 0.25, window=("kaiser", 5.0))))
    expected = fine.max(axis=1).reshape(-1, 4).max(axis=1)
    assert np.abs(about(wave, 0, 3000, 0.0) / expected - 1).max() < 1e-3, "within 0.01 dB"
    assert np.array_equal(about(wave, 700, 900, 0.0), about(wave, 0, 3000, 0.0)[700:900])


def test_half_a_sample_later_is_half_a_sample_later() -> None:
    time_of = np.arange(2000) / RATE
    later = halfway(np.sin(2 * np.pi * 997 * time_of).astype(np.float32))
    assert np.abs(later - np.sin(2 * np.pi * 997 * (time_of + 0.5 / RATE)))[20:-20].max() < 2e-3
