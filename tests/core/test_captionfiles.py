"""Caption files: independent readers find in them what was written."""

from __future__ import annotations

from fractions import Fraction
from html import unescape
from xml.etree import ElementTree

import av
import pysubs2
import pytest

from filmstudio.core.captionfiles import TimedCaption, ass, srt, timed_text, ttml, vtt

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


SPOKEN_MARKUP = (
    r"{\an8}Up there", "{note} the braces", r"C:\new or \N", "the <b>bold</b> tag", "a <made-up> tag", "<3 you, 5 > 4", "<<i>>", "{y:i}x",
    "from A --> to B",
)  # fmt: skip
"""What players of one form or another take for markup."""
LOOKALIKES = str.maketrans({"{": "(", "}": ")", "\\": "\u29f5", "<": "\u2039", ">": "\u203a"})


def played(codec: str, data: bytes) -> str:
    """The event that FFmpeg makes of a caption: SubStation Alpha, in which a brace opens what is not shown."""
    packet = av.Packet(data)
    packet.pts, packet.duration = 0, 1000
    (shown,) = av.CodecContext.create(codec, "r").decode2(packet)
    return shown.ass.decode().split(",", 8)[8]


@pytest.mark.parametrize("spoken", SPOKEN_MARKUP)
def test_markup_that_is_spoken_is_read_as_it_is_spoken(spoken: str) -> None:
    lines = ("Read this:", spoken)
    captions = [TimedCaption(Fraction(0), Fraction(2), lines)]
    body = srt(captions, "en", "").split("\n", 2)[2]
    track = timed_text(lines).encode()
    for shown in (played("subrip", body.encode()), played("mov_text", len(track).to_bytes(2, "big") + track)):
        assert shown.count("\\") == shown.count("\\N") == 1 and "{" not in shown
        assert shown.replace("\\N", "\n").strip().translate(LOOKALIKES) == "\n".join(lines).translate(LOOKALIKES)
    assert len(pysubs2.SSAFile.from_string(srt(captions, "en", ""), format_="srt")) == 1
    dialogue = ass(captions, "en", "").splitlines()[-1]
    assert "{" not in dialogue and dialogue.count("\\") == 1
    cue = vtt(captions, "en", "").split("\n", 3)[3].strip()
    assert not {"<", ">"} & set(cue) and unescape(cue) == "\n".join(lines)
    paragraph = ElementTree.fromstring(ttml(captions, "en", "")).find(".//{http://www.w3.org/ns/ttml}p")
    assert paragraph is not None and list(paragraph.itertext()) == list(lines)


def test_a_lone_sign_stays_as_it_is() -> None:
    assert "1 < 2 & 3" in srt([TimedCaption(Fraction(0), Fraction(1), ("1 < 2 & 3",))], "en", "")


def test_what_xml_cannot_hold_does_not_spoil_ttml() -> None:
    root = ElementTree.fromstring(ttml([TimedCaption(Fraction(0), Fraction(1), ("a\x0bb\ufffe",))], "en", "t\x01"))
    assert "".join(root.itertext()).split() == ["t", "ab"]
