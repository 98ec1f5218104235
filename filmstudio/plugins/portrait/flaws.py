"""Flaws of a look: everything in it that cannot be drawn, and every word that would be passed over, known without drawing."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from typing import Final

from pydantic import JsonValue

from filmstudio.core.errors import InputError, Problem, Severity
from filmstudio.plugins.art.pack import ArtPack
from filmstudio.plugins.portrait.menagerie import Bestiary
from filmstudio.plugins.portrait.palette import Palette
from filmstudio.plugins.portrait.person import Person
from filmstudio.plugins.portrait.sprites import SpriteArtist, sprite_key

_SLOT: Final = re.compile(r'class="(\w+?)(?:_s)?"')
_WORN: Final = ("hat", "face", "logo")
"""What a creature may wear."""
_MOST: Final = 40
"""Most flaws of one look that are told: to find what is near takes some milliseconds, and a look may name thousands of parts."""


def flaws(look: Mapping[str, JsonValue], pack: ArtPack) -> tuple[Problem, ...]:
    """Everything wrong with a look; each message begins with the place in it. Warnings are of words that mean nothing to the pack."""
    try:
        found = _of_creature(Bestiary.of(look, pack), pack) if "creature" in look else _of_person(Person.of(look), pack)
        return tuple(islice(found, _MOST))
    except InputError as error:
        return tuple(replace(problem, message=_lower(problem.message)) for problem in error.problems[:_MOST])


def _of_person(person: Person, pack: ArtPack) -> Iterator[Problem]:
    head, body = person.head, person.body
    if person.pose.emo not in pack.emotions:
        yield Problem(f"pose.emo: the art pack {pack.name!r} has no emotion {person.pose.emo!r}.", _near(person.pose.emo, pack.emotions))
    try:
        palette = person.palette(pack)
    except InputError as error:
        yield Problem(f"skin: {_lower(error.problem.message)}", error.problem.remedy)
        palette = None
    artist = palette and SpriteArtist(pack, palette, head.eye.shape)
    for where, names in person.pieces():
        drawn = True
        for name in names.split("+"):
            if name not in pack.parts:
                drawn = False
                yield _no_part(where, name, pack)
        if artist and drawn:
            remap, whole = (head.remap, "*") if where.startswith("head") else (body.remap, "hand" if "hand" in names else "")
            yield from _colours(where, artist, names, remap, whole)
    exchanged = {slot for remap in (*head.remap.values(), *body.remap.values()) for slot in remap.values()}
    yield from _slots(person.slots, exchanged, pack)


def _of_creature(bestiary: Bestiary, pack: ArtPack) -> Iterator[Problem]:
    look, eye = bestiary.look, bestiary.creature.head.eye.shape
    yield from _worn(look.wear, SpriteArtist(pack, bestiary.palette(), eye), pack)
    presets = {bestiary.creature.preset, *bestiary.creature.bodies, *bestiary.presets}
    if look.preset is not None and look.preset not in presets:
        yield Problem(f"preset: {look.creature!r} has no body {look.preset!r}.", _near(look.preset, presets), severity=Severity.WARNING)
    yield from _slots(look.slots, {*bestiary.creature.slots, *bestiary.trim}, pack)


def _worn(wear: Mapping[str, str], artist: SpriteArtist, pack: ArtPack) -> Iterator[Problem]:
    for slot, name in wear.items():
        where = f"wear.{slot}"
        if slot not in _WORN:
            yield Problem(f"{where}: creatures wear nothing there.", f"They wear {', '.join(_WORN)}.", severity=Severity.WARNING)
        elif name and name not in pack.parts:
            yield _no_part(where, name, pack)
        elif name:
            yield from _colours(where, artist, name, {}, "")


def _colours(where: str, artist: SpriteArtist, names: str, remap: Mapping[str, Mapping[str, str]], whole: str) -> Iterator[Problem]:
    """The colours that a part is drawn in and the look does not have."""
    try:
        artist.markup(sprite_key(names, remap, whole=whole))
    except InputError as error:
        yield Problem(f"{where}: {_lower(error.problem.message)}", error.problem.remedy)


def _slots(slots: Mapping[str, str], more: Collection[str], pack: ArtPack) -> Iterator[Problem]:
    known = {*_slots_of(pack), *more}
    for slot in slots:
        if slot.removesuffix("_shade").removesuffix("_light") not in known:
            yield Problem(f"slots.{slot}: nothing has this colour, and it is passed over.", _near(slot, known), severity=Severity.WARNING)


@lru_cache(maxsize=8)
def _slots_of(pack: ArtPack) -> frozenset[str]:
    """The slots that anything in a pack is drawn in, shades and lights under the name of their colour, and those that eyes have."""
    drawn = {slot for part in pack.parts.values() for slot in _SLOT.findall(part.markup)}
    named = {*drawn, *Palette.of({"skin": "#000000"}).slots}
    return frozenset(slot.removesuffix("_shade").removesuffix("_light") for slot in named)


def _no_part(where: str, name: str, pack: ArtPack) -> Problem:
    return Problem(f"{where}: the art pack {pack.name!r} has no part {name!r}.", _near(name, pack.parts))


def _near(word: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(word, sorted(known), n=4, cutoff=0.6)
    return f"Near it: {', '.join(near)}." if near else f"There are: {', '.join(sorted(known))}." if len(known) <= 24 else ""


def _lower(message: str) -> str:
    return message[:1].lower() + message[1:]
