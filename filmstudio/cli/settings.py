"""Options of a render, from ``filmstudio.toml`` and the command line; the command line wins."""

from __future__ import annotations

import contextlib
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, Field, ValidationError

from filmstudio.core.errors import ConfigError, Place, Problem
from filmstudio.core.model import Record
from filmstudio.core.options import RenderOptions
from filmstudio.core.wishes import Wishes, caption_style, pairs, parse_duration

__all__ = [
    "CONFIG_NAME", "RenderTable", "Together", "caption_style", "dispatch", "find_config", "pairs", "parse_duration", "read_config",
    "render_options", "wishes",
]  # fmt: skip

CONFIG_NAME = "filmstudio.toml"
_HELP = "See studio render --help."


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
    output: str | None = None
    cache_dir: str | None = None
    dispatch: str | None = None  # not ray_address: a file that came with a script does not say whose machines see it


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


class Together:
    """Gathers what is wrong with options, so that a person is told of all of it at once."""

    def __init__(self) -> None:
        self._problems: list[Problem] = []

    @contextlib.contextmanager
    def part(self) -> Iterator[None]:
        """A block that may raise a ``ConfigError``; the error is kept, and the block left."""
        try:
            yield
        except ConfigError as error:
            self._problems += error.problems

    def tell(self) -> None:
        """Raise what was gathered.

        Raises:
            ConfigError: with every problem; nothing is raised where there is none.
        """
        if self._problems:
            raise ConfigError("options are wrong.", problems=tuple(dict.fromkeys(self._problems)))


def render_options(values: Mapping[str, Any]) -> RenderOptions:
    """Render options from merged values.

    Raises:
        ConfigError: values are not allowed; says which, and what is.
    """
    named = ("size", "aspect", "fps", "preset", "watermark", "stems", "loudness", "fallback")
    fields = {key: values[key] for key in named if values.get(key) is not None}
    fields["engines"] = dict(values.get("engine") or {})
    together, options = Together(), RenderOptions()
    with together.part():
        fields["captions"] = caption_style(values.get("captions"))
    with together.part():
        try:
            options = RenderOptions.model_validate(fields)
        except ValidationError as error:
            problems = tuple(Problem(f"--{'.'.join(map(str, item['loc']))}: {item['msg'].lower()}.", _HELP) for item in error.errors())
            raise ConfigError("options are wrong.", problems=problems) from error
    together.tell()
    return options


def wishes(values: Mapping[str, Any]) -> Wishes:
    """Wishes about the film's content from merged values.

    Raises:
        ConfigError: the seed or duration is wrong.
    """
    together, duration, seed = Together(), None, values.get("seed") or 0
    with together.part():
        if not isinstance(seed, int) or not 0 <= seed < 1 << 63:
            raise ConfigError(f"--seed {seed} is outside 0 to 2^63 - 1.", remedy="Choose a smaller whole number.")
    with together.part():
        duration = parse_duration(values.get("duration"))
    together.tell()
    return Wishes(
        title=values.get("title"),
        language=values.get("language"),
        culture=values.get("culture"),
        style=values.get("style") or "drawn",
        seed=seed,
        duration=duration,
        voices=dict(values.get("voice") or {}),
    )


def dispatch(values: Mapping[str, Any]) -> str:
    """Where engines run: ``local`` or ``ray``. A Ray's address alone means ``ray``.

    Raises:
        ConfigError: it is neither, or local engines are to run at a Ray's address.
    """
    where, address = values.get("dispatch"), values.get("ray_address")
    if where not in (None, "local", "ray"):
        raise ConfigError(f"--dispatch {where} is neither local nor ray.", remedy="Choose one of them.")
    if address and where == "local":
        raise ConfigError("--ray-address and --dispatch local exclude each other.", remedy="Leave one out.")
    return where or ("ray" if address else "local")
