"""From score to sound: every part played, levelled against the others, sent to the room, and brought to one loudness."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from filmstudio.core.rational import SAMPLE_RATE
from filmstudio.plugins.music import sampler, tabla, tanpura
from filmstudio.plugins.music.reverb import in_room
from filmstudio.plugins.music.score import Part, Score
from filmstudio.plugins.sound.meter import SILENCE_LUFS, Meter, loudness_of

Wave = NDArray[np.float32]

LOUDNESS = -23.0
"""Of a finished cue, LUFS; the mixing desk levels it from there."""
PEAK = -1.5
"""Highest true peak of a cue, dBTP (orchestration.json: targets)."""
RING = 4.0
"""Longest ring past the end of the scene, seconds."""
_HIGHPASS = 35.0
_PAD_HIGHPASS = 150.0
_REFERENCE = -14.0
_WET = 0.55


def perform(score: Score, samples: int) -> Wave:
    """The cue, (n, 2) with n at most ``samples`` and 4 s more; silence where nothing is written."""
    total = samples + round(RING * SAMPLE_RATE)
    dry, sent = np.zeros((total, 2), np.float32), np.zeros((total, 2), np.float32)
    for part in score.parts:
        if not part.notes:
            continue
        wave = _levelled(part, _played(part, total))
        dry += wave
        sent += wave * np.float32(part.instrument.reverb)
    if not np.any(dry):
        return np.zeros((samples, 2), np.float32)
    mix = dry + np.float32(_WET * 2.2) * in_room(sent, score.room)
    mix = sosfilt(butter(2, _HIGHPASS, "high", fs=SAMPLE_RATE, output="sos"), mix, axis=0).astype(np.float32)
    return _trimmed(_finished(mix), samples)


def _played(part: Part, total: int) -> Wave:
    match part.instrument.sound:
        case "tanpura":
            return tanpura.play(part, total)
        case "tabla":
            return tabla.play(part, total)
        case _:
            return sampler.play(part, total)


def _levelled(part: Part, wave: Wave) -> Wave:
    if part.instrument.role == "pad":
        wave = sosfilt(butter(2, _PAD_HIGHPASS, "high", fs=SAMPLE_RATE, output="sos"), wave, axis=0).astype(np.float32)
    first = max(0, round((part.notes[0].start - 0.05) * SAMPLE_RATE))
    heard = loudness_of(wave[first:])
    if heard <= SILENCE_LUFS + 20:
        return wave
    return wave * np.float32(10 ** ((_REFERENCE + part.instrument.level_db - heard) / 20))


def _finished(mix: Wave) -> Wave:
    """The mix at its loudness, or below it where its peaks would come too high."""
    meter = Meter()
    meter.add(mix)
    gain = LOUDNESS - meter.integrated if meter.integrated > SILENCE_LUFS + 20 else 0.0
    return mix * np.float32(10 ** (min(gain, PEAK - meter.true_peak_db) / 20))


def _trimmed(mix: Wave, samples: int) -> Wave:
    """The mix without the silence after its ring, faded out over the last half second that is left."""
    loud = np.flatnonzero(np.abs(mix).max(axis=1) > 2e-4)
    end = max(samples, min(len(mix), int(loud[-1]) + SAMPLE_RATE // 2 if len(loud) else 0))
    mix = mix[:end].copy()
    fade = min(len(mix), SAMPLE_RATE // 2)
    mix[len(mix) - fade :] *= (np.linspace(1, 0, fade, dtype=np.float32) ** 2)[:, None]
    return mix


def warm() -> None:
    """Load the sound font, so that the first cue does not wait for it."""
    from filmstudio.plugins.music.sf2 import studio_font

    studio_font()
