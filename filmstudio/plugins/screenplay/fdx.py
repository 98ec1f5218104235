"""Final Draft FDX: its paragraphs become a Screenplay. The XML is read as a stream, without entities, and places are kept."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from filmstudio.core.errors import Severity
from filmstudio.core.requests import ReadProblem
from filmstudio.core.screenplay import Element, ElementKind, Screenplay
from filmstudio.plugins.screenplay.cues import MAX_FORCED_LETTERS, split_cue
from filmstudio.plugins.screenplay.encoding import clean
from filmstudio.plugins.screenplay.fountain_writing import escape
from filmstudio.plugins.screenplay.grammar import grammar
from filmstudio.plugins.screenplay.title_lines import title_entries

_KINDS: dict[str, ElementKind] = {
    "scene heading": "heading",
    "shot": "action",
    "action": "action",
    "general": "action",
    "cast list": "action",
    "character": "character",
    "parenthetical": "parenthetical",
    "dialogue": "dialogue",
    "transition": "transition",
    "lyrics": "lyric",
    "singing": "lyric",
    "new act": "section",
    "end of act": "centered",
    "outline 1": "section",
    "outline 2": "section",
    "outline body": "synopsis",
}
_STYLES = {"bold": "**", "italic": "*", "underline": "_"}
_DEEPEST = 64


def read_fdx(text: str, source_name: str = "") -> tuple[Screenplay | None, tuple[ReadProblem, ...]]:
    """Read the XML of an FDX file.

    Returns:
        The screenplay, or None with the problem and its place when the XML is broken, holds entities, or is not Final Draft's.
    """
    target = _Paragraphs()
    parser = DefusedXMLParser(target=target, encoding="utf-8")
    target.expat = parser.parser
    try:
        parser.feed(re.sub(r"^(\s*<\?xml[^>]*?)\s+encoding=(\"[^\"]*\"|'[^']*')", r"\1", text).encode("utf-8"))
        parser.close()
    except ParseError as error:
        line, column = error.position
        return None, (
            _problem(f"The XML is broken here ({_reason(error)}).", "Export the script from Final Draft again.", line, column + 1),
        )
    except DefusedXmlException:
        place = (parser.parser.CurrentLineNumber, parser.parser.CurrentColumnNumber + 1)
        return None, (_problem("The file defines XML entities, which no script needs.", "Remove its DOCTYPE.", *place),)
    except _NotFinalDraftError as error:
        return None, (_problem(str(error), "Export it from Final Draft as FDX.", 1, 1),)
    problems = [
        _problem(f"This name has {len(element.text)} letters.", f"Use at most {MAX_FORCED_LETTERS}.", element.line, element.column)
        for element in target.elements
        if element.kind == "character" and len(element.text) > MAX_FORCED_LETTERS
    ]
    for line, name in target.unknown:
        message = f"“{name}” is not a paragraph type of Final Draft that is known; it is read as action."
        problems.append(_problem(message, "Set its type in Final Draft.", line, 1, Severity.WARNING))
    screenplay = Screenplay(
        title_page=title_entries(target.title_lines), elements=tuple(target.elements), form="fdx", source_name=source_name
    )
    return screenplay, tuple(problems)


class _NotFinalDraftError(ValueError):
    """The root element is another's, or the nesting is absurd."""


@dataclass
class _Open:
    """A paragraph being read: its type, place, and its text so far as marked-up pieces."""

    kind: str
    number: str | None
    line: int
    column: int
    dual: bool
    pieces: list[str] = field(default_factory=list)
    notes: list[tuple[int, str]] = field(default_factory=list)


