"""Art packs: a folder with a manifest, drawings and knowledge; the studio's own and anyone's are loaded the same way."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Final, Literal

from pydantic import Field, JsonValue, ValidationError

from filmstudio.core.errors import InputError, LimitError, Place
from filmstudio.core.model import Record
from filmstudio.plugins.art.parts import Part, read_drawing

MANIFEST: Final = "pack.json"
HOUSE: Final = "house"
"""Name of the studio's own pack."""
HOUSE_FOLDER: Final = Path(__file__).parent / HOUSE
PACK_API: Final = 1
"""Version of the folder's form that this studio reads."""
JSON_LIMIT_BYTES: Final = 8 * 1024 * 1024
"""Largest JSON file that a pack may hold."""
PACK_LIMIT_BYTES: Final = 128 * 1024 * 1024
"""Most bytes that the files named by a manifest may have together."""


class PackFiles(Record):
    """The files of a pack, as paths relative to its folder."""

    parts: tuple[str, ...] = Field(default=(), description="SVG files with one group a part")
    people: tuple[str, ...] = Field(default=(), description="JSON files with people, emotions, skin ramps and body presets")
    creatures: str | None = Field(default=None, description="JSON file with creatures")
    index: str | None = Field(default=None, description="JSON file with the vocabulary for casting")
    motion: str | None = Field(default=None, description="JSON file with the acting data")
    stages: str | None = Field(default=None, description="JSON file with the stages")
    stage_drawings: tuple[str, ...] = Field(default=(), description="SVG files of the stages")


class PackManifest(Record):
    """``pack.json``: what a pack is and what it holds."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]*$", description="unique name, used by Identity.pack")
    version: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    api: Literal[1] = Field(description="form of this folder")
    title: str = ""
    licence: str = Field(description="SPDX expression of everything in the pack")
    extends: Literal["house"] | None = Field(default=None, description="the pack whose parts, people and knowledge this one adds to")
    files: PackFiles
    never_mirror: tuple[str, ...] = Field(default=(), description="parts that are worn one way only and may not be mirrored")
    mirror_with_head: tuple[str, ...] = Field(default=(), description="parts over the eyes that turn about when the head looks back")


@dataclass(frozen=True, eq=False)
class ArtPack:
    """A loaded pack. ``parts`` are ready to dress; the JSON knowledge is read when it is first asked for."""

    manifest: PackManifest
    folder: Path
    parts: Mapping[str, Part]
    definitions: Mapping[str, str] = field(default_factory=dict)
    """Gradients and clips that parts refer to, by id."""
    people: Mapping[str, JsonValue] = field(default_factory=dict)
    """Everyone drawn by the pack, by name, in the form of a look."""
    emotions: Mapping[str, JsonValue] = field(default_factory=dict)
    ramps: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)
    """Skin tones: base, shade and light as #RRGGBB."""
    bodies: Mapping[str, JsonValue] = field(default_factory=dict)
    base: ArtPack | None = None
    """The pack that this one extends."""

    @property
    def name(self) -> str:
        """The pack's name."""
        return self.manifest.name

    @property
    def version(self) -> str:
        """The pack's version."""
        return self.manifest.version

    @cached_property
    def creatures(self) -> JsonValue:
        """The creatures' file, or an empty object."""
        return self._read("creatures")

    @cached_property
    def index(self) -> JsonValue:
        """The casting vocabulary, or an empty object."""
        return self._read("index")

    @cached_property
    def motion(self) -> JsonValue:
        """The acting data, or an empty object."""
        return self._read("motion")

    @cached_property
    def stages(self) -> JsonValue:
        """The stages' file, or an empty object."""
        return self._read("stages")

    def part(self, part_id: str) -> Part:
        """One part.

        Raises:
            InputError: the pack has no such part.
        """
        try:
            return self.parts[part_id]
        except KeyError:
            raise InputError(
                f"The art pack {self.name!r} has no part {part_id!r}.",
                remedy="Use a part that the pack draws, or name the pack that has it.",
            ) from None

    @cached_property
    def never_mirror(self) -> frozenset[str]:
        """Parts that are worn one way only, those of the extended pack included."""
        return frozenset(self.manifest.never_mirror) | (self.base.never_mirror if self.base else frozenset())

    @cached_property
    def mirror_with_head(self) -> frozenset[str]:
        """Parts over the eyes that turn about with the head, those of the extended pack included."""
        return frozenset(self.manifest.mirror_with_head) | (self.base.mirror_with_head if self.base else frozenset())

    def _read(self, knowledge: Literal["creatures", "index", "motion", "stages"]) -> JsonValue:
        """A file of the pack, or that of the pack it extends."""
        relative: str | None = getattr(self.manifest.files, knowledge)
        if relative is not None:
            return read_json(inside(self.folder, relative))
        if self.base is not None:
            inherited: JsonValue = getattr(self.base, knowledge)
            return inherited
        return {}


