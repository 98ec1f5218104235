"""The sampler: in tune, between the keys too, without clicks, and quiet where nothing is written."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from filmstudio.core.errors import EngineError
from filmstudio.plugins.music.knowledge import ensembles
from filmstudio.plugins.music.performance import perform
from filmstudio.plugins.music.sampler import play
from filmstudio.plugins.music.score import Curve, Instrument, Note, Part, Score
from filmstudio.plugins.music.sf2 import SoundFont, studio_font
from filmstudio.plugins.sound.meter import Meter
from filmstudio.plugins.sound.waves import Wave

RATE = 48_000


def sounded(pitch: float, program: int = 73, bend: Curve = (), length: float = 1.5) -> Wave:
    part = Part(Instrument("melody", "Flute", program), (Note(0.1, length, pitch, 80, bend=bend),))
    return play(part, 3 * RATE).mean(axis=1)


def heard_cents(wave: Wave, pitch: float, first: float, last: float) -> float:
    """Cents that the fundamental lies from ``pitch``, found within a semitone and a half of it."""
    piece = wave[round(first * RATE) : round(last * RATE)]
    spectrum = np.abs(np.fft.rfft(piece * np.hanning(len(piece)), 1 << 19))
    hz = np.fft.rfftfreq(1 << 19, 1 / RATE)
    at = 440 * 2 ** ((pitch - 69) / 12)
    near = (hz > at / 2 ** (1.5 / 12)) & (hz < at * 2 ** (1.5 / 12))
    return float(1200 * np.log2(hz[near][np.argmax(spectrum[near])] / at))


@pytest.mark.parametrize("pitch", [60.0, 65.0, 67.5, 70.04, 76.5])
def test_a_note_sounds_at_its_pitch_between_the_keys_too(pitch: float) -> None:
    assert abs(heard_cents(sounded(pitch), pitch, 0.4, 1.5)) < 6


def test_a_bend_moves_the_pitch_inside_a_note() -> None:
    wave = sounded(72.0, program=40, bend=((0.0, -200.0), (0.6, -200.0), (0.8, 0.0)))
    assert abs(heard_cents(wave, 70.0, 0.2, 0.65)) < 15
    assert abs(heard_cents(wave, 72.0, 1.0, 1.55)) < 15


def test_nothing_sounds_before_a_note_and_it_dies_after() -> None:
    wave = sounded(64.0, length=0.5)
    assert not np.any(wave[: round(0.1 * RATE) - 1])
    assert np.abs(wave[round(1.5 * RATE) :]).max() < 1e-3


@pytest.mark.parametrize("program", [0, 24, 40, 42, 48, 60, 73, 104, 107, 110])
def test_notes_begin_loop_and_end_without_clicks(program: int) -> None:
    wave = sounded(62.0, program=program, length=2.0)
    step = np.abs(np.diff(wave))
    assert step.max() < 0.3 * np.abs(wave).max()
    assert step[-1] < 1e-4


def test_a_harder_touch_is_louder_and_brighter() -> None:
    waves = [play(Part(Instrument("melody", "Piano"), (Note(0, 1, 60, velocity),)), RATE).mean(axis=1) for velocity in (40, 100)]
    soft, hard = (np.abs(np.fft.rfft(wave * np.hanning(RATE))) for wave in waves)
    assert hard.sum() > 3 * soft.sum()
    assert hard[3000:].sum() / hard.sum() > soft[3000:].sum() / soft.sum()


def test_every_instrument_of_the_ensembles_is_in_the_font() -> None:
    for band in ensembles().values():
        for player in band.values():
            assert studio_font().has(128 if player.sound == "drums" else 0, 0 if player.sound == "drums" else player.program)


def test_a_whole_performance_is_loud_enough_and_does_not_clip() -> None:
    flute = Instrument("melody", "Flute", 73)
    notes = tuple(Note(0.5 * index + 0.3, 0.6, 60 + index, 80) for index in range(8))
    wave = perform(Score("scale", 60, (), (Part(flute, notes),), 5.0), 5 * RATE)
    meter = Meter()
    meter.add(wave)
    assert abs(meter.integrated + 23) < 0.3
    assert meter.true_peak_db < -1.4
    assert 5 * RATE <= len(wave) <= 9 * RATE


def chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) & 1)


def small_font() -> bytes:
    """A font of one preset: a sawtooth of 100 values at 44.1 kHz, root 57, tuned up 50 cents, keys 40 to 80, looped."""
    wave = np.tile(np.linspace(-9000, 9000, 100), 3).astype("<i2")
    generators = [(43, 40 | 80 << 8), (52, 50), (54, 1), (58, 57), (34, -1200), (53, 0)]
    igen = b"".join(struct.pack("<Hh", kind, amount) for kind, amount in generators) + b"\0" * 4
    pdta = (
        chunk(b"phdr", struct.pack("<20sHHHIII", b"Saw", 5, 0, 0, 0, 0, 0) + struct.pack("<20sHHHIII", b"EOP", 0, 0, 1, 0, 0, 0))
        + chunk(b"pbag", struct.pack("<HHHH", 0, 0, 1, 0))
        + chunk(b"pmod", b"\0" * 10)
        + chunk(b"pgen", struct.pack("<HHHH", 41, 0, 0, 0))
        + chunk(b"inst", struct.pack("<20sH20sH", b"Saw", 0, b"EOI", 1))
        + chunk(b"ibag", struct.pack("<HHHH", 0, 0, len(generators), 0))
        + chunk(b"imod", b"\0" * 10)
        + chunk(b"igen", igen)
        + chunk(b"shdr", struct.pack("<20sIIIIIBbHH", b"saw", 0, 300, 100, 200, 44100, 60, 0, 0, 1) + b"\0" * 46)
    )
    body = b"sfbk" + chunk(b"LIST", b"INFO") + chunk(b"LIST", b"sdta" + chunk(b"smpl", wave.tobytes())) + chunk(b"LIST", b"pdta" + pdta)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def test_a_sound_font_is_read_as_the_specification_says() -> None:
    (region,) = SoundFont(small_font()).regions(0, 5)
    assert region.keys == (40, 80)
    assert region.loop == (100, 200)
    assert region.root == pytest.approx(56.5)
    assert region.envelope.attack == pytest.approx(0.5)
    assert (region.start, region.end, region.rate) == (0, 300, 44100)


def test_what_is_no_sound_font_is_refused() -> None:
    with pytest.raises(EngineError, match="not a SoundFont"):
        SoundFont(b"RIFF0000WAVE")
    with pytest.raises(EngineError, match="damaged"):
        SoundFont(b"RIFF\x04\0\0\0sfbk")
    with pytest.raises(EngineError, match="no preset"):
        SoundFont(small_font()).regions(0, 99)
