"""Text on its way to the speech engine, each character knowing which written characters it stands for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

LONGEST_WORD_BYTES: Final = 120
"""eSpeak NG loses what a word has beyond 160 bytes of UTF-8 (its N_WORD_BYTES)."""


@dataclass(frozen=True, slots=True)
class Wording:
    """Text for the speech engine. ``origin[i]`` is the half-open range of the written text that character ``i`` stands for."""

    text: str
    origin: tuple[tuple[int, int], ...]

    def __post_init__(self) -> None:
        if len(self.text) != len(self.origin):
            raise ValueError("every spoken character has an origin")

    def part(self, first: int, last: int) -> Wording:
        """Characters ``first`` up to ``last``."""
        return Wording(self.text[first:last], self.origin[first:last])

    def sub(self, pattern: re.Pattern[str], said: Callable[[re.Match[str]], str]) -> Wording:
        """Replace every match by what ``said`` returns for it; new characters stand for the whole match."""
        text: list[str] = []
        origin: list[tuple[int, int]] = []
        at = 0
        for match in pattern.finditer(self.text):
            first, last = match.span()
            new = said(match)
            if first == last or new == match.group():
                continue
            text.append(self.text[at:first])
            origin.extend(self.origin[at:first])
            text.append(new)
            origin.extend([(self.origin[first][0], self.origin[last - 1][1])] * len(new))
            at = last
        text.append(self.text[at:])
        origin.extend(self.origin[at:])
        return Wording("".join(text), tuple(origin))


def written(text: str) -> Wording:
    """The text as it stands, composed (NFC), with digits of every script as 0 to 9."""
    spoken: list[str] = []
    origin: list[tuple[int, int]] = []
    at = 0
    while at < len(text):
        end = at + 1
        while end < len(text) and unicodedata.combining(text[end]):
            end += 1
        for char in unicodedata.normalize("NFC", text[at:end]):
            digit = unicodedata.decimal(char, None)
            spoken.append(char if digit is None else str(digit))
            origin.append((at, end))
        at = end
    return Wording("".join(spoken), tuple(origin))


def in_short_words(said: Wording) -> Wording:
    """The wording with spaces in words that the speech engine would cut short; the parts stand for the letters they hold."""
    text: list[str] = []
    origin: list[tuple[int, int]] = []
    at = 0
    for word in re.finditer(r"\S+", said.text):
        begun = word.start()
        if len(word.group().encode()) <= LONGEST_WORD_BYTES:
            continue
        for index in range(*word.span()):
            if len(said.text[begun : index + 1].encode()) > LONGEST_WORD_BYTES and not unicodedata.category(said.text[index]).startswith(
                "M"
            ):
                text += [said.text[at:index], " "]
                origin += [*said.origin[at:index], (said.origin[index][0], said.origin[index][0])]
                at = begun = index
    return Wording("".join([*text, said.text[at:]]), (*origin, *said.origin[at:]))
