"""How loud a voice is while it speaks, and bringing a line to one level."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from filmstudio.core.rational import SAMPLE_RATE
from filmstudio.plugins.sound.filters import through

DIALOGUE_LUFS: Final = -20.0
"""Level of every line while speech sounds."""
_OFFSET_LUFS: Final = -0.691
"""ITU-R BS.1770-4, formula 2."""
_BLOCK: Final = SAMPLE_RATE // 10
_GATE_LU: Final = 10.0
"""Blocks this far under the loudest are pauses, not speech."""
_K_WEIGHTING: Final = np.array(
    (
        (1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585),
        (1.0, -2.0, 1.0, -1.99004745483398, 0.99007225036621),
    )
)
"""ITU-R BS.1770-4, tables 1 and 2: the head's shelf and the high-pass at 48 kHz."""

_KNEE: Final = 0.66
_CEILING: Final = 0.88


def speech_lufs(samples: NDArray[np.float64]) -> float:
    """Loudness in LUFS of the 100 ms blocks in which there is speech; -inf for silence. Mono at 48 kHz."""
    if not len(samples) or not samples.any():
        return float("-inf")
    power = np.square(through(_K_WEIGHTING, samples))
    blocks = max(1, len(power) // _BLOCK)
    means = power[: blocks * _BLOCK].reshape(blocks, -1).mean(axis=1) if len(power) >= _BLOCK else np.array([power.mean()])
    speech = means[means >= means.max() * 10 ** (-_GATE_LU / 10)]
    return float(_OFFSET_LUFS + 10 * np.log10(max(float(speech.mean()), 1e-20)))


def levelled(samples: NDArray[np.float64], lufs: float) -> NDArray[np.float64]:
    """The line at ``lufs`` while it speaks; peaks over 0.66 are rounded off and none passes 0.88."""
    loud = speech_lufs(samples)
    if loud == float("-inf"):
        return samples
    lifted = rounded(samples * 10 ** ((lufs - loud) / 20))
    # Rounding peaks costs a little level: a second pass gives it back.
    return rounded(lifted * 10 ** ((lufs - speech_lufs(lifted)) / 20))


def rounded(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    """Peaks rounded off between 0.66 and 0.88; what is below is not touched."""
    room, out = _CEILING - _KNEE, samples.copy()
    high = np.flatnonzero(np.abs(samples) > _KNEE)
    out[high] = np.sign(samples[high]) * (_KNEE + room * np.tanh((np.abs(samples[high]) - _KNEE) / room))
    return out
