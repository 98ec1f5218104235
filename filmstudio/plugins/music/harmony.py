"""Functional harmony: chords from Roman numerals, and voices that move as little as they can."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

MAJOR = (0, 2, 4, 5, 7, 9, 11)
MINOR = (0, 2, 3, 5, 7, 8, 10)
_NUMERALS = {"i": 0, "ii": 1, "iii": 2, "iv": 3, "v": 4, "vi": 5, "vii": 6}
_CHORD = re.compile(r"^(?P<alter>[b#]?)(?P<numeral>[IViv]+)(?P<kind>°?)(?P<more>maj7|add9|sus4|b5|5|6|7)?(?:/(?P<bass>\d))?$")
MOST_MOVE = 5
"""Largest step of an upper voice where a choice exists, semitones (western.json: voice_leading)."""
UPPER_RANGE = (50, 76)
"""Where the three upper voices lie, MIDI."""


@dataclass(frozen=True, slots=True)
class Chord:
    """Pitch classes above the tonic, the root first; the bass may be another of them or a pedal."""

    name: str
    tones: tuple[int, ...]
    bass: int


def chord(name: str, *, minor: bool = False) -> Chord:
    """The chord that a Roman numeral names; ``minor`` reads VI, III and VII as degrees of natural minor.

    >>> chord("V/7"), chord("VI", minor=True).tones, chord("#iv°").tones
    (Chord(name='V/7', tones=(7, 11, 2), bass=11), (8, 0, 3), (6, 9, 0))

    Raises:
        ValueError: it is no chord.
    """
    if name in {"pedal:1", "cluster"}:
        return Chord(name, (0, 1, 7) if name == "cluster" else (0, 7), 0)
    found = _CHORD.match(name.removeprefix("pedal:"))
    if found is None:
        raise ValueError(f"{name} is not a chord")
    numeral, more = found["numeral"], found["more"] or ""
    upper = numeral.isupper()
    degree = _NUMERALS[numeral.lower()]
    natural = minor and upper and not found["alter"] and degree in {2, 5, 6}
    root = (MINOR if natural else MAJOR)[degree] + {"b": -1, "#": 1}.get(found["alter"], 0)
    third, fifth = (4 if upper else 3), 7
    if found["kind"]:
        third, fifth = 3, 6
    tones = [root, root + third, root + fifth]
    if more == "5":
        tones = [root, root + 7]
    elif more == "b5":
        tones = [root - 1, root + 6]
    elif more == "sus4":
        tones = [root, root + 5, root + 7]
    elif more == "maj7":
        tones = [root, root + third, root + 7, root + 11]
    elif more == "7":
        tones = [root, root + third, root + 7, root + 10]
    elif more == "add9":
        tones = [root, root + third, root + 7, root + 14]
    classes = tuple(tone % 12 for tone in tones)
    bass = classes[0]
    if more == "6":
        bass = classes[1]
    elif found["bass"]:
        bass = MAJOR[int(found["bass"]) - 1]
    return Chord(name, classes, bass)


def voice(chords: Sequence[Chord], tonic: int, low: int = UPPER_RANGE[0], high: int = UPPER_RANGE[1]) -> list[tuple[int, int, int]]:
    """Three upper voices for each chord, low to high, MIDI.

    Common tones stay and the others go to the nearest free tone; neighbours are at most an octave apart; the top voice makes
    no parallel fifths or octaves with the bass where another voicing exists.
    """
    voiced: list[tuple[int, int, int]] = []
    centre = (low + high) / 2
    for place, each in enumerate(chords):
        before = voiced[-1] if voiced else None
        pitches = [pitch for pitch in range(low, high + 1) if (pitch - tonic) % 12 in each.tones]
        needed = {tone for tone in each.tones if tone != each.bass or len(each.tones) <= 2} if len(each.tones) > 3 else set(each.tones)
        best: tuple[float, tuple[int, int, int]] | None = None
        for trio in itertools.combinations(pitches, 3):
            if trio[1] - trio[0] > 12 or trio[2] - trio[1] > 12 or trio[1] - trio[0] < 2:
                continue
            missing = len(needed - {(pitch - tonic) % 12 for pitch in trio})
            cost = 14.0 * missing + 0.15 * abs(sum(trio) / 3 - centre)
            cost += 1.5 * max(0, trio[2] - trio[0] - 14) + (3.0 if trio[2] - trio[1] < 2 else 0.0)
            if before is not None:
                moves = [abs(now - then) for now, then in zip(trio, before, strict=True)]
                cost += sum(moves) + 8.0 * sum(move > MOST_MOVE for move in moves)
                cost += 25.0 * _parallel(before[2], trio[2], chords[place - 1].bass + tonic, each.bass + tonic)
            if best is None or (cost, trio) < best:
                best = (cost, trio)
        voiced.append(best[1] if best else voiced[-1] if voiced else (low, low + 7, low + 12))
    return voiced


def _parallel(top_before: int, top: int, bass_before: int, bass: int) -> bool:
    """Whether the outer voices move from a fifth or octave to another one."""
    if top == top_before or (bass - bass_before) % 12 == 0:
        return False
    then, now = (top_before - bass_before) % 12, (top - bass) % 12
    return then == now and now in {0, 7}


def bass_line(chords: Sequence[Chord], tonic: int, low: int = 31, high: int = 48) -> list[int]:
    """The bass of each chord: the nearest octave to the one before; after a leap wider than a fifth it prefers to turn back."""
    line: list[int] = []
    for each in chords:
        choices = [pitch for pitch in range(low, high + 1) if (pitch - tonic - each.bass) % 12 == 0]
        if not line:
            line.append(min(choices, key=lambda pitch: abs(pitch - (low + high) / 2)))
            continue
        leapt = line[-1] - line[-2] if len(line) > 1 else 0
        onward = [pitch for pitch in choices if abs(leapt) <= 7 or (pitch - line[-1]) * leapt <= 0] or choices
        line.append(min(onward, key=lambda pitch: (abs(pitch - line[-1]), pitch)))
    return line


def scale_of(mode: str, *, minor: bool) -> tuple[int, ...]:
    """Scale steps of a mood's mode, semitones above the tonic."""
    if "lydian" in mode and not minor:
        return (0, 2, 4, 6, 7, 9, 11)
    if "dorian" in mode and minor:
        return (0, 2, 3, 5, 7, 9, 10)
    if mode == "phrygian":
        return (0, 1, 3, 5, 7, 8, 10)
    if mode == "major pentatonic":
        return (0, 2, 4, 7, 9)
    return MINOR if minor else MAJOR
