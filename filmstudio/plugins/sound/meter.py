"""Loudness and true peak by ITU-R BS.1770-4, in one pass over blocks of any size; loudness range by EBU Tech 3342."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.signal import firwin, resample_poly, sosfilt

from filmstudio.core.rational import SAMPLE_RATE

# The two stages of the K-weighting at 48 kHz: BS.1770-4, tables 1 and 2.
_K_WEIGHTING = np.array(
    [
        [1.53512485958697, -2.69169618940638, 1.19839281085285, 1.0, -1.69065929318241, 0.73248077421585],
        [1.0, -2.0, 1.0, 1.0, -1.99004745483398, 0.99007225036621],
    ]
)
_STEP = SAMPLE_RATE // 10  # blocks of 400 ms overlap by 75 %: they step by 100 ms
_ABSOLUTE_GATE = -70.0
_RELATIVE_GATE = -10.0
_OFFSET = -0.691
SILENCE_LUFS = -120.0
"""What a meter that heard nothing reads: a number, so that reports stay valid JSON."""

_WINDOW = 4096
_HOT = 1.5
"""Peaks between samples are looked for only in windows whose samples come within this factor (3.5 dB) of the highest so far."""

_KERNEL = firwin(81, 0.25, window=("kaiser", 5.0))
"""The four-fold oversampling filter of BS.1770-4, annex 2, made once."""


class Meter:
    """Feed it blocks of stereo sound with ``add``; read it at any time."""

    def __init__(self, *, peaks: bool = True) -> None:
        self._state = np.zeros((2, 2, 2))
        self._rest: NDArray[np.float64] = np.zeros((0, 2))
        self._energies: list[NDArray[np.float64]] = []
        self._peaks = peaks
        self._context: NDArray[np.float32] = np.zeros((0, 2), np.float32)
        self._peak = 0.0
        self.samples = 0

    def add(self, block: NDArray[np.float32]) -> None:
        """Measure ``block``, float samples of shape (n, 2)."""
        if len(block) == 0:
            return
        self.samples += len(block)
        weighted, self._state = sosfilt(_K_WEIGHTING, block.astype(np.float64), axis=0, zi=self._state)
        squares = np.concatenate([self._rest, weighted * weighted])
        whole = len(squares) // _STEP
        if whole:
            self._energies.append(squares[: whole * _STEP].reshape(whole, _STEP, 2).sum(axis=(1, 2)) / _STEP)
        self._rest = squares[whole * _STEP :]
        if self._peaks:
            self._add_peaks(block)

    def _add_peaks(self, block: NDArray[np.float32]) -> None:
        joined = np.concatenate([self._context, block])
        self._context = joined[-64:].copy()
        edges = np.arange(0, len(joined), _WINDOW)
        highs = np.maximum.reduceat(np.maximum(np.abs(joined[:, 0]), np.abs(joined[:, 1])), edges)
        # The loudest windows first: what they raise the peak to spares most of the others.
        for index in np.argsort(-highs, kind="stable"):
            high, edge = float(highs[index]), int(edges[index])
            self._peak = max(self._peak, high)
            if high < 1e-5 or high * _HOT < self._peak:
                break
            window = joined[max(0, edge - 48) : edge + _WINDOW + 48]
            self._peak = max(self._peak, float(np.abs(resample_poly(window, 4, 1, axis=0, window=_KERNEL)).max()))

    def _blocks(self, steps: int) -> NDArray[np.float64]:
        """Mean energy of blocks of ``steps`` tenths of a second, stepping by one."""
        if not self._energies:
            return np.zeros(0)
        energies = np.concatenate(self._energies)
        if len(energies) < steps:
            return np.zeros(0)
        sums = np.concatenate([[0.0], np.cumsum(energies)])
        blocks: NDArray[np.float64] = np.maximum((sums[steps:] - sums[:-steps]) / steps, 1e-15)
        return blocks

    @property
    def integrated(self) -> float:
        """Gated loudness, LUFS."""
        blocks = self._blocks(4)
        heard = blocks[_lufs(blocks) > _ABSOLUTE_GATE]
        if len(heard) == 0:
            return SILENCE_LUFS
        gate = float(_lufs(heard.mean())) + _RELATIVE_GATE
        kept = heard[_lufs(heard) > gate]
        return float(_lufs(kept.mean()))

    @property
    def range_lu(self) -> float:
        """Loudness range, LU: between the 10th and 95th percentile of gated 3 s blocks."""
        levels = _lufs(self._blocks(30))
        levels = levels[levels > _ABSOLUTE_GATE]
        if len(levels) < 2:
            return 0.0
        gate = float(_lufs(np.mean(10 ** ((levels - _OFFSET) / 10)))) - 20.0
        kept = levels[levels > gate]
        low, high = np.percentile(kept, [10, 95])
        return float(high - low)

    @property
    def true_peak_db(self) -> float:
        """Highest peak between samples, 4 times oversampled, dBTP."""
        return 20 * math.log10(self._peak) if self._peak > 1e-6 else SILENCE_LUFS


def loudness_of(wave: NDArray[np.float32]) -> float:
    """Gated loudness of a whole stereo sound, LUFS; sounds shorter than 400 ms are read as if they went on."""
    meter = Meter(peaks=False)
    shortfall = 4 * _STEP - len(wave)
    meter.add(np.resize(wave, (4 * _STEP, 2)).astype(np.float32) if shortfall > 0 and len(wave) else wave)
    return meter.integrated


def _lufs(energy: NDArray[np.float64] | np.floating | float) -> NDArray[np.float64]:
    return np.asarray(_OFFSET + 10 * np.log10(np.maximum(energy, 1e-15)))
