"""Where and when: scene headings, time of day, light and weather."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from filmstudio.core.film import Light, Weather
from filmstudio.plugins.breakdown.lexicon import heading_setting, lexicon
from filmstudio.plugins.breakdown.words import clean, fold, tokens, word_set
from filmstudio.plugins.screenplay import headings

STEPS = ("dawn", "morning", "noon", "afternoon", "dusk", "evening", "night")
"""The course of a day; LATER moves one step on."""

KEPT = ("continuous", "same")
"""Times that keep the light and weather of the scene before."""

_SEPARATOR = re.compile(r"\s+[-\u2013\u2014]+\s+|\s*[\u2013\u2014]\s*|\s{2,}|\s*[\u060c\u3001\u3002/|]\s*|\s+-|-\s+")
_FIRST = re.compile(r"^\s*(?:#[^#]*#\s*)?(?:\d+[A-Za-z]?[.)]?\s+)?(?P<rest>.*?)\s*(?:#[^#]*#)?\s*$", re.DOTALL)
_DAY_NUMBER = re.compile(r"\s+\d+$")


@dataclass(frozen=True, slots=True)
class Heading:
    """A scene heading, read. ``setting`` is INT, EXT, INT/EXT, EST or empty; ``time`` a time of the lexicon or empty."""

    setting: str
    place: str
    time: str
    note: str = ""
    """What stands beside the time and is neither place nor hour: 5 YEARS LATER."""

    @property
    def inside(self) -> bool:
        """Whether the scene starts indoors."""
        return self.setting in ("INT", "INT/EXT")


def read_heading(text: str, language: str = "") -> Heading:
    """Read a heading in any of the lexicon's languages. Text that does not begin with a setting has none."""
    matched = _FIRST.match(clean(text))
    rest = matched.group("rest") if matched else clean(text)
    setting, rest = _take_setting(rest)
    parts = [part.strip(" .,:;") for part in _SEPARATOR.split(rest)]
    parts = [part for part in parts if part]
    time, note = "", ""
    if setting:
        parts = parts[: _last_hour(parts, language)]
    if parts and setting + rest:
        found = time_of(parts[-1], language)
        if found and (len(parts) > 1 or _only_time(parts[-1], language)):
            time = found
            last = parts.pop()
            if any(hit.value == "later" for hit in lexicon().times.find(fold(last), language)) and fold(last) != "later":
                note = last
            elif parts and len(parts) > 1 and time_of(parts[-1], language) == "later":
                note = parts.pop()
    place = " - ".join(parts)
    if not time and setting:
        place, time = _take_joined_time(place, language)
    if not time and (read := headings.read_heading(text)).time:  # 公園（夜）, 餐厅 夜 内, 카페 안, 낮
        setting, place, time = setting or read.setting or "", read.place, read.time or ""
    return Heading(setting, place, time, note)


def _last_hour(parts: Sequence[str], language: str) -> int:
    """How many parts of a heading go up to its hour: what follows it (NIGHT - RAIN, DAY - FLASHBACK) is neither place nor hour."""
    for index in range(len(parts) - 1, 0, -1):
        if time_of(parts[index], language):
            later = parts[index + 1 :]
            hour = _only_time(parts[index], language) and time_of(parts[index], language) in (*STEPS, "day", "continuous", "same")
            return index + 1 if later and hour else len(parts)
    return len(parts)


def _take_joined_time(place: str, language: str) -> tuple[str, str]:
    """A place whose hour hangs on a comma or an unspaced dash: HOUSE, NIGHT."""
    for mark in (",", "-", ";"):
        head, found, tail = place.rpartition(mark)
        if found and head.strip() and _only_time(tail.strip(), language):
            return head.strip(" ,;-"), time_of(tail, language)
    return place, ""


def _take_setting(text: str) -> tuple[str, str]:
    """The longest setting word at the start, and what follows it."""
    best = ("", text, 0)
    for end in range(1, min(len(text), 24) + 1):
        if end < len(text) and not (text[end] in " .:-–—/,。、،：" or text[end - 1] in ".:。：-"):
            continue
        setting = heading_setting(text[:end])
        if setting and (end == len(text) or text[end] in " .:-–—/,。、،：" or text[end - 1] in ".。:："):
            best = (setting, text[end:].lstrip(" .:-–—/,。、،："), end)
    return best[0], best[1]


