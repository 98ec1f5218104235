"""Rigs for looks: a person or a creature, whichever the look describes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from pydantic import JsonValue

from filmstudio.plugins.art.pack import ArtPack
from filmstudio.plugins.portrait.beast import CreatureRig
from filmstudio.plugins.portrait.figure import PersonRig
from filmstudio.plugins.portrait.layer import Rig, SpriteKey
from filmstudio.plugins.portrait.menagerie import Bestiary
from filmstudio.plugins.portrait.person import Person
from filmstudio.plugins.portrait.pose import Pose
from filmstudio.plugins.portrait.rest import person_pose
from filmstudio.plugins.portrait.sprites import SpriteArtist


class PosableRig(Rig, Protocol):
    """A rig that also knows how its sprites are drawn and how its figure stands by nature."""

    @property
    def artist(self) -> SpriteArtist:
        """Draws the sprites that the layers name."""
        ...

    def detail(self, key: SpriteKey) -> float:
        """How large the sprite's own unit is drawn, in character units: what its pictures are rasterised for."""
        ...

    def rest(self, emotion: str | None = None) -> Pose:
        """How the figure stands by nature, with the face of ``emotion`` (its own when None)."""
        ...


class CastRig(PersonRig):
    """A person's rig with the pose that the person takes by nature."""

    def rest(self, emotion: str | None = None) -> Pose:
        """How the person stands by nature, with the face of ``emotion`` (their own when None)."""
        return person_pose(self.person, self._pack, emotion)


def rig_for(look: Mapping[str, JsonValue], pack: ArtPack) -> PosableRig:
    """The rig of a look: a person (keys skin, slots, head, body, pose) or a creature (key creature).

    Raises:
        InputError: the look cannot be drawn from this pack.
    """
    if "creature" in look:
        return CreatureRig(Bestiary.of(look, pack), pack)
    return CastRig(Person.of(look), pack)
