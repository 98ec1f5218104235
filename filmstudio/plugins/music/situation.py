"""The situation a cue is written for: the request in seconds, and where words leave room."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from filmstudio.core.rational import SAMPLE_RATE
from filmstudio.core.requests import CueRequest
from filmstudio.plugins.music.moods import family

BEFORE_WORDS, AFTER_WORDS = 0.35, 0.2
"""What is left free before the first word of a line and after its last, seconds."""

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Situation:
    """A scene as its composer sees it; times in seconds from its start."""

    seconds: float
    purpose: str
    tradition: str
    mood: str
    """A mood family of ``moods.FAMILIES``."""
    intensity: float
    tonic: int
    place: str
    culture: str
    light: str
    speech: tuple[Span, ...]
    cuts: tuple[float, ...]
    seed: int
    theme: int
    """Seed of what all cues of the film share."""

    def windows(self, start: float, end: float, least: float) -> list[Span]:
        """The stretches of [start, end) of at least ``least`` seconds in which nobody speaks."""
        free, at = [], start
        for first, last in self.speech:
            if first - BEFORE_WORDS > at:
                free.append((at, min(end, first - BEFORE_WORDS)))
            at = max(at, last + AFTER_WORDS)
        free.append((at, end))
        return [(first, last) for first, last in free if last - first >= least]

    def spoken(self, start: float, end: float) -> float:
        """The share of [start, end) in which somebody speaks."""
        covered = sum(max(0.0, min(end, last) - max(start, first)) for first, last in self.speech)
        return covered / (end - start) if end > start else 0.0


def situation_of(request: CueRequest) -> Situation:
    """The request, in seconds; lines that touch become one stretch of speech."""
    merged: list[Span] = []
    for first, last in sorted((start / SAMPLE_RATE, end / SAMPLE_RATE) for start, end in request.speech if end > start):
        if merged and first - merged[-1][1] < 0.1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    tradition = request.brief.tradition.strip().lower()
    shared = hashlib.sha256(f"{request.tonic}/{tradition}".encode()).digest()
    return Situation(
        seconds=request.samples / SAMPLE_RATE,
        purpose=request.brief.purpose,
        tradition=tradition,
        mood=family(request.brief.mood, request.scene_mood),
        intensity=request.brief.intensity,
        tonic=request.tonic,
        place=request.place.lower(),
        culture=request.culture.lower(),
        light=request.light.lower(),
        speech=tuple(merged),
        cuts=tuple(cut / SAMPLE_RATE for cut in request.cuts),
        seed=request.seed,
        theme=int.from_bytes(shared[:6], "big"),
    )
