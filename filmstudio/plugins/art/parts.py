"""Parts of an art pack: drawings read from SVG, checked, and kept as compact markup whose colours are still slots."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element
from xml.sax.saxutils import quoteattr

from filmstudio.core.errors import InputError, LimitError, Place

SVG_LIMIT_BYTES: Final = 4 * 1024 * 1024
"""Largest drawing file that a pack may hold."""
PART_LIMIT: Final = 20_000
"""Most parts in one file."""

_NAMESPACE: Final = "{http://www.w3.org/2000/svg}"
_ALLOWED: Final = frozenset(
    [
        "g",
        "path",
        "circle",
        "ellipse",
        "rect",
        "line",
        "polyline",
        "polygon",
        "clipPath",
        "defs",
        "linearGradient",
        "radialGradient",
        "stop",
        "style",
    ]
)
_PART_ID: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
_CLASS: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
_LOCAL_URL: Final = re.compile(r"url\(#[A-Za-z0-9_-]+\)\Z")
_REFERENCE: Final = re.compile(r"url\(#([A-Za-z0-9_-]+)\)")


@dataclass(frozen=True, slots=True)
class Part:
    """One drawing on one joint.

    ``markup`` is SVG content without its own group; every ``class`` is a palette slot, with the suffix ``_s`` where the
    slot colours a stroke. ``pivot`` is the joint in the part's own units, ``yaw`` its parallax depth (a fraction of the
    head width that it moves at a head turn of 1).
    """

    id: str
    markup: str
    pivot: tuple[float, float] = (0.0, 0.0)
    yaw: float = 0.0


@dataclass(frozen=True, slots=True)
class Drawing:
    """What one SVG file holds: parts by id, and the definitions (gradients, clips) that they refer to."""

    parts: Mapping[str, Part]
    definitions: Mapping[str, str]


def read_drawing(path: Path) -> Drawing:
    """Read the parts of one SVG file.

    Raises:
        LimitError: the file is too large or holds too many parts.
        InputError: it is not SVG, holds elements that a part may not have (scripts, images, links), or names an id twice.
    """
    from defusedxml import ElementTree
    from defusedxml.common import DefusedXmlException

    if path.stat().st_size > SVG_LIMIT_BYTES:
        raise LimitError(
            f"The drawing is larger than {SVG_LIMIT_BYTES // 1024 // 1024} MB.",
            remedy="Split it into several files.",
            place=Place(file=path.name),
        )
    try:
        root = ElementTree.fromstring(path.read_bytes(), forbid_dtd=True)
    except (ElementTree.ParseError, DefusedXmlException, ValueError) as error:
        raise InputError(
            f"The drawing cannot be read: {error}.",
            remedy="Save it as plain SVG, without a document type.",
            place=Place(file=path.name),
        ) from error
    parts: dict[str, Part] = {}
    definitions: dict[str, str] = {}
    for child in root:
        name = _local_name(child, path)
        if name == "defs":
            definitions.update((inner.get("id", ""), _markup(inner, path)) for inner in child)
        elif name == "g" and child.get("id"):
            part = _read_part(child, path)
            if part.id in parts:
                raise InputError(f"The part {part.id!r} is drawn twice.", remedy="Give each part its own id.", place=Place(file=path.name))
            parts[part.id] = part
    if len(parts) > PART_LIMIT:
        raise LimitError(f"The drawing holds more than {PART_LIMIT} parts.", remedy="Split it.", place=Place(file=path.name))
    return Drawing(parts, definitions)


def referred(markup: str, definitions: Mapping[str, str]) -> str:
    """The definitions that markup refers to, with those that they refer to in turn."""
    found: dict[str, str] = {}
    waiting = [markup]
    while waiting:
        for name in _REFERENCE.findall(waiting.pop()):
            if name in definitions and name not in found:
                found[name] = definitions[name]
                waiting.append(found[name])
    return "".join(found.values())


def _read_part(group: Element, path: Path) -> Part:
    part_id = group.get("id", "")
    if not _PART_ID.match(part_id):
        raise InputError(f"{part_id!r} is no name for a part.", remedy="Use letters, digits and underscores.", place=Place(file=path.name))
    try:
        x, y = (float(value) for value in group.get("data-pivot", "0,0").split(","))
        yaw = float(group.get("data-yaw", "0"))
    except ValueError as error:
        raise InputError(
            f"The part {part_id!r} has a pivot or yaw that is not a number.",
            remedy='Write data-pivot="x,y" and data-yaw="k".',
            place=Place(file=path.name),
        ) from error
    return Part(part_id, "".join(_markup(child, path) for child in group), (x, y), yaw)


def _local_name(element: Element, path: Path) -> str:
    tag = element.tag
    name = tag.removeprefix(_NAMESPACE) if isinstance(tag, str) else ""
    if name not in _ALLOWED:
        raise InputError(
            f"A part may not hold <{name or 'comment'}>.",
            remedy="Draw with paths, shapes, gradients and clips only.",
            place=Place(file=path.name),
        )
    return name


def _markup(element: Element, path: Path) -> str:
    """The element as SVG text in one canonical form: class first, no namespaces, nothing that a class would override."""
    name = _local_name(element, path)
    if name == "style":
        return ""
    slot = element.get("class")
    attributes = []
    if slot is not None:
        if not _CLASS.match(slot):
            raise InputError(f"{slot!r} is no palette slot.", remedy="Give each shape one slot.", place=Place(file=path.name))
        attributes.append(f' class="{slot}"')
    overridden = () if slot is None else ("fill", "stroke") if slot.endswith("_s") else ("fill",)
    for key, value in element.attrib.items():
        if key in ("class", "id") or key in overridden or key.startswith("data-"):
            continue
        if ":" in key or key.startswith(("{", "on")) or key in ("href", "style"):
            raise InputError(f"A part may not use the attribute {key!r}.", remedy="Remove it.", place=Place(file=path.name))
        if "url(" in value and not _LOCAL_URL.match(value):
            raise InputError(f"A part may not refer to {value!r}.", remedy="Refer to an id of the same pack.", place=Place(file=path.name))
        attributes.append(f" {key}={quoteattr(value)}")
    if element.get("id"):
        attributes.append(f" id={quoteattr(element.get('id', ''))}")
    inner = "".join(_markup(child, path) for child in element)
    text = f"<{name}{''.join(attributes)}"
    return f"{text}>{inner}</{name}>" if inner else f"{text}/>"
