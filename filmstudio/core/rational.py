"""Rational time: seconds as exact fractions, and their whole numbers of frames and samples."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

SAMPLE_RATE = 48_000
"""Samples a second of every sound in the studio, Hz. Divisible by 24, 25 and 30: a frame is a whole number of samples."""

_LONGEST = 60
"""Letters in a time, far more than any exact time of a film has."""


def parse_time(value: Any) -> Fraction:
    """Read seconds from an int, a decimal number, or text such as ``"7/2"`` or ``"3.5"``.

    Raises:
        ValueError: the value is not a finite number.
    """
    if isinstance(value, Fraction):
        return value
    if isinstance(value, bool):
        raise ValueError("a time is a number of seconds")
    if isinstance(value, int):
        return Fraction(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("a time is finite")
        # A person writes 3.1 and means 31/10, not the nearest binary fraction.
        return Fraction(repr(value))
    if isinstance(value, str):
        if len(value) > _LONGEST or "e" in value.casefold():  # an exponent would make a number of a billion digits
            raise ValueError("a time is seconds: 3, 3.5 or '7/2'")
        try:
            return Fraction(value.strip())
        except ZeroDivisionError as error:
            raise ValueError("a time has no zero denominator") from error
    raise ValueError("a time is seconds: 3, 3.5 or '7/2'")


def show_time(value: Fraction) -> int | str:
    """Write seconds as JSON: a whole number as it is, any other as ``"numerator/denominator"``."""
    return value.numerator if value.denominator == 1 else f"{value.numerator}/{value.denominator}"


Time = Annotated[
    Fraction,
    BeforeValidator(parse_time),
    PlainSerializer(show_time),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^-?\d+(/\d+|\.\d+)?$"}]}),
]
"""A pydantic field of exact seconds."""

Pause = Annotated[Time, Field(ge=0, le=3600)]
"""A pydantic field of exact seconds from none to an hour: how long something lasts or waits."""


def frames_in(seconds: Fraction, fps: int) -> int:
    """Whole frames nearest to ``seconds``, halves upwards."""
    return math.floor(seconds * fps + Fraction(1, 2))


def frames_covering(seconds: Fraction, fps: int) -> int:
    """The fewest whole frames that last at least ``seconds``."""
    return math.ceil(seconds * fps)


def samples_in_frames(frames: int, fps: int) -> int:
    """Samples in ``frames`` frames; exact for 24, 25 and 30 frames a second."""
    samples = Fraction(frames * SAMPLE_RATE, fps)
    return math.floor(samples + Fraction(1, 2))


def seconds_of_frames(frames: int, fps: int) -> Fraction:
    """Exact seconds that ``frames`` frames last."""
    return Fraction(frames, fps)


def timecode(seconds: Fraction, *, separator: str = ",") -> str:
    """``HH:MM:SS,mmm`` as SubRip writes it (``separator="."`` for WebVTT), rounded to the nearest millisecond."""
    total = math.floor(seconds * 1000 + Fraction(1, 2))
    hours, rest = divmod(total, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    whole, milliseconds = divmod(rest, 1000)
    return f"{hours:02d}:{minutes:02d}:{whole:02d}{separator}{milliseconds:03d}"
