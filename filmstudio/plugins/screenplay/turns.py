"""Turns: lines that begin with who speaks, ``NAME: words``, in plain text, Markdown and corner brackets, with times before them."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from filmstudio.plugins.screenplay.cues import MAX_FORCED_LETTERS, MAX_WORDS, Cue, split_cue
from filmstudio.plugins.screenplay.grammar import all_capitals, fold, grammar
from filmstudio.plugins.screenplay.headings import is_heading
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


_FEWEST_STOPPED = 3
_STOPPED = re.compile(
    r"^(?P<name>[^\W\d_a-z][^\W\d_a-z'’-]+(?: [^\W\d_a-z][^\W\d_a-z'’.-]*){0,3})(?: ?\([^()]{1,40}\))?(?P<stop>\.)[ \u2014]+\S"
)
"""``LYSANDER. How now!``: how plays were printed."""


def with_colons(text: str) -> str:
    """``text`` with colons for the points behind names, where it is a play that has them: every place stays.

    Names in capitals must begin lines again and again, of two people at least, and more than any other lines.
    """
    lines = [line for line in text.split("\n") if line.strip()]
    found = [match for line in lines if (match := _STOPPED.match(line)) and all_capitals(match["name"])]
    told = Counter(match["name"] for match in found)
    if len(found) < _FEWEST_STOPPED or len(told) < 2 or len(told) == len(found) or 3 * len(found) < len(lines):
        return text
    if any(is_heading(line) for line in lines):
        return text  # a script with scene headings has cues
    stopped = {match["name"] for match in found}
    written = []
    for line in text.split("\n"):
        match = _STOPPED.match(line)
        at = match.start("stop") if match and match["name"] in stopped else -1
        written.append(line if at < 0 else f"{line[:at]}:{line[at + 1 :]}")
    return "\n".join(written)


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
