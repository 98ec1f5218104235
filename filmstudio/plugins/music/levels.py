"""Filters and loudness of stems in compiled passes over a stereo wave: no copies, so that long cues stay small in memory."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.signal import butter

from filmstudio.core.rational import SAMPLE_RATE

_BLOCK: Final = SAMPLE_RATE // 10
_GATE = -10.0
_SILENCE = -70.0
SILENT = -120.0
"""What a stem without sound reads, LUFS."""

# K-weighting at 48 kHz: ITU-R BS.1770-4, tables 1 and 2.
_SHELF = np.array([1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585])
_LOW_CUT = np.array([1.0, -2.0, 1.0, -1.99004745483398, 0.99007225036621])


def high_pass(wave: NDArray[np.float32], cutoff: float) -> None:
    """Take away what lies below ``cutoff`` Hz (second-order Butterworth), in place; ``wave`` is (n, 2)."""
    numerator, denominator = butter(2, cutoff, "high", fs=SAMPLE_RATE)
    _filter(wave, np.array([*numerator, *denominator[1:]]))


def peak(wave: NDArray[np.float32], hz: float, level: float, width: float) -> None:
    """Raise or lower what lies around ``hz`` by ``level`` dB, Q ``width``, in place (Audio EQ Cookbook: peakingEQ)."""
    amplitude, omega = 10 ** (level / 40), 2 * math.pi * hz / SAMPLE_RATE
    alpha = math.sin(omega) / (2 * width)
    lead = 1 + alpha / amplitude
    row = (1 + alpha * amplitude, -2 * math.cos(omega), 1 - alpha * amplitude, -2 * math.cos(omega), 1 - alpha / amplitude)
    _filter(wave, np.array(row) / lead)


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
    _filter(wave, np.array(row) / lead)


def stem_loudness(wave: NDArray[np.float32], first: int = 0) -> float:
    """Loudness of a stem from sample ``first``, LUFS: blocks of 100 ms, those 10 dB under the mean left out (BS.1770-4)."""
    energies = _energies(wave, first, _SHELF, _LOW_CUT)
    heard = energies[energies > 10 ** ((_SILENCE + 0.691) / 10)]
    if not len(heard):
        return SILENT
    heard = heard[heard >= heard.mean() * 10 ** (_GATE / 10)]
    return -0.691 + 10 * math.log10(float(heard.mean()))


@njit(cache=True)
def _filter(wave: NDArray[np.float32], section: NDArray[np.float64]) -> None:
    b0, b1, b2, a1, a2 = section[0], section[1], section[2], section[3], section[4]
    for side in range(2):
        first, second = 0.0, 0.0
        for index in range(len(wave)):
            value = float(wave[index, side])
            result = b0 * value + first
            first = b1 * value - a1 * result + second
            second = b2 * value - a2 * result
            wave[index, side] = np.float32(result)


@njit(cache=True)
def _energies(wave: NDArray[np.float32], start: int, shelf: NDArray[np.float64], low_cut: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean K-weighted power of each block, both channels added."""
    blocks = (len(wave) - start + _BLOCK - 1) // _BLOCK
    energies = np.zeros(blocks)
    for side in range(2):
        one, two, three, four = 0.0, 0.0, 0.0, 0.0
        for index in range(start, len(wave)):
            value = float(wave[index, side])
            high = shelf[0] * value + one
            one = shelf[1] * value - shelf[3] * high + two
            two = shelf[2] * value - shelf[4] * high
            result = low_cut[0] * high + three
            three = low_cut[1] * high - low_cut[3] * result + four
            four = low_cut[2] * high - low_cut[4] * result
            energies[(index - start) // _BLOCK] += result * result
    return energies / _BLOCK
