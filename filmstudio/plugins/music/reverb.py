"""Rooms: a seeded impulse response whose high tones die first, and convolution with it."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from filmstudio.core.rational import SAMPLE_RATE
from filmstudio.plugins.sound.convolution import answered
from filmstudio.plugins.sound.filters import butterworth, through

Wave = NDArray[np.float32]
Room = Literal["room", "hall", "vast"]

_ROOMS = {"room": (0.8, 12), "hall": (2.2, 28), "vast": (4.0, 45)}
"""Seconds to fall by 60 dB and pre-delay in ms: orchestration.json, bus."""
_HIGHPASS, _LOWPASS = 200.0, 6500.0


def in_room(wave: Wave, room: Room) -> None:
    """Turn ``wave`` (n, 2) into what the room answers, in place."""
    answer = _response(room)
    for side in (0, 1):
        wave[:, side] = answered(wave[:, side], answer[:, side : side + 1])[: len(wave), 0]


@lru_cache(maxsize=3)
def _response(room: Room) -> Wave:
    """Impulse response, (n, 2), energy 1 a side. Three bands of noise: lows last 1.15 times the room's time, highs half of it."""
    seconds, predelay = _ROOMS[room]
    draw = np.random.Generator(np.random.PCG64(97))
    length = round(min(seconds * 1.05, 3.6) * SAMPLE_RATE)
    at = np.arange(length)[:, None] / SAMPLE_RATE
    noise = draw.standard_normal((length, 2))
    bands = (((_HIGHPASS, 700.0), 1.15), ((700.0, 2600.0), 1.0), ((2600.0, _LOWPASS), 0.55))
    tail = sum(through(butterworth(2, band, "band"), noise) * np.exp(-6.908 * at / (seconds * share)) for band, share in bands)
    tail = np.asarray(tail) * np.minimum(1, at / (0.012 + 0.01 * seconds))
    for _ in range(9):
        spot = round(draw.uniform(0.004, 0.06) * SAMPLE_RATE)
        tail[spot, draw.integers(0, 2)] += draw.uniform(0.3, 0.9) * float(np.abs(tail).max())
    tail[-round(0.2 * length) :] *= np.linspace(1, 0, round(0.2 * length))[:, None]
    tail = np.concatenate([np.zeros((round(predelay / 1000 * SAMPLE_RATE), 2)), tail])
    response: Wave = (tail / np.sqrt(np.sum(tail**2, axis=0))).astype(np.float32)
    return response
