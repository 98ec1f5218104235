"""How large a result a direct call may ask for: told by the request itself, before memory or a disk is spent on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from pydantic import JsonValue

from filmstudio.core.rational import SAMPLE_RATE
from filmstudio.platform.problems import Refusal, pointer_of
from filmstudio.scheduler.tiers import TERMS, Tier

_FASTEST: Final = 120
"""Most frames in a second that a request of any role may have."""
_WIDEST: Final = 4_096
"""Pixels; of a 4K film the longer side has 3,840."""
_LARGEST: Final = 4.0
"""Pixels for each unit of a drawing or a stage; the closest shot of a 4K film is drawn at 2.828."""


def check_extents(asked: JsonValue, tier: Tier) -> None:
    """See that a request asks for no more than a film of the tier may have.

    Args:
        asked: the request of any role, in its canonical form.
        tier: of the tenant that asks.

    Raises:
        Refusal: it asks for more; everything that is too much is told.
    """
    seconds = TERMS[tier].longest_seconds
    lengths = {"samples": seconds * SAMPLE_RATE, "frames": seconds * _FASTEST}
    errors = [*_beyond(asked, lengths, ()), *_sizes(asked)]
    if errors:
        raise Refusal(422, f"the request is for more than a film of the {tier} tier has.", remedy="Ask for less at a time.", errors=errors)


def _beyond(value: JsonValue, most: Mapping[str, float], path: tuple[int | str, ...]) -> Iterator[dict[str, str]]:
    """Every number of these names, wherever it stands, that is too large."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, part in parts:
        if isinstance(part, int | float):
            yield from _too_large(part, most.get(str(step)), *path, step)
        else:
            yield from _beyond(part, most, (*path, step))


def _sizes(asked: JsonValue) -> Iterator[dict[str, str]]:
    """Those of the request itself: further in, a scale is one of a person, and no picture is as large."""
    for name, most in (("width", _WIDEST), ("height", _WIDEST), ("scale", _LARGEST)):
        part = asked.get(name) if isinstance(asked, dict) else None
        if isinstance(part, int | float):
            yield from _too_large(part, most, name)


def _too_large(number: float, most: float | None, *path: int | str) -> Iterator[dict[str, str]]:
    if most is not None and number > most:
        yield {"detail": f"{number:,} is more than {most:,}.", "pointer": pointer_of(*path)}
