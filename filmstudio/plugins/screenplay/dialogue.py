"""Podcasts and transcripts: ``NAME: text`` in Markdown or plain text becomes a Screenplay.

Names may be bold, stand in a list or a quotation, and follow a time; in Japanese the words may stand in corner brackets behind the
name. What stands in square brackets is not spoken. Web addresses stay in the text; ``spoken_text`` leaves them out, as it does
everywhere.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from dataclasses import dataclass, field

from filmstudio.core.requests import ReadProblem
from filmstudio.core.screenplay import Element, ElementKind, Screenplay, TitleEntry, plain_text
from filmstudio.plugins.screenplay.cues import MAX_FORCED_LETTERS, MAX_WORDS, name_key, split_cue
from filmstudio.plugins.screenplay.encoding import clean
from filmstudio.plugins.screenplay.fountain_writing import escape
from filmstudio.plugins.screenplay.grammar import fold, grammar
from filmstudio.plugins.screenplay.headings import is_heading, split_number
from filmstudio.plugins.screenplay.markdown import is_set_apart, take_asides, without_links
from filmstudio.plugins.screenplay.quoted_turns import quoted_turn

STUDIO = "INT. PODCAST STUDIO - DAY"

_TIME = (
    r"(?:[\[(]?\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?[\])]?(?:\s*(?:-->|-|–)\s*[\[(]?\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?[\])]?)?)"
)
_LEAD = re.compile(rf"^\s*(?:>\s*)*(?:[-*+•]\s+|\d{{1,3}}[.)]\s+)?(?:{_TIME}\s*[-–—:]?\s+)?")
_TURN = re.compile(
    r"^(?P<mark>\*{1,3}|_{1,2})?(?P<name>[^\s:：*_\[\]{}<>|\"“”][^:：*\[\]{}<>|\"“”]{0,79}?)\s*(?P<inner>[:：])?(?P=mark)?(?(inner)|\s*[:：])(?P<rest>.*)$"
)
_PLAIN_TURN = re.compile(r"^(?P<name>[^\s:：*\[\]{}<>|\"“”#=][^:：*\[\]{}<>|\"“”]{0,79}?)\s*[:：](?P<rest>.*)$")
_BOLD_TURN = re.compile(
    r"^(?P<mark>\*{1,3}|__?)(?P<name>[^:：*]{1,80}?)\s*(?:[:：]\s*(?P=mark)|(?P=mark)\s*(?P<note>[(（][^()（）]*[)）])?\s*[:：])(?P<rest>.*)$"
)
_NUMBERED = re.compile(r"^\s*\d{1,3}[.)]\s+\S")
_TIME_AFTER = re.compile(rf"\s*{_TIME}\s*$")
_HASH = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")
_RULE = re.compile(r"^\s*([-*_])(?:\s*\1){2,}\s*$")
_BRACKETED = re.compile(r"\[([^\[\]]*)\](?!\()")
_ALONE = re.compile(r"^(?:\[([^\[\]]*)\]|[(（]([^()（）]*)[)）]|\*\(([^()]*)\)\*|\*\[([^\[\]]*)\]\*)\.?$")


@dataclass(frozen=True, slots=True)
class Turn:
    """A line that begins somebody's turn: the name as written, without note; what stood in brackets after it; the words."""

    name: str
    notes: tuple[str, ...]
    text: str
    column: int


def read_turn(line: str) -> Turn | None:
    """The turn that ``line`` begins, or None. Labels of notes (``Date: …``) are turns here; the reader tells them apart."""
    lead = _LEAD.match(line)
    start = lead.end() if lead else 0
    body = line[start:]
    quoted = quoted_turn(body)
    match = quoted or _BOLD_TURN.match(body) or _PLAIN_TURN.match(body)
    if match is None:
        return None
    rest = (quoted["rest"] or quoted["other"] or "") if quoted else match.group("rest")
    name = _TIME_AFTER.sub("", match.group("name").strip().strip("*_ "))
    cue = split_cue(name)
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
    lead = _LEAD.match(line)
    return read_turn(line) if _BOLD_TURN.match(line[lead.end() if lead else 0 :]) else None


def is_note_label(name: str) -> bool:
    """Whether ``name`` labels a note of the episode rather than a speaker."""
    return fold(name) in grammar().podcast_notes or fold(name) in grammar().title_key_set


