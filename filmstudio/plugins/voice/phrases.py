"""A line divided into phrases at its punctuation, each with the pause after it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from filmstudio.plugins.voice.wording import Wording

_COMMA, _SEMICOLON, _DASH, _STOP, _CALL, _QUESTION, _ELLIPSIS = 0.20, 0.30, 0.34, 0.48, 0.42, 0.46, 0.70
PAUSES: Final[dict[str, float]] = {
    **dict.fromkeys(",、،，፣", _COMMA),
    **dict.fromkeys(";:؛；：፤፥", _SEMICOLON),
    "—": _DASH,
    **dict.fromkeys(".。।॥۔．։።", _STOP),
    **dict.fromkeys("!！՜", _CALL),
    **dict.fromkeys("?？؟՞፧", _QUESTION),
    "…": _ELLIPSIS,
}
"""Seconds of silence after a mark, from voice direction; a mark of every script the catalogue speaks."""

_MARKS: Final = re.escape("".join(PAUSES))
# A digit on both sides keeps the mark within a number: 3,50 or 10:30. A point between letters belongs to them: a.m. or U.S.A.;
# one after a number and before a small letter makes an ordinal in many languages: 3. mai.
_SMALL: Final = "[a-zß-öø-ÿāăąćčďđēęěğīłńňőřśšťūůűźżžıа-яё]"
_ABBREVIATING: Final = rf"\.(?=[^\W_])|(?<=\.[^\W\d_])\.(?=\s+[a-z])|(?<=\d)\.(?=\s+{_SMALL})"
_BREAK: Final = re.compile(rf"(?!{_ABBREVIATING})(?:(?<![0-9])[{_MARKS}]|[{_MARKS}](?![0-9]))[{_MARKS}\s]*")
_AS_LATIN: Final = str.maketrans(
    {"、": ",", "，": ",", "；": ";", "：": ":", "！": "!", "？": "?", "．": ".", "。": ".", "…": ".", "—": ","}
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in one breath. ``mark`` ends its tune, ``pause`` is the silence after it in seconds."""

    wording: Wording
    mark: str
    pause: float


def phrases(said: Wording) -> tuple[Phrase, ...]:
    """The phrases of a line in order. Marks without words lengthen the pause before them; those that begin the line vanish."""
    found: list[Phrase] = []
    at = 0
    for match in [*_BREAK.finditer(said.text), None]:
        last = len(said.text) if match is None else match.start()
        words = said.part(at, last)
        marks = "" if match is None else "".join(match.group().split())
        pause = max((PAUSES[mark] for mark in marks), default=0.0)
        if speakable(words.text):
            found.append(Phrase(_stripped(words), _tune(marks), pause))
        elif found and pause > found[-1].pause:
            found[-1] = Phrase(found[-1].wording, found[-1].mark, pause)
        at = len(said.text) if match is None else match.end()
    return tuple(found)


def speakable(text: str) -> bool:
    """True when anything in the text has a sound."""
    return any(char.isalnum() or char in "&%°$€£¥₹+=" for char in text)


def _tune(marks: str) -> str:
    """The one mark whose tune eSpeak gives the phrase: a question asks even when it also calls."""
    latin = marks.translate(_AS_LATIN)
    for mark, signs in (("?", "?؟՞፧"), ("!", "!՜"), (".", ".।॥۔։።"), (",", ",;:،؛፣፤፥")):
        if any(sign in latin for sign in signs):
            return mark
    return ""


def _stripped(words: Wording) -> Wording:
    text = words.text
    first = len(text) - len(text.lstrip(" \t\r\n-/·・"))
    last = len(text.rstrip(" \t\r\n-/·・"))
    return words.part(first, max(first, last))
