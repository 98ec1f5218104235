"""Which form a script is written in: by its suffix where that decides, else by its text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import PurePath
from typing import Literal

from filmstudio.plugins.screenplay.cues import is_capital_cue, is_caseless_candidate, split_cue
from filmstudio.plugins.screenplay.dialogue import is_between_turns
from filmstudio.plugins.screenplay.grammar import all_capitals, fold, grammar
from filmstudio.plugins.screenplay.headings import is_heading
from filmstudio.plugins.screenplay.lone_cues import names_nobody, names_somebody
from filmstudio.plugins.screenplay.markdown import is_set_apart, take_asides
from filmstudio.plugins.screenplay.quotes import leads_to_quotation
from filmstudio.plugins.screenplay.turns import Turn, is_note_label, read_bold_turn, read_turn

Form = Literal["fountain", "fdx", "dialogue", "prose"]

_FDX = re.compile(r"^\s*(?:<\?xml[^>]*\?>)?\s*(?:<!--.*?-->\s*|<!DOCTYPE[^\[>]*(?:\[.*?\])?\s*>\s*)*<FinalDraft\b", re.DOTALL)
_FORCED = re.compile(r"^(?:\.\w|@\S|!\S|~\S|>\s*\S|={1,2}\s\S|={3,}\s*$)")
_SUFFIXES: dict[str, Form] = {".fountain": "fountain", ".spmd": "fountain", ".fdx": "fdx"}
_FEWEST_TURNS = 3
_TURN_SHARE = 0.6


def find_form(text: str, name: str = "") -> Form:
    """The form of clean ``text`` in a file called ``name``. A suffix of Fountain or Final Draft decides alone."""
    by_suffix = _SUFFIXES.get(PurePath(name).suffix.casefold())
    if by_suffix == "fountain":
        return "fountain"
    if by_suffix == "fdx" or _FDX.match(text[:65536]):
        return "fdx"
    lines = take_asides(text)[0].split("\n")
    if any(_heading_at(lines, at) for at in range(len(lines))):
        return "fountain"
    turns, counted = _turn_share(lines)
    speaking = [turn for line in lines if (turn := _turn(line)) and not is_note_label(turn.name)]
    if speaking and (turns >= _FEWEST_TURNS or turns == counted) and turns >= _TURN_SHARE * counted:
        return "dialogue"
    if len(speaking) >= _FEWEST_TURNS and _every_paragraph_turns(lines):
        return "dialogue"
    if _bold_names(lines) or _capital_names(lines):
        return "dialogue"
    cues = sum(1 for at in range(len(lines)) if _cue_at(lines, at))
    forced = sum(1 for at, line in enumerate(lines) if _FORCED.match(line) and (at == 0 or not lines[at - 1].strip()))
    if cues >= 2 or (cues + forced >= 2 and any(line.startswith((".", "@")) for line in lines)) or (cues and cues * 3 >= counted):
        return "fountain"
    return "fountain" if _caseless_cues(lines) * 3 >= counted > 0 else "prose"


def _heading_at(lines: list[str], at: int) -> bool:
    line = lines[at].strip()
    return (
        bool(line)
        and len(line) < 200
        and (at == 0 or not lines[at - 1].strip())
        and is_heading(line.lstrip("#").strip() if line.startswith("## ") else line)
    )


def _cue_at(lines: list[str], at: int) -> bool:
    line = lines[at].strip()
    return _over_text(lines, at) and (line.startswith("@") or is_capital_cue(line))


def _over_text(lines: list[str], at: int) -> bool:
    """Whether a line has a blank one before it and text behind."""
    line = lines[at].strip()
    return bool(line) and not (at > 0 and lines[at - 1].strip()) and at + 1 < len(lines) and bool(lines[at + 1].strip())


def _caseless_cues(lines: list[str]) -> int:
    """How many lines of a script without capitals name who speaks, if they name two or more; else none. Poems have refrains."""
    named = Counter(
        name for at, line in enumerate(lines) if _over_text(lines, at) and is_caseless_candidate(line) and (name := split_cue(line).name)
    )
    known = [name for name, count in named.items() if (count > 1 and not names_nobody(name)) or names_somebody(name, (), frozenset())]
    return sum(named[name] for name in known) if len(known) > 1 else 0


def _turn(line: str) -> Turn | None:
    """The turn that ``line`` begins, unless it is a sentence of prose that leads to a quotation."""
    turn = read_turn(line)
    return None if turn is None or leads_to_quotation(turn.name, turn.text) else turn


def _turn_share(lines: Iterable[str]) -> tuple[int, int]:
    """How many of ``lines`` begin a turn, and how many there are; what stands between turns (headings, rules, lists, …) apart."""
    turns = counted = 0
    for line in lines:
        if not line.strip() or is_between_turns(line.strip()):
            continue
        turn = _turn(line) is not None
        turns += turn
        counted += turn or not is_set_apart(line)
    return turns, counted


def _bold_names(lines: list[str]) -> bool:
    """Whether names in bold take turns, however much is written around them: the notes of a show, its links."""
    names = [turn.name for line in lines if (turn := read_bold_turn(line)) and turn.text and not is_note_label(turn.name)]
    return (len(names) >= _FEWEST_TURNS - 1 and len(set(names)) > 1) or len(names) > len(set(names)) + 1


def _capital_names(lines: list[str]) -> bool:
    """Whether names in capitals take turns again and again, however much a play tells between them; prose has no names before a colon."""
    turns = [turn for line in lines if (turn := read_turn(line)) and turn.text and all_capitals(turn.name) and not is_note_label(turn.name)]
    names = {turn.name for turn in turns if fold(turn.name) not in grammar().not_cues}
    return len(turns) >= _FEWEST_TURNS and 1 < len(names) < len(turns)


def _every_paragraph_turns(lines: list[str]) -> bool:
    """Whether most paragraphs begin with a name: turns that are wrapped over several lines."""
    heads = [line for at, line in enumerate(lines) if line.strip() and (at == 0 or not lines[at - 1].strip())]
    turns, counted = _turn_share(heads)
    return turns >= _TURN_SHARE * counted
