"""Looks: the typed description of a drawn person, read from the opaque look of an identity."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Final

from pydantic import ConfigDict, Field, JsonValue, StringConstraints, ValidationError

from filmstudio.core.errors import InputError, Problem
from filmstudio.core.model import Record
from filmstudio.plugins.art.pack import ArtPack
from filmstudio.plugins.portrait.eyes import EyeShape
from filmstudio.plugins.portrait.palette import VEST, Palette

Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9A-Fa-f]{6}$")]
Slot = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
Remap = dict[Slot, Slot]
ArmRest = tuple[float, float, float, str]
"""Degrees at shoulder, elbow and wrist, and the part that is the hand."""

SIZE_MOST: Final = 4.0
"""Most that a part of a person may be larger than the adult template: beyond it nothing could be rasterised."""
_CLOTHES: Final = re.compile(r"cloth|accent|vest|trouser|shoe|tabi")


class Eye(Record):
    """Measures of the eyes in head space. ``x`` and ``y``: the near centre from the middle of the eye line; rest as EyeShape."""

    x: float
    y: float
    a: float = Field(gt=0)
    u: float = Field(gt=0)
    l: float = Field(gt=0)  # noqa: E741
    r: float = Field(gt=0)
    tilt: float = 0.0
    lash: float = 5.0
    flick: float = 0.0
    round: bool = False
    cx: float = Field(default=0.0, description="middle between the eyes")

    @property
    def shape(self) -> EyeShape:
        """The measures that the eye is drawn from."""
        return EyeShape(self.a, self.u, self.l, self.r, self.tilt, self.lash, self.flick, self.round)


class Head(Record):
    """A head: the parts on it and where its features sit, in head space (origin: middle of the eye line)."""

    scale: float = Field(gt=0, le=SIZE_MOST)
    face: str
    nose: str
    brow: str
    eye: Eye
    brow_y: float
    nose_y: float
    mouth_y: float
    mouth_s: float = Field(default=1.0, ge=0.2, le=SIZE_MOST)
    ear_y: float = 14.0
    back: tuple[str, ...] = ()
    feat: tuple[str, ...] = ()
    front: tuple[str, ...] = ()
    ear_part: str | None = None
    beard: str | None = None
    stache: str | None = None
    over_eyes: tuple[str, ...] = ()
    scrunch: str = "scrunch"
    no_ears: bool = False
    remap: dict[str, Remap] = Field(default_factory=dict, description="slots exchanged by part; '*' = on every part of the hair")


class Body(Record):
    """A build and the clothes on it. A name such as "lower_bare+j_bangles" puts two parts on one joint."""

    s: float = Field(gt=0, le=SIZE_MOST, description="height: factor on the adult template")
    w: float = Field(default=1.0, gt=0, le=SIZE_MOST, description="width of the torso")
    limb: float = Field(default=1.0, gt=0, le=SIZE_MOST, description="thickness of the limbs")
    neck: float = Field(default=1.0, gt=0, le=SIZE_MOST)
    stoop: tuple[float, float] = (0.0, 0.0)
    bottom: tuple[str, ...] = ()
    torso: tuple[str, ...]
    over: tuple[str, ...] = ()
    upper: str
    lower: str
    drop: str | None = Field(default=None, description="hanging sleeve")
    wing: str | None = Field(default=None, description="cape or shawl over the arm")
    wing_near_only: bool = False
    wing_far_only: bool = False
    hang: tuple[str, ...] = Field(default=(), description="what hangs behind the body")
    thigh: str = "thigh"
    calf: str = "calf"
    foot: str
    feet_only: tuple[tuple[float, float], tuple[float, float]] | None = Field(default=None, description="where a robe's feet show")
    tuck: bool = Field(default=False, description="the shirt goes into the skirt")
    remap: dict[str, Remap] = Field(default_factory=dict, description="slots exchanged by part, or for the 'hand'")


class Rest(Record):
    """How a person stands by nature."""

    near: ArmRest = (10.0, -16.0, -6.0, "hand_relaxed")
    far: ArmRest = (-10.0, -22.0, 2.0, "hand_relaxed")
    legs: tuple[tuple[float, float], ...] = Field(
        default=((3.0, 2.0), (-7.0, 9.0)), max_length=2, description="hip and knee, near and far; none for a drawn seat"
    )
    near_prop: str | None = None
    far_prop: str | None = None
    lean: float = 0.0
    sway: float = 0.0
    tilt: float = 0.0
    emo: str = "neutral"
    far_front: bool = False
    foot_near: float | None = None
    foot_far: float | None = None
    bottom: tuple[str, ...] = Field(default=(), description="a drawn seat that the person never leaves, such as a baby's")
    ground: float | None = None


class Person(Record):
    """A human look. Keys that a caster keeps beside it (words, notes) are not part of the drawing and are dropped."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    skin: str | None = Field(default=None, description="skin tone of the pack, T1 to T8")
    slots: dict[Slot, Colour] = Field(default_factory=dict)
    vest: Colour = VEST
    head: Head
    body: Body
    pose: Rest = Rest()

    @classmethod
    def of(cls, look: Mapping[str, JsonValue]) -> Person:
        """Read a look.

        Raises:
            InputError: the look is not that of a person; says where, and everything.
        """
        try:
            return cls.model_validate(dict(look))
        except ValidationError as error:
            problems = misfits(error)
            raise InputError(f"The look cannot be drawn: {problems[0].message}", remedy=problems[0].remedy, problems=problems) from error

    def palette(self, pack: ArtPack) -> Palette:
        """This person's colours."""
        if self.skin is None:
            return Palette.of(self.slots, None, self.vest)
        if self.skin not in pack.ramps:
            raise InputError(f"The art pack {pack.name!r} has no skin tone {self.skin!r}.", remedy=f"Use one of {', '.join(pack.ramps)}.")
        return Palette.of(self.slots, pack.ramps[self.skin], self.vest)

    def pieces(self) -> Iterator[tuple[str, str]]:
        """What is drawn by nature, with its place in the look: head, clothes, limbs and what the hands hold. "a+b" is one piece."""
        for group, record, fields in (
            ("head", self.head, ("face", "nose", "brow", "scrunch", "ear_part", "beard", "stache", "back", "feat", "front", "over_eyes")),
            ("body", self.body, ("upper", "lower", "thigh", "calf", "foot", "drop", "wing", "bottom", "torso", "over", "hang")),
            ("pose", self.pose, ("near_prop", "far_prop", "bottom")),
        ):
            for field in fields:
                names = getattr(record, field)
                yield from ((f"{group}.{field}", each) for each in ((names,) if isinstance(names, str) else names or ()))
        yield from (("pose.near", self.pose.near[3]), ("pose.far", self.pose.far[3]))

    def parts(self) -> Iterator[str]:
        """Every part of the pieces."""
        for _, names in self.pieces():
            yield from names.split("+")

    def never_mirror(self, pack: ArtPack) -> bool:
        """True when something worn closes, drapes or is pierced on one side by custom."""
        return not pack.never_mirror.isdisjoint(self.parts())


