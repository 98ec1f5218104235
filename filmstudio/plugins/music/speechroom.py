"""Making room for words (music direction, section 4): what a score may still do while somebody speaks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from filmstudio.plugins.music.score import Instrument, Note, Score
from filmstudio.plugins.music.situation import Span

LOW, HIGH = 57.0, 84.0
"""Speech's own register, MIDI: below and above it music may move."""
ATTACK_GAP = 2.0
"""Seconds between attacks in that register under words: 0.5 a second."""
CLEAR = 0.15
"""No attack this close to a line's first word, seconds."""
_SAFE_STROKES = frozenset({"Ge", "Ga", "Thom"})
_SHORTEST = 0.3


@dataclass(frozen=True, slots=True)
class _Slot:
    part: int
    instrument: Instrument
    note: Note


def make_room(score: Score, speech: Sequence[Span]) -> Score:
    """The score with nothing that fights the words.

    Melody is let go before a line begins; of all voices in speech's register one may be sustained; it may attack once in two
    seconds; drums other than low, soft ones are silent; nothing at all attacks within 150 ms of a line's first word.
    """
    if not speech:
        return score
    slots = [_Slot(index, part.instrument, note) for index, part in enumerate(score.parts) for note in part.notes]
    slots.sort(key=lambda slot: (slot.note.start, _rank(slot.instrument), slot.note.pitch))
    kept: list[list[Note]] = [[] for _ in score.parts]
    held_until, attacked = -10.0, -10.0
    for slot in slots:
        note = slot.note
        late = next((first for first, _ in speech if abs(note.start - first) < CLEAR), None)
        if late is not None:
            earlier = late - CLEAR - 0.02
            if slot.instrument.role not in {"pad", "bass", "drone"} or earlier < 0.02:
                continue
            note = replace(note, start=earlier, length=note.end - earlier)
        under = next((span for span in speech if note.start < span[1] and note.end > span[0]), None)
        if under is None or _safe(slot.instrument, note):
            kept[slot.part].append(note)
            continue
        if slot.instrument.sound in {"tabla", "drums"}:
            if note.start < under[0]:
                kept[slot.part].append(note)
            continue
        begins_under = note.start >= under[0]
        free = note.start >= held_until and slot.instrument.role in {"pad", "drone", "counter"}
        if free and (not begins_under or note.start - attacked >= ATTACK_GAP):
            kept[slot.part].append(note)
            held_until = note.end
            attacked = note.start if begins_under else attacked
        elif not begins_under and under[0] - 0.1 - note.start >= _SHORTEST:
            kept[slot.part].append(replace(note, length=under[0] - 0.1 - note.start))
    parts = tuple(replace(part, notes=tuple(notes)) for part, notes in zip(score.parts, kept, strict=True))
    return replace(score, parts=parts)


def _safe(instrument: Instrument, note: Note) -> bool:
    if instrument.sound == "tabla":
        return note.stroke in _SAFE_STROKES
    if instrument.sound == "drums" or instrument.role == "percussion":
        return False if instrument.sound == "drums" else note.pitch < 50 and note.velocity <= 80
    return note.pitch < LOW or (note.pitch > HIGH and instrument.role != "melody")


def _rank(instrument: Instrument) -> int:
    return ("pad", "drone", "counter", "bass", "arpeggio", "melody", "percussion").index(instrument.role)
