"""Options of a render, from ``filmstudio.toml`` and the command line; the command line wins."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, Field, ValidationError

from filmstudio.app import Wishes
from filmstudio.core.errors import ConfigError, Place
from filmstudio.core.model import Record
from filmstudio.core.options import RenderOptions
from filmstudio.core.requests import TextStyle

CONFIG_NAME = "filmstudio.toml"


class RenderTable(Record):
    """The ``[render]`` table. Types are strict: ``seed = true`` is a mistake, not 1."""

    model_config = ConfigDict(strict=True)

    voice: dict[str, str] | None = None
    engine: dict[str, str] | None = None
    duration: str | int | float | None = None
    culture: str | None = None
    style: str | None = None
    language: str | None = None
    seed: int | None = None
    title: str | None = None
    size: str | None = None
    aspect: str | None = None
    fps: int | None = None
    preset: str | None = None
    workers: int | None = Field(default=None, ge=1, le=256)
    captions: str | None = None
    watermark: str | None = None
    stems: bool | None = None
    loudness: str | None = None
    fallback: bool | None = None
    cache_dir: str | None = None


def find_config(named: Path | None, script: Path | None) -> Path | None:
    """The configuration file: the one named, else the one beside the script, else the one in the working folder."""
    if named is not None:
        return named
    folders = [script.parent] if script else []
    return next((path for folder in (*folders, Path()) if (path := folder / CONFIG_NAME).is_file()), None)


def read_config(path: Path | None) -> dict[str, Any]:
    """Options of the file's ``[render]`` table, or none.

    Raises:
        ConfigError: the file is not TOML, names options that do not exist, or gives one a value of another kind.
    """
    if path is None:
        return {}
    place = Place(file=path.name)
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"cannot be read: {error}.", remedy="See docs/rendering.md for an example.", place=place) from error
    options = table.get("render", {})
    if not isinstance(options, dict):
        raise ConfigError("render is no table.", remedy="Write options under a line that says [render].", place=place)
    unknown = sorted(set(options) - set(RenderTable.model_fields)) + sorted(set(table) - {"render"})
    if unknown:
        known = ", ".join(sorted(RenderTable.model_fields))
        raise ConfigError(f"has unknown keys: {', '.join(unknown)}.", remedy=f"Known in [render]: {known}.", place=place)
    try:
        return RenderTable.model_validate(options).model_dump(exclude_none=True)
    except ValidationError as error:
        wrong = {str(item["loc"][0]): item["msg"].lower() for item in error.errors()}
        problems = "; ".join(f"{key}: {message}" for key, message in wrong.items())
        raise ConfigError(f"has wrong values: {problems}.", remedy="See docs/rendering.md for an example.", place=place) from error


def pairs(values: Sequence[str], option: str, form: str) -> dict[str, str]:
    """``NAME=VALUE`` texts as a dict.

    Raises:
        ConfigError: naming every text without an equals sign.
    """
    wrong = [value for value in values if not re.fullmatch(r"[^=]+=[^=]+", value)]
    if wrong:
        raise ConfigError(f"{option} {', '.join(map(repr, wrong))} is not {form}.", remedy=f"Write {option} {form}.")
    return {name.strip(): value.strip() for name, value in (text.split("=", 1) for text in values)}


def caption_style(text: str | None) -> TextStyle | None:
    """A caption style from ``burn`` or ``size=large,color=#FFEE00,position=top,background=solid,font=serif``; ``off`` is none.

    Raises:
        ConfigError: a part of it is unknown.
    """
    if text is None or text in ("", "off"):
        return None
    fields = {} if text == "burn" else pairs(text.split(","), "--captions", "KEY=VALUE")
    try:
        return TextStyle.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        remedy = "Keys: font, size (small, medium, large), color (#RRGGBB), position (bottom, top), background (none, translucent, solid)."
        raise ConfigError(f"--captions {text!r}: {'.'.join(map(str, first['loc']))}: {first['msg']}.", remedy=remedy) from error


def parse_duration(value: str | int | float | None) -> Fraction | None:
    """Seconds from ``90``, ``90s``, ``1:30`` or ``1m30s``; between 5 seconds and 30 minutes.

    Raises:
        ConfigError: it is none of these.
    """
    if value is None:
        return None
    text = str(value).strip()
    match = re.fullmatch(r"(?:(\d+)[:m])?(\d+(?:\.\d+)?)?s?", text)
    if not match or not text or match.groups() == (None, None):
        raise ConfigError(f"--duration {text!r} is no length.", remedy="Write 90, 1:30 or 1m30s.")
    seconds = int(match[1] or 0) * 60 + Fraction(match[2] or 0)
    if not 5 <= seconds <= 1800:
        raise ConfigError(f"--duration {text} is outside 5 seconds to 30 minutes.", remedy="Choose a length between them.")
    return seconds


def render_options(values: Mapping[str, Any]) -> RenderOptions:
    """Render options from merged values.

    Raises:
        ConfigError: a value is not allowed; says which are.
    """
    named = ("size", "aspect", "fps", "preset", "watermark", "stems", "loudness", "fallback")
    fields = {key: values[key] for key in named if values.get(key) is not None}
    fields["captions"] = caption_style(values.get("captions"))
    fields["engines"] = dict(values.get("engine") or {})
    try:
        return RenderOptions.model_validate(fields)
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg'].lower()}" for item in error.errors())
        raise ConfigError(f"options are wrong: {problems}.", remedy="See studio render --help.") from error


def wishes(values: Mapping[str, Any]) -> Wishes:
    """Wishes about the film's content from merged values.

    Raises:
        ConfigError: the seed or duration is wrong.
    """
    seed = values.get("seed") or 0
    if not isinstance(seed, int) or not 0 <= seed < 1 << 63:
        raise ConfigError(f"--seed {seed} is outside 0 to 2^63 - 1.", remedy="Choose a smaller whole number.")
    return Wishes(
        title=values.get("title"),
        language=values.get("language"),
        culture=values.get("culture"),
        style=values.get("style") or "drawn",
        seed=seed,
        duration=parse_duration(values.get("duration")),
        voices=dict(values.get("voice") or {}),
    )
