"""Tabla and mridangam: strokes made of partials and noise, by the recipes of talas.json."""

from __future__ import annotations

import zlib
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from filmstudio.core.rational import SAMPLE_RATE
from filmstudio.plugins.music.knowledge import stroke_recipes, strokes
from filmstudio.plugins.music.score import Part
from filmstudio.plugins.sound.filters import butterworth, through

Wave = NDArray[np.float32]

_SECONDS = 0.9
_VARIANTS = 3


def play(part: Part, samples: int) -> Wave:
    """The strokes of a part, (samples, 2). A note's pitch is the Sa that the dayan is tuned to."""
    out = np.zeros((samples, 2), np.float32)
    angle = (part.instrument.pan + 1) * np.pi / 4
    sides = np.array([np.cos(angle), np.sin(angle)], np.float32)
    for turn, note in enumerate(part.notes):
        wave = _stroke(note.stroke, round(note.pitch, 3), turn % _VARIANTS) * np.float32((note.velocity / 100) ** 1.6)
        first = round(note.start * SAMPLE_RATE)
        wave = wave[: max(0, samples - first)]
        out[first : first + len(wave)] += wave[:, None] * sides
    return out


@lru_cache(maxsize=96)
def _stroke(name: str, tuned: float, variant: int) -> Wave:
    """One stroke, mono, at its own weight."""
    about: dict[str, Any] = strokes()[name]
    if "combine" in about:
        return np.asarray(sum(_stroke(each, tuned, variant) for each in about["combine"]), np.float32)
    recipe = stroke_recipes()[about["synth"]]
    draw = np.random.Generator(np.random.PCG64(zlib.crc32(f"{name}/{variant}".encode())))
    at = np.arange(round(_SECONDS * SAMPLE_RATE)) / SAMPLE_RATE
    pitch = 440 * 2 ** ((tuned - 69) / 12) * (1 + 0.002 * draw.standard_normal())
    if "f0_hz" in recipe:
        rise = about.get("bend_cents", [0, 120])[1] / 1200
        time = about.get("bend_ms", 140) / 1000
        pitch = 80 * (1 + 0.03 * draw.standard_normal()) * 2 ** (rise * np.clip(at / time, 0, 1) * np.exp(-np.maximum(0, at - time) * 3))
    phase = 2 * np.pi * np.cumsum(pitch * np.ones_like(at)) / SAMPLE_RATE
    wave = np.zeros_like(at)
    for ratio, gain, decay in zip(recipe.get("partial_ratios", []), recipe.get("gains", []), recipe["decay_s"], strict=False):
        wave += gain * np.sin(ratio * phase) * np.exp(-3 * at / decay)
    low, high = recipe.get("noise_band_hz", (700, 6000))
    decay = recipe["decay_s"][0] / 3 if "noise_band_hz" in recipe else recipe.get("noise_click_ms", 3) / 1500
    hiss = through(butterworth(2, (low, high), "band"), draw.standard_normal(len(at)))
    wave += (1.0 if "noise_band_hz" in recipe else 0.35) * hiss * np.exp(-at / decay)
    wave *= np.minimum(1, at / 0.0012) * np.minimum(1, (at[-1] - at) / 0.05)
    sound: Wave = (wave * about["vel"] / 100 * 0.4).astype(np.float32)
    return sound
