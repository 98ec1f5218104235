"""Characters: first-class assets with an id, a mode, a type, versions and an identity that keeps them the same."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, JsonValue

from filmstudio.core.media import MediaRef
from filmstudio.core.model import Record

Mode = Literal["actor", "avatar", "brand"]
Kind = Literal["photorealistic", "stylized", "animated", "creature", "mascot", "voice"]
Stage = Literal["concept", "casting", "final", "alternate"]
Age = Literal["baby", "child", "teen", "young", "adult", "elder"]
Gender = Literal["female", "male", "nonbinary"]


class VoiceChoice(Record):
    """Which voice speaks for a character, and how it is shifted to stay apart from the others."""

    voice: str = Field(description="id of a voice in the catalogue, such as en-us-junie")
    pitch_semitones: float = Field(default=0.0, ge=-12, le=12)
    rate: float = Field(default=1.0, ge=0.5, le=2.0)
    formant: float = Field(default=1.0, ge=0.8, le=1.4, description="factor on the voice's formant ratio")


class Identity(Record):
    """What keeps a character the same in every shot."""

    seed: int = Field(ge=0)
    pack: str = Field(description="art pack that the look is drawn from")
    look: dict[str, JsonValue] = Field(default_factory=dict, description="the pack's own description of the person; opaque to core")
    voice: VoiceChoice | None = None
    references: tuple[MediaRef, ...] = ()


class Character(Record):
    """Someone in the film. Never just a prompt: the identity is locked when the character is cast."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", description="stable, made from the name; safe in a file name")
    name: str
    mode: Mode = "avatar"
    kind: Kind = "animated"
    stage: Stage = "casting"
    version: int = Field(default=1, ge=1)
    age: Age = "adult"
    gender: Gender = "nonbinary"
    culture: str = "western"
    description: str = ""
    role: Literal["lead", "supporting", "minor", "narrator"] = "supporting"
    seen: bool = Field(default=True, description="false for a voice that is never drawn, such as a narrator")
    identity: Identity
