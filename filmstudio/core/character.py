"""Characters: first-class assets with an id, a mode, a type, versions and an identity that keeps them the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field, JsonValue, field_validator
from pydantic_core import PydanticCustomError

from filmstudio.core.media import MediaRef
from filmstudio.core.model import Record

Mode = Literal["actor", "avatar", "brand"]
Kind = Literal["photorealistic", "stylized", "animated", "creature", "mascot", "voice"]
Stage = Literal["concept", "casting", "final", "alternate"]
Age = Literal["baby", "child", "teen", "young", "adult", "elder"]
Gender = Literal["female", "male", "nonbinary"]

LARGEST_MEASURE = 1_000.0
"""Bound of every number in a look: packs measure in drawing units of a head, degrees, and factors on a template."""


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

    @field_validator("look", mode="after")
    @classmethod
    def _drawable(cls, look: dict[str, JsonValue]) -> dict[str, JsonValue]:
        for where, number in _numbers(look, ""):
            if not abs(number) <= LARGEST_MEASURE:
                raise PydanticCustomError(
                    "look_too_large",
                    "{where} is {number}, and no measure of a look is beyond {most}; the looks that casting makes show what is usual",
                    {"where": where, "number": f"{number:g}", "most": f"{LARGEST_MEASURE:g}"},
                )
        return look


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


def _numbers(value: JsonValue, where: str) -> Iterator[tuple[str, float]]:
    """Every number of a look with its place, such as ``body.s`` or ``pose.legs.0.1``."""
    if isinstance(value, dict | list):
        inner = value.items() if isinstance(value, dict) else enumerate(value)
        for step, held in inner:
            yield from _numbers(held, f"{where}.{step}" if where else str(step))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield where, value
