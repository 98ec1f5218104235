"""What sounds are made of: shaped noise, struck bodies and swelling envelopes. All seeded, all mono, at 48 kHz."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from filmstudio.core.rational import SAMPLE_RATE
from filmstudio.plugins.sound.filters import butterworth, through
from filmstudio.plugins.sound.kernels import leak

Mono = NDArray[np.float64]
Rng = np.random.Generator

_LEAKS = np.array([[0.99765, 0.0990460], [0.96300, 0.2965164], [0.57000, 1.0526913]])
"""Poles and gains of the three shelves that make noise pink."""


def samples(seconds: float) -> int:
    """Samples in ``seconds``, at least one."""
    return max(1, int(seconds * SAMPLE_RATE))


def noise(rng: Rng, count: int) -> Mono:
    """White noise of unit power."""
    wave: Mono = rng.standard_normal(count)
    return wave


def band(wave: Mono, low: float, high: float, order: int = 2) -> Mono:
    """What lies between two frequencies, Hz."""
    return through(butterworth(order, (low, high), "band"), wave)


def lows(wave: Mono, below: float, order: int = 2) -> Mono:
    """What lies below a frequency, Hz."""
    return through(butterworth(order, below, "low"), wave)


def pink(rng: Rng, count: int) -> Mono:
    """Noise that falls by 3 dB an octave, unit power: white noise through three staggered first-order shelves (P. Kellet)."""
    wave = noise(rng, count)
    leak(wave, 0.184, _LEAKS)
    return level(wave)


def level(wave: Mono, rms: float = 1.0) -> Mono:
    """The wave at a root-mean-square level."""
    power = float(np.sqrt(np.mean(wave * wave)))
    return wave * (rms / power) if power > 1e-12 else wave


def drift(rng: Rng, count: int, period: float, low: float, high: float) -> Mono:
    """A smooth random curve between ``low`` and ``high`` that turns about every ``period`` seconds."""
    knots = max(4, int(count / SAMPLE_RATE / period) + 4)
    values = rng.uniform(0, 1, knots)
    at = np.linspace(0, knots - 3, count)
    index = at.astype(int)
    t = at - index
    t = t * t * (3 - 2 * t)
    curve: Mono = low + (high - low) * (values[index] * (1 - t) + values[index + 1] * t)
    return curve


def fade(count: int, attack: float, decay: float) -> Mono:
    """Rises in ``attack`` seconds, then falls by 60 dB in ``decay`` seconds."""
    time = np.arange(count) / SAMPLE_RATE
    curve: Mono = np.minimum(1.0, time / max(attack, 1e-4)) * 10 ** (-3 * np.maximum(0, time - attack) / decay)
    return curve


def struck(count: int, modes: Sequence[tuple[float, float, float]]) -> Mono:
    """A struck body: sum of (frequency Hz, level, seconds to fall 60 dB)."""
    time = np.arange(count) / SAMPLE_RATE
    wave = np.zeros(count)
    for frequency, amplitude, decay in modes:
        wave += amplitude * np.sin(2 * np.pi * frequency * time) * 10 ** (-3 * time / decay)
    return wave


def tone(frequency: Mono, count: int) -> Mono:
    """A sine whose frequency is given for each sample, Hz."""
    wave: Mono = np.sin(2 * np.pi * np.cumsum(frequency[:count]) / SAMPLE_RATE)
    return wave


def scattered(rng: Rng, count: int, every: float, grain: Sequence[Mono]) -> Mono:
    """Grains strewn about at random, one each ``every`` seconds on average, each at its own level."""
    wave = np.zeros(count)
    at = rng.exponential(every)
    while at * SAMPLE_RATE < count:
        piece = grain[int(rng.integers(len(grain)))]
        start = int(at * SAMPLE_RATE)
        end = min(count, start + len(piece))
        wave[start:end] += piece[: end - start] * rng.uniform(0.25, 1.0)
        at += max(0.002, rng.exponential(every))
    return wave
