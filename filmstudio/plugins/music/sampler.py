"""The sampler: notes played from a sound font, one at a time, as whole arrays."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, resample_poly, sosfilt

from filmstudio.core.rational import SAMPLE_RATE
from filmstudio.plugins.music.score import Curve, Instrument, Note, Part
from filmstudio.plugins.music.sf2 import DRUM_BANK, Envelope, Region, SoundFont, studio_font

Wave = NDArray[np.float32]

_OVER = 2
"""Samples are kept at twice their rate, so that straight interpolation between them stays clean."""
_CEILING = 0.45 * SAMPLE_RATE
_BEND_STEP = 64
_RELEASE_MOST = 3.0
_SHORTEST_RELEASE = 0.03


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
    bank, program = (DRUM_BANK, 0) if instrument.sound == "drums" else (0, program)
    key = int(np.clip(round(note.pitch), 0, 127))
    for region in _matching(font.regions(bank, program), key, note.velocity):
        wave = _voice(font, region, note, key if instrument.sound == "drums" else note.pitch, instrument.release)
        first = round(note.start * SAMPLE_RATE)
        if first < 0:
            wave, first = wave[-first:], 0
        wave = wave[: max(0, len(out) - first)]
        angle = (np.clip(instrument.pan + 0.6 * region.pan, -1, 1) + 1) * np.pi / 4
        out[first : first + len(wave), 0] += wave * np.float32(np.cos(angle))
        out[first : first + len(wave), 1] += wave * np.float32(np.sin(angle))


def _matching(regions: tuple[Region, ...], key: int, velocity: int) -> list[Region]:
    """The regions that a key starts; where none is, those of the nearest key."""
    found = [each for each in regions if each.keys[0] <= key <= each.keys[1] and each.velocities[0] <= velocity <= each.velocities[1]]
    if found or not regions:
        return found
    near = min(regions, key=lambda each: max(each.keys[0] - key, key - each.keys[1], 0))
    return [each for each in regions if each.keys == near.keys and each.velocities[0] <= velocity <= each.velocities[1]] or [near]


def _voice(font: SoundFont, region: Region, note: Note, pitch: float, release: float) -> Wave:
    """One region sounding for one note, mono."""
    ratio = region.rate / SAMPLE_RATE * 2 ** ((pitch - region.root) * region.scale / 12)
    shape = region.envelope
    tail = min(_RELEASE_MOST, max(release, shape.release * 0.5, _SHORTEST_RELEASE))
    total = round((max(note.length, 0.02) + tail) * SAMPLE_RATE)
    bright = region.cutoff * 2 ** (-1.6 * (1 - note.velocity / 127))
    data, loop_start, loop_length = _prepared(font, region, _third(min(bright, _CEILING) / ratio))
    if not loop_length:
        reach = ratio * (2 ** (min((cents for _, cents in note.bend), default=0.0) / 1200))
        total = min(total, max(1, int((len(data) - 2) / (_OVER * reach))))
    where = _positions(ratio * _OVER, total, note.bend)
    if loop_length:
        over = where >= loop_start + loop_length
        if over[-1]:
            start = int(np.argmax(over))
            where[start:] = loop_start + np.mod(where[start:] - loop_start, loop_length)
    else:
        np.minimum(where, len(data) - 2, out=where)
    index = where.astype(np.int32)
    part = (where - index).astype(np.float32)
    base = data[index]
    wave: Wave = base + (data[index + 1] - base) * part
    gain = (note.velocity / 127) ** 2 * 10 ** (region.gain_db / 20)
    wave *= _envelope(shape, note.length, tail, total) * np.float32(gain)
    if note.swell:
        wave *= _swell(note.swell, total)
    return wave


def _positions(ratio: float, total: int, bend: Curve) -> NDArray[np.float64]:
    """Where in the sample each output sample is read."""
    if not bend:
        return np.arange(total) * ratio
    knots = np.arange(0, total + _BEND_STEP, _BEND_STEP)
    times = np.array([at for at, _ in bend])
    cents = np.array([value for _, value in bend])
    speeds = ratio * 2 ** (np.interp(knots / SAMPLE_RATE, times, cents) / 1200)
    steps = np.interp(np.arange(total), knots, speeds)
    return np.cumsum(steps) - steps[0]


def _envelope(shape: Envelope, length: float, tail: float, total: int) -> Wave:
    """Amplitude over time: straight attack, decay and release straight in dB (specification, section 8.1.2)."""
    begin, top = shape.delay, shape.delay + max(shape.attack, 0.002)
    held = top + shape.hold
    fall = held + max(0.001, shape.decay * shape.sustain / 100)
    times = np.array([0.0, held, fall, max(fall + 0.001, length)])
    levels = np.array([0.0, 0.0, -shape.sustain, -shape.sustain])
    at = np.arange(total, dtype=np.float32) / SAMPLE_RATE
    release_at = max(length, 0.02)
    knots = np.arange(0, total + 256, 256) / SAMPLE_RATE
    body = np.interp(knots, times, levels)
    off = float(np.interp(release_at, times, levels))
    gone = np.clip((knots - release_at) / tail, 0, 1)
    body = np.where(knots > release_at, off - 60 * gone, body)
    wave: Wave = np.interp(at, knots, 10 ** (body / 20)).astype(np.float32)
    rise = round(top * SAMPLE_RATE) + 1
    if rise > 1:
        wave[:rise] *= np.clip((at[:rise] - begin) / (top - begin), 0, 1)
    fade = min(total, round(0.012 * SAMPLE_RATE))
    wave[total - fade :] *= np.linspace(1, 0, fade, dtype=np.float32)
    return wave


def _swell(swell: Curve, total: int) -> Wave:
    knots = np.arange(0, total + 256, 256)
    levels = np.interp(knots / SAMPLE_RATE, [at for at, _ in swell], [level for _, level in swell])
    return np.interp(np.arange(total), knots, 10 ** (levels / 20)).astype(np.float32)


def _third(cutoff: float) -> float:
    """The cutoff rounded to a third of an octave, so that few versions of a sample are kept."""
    return float(2 ** (round(3 * np.log2(max(cutoff, 60.0))) / 3))


@lru_cache(maxsize=512)
def _prepared(font: SoundFont, region: Region, cutoff: float) -> tuple[Wave, int, int]:
    """A sample at twice its rate, darkened; and where its loop begins and how long it is (0: it has none), in the new samples.

    The loop is written out twice and the second turn is looped, so that the filter has settled and the seam is smooth.
    """
    data = font.samples[region.start : region.end].astype(np.float32) / 32768
    loop_start = loop_length = 0
    if region.loop:
        first, last = region.loop
        turn = data[first:last]
        turns = max(1, -(-64 // len(turn)))
        loop_start, loop_length = last, len(turn) * turns
        data = np.concatenate([data[:last], np.tile(turn, turns + 1), np.resize(turn, 64)])
    if cutoff < 0.45 * region.rate:
        data = sosfilt(butter(2, cutoff, fs=region.rate, output="sos"), data).astype(np.float32)
    wave = resample_poly(data, _OVER, 1).astype(np.float32)
    return wave, loop_start * _OVER, loop_length * _OVER
