"""One line of speech as a mouth: shapes, widths and heights by frame, stresses and breaths."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby
from typing import Final

from filmstudio.core.film import Emotion
from filmstudio.core.rational import SAMPLE_RATE
from filmstudio.core.requests import Mouth, Phoneme
from filmstudio.plugins.lipsync.openings import loudness_factor, openings
from filmstudio.plugins.lipsync.table import VOWELS, load_table, visemes_of
from filmstudio.plugins.lipsync.track import Hold, frames_at, holds, led, moves

BREATH_SECONDS: Final = 0.18
"""A longer silence parts two breath groups."""
FULL_STRENGTH: Final = 0.5
_CLOSED: Final = frozenset({"MBP", "rest"})


def mouth_of(
    phonemes: Sequence[Phoneme],
    samples: int,
    fps: int,
    *,
    emotion: Emotion = "neutral",
    strength: float = FULL_STRENGTH,
    loudness: float = 1.0,
) -> Mouth:
    """The mouth of a line of ``samples`` samples.

    ``lead`` is two frames (at 24 a second): one in which B, P, M, F, V and vowels are early, one to open from rest.
    """
    table = load_table()
    edge = frames_at(table.edge.frames, fps)
    lead = frames_at(table.vowel_lead_frames, fps) + edge
    frames = math.ceil(samples * fps / SAMPLE_RATE)
    track = led(moves(phonemes, fps), fps)
    held = holds(track, edge - lead, frames, fps) if track else (Hold("rest", edge - lead, frames),)
    shapes = ["rest"] * edge + [hold.shape for hold in held for _ in range(hold.frames)]
    opened, spread = openings(track, -lead, frames, fps)
    opened = opened * loudness_factor(loudness)
    wide, tall = _emotion(emotion, strength)
    closed = table.closed_height.get(emotion, table.closed_height["neutral"])
    width: list[float] = []
    height: list[float] = []
    for shape, opening, half in zip(shapes, opened, spread, strict=True):
        if shape == "rest":
            width.append(1.0)
            height.append(1.0)
            continue
        drawn = table.visemes[shape]
        width.append(_clamp(float(half) / drawn.half_width, *table.width) * wide)
        height.append(closed if shape in _CLOSED else _clamp(float(opening) / drawn.open * tall, *table.height))
    _edges(shapes, width, height, edge, frames_at(table.min_hold_frames, fps))
    return Mouth(
        fps=fps,
        lead=lead,
        shapes=tuple(shapes),
        width=tuple(round(value, 4) for value in width),
        height=tuple(round(value, 4) for value in height),
        stresses=stresses(phonemes, fps),
        phrases=breaths(phonemes, fps),
    )


def stresses(phonemes: Sequence[Phoneme], fps: int) -> tuple[int, ...]:
    """Frames in which a stressed vowel begins, from the start of speech, each once."""
    found = [
        phoneme.start * fps // SAMPLE_RATE
        for phoneme in phonemes
        if phoneme.stressed and any(shape in VOWELS for shape in visemes_of(phoneme.sign))
    ]
    return tuple(dict.fromkeys(found))


def breaths(phonemes: Sequence[Phoneme], fps: int) -> tuple[tuple[int, int], ...]:
    """Frames [first, last) of each stretch without a silence over .18 s, from the start of speech."""
    groups: list[tuple[int, int]] = []
    for phoneme in phonemes:
        if groups and phoneme.start - groups[-1][1] <= BREATH_SECONDS * SAMPLE_RATE:
            groups[-1] = (groups[-1][0], phoneme.end)
        else:
            groups.append((phoneme.start, phoneme.end))
    return tuple((start * fps // SAMPLE_RATE, -(-end * fps // SAMPLE_RATE)) for start, end in groups)


def _edges(shapes: list[str], width: list[float], height: list[float], edge: int, hold: int) -> None:
    """A little-open shape for a moment on the way from rest into an open shape, and back; a short rest is left whole."""
    table = load_table()
    at = 0
    for resting, group in groupby(list(shapes), key=lambda shape: shape == "rest"):
        first, last = at, at + len(list(group))
        at = last
        if not resting or (first > 0 and last < len(shapes) and last - first < hold + 2 * edge):
            continue
        frames: set[int] = set()
        if first > 0 and shapes[first - 1] in VOWELS:
            frames.update(range(first, min(first + edge, last)))
        if last < len(shapes) and shapes[last] in VOWELS:
            frames.update(range(max(first, last - edge), last))
        for frame in frames:
            shapes[frame], width[frame], height[frame] = table.edge.shape, 1.0, table.edge.height
    # At the end of the line there is no rest to take it from: an open mouth closes in its own last frame.
    if shapes[-1] in VOWELS and len(set(shapes[-hold - edge :])) == 1 and len(shapes) >= hold + edge:
        for frame in range(len(shapes) - edge, len(shapes)):
            shapes[frame], width[frame], height[frame] = table.edge.shape, 1.0, table.edge.height


def _emotion(emotion: Emotion, strength: float) -> tuple[float, float]:
    wide, tall = load_table().emotion.get(emotion, (1.0, 1.0))
    amount = _clamp(strength / FULL_STRENGTH, 0.0, 1.5)
    return wide**amount, tall**amount


def _clamp(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)
