"""Filters and loudness of stems in compiled passes over a stereo wave: no copies, so that long cues stay small in memory."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from filmstudio.core.rational import SAMPLE_RATE
from filmstudio.plugins.sound.filters import butterworth
from filmstudio.plugins.sound.kernels import STEP, biquad, weigh

_GATE = -10.0
_SILENCE = -70.0
SILENT = -120.0
"""What a stem without sound reads, LUFS."""


def high_pass(wave: NDArray[np.float32], cutoff: float) -> None:
    """Take away what lies below ``cutoff`` Hz (second-order Butterworth), in place; ``wave`` is (n, 2)."""
    biquad(wave, butterworth(2, cutoff, "high")[0])


def peak(wave: NDArray[np.float32], hz: float, level: float, width: float) -> None:
    """Raise or lower what lies around ``hz`` by ``level`` dB, Q ``width``, in place (Audio EQ Cookbook: peakingEQ)."""
    amplitude, omega = 10 ** (level / 40), 2 * math.pi * hz / SAMPLE_RATE
    alpha = math.sin(omega) / (2 * width)
    lead = 1 + alpha / amplitude
    row = (1 + alpha * amplitude, -2 * math.cos(omega), 1 - alpha * amplitude, -2 * math.cos(omega), 1 - alpha / amplitude)
    biquad(wave, np.array(row) / lead)


def high_shelf(wave: NDArray[np.float32], hz: float, level: float) -> None:
    """Raise or lower what lies above ``hz`` by ``level`` dB, slope 1, in place (Audio EQ Cookbook: highShelf)."""
    a, omega = 10 ** (level / 40), 2 * math.pi * hz / SAMPLE_RATE
    cosine, alpha = math.cos(omega), math.sin(omega) / 2 * math.sqrt(2)
    root = 2 * math.sqrt(a) * alpha
    lead = (a + 1) - (a - 1) * cosine + root
    row = (
        a * ((a + 1) + (a - 1) * cosine + root),
        -2 * a * ((a - 1) + (a + 1) * cosine),
        a * ((a + 1) + (a - 1) * cosine - root),
        2 * ((a - 1) - (a + 1) * cosine),
        (a + 1) - (a - 1) * cosine - root,
    )
    biquad(wave, np.array(row) / lead)


def stem_loudness(wave: NDArray[np.float32], first: int = 0) -> float:
    """Loudness of a stem from sample ``first``, LUFS: blocks of 100 ms, those 10 dB under the mean left out (BS.1770-4)."""
    sums = np.zeros((len(wave) - first + STEP - 1) // STEP)
    weigh(wave[first:], np.zeros(8), sums, 0)
    energies = sums / STEP
    heard = energies[energies > 10 ** ((_SILENCE + 0.691) / 10)]
    if not len(heard):
        return SILENT
    heard = heard[heard >= heard.mean() * 10 ** (_GATE / 10)]
    return -0.691 + 10 * math.log10(float(heard.mean()))
