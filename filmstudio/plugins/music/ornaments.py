"""Ornaments as curves of pitch: glides, slow and fast oscillations, press-bends (orchestration.json: pitch_bend)."""

from __future__ import annotations

import math
import random

from filmstudio.plugins.music.score import Curve

_KNOTS = 6


def glide(cents: float, seconds: float) -> list[tuple[float, float]]:
    """An s-shaped slide from ``cents`` away to the note."""
    return [(seconds * part / _KNOTS, cents * (0.5 + 0.5 * math.cos(math.pi * part / _KNOTS))) for part in range(_KNOTS + 1)]


def oscillation(start: float, end: float, rate: float, above: float, below: float) -> list[tuple[float, float]]:
    """A swing about the note between ``start`` and ``end`` seconds, grown in over its first turns and gone before its end."""
    knots: list[tuple[float, float]] = []
    at, turn = start, 0
    while at < end - 0.12:
        grown = min(1.0, 0.4 + 0.2 * turn)
        knots.append((at, 0.0 if turn == 0 else above * grown if turn % 2 else -below * grown))
        at += 0.5 / rate
        turn += 1
    return [*knots, (end - 0.02, 0.0)] if knots else []


def vibrato(seconds: float, rate: float, cents: float, delay: float = 0.32) -> Curve:
    """A vibrato of ``cents`` either way that begins after ``delay`` seconds; none in a note too short for it."""
    return ((0.0, 0.0), *oscillation(delay, seconds, rate, cents, cents)) if seconds > delay + 0.4 else ()


def inflect(tradition: str, draw: random.Random, *, span: float, interval: float, resting: bool, tonic: bool) -> Curve:
    """How a lead of the Arab world or East Asia shapes one note.

    Args:
        tradition: maqam, japan, china or korea; others leave the note plain.
        draw: decides where an ornament is a choice.
        span: seconds the note lasts.
        interval: semitones from this note back to the one before; 0 at the start of a phrase.
        resting: whether the phrase rests on it.
        tonic: whether it is the first degree of the mode.
    """
    match tradition:
        case "maqam":
            if span > 0.35 and (interval == 0 or resting):
                return tuple(glide(-60.0, 0.09))
            if 0.3 < span < 0.9 and draw.random() < 0.2:
                return ((0.0, 0.0), (0.05, 0.0), (0.075, 150.0), (0.12, 150.0), (0.15, 0.0))
        case "japan":
            if span > 0.9 and draw.random() < 0.45:
                return ((0.0, 0.0), (0.22, 0.0), (0.34, draw.choice((100.0, 200.0))), (0.5, draw.choice((100.0, 60.0))), (0.7, 0.0))
        case "china":
            slide = glide(max(-200.0, min(200.0, 100 * interval)) if interval else -150.0, 0.1 if span > 0.3 else 0.06)
            return (*slide, *oscillation(0.3, span, 5.5, 14, 14))
        case "korea":
            if tonic and span > 0.7:
                return ((0.0, 0.0), *oscillation(0.25, span, draw.uniform(3.8, 5.0), 60, 60))
            if not tonic and resting and span > 0.4:
                return ((0.0, 100.0), (0.06, 100.0), (0.12, 0.0))
    return ()
