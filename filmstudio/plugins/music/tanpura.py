"""A tanpura: four strings in just tuning, with the jivari's moving bright partial."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from filmstudio.core.rational import SAMPLE_RATE
from filmstudio.plugins.music.score import Part

Wave = NDArray[np.float32]

_SECONDS = 5.5


def play(part: Part, samples: int) -> Wave:
    """The strings of a part, (samples, 2)."""
    out = np.zeros((samples, 2), np.float32)
    for turn, note in enumerate(part.notes):
        string = _string(round(note.pitch, 3))
        length = min(len(string), round((note.length + 0.6) * SAMPLE_RATE))
        wave = string[:length] * np.float32((note.velocity / 127) ** 1.5)
        fade = min(length, round(0.5 * SAMPLE_RATE))
        wave[length - fade :] *= np.linspace(1, 0, fade, dtype=np.float32) ** 2
        first = round(note.start * SAMPLE_RATE)
        wave = wave[: max(0, samples - first)]
        angle = (part.instrument.pan + 0.06 * (turn % 4 - 1.5) + 1) * np.pi / 4
        out[first : first + len(wave), 0] += wave * np.float32(np.cos(angle))
        out[first : first + len(wave), 1] += wave * np.float32(np.sin(angle))
    return out


@lru_cache(maxsize=16)
def _string(pitch: float) -> Wave:
    """One plucked string: 26 partials; the brightest sweeps from the 12th to the 4th in 1.5 s (orchestration.json: tanpura)."""
    hz = 440 * 2 ** ((pitch - 69) / 12)
    at = np.arange(round(_SECONDS * SAMPLE_RATE), dtype=np.float32) / SAMPLE_RATE
    centre = 4 + 8 * np.exp(-at / 1.5)
    wave = np.zeros_like(at)
    for partial in range(1, 27):
        if hz * partial > 9000:
            break
        body = 0.3 / partial + 0.12 * np.exp(-(((partial - centre) / 2.5) ** 2))
        # A second tanpura two cents away: the slow beating of the drone.
        both = np.sin(2 * np.pi * hz * partial * at) + 0.6 * np.sin(2 * np.pi * hz * partial * 1.00116 * at + partial)
        wave += (both * body * np.exp(-at * (0.45 + 0.05 * partial))).astype(np.float32)
    wave *= np.minimum(1, at / 0.012)
    return (wave * np.float32(0.25)).astype(np.float32)
