"""The words that scripts are written with, in many languages: loaded once from ``data/grammar.json`` and made ready for matching."""

from __future__ import annotations

import re
import unicodedata
from functools import cached_property, lru_cache
from importlib import resources

from pydantic import Field

from filmstudio.core.model import Record


class TimeWords(Record):
    """One hour of the day (or ``later``, ``continuous``, ``same``) and the words that name it."""

    light: str
    words: tuple[str, ...]


class SpeechWords(Record):
    """Verbs of saying and thinking, and the pronouns that stand for a speaker (value: m, f, i for the narrator, or unknown)."""

    thought_verbs: tuple[str, ...]
    pronouns: dict[str, dict[str, str]]
    verbs: dict[str, tuple[str, ...]]
    determiners: frozenset[str] = Field(description="articles and possessives that begin a phrase for a person")
    phrase_ends: frozenset[str] = Field(description="prepositions and conjunctions, which no name goes beyond")
    adverbs: frozenset[str] = Field(description="words that may stand between a subject and its verb")
    hindi_leads: frozenset[str]
    english_words: frozenset[str] = Field(description="the commonest words of English grammar that no other language in Latin letters has")
    hindi_words: frozenset[str] = Field(description="the commonest words of Hindi grammar, which Sanskrit does not have")


class Grammar(Record):
    """Word lists by meaning. Words are as written in scripts; compare them through ``fold``."""

    version: int
    about: str = ""
    letters: dict[str, str] = Field(description="by language: the small letters that it has besides a to z, in names and guests too")
    headings: dict[str, tuple[str, ...]] = Field(description="INT, EXT, INT/EXT, EST and their words")
    times: dict[str, TimeWords]
    transitions: dict[str, tuple[str, ...]]
    extensions: dict[str, tuple[str, ...]]
    speech: SpeechWords
    genders: dict[str, str] = Field(description="given names, m or f")
    relations: dict[str, str] = Field(description="mother, king …, m or f")
    actions: dict[str, tuple[str, ...]] = Field(description="by language: patterns of visible action; * is any ending")
    places: dict[str, tuple[str, ...]] = Field(description="INT and EXT: nouns that name a place")
    title_keys: tuple[str, ...]
    title_words: tuple[str, ...]
    not_cues: tuple[str, ...] = Field(description="capitals that stand alone and name nobody")
    sound_words: tuple[str, ...]
    podcast_notes: tuple[str, ...] = Field(description="labels of a podcast's notes, which nobody speaks")
    time_jumps: dict[str, tuple[str, ...]] = Field(description="by language: phrases at the head of a paragraph that begin a scene")

    @cached_property
    def time_by_word(self) -> dict[str, str]:
        """The hour that each folded time word names."""
        return {fold(word): hour for hour, words in self.times.items() for word in words.words}

    @cached_property
    def transition_by_text(self) -> dict[str, str]:
        """The kind of each folded transition."""
        return {form: kind for kind, texts in self.transitions.items() for text in texts for form in (fold(text), f"{fold(text)}.")}

    @cached_property
    def extension_by_text(self) -> dict[str, str]:
        """The meaning of each folded extension (vo, os, contd, phone, pre_lap, subtitle)."""
        return {fold(text).replace("’", "'"): kind for kind, texts in self.extensions.items() for text in texts}

    @cached_property
    def heading_words(self) -> tuple[tuple[str, str], ...]:
        """(folded word without its full stop, setting), longest first."""
        words = {fold(word).rstrip(".。"): setting for setting, texts in self.headings.items() for word in texts}
        return tuple(sorted(words.items(), key=lambda pair: (-len(pair[0]), pair[0])))

    @cached_property
    def title_key_set(self) -> frozenset[str]:
        """Folded keys of a title page."""
        return frozenset(fold(key) for key in self.title_keys)

    def extension_kind(self, extension: str) -> str | None:
        """The meaning of what stands in brackets after a cue, or None when it is not a known extension."""
        return self.extension_by_text.get(fold(extension).replace("’", "'"))


@lru_cache(maxsize=1)
def grammar() -> Grammar:
    """The studio's grammar."""
    text = resources.files(__package__).joinpath("data/grammar.json").read_text(encoding="utf-8")
    return Grammar.model_validate_json(text)


NOT_AFTER_WORD = r"(?<![\w'’\u0300-\u036f\u064b-\u065f\u0670\u0900-\u0dff])"
NOT_BEFORE_WORD = r"(?![\w'’\u0300-\u036f\u064b-\u065f\u0670\u0900-\u0963\u0966-\u0dff])"
"""The edges of a word in patterns: Python's own leave out combining marks."""

_BIDI = dict.fromkeys([0x200E, 0x200F, 0x061C, *range(0x2066, 0x206A)])
_HARAKAT = re.compile("[\u064b-\u0652\u0670\u0640]")


def fold(text: str) -> str:
    """``text`` for comparing: NFKC (so full-width letters are plain), case-folded, spaces single, Arabic vowel marks removed."""
    if text.isascii():
        return " ".join(text.casefold().split())
    folded = unicodedata.normalize("NFKC", text.translate(_BIDI)).casefold()
    return " ".join(_HARAKAT.sub("", folded).split())


def continues_word(char: str) -> bool:
    """Whether ``char`` beside a letter belongs to its word: letters, digits, and combining marks, without which no word of Hindi ends."""
    return bool(char) and (char.isalnum() or unicodedata.category(char)[0] == "M")


def has_capitals(text: str) -> bool:
    """Whether ``text`` is written in a script with capitals: Latin, Greek, Cyrillic, Armenian …"""
    return any((char.isupper() or char.islower()) and not _caseless(char) for char in text)


def all_capitals(text: str) -> bool:
    """Whether every letter of ``text`` that could be a capital is one, and there is at least one. ``ß`` counts as a capital."""
    cased = [char for char in text if (char.isupper() or char.islower()) and not _caseless(char)]
    return bool(cased) and all(char.isupper() or char in "ßªº" for char in cased)


def _caseless(char: str) -> bool:
    # Georgian text uses one case in prose and names alike, whatever Unicode's tables say of it.
    return "\u10a0" <= char <= "\u10ff" or "\u1c90" <= char <= "\u1cbf"
