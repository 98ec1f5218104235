"""Whom a line is said to, when no parenthetical says it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from filmstudio.core.film import Happening, Line
from filmstudio.plugins.breakdown.people import Cast
from filmstudio.plugins.breakdown.words import clean, fold, tokens

BACK, AHEAD = 4, 3
"""Lines before and after in which another speaker counts as the listener."""

_COMMAS = ",\u060c\uff0c\u3001"
_AFTER_FIRST = _COMMAS + "!?.\u2026\uff01\uff1f"
_AFTER_LAST = ",.!?\u2026\u0964\u3002\uff01\uff1f"


def give_listeners(beats: list[Line | Happening], cast: Cast, present: Sequence[str], unseen: Collection[str]) -> None:
    """Fill in the listeners of a scene's lines: the name a line calls, the last other speaker, the next one, or the only other present.

    ``unseen`` are narrators, to whom nobody speaks. Lines in voice-over are said to nobody.
    """
    lines = [(index, beat) for index, beat in enumerate(beats) if isinstance(beat, Line)]
    for position, (index, line) in enumerate(lines):
        if line.listener is not None or line.presence == "vo":
            continue
        before = [other.character for _, other in lines[max(0, position - BACK) : position] if other.presence != "vo"]
        after = [other.character for _, other in lines[position + 1 : position + 1 + AHEAD] if other.presence != "vo"]
        others = [person for person in [*reversed(before), *after] if person != line.character]
        company = [person for person in present if person != line.character]
        listener = _called(line, cast, unseen) or (others[0] if others else company[0] if len(company) == 1 else None)
        if listener is not None:
            beats[index] = line.model_copy(update={"listener": listener})


def _called(line: Line, cast: Cast, unseen: Collection[str]) -> str | None:
    """The person a line calls by name: "Ravi, come", "Come, Ravi!"."""
    cleaned = clean(line.text)
    spans = tokens(fold(line.text))
    for mention in cast.mentions(line.text):
        if mention.person == line.character or mention.possessive or mention.person in unseen:
            continue
        following = cleaned[mention.end : mention.end + 1]
        leading = cleaned[: mention.start].rstrip()[-1:]
        opens = bool(spans) and spans[0][0] == mention.start and bool(following) and following in _AFTER_FIRST
        closes = bool(leading) and leading in _COMMAS and following in _AFTER_LAST
        if opens or closes:
            return mention.person
    return None
