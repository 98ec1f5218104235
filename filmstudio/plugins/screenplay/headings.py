"""Scene headings: whether a line is one, and what it says of setting, place and time. The rules are those of the studio's grammar."""

from __future__ import annotations

import re
from dataclasses import dataclass

from filmstudio.core.screenplay import plain_text
from filmstudio.plugins.screenplay.grammar import all_capitals, fold, grammar, has_capitals

_SEPARATOR = re.compile(r"\s+[-–—]+\s+|\s*[—–]\s*|\s*[،、。]\s*|\s+/\s+|\s{2,}")
_TRAILING_NUMBER = re.compile(r"\s*#([^#\s]{1,24})#\s*$")
_LEADING_NUMBER = re.compile(r"^(\d{1,4}(?:-\d{1,3})?[A-Z]{0,2})(?:\.\s+|\s+|\.)(?=\S)")
_NUMERAL = "[0-9０-９]{1,4}[A-Za-z]?|[〇零一二三四五六七八九十百]{1,4}"
_SCENE_MARK = re.compile(
    rf"^(?:(?:S\s*[#＃]|씬|장면|シーン)\s*(?P<number>{_NUMERAL})\s*[.．、)]?\s+|第\s*(?P<ordinal>{_NUMERAL})\s*[场場景]\s*[:：、.]?\s*|[○◯〇●]\s*)"
    r"(?P<rest>\w.*)$"
)
"""How Korean (``S#1. 골목 / 밤``), Chinese (``第一场 茶馆 日 内``) and Japanese (``○公園（夜）``) scripts mark a scene."""
_SCENE_WORD = re.compile(
    rf"^(?:scene|scène|escena|cena|szene|scena|сцена|scen|sahne|bild)\s+(?P<number>{_NUMERAL})\s*[:.–—-]\s*(?P<rest>\S.*)$", re.IGNORECASE
)
"""``Scene 3: INT. KITCHEN - DAY``: what follows must be a heading by itself."""
_BRACKETED_HOUR = re.compile(r"^(?P<place>.+?)\s*[(（](?P<hour>[^()（）]+)[)）]$")
_ENDS = ("。", ".", "！", "？", "!", "?")
_MARKS = ".。:：/-–—،、 \t　"


@dataclass(frozen=True, slots=True)
class Heading:
    """What a scene heading says. ``place`` is as written; ``time`` is a key of the grammar's times, or None when no hour is named."""

    setting: str | None
    """INT, EXT, INT/EXT, EST; None for a forced heading that names none."""
    place: str
    time: str | None
    caption: str = ""
    """Words between place and time that tell how much later it is (``5 YEARS LATER``)."""


def split_number(text: str) -> tuple[str, str | None]:
    """A heading without its scene number, and the number: ``INT. LAB #12A#`` and ``12 INT. LAB 12`` alike."""
    marked = _SCENE_MARK.match(text)
    if marked:
        rest = marked["rest"].strip()
        return split_number(rest) if _SCENE_MARK.match(rest) else (rest, marked["number"] or marked["ordinal"])
    worded = _SCENE_WORD.match(text)
    if worded and _setting(worded["rest"])[2].strip():
        return worded["rest"].strip(), worded["number"]
    match = _TRAILING_NUMBER.search(text)
    if match:
        return text[: match.start()].rstrip(), match.group(1)
    match = _LEADING_NUMBER.match(text)
    if match and (_setting(text[match.end() :])[0] or _setting_last(text[match.end() :])):
        number, rest = match.group(1), text[match.end() :].strip()
        return re.sub(rf"\s+{re.escape(number)}\.?$", "", rest), number
    return text, None


def is_heading(line: str) -> bool:
    """Whether ``line`` reads as a scene heading by itself, without force marks."""
    text = split_number(plain_text(line).strip())[0]
    if len(text) > 200:
        return False
    if marked := _SCENE_MARK.match(plain_text(line).strip()):
        # A ring is a bullet too: behind it an hour or a place tells.
        return not text.endswith(_ENDS) and bool(marked["number"] or marked["ordinal"] or _time_of(text)[1] or _names_place(text))
    setting, rest, mark = _setting(text)
    if setting is None:
        return _setting_last(text) is not None
    word = text[: len(text) - len(rest)].rstrip(_MARKS)
    doubtful = len(word) == 1 and has_capitals(word)  # ``E. coli``, ``I. am``
    if mark in ".。:：/" and mark and not doubtful:
        return bool(rest) or mark in ".。"
    if has_capitals(text):
        return bool(rest) and (all_capitals(text) or (not doubtful and _time_of(rest)[1] is not None))
    return bool(rest) and _time_of(rest)[1] is not None


