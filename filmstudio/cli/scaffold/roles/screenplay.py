"""A reader of the plainest scripts: headings, names in capitals over what they say, and everything else is action."""

from __future__ import annotations

from typing import ClassVar

from filmstudio.core.engine import Desk, Needs, SingleEngine
from filmstudio.core.requests import ReadProblem, ReadRequest, ReadResult
from filmstudio.core.screenplay import Element, ElementKind, Screenplay, TitleEntry


class Newcomer(SingleEngine[ReadRequest, ReadResult]):
    """Reads a script paragraph by paragraph."""

    name: ClassVar[str] = "newcomer"
    version: ClassVar[str] = "1"
    role: ClassVar[str] = "screenplay"
    summary: ClassVar[str] = "Reads plain scripts: headings, names in capitals, dialogue under them, action."
    needs: ClassVar[Needs] = Needs(memory_mb=128, licence="MIT")

    def make(self, request: ReadRequest, desk: Desk) -> ReadResult:
        """Read one script; one that cannot be read is told with its line."""
        try:
            lines = desk.path(request.script).read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            return ReadResult(screenplay=None, problems=(ReadProblem(message="the script is not UTF-8 text.", line=1),))
        elements: list[Element] = []
        titles: list[TitleEntry] = []
        speaking = False
        for number, text in enumerate((line.strip() for line in lines), 1):
            key, colon, value = text.partition(":")
            if not text:
                speaking = False
            elif colon and not elements and key.isalpha():
                titles.append(TitleEntry(key=key, values=(value.strip(),)))
            else:
                kind: ElementKind = "dialogue" if speaking else _kind_of(text)
                elements.append(Element(kind=kind, text=text, line=number))
                speaking = speaking or kind == "character"
        if not elements:
            return ReadResult(screenplay=None, problems=(ReadProblem(message="the script is empty.", line=1),))
        script = Screenplay(title_page=tuple(titles), elements=tuple(elements), language=request.language or "en", source_name=request.name)
        return ReadResult(screenplay=script)


def _kind_of(text: str) -> ElementKind:
    if text.startswith(("INT.", "EXT.")):
        return "heading"
    return "character" if text.isupper() and len(text) < 40 else "action"
