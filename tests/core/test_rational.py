"""Rational time: exact, and exact again after JSON."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from filmstudio.core.film import Happening
from filmstudio.core.rational import frames_covering, frames_in, parse_time, samples_in_frames, show_time, timecode

times = st.fractions(min_value=0, max_value=10_000)


@given(times)
def test_a_time_survives_json(seconds: Fraction) -> None:
    assert parse_time(show_time(seconds)) == seconds


@given(times, st.sampled_from([24, 25, 30]))
def test_covering_frames_last_at_least_as_long_and_no_frame_longer(seconds: Fraction, fps: int) -> None:
    frames = frames_covering(seconds, fps)
    assert Fraction(frames, fps) >= seconds > Fraction(frames - 1, fps) or frames == 0 == seconds
    assert abs(Fraction(frames_in(seconds, fps), fps) - seconds) <= Fraction(1, 2 * fps)


@given(st.integers(0, 1_000_000), st.sampled_from([24, 25, 30]))
def test_a_frame_is_a_whole_number_of_samples(frames: int, fps: int) -> None:
    assert samples_in_frames(frames, fps) == frames * (48_000 // fps)


def test_a_person_may_write_decimals_and_means_them() -> None:
    assert Happening(id="h", seconds=3.1).seconds == Fraction(31, 10)  # type: ignore[arg-type]
    assert Happening(id="h", seconds="7/2").seconds == Fraction(7, 2)  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", ["soon", "1/0", True, float("nan"), float("inf"), None])
def test_what_is_no_time_is_refused(wrong: object) -> None:
    with pytest.raises(ValidationError):
        Happening(id="h", seconds=wrong)  # type: ignore[arg-type]


def test_timecodes_round_to_the_millisecond() -> None:
    assert timecode(Fraction(3661) + Fraction(1, 24)) == "01:01:01,042"
    assert timecode(Fraction(1, 3), separator=".") == "00:00:00.333"
