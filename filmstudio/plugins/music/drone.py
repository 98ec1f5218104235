"""Drones: a tanpura's cycle of four strings, or a held fifth that breathes."""

from __future__ import annotations

import random
from math import log2

from filmstudio.plugins.music.score import Instrument, Note

TANPURA = Instrument("drone", "Tanpura", sound="tanpura", low=30, high=62, level_db=-22.0, pan=-0.1, reverb=0.3)
_STEPS = (1.15, 0.95, 0.95, 1.3)
"""Seconds between the plucks: never in step with the tala."""
_JUST = {-5: 12 * log2(3 / 4), -7: 12 * log2(2 / 3), -1: 12 * log2(15 / 16)}


def tanpura(tonic: int, first_string: int, start: float, end: float, draw: random.Random, velocity: int = 80) -> list[Note]:
    """Plucks of first string, Sa, Sa, low Sa from ``start``; the last Sa rings on at ``end``. The first cycle swells in."""
    sa = tonic if tonic >= 45 else tonic + 12
    strings = (sa + _JUST[first_string], float(sa), float(sa), sa - 12.0)
    notes, at, turn = [], start, 0
    while at < end - 0.4:
        fade = min(1.0, 0.45 + 0.2 * turn)
        notes.append(Note(at, 5.0, strings[turn % 4], round(velocity * fade) + draw.randint(-4, 4)))
        at += _STEPS[turn % 4] * draw.uniform(0.97, 1.03)
        turn += 1
    return notes


def seated(pitch: float, player: Instrument) -> float:
    """The pitch in the octave nearest to it that the player can play, the upper one where two are as near."""
    while pitch < player.low:
        pitch += 12
    while pitch > player.high and pitch - 12 >= player.low:
        pitch -= 12
    return pitch


def held(pitches: tuple[float, ...], start: float, end: float, velocity: int) -> list[Note]:
    """Long notes that swell and sink, a new one every 6 to 8 s, so that no loop lies bare."""
    notes: list[Note] = []
    for index, pitch in enumerate(pitches):
        span = 7.0 - 1.1 * index
        at = start
        while at < end - 0.5:
            length = min(span, end - at)
            if end - at - length < 1.5:
                length = end - at
            first = at == start
            swell = ((0.0, -24.0 if first else -9.0), (min(2.5, length * 0.4), 0.0), (length * 0.7, 0.0), (length, -8.0))
            notes.append(Note(at, length, pitch, velocity - 4 * index, swell=swell))
            at += length
    return notes
