"""Harmony: numerals mean what western.json says, and voices move as little as they can."""

from __future__ import annotations

import json
from importlib import resources
from itertools import pairwise

import pytest

from filmstudio.plugins.music.harmony import Chord, bass_line, chord, voice
from filmstudio.plugins.music.knowledge import western_moods

TABLE = json.loads(resources.files("filmstudio.plugins.music").joinpath("data", "western.json").read_text(encoding="utf-8"))["chords"]
LINES = [(mood.id, line) for mood in western_moods().values() for line in mood.progressions]


@pytest.mark.parametrize(("key", "name", "tones"), [(key, name, tones) for key in ("major", "minor") for name, tones in TABLE[key].items()])
def test_a_numeral_means_the_chord_of_the_table(key: str, name: str, tones: list[int]) -> None:
    assert list(chord(name, minor=key == "minor").tones) == tones


@pytest.mark.parametrize("name", ["bII", "II", "bIII", "iv", "bVI", "bvi", "bVII", "bvii", "#iv°", "#i°", "bV"])
def test_borrowed_chords_are_those_of_the_table(name: str) -> None:
    assert sorted(chord(name).tones) == sorted(TABLE["mixture"][name])


def test_inversions_pedals_and_added_tones() -> None:
    assert (chord("V/7").bass, chord("IV6").bass, chord("iv/1").bass, chord("bII6").bass) == (11, 9, 0, 5)
    assert (chord("V7").tones, chord("Imaj7").tones, chord("Vsus4").tones) == ((7, 11, 2, 5), (0, 4, 7, 11), (7, 0, 2))
    with pytest.raises(ValueError, match="not a chord"):
        chord("H")


def voiced(line: tuple[str, ...]) -> tuple[list[Chord], list[tuple[int, int, int]]]:
    minor = any(name.removeprefix("pedal:") in {"i", "i5"} for name in line)
    chords = [chord(name, minor=minor) for name in line * 2]
    return chords, voice(chords, 50)


@pytest.mark.parametrize(("mood", "line"), LINES)
def test_voices_move_by_small_steps_inside_their_range(mood: str, line: tuple[str, ...]) -> None:
    chords, trios = voiced(line)
    for each, trio in zip(chords, trios, strict=True):
        assert all((pitch - 50) % 12 in each.tones for pitch in trio)
        assert 50 <= trio[0] < trio[1] < trio[2] <= 76
        assert trio[1] - trio[0] <= 12
        assert trio[2] - trio[1] <= 12
    for before, after in pairwise(trios):
        assert max(abs(now - then) for now, then in zip(after, before, strict=True)) <= 5, mood


@pytest.mark.parametrize(("mood", "line"), LINES)
def test_outer_voices_make_no_parallel_fifths_or_octaves(mood: str, line: tuple[str, ...]) -> None:
    chords, trios = voiced(line)
    for (one, low), (two, high) in pairwise(zip(chords, trios, strict=True)):
        if one.bass == two.bass or low[2] == high[2]:
            continue
        then, now = (low[2] - 50 - one.bass) % 12, (high[2] - 50 - two.bass) % 12
        assert not (then == now and now in {0, 7}), (mood, one.name, two.name)


def test_common_tones_stay() -> None:
    first, second = voice([chord("I"), chord("vi")], 50)
    assert len(set(first) & set(second)) >= 1
    assert sum(abs(now - then) for now, then in zip(second, first, strict=True)) <= 4


@pytest.mark.parametrize(("mood", "line"), LINES)
def test_the_bass_stays_low_and_plays_its_chord(mood: str, line: tuple[str, ...]) -> None:
    chords, _ = voiced(line)
    basses = bass_line(chords, 50)
    assert all(31 <= pitch <= 48 and (pitch - 50 - each.bass) % 12 == 0 for pitch, each in zip(basses, chords, strict=True)), mood
