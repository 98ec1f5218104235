"""Fountain, the native form of a screenplay: its text becomes a Screenplay, and a Screenplay its text.

The syntax is Fountain 1.1 (https://fountain.io/syntax), all of it, with the studio's grammar for headings, cues and transitions
in scripts other than English. ``parse_fountain(write_fountain(s))`` has the elements of ``s``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from filmstudio.core.errors import Severity
from filmstudio.core.requests import ReadProblem
from filmstudio.core.screenplay import Element, ElementKind, Screenplay, TitleEntry, plain_text
from filmstudio.plugins.screenplay.cues import (
    MAX_FORCED_LETTERS,
    MAX_LETTERS,
    MAX_WORDS,
    Cue,
    has_known_extension,
    is_capital_cue,
    is_caseless_candidate,
    known_caseless_names,
    name_key,
    split_cue,
)
from filmstudio.plugins.screenplay.encoding import clean
from filmstudio.plugins.screenplay.fountain_writing import write_fountain
from filmstudio.plugins.screenplay.grammar import all_capitals, fold, grammar
from filmstudio.plugins.screenplay.headings import is_heading, split_number
from filmstudio.plugins.screenplay.hidden import MARK, HiddenText, hide
from filmstudio.plugins.screenplay.lone_cues import introduced_in, names_somebody
from filmstudio.plugins.screenplay.quoted_turns import quoted_turn
from filmstudio.plugins.screenplay.title_page import read_title_page
from filmstudio.plugins.screenplay.turning import find_turning
from filmstudio.plugins.screenplay.turns import Turn, read_turn

__all__ = ["parse_fountain", "plain_text", "write_fountain"]

_PAGE_BREAK = re.compile(r"^\s*={3,}\s*$")
_SECTION = re.compile(r"^\s*(#{1,6})(.*)$")
_SPOKEN_BREAK = re.compile(r"^\s*(?:=\s|#{1,6}\s)")
_STARRED = re.compile(r"^[*_]{1,3}([(（][^()（）]+[)）])[*_]{1,3}")
"""A parenthetical in italics, as Markdown writes it."""
_CENTERED = re.compile(r"^\s*>(.*)<\s*$")


def parse_fountain(text: str, source_name: str = "") -> tuple[Screenplay, tuple[ReadProblem, ...]]:
    """Read Fountain text.

    Args:
        text: clean text (``encoding.clean``): line feeds only, no control characters.
        source_name: the file's name, kept in the screenplay.

    Returns:
        The screenplay, and everything worth telling the writer, in the order of the text. Nothing raises.
    """
    hidden = hide(clean(text))
    reader = _Reader(hidden)
    reader.problems += hidden.problems
    reader.read()
    screenplay = Screenplay(title_page=reader.title_page, elements=tuple(reader.elements), form="fountain", source_name=source_name)
    return screenplay, tuple(sorted(reader.problems, key=lambda problem: (problem.line or 0, problem.column or 0)))


def is_transition(line: str) -> bool:
    """Whether ``line`` reads as a transition by itself: capitals ending in ``TO:``, or one of the grammar's transitions."""
    text = plain_text(line).strip()
    if text.endswith("TO:") and all_capitals(text):
        return len(text) <= MAX_FORCED_LETTERS
    return fold(text) in grammar().transition_by_text and (text.endswith((":", "：")) or not any(char.islower() for char in text))


