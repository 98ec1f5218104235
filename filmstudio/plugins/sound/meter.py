"""Loudness and true peak by ITU-R BS.1770-4, in one pass over blocks of any size; loudness range by EBU Tech 3342."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from filmstudio.plugins.sound.kernels import STEP, weigh
from filmstudio.plugins.sound.peaks import CONTEXT, about

_ABSOLUTE_GATE = -70.0
_RELATIVE_GATE = -10.0
_OFFSET = -0.691
SILENCE_LUFS = -120.0
"""What a meter that heard nothing reads: a number, so that reports stay valid JSON."""

_HOT = 1.5
"""Peaks between samples are looked for only near samples that come within this factor (3.5 dB) of the highest so far."""
_FAINT = 1e-5


class Meter:
    """Feed it blocks of stereo sound with ``add``; read it at any time."""

    def __init__(self, *, peaks: bool = True) -> None:
        self._state = np.zeros(8)
        self._energies: list[NDArray[np.float64]] = []
        self._begun, self._filled = 0.0, 0
        """Energy of the step that is not over yet, and its samples so far."""
        self._peaks = peaks
        self._recent: NDArray[np.float32] = np.zeros((0, 2), np.float32)
        self._waiting = 0
        """First of the recent samples about which no peak was looked for yet: what follows them was not known."""
        self._peak = 0.0
        self.samples = 0

    def add(self, block: NDArray[np.float32]) -> None:
        """Measure ``block``, float samples of shape (n, 2)."""
        if len(block) == 0:
            return
        block = np.require(block, np.float32, ["C", "W"])
        self.samples += len(block)
        whole, over = divmod(self._filled + len(block), STEP)
        sums = np.zeros(whole + 1)
        sums[0] = self._begun
        weigh(block, self._state, sums, self._filled)
        self._energies.append(sums[:whole] / STEP)
        self._begun, self._filled = float(sums[whole]), over
        if self._peaks:
            self._add_peaks(block)

    def _add_peaks(self, block: NDArray[np.float32]) -> None:
        joined = np.concatenate([self._recent, block]) if len(self._recent) else block
        known = max(self._waiting, len(joined) - CONTEXT)
        highest = max(self._peak, float(np.abs(block).max()))
        peaks = about(joined, self._waiting, known, max(_FAINT, highest / _HOT))
        self._peak = max(self._peak, float(peaks.max(initial=0.0)))
        kept = max(0, known - CONTEXT)
        self._recent, self._waiting = joined[kept:].copy(), known - kept

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
        last = about(self._recent, self._waiting, len(self._recent), max(_FAINT, self._peak / _HOT))
        peak = max(self._peak, float(last.max(initial=0.0)))
        return 20 * math.log10(peak) if peak > 1e-6 else SILENCE_LUFS


def loudness_of(wave: NDArray[np.float32]) -> float:
    """Gated loudness of a whole stereo sound, LUFS; sounds shorter than 400 ms are read as if they went on."""
    meter = Meter(peaks=False)
    shortfall = 4 * STEP - len(wave)
    meter.add(np.resize(wave, (4 * STEP, 2)).astype(np.float32) if shortfall > 0 and len(wave) else wave)
    return meter.integrated


def _lufs(energy: NDArray[np.float64] | np.floating | float) -> NDArray[np.float64]:
    return np.asarray(_OFFSET + 10 * np.log10(np.maximum(energy, 1e-15)))
