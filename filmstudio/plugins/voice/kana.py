"""Japanese as it sounds: kanji read, particles as spoken, words divided, in hiragana, which is all that eSpeak reads."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import Final, Protocol

from filmstudio.core.errors import Unsupported
from filmstudio.plugins.voice.wording import Wording

_DEPENDENT: Final = frozenset({"助詞", "助動詞", "記号"})
_DEPENDENT_DETAIL: Final = frozenset({"接尾", "非自立"})
_NUMBER: Final = "数"
_MONTH: Final = "月"
# IPADIC cannot tell 行った "went" from 行った "carried out"; people in films go.
_WENT: Final = {"行っ": "イッ"}
_COUNTED: Final = {
    ("1", "人"): "ヒトリ",
    ("2", "人"): "フタリ",
    ("1", "日"): "ツイタチ",
    ("2", "日"): "フツカ",
    ("3", "日"): "ミッカ",
    ("4", "日"): "ヨッカ",
    ("5", "日"): "イツカ",
    ("6", "日"): "ムイカ",
    ("7", "日"): "ナノカ",
    ("8", "日"): "ヨウカ",
    ("9", "日"): "ココノカ",
    ("10", "日"): "トオカ",
    ("20", "日"): "ハツカ",
}
"""Numbers that are not read by their digits before these counters."""


class _Token(Protocol):
    surface: str
    details: Sequence[str]


class _Tokenizer(Protocol):
    def tokenize(self, text: str) -> Sequence[_Token]: ...


@cache
def _tokenizer() -> _Tokenizer:
    # 20 MB, wanted for Japanese alone: imported with the first Japanese line.
    try:
        lindera = import_module("lindera")
    except ImportError as error:
        raise Unsupported("Japanese needs its dictionary.", remedy="Install it: pip install lindera-python-ipadic") from error
    tokenizer: _Tokenizer = lindera.Tokenizer(lindera.load_dictionary("embedded://ipadic"), mode="normal")
    return tokenizer


def in_kana(words: Wording) -> tuple[Wording, bool]:
    """The words in hiragana with a space before each phrase-word (bunsetsu), and whether every kanji had a reading.

    Characters of one word stand for all of that word's written characters.
    """
    text: list[str] = []
    origin: list[tuple[int, int]] = []
    complete = True
    at = 0
    number = ""
    for token in _tokenizer().tokenize(words.text):
        surface = str(token.surface)
        first = words.text.index(surface, at)
        last = first + len(surface)
        details = [*map(str, token.details), *[""] * 9]
        kind, detail, sound = details[0], details[1], details[8]
        for index in range(at, first):
            text.append(words.text[index])
            origin.append(words.origin[index])
        at = last
        whole = (words.origin[first][0], words.origin[last - 1][1])
        if number and surface == _MONTH:
            sound = "ガツ"
        sound = _WENT.get(surface, sound)
        joined = bool(number) and (detail == _NUMBER or surface == _MONTH)
        if (number, surface) in _COUNTED:
            sound = _COUNTED[number, surface]
            whole = (origin[-1][0], whole[1])
            del text[-len(number) :], origin[-len(number) :]
        number = (number + surface if joined else surface) if detail == _NUMBER else ""
        if not sound or sound == "*":
            sound = surface
            complete = complete and not any("\u3400" <= char <= "\u9fff" or ord(char) >= 0x20000 for char in surface)
        if text and text[-1] != " " and not joined and kind not in _DEPENDENT and detail not in _DEPENDENT_DETAIL:
            text.append(" ")
            origin.append((whole[0], whole[0]))
        for char in _hiragana(sound):
            text.append(char)
            origin.append(whole)
    for index in range(at, len(words.text)):
        text.append(words.text[index])
        origin.append(words.origin[index])
    return Wording("".join(text), tuple(origin)), complete


def _hiragana(text: str) -> str:
    return "".join(chr(ord(char) - 0x60) if "\u30a1" <= char <= "\u30f6" else char for char in text)
