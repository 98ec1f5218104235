"""Form: which stretches of a scene have music, and how bars lie in them. Bars are laid backwards from the out point."""

from __future__ import annotations

from dataclasses import dataclass

from filmstudio.plugins.music.situation import Situation

FIRST = 0.3
"""No cue starts earlier, seconds: a cue enters on a thought, not on the cut."""
_SHORT = 75.0
_PAUSE = 9.0
"""Least silence between two passages, seconds (music direction, section 2: 8 s)."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of music: it sneaks in at ``start``, its last note begins at ``last`` and is let go at ``end``."""

    start: float
    last: float
    end: float
    kind: str
    """statement, underscore, sting, drone, closing or theme."""

    @property
    def length(self) -> float:
        """Seconds from the first sound to the release of the last."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Bars:
    """Equal bars from ``start`` to ``last``, where the last note falls; what is left before ``start`` is the intro."""

    start: float
    last: float
    beat: float
    """Seconds."""
    beats: int
    """Beats to a bar."""
    count: int

    def at(self, bar: int, beat: float = 0.0) -> float:
        """The time of a beat of a bar, seconds."""
        return self.start + (bar * self.beats + beat) * self.beat

    @property
    def bar(self) -> float:
        """Length of a bar, seconds."""
        return self.beat * self.beats


def passages(scene: Situation) -> list[Passage]:
    """The passages of a scene, in order and apart."""
    length = scene.seconds
    if length < 1.2:
        return []
    start = min(FIRST, length / 4)
    if scene.purpose == "sting":
        end = min(start + 3.2, length)
        return [Passage(start, start + min(1.1, (end - start) * 0.4), end, "sting")]
    if scene.purpose == "drone":
        return [Passage(start, max(start, length - 2.0), length, "drone")]
    if scene.purpose == "theme":
        return _programme(scene, start)
    if length <= _SHORT or scene.purpose == "credits":
        kind = "closing" if scene.purpose == "credits" else "statement" if scene.purpose == "title" else "underscore"
        return [_passage(start, length, kind)]
    return _spread(scene, start)


def _passage(start: float, end: float, kind: str) -> Passage:
    hold = min(2.5, max(0.5, (end - start) * 0.12))
    return Passage(start, end - hold, end, kind)


def _programme(scene: Situation, start: float) -> list[Passage]:
    """A programme's theme: 6 to 12 s at the head; and an outro of the same notes where the end leaves room."""
    opening = min(start + 10.0, scene.seconds)
    found = [_passage(start, opening, "theme")]
    spoken = max((last for _, last in scene.speech), default=0.0)
    closing = max(scene.seconds - 9.0, spoken - 1.0, opening + _PAUSE)
    if scene.seconds - closing >= 2.0:
        found.append(_passage(closing, scene.seconds, "closing"))
    return found


def _spread(scene: Situation, start: float) -> list[Passage]:
    """A long scene: passages of half a minute or so with silence between them; the first opens it and the last closes it."""
    talk = scene.spoken(0, scene.seconds)
    play, rest = 45.0 - 20.0 * talk, _PAUSE + 20.0 * talk
    turns = max(2, round((scene.seconds + rest) / (play + rest)))
    play = (scene.seconds - start - rest * (turns - 1)) / turns
    found = []
    for turn in range(turns):
        begin = start + turn * (play + rest)
        end = begin + play
        if turn < turns - 1:
            end = _exit(scene, end)
        kind = "closing" if turn == turns - 1 else "statement" if turn == 0 and scene.purpose == "title" else "underscore"
        found.append(_passage(begin if turn == 0 else _entrance(scene, begin), end, kind))
    return found


def _exit(scene: Situation, near: float) -> float:
    """An exit on the first word of a line, when one is within 4 s."""
    return min((first for first, _ in scene.speech if abs(first - near) < 4.0), key=lambda first: abs(first - near), default=near)


def _entrance(scene: Situation, near: float) -> float:
    """An entrance at the end of a line, 8 frames after it, when one is within 4 s."""
    ends = (last + 1 / 3 for _, last in scene.speech if abs(last - near) < 4.0)
    return min(ends, key=lambda last: abs(last - near), default=near)


def lay(passage: Passage, tempo: tuple[float, float], beats: int, lively: float = 0.5) -> Bars:
    """Bars of ``beats`` beats between the passage's start and its last note.

    The tempo is chosen in its range so that whole bars leave an intro of about one bar; a passage too short for one bar has none.
    """
    room = max(0.0, passage.last - passage.start)
    low, high = tempo
    wished = low + (high - low) * lively

    def bars_at(bpm: float) -> tuple[int, float]:
        bar = 60 / bpm * beats
        count = int(max(0.0, room - 0.35 * bar) // bar)
        return count, room - count * bar

    def oddness(bpm: float) -> tuple[int, float]:
        return bars_at(bpm)[0] % 2, abs(bpm - wished)

    tries = [low + (high - low) * step / 16 for step in range(17)]
    bpm = min(tries, key=oddness) if room > 60 / high * beats else wished
    count, _ = bars_at(bpm)
    beat = 60 / bpm
    return Bars(passage.last - count * beats * beat, passage.last, beat, beats, count)
