"""Timing: order kept, whole frames, neighbours untouched by an edit, targets met."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filmstudio.core.errors import EngineError
from filmstudio.core.estimate import scene_seconds
from filmstudio.core.film import Camera, CameraPose, Film, Happening, Line, Scene, Shot, StageSet
from filmstudio.core.requests import TimingRequest
from filmstudio.plugins.timing.pacing import Pacing, time_film

CAMERA = Camera(start=CameraPose(x=960, y=540))


def film_of(*shots: tuple[Line | Happening, ...], target: Fraction | None = None) -> Film:
    made = tuple(Shot(id=f"shot{index}", camera=CAMERA, beats=beats, lead_in=Fraction(1, 8)) for index, beats in enumerate(shots))
    scene = Scene(id="s", number="1", set=StageSet(pack="house", stage="park"), shots=made)
    return Film(title="T", scenes=(scene,), target=target)


def line(name: str, **more: object) -> Line:
    return Line(id=name, character="a", text="Hello there.", **more)  # type: ignore[arg-type]


def test_speech_begins_on_a_frame_and_lines_follow_each_other() -> None:
    timing = time_film(film_of((line("a"), line("b"))), 24, {"a": 48_001, "b": 24_000})
    first, second = timing.shots["shot0"].beats["a"], timing.shots["shot0"].beats["b"]
    assert first.start == 3
    assert first.end == 3 + 25  # one sample over a second needs the next frame
    assert second.start == first.end + 6
    assert timing.scenes["s"].beat_samples["b"] == second.start * 2000


def test_what_no_voice_says_as_it_is_written_is_given_the_time_to_be_read() -> None:
    scream = Line(id="a", character="a", text="A" * 900)
    timing = time_film(film_of((scream, line("b"))), 24, {"a": 16_000, "b": 24_000})
    assert timing.shots["shot0"].beats["b"].start >= 900 / 20 * 24
    assert scene_seconds(film_of((scream,)).scenes[0]) > 40  # and a plan counts on it
    assert time_film(film_of((line("a"),)), 24, {"a": 2_000}).frames == time_film(film_of((line("a"),)), 24, {"a": 1_000}).frames


def test_dual_dialogue_starts_together() -> None:
    timing = time_film(film_of((line("a"), line("b", with_previous=True))), 24, {"a": 48_000, "b": 96_000})
    beats = timing.shots["shot0"].beats
    assert beats["a"].start == beats["b"].start


def test_a_longer_line_leaves_other_shots_as_they_were() -> None:
    film = film_of((line("a"),), (line("b"),))
    before, after = time_film(film, 24, {"a": 48_000, "b": 48_000}), time_film(film, 24, {"a": 90_000, "b": 48_000})
    assert before.shots["shot1"] == after.shots["shot1"]
    assert before.shots["shot0"] != after.shots["shot0"]


@pytest.mark.parametrize("seconds", [10, 14, 18])
def test_a_target_length_is_met_by_breathing(seconds: int) -> None:
    film = film_of((line("a"), Happening(id="h", seconds=Fraction(8)), line("b")), target=Fraction(seconds))
    timing = Pacing().make(TimingRequest(film=film, fps=24, speech_samples={"a": 48_000, "b": 96_000}), desk=None)  # type: ignore[arg-type]
    assert abs(timing.frames / 24 - seconds) < 0.2
    assert timing.degraded == ()


def test_a_target_below_the_speech_says_so() -> None:
    film = film_of((line("a"),), target=Fraction(5))
    timing = Pacing().make(TimingRequest(film=film, fps=24, speech_samples={"a": 20 * 48_000}), desk=None)  # type: ignore[arg-type]
    assert "the speech alone is longer" in timing.degraded[0]


def test_a_line_without_speech_is_an_error() -> None:
    with pytest.raises(EngineError, match="1 lines have no speech"):
        Pacing().make(TimingRequest(film=film_of((line("a"),)), fps=24), desk=None)  # type: ignore[arg-type]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(1, 400_000), max_size=4), min_size=1, max_size=6), st.sampled_from([24, 25, 30]))
def test_shots_tile_their_scene_and_beats_stay_inside_their_shot(lengths: list[list[int]], fps: int) -> None:
    shots, samples = [], {}
    for index, shot in enumerate(lengths):
        beats = []
        for number, length in enumerate(shot):
            samples[f"{index}-{number}"] = length
            beats.append(line(f"{index}-{number}"))
        shots.append(tuple(beats))
    timing = time_film(film_of(*shots), fps, samples)
    cursor = 0
    for shot_id, (first, last) in timing.scenes["s"].shot_spans.items():
        assert first == cursor
        cursor = last
        assert last - first == timing.shots[shot_id].frames
        for beat in timing.shots[shot_id].beats.values():
            assert 0 <= beat.start < beat.end <= last - first
    assert cursor == timing.frames == timing.scenes["s"].frames
    assert list(timing.scenes["s"].beat_starts.values()) == sorted(timing.scenes["s"].beat_starts.values())
