"""Creatures as data: bodies of jointed parts, heads of layers, and the postures that their moods bring."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field, JsonValue, ValidationError

from filmstudio.core.errors import InputError
from filmstudio.core.model import Record
from filmstudio.plugins.art.pack import ArtPack
from filmstudio.plugins.portrait.palette import BASE, Palette, light_of, shade_of
from filmstudio.plugins.portrait.person import Colour, Eye, Remap, Slot, misfits

Point = tuple[float, float]
Channels = dict[str, float]
"""Degrees (or units) for each unit of a channel: ear, arm, tail, trunk, leg_a, leg_b, paw, neck, ray, lean, tilt, hx, hy, lift,
squash."""


class Speech(Record):
    """What a mouth does to a beak, a jaw and a tongue: 0..1 (laugh 1.2), mood -1..1."""

    open: float
    round: float
    mood: float
    tongue: float


class HeadLayer(Record):
    """One drawing on a creature's head."""

    part: str
    depth: float
    far: bool = Field(default=False, description="the mirrored twin on the far side")
    at: Point = (0.0, 0.0)
    ch: Channels = Field(default_factory=dict, description="what turns it")
    open: tuple[float, float, float] | None = Field(default=None, description="degrees, dx, dy at full opening")
    gape: bool = Field(default=False, description="grows with the opening")
    purse: float = Field(default=0.0, description="shortens on O and UW")
    tip: float | None = Field(default=None, description="tongue: degrees on L; not seen without a tongue")
    mood: float = Field(default=0.0, description="degrees at a full smile")
    short: float | None = Field(default=None, description="width left when the head faces us")
    jaw: float = Field(default=0.0, description="sinks with the jaw")
    show: tuple[str, ...] = Field(default=(), description="seen with these mouths only")
    slot: str | None = Field(default=None, description="what the look's wear may replace: hat, logo, face")
    remap: Remap = Field(default_factory=dict)


def _layer(value: object) -> object:
    """A layer is written as [part, depth] or [part, depth, options]."""
    if isinstance(value, list) and len(value) in (2, 3):
        options = value[2] if len(value) == 3 and isinstance(value[2], dict) else {}
        return {"part": value[0], "depth": value[1], **options}
    return value


class CreatureMouth(Record):
    """Where a creature wears the mouths that people speak with."""

    at: Point
    k: float
    s: float
    tall: float = 1.0
    r: float = 0.0
    remap: Remap = Field(default_factory=dict)


class CreatureHead(Record):
    """A creature's head, in head space (origin: middle of the eye line)."""

    at: Point
    pivot: Point = (-6.0, 92.0)
    s: float = 1.0
    eye: Eye
    eye_k: float = 0.13
    brow: str
    brow_y: float
    brow_s: float = 1.0
    brow_gain: float = 1.0
    blush_y: float = 0.0
    tilt_gain: float = 1.0
    mouth: CreatureMouth | None = None
    cast: str | None = Field(default=None, description="the part that throws the contact shade")
    hat: tuple[float, float, float] = (0.0, 0.0, 1.0)
    face: tuple[float, float, float] = (0.0, 0.0, 1.0)
    layers: tuple[Literal["eyes", "mouth", "brows", "blush"] | Annotated[HeadLayer, BeforeValidator(_layer)], ...]


class Node(Record):
    """A part of the body with what hangs on it: ``under`` behind it, ``in`` before it."""

    p: str = ""
    head: bool = False
    at: Point | None = None
    r: float = 0.0
    s: Point | None = None
    far: bool = False
    ch: Channels = Field(default_factory=dict)
    remap: Remap = Field(default_factory=dict)
    worn: bool = False
    under: tuple[Node, ...] = ()
    within: tuple[Node, ...] = Field(default=(), alias="in")


class Creature(Record):
    """One creature of a pack."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    scale: float = Field(gt=0)
    preset: str
    emo: str = "warm"
    lift: float = 0.0
    lean_gain: float = 1.0
    slots: dict[Slot, Colour]
    postures: dict[str, Channels] = Field(default_factory=dict, description="own additions to a mood")
    head: CreatureHead
    body: tuple[Node, ...]
    bodies: dict[str, tuple[Node, ...]] = Field(default_factory=dict, description="other bodies by preset")
    like: str | None = None


class CreatureLook(Record):
    """A look that names a creature. Keys that a caster keeps beside it are dropped."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    creature: str
    slots: dict[Slot, Colour] = Field(default_factory=dict, description="another coat")
    wear: dict[str, str] = Field(default_factory=dict, description="part by slot: hat, face, logo; an empty name takes it off")
    preset: str | None = None


class Bestiary(Record):
    """The creatures' knowledge that a look needs."""

    look: CreatureLook
    creature: Creature
    mouths: dict[str, Speech]
    postures: dict[str, Channels]
    presets: dict[str, Channels]
    trim: dict[Slot, Colour]

    @classmethod
    def of(cls, look: Mapping[str, JsonValue], pack: ArtPack) -> Bestiary:
        """Find the creature of a look in its pack.

        Raises:
            InputError: the pack has no such creature, or its data is wrong.
        """
        data = pack.creatures
        cast = data.get("cast") if isinstance(data, dict) else None
        name = str(look.get("creature"))
        drawn = cast.get(name) if isinstance(cast, dict) else None
        if not isinstance(data, dict) or not isinstance(cast, dict) or not isinstance(drawn, dict):
            known = ", ".join(sorted(cast)) if isinstance(cast, dict) else "none"
            raise InputError(f"The art pack {pack.name!r} has no creature {name!r}.", remedy=f"It draws: {known}.")
        like = cast.get(str(drawn.get("like")))
        try:
            worn = CreatureLook.model_validate(dict(look))
        except ValidationError as error:
            problems = misfits(error)
            raise InputError(f"The look cannot be drawn: {problems[0].message}", remedy=problems[0].remedy, problems=problems) from error
        try:
            return cls(
                look=worn,
                creature=Creature.model_validate({**like, **drawn} if isinstance(like, dict) else drawn),
                mouths=data.get("mouths"),
                postures=data.get("postures"),
                presets=data.get("presets"),
                trim=data.get("trim"),
            )
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(step) for step in first["loc"])
            raise InputError(f"The creature {name!r} cannot be drawn: {where}: {first['msg']}.", remedy="Correct its data.") from error

    def palette(self) -> Palette:
        """The creature's colours in the coat of the look."""
        slots = {**self.creature.slots, **self.look.slots}
        for slot, colour in {"skin": slots.get("skin", ""), "tongue": BASE["tongue"], **self.trim}.items():
            slots.setdefault(slot, colour)
            slots.setdefault(f"{slot}_shade", shade_of(slots[slot]))
            slots.setdefault(f"{slot}_light", light_of(slots[slot]))
        return Palette.of(slots)
