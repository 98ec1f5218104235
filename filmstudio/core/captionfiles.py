"""Captions as files and as the track of an MP4: SubRip, WebVTT, Advanced SubStation Alpha, TTML (IMSC text profile), timed text.

Whatever a script has spoken is read, and never taken for markup: it is escaped where a form can (WebVTT, TTML), and elsewhere marks
that players act on are written with letters that look like them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from xml.sax.saxutils import escape

from filmstudio.core.rational import timecode

RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "ps", "sd", "ug", "yi", "dv"})
"""Languages whose captions run from right to left."""


@dataclass(frozen=True, slots=True)
class TimedCaption:
    """A caption in seconds of the film."""

    start: Fraction
    end: Fraction
    lines: tuple[str, ...]
    speaker: str = ""


_OVERRIDES = str.maketrans({"{": "(", "}": ")", "\\": "\u29f5"})
"""Braces open override blocks of SubStation Alpha, and a backslash begins its codes. Players turn SubRip and timed text into it
without escaping: libass then hides what is in braces, and breaks the line at ``\\N``."""
_TAGS = str.maketrans({"<": "\u2039", ">": "\u203a"})
"""Players of SubRip act on ``<b>`` and hide tags that they do not know; it has no way to escape them."""
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What may not stand in XML 1.0, not even escaped (section 2.2)."""


def srt(captions: Sequence[TimedCaption], language: str, title: str) -> str:
    """SubRip."""
    blocks = [
        f"{number}\n{timecode(caption.start)} --> {timecode(caption.end)}\n{_srt_text(caption.lines)}\n"
        for number, caption in enumerate(captions, 1)
    ]
    return "\n".join(blocks)


def _srt_text(lines: Sequence[str]) -> str:
    text = timed_text(lines).replace("-->", "--\u203a")  # an arrow makes a line of times
    return text.translate(_TAGS) if re.search("<[^<]*>", text) else text


def timed_text(lines: Sequence[str]) -> str:
    """The text of a caption in an MP4's track (3GPP timed text, ``mov_text``)."""
    return "\n".join(lines).translate(_OVERRIDES)


def vtt(captions: Sequence[TimedCaption], language: str, title: str) -> str:
    """WebVTT (W3C), with the speaker as a voice span."""
    blocks = ["WEBVTT\n"]
    for caption in captions:
        text = "\n".join(escape(line) for line in caption.lines)
        if caption.speaker:
            # A voice span's annotation may hold no markup and no line break.
            text = f"<v {escape(' '.join(caption.speaker.split()))}>{text}"
        blocks.append(f"{timecode(caption.start, separator='.')} --> {timecode(caption.end, separator='.')}\n{text}\n")
    return "\n".join(blocks)


_ASS_HEAD = """[Script Info]
Title: {title}
ScriptType: v4.00+
PlayResX: 1920
PlayResY: 1080
WrapStyle: 2
ScaledBorderAndShadow: yes

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, \
ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,Arial,54,&H00FFFFFF,&H00FFFFFF,&H00201018,&H80000000,0,0,0,0,100,100,0,0,1,3,0,2,230,230,60,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""


def ass(captions: Sequence[TimedCaption], language: str, title: str) -> str:
    """Advanced SubStation Alpha, for players that style captions."""
    rows = [_ASS_HEAD.format(title=_ass_text(title))]
    for caption in captions:
        text = r"\N".join(_ass_text(line) for line in caption.lines)
        speaker = _ass_text(caption.speaker).replace(",", " ")
        rows.append(f"Dialogue: 0,{_ass_time(caption.start)},{_ass_time(caption.end)},Default,{speaker},0,0,0,,{text}\n")
    return "".join(rows)


def _ass_text(text: str) -> str:
    return " ".join(text.translate(_OVERRIDES).split())


def _ass_time(seconds: Fraction) -> str:
    hundredths = int(seconds * 100 + Fraction(1, 2))
    minutes, rest = divmod(hundredths, 6000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest // 100:02d}.{rest % 100:02d}"


def ttml(captions: Sequence[TimedCaption], language: str, title: str) -> str:
    """TTML 2 within the IMSC 1.1 text profile."""
    direction = ' tts:direction="rtl"' if language.split("-", maxsplit=1)[0] in RIGHT_TO_LEFT else ""
    rows = [
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttp="http://www.w3.org/ns/ttml#parameter" '
        f'xmlns:tts="http://www.w3.org/ns/ttml#styling" xmlns:ttm="http://www.w3.org/ns/ttml#metadata" xml:lang="{escape(language)}" '
        'ttp:contentProfiles="http://www.w3.org/ns/ttml/profile/imsc1.1/text">\n'
        f"  <head>\n    <metadata><ttm:title>{_xml_text(title)}</ttm:title></metadata>\n"
        f'    <styling><style xml:id="s" tts:color="white" tts:fontSize="100%" tts:textAlign="center"{direction}/></styling>\n'
        '    <layout><region xml:id="r" tts:origin="10% 80%" tts:extent="80% 16%" tts:displayAlign="after"/></layout>\n'
        "  </head>\n  <body><div>\n"
    ]
    for caption in captions:
        begin, end = (timecode(moment, separator=".") for moment in (caption.start, caption.end))
        text = "<br/>".join(_xml_text(line) for line in caption.lines)
        rows.append(f'    <p region="r" style="s" begin="{begin}" end="{end}">{text}</p>\n')
    rows.append("  </div></body>\n</tt>\n")
    return "".join(rows)


def _xml_text(text: str) -> str:
    return escape(_NO_XML.sub("", text))


WRITERS: dict[str, Callable[[Sequence[TimedCaption], str, str], str]] = {"srt": srt, "vtt": vtt, "ass": ass, "ttml": ttml}
"""Writer by file suffix."""
