"""The screenplay: what a writer wrote, element by element, with its place in the file."""

from __future__ import annotations

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
