"""Spotting: where there is music and where there is none, and what it is asked to do (music direction, sections 1 to 3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from filmstudio.core.film import MusicBrief
from filmstudio.core.requests import BreakdownResult, SceneNote
from filmstudio.plugins.breakdown.cultures import music_tradition

MOST_SCORED = Fraction(3, 5)
"""Share of a drama that may be scored."""
_ALWAYS_UP_TO = 2
"""Films of this many scenes are scored throughout."""
_LOUD_MOODS = frozenset({"tense", "epic", "eerie", "triumphant", "romantic", "sad", "joyful", "devotional"})


@dataclass(frozen=True, slots=True)
class Spot:
    """A scene with what spotting weighs."""

    note: SceneNote
    seconds: Fraction
    spoken: Fraction
    """Share of the scene in which somebody speaks."""


def spot(breakdown: BreakdownResult, spots: Sequence[Spot]) -> list[MusicBrief | None]:
    """A brief for every scene, or None where the scene plays without music.

    The first scene states the theme and the last brings it back. Between them the scenes that hide most (strong mood, little
    talk) are scored until three fifths of the film are; two neighbours of the same mood do not both get a cue.
    """
    if breakdown.kind == "podcast":
        return [
            _brief(spot.note, "theme", "the programme's theme opens and closes it") if index == 0 else None
            for index, spot in enumerate(spots)
        ]
    if breakdown.kind == "poem":
        return [_brief(spot.note, "drone", "a drone under the voice; nothing answers while words sound", 0.2) for spot in spots]
    briefs: list[MusicBrief | None] = [None] * len(spots)
    if not spots:
        return briefs
    if len(spots) <= _ALWAYS_UP_TO or breakdown.kind == "silent":
        return [_brief(each.note, _purpose(index, len(spots)), _reason(index, len(spots), each.note)) for index, each in enumerate(spots)]
    total = sum((each.seconds for each in spots), Fraction(0))
    scored = Fraction(0)
    order = [0, len(spots) - 1]
    order += sorted(range(1, len(spots) - 1), key=lambda index: (-_need(spots[index]), index))
    for index in order:
        each = spots[index]
        kept = index in (0, len(spots) - 1)
        beside = [spots[other] for other in (index - 1, index + 1) if 0 <= other < len(spots) and briefs[other] is not None]
        repeats = any(other.note.mood == each.note.mood and each.seconds < 20 for other in beside)
        if not kept and (scored + each.seconds > MOST_SCORED * total or repeats or _need(each) < 0.25):
            continue
        briefs[index] = _brief(each.note, _purpose(index, len(spots)), _reason(index, len(spots), each.note))
        scored += each.seconds
    return briefs


def _need(each: Spot) -> float:
    """How much a scene asks for music: what it hides, less what its talk already says."""
    loud = 0.35 if each.note.mood in _LOUD_MOODS else 0.0
    return each.note.intensity + loud + 0.3 * float(1 - each.spoken)


def _purpose(index: int, scenes: int) -> str:
    if index == 0:
        return "title"
    return "credits" if index == scenes - 1 else "underscore"


def _reason(index: int, scenes: int, note: SceneNote) -> str:
    if index == 0:
        return "states the theme under the title, then makes room for the first words"
    if index == scenes - 1:
        return "brings the theme back for the end"
    return f"says what is not said: {note.mood}"


def _brief(note: SceneNote, purpose: str, reason: str, intensity: float | None = None) -> MusicBrief:
    held = min(1.0, max(0.05, note.intensity if intensity is None else intensity))
    return MusicBrief.model_validate(
        {"purpose": purpose, "tradition": music_tradition(note.culture), "mood": note.mood, "intensity": held, "reason": reason}
    )
