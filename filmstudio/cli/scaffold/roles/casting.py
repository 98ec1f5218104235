"""A casting that gives everyone a voice in turn, and to each the one identity that its name and the seed make."""

from __future__ import annotations

from typing import ClassVar, get_args

from filmstudio.core.character import Age, Character, Gender, Identity, VoiceChoice
from filmstudio.core.engine import Desk, Needs, SingleEngine
from filmstudio.core.model import seed_from
from filmstudio.core.requests import CastNote, CastRequest, CastResult

VOICES = ("en-us-claire", "en-gb-rupert", "en-us-junie")
"""Voices of the studio's catalogue; see ``studio voices``."""


class Newcomer(SingleEngine[CastRequest, CastResult]):
    """Casts in the order of the script."""

    name: ClassVar[str] = "newcomer"
    version: ClassVar[str] = "1"
    role: ClassVar[str] = "casting"
    summary: ClassVar[str] = "Gives everyone the next voice in turn, and an identity that stays."
    needs: ClassVar[Needs] = Needs(memory_mb=128, licence="MIT")

    def make(self, request: CastRequest, desk: Desk) -> CastResult:
        """Cast everyone of a film."""
        cast = [self._cast(note, request, VOICES[index % len(VOICES)]) for index, note in enumerate(request.cast)]
        return CastResult(characters=tuple(cast))

    def _cast(self, note: CastNote, request: CastRequest, voice: str) -> Character:
        identity = Identity(
            seed=seed_from(request.seed, note.id), pack="house", voice=VoiceChoice(voice=request.voices.get(note.id, voice))
        )
        known = {"age": note.age if note.age in get_args(Age) else "adult", "gender": note.gender}
        if known["gender"] not in get_args(Gender):
            known["gender"] = "nonbinary"
        return Character.model_validate(
            {"id": note.id, "name": note.name, "description": note.description, "seen": note.seen, "identity": identity, **known}
        )
