"""Rooms answer as SciPy says, in stretches or at once, and silence is left out."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.fft import next_fast_len
from scipy.signal import fftconvolve

from filmstudio.plugins.sound.convolution import answered, fast_size


@pytest.mark.parametrize(("count", "length"), [(1, 1), (10, 900), (3000, 40), (400_000, 7000), (300_000, 38_000)])
def test_a_sound_is_answered_as_scipy_convolves(count: int, length: int) -> None:
    random = np.random.default_rng(count)
    sound = random.standard_normal(count).astype(np.float32)
    sound[count // 3 : count // 2] = 0
    answer = random.standard_normal((length, 2)).astype(np.float32)
    heard = answered(sound, answer)
    assert heard.dtype == np.float32
    for side in (0, 1):
        expected = fftconvolve(sound.astype(np.float64), answer[:, side])
        assert np.abs(heard[:, side] - expected).max() < 1e-5 * np.abs(expected).max()


@pytest.mark.parametrize("least", [1, 2, 7, 31, 1025, 65_536, 65_537, 200_001, 9_999_999])
def test_sizes_of_transforms_are_quick_and_hardly_larger_than_asked(least: int) -> None:
    size = fast_size(least)
    assert size >= least and size == next_fast_len(size, real=True)
    assert size <= least * 1.1 + 1