def misfits(error: ValidationError) -> tuple[Problem, ...]:
    """What is wrong with the form of a look, each with its place in it."""
    return tuple(
        Problem(f"{'.'.join(str(step) for step in item['loc'])}: {item['msg']}.", "Correct the look of this character's identity.")
        for item in error.errors()
    )


def dress(person: Person, outfit: Body, colours: Mapping[str, str], pack: ArtPack) -> Person:
    """The person in the clothes of ``outfit``: build and head stay, and a head's own cloth keeps its colour.

    ``outfit`` gives parts, not measures: s, w, limb, neck and stoop are the person's. A colour brings its own shade and light.
    """
    old = person.palette(pack).slots
    worn = "".join(pack.part(name).markup for name in (*person.head.back, *person.head.front))
    slots = {slot: colour for slot, colour in person.slots.items() if not _CLOTHES.match(slot)}
    kept = [slot for slot in ("cloth1", "cloth2", "vest") if slot in person.slots and f'class="{slot}' in worn]
    for slot in kept:
        slots.update({f"own_{slot}{kind}": old[slot + kind] for kind in ("", "_shade", "_light")})
    if "cloth2" in person.slots:
        slots["hat"] = old["hat"]
    for changed, colour in colours.items():
        slots = {name: value for name, value in slots.items() if not name.startswith(f"{changed}_")}
        slots[changed] = colour
    remap = {"*": {slot: f"own_{slot}" for slot in kept}} if kept else person.head.remap
    build = person.body
    return Person(
        skin=person.skin,
        slots=slots,
        head=person.head.model_copy(update={"remap": remap}),
        body=outfit.model_copy(update={"s": build.s, "w": build.w, "limb": build.limb, "neck": build.neck, "stoop": build.stoop}),
        pose=person.pose.model_copy(update={"bottom": (), "ground": None}),
    )
