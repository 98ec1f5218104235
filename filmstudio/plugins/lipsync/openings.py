"""How far the mouth opens and spreads in every frame: a smoothed track that squashes the stepped shapes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from filmstudio.plugins.lipsync.table import VOWELS, load_table
from filmstudio.plugins.lipsync.track import Move, frames_at

Track = NDArray[np.float64]

_STEPS = 8
"""Samples of a track in one frame: finer than the ear."""


def openings(track: Sequence[Move], first: int, last: int, fps: int) -> tuple[Track, Track]:
    """Opening and half-width by frame, in drawing units; silence is closed. Dropped consonants are still in it."""
    table = load_table()
    count = (last - first) * _STEPS
    opened, spread = np.zeros(count), np.full(count, table.visemes["MBP"].half_width)
    long = frames_at(table.long_vowel.frames, fps)
    for move in track:
        drawn = table.visemes[move.shape]
        a = min(max(round((move.start - first) * _STEPS), 0), count)
        b = min(max(round((move.end - first) * _STEPS), a), count)
        height = np.full(b - a, drawn.open * move.opening)
        if move.shape in VOWELS and move.end - move.start > long:
            held = long * _STEPS
            tail = max(0, b - a - held)
            height[b - a - tail :] *= 1 - table.long_vowel.fall * np.linspace(0, 1, tail)
        opened[a:b] = height
        spread[a:b] = drawn.half_width
    return smoothed(opened.reshape(-1, _STEPS).mean(axis=1)), smoothed(spread.reshape(-1, _STEPS).mean(axis=1))


def smoothed(track: Track) -> Track:
    """The track under the kernel of the table, its ends held."""
    before, now, after = load_table().kernel
    padded = np.pad(track, 1, mode="edge")
    out: Track = before * padded[:-2] + now * padded[1:-1] + after * padded[2:]
    return out


def loudness_factor(loudness: float) -> float:
    """How much further the mouth opens: .7 for a breath, 1 spoken, 1.3 for a shout (``loudness`` 0, 1, 2)."""
    table = load_table()
    if loudness <= 1:
        return table.quiet + (1 - table.quiet) * max(0.0, loudness)
    return 1 + (table.shout - 1) * min(1.0, loudness - 1)
