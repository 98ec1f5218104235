"""The screenplay: what a writer wrote, element by element, with its place in the file."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field

from filmstudio.core.model import Record

ElementKind = Literal[
    "heading",  # a scene heading, without its scene number
    "action",
    "character",  # a cue: the name of who speaks next, without extensions
    "parenthetical",  # without its brackets
    "dialogue",
    "lyric",
    "transition",
    "centered",
    "page_break",
    "section",
    "synopsis",
    "note",
    "boneyard",
]

SPOKEN: frozenset[ElementKind] = frozenset({"dialogue", "lyric"})
"""The only kinds whose text is ever spoken or captioned."""


class Element(Record):
    """One element of a screenplay. ``text`` keeps the writer's emphasis marks; the markers of its kind are removed."""

    kind: ElementKind
    text: str
    line: int = Field(ge=1, description="1-based line of the source where the element begins")
    column: int = Field(default=1, ge=1)
    forced: bool = False
    scene_number: str | None = None
    level: int = Field(default=0, ge=0, description="depth of a section, 1 to 6")
    dual: bool = Field(default=False, description="this cue speaks at the same time as the one before it")
    extensions: tuple[str, ...] = Field(default=(), description="what stands in brackets after a cue: V.O., O.S., CONT'D …")


class TitleEntry(Record):
    """One key of the title page and its values, in the order written."""

    key: str
    values: tuple[str, ...]


class Screenplay(Record):
    """A parsed script. ``elements`` are in the order of the source and are never reordered or rewritten."""

    title_page: tuple[TitleEntry, ...] = ()
    elements: tuple[Element, ...] = ()
    form: Literal["fountain", "fdx", "dialogue", "prose"] = "fountain"
    language: str = Field(default="en", description="BCP 47 tag of the language most lines are in")
    source_name: str = ""
    encoding: str = "utf-8"

    def titled(self, key: str) -> tuple[str, ...]:
        """Values of a title page key, compared without case; empty when the key is absent."""
        return next((entry.values for entry in self.title_page if entry.key.casefold() == key.casefold()), ())

    @property
    def title(self) -> str:
        """The title as plain text, or an empty text."""
        return " ".join(self.titled("title")).strip()


_DELIMITER = re.compile(r"\\[*_\\~@#!.=><\[\](（/]|\*+|_+")
_URL = r"(?:[Hh][Tt][Tt][Pp][Ss]?://|[Ww][Ww][Ww]\.)(?:[^\s<>\"'()\[\]]*[^\s<>\"'()\[\].,;:!?])"
_EMOJI = (
    "(?:[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u2190-\u21ff\u231a-\u23ff\u3030\u303d\u3297\u3299][\ufe0e\ufe0f\u20e3\u200d]*"
    "|[0-9#*]\ufe0f?\u20e3|[\U000e0020-\U000e007f])+"
)
_UNSPOKEN = re.compile(f"(?>{_URL}|{_EMOJI})")
_UNSPOKEN_BEFORE_MARK = re.compile(rf"\s*(?>{_URL}|{_EMOJI})(?=\s*[,.;:!?…。、，！？])")


def plain_text(markup: str) -> str:
    r"""``markup`` without Fountain's emphasis marks (``*italic*``, ``**bold**``, ``_underline_``) and with its escapes (``\*``) resolved.

    As in Fountain 1.1, emphasis does not run over line ends, needs a mark on both sides, and has no space just inside its marks;
    marks that stand alone are kept. An underscore inside a word is a letter.
    """
    return "\n".join(_plain_line(line) for line in markup.split("\n"))


def spoken_text(markup: str) -> str:
    """The words of ``markup`` that are spoken and captioned: plain text without web addresses and emoji, spaces made single."""
    words = _UNSPOKEN.sub(" ", _UNSPOKEN_BEFORE_MARK.sub("", plain_text(markup)))
    return re.sub(r"[ \t\n]+", " ", words).strip()


def _plain_line(line: str) -> str:
    if not _DELIMITER.search(line):
        return line
    kept: list[str] = []
    left: list[int] = []  # per kept piece: how many of its delimiter marks are still text; -1 for anything else
    open_runs: dict[str, list[int]] = {"*": [], "_": []}
    end = 0
    for match in _DELIMITER.finditer(line):
        run = match.group()
        kept.append(line[end : match.start()])
        left.append(-1)
        end = match.end()
        if run[0] == "\\":
            kept.append(run[1])
            left.append(-1)
            continue
        before, after = line[match.start() - 1 : match.start()], line[end : end + 1]
        closes = bool(before) and not before.isspace() and not (run[0] == "_" and after.isalnum())
        opens = bool(after) and not after.isspace() and not (run[0] == "_" and before.isalnum())
        rest = len(run)
        openers = open_runs[run[0]]
        while closes and rest and openers:
            taken = min(rest, left[openers[-1]])
            left[openers[-1]] -= taken
            rest -= taken
            if not left[openers[-1]]:
                openers.pop()
        kept.append(run[0])
        left.append(rest)
        if opens and rest:
            openers.append(len(kept) - 1)
    kept.append(line[end:])
    left.append(-1)
    return "".join(piece if count < 0 else piece * count for piece, count in zip(kept, left, strict=True))
