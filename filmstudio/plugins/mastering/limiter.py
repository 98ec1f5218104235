"""A look-ahead limiter for peaks between samples."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from filmstudio.plugins.sound.kernels import least, mean
from filmstudio.plugins.sound.peaks import about

LOOKAHEAD = 240
"""Samples over which the gain moves, 5 ms either side of a peak: short enough not to be heard as pumping."""

_NEAR = 0.7
"""Peaks between samples rise at most about 3 dB over the samples of ordinary sound."""

CONTEXT = 3 * LOOKAHEAD
"""Samples of neighbouring sound that a block needs on each side, so that blocks limit exactly as one piece would."""


def limit(block: NDArray[np.float32], before: int, after: int, ceiling: float) -> NDArray[np.float32]:
    """Bring ``block`` under ``ceiling``.

    Args:
        block: samples (n, 2), with ``before`` and ``after`` samples of context at its ends.
        before: context samples at the start; they are limited too, but not returned.
        after: context samples at the end.
        ceiling: highest allowed magnitude between samples, 0 to 1.
    """
    inner = block[before : len(block) - after]
    peaks = about(block, 0, len(block), ceiling * _NEAR)
    if float(peaks.max(initial=0.0)) <= ceiling:
        return inner
    wanted = np.minimum(np.float32(1.0), np.float32(ceiling) / np.maximum(peaks, np.float32(1e-9)))
    gain, held = np.empty_like(wanted), np.empty_like(wanted)
    least(wanted, LOOKAHEAD, gain)
    mean(gain, LOOKAHEAD, held)
    mean(held, LOOKAHEAD, gain)
    limited: NDArray[np.float32] = (inner * gain[before : len(block) - after, None]).astype(np.float32)
    return limited
