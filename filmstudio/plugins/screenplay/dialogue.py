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
from filmstudio.plugins.screenplay.cues import MAX_FORCED_LETTERS, name_key
from filmstudio.plugins.screenplay.encoding import clean
from filmstudio.plugins.screenplay.fountain_writing import escape
from filmstudio.plugins.screenplay.grammar import fold, grammar
from filmstudio.plugins.screenplay.headings import is_heading, split_number
from filmstudio.plugins.screenplay.markdown import is_set_apart, take_asides, without_links
from filmstudio.plugins.screenplay.places import Where, find_where
from filmstudio.plugins.screenplay.turns import LEAD, TIME, Turn, is_note_label, read_turn

STUDIO = "INT. PODCAST STUDIO - DAY"

_NUMBERED = re.compile(r"^\s*\d{1,3}[.)]\s+\S")
_SCENE_LABEL = re.compile(
    r"^(?P<act>act|acte|acto|akt|aufzug|atto|ato|акт|действие|дія|perde)?(?(act)|(?:scene|scène|escena|szene|auftritt|scena|cena|сцена|явление"
    r"|картина|sahne|tableau|bild|cuadro|quadro|दृश्य|المشهد|مشهد|장면))\s+(?P<number>\d{1,3}|[IVXLC]{1,6}|[^\W\d_]{2,12})\b[^.!?…]{0,60}[.:]?$",
    re.IGNORECASE,
)
"""How plays mark acts and scenes: ``Scène 1``, ``ACT II``, ``Erste Szene`` apart."""
_LONGEST_TITLE_WORDS = 10
_HASH = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")
_RULE = re.compile(r"^\s*([-*_])(?:\s*\1){2,}\s*$")
_BRACKETED = re.compile(r"\[([^\[\]]*)\](?!\()")
_ALONE = re.compile(r"^(?:\[([^\[\]]*)\]|[(（]([^()（）]*)[)）]|\*\(([^()]*)\)\*|\*\[([^\[\]]*)\]\*)\.?$")


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
    lines: list[str] = field(default_factory=list)
    title: dict[str, list[str]] = field(default_factory=dict)
    problems: list[ReadProblem] = field(default_factory=list)
    speaker: str | None = None
    spelling: dict[str, str] = field(default_factory=dict)
    paragraph_ended: bool = False
    apart: bool = False
    """Whether the last line was of a list or quoted block that nobody speaks."""
    where: Where | None = None
    """Where the scene of a play is, as its action tells; None in a text that marks no scenes, where paragraphs without names are spoken."""
    lone: frozenset[int] = frozenset()
    """Lines that begin with a number and are no list: "42. That is the answer"."""

    def read(self, text: str) -> None:
        written = text.split("\n")
        text, asides = take_asides(text)
        lines = self.lines = text.split("\n")
        names = Counter(name_key(turn.name) for line in lines if (turn := read_turn(line)))
        left = deque(asides)
        self.lone = _lone_numbers(lines)
        for at in range(self._read_title(self._read_front_matter(lines), turning=bool(names)), len(lines)):
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

    def _read_title(self, first: int, *, turning: bool) -> int:
        """A title is a line of its own over everything else, and no sentence; returns where to read on."""
        at = next((at for at in range(first, len(self.lines)) if self.lines[at].strip()), len(self.lines))
        line = self.lines[at].strip() if at < len(self.lines) else ""
        apart = at + 1 < len(self.lines) and not self.lines[at + 1].strip()
        plain = read_turn(line) is None and not is_between_turns(line) and not _SCENE_LABEL.match(line) and not is_heading(line)
        short = 0 < len(line.split()) <= _LONGEST_TITLE_WORDS and len(line) <= 2 * MAX_FORCED_LETTERS
        if not (turning and apart and plain and short) or line[-1] in ".:;,…。：、।؟؛)]*_" or line[0] in "*_([>-•":
            return first
        self.title["Title"] = [plain_text(line)]
        return at + 1

    def _read_line(self, line: str, stripped: str, at: int, names: Counter[str]) -> None:
        hashed = _HASH.match(stripped)
        turn = None if hashed else read_turn(line)
        if hashed:
            self._read_hashed(hashed, at)
        elif is_heading(stripped):
            words, number = split_number(stripped)
            self._add("heading", words, at, scene_number=number)
            self.speaker = None
        elif turn is None and _SCENE_LABEL.match(stripped):
            self._read_label_of_scene(stripped, at)
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
            self._read_more(LEAD.sub("", line, count=1).strip() if self.speaker and at not in self.lone else stripped, at)
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

    def _read_label_of_scene(self, label: str, at: int) -> None:
        """An act or a scene of a play: a scene begins, at the place and hour that its action speaks of before anybody speaks."""
        self._add("section", label.rstrip(":."), at, level=1)
        told: list[str] = []
        for line in self.lines[at + 1 :]:
            if read_turn(line) is not None or _SCENE_LABEL.match(line.strip()):
                break
            told += re.split(r"(?<=[.!?…])\s+", line.strip())
        self.speaker = None
        if any(told):
            before = self.where or Where()
            found = find_where([sentence.rstrip(".") for sentence in told if sentence])
            self.where = found.after(before)
            self._add("heading", found.heading(before), at, forced=True)

    def _read_more(self, words: str, at: int) -> None:
        """A line without a name: it goes on with the turn before it, or is action when nobody speaks yet."""
        if self.where is not None and self.paragraph_ended:
            self.speaker = None
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
            if match.group(1).strip() and not re.fullmatch(TIME, match.group(1).strip()):
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
