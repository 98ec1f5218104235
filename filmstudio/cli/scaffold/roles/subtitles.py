"""Captions of whole lines: each stands while its line is spoken, broken where 42 letters are full."""

from __future__ import annotations

import textwrap
from typing import ClassVar

from filmstudio.core.engine import Desk, Needs, SingleEngine
from filmstudio.core.rational import SAMPLE_RATE
from filmstudio.core.requests import BurntCaption, CaptionCue, CaptionLine, CaptionRequest, Captions

WIDTH, ROWS = 42, 2
"""Letters of a row, and rows of a caption, that are read at a glance."""
GAP = 2
"""Frames between two captions."""


class Newcomer(SingleEngine[CaptionRequest, Captions]):
    """Divides the time of a line among its captions by their letters."""

    name: ClassVar[str] = "newcomer"
    version: ClassVar[str] = "1"
    role: ClassVar[str] = "subtitles"
    summary: ClassVar[str] = "Captions as long as their lines, two rows of 42 letters at a time."
    needs: ClassVar[Needs] = Needs(memory_mb=128, licence="MIT")

    def make(self, request: CaptionRequest, desk: Desk) -> Captions:
        """Caption one scene."""
        cues = [cue for line in request.lines for cue in self._cues(line, request)]
        by_shot = {
            shot: tuple(
                BurntCaption(start=max(0, cue.start - first), end=min(cue.end, last) - first, lines=cue.lines)
                for cue in cues
                if cue.start < last and cue.end > first
            )
            for shot, (first, last) in request.shot_spans.items()
        }
        return Captions(cues=tuple(cues), by_shot=by_shot)

    def _cues(self, line: CaptionLine, request: CaptionRequest) -> list[CaptionCue]:
        rows = textwrap.wrap(line.text, WIDTH)
        pieces = [rows[begin : begin + ROWS] for begin in range(0, len(rows), ROWS)]
        length, letters = line.samples * request.fps / SAMPLE_RATE, sum(map(len, rows)) or 1
        cues, read = [], 0
        for piece in pieces:
            start = line.start + round(length * read / letters)
            read += sum(map(len, piece))
            end = min(request.frames, line.start + round(length * read / letters)) - (GAP if piece is not pieces[-1] else 0)
            cues.append(CaptionCue(start=start, end=max(start + 1, end), lines=tuple(piece), line=line.line, speaker=line.speaker))
        return cues
