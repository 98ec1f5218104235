"""Captions aligned from speech: each begins with its first word, stays long enough to be read, and leaves before the next."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import ClassVar

from filmstudio.core.engine import Desk, Needs, SingleEngine
from filmstudio.core.rational import SAMPLE_RATE
from filmstudio.core.requests import BurntCaption, CaptionCue, CaptionLine, CaptionRequest, Captions
from filmstudio.plugins.subtitles.breaking import break_lines, split_speech
from filmstudio.plugins.subtitles.rules import (
    GAP_FRAMES,
    MAX_SECONDS,
    MIN_SECONDS,
    Rules,
    fewest_frames,
    length,
    reading_seconds,
    rules_for,
    violations,
)


@dataclass(slots=True)
class _Draft:
    """A caption while its times are being worked out, in frames of the scene."""

    start: int
    end: int
    text: str
    line: CaptionLine
    rules: Rules


class AlignedCaptions(SingleEngine[CaptionRequest, Captions]):
    """Captions from word times, by professional timing rules."""

    name: ClassVar[str] = "aligned"
    version: ClassVar[str] = "3"
    role: ClassVar[str] = "subtitles"
    summary: ClassVar[str] = "Captions that equal the speech, timed from its words and broken where a reader pauses."
    needs: ClassVar[Needs] = Needs(memory_mb=128, batch_size=8)

    def make(self, request: CaptionRequest, desk: Desk) -> Captions:
        """Caption one scene."""
        drafts = [draft for line in sorted(request.lines, key=lambda line: line.start) for draft in _drafts(line, request.fps)]
        drafts = _together(drafts, request.fps)
        _retime(drafts, request.fps, request.frames)
        cues = tuple(
            CaptionCue(
                start=draft.start,
                end=draft.end,
                lines=break_lines(draft.text, draft.rules) or (draft.text,),
                line=draft.line.line,
                speaker=draft.line.speaker,
            )
            for draft in drafts
        )
        language = request.lines[0].language if request.lines else "en"
        return Captions(cues=cues, by_shot=_by_shot(cues, request), violations=violations(cues, language, request.fps, request.frames))


def _drafts(line: CaptionLine, fps: int) -> list[_Draft]:
    """Captions of one line, each from its first word to its last."""
    rules, spoken = rules_for(line.language), line.samples / SAMPLE_RATE
    reading = reading_seconds(line.text, line.language, spoken)
    slower = reading / spoken if reading and spoken else 1.0
    moments = _Moments(line)

    def moment(character: int) -> float:
        return slower * moments.sample(character) / SAMPLE_RATE

    drafts: list[_Draft] = []
    position = 0
    for block in split_speech(line.text, rules, max(spoken, reading), moment):
        first = line.text.index(block[0], position)
        position = first
        for character in block:
            position = line.text.index(character, position) + 1 if not character.isspace() else position
        start = line.start + math.floor(moment(first) * fps)
        drafts.append(_Draft(start, max(start + 1, line.start + math.ceil(moment(position) * fps)), block, line, rules))
    if drafts:  # the last stays to the end of the sound
        drafts[-1].end = max(drafts[-1].start + 1, line.start + math.ceil(slower * spoken * fps))
    return drafts


class _Moments:
    """When each character of a line is spoken."""

    def __init__(self, line: CaptionLine) -> None:
        self._words = sorted(line.words, key=lambda word: word.last)
        self._lasts = [word.last for word in self._words]
        self._samples = line.samples
        self._lengths = [0, *accumulate(length(character) for character in line.text)]

    def sample(self, character: int) -> float:
        """The sample at which it begins: within the word that holds it or comes next, as evenly as can be known, else by its share."""
        index = bisect_right(self._lasts, character)
        if index == len(self._lasts):
            share = self._samples * self._lengths[character] / max(1, self._lengths[-1])
            return max(share, self._words[-1].start) if self._words else share
        word = self._words[index]
        said, letters = max(0, character - word.first), word.last - word.first
        return word.start + (word.end - word.start) * said / letters if said else word.start


def _together(drafts: list[_Draft], fps: int) -> list[_Draft]:
    """Merge captions that sound at once (dual dialogue) when both fit; otherwise the later one waits for its turn."""
    merged: list[_Draft] = []
    for draft in sorted(drafts, key=lambda draft: draft.start):
        if merged and merged[-1].line.line == draft.line.line and draft.start - merged[-1].start < math.ceil(MIN_SECONDS * fps):
            whole = f"{merged[-1].text} {draft.text}"
            if break_lines(whole, draft.rules) is not None:
                merged[-1].text, merged[-1].end = whole, draft.end
                continue
        merged.append(draft)
    return merged


def _retime(drafts: Sequence[_Draft], fps: int, frames: int) -> None:
    """Give every caption the time to be read, borrowing from the silence after it, then from before it, then from its neighbours."""
    longest, shortest = math.floor(MAX_SECONDS * fps), math.ceil(MIN_SECONDS * fps)
    for draft in drafts:
        draft.end = min(draft.end, draft.start + longest)
    # Forwards: stay until read, and a little into silence, but leave two frames before the next.
    for index, draft in enumerate(drafts):
        room = drafts[index + 1].start - GAP_FRAMES if index + 1 < len(drafts) else frames
        needed = draft.start + fewest_frames(draft.text, draft.rules, fps)
        draft.end = min(max(draft.end, needed), draft.start + longest, max(room, draft.start + 1))
    # Backwards: a caption that is still too short comes earlier, pushing those before it as far as they can give.
    limit = frames
    for index in range(len(drafts) - 1, -1, -1):
        draft = drafts[index]
        draft.end = min(draft.end, limit)
        needed = fewest_frames(draft.text, draft.rules, fps)
        if draft.end - draft.start < needed:
            draft.start = max(0, draft.end - needed)
        limit = draft.start - GAP_FRAMES
    # Forwards again: whatever the pushing left overlapping or too short at the start of the scene gives way to later silence.
    previous = -GAP_FRAMES
    for draft in drafts:
        draft.start = max(draft.start, previous + GAP_FRAMES)
        wish = max(draft.end, draft.start + fewest_frames(draft.text, draft.rules, fps))
        draft.end = min(max(draft.start + shortest, min(wish, draft.start + longest)), max(frames, draft.start + 1))
        previous = draft.end


def _by_shot(cues: Sequence[CaptionCue], request: CaptionRequest) -> dict[str, tuple[BurntCaption, ...]]:
    """Captions cut at the shots, in frames of each shot."""
    return {
        shot: tuple(
            BurntCaption(start=max(cue.start, first) - first, end=min(cue.end, last) - first, lines=cue.lines)
            for cue in cues
            if cue.start < last and cue.end > first
        )
        for shot, (first, last) in request.shot_spans.items()
    }
