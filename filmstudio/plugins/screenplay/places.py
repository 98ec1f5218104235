"""Where and when a stretch of prose happens: a scene heading made from its place and time words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from filmstudio.plugins.screenplay.grammar import NOT_AFTER_WORD, NOT_BEFORE_WORD, fold, grammar

_PREPOSITIONS = (
    "in|at|inside|outside|on|into|by|near|through|to|across|beside|under|from|of|along|toward|towards|before|around|behind|within|"
    "en|dans|à|au|aux|sur|sous|près|devant|chez|junto|bajo|sobre|hacia|im|am|auf|vor|zum|zur|ins|ans|na|no|nel|nella|sul|sulla|в|на|у|к"
)
_BEFORE_PLACE = re.compile(rf"(?:^|.*\s)(?P<word>{_PREPOSITIONS})(?:\s+[\w'’-]+){{0,4}}\s+(?:[ld]['’])?$|.*\s[ld]['’]$")
_OPENS = re.compile(r"^(?:the|an?|el|la|le|l['’]|une?|una|der|die|das|eine?|il|um|uma|o)\s+(?:\w+\s+)?$")
_ARABIC_PREFIX = "(?:[وفبكل]?ال|لل)?"
_BESIDE = frozenset(
    {"by", "near", "of", "beside", "from", "behind", "before", "around", "across", "along", "under", "près", "junto", "bajo", "sous"}
)
_WEAK_HOURS = frozenset({"later", "continuous", "same"})
_NOT_IN_PROSE = frozenset({"day", "dia", "tag", "日", "dawn", "sera", "tarde", "dag", "gün", "giorno", "dzień", "rano", "le jour"})
"""Hours of headings that are other words too, in their own language or another's: French *sera* is *will be*, Spanish *tarde* is *late*."""
_POSTPOSITIONS = re.compile(r"\s*(?:में|पर|के|से|की|को|तक|का|で|に|の|へ|を|は|が|まで|から|里|上|中|边|旁|前|的|外|裡)")


@dataclass(frozen=True, slots=True)
class Where:
    """A place and an hour as a heading names them; empty where the text names none."""

    setting: str = ""
    place: str = ""
    hour: str = ""

    def heading(self, before: Where) -> str:
        """The text of a scene heading; what this does not name is taken from the scene ``before``."""
        setting, place = (self.setting, self.place) if self.place else (before.setting or "INT", before.place or "LIMBO")
        hour = self.hour or before.hour or "day"
        return f"{setting}. {place} - {hour.upper()}"

    def after(self, before: Where) -> Where:
        """This, with what it does not name taken from ``before``."""
        return Where(self.setting or before.setting, self.place or before.place, self.hour or before.hour)


def find_where(sentences: list[str]) -> Where:
    """The last place of the first sentence that names one, and the first hour."""
    setting = place = hour = ""
    for sentence in sentences:
        if not place:
            setting, place = _place_in(sentence)
        if not hour:
            hour = _hour_in(sentence)
        if place and hour:
            break
    return Where(setting, place, hour)


@lru_cache(maxsize=1)
def _places() -> tuple[dict[str, str], re.Pattern[str], re.Pattern[str]]:
    """Setting by folded place word; a pattern of the words with spaces around them, and one of those written without."""
    settings = {fold(word): setting for setting in ("EXT", "INT") for word in grammar().places[setting]}
    ordered = sorted(settings, key=lambda word: (-len(word), word))
    spaced = [word for word in ordered if not _spaceless(word)]
    dense = [word for word in ordered if _spaceless(word)]
    return (
        settings,
        re.compile(NOT_AFTER_WORD + _ARABIC_PREFIX + "(?P<place>" + "|".join(map(re.escape, spaced)) + ")(?=s?" + NOT_BEFORE_WORD + ")"),
        re.compile("|".join(map(re.escape, dense))),
    )


@lru_cache(maxsize=1)
def _hours() -> tuple[dict[str, str], re.Pattern[str], re.Pattern[str]]:
    hours = {word: hour for word, hour in grammar().time_by_word.items() if hour not in _WEAK_HOURS}
    ordered = sorted((word for word in hours if word not in _NOT_IN_PROSE), key=lambda word: (-len(word), word))
    spaced = [*(word for word in ordered if not _spaceless(word)), "dawn"]
    dense = [word for word in ordered if _spaceless(word)]
    return (
        hours,
        re.compile(NOT_AFTER_WORD + "(?:" + "|".join(map(re.escape, spaced)) + ")" + NOT_BEFORE_WORD),
        re.compile("|".join(map(re.escape, dense))),
    )


def _spaceless(word: str) -> bool:
    return any("\u3040" <= char <= "\u9fff" for char in word)


def _place_in(sentence: str) -> tuple[str, str]:
    settings, spaced, dense = _places()
    folded = fold(sentence)
    found = ("", "")
    for match in spaced.finditer(folded):
        before = _BEFORE_PLACE.match(folded[: match.start()])
        opens = _OPENS.match(folded[: match.start()])
        latin = folded[match.start()].isascii() or folded[match.start()] < "\u0530"
        if latin and not before and not opens:
            continue
        if not latin and not (_POSTPOSITIONS.match(folded[match.end() :]) or "\u0600" <= folded[match.start()] <= "\u06ff"):
            continue
        preposition = before.group("word") if before else ""
        if found[1] and preposition in _BESIDE:
            continue  # a village by the river is a village
        setting = {"outside": "EXT", "inside": "INT"}.get(preposition or "", settings[match.group("place")])
        found = (setting, match.group("place").upper())
    if found[1]:
        return found
    for match in dense.finditer(folded):
        if len(match.group()) > 1 or _POSTPOSITIONS.match(folded[match.end() :]):
            found = (settings[match.group()], match.group())
    return found


def _hour_in(sentence: str) -> str:
    hours, spaced, dense = _hours()
    folded = fold(sentence)
    match = spaced.search(folded) or dense.search(folded)
    return hours[match.group()] if match else ""
