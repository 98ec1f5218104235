"""Paragraphs of prose, and what stands between them: breaks, and heads of chapters."""

from __future__ import annotations

import re
from dataclasses import dataclass

from filmstudio.plugins.screenplay.attribution import before_quote
from filmstudio.plugins.screenplay.quotes import Marks, starts_with_quote

SENTENCE = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s|$)|[。！？]+[」』”’）]*|[।॥؟]+")
"""The end of a sentence."""
HASHED = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")
"""A head as Markdown has it."""
RULED = re.compile(r"^\s*(?:(?:[*＊#~•⁂❦◇◆○●]\s*){1,7}|(?:[-–—_]\s*){3,})$")
_CHAPTER = re.compile(
    r"^\s*(?:(?:chapter|part|prologue|epilogue|book|capítulo|parte|prólogo|epílogo|chapitre|partie|kapitel|teil|глава|часть|अध्याय|भाग|الفصل|الباب)"
    r"(?:\s+[\w.]{1,20}){0,4}(?:\s*[:.—–-].{0,80})?|第[〇零一二三四五六七八九十百0-9]+[章話回节節幕部].{0,40}|[IVXLC]{1,7}\.?|\d{1,3}\.?)\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, and where it begins."""

    start: int
    text: str


def split_paragraphs(text: str, marks: Marks, language: str) -> list[Paragraph]:
    """Paragraphs: blocks between blank lines; in a block of whole sentences a line, and a line of dialogue, is its own.

    A line that only leads to the quotation under it belongs to that.
    """
    paragraphs: list[Paragraph] = []
    start = 0
    for block in re.split(r"(\n[ \t]*\n\s*?(?=\S|$)|\n[ \t]*(?=\n))", text):
        if block.strip():
            paragraphs += _split_block(block, start, marks, language)
        start += len(block)
    return paragraphs


def _split_block(block: str, start: int, marks: Marks, language: str) -> list[Paragraph]:
    lines = block.split("\n")
    own = any(len(line) > 120 for line in lines) or all(SENTENCE.search(line.rstrip()[-3:]) or not line.strip() for line in lines)
    found: list[Paragraph] = []
    offset = start
    for line in lines:
        quoted = starts_with_quote(line, marks)
        led = quoted and bool(found) and (lead := before_quote(found[-1].text, language)) is not None and lead.start == 0
        alone = (own or is_break(line.strip()) or quoted) and not led
        if line.strip():
            if found and not alone and not is_break(found[-1].text.strip()):
                last = found[-1]
                found[-1] = Paragraph(
                    last.start, f"{last.text}\n{line}" if offset == last.start + len(last.text) + 1 else last.text + "\n" + line
                )
            else:
                found.append(Paragraph(offset, line))
        offset += len(line) + 1
    return found


def is_break(text: str) -> bool:
    """Whether a paragraph divides the text: stars, a rule, the head of a chapter."""
    return bool(RULED.match(text) or HASHED.match(text.strip()) or (len(text) <= 120 and "\n" not in text and _CHAPTER.match(text)))
