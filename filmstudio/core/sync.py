"""The lip-sync check: what the mouth did in the picture, held against what was said in the sound."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from filmstudio.core.rational import SAMPLE_RATE
from filmstudio.core.requests import BeatTiming, Speech

SEARCH_FRAMES = 6
"""Offsets of up to this many frames either way are told apart."""

_CLOSED = frozenset("mbpfv")
_QUIET = frozenset({"", "_", "_:", "_|", "|", ";", "'", ",", "%", ":"})


@dataclass(frozen=True, slots=True)
class SyncReading:
    """Sync of a film: the worst line's offset, and how much the mouths moved while nobody spoke."""

    worst_offset_ms: float
    moving_in_silence_percent: float
    lines: int


def voiced_frames(speech: Speech, fps: int) -> list[float]:
    """Share of each frame, 0 to 1, in which the speech has an open sound: a vowel or a consonant with parted lips."""
    samples_a_frame = SAMPLE_RATE / fps
    frames = [0.0] * max(1, round(speech.samples / samples_a_frame))
    for phoneme in speech.phonemes:
        sign = phoneme.sign.strip("'%,:_|;")
        if sign in _QUIET or sign[:1].lower() in _CLOSED:
            continue
        first, last = phoneme.start / samples_a_frame, phoneme.end / samples_a_frame
        for frame in range(int(first), min(len(frames), int(last) + 1)):
            frames[frame] += max(0.0, min(last, frame + 1) - max(first, frame))
    return [min(1.0, share) for share in frames]


def offset_frames(open_frames: Iterable[int], beat: BeatTiming, voiced: Sequence[float]) -> int:
    """Frames by which the drawn mouth is late (plus) or early (minus): the shift at which it agrees best with the sound."""
    mouth = set(open_frames)
    # The silence around the line counts too: a mouth that opens before the voice disagrees with it there.
    sound = [0.0] * SEARCH_FRAMES + list(voiced) + [0.0] * SEARCH_FRAMES
    best, best_score = 0, float("-inf")
    for shift in sorted(range(-SEARCH_FRAMES, SEARCH_FRAMES + 1), key=abs):
        score = 0.0
        for frame, share in enumerate(sound, beat.start - SEARCH_FRAMES):
            score += share - 0.5 if frame + shift in mouth else 0.5 - share
        if score > best_score + 1e-9:
            best, best_score = shift, score
    return best


def read_sync(
    speeches: Mapping[str, Speech], beats: Mapping[str, BeatTiming], mouths: Mapping[str, Sequence[int]], fps: int
) -> SyncReading:
    """Check every line that is spoken on screen.

    Args:
        speeches: speech by line id.
        beats: timing by line id, in frames of the shot.
        mouths: frames of the shot in which the speaker's mouth was drawn open, by line id.
        fps: frames a second.
    """
    worst, moving, drawn = 0, 0, 0
    for line, frames in mouths.items():
        beat = beats[line]
        if frames:
            worst = max(worst, offset_frames(frames, beat, voiced_frames(speeches[line], fps)), key=abs)
        # One frame either side belongs to the line: lips part before a vowel sounds and close after it.
        moving += sum(1 for frame in frames if not beat.start - 2 <= frame <= beat.end + 1)
        drawn += len(frames)
    return SyncReading(round(1000 * abs(worst) / fps, 1), round(100 * moving / drawn, 2) if drawn else 0.0, len(mouths))
