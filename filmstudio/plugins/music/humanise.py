"""What a score needs to be played by people: small delays, breath between strengths, nothing outside the cue."""

from __future__ import annotations

import random
from dataclasses import replace

from filmstudio.plugins.music.score import Note, Score

_TIMING = {"percussion": (-4, 4), "bass": (-8, 8), "melody": (-8, 14), "arpeggio": (-8, 10), "pad": (-12, 18), "counter": (-8, 20),
           "drone": (-15, 15)}  # fmt: skip
"""Milliseconds early and late by role (orchestration.json: humanise)."""


def humanise(score: Score, seed: int) -> Score:
    """The score with human timing and strength. Downbeats of drums stay within 5 ms; nothing begins before 0.02 s."""
    draw = random.Random(seed ^ 0x5EED)
    parts = []
    for part in score.parts:
        early, late = _TIMING[part.instrument.role]
        notes: list[Note] = []
        before = 0
        for note in part.notes:
            if note.start > score.seconds - 0.05:
                continue
            velocity = max(12, min(120, note.velocity + draw.randint(-3, 3)))
            if velocity == before:
                velocity += 1
            before = velocity
            start = max(0.02, note.start + draw.uniform(early, late) / 1000)
            notes.append(replace(note, start=start, velocity=velocity))
        parts.append(replace(part, notes=tuple(sorted(notes, key=lambda note: (note.start, note.pitch)))))
    return replace(score, parts=tuple(parts))
