"""The drawn cast: an engine that gives every name of a script a drawn identity and a voice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, Literal

from filmstudio.core.character import Character, Identity, Kind
from filmstudio.core.engine import Desk, Needs, SingleEngine
from filmstudio.core.errors import Unsupported
from filmstudio.core.model import seed_from
from filmstudio.core.requests import CastNote, CastRequest, CastResult
from filmstudio.plugins.casting import STYLE
from filmstudio.plugins.casting.look import ALIKE, Person, likeness, look_of
from filmstudio.plugins.casting.part import Part, part_of
from filmstudio.plugins.casting.wardrobe import PACK

Role = Literal["lead", "supporting", "minor", "narrator"]

_REROLLS = 12
"""Most new lots drawn for somebody who looks like somebody else."""


class DrawnCast(SingleEngine[CastRequest, CastResult]):
    """Casts from the words of the script: looks from the house art pack, voices from the studio's catalogue."""

    name: ClassVar[str] = "drawn-cast"
    version: ClassVar[str] = "3"
    role: ClassVar[str] = "casting"
    summary: ClassVar[str] = "drawn people of the house pack, dressed and voiced from the script's own words"
    needs: ClassVar[Needs] = Needs(cpu=1.0, memory_mb=256)

    def make(self, request: CastRequest, desk: Desk) -> CastResult:
        """Cast everyone.

        Raises:
            InputError: a voice in ``request.voices`` does not exist, or is chosen for nobody.
            Unsupported: the style is another than drawn.
        """
        from filmstudio.plugins.casting.voices import Speaker, cast_voices  # measures, with NumPy: who only lists engines does without

        if request.style != STYLE:
            raise Unsupported(f"there is no cast in the style {request.style!r}.", remedy=f"This engine has one style: {STYLE}.")
        parts = _with_heritage([part_of(note) for note in request.cast])
        people = _distinguishable(parts, request.seed)
        roles = _roles(request.cast)
        speakers = [
            Speaker(note, part, lead=roles[note.id] == "lead", host=_is_host(note)) for note, part in zip(request.cast, parts, strict=True)
        ]
        voices, remarks = cast_voices(speakers, request.voices, request.scenes_together)
        stand_ins = tuple(
            (part.name, f"the house pack has no {part.stand_in}; a {part.creature} plays the part.", True)
            for part in parts
            if part.stand_in
        )
        characters = tuple(
            Character(
                id=note.id,
                name=note.name,
                kind=_kind(note, part),
                age=part.age,
                gender=part.gender,
                culture=note.culture,
                description=note.description,
                role=roles[note.id],
                seen=note.seen,
                identity=Identity(seed=seed_from(request.seed, note.id), pack=PACK, look=person.look, voice=voices[note.id]),
            )
            for note, part, person in zip(request.cast, parts, people, strict=True)
        )
        told = stand_ins + remarks
        return CastResult(
            characters=characters, remarks=told, degraded=tuple(f"{about}: {text}" for about, text, degraded in told if degraded)
        )


def _with_heritage(parts: Sequence[Part]) -> list[Part]:
    """Parts whose relatives' skin was spoken of take after the first of those."""
    said: dict[str, str] = {}
    for part in parts:
        if part.family and part.reading.skin:
            said.setdefault(part.family, part.reading.skin)
    return [replace(part, heritage=said[part.family]) if part.family in said else part for part in parts]


def _distinguishable(parts: Sequence[Part], seed: int) -> list[Person]:
    """Everyone's look. Somebody who would be taken for somebody before them is drawn again, from lots of their own."""
    people: list[Person] = []
    for part in parts:
        before = list(zip(people, parts, strict=False))
        rivals = [other for other, earlier in before if _comparable(part, earlier)]
        others = [] if part.creature else [other for other, earlier in before if not _comparable(part, earlier) and not earlier.creature]
        best, nearest = look_of(part, seed), 0
        for attempt in range(_REROLLS + 1):
            person = best if attempt == 0 else look_of(part, seed, attempt)
            closest = max([*(likeness(person, other) for other in rivals), *(_dressed_alike(person, other) for other in others)], default=0)
            if attempt == 0 or closest < nearest:
                best, nearest = person, closest
            if nearest < ALIKE:
                break
        people.append(best)
    return people


def _dressed_alike(one: Person, other: Person) -> int:
    """Points for the same clothes on people nobody would confuse: a man and a woman in one jacket look like a uniform."""
    return ALIKE + int(one.colour == other.colour) if one.outfit and one.outfit == other.outfit else 0


def _comparable(one: Part, other: Part) -> bool:
    return one.sex == other.sex and one.wardrobe_age == other.wardrobe_age and bool(one.creature) == bool(other.creature)


def _roles(cast: Sequence[CastNote]) -> dict[str, Role]:
    """Who carries the film: at most three people with a fifth of the lines or more; two lines or fewer are a minor part."""
    spoken = sum(note.lines for note in cast if not note.narrator)
    ranked = sorted((note for note in cast if not note.narrator and note.lines), key=lambda note: (-note.lines, note.id))
    leads = {note.id for note in ranked[:3] if note.lines * 5 >= spoken}

    def role(note: CastNote) -> Role:
        if note.narrator:
            return "narrator"
        if note.id in leads:
            return "lead"
        return "minor" if note.lines <= 2 else "supporting"

    return {note.id: role(note) for note in cast}


def _is_host(note: CastNote) -> bool:
    return any(
        word in f"{note.role_word} {note.description} {note.name}".lower().split() for word in ("host", "cohost", "co-host", "guest")
    )


def _kind(note: CastNote, part: Part) -> Kind:
    if part.creature:
        return "creature"
    return "animated" if note.seen else "voice"
