"""Names that speak once, in scripts without capitals: no writing tells them from action, so the script or the studio must know them.

``राम`` on a line of its own over ``मैं यहाँ हूँ।`` looks as ``अँधेरा`` over ``कुछ नहीं दिखता।`` does. It is a cue when it is a given name or says
what somebody is, when the script introduces it (``राम (25)``) or begins a sentence with it elsewhere, or when a parenthetical
stands between it and the words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from filmstudio.plugins.breakdown.naming import naming
from filmstudio.plugins.screenplay.grammar import fold, grammar

_MOST_WORDS, _MOST_LETTERS, _MOST_DENSE = 3, 24, 6
_LONGEST_SURNAME = 3
_HONORIFICS = re.compile(r"(?<=.)(?:さん|ちゃん|くん|君|様|さま|先生|씨|님|\s(?:जी|साहब))$")
_DENSE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Writing whose particles stand on the name itself."""
_KANA = re.compile("[\u3041-\u3096]")
_VERB_FIRST = re.compile("[\u0590-\u06ff]")
_SENTENCE = re.compile(r"[^.!?…।॥。！？؟\n]+")
_AGE = re.compile(r"([^\n(（,،、，।॥。]{1,40}?)\s*[(（,،、，]\s*\d")
_PARTICLES = ("は", "が", "も", "、", "，", "께서", "은", "는", "이", "가")


def names_somebody(name: str, following: Sequence[str], introduced: frozenset[str]) -> bool:
    """Whether a line is a cue, though it stands before text only once.

    Args:
        name: the line without extensions; it fits the grammar of names and has no capitals.
        following: the lines under it, up to the next blank one.
        introduced: what ``introduced_in`` finds in the rest of the script.
    """
    key = fold(name)
    most = _MOST_DENSE if _DENSE.search(name) else _MOST_LETTERS
    if not key or len(name.split()) > _MOST_WORDS or len(name) > most or names_nobody(name):
        return False
    aside = len(following) > 1 and re.fullmatch(r"\s*[(（][^()（）]+[)）]\s*", following[0]) is not None
    return aside or _is_called_so(key) or (len(name) > 1 and key in introduced)


def names_nobody(name: str) -> bool:
    """Whether a line is an hour, a season, a place or a sound: nobody's name, however often it stands before text."""
    return fold(name) in _no_people()


def introduced_in(text: str) -> frozenset[str]:
    """Folded words with an age behind them, and those with which, or with one word before them, sentences begin."""
    return frozenset(fold(words) for words in _introduced(text))


def _introduced(text: str) -> Iterator[str]:
    for match in _AGE.finditer(text):
        before = match.group(1).strip()
        words = before.split()
        yield from (" ".join(words[-count:]) for count in range(1, min(len(words), _MOST_WORDS) + 1))
        if _DENSE.search(before):
            yield from (before[-count:] for count in range(2, min(len(before), _MOST_DENSE) + 1))
    for sentence in _SENTENCE.finditer(text):
        head = sentence.group().strip()[: 4 * _MOST_LETTERS]
        if _DENSE.search(head[:_MOST_DENSE]):
            yield from (head[:count] for count in range(2, _MOST_DENSE + 1) if head.startswith(_PARTICLES, count))
            continue
        words = re.findall(r"[^\s,،(]+", head)
        for first in (0, 1):
            yield from (" ".join(words[first:last]) for last in range(first + 1, min(first + _MOST_WORDS, len(words) - 1) + 1))


def _is_called_so(key: str) -> bool:
    given, people = _given(), _people()
    words = key.split()
    if key in people or key.removeprefix("ال") in people or _HONORIFICS.search(key):
        return True
    if len(words) > 1:
        # बूढ़ा आदमी is somebody; राम आया and دخل رجل are sentences.
        return not _VERB_FIRST.search(key) and (words[-1] in people or all(word in given for word in words))
    if len(key) > 1 and key in given:
        return True
    # Surname and given name in one: 山田花子, 김철수.
    cuts = range(1, min(len(key) - 2, _LONGEST_SURNAME) + 1) if _DENSE.search(key) else ()
    return any(key[cut:] in given and not _KANA.search(key[:cut]) for cut in cuts)


@lru_cache(maxsize=1)
def _given() -> frozenset[str]:
    return frozenset(fold(name) for name in (*naming().given, *grammar().genders))


@lru_cache(maxsize=1)
def _people() -> frozenset[str]:
    return frozenset(fold(word) for word in (*naming().people, *grammar().relations))


@lru_cache(maxsize=1)
def _no_people() -> frozenset[str]:
    places = (place for words in grammar().places.values() for place in words)
    words = (*grammar().time_by_word, *grammar().transition_by_text, *grammar().not_cues, *naming().things, *places)
    return frozenset(fold(word) for word in words)
