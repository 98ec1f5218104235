"""Scripts with scene headings whose people speak as ``NAME: text``: which names do, and whether the script is one of these."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from filmstudio.plugins.screenplay.cues import name_key
from filmstudio.plugins.screenplay.grammar import all_capitals, fold, grammar, has_capitals
from filmstudio.plugins.screenplay.headings import is_heading
from filmstudio.plugins.screenplay.lone_cues import introduced_in, names_somebody
from filmstudio.plugins.screenplay.quotes import leads_to_quotation
from filmstudio.plugins.screenplay.turns import Turn, is_note_label, read_turn

_MOST_WORDS = 4
"""Words of a name before a colon: ``What he does not know:`` is a sentence."""
_LONGEST_DENSE = 6


def find_turning(lines: Sequence[str], cues: int) -> frozenset[str]:
    """Keys of the names that take turns in ``lines``; none where ``cues`` on lines of their own are how the script names who speaks.

    A name is one that is told again, stands in capitals, is introduced by the action, or says what somebody is.
    """
    open_lines = list(_unforced(lines))
    turns = [turn for line in open_lines if (turn := turn_in(line)) is not None]
    if len(turns) < 2 or len(turns) <= cues:
        return frozenset()
    told = Counter(name_key(turn.name) for turn in turns)
    introduced = introduced_in("\n".join(line for line in open_lines if turn_in(line) is None))
    known = {
        name_key(turn.name)
        for turn in turns
        if told[name_key(turn.name)] > 1 or all_capitals(turn.name) or names_somebody(turn.name, (turn.text,), introduced)
    }
    # Where names are known, what stands as they do is one too; with capitals it must stand in capitals as they do.
    loud = all(all_capitals(turn.name) for turn in turns if name_key(turn.name) in known)
    return frozenset(known | {name_key(turn.name) for turn in turns if known and not loud and _is_like_a_name(turn.name)})


def _unforced(lines: Sequence[str]) -> Iterator[str]:
    """The lines outside paragraphs that ``!`` makes action."""
    forced = False
    for line in lines:
        stripped = line.strip()
        forced = bool(stripped) and (forced or stripped[0] == "!")
        if not forced:
            yield stripped


def _is_like_a_name(name: str) -> bool:
    words = name.split()
    if not has_capitals(name):
        return len(words) == 1 and len(name) <= _LONGEST_DENSE
    return all(word[:1].isupper() for word in words)


def turn_in(stripped: str) -> Turn | None:
    """The turn that a line begins. Labels of notes, of what is shown and of the camera are none, nor are headings and transitions."""
    if not stripped or stripped[0] in "!@>.=#~\\" or is_heading(stripped):
        return None
    turn = read_turn(stripped)
    if turn is None or is_note_label(turn.name) or leads_to_quotation(turn.name, turn.text):
        return None
    named = fold(turn.name) in grammar().not_cues or len(turn.name.split()) > _MOST_WORDS
    return None if named or not turn.text else turn
