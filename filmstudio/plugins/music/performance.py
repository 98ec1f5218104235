"""From score to sound: every part played, levelled against the others, sent to the room, and brought to one loudness."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from filmstudio.core.rational import SAMPLE_RATE
from filmstudio.plugins.music import sampler, tabla, tanpura
from filmstudio.plugins.music.levels import SILENT, high_pass, high_shelf, peak, stem_loudness
from filmstudio.plugins.music.reverb import in_room
from filmstudio.plugins.music.score import Curve, Instrument, Note, Part, Score
from filmstudio.plugins.sound.meter import Meter

Wave = NDArray[np.float32]

LOUDNESS = -23.0
"""Of a finished cue, LUFS; the mixing desk levels it from there."""
PEAK = -1.5
"""Highest true peak of a cue, dBTP (orchestration.json: targets)."""
RING = 4.0
"""Longest ring past the end of the scene, seconds."""
_HIGHPASS = 35.0
_PAD_HIGHPASS = 150.0
_STEM = -8.0
"""Loudness, LUFS, that a part of level 0 dB is brought to before everything is added."""
_WET = 1.2
"""How loud the room answers what is sent to it."""
_BOX = (320.0, -3.0, 0.7)
_AIR = (2600.0, 5.0)
"""A small font is boxy and dull: what is taken away (Hz, dB, Q) and what is given back (Hz, dB)."""
_QUIET = 2e-4
"""Amplitude below which a cue counts as over."""
_STRETCH = 10 * SAMPLE_RATE


def perform(score: Score, samples: int) -> Wave:
    """The cue, (n, 2) with n at least ``samples`` and at most 4 s more; silence where nothing is written."""
    total = samples + round(RING * SAMPLE_RATE)
    mix, sent = np.zeros((total, 2), np.float32), np.zeros((total, 2), np.float32)
    for part in score.parts:
        if not part.notes:
            continue
        wave = _played(part, total)
        _level(part, wave)
        mix += wave
        wave *= np.float32(part.instrument.reverb)
        sent += wave
        del wave
    if not np.any(mix):
        return mix[:samples]
    if score.dynamics:
        _shape((mix, sent), score.dynamics)
    in_room(sent, score.room)
    sent *= np.float32(_WET)
    mix += sent
    high_pass(mix, _HIGHPASS)
    peak(mix, *_BOX)
    high_shelf(mix, *_AIR)
    _finish(mix)
    return _trimmed(mix, samples)


def warm() -> None:
    """Load the sound font and compile what is compiled, so that the first cue does not wait."""
    perform(Score("", 60, (), (Part(Instrument("melody", "Piano"), (Note(0.0, 0.1, 60.0, 60),)),), 0.2), SAMPLE_RATE // 5)


def _played(part: Part, total: int) -> Wave:
    match part.instrument.sound:
        case "tanpura":
            return tanpura.play(part, total)
        case "tabla":
            return tabla.play(part, total)
        case _:
            return sampler.play(part, total)


def _level(part: Part, wave: Wave) -> None:
    """Bring a part to its place in the balance."""
    if part.instrument.role == "pad":
        high_pass(wave, _PAD_HIGHPASS)
    heard = stem_loudness(wave, max(0, round((part.notes[0].start - 0.05) * SAMPLE_RATE)))
    if heard > SILENT:
        wave *= np.float32(10 ** ((_STEM + part.instrument.level_db - heard) / 20))


def _shape(waves: Sequence[Wave], dynamics: Curve) -> None:
    """Apply a curve of dB to waves of one length, in place."""
    times = np.array([at for at, _ in dynamics]) * SAMPLE_RATE
    levels = np.array([level for _, level in dynamics])
    for first in range(0, len(waves[0]), _STRETCH):
        at = np.arange(first, min(len(waves[0]), first + _STRETCH))
        gain = (10 ** (np.interp(at, times, levels) / 20)).astype(np.float32)[:, None]
        for wave in waves:
            wave[first : first + _STRETCH] *= gain


def _finish(mix: Wave) -> None:
    """Bring the mix to its loudness, or below it where its peaks would come too high."""
    meter = Meter()
    for first in range(0, len(mix), _STRETCH):
        meter.add(mix[first : first + _STRETCH])
    gain = LOUDNESS - meter.integrated if meter.integrated > SILENT else PEAK
    mix *= np.float32(10 ** (min(gain, PEAK - meter.true_peak_db) / 20))


def _trimmed(mix: Wave, samples: int) -> Wave:
    """The mix without the silence after its ring, faded out over what is left of the last half second."""
    loud = np.flatnonzero(np.abs(mix[samples:]).max(axis=1) > _QUIET)
    end = samples + (min(len(mix) - samples, int(loud[-1]) + SAMPLE_RATE // 2) if len(loud) else 0)
    mix = mix[:end]
    fade = min(len(mix), SAMPLE_RATE // 2)
    mix[len(mix) - fade :] *= (np.linspace(1, 0, fade, dtype=np.float32) ** 2)[:, None]
    return mix