class _Paragraphs:
    """The target of the XML parser: keeps what belongs to the script and lets the rest go by."""

    def __init__(self) -> None:
        self.elements: list[Element] = []
        self.title_lines: list[str] = []
        self.unknown: list[tuple[int, str]] = []
        self.expat: object = None
        self._path: list[str] = []
        self._open: list[_Open] = []
        self._note: list[str] | None = None
        self._style: tuple[str, ...] = ()
        self._text: list[str] | None = None
        self._dual_cues: int | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if not self._path and tag != "FinalDraft":
            raise _NotFinalDraftError(f"The root of this XML is {clean(tag)[:40]}, not FinalDraft.")
        if len(self._path) > _DEEPEST:
            raise _NotFinalDraftError(f"The XML is nested more than {_DEEPEST} deep.")
        self._path.append(tag)
        if tag == "Paragraph" and self._in_script() and "ScriptNote" not in self._path:
            dual = self._dual_cues is not None
            line, column = getattr(self.expat, "CurrentLineNumber", 1), getattr(self.expat, "CurrentColumnNumber", 0) + 1
            self._open.append(_Open(attributes.get("Type", "Action"), attributes.get("Number"), line, column, dual))
        elif tag == "DualDialogue":
            self._dual_cues = 0
        elif tag == "ScriptNote":
            self._note = []
        elif tag == "Text" and (self._open or self._note is not None):
            style = attributes.get("Style", "")
            self._style = tuple(mark for name, mark in _STYLES.items() if name in style.casefold())
            self._text = []

    def data(self, text: str) -> None:
        """Characters between tags."""
        if self._text is not None:
            self._text.append(text)

    def end(self, tag: str) -> None:
        """An element ends."""
        if tag == "Text" and self._text is not None:
            words = clean("".join(self._text))
            if self._note is not None:
                self._note.append(words)
            elif self._open:
                self._open[-1].pieces.append(_marked(words, self._style))
            self._text, self._style = None, ()
        elif tag == "ScriptNote":
            words = "\n".join(part for part in (self._note or []) if part.strip())
            if words and self._open:
                self._open[-1].notes.append((self._open[-1].line, words))
            self._note = None
        elif tag == "DualDialogue":
            self._dual_cues = None
        elif tag == "Paragraph" and self._open and "ScriptNote" not in self._path:
            self._finish(self._open.pop())
        self._path.pop()

    def close(self) -> None:
        """The end of the file."""

    def _in_script(self) -> bool:
        return self._path[1:2] == ["Content"] or self._path[1:3] == ["TitlePage", "Content"]

    def _finish(self, paragraph: _Open) -> None:
        text = "".join(paragraph.pieces)
        if self._path[1] == "TitlePage":
            self.title_lines += [line.strip() for line in text.split("\n")]
            return
        name = " ".join(paragraph.kind.split())
        kind = _KINDS.get(name.casefold())
        if kind is None:
            if text.strip():
                self.unknown.append((paragraph.line, name[:40]))
            kind = "action"
        if text.strip() or (kind == "heading" and paragraph.number):
            self._add(kind, text, paragraph)
        for line, words in paragraph.notes:
            self.elements.append(Element(kind="note", text=words, line=line))

    def _add(self, kind: ElementKind, text: str, paragraph: _Open) -> None:
        place = {"line": paragraph.line, "column": paragraph.column}
        stripped = text.strip()
        if kind == "character":
            cue = split_cue(stripped)
            dual = cue.dual
            if self._dual_cues is not None:
                dual = self._dual_cues > 0
                self._dual_cues += 1
            self.elements.append(Element(kind=kind, text=cue.name or stripped, dual=dual, extensions=cue.extensions, **place))
        elif kind == "parenthetical":
            inner = stripped[1:-1].strip() if stripped[:1] in "(（" and stripped[-1:] in ")）" else stripped
            last = self.elements[-1] if self.elements else None
            if last is not None and last.kind == "character" and grammar().extension_kind(inner):
                self.elements[-1] = last.model_copy(update={"extensions": (*last.extensions, inner)})
            elif inner:
                self.elements.append(Element(kind=kind, text=inner, **place))
        elif kind == "heading":
            number = re.sub(r"[#\s]+", "", paragraph.number or "") or None
            self.elements.append(Element(kind=kind, text=" ".join(stripped.split()), scene_number=number, **place))
        elif kind == "section":
            self.elements.append(Element(kind=kind, text=stripped, level=1, **place))
        else:
            last = self.elements[-1] if self.elements else None
            if kind in ("dialogue", "lyric") and last is not None and last.kind == kind:
                self.elements[-1] = last.model_copy(update={"text": f"{last.text}\n{stripped}"})
            else:
                self.elements.append(Element(kind=kind, text=stripped if kind != "action" else text.rstrip(), **place))


def _marked(words: str, style: tuple[str, ...]) -> str:
    """Plain words with Fountain's marks for their style around them, line by line, the spaces at the ends outside."""
    lines: list[str] = []
    for line in words.split("\n"):
        core = line.strip()
        if not core or not style:
            lines.append(escape(line))
            continue
        left, right = line[: len(line) - len(line.lstrip())], line[len(line.rstrip()) :]
        lines.append(f"{left}{''.join(style)}{escape(core)}{''.join(reversed(style))}{right}")
    return "\n".join(lines)


def _reason(error: ParseError) -> str:
    return str(error).split(":")[0]


def _problem(message: str, remedy: str, line: int, column: int, severity: Severity = Severity.ERROR) -> ReadProblem:
    return ReadProblem(message=message, remedy=remedy, line=line, column=column, severity=severity)
