"""A Screenplay written as Fountain text. What would read as something else is forced, or escaped with a backslash."""

from __future__ import annotations

import re
from collections.abc import Sequence

from filmstudio.core.screenplay import Element, Screenplay
from filmstudio.plugins.screenplay.cues import is_capital_cue, is_caseless_candidate
from filmstudio.plugins.screenplay.grammar import all_capitals, fold, grammar
from filmstudio.plugins.screenplay.headings import is_heading, split_number
from filmstudio.plugins.screenplay.quoted_turns import quoted_turn
from filmstudio.plugins.screenplay.title_page import read_title_page, write_title_page
from filmstudio.plugins.screenplay.turning import find_turning, turn_in

_SPEECH = frozenset({"parenthetical", "dialogue", "lyric"})
_HIDDEN = frozenset({"note", "boneyard"})
_STOPS_SPEECH = re.compile(r"^(?:~|=\s|={3,}\s*$|#{1,6}\s|[(（](?!\)).*[)）])")


def write_fountain(screenplay: Screenplay) -> str:
    """``screenplay`` as Fountain: title page, a blank line between elements, one line feed at the end."""
    paragraphs: list[str] = []
    title = write_title_page(screenplay.title_page)
    if title:
        paragraphs.append("\n".join(title))
    elements = screenplay.elements
    foreign = screenplay.form != "fountain"
    turning = _turns_read(elements)
    at = 0
    while at < len(elements):
        end = _speech_end(elements, at)
        lines = _write(elements[at], end > at + 1, foreign)
        if not paragraphs and elements[at].kind == "action" and read_title_page(lines)[1]:
            lines[0] = f"!{lines[0]}"
        if turning and elements[at].kind == "action" and lines[0][:1] != "!" and any(turn_in(line.strip()) for line in lines):
            lines[0] = f"!{lines[0]}"
        for element in elements[at + 1 : end]:
            lines += _write(element, True, foreign)
        paragraphs.append("\n".join(lines))
        at = end
    return "\n\n".join(paragraphs) + "\n" if paragraphs else ""


def escape(text: str) -> str:
    """Plain text as Fountain markup: ``plain_text(escape(text)) == text``."""
    return re.sub(r"([*_\\\[])", r"\\\1", text)


def _turns_read(elements: Sequence[Element]) -> bool:
    """Whether lines of action would read as ``NAME: text``."""
    lines = [line for element in elements if element.kind == "action" for line in element.text.split("\n")]
    return bool(find_turning(lines, sum(1 for element in elements if element.kind == "character")))


def _speech_end(elements: Sequence[Element], at: int) -> int:
    """Where the paragraph that begins at ``at`` ends: after the last part of a speech, or after one element."""
    if elements[at].kind != "character":
        return at + 1
    end = at + 1
    seek = end
    while seek < len(elements) and (elements[seek].kind in _SPEECH or elements[seek].kind in _HIDDEN):
        if elements[seek].kind == elements[seek - 1].kind == "lyric":
            break  # the second was sung apart: lyrics of one speech are one element
        seek += 1
        if elements[seek - 1].kind in _SPEECH:
            end = seek
    return end


def _write(element: Element, speech: bool, foreign: bool) -> list[str]:
    text = element.text
    if element.kind == "note":
        return _note(text)
    if element.kind == "boneyard":
        return [f"/* {text.replace('*/', '* /')} */"]
    if element.kind == "page_break":
        return ["==="]
    text = _protected(text)
    one_line = " ".join(line.strip() for line in text.split("\n")).strip() if "\n" in text else text.strip()
    if element.kind == "heading":
        return [_heading(element, one_line)]
    if element.kind == "character":
        return [_cue(element, speech)]
    if element.kind == "parenthetical":
        return f"({text.strip()})".split("\n")
    if element.kind == "dialogue":
        return _dialogue(text, foreign)
    if element.kind == "lyric":
        return [f"~{line.strip()}" for line in text.split("\n")]
    if element.kind == "transition":
        return [one_line if not element.forced and _is_transition(one_line) else f"> {one_line}"]
    if element.kind == "centered":
        return [f"> {one_line} <"]
    if element.kind == "section":
        return [f"{'#' * min(max(element.level, 1), 6)} {one_line}".rstrip()]
    if element.kind == "synopsis":
        return [f"= {one_line}".rstrip()]
    return _action(element, text, foreign)


def _note(text: str) -> list[str]:
    while "]]" in text:
        text = text.replace("]]", "] ]")
    lines = f"[[{text}]]".split("\n") if not text.endswith("]") else f"[[{text} ]]".split("\n")
    return [line if line.strip() else "  " for line in lines]


def _heading(element: Element, text: str) -> str:
    forced = element.forced or not is_heading(text) or split_number(text)[1] is not None
    number = f" #{element.scene_number}#" if element.scene_number else ""
    return f"{'.' if forced else ''}{text}{number}"


def _cue(element: Element, speech: bool) -> str:
    name = escape(" ".join(element.text.split()))
    line = name + "".join(f" ({extension})" for extension in element.extensions) + (" ^" if element.dual else "")
    natural = speech and not element.forced and is_capital_cue(line) and not is_heading(line) and not _is_transition(line)
    return line if natural and line[0] not in ".!>~=#" else f"@{line}"


def _dialogue(text: str, foreign: bool) -> list[str]:
    lines = [line.strip() for line in text.strip().split("\n")]
    if not foreign:
        return [line or "  " for line in lines]
    written: list[str] = []
    for line in lines:
        if not line:
            written.append("  ")
            continue
        safe = f"\\{line}" if _STOPS_SPEECH.match(line) or (written and line[0] in ".@!>") else line
        looks_new = is_heading(safe) or _is_transition(safe) or is_capital_cue(safe) or is_caseless_candidate(safe)
        if looks_new and written and written[-1] == "  ":
            written.pop()
        written.append(safe)
    return written


def _action(element: Element, text: str, foreign: bool) -> list[str]:
    lines = text.split("\n")
    if foreign:
        lines = [line for line in lines if line.strip()] or [""]
        lines[1:] = [f"\\{line.lstrip()}" if line.lstrip()[0] in "!~=#>" else line for line in lines[1:]]
    first = lines[0].strip()
    forced = element.forced or not first or _reads_otherwise(first, len(lines) > 1)
    return [f"!{lines[0]}" if forced else lines[0], *lines[1:]]


def _reads_otherwise(first: str, followed: bool) -> bool:
    if first[0] in "!.@~=#>" or is_heading(first) or _is_transition(first) or quoted_turn(first):
        return True
    return followed and (is_capital_cue(first) or is_caseless_candidate(first))


def _is_transition(text: str) -> bool:
    if text.endswith("TO:") and all_capitals(text):
        return True
    return fold(text) in grammar().transition_by_text


def _protected(text: str) -> str:
    """``text`` with what would open a note or boneyard escaped. Text read from Fountain holds none."""
    if "[[" not in text and "/*" not in text:
        return text
    return re.sub(r"(?<!\\)(\[(?=\[)|/(?=\*))", r"\\\1", text)
