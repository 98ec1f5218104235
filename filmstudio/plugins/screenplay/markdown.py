"""What Markdown shows or hides beside the words of a script: comments, tables, code, lists, quoted blocks. Nobody speaks it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

_COMMENT = re.compile(r"<!--(?:(?P<closed>(?:(?!<!--).)*?)-->|(?P<open>.*?)(?=\n[ \t]*\n|\Z))", re.DOTALL)
"""A comment that is never closed ends with its paragraph: a slip must not cost the rest of the film."""
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_RULE_OF_TABLE = re.compile(r"^\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?$")
_ROW = re.compile(r"^\|.*\|$")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\(([^()\s]*)\)")
_QUOTE_MARKS = re.compile(r"^ {0,3}>[> ]*(?=[^> \n])", re.MULTILINE)
_LETTER = re.compile(r"[^\n]")
_SET_APART = re.compile(r"^\s*(?:>|[-*+•]\s+\S|\d{1,3}[.)]\s+\S)")


@dataclass(frozen=True, slots=True)
class Aside:
    """Text that is neither spoken nor shown, and where it begins: its offset and the number of its line, from 0."""

    offset: int
    line: int
    text: str


_Found = tuple[int, int, str]
"""Where something begins and ends, and its words."""


def take_asides(text: str) -> tuple[str, tuple[Aside, ...]]:
    """``text`` with spaces where comments, tables and fenced code stood (so that every place stays), and what stood there, in order."""
    asides: list[Aside] = []
    starts = _lines(text)[1]
    for find in (_fences, _comments, _tables):
        kept: list[str] = []
        end = 0
        for start, stop, words in find(text):
            if words.strip():
                asides.append(Aside(start, bisect_right(starts, start) - 1, words.strip()))
            kept += [text[end:start], _LETTER.sub(" ", text[start:stop])]
            end = stop
        text = "".join(kept) + text[end:]
    return text, tuple(sorted(asides, key=lambda aside: aside.offset))


def as_boneyard(text: str) -> str:
    """``text`` with its comments between the marks that Fountain hides things with; every place stays."""
    return _COMMENT.sub(
        lambda comment: f"/*  {comment.group('closed')} */" if comment.group("closed") is not None else comment.group(), text
    )


def unwrapped(text: str) -> str:
    """``text`` with spaces for the marks of its fences, where most of it stands in them: a script as chats hand it out."""
    fences = [(start, stop) for start, stop, words in _fences(text) if words.strip()]
    if 2 * sum(stop - start for start, stop in fences) <= len(text.strip()):
        return text
    kept: list[str] = []
    end = 0
    for start, stop in fences:
        first, last = text.index("\n", start), text.rindex("\n", start, stop)
        kept += [text[end:start], " " * (first - start), text[first:last], "\n", " " * (stop - last - 1)]
        end = stop
    return "".join(kept) + text[end:]


def without_links(text: str) -> str:
    """``text`` with links as their words, and without pictures."""
    return _LINK.sub(lambda link: "" if link.group().startswith("!") else link.group(1), text) if "](" in text else text


def take_quote_marks(text: str) -> str:
    """``text`` with spaces for the marks that begin the lines of quoted blocks: in prose their words are told like all others."""
    return _QUOTE_MARKS.sub(lambda marks: " " * len(marks.group()), text)


def is_set_apart(line: str) -> bool:
    """Whether ``line`` is of a list or a quoted block."""
    return _SET_APART.match(line) is not None


def _comments(text: str) -> Iterator[_Found]:
    for comment in _COMMENT.finditer(text):
        yield comment.start(), comment.end(), comment.group("closed") or comment.group("open") or ""


def _fences(text: str) -> Iterator[_Found]:
    """Fenced code; of a fence that is never closed, only its mark."""
    lines, starts = _lines(text)
    opened, mark = -1, ""
    for at, line in enumerate(lines):
        fence = _FENCE.match(line)
        if fence is None:
            continue
        if opened < 0:
            opened, mark = at, fence.group(1)
        elif fence.group(1).startswith(mark) and not line[fence.end() :].strip():
            yield starts[opened], starts[at] + len(line), "\n".join(lines[opened + 1 : at])
            opened = -1
    if opened >= 0:
        yield starts[opened], starts[opened] + len(lines[opened]), ""


def _tables(text: str) -> Iterator[_Found]:
    """Tables: a row of heads, a rule, rows; or two rows and more that have bars at both ends."""
    lines, starts = _lines(text)
    at = 0
    while at < len(lines):
        ruled = "|" in lines[at] and at + 1 < len(lines) and "|" in lines[at + 1] and _RULE_OF_TABLE.match(lines[at + 1].strip())
        end = at
        while end < len(lines) and ("|" in lines[end] if ruled else _ROW.match(lines[end].strip())):
            end += 1
        if ruled or end - at > 1:
            yield starts[at], starts[end] - 1, "\n".join(lines[at:end])
        at = max(end, at + 1)


def _lines(text: str) -> tuple[list[str], list[int]]:
    """The lines of ``text``, and the offset of each and of the one that would follow."""
    lines = text.split("\n")
    return lines, list(accumulate((len(line) + 1 for line in lines), initial=0))
