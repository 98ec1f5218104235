"""Which old encoding a text in Latin letters has: the one whose letters are those of the language that it is found to be in."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from filmstudio.plugins.screenplay.grammar import grammar
from filmstudio.plugins.screenplay.language import language_of

ENCODINGS = ("cp1252", "cp1250", "cp1254", "cp1257", "iso8859_2", "iso8859_15", "iso8859_13", "mac_roman", "cp1258")
"""The commonest first: it is taken where several read alike."""

_LONG_RUN = re.compile(rb"[\x80-\xff]{3,}")
_HIGH = re.compile(rb"[\x80-\xff]")
_MOST_IN_RUNS = 0.2
"""Latin languages hardly ever have three letters with marks in a row; others have hardly any letter without."""
_MOST_STRANGE = 0.25
_BEFORE, _SAMPLE = 2_000, 100_000
"""Bytes that are judged: those around and behind the first that is not ASCII."""
_AMONG_LETTERS = frozenset("’‘'–—…-")
_BESIDES = re.compile(r"[^\x00-\x7f]")
_MARKS = frozenset("“”„‚«»‹›¿¡€£§©®™°ªº•†½¼¾×²³·\u00a0") | _AMONG_LETTERS
"""What scripts have besides letters."""
_RAREST = "is"
"""Of two readings without a strange letter, Icelandic is the less likely: its letters are those that Turkish has in their place."""


def find_latin_encoding(data: bytes) -> str | None:
    """The encoding of ``data``, which is not UTF-8; None when it is not in Latin letters, or none fits."""
    first = _HIGH.search(data)
    if first is None:
        return None
    sample = data[max(0, first.start() - _BEFORE) :][:_SAMPLE]
    high = len(_HIGH.findall(sample))
    if sum(map(len, _LONG_RUN.findall(sample))) > _MOST_IN_RUNS * high:
        return None
    read: list[tuple[int, bool, int, int]] = []
    for order, encoding in enumerate(ENCODINGS):
        # What an encoding has no letter for is as strange as a wrong letter.
        text = unicodedata.normalize("NFC", sample.decode(encoding, "replace"))
        besides = Counter(match.group() for match in _BESIDES.finditer(text) if not _is_mark(text, match.start()))
        # A script in English with a few Czech names has the letters of English, and beside them those of one language.
        found, (fewest, guest) = language_of(text), min((_strange(besides, each), each) for each in grammar().letters)
        strange = _strange(besides, found)
        read.append((strange + fewest, _RAREST in (found, guest), order, min(strange, fewest)))
    _, _, order, strange = min(read)
    return ENCODINGS[order] if strange <= _MOST_STRANGE * high and _decodes(data, ENCODINGS[order]) else None


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _strange(besides: Counter[str], language: str) -> int:
    """How many of the characters ``language`` does not have."""
    own = grammar().letters.get(language, "")
    return sum(count for char, count in besides.items() if char not in own and char.lower() not in own)


def _is_mark(text: str, at: int) -> bool:
    """Whether a mark stands here as marks do: few stand between two letters."""
    between = text[at - 1 : at].isalpha() and text[at + 1 : at + 2].isalpha()
    return text[at] in (_AMONG_LETTERS if between else _MARKS)
