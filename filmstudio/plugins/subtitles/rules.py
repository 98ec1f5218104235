"""The timing and layout rules of captions, and the check that holds captions to them.

Sources: the Netflix Timed Text Style Guide (42 characters, two lines, 5/6 s to 7 s, two frames apart, 20 characters a
second for adult programmes; 16 characters a line for Chinese and Japanese, 4 to 9 characters a second) and EBU-TT practice.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from filmstudio.core.requests import CaptionCue

MAX_LINES = 2
MIN_SECONDS = 0.833
MAX_SECONDS = 7.0
GAP_FRAMES = 2
HURRIED = 1.5
"""No voice is this much faster than people read: words that seem to be are not said as they are written, a scream of 900 letters
or a row of signs, and are given the time to be read instead."""
_BETWEEN = 1.1
"""The time of reading with the gaps between captions and the whole frames that captions last."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Limits for one language."""

    line_length: int
    characters_a_second: float


_LATIN = Rules(42, 20.0)
_WIDE = {"ja": Rules(16, 9.0), "zh": Rules(16, 9.0), "ko": Rules(16, 12.0)}


def rules_for(language: str) -> Rules:
    """The limits for a BCP 47 language tag."""
    return _WIDE.get(language.split("-", maxsplit=1)[0].lower(), _LATIN)


def length(text: str) -> int:
    """Characters as a reader counts them: marks that combine with the letter before them do not count."""
    return sum(1 for character in text if unicodedata.category(character) not in ("Mn", "Me", "Cf"))


def reading_seconds(text: str, language: str, spoken: float) -> float:
    """How long the captions of a line need after its first sound, where ``spoken`` seconds of speech do not give them the time.

    That is 0 for what is said as it is written, and for what one caption holds: they find time enough in the silence beside them.
    """
    rules, letters = rules_for(language), length(text)
    needed = letters / rules.characters_a_second
    return needed * _BETWEEN + MIN_SECONDS if letters > MAX_LINES * rules.line_length and needed > HURRIED * spoken else 0.0


def fewest_frames(text: str, rules: Rules, fps: int) -> int:
    """Frames a caption must stay to be read."""
    return max(math.ceil(MIN_SECONDS * fps), math.ceil(length(text) * fps / rules.characters_a_second))


def violations(cues: Sequence[CaptionCue], language: str, fps: int, frames: int) -> tuple[str, ...]:
    """Every broken rule, naming the caption and its first frame."""
    rules = rules_for(language)
    found: list[str] = []
    previous_end: int | None = None
    for number, cue in enumerate(cues, 1):
        where = f"caption {number} (frame {cue.start})"
        if len(cue.lines) > MAX_LINES:
            found.append(f"{where} has {len(cue.lines)} lines")
        found += [f"{where} has a line of {length(line)} characters" for line in cue.lines if length(line) > rules.line_length]
        shown = cue.end - cue.start
        if shown < math.ceil(MIN_SECONDS * fps):
            found.append(f"{where} is shown for {shown / fps:.2f} s")
        if shown > math.floor(MAX_SECONDS * fps):
            found.append(f"{where} is shown for {shown / fps:.2f} s")
        pace = length("".join(cue.lines)) * fps / max(1, shown)
        if pace > rules.characters_a_second + 0.01:
            found.append(f"{where} runs at {pace:.1f} characters a second")
        if previous_end is not None and cue.start - previous_end < GAP_FRAMES:
            found.append(f"{where} comes {cue.start - previous_end} frames after the one before")
        if cue.end > frames:
            found.append(f"{where} runs past the end of its scene")
        previous_end = cue.end
    return tuple(found)
