"""The sampler: notes played from a sound font."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from filmstudio.core.rational import SAMPLE_RATE
from filmstudio.plugins.music.playback import KNOT, add_voice
from filmstudio.plugins.music.score import Curve, Instrument, Note, Part
from filmstudio.plugins.music.sf2 import DRUM_BANK, Envelope, Region, SoundFont, studio_font
from filmstudio.plugins.music.tuning import cents_off
from filmstudio.plugins.sound.filters import butterworth, through
from filmstudio.plugins.sound.peaks import halfway

Wave = NDArray[np.float32]
Levels = NDArray[np.float64]

_OVER = 2
"""Samples are kept at twice their rate, so that straight interpolation between them stays clean."""
_CEILING = 0.45 * SAMPLE_RATE
_RELEASE_MOST = 3.0
_SHORTEST_RELEASE = 0.03
_SHORTEST_ATTACK = 0.002
_SHORTEST_NOTE = 0.02
_FADE = 0.012
"""Every voice ends with a fade of this many seconds."""
_DARKER = -0.8
"""Octaves that the cutoff falls from the hardest to the softest velocity."""


def play(part: Part, samples: int) -> Wave:
    """The stereo sound of a part, shape (samples, 2), unlevelled."""
    out = np.zeros((samples, 2), np.float32)
    instrument = part.instrument
    font = studio_font()
    for note in part.notes:
        _sound(out, font, instrument, note, instrument.program)
        if instrument.layer is not None:
            second = Note(note.start + 0.012, note.length, note.pitch + 0.04, max(1, round(note.velocity * 0.71)), note.bend, note.swell)
            _sound(out, font, instrument, second, instrument.layer)
    return out


def _sound(out: Wave, font: SoundFont, instrument: Instrument, note: Note, program: int) -> None:
    """Add every region that a note starts."""
    drums = instrument.sound == "drums"
    key = int(np.clip(round(note.pitch), 0, 127))
    for region in _matching(font.regions(DRUM_BANK, 0) if drums else font.regions(0, program), key, note.velocity):
        pitch = key if drums else note.pitch - cents_off(font, region) / 100
        ratio = region.rate / SAMPLE_RATE * 2 ** ((pitch - region.root) * region.scale / 12)
        tail = min(_RELEASE_MOST, max(instrument.release, region.envelope.release * 0.5, _SHORTEST_RELEASE))
        length = max(note.length, _SHORTEST_NOTE)
        knots = np.asarray(np.arange(int((length + tail) * SAMPLE_RATE / KNOT) + 2) * (KNOT / SAMPLE_RATE), np.float64)
        bright = region.cutoff * 2 ** (_DARKER * (1 - note.velocity / 127))
        data, loop_start, loop_length = _prepared(font, region, _third(min(bright, _CEILING) / ratio))
        gains = _envelope(region.envelope, length, tail, knots) * ((note.velocity / 127) ** 2 * 10 ** (region.gain_db / 20))
        if note.swell:
            gains *= 10 ** (_along(note.swell, knots) / 20)
        speeds = np.full(len(knots), ratio * _OVER) if not note.bend else ratio * _OVER * 2 ** (_along(note.bend, knots) / 1200)
        angle = (np.clip(instrument.pan + 0.6 * region.pan, -1, 1) + 1) * np.pi / 4
        add_voice(
            out, round(note.start * SAMPLE_RATE), data, loop_start, loop_length, speeds, gains, float(np.cos(angle)), float(np.sin(angle))
        )


def _matching(regions: tuple[Region, ...], key: int, velocity: int) -> list[Region]:
    """The regions that a key starts; where none is, those of the nearest key."""
    found = [each for each in regions if each.keys[0] <= key <= each.keys[1] and each.velocities[0] <= velocity <= each.velocities[1]]
    if found or not regions:
        return found
    near = min(regions, key=lambda each: max(each.keys[0] - key, key - each.keys[1], 0))
    return [each for each in regions if each.keys == near.keys and each.velocities[0] <= velocity <= each.velocities[1]] or [near]


def _along(curve: Curve, knots: Levels) -> Levels:
    """The values of a curve at the knots."""
    return np.interp(knots, [at for at, _ in curve], [value for _, value in curve])


def _envelope(shape: Envelope, length: float, tail: float, knots: Levels) -> Levels:
    """Amplitude at the knots: straight attack, decay and release straight in dB (specification, section 8.1.2); 0 at the end."""
    top = shape.delay + max(shape.attack, _SHORTEST_ATTACK)
    held = top + shape.hold
    fall = held + max(0.001, shape.decay * shape.sustain / 100)
    times, levels = (0.0, held, fall), (0.0, 0.0, -shape.sustain)
    body = np.interp(knots, times, levels)
    gone = np.clip((knots - length) / tail, 0, 1)
    body = np.where(knots > length, np.interp(length, times, levels) - 60 * gone, body)
    rise = np.clip((knots - shape.delay) / (top - shape.delay), 0, 1)
    amplitude: Levels = 10 ** (body / 20) * rise * np.clip((length + tail - knots) / _FADE, 0, 1)
    amplitude[-1] = 0.0
    return amplitude


def _third(cutoff: float) -> float:
    """The cutoff rounded to a third of an octave, so that few versions of a sample are kept."""
    return float(2 ** (round(3 * np.log2(max(cutoff, 60.0))) / 3))


@lru_cache(maxsize=96)
def _prepared(font: SoundFont, region: Region, cutoff: float) -> tuple[Wave, int, int]:
    """A sample at twice its rate, darkened; and where its loop begins and how long it is (0: it has none), in the new samples.

    The loop is written out twice and the second turn is looped, so that the filter has settled and the seam is smooth.
    """
    data: Wave = font.samples[region.start : region.end].astype(np.float32) / np.float32(32768)
    loop_start = loop_length = 0
    if region.loop:
        first, last = region.loop
        turn = data[first:last]
        turns = max(1, -(-64 // len(turn)))
        loop_start, loop_length = last, len(turn) * turns
        data = np.concatenate([data[:last], np.tile(turn, turns + 1), np.resize(turn, 64)])
    if cutoff < 0.45 * region.rate:
        data = through(butterworth(2, cutoff, "low", region.rate), data).astype(np.float32)
    wave = np.stack([data, halfway(data)], axis=1).reshape(-1)
    return wave, loop_start * _OVER, loop_length * _OVER
