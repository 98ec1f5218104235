"""The screenplay engine: bytes of any form become a Screenplay, or all the problems that prevent one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import ClassVar

from filmstudio.core.engine import Desk, Needs, SingleEngine
from filmstudio.core.errors import Severity
from filmstudio.core.requests import ReadProblem, ReadRequest, ReadResult
from filmstudio.core.screenplay import SPOKEN, Element, Screenplay, TitleEntry, plain_text, spoken_text
from filmstudio.plugins.screenplay.detect import Form, find_form
from filmstudio.plugins.screenplay.dialogue import read_dialogue
from filmstudio.plugins.screenplay.encoding import decode
from filmstudio.plugins.screenplay.fdx import read_fdx
from filmstudio.plugins.screenplay.fountain import parse_fountain
from filmstudio.plugins.screenplay.grammar import fold, grammar
from filmstudio.plugins.screenplay.language import find_language, language_of
from filmstudio.plugins.screenplay.limits import too_many_bytes, too_many_letters, too_many_words
from filmstudio.plugins.screenplay.markdown import as_boneyard, unwrapped
from filmstudio.plugins.screenplay.prose import read_prose
from filmstudio.plugins.screenplay.turns import with_colons

_MOST_PROBLEMS = 50
_LONGEST_TITLE = 120
_LONGEST_TITLE_WORDS = 10
_ENDS = (*".:,;…。：、।؟؛", "")
"""What a title over the first scene does not end with."""
_DARKNESS = re.compile(
    r"\b(?:black|dark(?:ness)?|blank|silence|screen|noir|negro|schwarz(?:bild)?|nero|preto|ч[её]рн\w*|темнота)\b|黒味|黑屏|黑场|暗転",
    re.IGNORECASE,
)
"""What is seen before the first scene rather than read."""
_LINES_TOLD = 5


class Reader(SingleEngine[ReadRequest, ReadResult]):
    """Reads Fountain, Final Draft, ``NAME: text`` dialogue and prose, in any writing system, with rules alone."""

    name: ClassVar[str] = "reader"
    version: ClassVar[str] = "13"
    role: ClassVar[str] = "screenplay"
    summary: ClassVar[str] = "Reads Fountain, FDX, podcasts and prose in any script"
    needs: ClassVar[Needs] = Needs(cpu=1.0, memory_mb=256)

    def make(self, request: ReadRequest, desk: Desk) -> ReadResult:
        """Read one script. Everything wrong with it comes back as problems; nothing a script holds raises."""
        problem = too_many_bytes(request.script.size)
        if problem:
            return ReadResult(screenplay=None, problems=(problem,))
        return read_script(desk.path(request.script).read_bytes(), request.name, request.form, request.language)


def read_script(data: bytes, name: str = "script", form: str = "auto", language: str | None = None) -> ReadResult:
    """Read the bytes of a script.

    Args:
        data: the file's bytes.
        name: the file's name; its suffix may decide the form, and its stem is the title when the script has none.
        form: auto, or a form of ``Screenplay.form``.
        language: BCP 47 tag, or None to find it.
    """
    problem = too_many_bytes(len(data))
    if problem:
        return ReadResult(screenplay=None, problems=(problem,))
    if not data.strip():
        return _refused("The script is empty.", "Write at least a scene heading and something that happens.")
    decoded = decode(data)
    if not decoded.usable:
        return ReadResult(screenplay=None, problems=decoded.problems)
    if not decoded.text.strip():
        return _refused("The script has nothing but spaces.", "Write at least a scene heading and something that happens.")
    problem = too_many_words(decoded.text)
    if problem:
        return ReadResult(screenplay=None, problems=(problem,))
    marked_up = name.casefold().endswith(".fdx") or form == "fdx" or "<FinalDraft" in decoded.text[:4096]
    problems = () if marked_up else too_many_letters(decoded.text)
    if problems:
        return ReadResult(screenplay=None, problems=_bounded(problems))
    text = decoded.text if marked_up else with_colons(unwrapped(decoded.text))
    found: Form = find_form(text, name) if form == "auto" else _form(form)
    screenplay, problems = _read(text, name, found, language)
    problems = (*decoded.problems, *problems)
    if screenplay is not None:
        screenplay = _completed(screenplay, name, decoded.encoding, language)
        problems = (*problems, *_told_of(screenplay))
    return ReadResult(
        screenplay=None if any(problem.severity is Severity.ERROR for problem in problems) else screenplay, problems=_bounded(problems)
    )


def _form(form: str) -> Form:
    return "fdx" if form == "fdx" else "dialogue" if form == "dialogue" else "prose" if form == "prose" else "fountain"


def _read(text: str, name: str, form: Form, language: str | None) -> tuple[Screenplay | None, tuple[ReadProblem, ...]]:
    if form == "fdx":
        return read_fdx(text, name)
    if form == "dialogue":
        return read_dialogue(text, name)
    if form == "prose":
        return read_prose(text, name, language or language_of(spoken_text(text)))
    return parse_fountain(as_boneyard(text), name)


def _completed(screenplay: Screenplay, name: str, encoding: str, language: str | None) -> Screenplay:
    """The screenplay with its title, language and encoding told."""
    named = screenplay.titled("language")
    tag = language or (named[0].strip() if named and re.fullmatch(r"\s*[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*\s*", named[0]) else None)
    if screenplay.form == "prose":
        tag = tag or screenplay.language  # that of the whole text, which says more than its quotations
    if not screenplay.title:
        screenplay = _titled(screenplay)
    page = screenplay.title_page
    if not screenplay.title:
        page = (*page, TitleEntry(key="Title", values=(_title(screenplay, name),)))
    return screenplay.model_copy(
        update={"title_page": page, "source_name": name, "encoding": encoding, "language": tag or find_language(screenplay)}
    )


def _titled(screenplay: Screenplay) -> Screenplay:
    """The screenplay with the title that stands over its first scene: a line of its own, or the one heading of the first level."""
    shown = [element for element in screenplay.elements if element.kind not in ("note", "boneyard", "page_break")]
    if len(shown) < 2 or screenplay.form != "fountain":
        return screenplay
    first, second = shown[0], shown[1]
    whole = [element for element in shown if element.kind == "section" and element.level == 1]
    over = first.kind == "action" and not first.forced and second.kind in ("heading", "transition")
    if not over and whole != [first]:
        return screenplay
    words = plain_text(first.text).strip()
    if over and _DARKNESS.search(words):
        return screenplay
    if "\n" in words or len(words) > _LONGEST_TITLE or len(words.split()) > _LONGEST_TITLE_WORDS or (over and words[-1:] in _ENDS):
        return screenplay
    left = tuple(element for element in screenplay.elements if element is not first)
    page = (*screenplay.title_page, TitleEntry(key="Title", values=(words,)))
    return screenplay.model_copy(update={"title_page": page, "elements": left})


def _title(screenplay: Screenplay, name: str) -> str:
    """The title under another language's key, or the file's name made readable."""
    words = {fold(word) for word in grammar().title_words}
    for entry in screenplay.title_page:
        if fold(entry.key) in words and entry.values:
            return " ".join(entry.values)
    stem = PurePosixPath(re.split(r"[\\/]", name)[-1]).stem
    spaced = " ".join(re.sub(r"[_.\-–—+]+", " ", stem).split())[:_LONGEST_TITLE]
    return (spaced.title() if spaced.isascii() and spaced.islower() else spaced) or "Untitled"


def _told_of(screenplay: Screenplay) -> tuple[ReadProblem, ...]:
    """What a whole screenplay lacks."""
    told: list[ReadProblem] = []
    kinds = {element.kind for element in screenplay.elements}
    first = screenplay.elements[0].line if screenplay.elements else 1
    if not kinds & {"heading", "action", "dialogue", "lyric", "centered", "character"}:
        return (
            ReadProblem(
                message="There is nothing to film in this script.",
                remedy="Write a scene heading, action or dialogue.",
                line=first,
                column=1,
            ),
        )
    if "heading" not in kinds:
        message, remedy = (
            "The script has no scene heading; it is filmed as one scene.",
            "Begin each scene with a line such as INT. KITCHEN - NIGHT.",
        )
        told.append(ReadProblem(message=message, remedy=remedy, line=first, column=1, severity=Severity.WARNING))
    told += _numbered_twice(screenplay)
    spoken = [element for element in screenplay.elements if element.kind in SPOKEN]
    if not any(any(char.isalnum() for char in spoken_text(element.text)) for element in spoken):
        message = "Nobody speaks in this script; it becomes a silent film with captions of its action and a score."
        remedy = "For speech, write a name in capitals on a line of its own, and the words on the next."
        told.append(ReadProblem(message=message, remedy=remedy, line=first, column=1, severity=Severity.WARNING))
    return tuple(told)


def _numbered_twice(screenplay: Screenplay) -> Iterator[ReadProblem]:
    """Numbers that several scenes have. They are kept: a script in production may be quoted by them."""
    numbered: dict[str, list[Element]] = {}
    for element in screenplay.elements:
        if element.scene_number:
            numbered.setdefault(fold(element.scene_number), []).append(element)
    for same in numbered.values():
        if len(same) > 1:
            lines = [str(element.line) for element in same]
            first, last = (lines[:-1], lines[-1]) if len(lines) <= _LINES_TOLD else (lines[:_LINES_TOLD], "others")
            message = f"{len(same)} scenes have the number {same[1].scene_number}: lines {', '.join(first)} and {last}."
            remedy = f"Give each its own, such as {same[1].scene_number} and {same[1].scene_number}A."
            yield ReadProblem(message=message, remedy=remedy, line=same[1].line, column=same[1].column, severity=Severity.WARNING)


def _bounded(problems: tuple[ReadProblem, ...]) -> tuple[ReadProblem, ...]:
    """Errors before warnings, each in the order of the script, and no more than a person would read."""
    ordered = sorted(problems, key=lambda problem: (problem.severity is not Severity.ERROR, problem.line or 0, problem.column or 0))
    if len(ordered) <= _MOST_PROBLEMS:
        return tuple(ordered)
    left = len(ordered) - _MOST_PROBLEMS
    more = ReadProblem(message=f"There are {left} more problems like these.", severity=Severity.WARNING)
    return (*ordered[:_MOST_PROBLEMS], more)


def _refused(message: str, remedy: str) -> ReadResult:
    return ReadResult(screenplay=None, problems=(ReadProblem(message=message, remedy=remedy, line=1, column=1),))


__all__ = ["Reader", "plain_text", "read_script"]