def load_pack(folder: Path) -> ArtPack:
    """Load the pack in ``folder``.

    Raises:
        InputError: the manifest or a file is missing or wrong; every problem with a path is told by name.
        LimitError: a file or the whole pack is too large.
    """
    manifest = manifest_of(folder)
    files = manifest.files
    single = [name for name in (files.creatures, files.index, files.motion, files.stages) if name]
    paths = {name: inside(folder, name) for name in (*files.parts, *files.people, *single, *files.stage_drawings)}
    missing = [name for name, path in paths.items() if not path.is_file()]
    if missing:
        raise InputError(
            f"The art pack {manifest.name!r} lacks {', '.join(missing)}.",
            remedy="Add the files or take them out of pack.json.",
            place=Place(file=MANIFEST),
        )
    if sum(path.stat().st_size for path in paths.values()) > PACK_LIMIT_BYTES:
        raise LimitError(f"The art pack {manifest.name!r} is larger than {PACK_LIMIT_BYTES // 2**20} MB.", remedy="Split it.")
    base = house_pack() if manifest.extends else None
    parts: dict[str, Part] = dict(base.parts) if base else {}
    definitions: dict[str, str] = dict(base.definitions) if base else {}
    for name in files.parts:
        drawing = read_drawing(paths[name])
        twice = sorted(parts.keys() & drawing.parts.keys())
        if twice:
            raise InputError(f"{twice[0]!r} is drawn in two files.", remedy="Rename one of them.", place=Place(file=name))
        redefined = sorted(definitions.keys() & drawing.definitions.keys())
        if redefined:
            raise InputError(f"{redefined[0]!r} is defined in two files.", remedy="Rename one of them.", place=Place(file=name))
        parts.update(drawing.parts)
        definitions.update(drawing.definitions)
    knowledge: dict[str, dict[str, JsonValue]] = {
        "cast": dict(base.people) if base else {},
        "emotions": dict(base.emotions) if base else {},
        "ramps": {tone: list(colours) for tone, colours in base.ramps.items()} if base else {},
        "bodies": dict(base.bodies) if base else {},
    }
    for name in files.people:
        data = read_json(paths[name])
        for key, known in knowledge.items():
            section = data.get(key, {}) if isinstance(data, dict) else {}
            if not isinstance(section, dict):
                raise InputError(f"{key!r} is not an object.", remedy="Write it as an object by name.", place=Place(file=name))
            known.update(section)
    unknown = sorted({*manifest.never_mirror, *manifest.mirror_with_head} - parts.keys())
    if unknown:
        raise InputError(f"The manifest names {unknown[0]!r}, which is not drawn.", remedy="Correct the name.", place=Place(file=MANIFEST))
    return ArtPack(
        manifest,
        folder,
        MappingProxyType(parts),
        MappingProxyType(definitions),
        MappingProxyType(knowledge["cast"]),
        MappingProxyType(knowledge["emotions"]),
        MappingProxyType({tone: _ramp(tone, value) for tone, value in knowledge["ramps"].items()}),
        MappingProxyType(knowledge["bodies"]),
        base,
    )


@lru_cache(maxsize=1)
def house_pack() -> ArtPack:
    """The studio's own pack."""
    return load_pack(HOUSE_FOLDER)


def manifest_of(folder: Path) -> PackManifest:
    """The manifest of the pack in ``folder``.

    Raises:
        InputError: there is none, it is wrong, or it is of another form.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise InputError(f"There is no {MANIFEST} in the art pack.", remedy="Name the folder that holds it.", place=Place(file=MANIFEST))
    data = read_json(path)
    if isinstance(data, dict) and data.get("api") != PACK_API:
        raise InputError(
            f"The art pack is made for form {data.get('api')!r}; this studio reads form {PACK_API}.",
            remedy="Use a pack or a studio of the other version.",
            place=Place(file=MANIFEST),
        )
    try:
        return PackManifest.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        raise InputError(f"{where}: {first['msg']}.", remedy="Correct the manifest.", place=Place(file=MANIFEST)) from error


def inside(folder: Path, relative: str) -> Path:
    """The file of a pack at ``relative``.

    Raises:
        InputError: the path leads out of the folder.
    """
    pure = PurePosixPath(relative)
    path = folder / pure
    escapes = pure.is_absolute() or ".." in pure.parts or "\\" in relative or ":" in relative
    if escapes or not path.resolve().is_relative_to(folder.resolve()):
        raise InputError(f"{relative!r} leads out of the art pack.", remedy="Use paths inside its folder.", place=Place(file=MANIFEST))
    return path


def read_json(path: Path) -> JsonValue:
    """A JSON file of a pack.

    Raises:
        LimitError: it is too large.
        InputError: it is not JSON.
    """
    if path.stat().st_size > JSON_LIMIT_BYTES:
        raise LimitError(f"The file is larger than {JSON_LIMIT_BYTES // 2**20} MB.", remedy="Split it.", place=Place(file=path.name))
    try:
        value: JsonValue = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"The file is not JSON: {error}.", remedy="Correct it.", place=Place(file=path.name)) from error
    return value


def _ramp(tone: str, value: JsonValue) -> tuple[str, str, str]:
    if isinstance(value, list) and len(value) == 3:
        base, shade, light = (str(colour) for colour in value)
        if all(re.fullmatch(r"#[0-9A-Fa-f]{6}", colour) for colour in (base, shade, light)):
            return base, shade, light
    raise InputError(f"The skin tone {tone!r} is not three colours.", remedy="Write base, shade and light as #RRGGBB.")
