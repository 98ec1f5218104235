"""The sound chain of a voice: breath, saturation, filters, de-esser, compressor, telephone.

Every step takes and gives mono float64 at 48 kHz of the same length, and delays by less than 1 ms, so event times hold.
"""

from __future__ import annotations

from functools import cache
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from filmstudio.core.rational import SAMPLE_RATE
from filmstudio.plugins.sound.filters import Kind, Sections, butterworth, through
from filmstudio.plugins.voice.performance import Band
from filmstudio.plugins.voice.voices import Shape

Samples = NDArray[np.float64]

_WORKING_RMS: Final = 0.1
"""Level at which the compressor's threshold and the saturation's drive are meant."""
_NO_BREATH_DB: Final = -80.0
_TILT_HZ: Final = 1500.0
_BANDS: Final[dict[Band, tuple[float, float]]] = {"phone": (320.0, 3400.0), "radio": (420.0, 2900.0)}
_BAND_DRIVE: Final = {"phone": 0.35, "radio": 0.7}


def shaped(samples: Samples, shape: Shape, band: Band, random: np.random.Generator) -> Samples:
    """A line through the whole chain. Saturation comes before the filters, which remove the harmonics it makes."""
    rms = float(np.sqrt(np.mean(np.square(samples)))) if len(samples) else 0.0
    if rms == 0.0:
        return samples
    voice = samples * (_WORKING_RMS / rms)
    if shape.breath_db > _NO_BREATH_DB:
        voice = breathed(voice, shape.breath_db, random)
    if shape.sat > 0:
        voice = saturated(voice, shape.sat)
    if shape.hp:
        voice = _through(voice, 2, shape.hp, "high")
    if shape.cut_db:
        voice = voice + (_gain(-shape.cut_db) - 1) * _between(voice, 1, 3600.0, 7000.0)
    if shape.low_shelf_db:
        voice = voice + (_gain(shape.low_shelf_db) - 1) * _through(voice, 1, 350.0, "low")
    if shape.tilt_db:
        voice = tilted(voice, shape.tilt_db)
    if shape.presence_db:
        voice = voice + (_gain(shape.presence_db) - 1) * _between(voice, 1, 2000.0, 3600.0)
    if shape.lp:
        voice = _through(voice, 2, shape.lp, "low")
    if shape.deess_db:
        voice = deessed(voice, shape.deess_db)
    if shape.ratio > 1:
        voice = compressed(voice, shape.ratio, shape.thr_db)
    if band:
        voice = narrowed(voice, band)
    return voice


def breathed(samples: Samples, level_db: float, random: np.random.Generator) -> Samples:
    """Add aspiration, noise of 1.2 to 7 kHz that follows the voice's envelope, ``level_db`` against it."""
    noise = _between(random.standard_normal(len(samples)), 2, 1200.0, 7000.0)
    noise /= float(np.sqrt(np.mean(np.square(noise)))) or 1.0
    return samples + noise * envelope(samples, 12.0) * _gain(level_db)


def saturated(samples: Samples, drive: float) -> Samples:
    """Round the wave off; ``drive`` 0 to 1."""
    steepness = drive * 12
    curved: Samples = np.tanh(samples * steepness) / steepness
    return curved


def tilted(samples: Samples, gain_db: float) -> Samples:
    """First-order shelf of ``gain_db`` above 1.5 kHz, by the bilinear transform."""
    gain = _gain(gain_db)
    warped = float(np.tan(np.pi * _TILT_HZ / SAMPLE_RATE))
    root = float(np.sqrt(gain))
    lead = 1 + warped * root
    section = (gain + warped * root) / lead, (warped * root - gain) / lead, 0.0, (warped * root - 1) / lead, 0.0
    return through(np.array([section]), samples)


def deessed(samples: Samples, most_db: float) -> Samples:
    """Take up to ``most_db`` from 4.5 to 9.5 kHz where that band carries nearly half of the level or more."""
    hiss = _between(samples, 2, 4500.0, 9500.0)
    share = envelope(hiss, 4.0) / (envelope(samples, 30.0) + 1e-6)
    return samples - hiss * np.clip((share - 0.45) / 0.3, 0.0, 1.0) * (1 - _gain(-most_db))


def compressed(samples: Samples, ratio: float, threshold_db: float) -> Samples:
    """Downward compression with a 15 ms RMS detector."""
    level_db = 20 * np.log10(envelope(samples, 15.0) + 1e-6)
    out: Samples = samples * 10 ** (-np.maximum(level_db - threshold_db, 0.0) * (1 - 1 / ratio) / 20)
    return out


def narrowed(samples: Samples, band: Literal["phone", "radio"]) -> Samples:
    """Through a telephone (320 Hz to 3.4 kHz) or a radio (420 Hz to 2.9 kHz), with its drive."""
    low, high = _BANDS[band]
    thin = _through(_through(samples, 3, low, "high"), 3, high, "low")
    return _through(saturated(thin, _BAND_DRIVE[band]), 2, high, "low")


def envelope(samples: Samples, milliseconds: float) -> Samples:
    """RMS with a time constant."""
    corner = 1000.0 / (2 * np.pi * milliseconds)
    out: Samples = np.sqrt(np.maximum(_through(np.square(samples), 1, float(corner), "low"), 1e-12))
    return out


def _gain(db: float) -> float:
    return float(10 ** (db / 20))


@cache
def _design(order: int, corner: float | tuple[float, float], kind: Kind) -> Sections:
    return butterworth(order, corner, kind)


def _through(samples: Samples, order: int, corner: float, kind: Literal["low", "high"]) -> Samples:
    return through(_design(order, min(corner, SAMPLE_RATE / 2.2), kind), samples)


def _between(samples: Samples, order: int, low: float, high: float) -> Samples:
    return through(_design(order, (low, high), "band"), samples)
