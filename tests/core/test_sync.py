"""The lip-sync check reads the offset that was planted."""

from __future__ import annotations

import pytest

from filmstudio.core.media import MediaRef
from filmstudio.core.requests import BeatTiming, Phoneme, Speech
from filmstudio.core.sync import offset_frames, read_sync, voiced_frames

AUDIO = MediaRef(digest="a" * 64, media_type="audio/wav", size=1)
FRAME = 2000


def speech_of(pattern: str) -> Speech:
    """One sign a frame: ``a`` is a vowel, ``m`` closed lips, ``_`` a pause."""
    phonemes = tuple(Phoneme(sign=sign, start=index * FRAME, end=(index + 1) * FRAME) for index, sign in enumerate(pattern))
    return Speech(audio=AUDIO, samples=len(pattern) * FRAME, phonemes=phonemes)


SPOKEN = "aaamaaaaa___aamaaaammaaa___aaaa"
BEAT = BeatTiming(start=10, end=10 + len(SPOKEN))


@pytest.mark.parametrize("offset", [-4, -2, -1, 0, 1, 3, 5])
def test_a_planted_offset_is_read(offset: int) -> None:
    opened = [BEAT.start + index + offset for index, sign in enumerate(SPOKEN) if sign == "a"]
    assert offset_frames(opened, BEAT, voiced_frames(speech_of(SPOKEN), 24)) == offset


def test_a_short_line_with_the_mouth_open_throughout_is_in_sync() -> None:
    opened = range(10, 15)
    assert offset_frames(opened, BeatTiming(start=10, end=15), voiced_frames(speech_of("aaaaa"), 24)) == 0


def test_a_mouth_that_moves_in_silence_is_counted() -> None:
    opened = {"a": [BEAT.start + index for index, sign in enumerate(SPOKEN) if sign == "a"] + [60, 61, 62]}
    reading = read_sync({"a": speech_of(SPOKEN)}, {"a": BEAT}, opened, 24)
    assert reading.moving_in_silence_percent == pytest.approx(100 * 3 / len(opened["a"]), abs=0.01)
    assert reading.worst_offset_ms == 0
