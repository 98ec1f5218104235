"""The wardrobe: the house pack's index of heads, hair, clothes and roles, typed once and trusted from there on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import cached_property, lru_cache
from importlib import resources
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, JsonValue

PACK = "house"

ItemKind = Literal["outfit", "accessory", "hair", "headwear", "creature", "beard", "mark", "face", "nose", "body", "brow", "prop"]
Slots = dict[str, str]


class _Entry(BaseModel):
    # The index carries notes for artists too: what casting does not read may be there.
    model_config = ConfigDict(frozen=True, extra="ignore")


class Fits(_Entry):
    """What a garment or a hat was drawn for."""

    w: tuple[float, float] | None = None
    legs_max: float | None = None
    sample: dict[str, list[str]] | None = None
    hair: str = ""
    face: list[str] | str | None = None
    with_: str | None = Field(default=None, alias="with")


class Item(_Entry):
    """One thing of the wardrobe: an outfit, a hairstyle, a beard, a mark, a creature."""

    id: str
    kind: ItemKind
    parts: JsonValue
    words: tuple[str, ...]
    culture: tuple[str, ...] = ("any",)
    gender: tuple[str, ...] = ("any",)
    ages: tuple[str, ...] = ()
    formality: str = "any"
    era: str = "any"
    style: str = "any"
    slots: tuple[str, ...] = ()
    colours: Slots = Field(default_factory=dict)
    fits: Fits = Fits()
    conflicts: tuple[str, ...] = ()
    no_ears: bool = False

    def suits(self, *, gender: str, age: str, culture: str | None = None) -> bool:
        """Whether somebody of this gender and age (a wardrobe age), and culture if given, may wear it."""
        by_gender = "any" in self.gender or gender in self.gender or (gender == "any" and len(self.gender) > 1)
        by_age = not self.ages or age in self.ages
        by_culture = culture is None or "any" in self.culture or culture in self.culture
        return by_gender and by_age and by_culture

    def lists(self) -> dict[str, list[str]]:
        """The parts of hair and headwear: ``back`` and ``front`` lists."""
        if not isinstance(self.parts, dict):
            return {}
        return {key: [str(part) for part in value] for key, value in self.parts.items() if isinstance(value, list)}

    def named(self) -> dict[str, str]:
        """The parts of beards, marks and accessories, by the key they go under."""
        return {key: value for key, value in self.parts.items() if isinstance(value, str)} if isinstance(self.parts, dict) else {}

    def measures(self) -> dict[str, JsonValue]:
        """The parts of a body or an outfit, as they go into a person's ``body``."""
        return dict(self.parts) if isinstance(self.parts, dict) else {}


class Relation(_Entry):
    """A role in life or in a story, and how it is dressed."""

    words: tuple[str, ...] = ()
    age: str = "adult"
    gender: str = "any"
    outfit: str | dict[str, str] = "culture_outfits"
    add: tuple[str, ...] = ()
    add_by_culture: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    creature: str | None = None


class AgePreset(_Entry):
    """What an age does to a head and a body."""

    body: str
    faces: tuple[str, ...]
    noses: tuple[str, ...]
    brows: tuple[str, ...]
    feat: tuple[str, ...] = ()
    hair_colours: tuple[str, ...] = ()
    head: dict[str, JsonValue]


class GenderPreset(_Entry):
    """What a gender does to an adult head and body."""

    faces: tuple[str, ...]
    brows: tuple[str, ...]
    eye: dict[str, float]
    mouth_s: float
    w: float


class Wardrobe(_Entry):
    """Everything casting can choose from."""

    culture_words: dict[str, tuple[str, ...]]
    skin_words: dict[str, str]
    skin_by_culture: dict[str, tuple[str, ...]]
    hair_by_culture: dict[str, tuple[str, ...]]
    colours: dict[Literal["cloth", "hair", "eye"], Slots]
    age_words: dict[str, str]
    age_presets: dict[str, AgePreset]
    gender_words: dict[str, str]
    gender_presets: dict[str, GenderPreset]
    culture_outfits: dict[str, dict[str, dict[str, tuple[str, ...]]]]
    relations: dict[str, Relation]
    items: tuple[Item, ...]

    def of_kind(self, kind: ItemKind) -> tuple[Item, ...]:
        """Every item of a kind, in the order of the index."""
        return self._by_kind.get(kind, ())

    def item(self, item_id: str, *kinds: ItemKind) -> Item | None:
        """The item with this id, among ``kinds`` if given (some ids name a body and an age)."""
        return next((item for item in self._by_id.get(item_id, ()) if not kinds or item.kind in kinds), None)

    @cached_property
    def _by_id(self) -> dict[str, tuple[Item, ...]]:
        return _grouped(self.items, lambda item: item.id)

    @cached_property
    def _by_kind(self) -> dict[str, tuple[Item, ...]]:
        return _grouped(self.items, lambda item: item.kind)


def _grouped(items: Iterable[Item], key: Callable[[Item], str]) -> dict[str, tuple[Item, ...]]:
    groups: dict[str, list[Item]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return {name: tuple(group) for name, group in groups.items()}


class CreatureNote(_Entry):
    """What casting must know of a drawn creature."""

    like: str | None = None
    scale: float | None = None
    slots: Slots = Field(default_factory=dict)


class SkinRamps(_Entry):
    """Skin tones T1 (palest) to T8: base, shade and light."""

    ramps: dict[str, tuple[str, str, str]]


class _Creatures(_Entry):
    cast: dict[str, CreatureNote]


def _read(name: str) -> str:
    return resources.files("filmstudio.plugins.art").joinpath(PACK, "people", name).read_text(encoding="utf-8")


_EntryT = TypeVar("_EntryT", bound=_Entry)


def _load(name: str, model: type[_EntryT]) -> _EntryT:
    return model.model_validate(json.loads(_read(name)))


@lru_cache(maxsize=1)
def wardrobe() -> Wardrobe:
    """The wardrobe of the house pack."""
    return _load("index.json", Wardrobe)


@lru_cache(maxsize=1)
def skin_ramps() -> dict[str, tuple[str, str, str]]:
    """Skin tones of the house pack."""
    return _load("cast.json", SkinRamps).ramps


@lru_cache(maxsize=1)
def creatures() -> dict[str, CreatureNote]:
    """Creatures of the house pack, by id; the fox is drawn on the people's rig and listed with them."""
    fox = CreatureNote(scale=0.78, slots={"skin": "#E87B35", "skin_shade": "#B9532B", "skin_light": "#FFA862"})
    return {**_load("cast-creatures.json", _Creatures).cast, "fox": fox}
