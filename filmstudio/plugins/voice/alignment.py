"""When each word and phoneme of a line sounds: eSpeak's events brought to the written words and the finished samples."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from filmstudio.core.requests import Phoneme, SpokenWord
from filmstudio.plugins.voice.espeak_call import SourceEvent
from filmstudio.plugins.voice.languages import script_of
from filmstudio.plugins.voice.wording import Wording

_STRESS: Final = "'"
_MARKS: Final = "',%=_|"
_SILENCES: Final = frozenset({"", "_", "_:", "_|", "_!", "|", "||", ";"})
_LANGUAGE_CHANGE: Final = re.compile(r"\([a-z-]*\)?")
_UNSPACED: Final = frozenset({"CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR"})


@dataclass(frozen=True, slots=True)
class Part:
    """One run of speech: its events in samples from its own start, the source sample it starts at, its length, its words."""

    wording: Wording
    events: tuple[SourceEvent, ...]
    start: int
    length: int
    bridged: bool = False


def phonemes(parts: Sequence[Part], clock: Callable[[float], int]) -> tuple[Phoneme, ...]:
    """The sounding phonemes in order, none empty, none overlapping."""
    found: list[Phoneme] = []
    at = 0
    for part in parts:
        for sign, first, last, stressed in _sounds(part):
            start, end = max(clock(part.start + first), at), clock(part.start + last)
            if end > start:
                found.append(Phoneme(sign=sign, start=start, end=end, stressed=stressed))
                at = end
    return tuple(found)


def _sounds(part: Part) -> list[tuple[str, float, float, bool]]:
    events = [event for event in part.events if event.kind == "phoneme" and not _LANGUAGE_CHANGE.fullmatch(event.sign)]
    sounds: list[tuple[str, float, float, bool]] = []
    index = 0
    while index < len(events):
        # Phonemes told at one sample, such as the l and v of twelve, share the time until the next.
        together = index + 1
        while together < len(events) and events[together].sample == events[index].sample:
            together += 1
        first = events[index].sample
        last = events[together].sample if together < len(events) else part.length
        group = [event for event in events[index:together] if event.sign not in _SILENCES]
        step = (last - first) / max(1, len(group))
        for number, event in enumerate(group):
            sign = event.sign.strip(_MARKS) or event.sign
            sounds.append((sign, first + number * step, first + (number + 1) * step, event.sign.startswith(_STRESS)))
        index = together
    return sounds


def written_words(text: str) -> tuple[tuple[int, int], ...]:
    """Ranges of the words of a text, without the punctuation around them. Scripts without spaces go letter by letter."""
    found: list[tuple[int, int]] = []
    for match in re.finditer(r"\S+", text):
        first, last = match.span()
        while first < last and not _sounding(text[first]):
            first += 1
        while last > first and not (_sounding(text[last - 1]) or _combining(text, last - 1, first)):
            last -= 1
        at = first
        for index in range(first, last):
            if script_of(text[index]) in _UNSPACED and text[index].isalnum():
                if _sounding_in(text, at, index):
                    found.append((at, index))
                found.append((index, index + 1))
                at = index + 1
        if _sounding_in(text, at, last):
            found.append((at, last))
    return tuple(found)


def _sounding(char: str) -> bool:
    return char.isalnum() or char in "&%°$€£¥₹"


def _sounding_in(text: str, first: int, last: int) -> bool:
    return any(_sounding(char) for char in text[first:last])


def _combining(text: str, index: int, first: int) -> bool:
    return index > first and unicodedata.category(text[index]).startswith("M")


def grouped_words(said: Wording) -> tuple[tuple[int, int], ...]:
    """Ranges of the written text that the spaced words of a wording stand for: how Japanese, once in kana, is divided."""
    found: list[tuple[int, int]] = []
    for match in re.finditer(r"\S+", said.text):
        sounding = [said.origin[index] for index in range(*match.span()) if _sounding(said.text[index]) or said.text[index] == "ー"]
        if sounding:
            first, last = sounding[0][0], sounding[-1][1]
            if found and first < found[-1][1]:
                found[-1] = (found[-1][0], max(last, found[-1][1]))
            else:
                found.append((first, last))
    return tuple(found)


def words(tokens: Sequence[tuple[int, int]], parts: Sequence[Part], clock: Callable[[float], int]) -> tuple[SpokenWord, ...]:
    """The written words (ranges of characters) that were spoken, in order, each with its samples; times rise and do not overlap."""
    spans: dict[int, tuple[float, float]] = {}
    for part in parts:
        _place(part, tokens, spans)
    ordered = [(index, *spans[index]) for index in sorted(spans)]
    found: list[SpokenWord] = []
    at = 0
    for index, first, last in ordered:
        start = max(clock(first), at)
        end = max(clock(last), start)
        found.append(SpokenWord(first=tokens[index][0], last=tokens[index][1], start=start, end=end))
        at = end
    return tuple(_merged(found))


def _place(part: Part, tokens: Sequence[tuple[int, int]], spans: dict[int, tuple[float, float]]) -> None:
    """Give every token that this part speaks a span of source samples."""
    if not part.wording.text:
        return
    low, high = part.wording.origin[0][0], part.wording.origin[-1][1]
    mine = [index for index, (first, last) in enumerate(tokens) if first < high and last > low]
    if not mine:
        return
    sounds = _sounds(part)
    end_of_sound = sounds[-1][2] if sounds else float(part.length)
    starts: dict[int, float] = {}
    events = [event for event in part.events if event.kind == "word"]
    if part.bridged:
        # Positions in a bridged text mean nothing; its words come in order, some joined.
        if len(events) == len(mine):
            starts = {index: float(event.sample) for index, event in zip(mine, events, strict=True)}
        else:
            starts = {mine[0]: 0.0}
    else:
        for event in events:
            if 0 <= event.position < len(part.wording.origin):
                at = part.wording.origin[event.position][0]
                index = next((index for index in mine if tokens[index][0] <= at < tokens[index][1]), None)
                if index is not None:
                    starts.setdefault(index, float(event.sample))
    starts.setdefault(mine[0], 0.0)
    _fill(mine, starts, end_of_sound, tokens)
    for number, index in enumerate(mine):
        following = starts[mine[number + 1]] if number + 1 < len(mine) else end_of_sound
        heard = [last for _, first, last, _ in sounds if starts[index] <= first < following]
        end = min(following, max(heard)) if heard else following
        span = (part.start + starts[index], part.start + max(end, starts[index]))
        if index in spans:
            span = (spans[index][0], span[1])
        spans[index] = span


def _fill(mine: Sequence[int], starts: dict[int, float], end: float, tokens: Sequence[tuple[int, int]]) -> None:
    """Words without an event of their own share the time to the next known one by their letters; starts never fall."""
    number = 0
    floor = 0.0
    while number < len(mine):
        starts[mine[number]] = max(starts[mine[number]], floor)
        floor = starts[mine[number]]
        following = number + 1
        while following < len(mine) and mine[following] not in starts:
            following += 1
        until = max(floor, starts[mine[following]]) if following < len(mine) else max(floor, end)
        letters = [tokens[index][1] - tokens[index][0] for index in mine[number:following]]
        at = floor
        for index, count in zip(mine[number:following], letters, strict=True):
            starts[index] = at
            at += (until - floor) * count / sum(letters)
        number = following


def _merged(found: Sequence[SpokenWord]) -> list[SpokenWord]:
    """Letters of an unspaced script that share one sound become one word; no word is empty of time unless the line is."""
    kept: list[SpokenWord] = []
    for word in found:
        if kept and word.start == word.end and kept[-1].last == word.first:
            kept[-1] = kept[-1].model_copy(update={"last": word.last})
        else:
            kept.append(word)
    return kept