def _only_time(part: str, language: str) -> bool:
    """Whether a heading's only part is an hour (EXT. DAY) rather than a place (INT. MORNING ROOM)."""
    folded = fold(_DAY_NUMBER.sub("", part))
    hits = lexicon().times.find(folded, language)
    return bool(hits) and sum(hit.end - hit.start for hit in hits) >= len(folded.replace(" ", "")) - len(hits)


def time_of(text: str, language: str = "") -> str:
    """The hour that a phrase names; an hour goes before later, continuous and same. Empty when it names none."""
    folded = fold(_DAY_NUMBER.sub("", text.strip()))
    found = [hit.value for hit in lexicon().times.find(folded, language)]
    if not found:
        return ""
    hours = [time for time in found if time in STEPS or time == "day"]
    if not hours and "later" in found:
        named = [lexicon().times.exact(word, language) for _, _, word in tokens(folded)]
        hours = [time for time in named if time in STEPS or time == "day"]
    return hours[-1] if hours else found[0]


def following_time(time: str, before: str) -> str:
    """The hour of a scene whose heading says ``time``, after a scene at the hour ``before``."""
    if time == "later":
        position = STEPS.index(before) if before in STEPS else STEPS.index("noon")
        return STEPS[min(position + 1, len(STEPS) - 1)]
    return before if time in KEPT or not time else time


def light_of(time: str) -> Light:
    """The light at an hour of the lexicon."""
    lights: dict[str, Light] = {
        "dawn": "dawn",
        "morning": "day",
        "day": "day",
        "noon": "day",
        "afternoon": "golden",
        "dusk": "dusk",
        "evening": "bluehour",
        "night": "night",
    }
    return lights.get(time, "day")


@dataclass(frozen=True, slots=True)
class Sky:
    """Weather as it can be drawn."""

    weather: Weather = "clear"
    rain: bool = False


_SEVEREST = ("storm", "snow", "rain", "fog", "dust", "wind", "heat", "clear")
_MISTY = word_set("mist mists misty haze hazy bruma brume")
"""Words that make a day hazy when they are met in passing, and foggy when a heading says them."""
_OVER = re.compile(
    r"^\W*(?:(?:has |have |had )?(?:stopped|stops|ended|ends|cleared|passed|passes|lifted|lifts|dies)|(?:is|are|has) (?:over|gone))\b"
)
_NONE = word_set("no not without never after before kein keine sin sans pas")


def weather_of(text: str, language: str = "") -> str:
    """The weather a text speaks of: storm, snow, rain, fog, dust, wind, heat or clear; empty when it speaks of none."""
    folded = fold(text)
    taken = bytearray(len(folded))
    lexicon().weather_ignored.find(folded, language, taken)
    found = set()
    for hit in lexicon().weathers.find(folded, language, taken):
        before = [word for _, end, word in tokens(folded[: hit.start]) if end]
        if _OVER.match(folded[hit.end :]) or (before and any(word in _NONE for word in before[-2:])):
            continue
        found.add(hit.value)
    return next((weather for weather in _SEVEREST if weather in found), "")


def heading_weather(heading: str, language: str = "") -> str:
    """The weather that a scene heading asks for. What is only mist in the action is fog in a heading: EXT. RIVER - DAWN, MIST."""
    misty = any(word in _MISTY for _, _, word in tokens(fold(heading)))
    return weather_of(heading, language) or ("fog" if misty else "")


def sky_of(weather: str) -> Sky:
    """How a weather of the lexicon is drawn. Rain is a clear sky's rain; only a storm has a storm's violence."""
    if weather == "rain":
        return Sky("clear", True)
    drawn: dict[str, Weather] = {"storm": "storm", "snow": "snow", "fog": "fog", "dust": "fog"}
    return Sky(drawn.get(weather, "clear"), False)
