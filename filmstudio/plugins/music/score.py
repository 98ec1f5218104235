"""A score: what is played, by whom and when. Times are seconds from the start of the scene, pitches are MIDI numbers with fractions."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

Curve = tuple[tuple[float, float], ...]
"""Breakpoints (seconds from the note's start, value), straight between them, held after the last."""

Role = Literal["melody", "counter", "pad", "arpeggio", "bass", "drone", "percussion"]
Sound = Literal["font", "drums", "tabla", "tanpura"]


@dataclass(frozen=True, slots=True)
class Note:
    """One note. ``bend`` is in cents from ``pitch``, ``swell`` in dB."""

    start: float
    length: float
    pitch: float
    velocity: int
    bend: Curve = ()
    swell: Curve = ()
    stroke: str = ""
    """The tabla stroke, where the part is a tabla; the pitch is then that of the drum."""

    @property
    def end(self) -> float:
        """When the note is let go, seconds."""
        return self.start + self.length

    def moved(self, seconds: float) -> Note:
        """The same note ``seconds`` later."""
        return replace(self, start=self.start + seconds)


@dataclass(frozen=True, slots=True)
class Instrument:
    """Who plays a part: a General MIDI program (0-based) of the sound font, or one of the studio's own sounds."""

    role: Role
    name: str
    program: int = 0
    sound: Sound = "font"
    low: int = 21
    high: int = 108
    level_db: float = -18.0
    """Loudness beside dialogue, dB (orchestration.json: mix_db_vs_dialogue)."""
    pan: float = 0.0
    """-1 left to 1 right."""
    reverb: float = 0.25
    """Share sent to the room, 0 to 1."""
    release: float = 0.25
    """Least time in which a note dies when let go, seconds."""
    layer: int | None = None
    """A second program played 6 dB softer, 12 ms later and 4 cents apart, to hide a bare loop."""


@dataclass(frozen=True, slots=True)
class Part:
    """The notes of one instrument, in order of time."""

    instrument: Instrument
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """A whole cue.

    ``steps`` are the pitch classes that may sound, in cents above the tonic (0 to 1200); an empty tuple means all.
    """

    title: str
    tonic: int
    steps: tuple[float, ...]
    parts: tuple[Part, ...]
    seconds: float
    room: Literal["room", "hall", "vast"] = "room"
    beats: tuple[float, ...] = field(default=())
    """The pulse, seconds; empty where the music has none."""
    dynamics: Curve = ()
    """How everything swells and sinks: (seconds, dB)."""

    def pitched(self) -> list[tuple[Instrument, Note]]:
        """Every note that has a pitch, with its instrument, in order of time."""
        found = [(part.instrument, note) for part in self.parts if part.instrument.sound in {"font", "tanpura"} for note in part.notes]
        return sorted(found, key=lambda pair: (pair[1].start, pair[1].pitch, pair[0].name))