@dataclass
class _Reader:
    """Reads lines from the top. Hidden texts (notes, boneyard) stand in the lines as marks and become elements where they stood."""

    hidden: HiddenText
    elements: list[Element] = field(default_factory=list)
    title_page: tuple[TitleEntry, ...] = ()
    problems: list[ReadProblem] = field(default_factory=list)
    at: int = 0
    turning: frozenset[str] = frozenset()
    """Keys of the names that stand before a colon and their words, in a script that has no cues."""
    free: bool = True
    """Whether the next line may be a heading, cue or transition: a blank line, the beginning, or a one-line element came before."""

    def read(self) -> None:
        self.lines = self.hidden.lines
        self.bare = [self.hidden.bare(line) for line in self.lines]
        self.known = self._known_names()
        self._read_title_page()
        self.turning = find_turning(self.bare[self.at :], self._count_cues())
        while self.at < len(self.lines):
            self._read_element()

    # --- looking around -------------------------------------------------------------------------------------------------

    def _is_blank(self, at: int) -> bool:
        """A blank line. One with nothing but hidden text is not blank, nor is it text."""
        return at >= len(self.lines) or not self.lines[at].strip()

    def _only_hidden(self, at: int) -> bool:
        return at < len(self.lines) and MARK in self.lines[at] and not self.bare[at].strip()

    def _text_follows(self, at: int) -> bool:
        """Whether the next line that is not only hidden text has text."""
        at += 1
        while self._only_hidden(at):
            at += 1
        return not self._is_blank(at)

    def _known_names(self) -> frozenset[str]:
        forced = [line.strip()[1:] for line in self.bare if line.lstrip().startswith("@") and len(line) <= 4 * MAX_FORCED_LETTERS]
        alone = [
            at
            for at in range(len(self.lines))
            if (at == 0 or self._is_blank(at - 1) or self._only_hidden(at - 1))
            and self._text_follows(at)
            and len(self.bare[at]) <= 3 * MAX_LETTERS
            and is_caseless_candidate(self.bare[at])
        ]
        known = known_caseless_names(forced, (self.bare[at] for at in alone))
        left = {at: name for at in alone if name_key(name := split_cue(self.bare[at]).name) not in known}
        if not left:
            return known
        introduced = introduced_in("\n".join(line for at, line in enumerate(self.bare) if at not in left))
        return known | {name_key(name) for at, name in left.items() if names_somebody(name, self._under(at), introduced)}

    def _under(self, at: int) -> list[str]:
        """The lines of text under line ``at``, up to the next blank one."""
        following: list[str] = []
        at += 1
        while not self._is_blank(at):
            following += [] if self._only_hidden(at) else [self.bare[at]]
            at += 1
        return following

    def _count_cues(self) -> int:
        return sum(
            1
            for at in range(self.at, len(self.lines))
            if (at == 0 or self._is_blank(at - 1)) and self._text_follows(at) and self._names_speaker(self.bare[at].strip())
        )

    def _names_speaker(self, stripped: str) -> bool:
        return bool(stripped) and not is_heading(stripped) and (stripped[0] == "@" or self._looks_like_cue(stripped))

    # --- emitting -------------------------------------------------------------------------------------------------------

    def _add(self, kind: ElementKind, text: str, at: int, column: int | None = None, **more: object) -> None:
        line, first = self.hidden.place(at, len(self.lines[at]) - len(self.lines[at].lstrip()) if column is None else column)
        self.elements.append(Element.model_validate({"kind": kind, "text": text, "line": line, "column": first, **more}))

    def _add_hidden(self, at: int) -> None:
        """The notes and boneyard of line ``at``, after the element they stood in."""
        self.elements += self.hidden.elements_of(at)

    def _warn(self, at: int, message: str, remedy: str, severity: Severity = Severity.WARNING) -> None:
        indent = len(self.lines[at]) - len(self.lines[at].lstrip())
        line, column = self.hidden.place(at, indent)
        self.problems.append(ReadProblem(message=message, remedy=remedy, line=line, column=column, severity=severity))

    # --- reading --------------------------------------------------------------------------------------------------------

    def _read_title_page(self) -> None:
        start = 0
        while start < len(self.lines) and self._is_blank(start):
            start += 1
        self.at = start
        end = start
        while not self._is_blank(end):
            end += 1
        self.title_page, count = read_title_page(self.bare[start:end])
        for at in range(start, start + count):
            self._add_hidden(at)
        self.at = start + count

    def _read_element(self) -> None:
        at, line = self.at, self.bare[self.at]
        stripped = line.strip()
        if self._is_blank(at):
            self.at, self.free = at + 1, True
        elif self._only_hidden(at):
            self._add_hidden(at)
            self.at = at + 1
        elif self._read_anywhere(at, stripped):
            self._add_hidden(at)
            self.at, self.free = at + 1, True
        elif stripped[0] == "~":
            self._read_lyric()
        elif self.free and self._read_free(at, stripped):
            pass
        elif self.turning and (turn := self._turn_at(at)) is not None:
            self._read_turn(turn)
        else:
            self._read_action()

    def _read_anywhere(self, at: int, stripped: str) -> bool:
        """One-line elements that need no blank line before them."""
        if _PAGE_BREAK.match(stripped):
            self._add("page_break", "", at)
        elif stripped[0] == "=":
            self._add("synopsis", stripped[1:].strip(), at)
        elif (match := _SECTION.match(stripped)) and is_heading(match.group(2).strip()):
            words, number = split_number(match.group(2).strip())  # ## INT. KITCHEN - DAY, as Markdown writes it
            self._add("heading", words, at, scene_number=number)
        elif match:
            self._add("section", match.group(2).strip(), at, level=len(match.group(1)))
        elif match := _CENTERED.match(stripped):
            self._add("centered", match.group(1).strip(), at)
        else:
            return False
        return True

    def _read_free(self, at: int, stripped: str) -> bool:
        """Headings, transitions and cues: only after a blank line. Moves on and says true when it read one."""
        forced_heading = len(stripped) > 1 and stripped[0] == "." and _begins_word(stripped[1:])
        natural = stripped[0] not in "!@>."
        if forced_heading or (natural and is_heading(stripped)):
            text, number = split_number(stripped[1:].strip() if forced_heading else stripped)
            self._add("heading", text, at, forced=forced_heading, scene_number=number)
        elif stripped[0] == ">":
            self._add("transition", stripped[1:].strip(), at, forced=True)
        elif natural and is_transition(stripped):
            self._add("transition", stripped, at)
        elif self._is_cue(at, stripped):
            self._read_speech(at, stripped)
            return True
        elif quoted_turn(stripped) and (turn := read_turn(stripped)) is not None and turn.text:
            self._read_turn(turn)
            return True
        else:
            return False
        self._add_hidden(at)
        self.at, self.free = at + 1, True
        return True

    def _turn_at(self, at: int) -> Turn | None:
        """The turn that a line begins, where the script writes ``NAME: text`` under its headings."""
        turn = read_turn(self.bare[at].strip()) if at < len(self.bare) else None
        return turn if turn is not None and name_key(turn.name) in self.turning else None

    def _read_turn(self, turn: Turn) -> None:
        """A turn, with the lines under it that are no other."""
        at, known = self.at, grammar().extension_kind
        self._add("character", turn.name, at, extensions=tuple(note for note in turn.notes if known(note)))
        for note in turn.notes:
            if not known(note):
                self._add("parenthetical", note, at)
        words, taken = [turn.text], [at]
        self.at = at + 1
        while not self._is_blank(self.at) and not _ends_speech(self.bare[self.at]) and self._goes_on(self.at):
            stripped = self.bare[self.at].strip()
            if stripped[:1] in ("(", "（") and _closing_at(stripped) == len(stripped):
                self._say(words, at)
                words = []
            words.append(stripped)
            taken.append(self.at)
            self.at += 1
        self._say(words, at)
        for line in taken:
            self._add_hidden(line)
        self.free = True

    def _say(self, words: list[str], at: int) -> None:
        """Words of a turn, with the parentheticals that they begin with."""
        text = _STARRED.sub(r"\1", "\n".join(word for word in words if word))
        while (end := _closing_at(text) if text[:1] in ("(", "（") else 0) and text[1 : end - 1].strip():
            self._add("parenthetical", text[1 : end - 1].strip(), at)
            text = text[end:].strip()
        if text:
            self._add("dialogue", text, at)

    def _goes_on(self, at: int) -> bool:
        """Whether a line under a turn belongs to it."""
        stripped = self.bare[at].strip()
        if not stripped or stripped[0] in "!@>~." or _CENTERED.match(stripped):
            return not stripped
        other = quoted_turn(stripped) is not None or self._turn_at(at) is not None
        return not (other or is_heading(stripped) or is_transition(stripped))

    def _is_cue(self, at: int, stripped: str) -> bool:
        if stripped[0] == "@":
            return len(stripped) > 1
        if stripped[0] in "!." or not self._text_follows(at):
            return False
        if len(stripped) > 4 * MAX_LETTERS:
            if all_capitals(stripped) and len(stripped.split()) <= MAX_WORDS:
                self._warn(at, f"This line of {len(stripped)} capital letters is too long for a name and is read as action.", _SHORTEN)
            return False
        if is_capital_cue(stripped):
            return True
        if not is_caseless_candidate(stripped):
            if all_capitals(stripped) and len(stripped) > MAX_LETTERS and len(stripped.split()) <= MAX_WORDS:
                self._warn(at, f"This line of {len(stripped)} capital letters is too long for a name and is read as action.", _SHORTEN)
            return False
        if name_key(split_cue(stripped).name) in self.known or has_known_extension(stripped):
            return True
        if len(stripped.split()) <= 3:
            self._warn(at, f"“{stripped}” stands alone once and is read as action.", f"If somebody of this name speaks, write @{stripped}.")
        return False

    def _read_speech(self, at: int, stripped: str) -> None:
        forced = stripped[0] == "@"
        cue = split_cue(stripped[1:] if forced else stripped)
        if not cue.name:
            cue = Cue(plain_text(stripped[1:] if forced else stripped).strip())
        if len(cue.name) > MAX_FORCED_LETTERS:
            self._warn(
                at, f"This name has {len(cue.name)} letters.", f"Use a name of at most {MAX_FORCED_LETTERS} letters.", Severity.ERROR
            )
        if not cue.closed:
            self._warn(at, "A bracket after this name is not closed.", f"Write {cue.name} ({cue.extensions[0]}).")
        self._add("character", cue.name, at, forced=forced, dual=cue.dual, extensions=cue.extensions)
        cue_at = len(self.elements) - 1
        self._add_hidden(at)
        self.at = at + 1
        while self.at < len(self.lines) and self._read_spoken(cue_at):
            pass
        self.free = (
            self._is_blank(self.at) or _SPOKEN_BREAK.match(self.bare[self.at]) is not None or bool(_PAGE_BREAK.match(self.bare[self.at]))
        )

    def _read_spoken(self, cue_at: int) -> bool:
        """One element of a speech; false at its end."""
        at = self.at
        if self._is_blank(at) or _ends_speech(self.bare[at]):
            return False
        if self._only_hidden(at):
            self._add_hidden(at)
            self.at += 1
            return True
        stripped = self.bare[at].strip()
        if stripped[0] == "~":
            self._read_lyric()
            return True
        if length := self._parenthetical_lines(at):
            self._read_parenthetical(at, length, cue_at)
            return True
        self._read_dialogue(at)
        return True

    def _parenthetical_lines(self, at: int) -> int:
        """How many lines the parenthetical at ``at`` takes; 0 when there is none. It may share its only line with speech."""
        stripped = self.bare[at].strip()
        if stripped[0] not in "(（":
            return 0
        joined = ""
        for end in range(at, min(at + 4, len(self.lines))):
            if self._is_blank(end) or self._only_hidden(end) or (end > at and _ends_speech(self.bare[end])):
                return 0
            joined = f"{joined}\n{self.bare[end].strip()}" if joined else self.bare[end].strip()
            close = _closing_at(joined)
            if close:
                return end - at + 1 if end == at or close == len(joined) else 0
        return 0

    def _read_parenthetical(self, at: int, length: int, cue_at: int) -> None:
        joined = "\n".join(line.strip() for line in self.bare[at : at + length])
        end = _closing_at(joined)
        while end:
            inner = joined[1 : end - 1].strip()
            if not inner:
                break
            cue = self.elements[cue_at]
            if len(self.elements) == cue_at + 1 and grammar().extension_kind(inner):
                self.elements[cue_at] = cue.model_copy(update={"extensions": (*cue.extensions, inner)})
            else:
                self._add("parenthetical", inner, at)
            joined = joined[end:].strip()
            end = _closing_at(joined) if joined[:1] in ("(", "（") else 0
        if joined[:1] == "~":
            self._add("lyric", joined[1:].strip(), at)
        elif joined:
            self._read_dialogue(at, joined)
            return
        for line in range(at, at + length):
            self._add_hidden(line)
        self.at = at + length

    def _read_dialogue(self, at: int, first: str | None = None) -> None:
        """Lines of speech until a parenthetical, a lyric or the end. Two spaces on a blank line keep the speech going."""
        lines = [first if first is not None else self.bare[at].strip()]
        taken = [at]
        self.at = at + 1
        while self.at < len(self.lines):
            line = self.bare[self.at]
            if self._only_hidden(self.at):
                pass
            elif self._is_blank(self.at):
                if not self._keeps_going(self.at):
                    break
                lines.append("")
            elif _ends_speech(line) or line.strip()[0] == "~" or self._parenthetical_lines(self.at):
                break
            else:
                lines.append(line.strip())
            taken.append(self.at)
            self.at += 1
        while lines and not lines[-1]:
            lines.pop()
        self._add("dialogue", "\n".join(lines), at, None if first is None else self.bare[at].find(first))
        for line_at in taken:
            self._add_hidden(line_at)

    def _keeps_going(self, at: int) -> bool:
        """Whether a blank line is a pause within a speech: it has two spaces, and what follows is not another element."""
        if len(self.lines[at]) < 2 or self.lines[at].strip():
            return False
        if at + 1 >= len(self.lines) or not self.lines[at + 1].strip():
            return len(self.lines[at + 1 : at + 2]) == 1 and len(self.lines[at + 1]) >= 2 and self._keeps_going(at + 1)
        following = self.bare[at + 1].strip()
        if self._only_hidden(at + 1) or following[:1] in (".", "@", "!", ">", "~", "(", "（", "") or _ends_speech(following):
            return False
        return not (is_heading(following) or is_transition(following) or (self._looks_like_cue(following) and self._text_follows(at + 1)))

    def _looks_like_cue(self, stripped: str) -> bool:
        return is_capital_cue(stripped) or (is_caseless_candidate(stripped) and name_key(split_cue(stripped).name) in self.known)

    def _read_lyric(self) -> None:
        at = self.at
        lines: list[str] = []
        while self.at < len(self.lines) and self.bare[self.at].lstrip().startswith("~"):
            lines.append(self.bare[self.at].strip()[1:].strip())
            self.at += 1
        self._add("lyric", "\n".join(lines), at)
        for line in range(at, self.at):
            self._add_hidden(line)
        self.free = False

    def _read_action(self) -> None:
        at = self.at
        forced = self.bare[at].lstrip().startswith("!")
        lines = [self.bare[at].lstrip()[1:] if forced else self.bare[at]]
        taken = [at]
        self.at = at + 1
        while not self._is_blank(self.at):
            line = self.bare[self.at]
            if not self._only_hidden(self.at):
                if line.lstrip()[0] in "!~=#" or _CENTERED.match(line) or (self.turning and not forced and self._turn_at(self.at)):
                    break
                lines.append(line)
            taken.append(self.at)
            self.at += 1
        self._add("action", "\n".join(line.expandtabs(4).rstrip() for line in lines), at, forced=forced)
        for line_at in taken:
            self._add_hidden(line_at)
        self.free = False


_SHORTEN = f"Names have at most {MAX_LETTERS} letters and {MAX_WORDS} words."


def _begins_word(text: str) -> bool:
    return text[:1].isalnum() or text[:1] in "([“\"'「"


def _ends_speech(line: str) -> bool:
    return _PAGE_BREAK.match(line) is not None or _SPOKEN_BREAK.match(line) is not None


def _closing_at(stripped: str) -> int:
    """Where the bracket that ``stripped`` begins with ends; 0 when it stays open."""
    depth = 0
    for at, char in enumerate(stripped):
        if char in "(（":
            depth += 1
        elif char in ")）":
            depth -= 1
            if depth == 0:
                return at + 1
    return 0
