"""Caption files: independent readers find in them what was written."""

from __future__ import annotations

from fractions import Fraction
from xml.etree import ElementTree

import pysubs2
import pytest

from filmstudio.core.captionfiles import TimedCaption, ass, srt, ttml, vtt

CAPTIONS = [
    TimedCaption(Fraction(1), Fraction(5, 2), ("Hello there,", "old friend."), "ASHA"),
    TimedCaption(Fraction(61), Fraction(62), ("A & B < C {x}\\N",), "DR. RAO, MD"),
    TimedCaption(Fraction(3700), Fraction(3701), ("नमस्ते",), ""),
]


@pytest.mark.parametrize(("write", "form"), [(srt, "srt"), (vtt, "vtt"), (ass, "ass")])
def test_another_reader_finds_the_same_times_and_words(write, form: str) -> None:
    read = pysubs2.SSAFile.from_string(write(CAPTIONS, "en", "A title"), format_=form)
    assert [(event.start, event.end) for event in read] == [(1000, 2500), (61_000, 62_000), (3_700_000, 3_701_000)]
    assert "Hello there," in read[0].plaintext
    assert read[2].plaintext.strip() == "नमस्ते"


def test_ttml_is_xml_with_a_paragraph_for_each_caption() -> None:
    root = ElementTree.fromstring(ttml(CAPTIONS, "ar", "T & T"))
    paragraphs = root.findall(".//{http://www.w3.org/ns/ttml}p")
    assert [paragraph.get("begin") for paragraph in paragraphs] == ["00:00:01.000", "00:01:01.000", "01:01:40.000"]
    assert "".join(paragraphs[1].itertext()) == "A & B < C {x}\\N"
    assert 'direction="rtl"' in ttml(CAPTIONS, "ar", "T")


def test_a_script_cannot_write_codes_into_ass() -> None:
    line = ass(CAPTIONS, "en", "T").splitlines()[-2]
    assert "{x}" not in line and line.count("\\N") == 0
