"""Tuning of samples: how far a recording lies from the pitch its font gives it. Quarter tones leave no room for 20 cents of error."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from filmstudio.plugins.music.sf2 import Region, SoundFont

_MOST = 35.0
"""Errors beyond this, cents, are not a matter of tuning: a drum, a cluster, breath. They are left alone."""
_PARTIALS = 4
_SIZE = 1 << 17
_FAINT = 0.03


@lru_cache(maxsize=1024)
def cents_off(font: SoundFont, region: Region) -> float:
    """Cents by which a region sounds above the pitch it is marked with; 0 when it has no clear pitch.

    The mean over its first four partials, weighted by their strength, of the steady part: the loop, repeated for a second or more.
    """
    data = font.samples[region.start : region.end].astype(np.float64)
    if region.loop:
        first, last = region.loop
        turn = data[first:last]
        data = np.concatenate([data[last // 3 : last], np.tile(turn, 1 + int(1.5 * region.rate / len(turn)))])[: 2 * region.rate]
    else:
        data = data[len(data) // 20 :][: 2 * region.rate]
    if len(data) < region.rate // 8:
        return 0.0
    spectrum = np.abs(np.fft.rfft(data * np.hanning(len(data)), _SIZE))
    base = 440 * 2 ** ((region.root - 69) / 12)
    strength = total = 0.0
    for partial in range(1, _PARTIALS + 1):
        hz = base * partial
        low, high = (int(hz * 2 ** (side * _MOST / 1200) / region.rate * _SIZE) for side in (-1, 1))
        if high + 2 >= len(spectrum) or high - low < 2:
            continue
        peak = low + int(np.argmax(spectrum[low : high + 1]))
        if peak in {low, high} or spectrum[peak] < _FAINT * spectrum.max():
            continue
        before, here, after = np.log(spectrum[peak - 1 : peak + 2] + 1e-12)
        place = peak + 0.5 * (before - after) / (before - 2 * here + after)
        total += spectrum[peak] * 1200 * np.log2(place * region.rate / _SIZE / hz)
        strength += spectrum[peak]
    return float(round(total / strength, 1)) if strength else 0.0