def is_between_turns(stripped: str) -> bool:
    """Whether a line is a heading, a rule, or something in brackets that stands alone."""
    return bool(_HASH.match(stripped) or _RULE.match(stripped) or _ALONE.match(stripped))


def read_dialogue(text: str, source_name: str = "") -> tuple[Screenplay, tuple[ReadProblem, ...]]:
    """Read turns from clean ``text``. A scene heading is made when the text gives none. Nothing raises."""
    reader = _Reader()
    reader.read(clean(text))
    elements = reader.elements
    if not any(element.kind == "heading" for element in elements):
        elements.insert(0, Element(kind="heading", text=STUDIO, line=1, forced=True))
    page = tuple(TitleEntry(key=key, values=tuple(values)) for key, values in reader.title.items())
    screenplay = Screenplay(title_page=page, elements=tuple(elements), form="dialogue", source_name=source_name)
    return screenplay, tuple(reader.problems)


@dataclass
class _Reader:
    elements: list[Element] = field(default_factory=list)
    title: dict[str, list[str]] = field(default_factory=dict)
    problems: list[ReadProblem] = field(default_factory=list)
    speaker: str | None = None
    spelling: dict[str, str] = field(default_factory=dict)
    paragraph_ended: bool = False
    apart: bool = False
    """Whether the last line was of a list or quoted block that nobody speaks."""
    lone: frozenset[int] = frozenset()
    """Lines that begin with a number and are no list: "42. That is the answer"."""

    def read(self, text: str) -> None:
        written = text.split("\n")
        text, asides = take_asides(text)
        lines = text.split("\n")
        names = Counter(name_key(turn.name) for line in lines if (turn := read_turn(line)))
        left = deque(asides)
        self.lone = _lone_numbers(lines)
        for at in range(self._read_front_matter(lines), len(lines)):
            stripped = lines[at].strip()
            if stripped:
                self._read_line(lines[at], stripped, at, names)
            elif not written[at].strip():
                self.paragraph_ended, self.apart = True, False
            while left and left[0].line <= at:
                aside = left.popleft()
                self._add("note", aside.text, aside.line)

    def _read_front_matter(self, lines: list[str]) -> int:
        if not lines or lines[0].strip() != "---":
            return 0
        end = next((at for at in range(1, min(len(lines), 60)) if lines[at].strip() in ("---", "...")), None)
        if end is None or not all(":" in line or not line.strip() or line[:1] in " -#" for line in lines[1:end]):
            return 0
        for line in lines[1:end]:
            key, _, value = line.partition(":")
            if value.strip() and fold(key) in grammar().title_key_set:
                self.title.setdefault(key.strip(), []).append(value.strip().strip("\"'"))
        return end + 1

    def _read_line(self, line: str, stripped: str, at: int, names: Counter[str]) -> None:
        hashed = _HASH.match(stripped)
        turn = None if hashed else read_turn(line)
        if hashed:
            self._read_hashed(hashed, at)
        elif is_heading(stripped):
            words, number = split_number(stripped)
            self._add("heading", words, at, scene_number=number)
            self.speaker = None
        elif _RULE.match(stripped):
            self._add("page_break", "", at)
            self.speaker = None
        elif turn is not None and self._is_label(turn, names):
            self._read_label(turn, at)
        elif turn is not None:
            self._read_turn(turn, at)
        elif (alone := _ALONE.match(stripped)) and (self.speaker is None or self.paragraph_ended):
            self._add("action", escape(next((group for group in alone.groups() if group), "")), at)
            self.speaker = None if self.paragraph_ended else self.speaker
        elif (
            is_set_apart(line)
            and at not in self.lone
            and (self.speaker is None or (self.paragraph_ended and not self._leads_on()) or self.apart)
        ):
            self._read_apart(stripped, at)
            return
        else:
            self._read_more(_LEAD.sub("", line, count=1).strip() if self.speaker and at not in self.lone else stripped, at)
        self.paragraph_ended = self.apart = False

    def _leads_on(self) -> bool:
        """Whether the turn goes on in what is set apart under it: it has no words yet, or ends with a colon."""
        last = self.elements[-1]
        return last.kind in ("character", "parenthetical") or (last.kind == "dialogue" and last.text.endswith((":", "：")))

    def _read_apart(self, stripped: str, at: int) -> None:
        """A line of a list or quoted block that stands by itself: a note, and one with the line above it."""
        if self.apart and self.elements[-1].kind == "note":
            last = self.elements[-1]
            self.elements[-1] = last.model_copy(update={"text": f"{last.text}\n{stripped}"})
        else:
            self._add("note", stripped, at)
        self.apart = True

    def _read_hashed(self, hashed: re.Match[str], at: int) -> None:
        words = hashed.group(2).strip()
        if is_heading(words):
            self._add("heading", words, at)
        elif len(hashed.group(1)) == 1 and "Title" not in self.title and not any(element.kind == "character" for element in self.elements):
            self.title["Title"] = [plain_text(words)]
        else:
            self._add("section", words, at, level=len(hashed.group(1)))
        self.speaker = None

    def _is_label(self, turn: Turn, names: Counter[str]) -> bool:
        spoken_before = any(element.kind == "character" for element in self.elements)
        if fold(turn.name) in grammar().title_key_set and not spoken_before:
            return True
        return is_note_label(turn.name) and names[name_key(turn.name)] < 2

    def _read_label(self, turn: Turn, at: int) -> None:
        spoken_before = any(element.kind == "character" for element in self.elements)
        if fold(turn.name) in grammar().title_key_set and not spoken_before and turn.text:
            self.title.setdefault(turn.name, []).append(turn.text)
        else:
            self._add("note", f"{turn.name}: {turn.text}", at)
        self.speaker = None

    def _read_turn(self, turn: Turn, at: int) -> None:
        key = name_key(turn.name)
        name = self.spelling.setdefault(key, turn.name)
        known = grammar().extension_kind
        extensions = tuple(note for note in turn.notes if known(note))
        self._add("character", name, at, column=turn.column, extensions=extensions)
        for note in turn.notes:
            if not known(note):
                self._add("parenthetical", note, at, column=turn.column)
        self.speaker = name
        self._speak(turn.text, at)

    def _read_more(self, words: str, at: int) -> None:
        """A line without a name: it goes on with the turn before it, or is action when nobody speaks yet."""
        if self.speaker is None:
            last = self.elements[-1] if self.elements else None
            if last is not None and last.kind == "action" and not self.paragraph_ended:
                self.elements[-1] = last.model_copy(update={"text": f"{last.text}\n{words}"})
            else:
                self._add("action", words, at)
            return
        self._speak(words, at)

    def _speak(self, words: str, at: int) -> None:
        """Add ``words`` to the turn: bracketed parts become parentheticals, links their text."""
        words = without_links(words)
        end = 0
        for match in _BRACKETED.finditer(words):
            self._say(words[end : match.start()], at)
            if match.group(1).strip() and not re.fullmatch(_TIME, match.group(1).strip()):
                self._add("parenthetical", escape(match.group(1).strip()), at)
            end = match.end()
        self._say(words[end:], at)

    def _say(self, words: str, at: int) -> None:
        words = words.strip()
        if not words:
            return
        opening = re.match(r"^[(（]([^()（）]*)[)）]\s*(.*)$", words)
        if opening and opening.group(1).strip():
            self._add("parenthetical", opening.group(1).strip(), at)
            words = opening.group(2)
            if not words:
                return
        last = self.elements[-1]
        if last.kind == "dialogue":
            gap = "\n\n" if self.paragraph_ended else "\n"
            self.elements[-1] = last.model_copy(update={"text": f"{last.text}{gap if last.line != at + 1 else ' '}{words}"})
        else:
            self._add("dialogue", words, at)

    def _add(self, kind: ElementKind, text: str, at: int, **more: object) -> None:
        self.elements.append(Element.model_validate({"kind": kind, "text": text, "line": at + 1, **more}))


def _lone_numbers(lines: list[str]) -> frozenset[int]:
    """Numbered lines of which neither neighbour, blank lines apart, is numbered too."""
    written = [at for at, line in enumerate(lines) if line.strip()]
    numbered = [bool(_NUMBERED.match(lines[at])) for at in written]
    beside = [*numbered[1:], False], [False, *numbered[:-1]]
    return frozenset(at for at, own, after, before in zip(written, numbered, *beside, strict=True) if own and not after and not before)
