"""Character cues: whether a line names who speaks next, and what stands in brackets after the name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from filmstudio.core.screenplay import plain_text
from filmstudio.plugins.screenplay.grammar import all_capitals, fold, grammar, has_capitals

MAX_WORDS = 6
MAX_LETTERS = 40
MAX_FORCED_LETTERS = 60
"""Longest name of a forced cue, and of any other form's speakers: longer names cannot be shown or filed."""

_BRACKETS = re.compile(r"\s*[(（]([^()（）]*)[)）]\s*$")
_OPEN_BRACKET = re.compile(r"\s*[(（]([^()（）]*)$")
_STOPS = ".!?:;,…。！？：；、،؟؛।॥"
_INNER_STOPS = set('!?:…。！？：؟।॥"“”「」『』«»')
_TITLES_WITH_STOP = ("JR.", "SR.", "ESQ.", "PH.D.", "M.D.")


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue taken apart. ``name`` has no extensions, emphasis or dual mark."""

    name: str
    extensions: tuple[str, ...] = ()
    dual: bool = False
    closed: bool = True
    """False when a bracket after the name was never closed."""


def split_cue(line: str) -> Cue:
    """Take a cue line apart: name, extensions in the order written, dual mark."""
    text = plain_text(line).strip()
    dual = text.endswith("^")
    text = text.rstrip("^ \t") if dual else text
    extensions: list[str] = []
    closed = True
    while (match := _BRACKETS.search(text)) and match.start() > 0:
        extensions[:0] = [part.strip() for part in re.split(r"[,;、،；]", match.group(1)) if part.strip()]
        text = text[: match.start()].rstrip()
    if (match := _OPEN_BRACKET.search(text)) and match.start() > 0 and match.group(1).strip():
        extensions.insert(0, match.group(1).strip())
        text, closed = text[: match.start()].rstrip(), False
    return Cue(" ".join(text.split()), tuple(extensions), dual, closed)


def name_key(name: str) -> str:
    """The key under which all spellings of a name are one: folded, without emphasis, honours kept."""
    return fold(plain_text(name))


def is_capital_cue(line: str) -> bool:
    """Whether ``line`` fits the grammar of a natural cue in a script with capitals (text must follow; the caller looks)."""
    cue = split_cue(line)
    return all_capitals(cue.name) and _fits(cue.name) and not _names_nobody(cue.name)


def is_caseless_candidate(line: str) -> bool:
    """Whether ``line`` could be a name in a script without capitals. It is one when known, or seen twice before text."""
    name = split_cue(line).name
    return bool(name) and not has_capitals(name) and any(char.isalpha() for char in name) and _fits(name) and not _names_nobody(name)


def has_known_extension(line: str) -> bool:
    """Whether brackets after the name hold an extension of the grammar, such as V.O."""
    return any(grammar().extension_kind(extension) for extension in split_cue(line).extensions)


def known_caseless_names(forced: Iterable[str], standing_alone: Iterable[str]) -> frozenset[str]:
    """Name keys that count as cues: those forced anywhere with ``@``, and candidates that stand alone before text at least twice."""
    counts = Counter(name_key(split_cue(line).name) for line in standing_alone)
    known = {name_key(split_cue(line).name) for line in forced}
    return frozenset(known | {key for key, count in counts.items() if count >= 2})


def _fits(name: str) -> bool:
    if not name or len(name) > MAX_LETTERS or len(name.split()) > MAX_WORDS:
        return False
    if _INNER_STOPS & set(name) or "--" in name or name[0] in "-–—([#=~>.…":
        return False
    return name[-1] not in _STOPS or name.upper().endswith(_TITLES_WITH_STOP)


def _names_nobody(name: str) -> bool:
    words = fold(name)
    if words in grammar().not_cues or words in grammar().transition_by_text:
        return True
    pieces = words.split()
    return len(pieces) >= 1 and pieces[0] in ("a", "an", "the") and len(pieces) == 2 and pieces[1] in grammar().sound_words
