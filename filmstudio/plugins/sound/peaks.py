"""What lies between samples: peaks by four-fold oversampling (BS.1770-4, annex 2), and sound at twice its rate."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from filmstudio.plugins.sound.kernels import REACH, rise

CONTEXT: Final = REACH
"""Samples either side of a sample that decide the peaks about it."""

_TAPS: Final = 81


def about(wave: NDArray[np.float32], first: int, last: int, least: float) -> NDArray[np.float32]:
    """The highest magnitude about each of the samples [first, last) of stereo ``wave``, at it and between it and the next.

    Between samples is looked only in stretches about which some sample is higher than ``least``.
    """
    peaks = np.zeros(max(0, last - first), np.float32)
    rise(np.require(wave, np.float32, ["C", "W"]), _PHASES, first, last, least, peaks)
    return peaks


def halfway(wave: NDArray[np.float32]) -> NDArray[np.float32]:
    """Mono sound half a sample later: with ``wave`` itself between its samples, at twice the rate."""
    padded = np.concatenate([np.zeros(REACH - 1, np.float32), wave, np.zeros(REACH, np.float32)])
    between = np.zeros(len(wave), np.float32)
    for tap, factor in enumerate(_PHASES[1]):
        between += factor * padded[tap : tap + len(wave)]
    return between


def _phases() -> NDArray[np.float32]:
    """A windowed sinc's taps for the places a quarter, a half and three quarters of the way from a sample to the next."""
    middle = _TAPS // 2
    taps = np.sinc((np.arange(_TAPS) - middle) / 4) * np.kaiser(_TAPS, 5.0)
    taps *= 4 / taps.sum()
    # Tap t of a phase belongs to the sample REACH - 1 - t before.
    return np.array([[taps[middle + place - 4 * (tap - REACH + 1)] for tap in range(2 * REACH)] for place in (1, 2, 3)], np.float32)


_PHASES: Final = _phases()
