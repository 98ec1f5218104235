"""The spoken words of a speech: taken out of its elements unchanged, and divided at sentence ends into lines."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from filmstudio.core.screenplay import plain_text, spoken_text
from filmstudio.plugins.breakdown.words import is_letter, sentences_of

LONGEST_LINE = 140
"""Characters of a line, about ten seconds of speech; scripts written without spaces say more with fewer."""

LONGEST_BY_LANGUAGE = {"zh": 45, "yue": 45, "ja": 60, "ko": 70, "th": 90}

LONGEST_SENTENCE = 2
"""A sentence longer than this many lines is divided at its clauses."""

_BRACKETED = re.compile(r"\[[^\]\n]*\]|\u3010[^\u3011\n]*\u3011|\([^()\n]*\)|\uff08[^\uff08\uff09\n]*\uff09")
_CLAUSE = re.compile(r"(?<=[;:,\u060c\u061b\uff0c\uff1b\u3001\u2014\u2013])\s*")
_UNSPACED_LANGUAGES = frozenset({"zh", "ja", "yue", "th", "lo", "km", "my"})


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a dialogue element: words to speak, or an aside in brackets among them."""

    text: str
    aside: bool = False


def pieces_of(text: str, is_aside: Callable[[str], bool]) -> list[Piece]:
    """Divide dialogue into words and bracketed asides.

    Square brackets are never spoken. Round brackets are an aside at the start of the speech, and elsewhere when
    ``is_aside`` knows what they ask for; other brackets are the writer's words.
    """
    # Emphasis first: an aside may stand inside it, and its marks must not be torn apart.
    unmarked = plain_text(text)
    pieces: list[Piece] = []
    start = 0
    for matched in _BRACKETED.finditer(unmarked):
        words = matched.group()
        square = words[0] in "[\u3010"
        leading = not unmarked[start : matched.start()].strip() and not any(not piece.aside for piece in pieces)
        if not (square or is_aside(words) or (leading and unmarked[matched.end() :].strip())):
            continue
        pieces.append(Piece(unmarked[start : matched.start()]))
        pieces.append(Piece(words, aside=True))
        start = matched.end()
    pieces.append(Piece(unmarked[start:]))
    return [piece for piece in pieces if piece.aside or piece.text.strip()]


def words_to_speak(text: str, language: str) -> str:
    """The words of plain text that are spoken: no web addresses, no emoji, lines joined as their script joins them."""
    joined = text
    if language.split("-", maxsplit=1)[0] in _UNSPACED_LANGUAGES:
        joined = re.sub(r"(?<=[^\x00-\x7f])[ \t]*\n[ \t]*(?=[^\x00-\x7f])", "", text)
    # What is given here is plain already: its stars and strokes are the writer's own signs, not emphasis.
    return spoken_text(re.sub(r"([*_\\])", r"\\\1", joined))


def divide(text: str, language: str) -> list[str]:
    """Divide a speech into lines at sentence ends. Joined by single spaces (none where none were) they are the text again."""
    limit = LONGEST_BY_LANGUAGE.get(language.split("-", maxsplit=1)[0], LONGEST_LINE)
    if len(text) <= limit:
        return [text] if text.strip() else []
    lines: list[str] = []
    current = ""
    for sentence in sentences_of(text):
        parts = [sentence]
        if len(sentence) > LONGEST_SENTENCE * limit:
            parts = _clauses(sentence, limit)
        for part in parts:
            if current and len((current + part).rstrip()) > limit:
                lines.append(current)
                current = ""
            current += part
    if current:
        lines.append(current)
    return _voiced([line.strip() for line in lines])


def _clauses(sentence: str, limit: int) -> list[str]:
    """A very long sentence at its clauses, each group as long as a line may be."""
    groups: list[str] = []
    start = 0
    last = 0
    for matched in _CLAUSE.finditer(sentence):
        if matched.end() - start > limit and last > start:
            groups.append(sentence[start:last])
            start = last
        last = matched.end()
    groups.append(sentence[start:])
    return [group for group in groups if group]


def _voiced(lines: list[str]) -> list[str]:
    """Lines that hold no letter (a lone ellipsis) join their neighbour."""
    kept: list[str] = []
    for line in lines:
        if kept and not any(is_letter(char) for char in line):
            kept[-1] = f"{kept[-1]} {line}"
        elif line:
            kept.append(line)
    return kept