def read_heading(text: str) -> Heading:
    """Setting, place and time of a heading's text (numbers already removed or not)."""
    text = split_number(plain_text(text).strip().lstrip("."))[0]
    setting, rest, _ = _setting(text)
    if setting is None and (turned := _setting_last(text)):
        return turned
    place, time, caption = _time_of(rest if setting else text)
    return Heading(setting, place, time, caption)


def _names_place(text: str) -> bool:
    return any(word in text for words in grammar().places.values() for word in words if "\u3040" <= word[0] <= "\ud7af")


def _setting(text: str) -> tuple[str | None, str, str]:
    """The setting that ``text`` begins with, what follows it, and the first mark after the word."""
    folded = fold(text)
    for word, setting in grammar().heading_words:
        if not folded.startswith(word):
            continue
        # The fold may change lengths; find where the word ends in the text itself.
        end = next((cut for cut in range(1, len(text) + 1) if fold(text[:cut]).rstrip(".。") == word), None)
        if end is None:
            continue
        after = text[end : end + 1]
        if after == "" or after in _MARKS:
            rest = text[end:].lstrip(_MARKS)
            return setting, rest, after if after.strip() else " "
    return None, text, ""


def _setting_last(text: str) -> Heading | None:
    """``餐厅 夜 内``: the order of Chinese scripts, in scripts without capitals."""
    words = text.split()
    if len(words) < 3 or has_capitals(text):
        return None
    settings = dict(grammar().heading_words)
    for hour, setting in ((words[-2], words[-1]), (words[-1], words[-2])):
        if fold(hour) in grammar().time_by_word and fold(setting) in settings:
            return Heading(settings[fold(setting)], " ".join(words[:-2]), grammar().time_by_word[fold(hour)])
    return None


def _time_of(rest: str) -> tuple[str, str | None, str]:
    """Place, hour and caption: the hour is the last part whose words name one; what is left of it is the place."""
    hours = grammar().time_by_word
    bracketed = _BRACKETED_HOUR.match(rest)
    if bracketed and (named := _hour_of(bracketed["hour"])) is not None:
        return bracketed["place"].strip(), named, ""
    spans = [0]
    for match in _SEPARATOR.finditer(rest):
        spans += [match.start(), match.end()]
    spans.append(len(rest))
    parts = [(spans[at], spans[at + 1]) for at in range(0, len(spans), 2)]
    last = len(parts) - 1
    while last > 0 and not rest[parts[last][0] : parts[last][1]].strip():
        last -= 1
    hour = _hour_of(rest[parts[last][0] : parts[last][1]])
    if hour is None:
        # What follows the hour is neither place nor hour: NIGHT - RAIN, DAY - FLASHBACK.
        for earlier in range(last - 1, 0, -1):
            named = _hour_of(rest[parts[earlier][0] : parts[earlier][1]])
            if named is not None:
                last, hour = (last, None) if named == "later" else (earlier, named)
                break
    if hour is None:
        place, _, word = rest.replace("・", " ").rpartition(" ")
        if place and not has_capitals(rest) and fold(word) in hours:  # 内 教室 昼: spaces are the only separators
            return place.strip(" ,，"), hours[fold(word)], ""
        lead, mark, word = next((rest.rpartition(mark) for mark in (", ", ". ", "，") if mark in rest), ("", "", ""))
        if mark and lead.strip() and (named := _hour_of(word)) is not None:  # EXT. CALLE, NOCHE
            return lead.strip(), named, ""
        return rest.strip(" -–—"), None, ""
    if last == 0:
        return "", hour, ""
    caption = ""
    if last > 1 and fold(rest[parts[last - 1][0] : parts[last - 1][1]]).endswith(" later"):
        caption = rest[parts[last - 1][0] : parts[last - 1][1]].strip()
        last -= 1
    return rest[parts[0][0] : parts[last - 1][1]].strip(), hour, caption


def _hour_of(part: str) -> str | None:
    """The hour that a whole part of a heading names."""
    hours = grammar().time_by_word
    words = fold(part).strip(".。() ")
    return hours.get(words) or hours.get(words.split("(")[0].strip()) or _worded(words)


def _worded(words: str) -> str | None:
    """The hour of a part such as ``late night`` or ``5 years later``: its last word names one and the rest qualifies it."""
    hours = grammar().time_by_word
    pieces = words.split()
    qualifiers = {
        "late",
        "early",
        "same",
        "that",
        "next",
        "the",
        "mid",
        "moments",
        "minutes",
        "hours",
        "days",
        "weeks",
        "months",
        "years",
        "a",
        "few",
    }
    if len(pieces) > 1 and all(piece in qualifiers or piece.isdigit() for piece in pieces[:-1]):
        return hours.get(pieces[-1])
    return None
