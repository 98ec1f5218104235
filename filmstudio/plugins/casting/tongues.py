"""Casting words of other languages, put into the English of the wardrobe's index before a description is read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import product
from typing import Final

from pydantic import BaseModel, ConfigDict

from filmstudio.plugins.breakdown.words import word_set
from filmstudio.plugins.casting.wardrobe import wardrobe

_ENGLISH = word_set("a an the in with of and his her their is are wearing wears old young man woman boy girl who from on at into behind by")

_SCRIPTS: dict[str, str] = {
    "DEVANAGARI": "hi",
    "ARABIC": "ar",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "HANGUL": "ko",
    "CYRILLIC": "ru",
    "CJK": "zh",
}
"""The language whose words are looked for in a script, when nothing says another."""
_SHARED: dict[str, tuple[str, ...]] = {"ar": ("fa",), "zh": ("ja",)}
"""Languages that are written in the script of another, and are taken where the hint names them."""
_NO_SPACES = frozenset({"ja", "zh", "ko"})
"""Languages in which words are found inside of others: without spaces, or with endings that run on."""

# Combining marks count as letters: a plain \w would cut Devanagari words at their vowel signs.
_WORD = re.compile(r"[\w\u0300-\u036f\u0900-\u0903\u093a-\u094f'’-]+")
_ENDINGS: Final = 3
"""Most letters that a * stands for."""
_ARABIC: Final = ("ar", "fa")
_ARABIC_JOINED: Final = ("و", "ب", "ل", "ف", "")
_ARABIC_ENDS: Final = ("اً", "ا", "ً", "")
"""The article and one-letter words are written together with the noun, and so is the ending of the indefinite."""


class _Tongue(BaseModel):
    """The casting words of one language, by their English."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    after_noun: bool
    common: tuple[str, ...]
    words: dict[str, tuple[str, ...]]


class _Tongues(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int
    about: str
    languages: dict[str, _Tongue]


@cache
def _tongues() -> dict[str, _Tongue]:
    text = resources.files("filmstudio.plugins.casting").joinpath("data", "tongues.json").read_text("utf-8")
    return _Tongues.model_validate_json(text).languages


@dataclass(frozen=True, slots=True)
class _Glossary:
    """The casting words of one language, ready for looking up."""

    tongue: str
    after_noun: bool
    common: frozenset[str]
    phrases: Mapping[tuple[str, ...], str]
    """The English of whole phrases by their words; without spaces, by their letters."""
    stems: Mapping[tuple[str, ...], str]
    """The same of those whose last word may have endings."""
    longest: int
    """Words, or letters, of the longest phrase."""

    def at(self, words: Sequence[str], place: int) -> tuple[int, str] | None:
        """The longest phrase that begins at a word: how many words it takes, and its English."""
        for count in range(min(self.longest, len(words) - place), 0, -1):
            *head, last = words[place : place + count]
            for form in self._forms(last):
                if english := self.phrases.get((*head, form)):
                    return count, english
            for cut in range(_ENDINGS + 1):
                if english := self.stems.get((*head, last[: len(last) - cut])):
                    return count, english
        return None

    def _forms(self, word: str) -> Iterator[str]:
        yield word
        if self.tongue in _ARABIC:
            for joined, article, end in product(_ARABIC_JOINED, ("ال", ""), _ARABIC_ENDS):
                if word.startswith(joined + article) and word.endswith(end):
                    yield word[len(joined + article) : len(word) - len(end)]


@cache
def _glossary(tongue: str) -> _Glossary:
    """A language's words."""
    told = _tongues()[tongue]
    phrases: dict[tuple[str, ...], str] = {}
    stems: dict[tuple[str, ...], str] = {}
    for english, words in told.words.items():
        for word in words:
            plain = unicodedata.normalize("NFC", word.removesuffix("*")).lower()
            key = tuple(plain) if tongue in _NO_SPACES else tuple(_WORD.findall(plain))
            (stems if word.endswith("*") else phrases)[key] = english
    return _Glossary(tongue, told.after_noun, frozenset(told.common), phrases, stems, max(map(len, (*phrases, *stems))))


def in_english(description: str, language: str = "") -> str:
    """The description with its casting words in English; everything else stays as the writer put it.

    ``language`` is what the person speaks: it decides between languages of one script where the words themselves do not.
    """
    text = unicodedata.normalize("NFC", description)
    for tongue in _tongues_of(text, language.split("-", maxsplit=1)[0].lower()):
        text = _translated(text, _glossary(tongue))
    return text


def _tongues_of(text: str, hint: str) -> list[str]:
    """The languages to translate from: one for each script that the text has."""
    scripts = dict.fromkeys(unicodedata.name(char, "").split(" ", maxsplit=1)[0] for char in text if char.isalpha())
    found = [_SCRIPTS[script] for script in scripts if script in _SCRIPTS]
    if "ja" in found:
        found = [tongue for tongue in found if tongue != "zh"]
    found = [hint if hint in _SHARED.get(tongue, ()) else tongue for tongue in dict.fromkeys(found)]
    latin = _latin(text, hint) if "LATIN" in scripts else ""
    return [*found, latin] if latin else found


def _latin(text: str, hint: str) -> str:
    """The language of a text in Latin letters: whose little words and casting words it has most of; empty for English."""
    words = _WORD.findall(text.lower())
    best = ""
    most: float = sum(word in _ENGLISH for word in words) + 0.5
    for name, tongue in _tongues().items():
        if not tongue.common:
            continue
        glossary = _glossary(name)
        known = sum((word in glossary.common) + (glossary.at(words, place) is not None) for place, word in enumerate(words))
        points = known + (0.5 if name == hint else 0.0)
        if points > most:
            best, most = name, points
    return best


@cache
def _colours() -> frozenset[str]:
    return frozenset(name for table in wardrobe().colours.values() for name in table)


def _translated(text: str, glossary: _Glossary) -> str:
    dense = glossary.tongue in _NO_SPACES
    spans = [(at, at + 1) for at in range(len(text))] if dense else [found.span() for found in _WORD.finditer(text)]
    words = [text[start:end].lower() for start, end in spans]
    made: list[str] = []
    place = end = 0
    while place < len(words):
        found = glossary.at(words, place)
        count, english = found or (1, "")
        apart = any(text[spans[at][1] : spans[at + 1][0]].strip() for at in range(place, place + count - 1))
        if found is None or apart:
            place += 1
            continue
        # A colour that follows its thing ends the clause, so that it is not read of what comes next.
        made += [text[end : spans[place][0]], f" {english}{' , ' if glossary.after_noun and english in _colours() else ' '}"]
        place, end = place + count, spans[place + count - 1][1]
    return "".join(made) + text[end:]
