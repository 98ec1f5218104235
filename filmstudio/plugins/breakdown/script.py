"""The script divided: scenes with their headings, and in them speeches, action, captions and transitions, in order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from filmstudio.core.screenplay import SPOKEN, Element, plain_text
from filmstudio.plugins.breakdown.atmosphere import Heading, read_heading
from filmstudio.plugins.breakdown.lexicon import lexicon, transition_kind
from filmstudio.plugins.breakdown.words import fold

Entry = Literal["cut", "dissolve", "fade"]

_CAPTION = re.compile(
    r"^\W*(?:SUPER(?:IMPOSE)?|(?:OPENING |CLOSING |END )?TITLE(?: CARD)?|CAPTION|CHYRON|ON[- ]SCREEN(?: TEXT)?|SUBTITLE|INTERTITLE|CARD"
    r"|INTERTÍTULO|RÓTULO|LETRERO|SOBREIMPRESIÓN|CARTELA|LETREIRO|TÍTULO|CARTON|INTERTITRE|SURIMPRESSION|TITRE|EINBLENDUNG|TEXTTAFEL"
    r"|ZWISCHENTITEL|DIDASCALIA|CARTELLO|SOVRIMPRESSIONE|ТИТР|ТИТРЫ|НАДПИСЬ|НАПИС|NAPIS|PLANSZA|TUSSENTITEL|उपशीर्षक|शीर्षक|字幕|テロップ|자막|عنوان)"
    r"\s*[:：\-\u2013\u2014]\s*(?P<text>.+)$",
    re.DOTALL | re.IGNORECASE,
)
"""What is to be read on the picture, as scripts of many languages say it."""
_TIME_PASSED = re.compile(r"\d|\b(?:years?|months?|weeks?|days?|centur(?:y|ies)|next)\b|साल|महीने|años?|mois|jahre|سنوات|年|月")
"""Time jumps that an audience must be told of; MOMENTS LATER is seen without words."""

_QUOTES = "\"'\u201c\u201d\u2018\u2019\u00ab\u00bb\u300c\u300d\u300e\u300f "
_WITHOUT_PLAY = frozenset({"note", "boneyard", "section", "synopsis", "page_break"})


@dataclass
class Speech:
    """A cue and what is said under it: parentheticals, dialogue and lyrics in order. ``cue`` is None for words without one."""

    cue: Element | None
    parts: list[Element] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Play:
    """A paragraph of action, as plain text."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Caption:
    """Words to set on the picture; centred ones stand on a card of their own."""

    text: str
    centred: bool = False


Event = Speech | Play | Caption


@dataclass
class Act:
    """A scene as the script writes it."""

    heading: Heading
    written: str = ""
    number: str = ""
    entry: Entry = "cut"
    events: list[Event] = field(default_factory=list)

    @property
    def plays(self) -> list[str]:
        """The action texts, in order."""
        return [event.text for event in self.events if isinstance(event, Play)]

    @property
    def spoken(self) -> list[str]:
        """The dialogue as written, in order."""
        return [part.text for event in self.events if isinstance(event, Speech) for part in event.parts if part.kind in SPOKEN]


def divide_script(elements: Sequence[Element], language: str) -> list[Act]:
    """Divide a script into scenes. What stands before the first heading is a scene of its own when it holds anything to play."""
    acts = [Act(Heading("", "", ""))]
    entry: Entry = "cut"
    for element in _grouped(elements):
        act = acts[-1]
        if isinstance(element, Speech):
            act.events.append(element)
        elif element.kind == "heading":
            written = plain_text(element.text).strip()
            heading = read_heading(written, language)
            acts.append(Act(heading, written, element.scene_number or "", entry))
            entry = "cut"
            if len(act.events) > 1 and isinstance(last := act.events[-1], Caption) and not last.centred:
                # A super at the end of a scene ("THREE DAYS LATER") announces the next one.
                acts[-1].events.append(act.events.pop())
            if _TIME_PASSED.search(fold(heading.note)):
                acts[-1].events.append(Caption(heading.note))
        elif element.kind == "transition" or (
            element.kind == "action" and transition_kind(element.text) in ("fade_in", "fade_out", "cut", "dissolve")
        ):
            kind = transition_kind(element.text) or _kind_of_unknown(element.text)
            if kind == "end":
                act.events.append(Caption(plain_text(element.text).strip(), centred=True))
                continue
            if kind == "fade_in" and not act.events and act.entry == "cut":
                act.entry = "fade"
            entry = "dissolve" if kind in ("dissolve", "wipe") else "fade" if kind in ("fade_in", "fade_out") else "cut"
        elif element.kind == "action":
            act.events.extend(_action(element))
        elif element.kind == "centered":
            text = plain_text(element.text).strip()
            if text:
                act.events.append(Caption(text, centred=True))
    kept = [act for act in acts if act.written or act.events]
    if len(acts) > 1 and acts[0] not in kept and acts[0].entry == "fade":
        acts[1].entry = "fade"
    return kept


def _grouped(elements: Sequence[Element]) -> Iterator[Element | Speech]:
    """Elements, with each cue and what is spoken under it gathered to one speech. Notes do not end a speech."""
    speech: Speech | None = None
    for element in elements:
        if element.kind in _WITHOUT_PLAY:
            continue
        if element.kind == "character":
            if speech is not None:
                yield speech
            speech = Speech(element)
        elif element.kind in SPOKEN or element.kind == "parenthetical":
            if speech is None:
                speech = Speech(None)
            speech.parts.append(element)
        else:
            if speech is not None:
                yield speech
            speech = None
            yield element
    if speech is not None:
        yield speech


def _action(element: Element) -> Iterator[Event]:
    """Action, with captions (SUPER: …) and dates that stand alone taken out, and THE END as a card."""
    for paragraph in re.split(r"\n\s*\n", plain_text(element.text)):
        text = paragraph.strip()
        caption = _CAPTION.match(text)
        if caption is not None:
            shown = caption.group("text").strip().strip(_QUOTES)
            if shown:
                yield Caption(shown)
        elif _is_date(text):
            yield Caption(text)
        elif transition_kind(text) == "end":
            yield Caption(text, centred=True)
        elif text:
            yield Play(text, element.line)


def _is_date(text: str) -> bool:
    words = fold(text).replace(",", " ").replace(".", " ").split()
    return (
        1 < len(words) <= 4 and text.isupper() and any(word in lexicon().months for word in words) and any(word.isdigit() for word in words)
    )


def _kind_of_unknown(text: str) -> str:
    folded = fold(text)
    if "fade" in folded or "black" in folded:
        return "fade_out"
    return "dissolve" if "dissolve" in folded or "fondu" in folded else "cut"
