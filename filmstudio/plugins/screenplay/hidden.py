"""What a Fountain text hides from the screen: notes ``[[ ]]`` and boneyard ``/* */``, taken out before lines are read.

Each hidden text leaves one mark in the line where it stood, so that lines keep their neighbours and every place can be told.
A backslash before ``[[`` or ``/*`` makes it plain text; what is opened and never closed gets that backslash, so that it stays text
wherever its line is written again.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import Literal

from filmstudio.core.errors import Severity
from filmstudio.core.requests import ReadProblem
from filmstudio.core.screenplay import Element

MARK = "\x01"
"""Stands for one hidden text. Control characters are removed from scripts before, so it can be nothing else."""

_NOTE_END = re.compile(r"\]\]|\n[ \t]?\n")
_BRACKETS = re.compile(r"\[+")
_JOINED = ("[[", "]]", "/*", "*/")


@dataclass(frozen=True, slots=True)
class _Hidden:
    kind: Literal["note", "boneyard"]
    text: str
    offset: int
    inner: tuple[_Hidden, ...] = ()


@dataclass(frozen=True, slots=True)
class HiddenText:
    """Lines with marks, and what the marks stand for."""

    lines: tuple[str, ...]
    problems: tuple[ReadProblem, ...]
    _marks: tuple[_Hidden, ...]
    _first_mark: tuple[int, ...]
    _line_offsets: tuple[int, ...]
    _pieces: tuple[tuple[int, int], ...]
    _source_lines: tuple[int, ...]

    def bare(self, line: str) -> str:
        """``line`` without its marks; where one stood between two spaces, one space is left."""
        if MARK not in line:
            return line.rstrip()
        text = ""
        for piece in line.split(MARK):
            if (not text or text[-1].isspace()) and piece[:1].isspace() and piece.strip():
                text += piece[1:]
            else:
                text += " " + piece if text[-1:] + piece[:1] in _JOINED else piece
        return text.rstrip()

    def place(self, at: int, column: int) -> tuple[int, int]:
        """1-based line and column in the source of the 0-based ``column`` of line ``at``."""
        return self._source_place(_source_offset(self._pieces, self._line_offsets[at] + column))

    def elements_of(self, at: int) -> list[Element]:
        """The notes and boneyard of line ``at``, in order; what stood inside a note comes after it."""
        first = self._first_mark[at]
        found: list[Element] = []
        for hidden in self._marks[first : first + self.lines[at].count(MARK)]:
            for each in (hidden, *hidden.inner):
                line, column = self._source_place(each.offset)
                found.append(Element(kind=each.kind, text=each.text, line=line, column=column))
        return found

    def _source_place(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._source_lines, offset)
        return line, offset - self._source_lines[line - 1] + 1


def hide(text: str) -> HiddenText:
    """Take notes and boneyard out of ``text``. What is opened and never closed stays text, and is told."""
    problems: list[ReadProblem] = []
    source_lines = _line_starts(text)
    first_text, first_marks, first_pieces = _take_boneyard(text.replace(MARK, " "), problems, source_lines)
    marked, marks, pieces = _take_notes(first_text, first_marks, first_pieces, problems, source_lines)
    lines = marked.split("\n")
    first_mark: list[int] = []
    count = 0
    for line in lines:
        first_mark.append(count)
        count += line.count(MARK)
    return HiddenText(
        tuple(lines), tuple(problems), tuple(marks), tuple(first_mark), tuple(_line_starts(marked)), tuple(pieces), tuple(source_lines)
    )


def _take_boneyard(text: str, problems: list[ReadProblem], source_lines: list[int]) -> tuple[str, list[_Hidden], list[tuple[int, int]]]:
    kept: list[str] = []
    marks: list[_Hidden] = []
    pieces = [(0, 0)]
    end = length = 0
    begin = _unescaped(text, "/*", 0)
    while begin >= 0:
        close = text.find("*/", begin + 2)
        if close < 0:
            problems.append(_unclosed(begin, source_lines, "/*", "*/"))
            while begin >= 0:
                kept += [text[end:begin], "\\"]
                length += begin - end + 1
                end = begin
                pieces.append((length, end))
                begin = _unescaped(text, "/*", begin + 2)
            break
        kept += [text[end:begin], MARK]
        length += begin - end + 1
        marks.append(_Hidden("boneyard", text[begin + 2 : close].strip(), begin))
        end = close + 2
        pieces.append((length, end))
        begin = _unescaped(text, "/*", end)
    return "".join(kept) + text[end:], marks, pieces


def _take_notes(
    text: str, boneyard: list[_Hidden], pieces: list[tuple[int, int]], problems: list[ReadProblem], source_lines: list[int]
) -> tuple[str, list[_Hidden], list[tuple[int, int]]]:
    kept: list[str] = []
    marks: list[_Hidden] = []
    joined = list(pieces)
    left = iter(boneyard)
    end = length = 0
    moved: list[tuple[int, int]] = []
    begin = _unescaped(text, "[[", 0)
    while begin >= 0:
        stop = _NOTE_END.search(text, begin + 2)
        if stop is None or stop.group() != "]]":
            problems.append(_unclosed(_source_offset(pieces, begin), source_lines, "[[", "]]"))
            limit = stop.start() if stop else len(text)
            while 0 <= begin < limit:
                run = _BRACKETS.match(text, begin)
                for at in range(begin, run.end() if run else begin):
                    kept += [text[end:at], "\\"]
                    length += at - end + 1
                    marks += [next(left) for _ in range(text.count(MARK, end, at))]
                    end = at
                    moved.append((length, end))
                begin = _unescaped(text, "[[", run.end() if run else limit)
            continue
        plain = text[end:begin]
        kept += [plain, MARK]
        length += len(plain) + 1
        marks += [next(left) for _ in range(plain.count(MARK))]
        inner = text[begin + 2 : stop.start()]
        nested = tuple(next(left) for _ in range(inner.count(MARK)))
        words = "\n".join(line.rstrip() for line in inner.replace(MARK, " ").strip().split("\n"))
        marks.append(_Hidden("note", words, _source_offset(pieces, begin), nested))
        end = stop.end()
        moved.append((length, end))
        begin = _unescaped(text, "[[", end)
    marks += list(left)
    if moved:
        joined = _compose(pieces, moved)
    return "".join(kept) + text[end:], marks, joined


def _compose(first: list[tuple[int, int]], second: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """One map of offsets for two: each piece begins where either map begins one."""
    outer = [(0, 0), *second]
    pieces: list[tuple[int, int]] = []
    for number, (start, middle) in enumerate(outer):
        stop = outer[number + 1][0] if number + 1 < len(outer) else None
        pieces.append((start, _source_offset(first, middle)))
        for piece_start, source in first[bisect_right(first, (middle, 1 << 62)) :]:
            at = start + piece_start - middle
            if stop is not None and at >= stop:
                break
            pieces.append((at, source))
    return pieces


def _source_offset(pieces: list[tuple[int, int]] | tuple[tuple[int, int], ...], offset: int) -> int:
    start, source = pieces[bisect_right(pieces, (offset, 1 << 62)) - 1]
    return source + offset - start


def _unescaped(text: str, opening: str, start: int) -> int:
    at = text.find(opening, start)
    while at > 0 and text[at - 1] == "\\":
        at = text.find(opening, at + 1)
    return at


def _line_starts(text: str) -> list[int]:
    return [0, *(match.end() for match in re.finditer("\n", text))]


def _unclosed(offset: int, source_lines: list[int], opening: str, closing: str) -> ReadProblem:
    line = bisect_right(source_lines, offset)
    return ReadProblem(
        message=f"{opening} is never closed and is read as text.",
        remedy=f"Close it with {closing}, or write \\{opening} if it is meant to be seen.",
        line=line,
        column=offset - source_lines[line - 1] + 1,
        severity=Severity.WARNING,
    )
