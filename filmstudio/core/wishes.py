"""What a user asks of a film's content, and how lengths, styles and pairs are written: on the command line, in files, over HTTP."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from pydantic import ValidationError

from filmstudio.core.errors import ConfigError, Problem
from filmstudio.core.requests import TextStyle

MAX_SCRIPT_BYTES = 4 << 20
"""Largest script that is read at all: far above any feature film."""

_STYLE_KEYS = (
    "Keys: font (sans, serif), size (small, medium, large), color (#RRGGBB), position (bottom, top), background (none, translucent, solid)."
)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user asked of the film's content; None leaves it to the engines."""

    title: str | None = None
    language: str | None = None
    culture: str | None = None
    style: str = "drawn"
    seed: int = 0
    duration: Fraction | None = None
    voices: Mapping[str, str] = field(default_factory=dict)
    """Voice by character name or id."""


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
        ConfigError: parts of it are unknown; each is told.
    """
    if text is None or text in ("", "off"):
        return None
    fields = {} if text == "burn" else pairs(text.split(","), "--captions", "KEY=VALUE")
    try:
        return TextStyle.model_validate(fields)
    except ValidationError as error:
        problems = tuple(
            Problem(f"--captions {text!r}: {'.'.join(map(str, wrong['loc']))}: {wrong['msg'].lower()}.", _STYLE_KEYS)
            for wrong in error.errors()
        )
        raise ConfigError("; ".join(problem.message for problem in problems), remedy=_STYLE_KEYS, problems=problems) from error


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
