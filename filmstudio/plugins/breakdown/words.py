"""Finding words and phrases in text of any script: longest first, on word edges, with prefixes and inflections."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

T = TypeVar("T")

AR_PREFIXES = ("وال", "بال", "لل", "ال", "و", "ف", "ب", "ل")
"""What Arabic writes together with the next word; a word is also found behind one of them."""

_DROPPED = re.compile("[\u064b-\u0652\u0670\u0640\u093c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufe0e\ufe0f]")
_LATIN = "abcdefghijklmnopqrstuvwxyz"
_APOSTROPHES = str.maketrans({"\u2019": "'", "\u2018": "'", "\u02bc": "'", "\u201b": "'"})
_WORD = re.compile(r"[^\W_]+(?:['\-][^\W_]+)*")
_UNSPACED = re.compile("[\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af\u0e00-\u0e7f]")


def word_set(words: str) -> frozenset[str]:
    """The words of a text, as a set: how word lists too short for the lexicon are written."""
    return frozenset(words.split())


@lru_cache(maxsize=4096)
def clean(text: str) -> str:
    """NFC without what writers leave out at will: harakat, tatweel, nukta, zero-width marks; one kind of apostrophe."""
    if text.isascii():
        return text
    composed = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text) if _wide(text) else text)
    return _DROPPED.sub("", composed).translate(_APOSTROPHES)


def _wide(text: str) -> bool:
    return any("\uff00" <= char <= "\uffef" for char in text)


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """The cleaned text in lower case, of the same length as ``clean(text)``, so that positions agree."""
    if text.isascii():
        return text.lower()
    return "".join(low if len(low := char.lower()) == 1 else char for char in clean(text))


def is_letter(char: str) -> bool:
    """Whether a character belongs to a word. Combining marks do: without them दुख would be found inside दुखी."""
    return unicodedata.category(char)[0] in "LMN"


def tokens(text: str) -> list[tuple[int, int, str]]:
    """Words of folded text with their positions. Marks of the Indic scripts stay inside their word."""
    found: list[tuple[int, int, str]] = []
    position = 0
    while position < len(text):
        if not is_letter(text[position]):
            position += 1
            continue
        end = position + 1
        while end < len(text) and (is_letter(text[end]) or (text[end] in "'-" and end + 1 < len(text) and is_letter(text[end + 1]))):
            end += 1
        found.append((position, end, text[position:end]))
        position = end
    return found


def count_words(text: str) -> int:
    """How long a text is to read, in words; two signs of a script written without spaces count as one."""
    unspaced = len(_UNSPACED.findall(text))
    return len(tokens(_UNSPACED.sub(" ", text))) + (unspaced + 1) // 2


@dataclass(frozen=True, slots=True)
class Hit(Generic[T]):
    """A phrase found in folded text at ``[start, end)``."""

    start: int
    end: int
    key: str
    value: T


@dataclass(frozen=True, slots=True)
class _Entry(Generic[T]):
    key: str
    value: T
    head: str
    expression: str
    """How it looks with its endings; empty where it has none. Compiled when its stem is found: few of them ever are."""
    stem: str
    languages: frozenset[str] | None


class Phrases(Generic[T]):
    """A phrase list ready for searching.

    A key is compared folded. ``*`` at the end of a word stands for any ending (``inflect`` narrows that to the endings of
    English verbs); keys of scripts written without spaces are found anywhere, all others on word edges only; a key that
    begins with ``-`` is a suffix. ``bound`` names keys that belong to some languages only.
    """

    def __init__(
        self,
        entries: Iterable[tuple[str, T]],
        *,
        inflect: bool = False,
        bound: dict[str, frozenset[str]] | None = None,
    ) -> None:
        self._by_head: dict[str, list[_Entry[T]]] = {}
        for key, value in entries:
            folded = fold(key)
            literal = folded.lstrip("-").split("*", 1)[0]
            expression = _expression(folded, inflect) if "*" in folded else ""
            entry = _Entry(key, value, folded.lstrip("-"), expression, literal[:-1] if inflect else literal, (bound or {}).get(folded))
            if literal:
                self._by_head.setdefault(literal[:2], []).append(entry)
        self._has_suffixes = any(entry.key.startswith("-") for found in self._by_head.values() for entry in found)
        for entries_here in self._by_head.values():
            entries_here.sort(key=lambda entry: (-len(entry.head), entry.key))

    def find(self, text: str, language: str = "", taken: bytearray | None = None) -> list[Hit[T]]:
        """Hits in folded ``text``, left to right, not overlapping each other nor ``taken`` (which is filled in)."""
        hits: list[Hit[T]] = []
        used = taken if taken is not None else bytearray(len(text))
        position = 0
        before = ""
        while position < len(text):
            char = text[position]
            # Most positions are inside a word of Latin letters, where only a suffix could begin.
            inside = char in _LATIN and before in _LATIN and before != "" and not self._has_suffixes
            before = char
            best = None if inside or used[position] else self._best_at(text, position, language, used)
            if best is None:
                position += 1
                continue
            hits.append(best)
            used[best.start : best.end] = b"\x01" * (best.end - best.start)
            position = best.end
            before = text[position - 1]
        return hits

    def exact(self, text: str, language: str = "") -> T | None:
        """The value of the key that is the whole of ``text``."""
        folded = fold(text).strip()
        best = self._best_at(folded, 0, language, bytearray(len(folded))) if folded else None
        return best.value if best is not None and best.end == len(folded) else None

    def _best_at(self, text: str, position: int, language: str, used: bytearray) -> Hit[T] | None:
        best: Hit[T] | None = None
        heads = (text[position : position + 2], text[position : position + 1])
        for head in heads:
            for entry in self._by_head.get(head, ()):
                end = _match(entry, text, position)
                if end <= position or (best is not None and end <= best.end):
                    continue
                if entry.languages is not None and language and language not in entry.languages:
                    continue
                if not any(used[position:end]) and _on_edges(entry.key, text, position, end):
                    best = Hit(position, end, entry.key, entry.value)
        return best


def _match(entry: _Entry[T], text: str, position: int) -> int:
    if not entry.expression:
        return position + len(entry.head) if text.startswith(entry.head, position) else -1
    if not text.startswith(entry.stem, position):
        return -1
    matched = _compiled(entry.expression).match(text, position)
    return matched.end() if matched else -1


_compiled = lru_cache(maxsize=None)(re.compile)


def _on_edges(key: str, text: str, start: int, end: int) -> bool:
    if _UNSPACED.search(key):
        return True
    if is_letter(text[end - 1]) and end < len(text) and (is_letter(text[end]) or text.startswith("'t", end)):
        return False
    if start == 0 or key.startswith("-") or not is_letter(text[start]) or not is_letter(text[start - 1]):
        return True
    if not "\u0600" <= text[start] <= "\u06ff":
        return False
    first = start
    while first and is_letter(text[first - 1]):
        first -= 1
    return text[first:start] in AR_PREFIXES


def _expression(folded: str, inflect: bool) -> str:
    parts = []
    for word in folded.lstrip("-").split(" "):
        if word.endswith("*"):
            stem = word[:-1]
            parts.append(_inflected(stem) if inflect and stem.isascii() else re.escape(stem) + r"[\w'\u0300-\u036f\u0900-\u0d7f]*")
        else:
            parts.append(re.escape(word))
    return " ".join(parts)


def _inflected(stem: str) -> str:
    """The forms of an English verb given by its stem, which may lack its last vowel or consonant: danc*, hurr*, sit*, wave*."""
    last = re.escape(stem[-1])
    if stem.endswith(("c", "bl", "rr", "ps", "v")):
        return re.escape(stem) + r"(?:es?|ed|ing|y|ies|ied|ying)?(?!\w)"
    if stem.endswith("e"):
        return re.escape(stem[:-1]) + r"(?:es?|ed|ing|eing)(?!\w)"
    if stem.endswith(("s", "x", "z", "ch", "sh")):
        return re.escape(stem) + r"(?:es|ed|ing)?(?!\w)"
    return re.escape(stem) + rf"(?:s|ed|ing|{last}ed|{last}ing)?(?!\w)"


def sentences_of(text: str, abbreviations: Sequence[str] = ()) -> list[str]:
    """Sentences of a text with the white space that follows them: they join to the text again, character for character."""
    known = {fold(word) for word in abbreviations} or ABBREVIATIONS
    pieces: list[str] = []
    start = 0
    for matched in _SENTENCE_END.finditer(text):
        end = matched.end()
        if end >= len(text) or not text[start:end].strip():
            continue
        if text[end].islower() or (matched.group("stop") and _stop_inside(text, start, matched.start("stop"), known)):
            continue
        pieces.append(text[start:end])
        start = end
    if start < len(text):
        pieces.append(text[start:])
    return pieces


ABBREVIATIONS = word_set(
    "mr mrs ms dr prof st sr jr lt col gen capt sgt rev hon vs etc no vol fig approx dept mt ft sra srta ud mme mlle m hr fr "
    "nr bzw usw z b d h inc ltd e g i a p डॉ श्री"
)
"""Words that a full stop follows without ending the sentence."""

_CLOSERS = "\"'\u2019\u201d\u00bb\u300d\u300f\u3011\uff09)\\]"
_SENTENCE_END = re.compile(
    rf"(?:(?P<stop>\.)(?![.\w])|[!?\u2026\u061f\u06d4\u0964\u0965\u203d]+|\.{{2,}}|(?P<wide>[\u3002\uff01\uff1f\uff61]+))"
    rf"[!?.\u2026\u3002\uff01\uff1f\u0964\u0965]*[{_CLOSERS}]*(?:\s+|(?<=[\u3002\uff01\uff1f\uff61\u300d\u300f\u0964\u0965])|$)"
)


def _stop_inside(text: str, start: int, stop: int, known: frozenset[str] | set[str]) -> bool:
    """Whether a full stop ends an abbreviation or an initial rather than a sentence."""
    first = stop
    while first > start and (is_letter(text[first - 1]) or text[first - 1] == "'"):
        first -= 1
    word = fold(text[first:stop])
    if word in known:
        return True
    return len(word) == 1 and word.isalpha() and text[first].isupper() and word != "i"
