"""Casting words of other languages, put into the English of the wardrobe's index before a description is read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from importlib import resources

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

# Combining marks count as letters: a plain \b would cut Devanagari words at their vowel signs.
_LETTER = r"\w\u0300-\u036f\u0900-\u0903\u093a-\u094f"
_ENDING = rf"[{_LETTER}]{{0,3}}"


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


def in_english(description: str, language: str = "") -> str:
    """The description with its casting words in English; everything else stays as the writer put it.

    ``language`` is what the person speaks: it decides between languages of one script where the words themselves do not.
    """
    text = unicodedata.normalize("NFC", description)
    for tongue in _tongues_of(text, language.split("-", maxsplit=1)[0].lower()):
        text = _translator(tongue)(text)
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
    words = re.findall(rf"[{_LETTER}'’-]+", text.lower())
    best, most = "", sum(word in _ENGLISH for word in words) + 0.5
    for name, tongue in _tongues().items():
        if not tongue.common:
            continue
        points = sum(word in tongue.common for word in words) + len(_pattern(name).findall(text)) + (0.5 if name == hint else 0.0)
        if points > most:
            best, most = name, points
    return best


@cache
def _colours() -> frozenset[str]:
    return frozenset(name for table in wardrobe().colours.values() for name in table)


@cache
def _entries(tongue: str) -> tuple[tuple[str, str], ...]:
    """(word, its English), the longest first."""
    entries = ((word, english) for english, words in _tongues()[tongue].words.items() for word in words)
    return tuple(sorted(entries, key=lambda entry: (-len(entry[0]), entry[0])))


@cache
def _pattern(tongue: str) -> re.Pattern[str]:
    """Any of a language's words, one group each."""
    return re.compile("|".join(f"({_form(word, tongue)})" for word, _ in _entries(tongue)), re.IGNORECASE)


def _form(word: str, tongue: str) -> str:
    stem = re.escape(unicodedata.normalize("NFC", word.removesuffix("*")))
    if tongue in _NO_SPACES:
        return stem
    if tongue in ("ar", "fa"):
        # The article and one-letter words are written together with the noun, and so is the ending of the indefinite.
        return rf"(?<![{_LETTER}])[وبلف]?(?:ال)?{stem}(?:ا|اً|ً)?(?![{_LETTER}])"
    return rf"(?<![{_LETTER}]){stem}{_ENDING if word.endswith('*') else ''}(?![{_LETTER}])"


@cache
def _translator(tongue: str) -> Callable[[str], str]:
    entries, after_noun = _entries(tongue), _tongues()[tongue].after_noun
    pattern = _pattern(tongue)

    def english(found: re.Match[str]) -> str:
        word = entries[(found.lastindex or 1) - 1][1]
        # A colour that follows its thing ends the clause, so that it is not read of what comes next.
        return f" {word}{' , ' if after_noun and word in _colours() else ' '}"

    return lambda text: pattern.sub(english, text)
