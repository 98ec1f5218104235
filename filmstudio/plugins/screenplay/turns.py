"""Turns: lines that begin with who speaks, ``NAME: words``, in plain text, Markdown and corner brackets, with times before them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from filmstudio.plugins.screenplay.cues import MAX_FORCED_LETTERS, MAX_WORDS, Cue, split_cue
from filmstudio.plugins.screenplay.grammar import all_capitals, fold, grammar
from filmstudio.plugins.screenplay.quoted_turns import quoted_turn

TIME = r"(?:[\[(]?\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?[\])]?(?:\s*(?:-->|-|–)\s*[\[(]?\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?[\])]?)?)"
"""A time of day or of a recording, as transcripts write it."""
LEAD = re.compile(rf"^\s*(?:>\s*)*(?:[-*+•]\s+|\d{{1,3}}[.)]\s+)?(?:{TIME}\s*[-–—:]?\s+)?")
"""What may stand before the name: a quotation, a list, a time."""
_PLAIN_TURN = re.compile(r"^(?P<name>[^\s:：*\[\]{}<>|\"“”#=][^:：*\[\]{}<>|\"“”]{0,79}?)\s*[:：](?P<rest>.*)$")
_BOLD_TURN = re.compile(
    r"^(?P<mark>\*{1,3}|__?)(?P<name>[^:：*]{1,80}?)\s*(?:[:：]\s*(?P=mark)|(?P=mark)\s*(?P<note>[(（][^()（）]*[)）])?\s*[:：])(?P<rest>.*)$"
)
_ASIDE = re.compile(r"^(?P<name>[^,，]{2,40}),\s+(?P<aside>[^\W\d_A-Z](?:[^\s,]*\s){0,4}[^\s,]+)$")
"""``MONSIEUR PETIT, à part :``: how plays tell how it is said."""
_TIME_AFTER = re.compile(rf"\s*{TIME}\s*$")


@dataclass(frozen=True, slots=True)
class Turn:
    """A line that begins somebody's turn: the name as written, without note; what stood in brackets after it; the words."""

    name: str
    notes: tuple[str, ...]
    text: str
    column: int


def read_turn(line: str) -> Turn | None:
    """The turn that ``line`` begins, or None. Labels of notes (``Date: …``) are turns here; the reader tells them apart."""
    lead = LEAD.match(line)
    start = lead.end() if lead else 0
    body = line[start:]
    quoted = quoted_turn(body)
    match = quoted or _BOLD_TURN.match(body) or _PLAIN_TURN.match(body)
    if match is None:
        return None
    rest = (quoted["rest"] or quoted["other"] or "") if quoted else match.group("rest")
    name = _TIME_AFTER.sub("", match.group("name").strip().strip("*_ "))
    cue = split_cue(name)
    if (aside := _ASIDE.match(cue.name)) and all_capitals(aside["name"]):
        cue = Cue(aside["name"], (*cue.extensions, aside["aside"]))
    noted = (match.groupdict().get("note") or "").strip("()（） ")
    if not cue.name or len(cue.name) > MAX_FORCED_LETTERS or len(cue.name.split()) > MAX_WORDS or rest.startswith("//"):
        return None
    if (
        not any(char.isalpha() for char in cue.name)
        or cue.name[-1] in ".!?,;…。！？、，؟"
        or any(mark in cue.name for mark in ("。", "、", "? ", "! ", ", "))
    ):
        return None
    return Turn(cue.name, (*cue.extensions, *([noted] if noted else [])), rest.strip(), start + 1)


def read_bold_turn(line: str) -> Turn | None:
    """The turn that ``line`` begins with its name in bold, which nothing but a transcript has again and again; or None."""
    lead = LEAD.match(line)
    return read_turn(line) if _BOLD_TURN.match(line[lead.end() if lead else 0 :]) else None


def is_note_label(name: str) -> bool:
    """Whether ``name`` labels a note of the episode rather than a speaker."""
    return fold(name) in grammar().podcast_notes or fold(name) in grammar().title_key_set
