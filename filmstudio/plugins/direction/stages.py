"""Choosing a stage for a heading: the longest word wins; what stands in for a place that is not drawn says so."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from filmstudio.core.film import Light, Weather
from filmstudio.plugins.art.pack import HOUSE
from filmstudio.plugins.backdrop.stage import Stage
from filmstudio.plugins.direction.packs import PackStage

Setting = Literal["interior", "exterior"]

NOTHING_FOUND: dict[Setting, str] = {"interior": "living", "exterior": "park"}
"""Stages for a heading in which no word is known (grammar, section 2)."""

_WITHOUT_SPACES = 0x2E80
"""First code point of the scripts written without spaces between words."""

_ARABIC_PREFIXES = frozenset({"ال", "وال", "بال", "فال", "كال", "لل", "و", "ب", "ل", "ف"})
"""Written together with the word after them: the article, with and without a preposition or a conjunction."""

_REGIONS: dict[str, tuple[str, ...]] = {
    "south_asia": ("ganges", "india", "bengal", "maharashtra", "deccan", "bangladesh"),
    "indian": ("ganges", "india", "bengal", "maharashtra", "deccan", "bangladesh"),
    "japan": ("japan",), "japanese": ("japan",), "china": ("china",), "chinese": ("china",),
    "middle": ("levant", "syria", "sahara", "north africa"), "arab": ("levant", "syria", "sahara"), "persian": ("levant",),
    "turkish": ("levant",), "african": ("sahel", "kassena", "ghana", "burkina", "sahara"), "west": ("sahel", "kassena", "ghana"),
    "east": ("sahel", "kassena"),
    "western": ("europe", "north atlantic", "north america", "alps", "north sea", "temperate", "hebrides", "scotland"),
    "fantasy": ("medieval", "europe"),
}  # fmt: skip
_HOME_CULTURES = ("western", "fantasy")


@dataclass(frozen=True, slots=True)
class StageChoice:
    """The stage of a scene. ``stand_in`` says what it stands in for; an empty text means it is the place itself."""

    pack: str
    stage: Stage
    stand_in: str = ""


@dataclass(frozen=True, slots=True)
class _Find:
    drawn: PackStage
    word: str
    note: str = ""
    preferred: bool = False

    @property
    def stage(self) -> Stage:
        return self.drawn.stage

    @property
    def fallback(self) -> bool:
        return bool(self.note)


def choose_stage(stages: Sequence[PackStage], place: str, setting: Setting, culture: str = "western") -> StageChoice:
    """The stage for a place.

    Args:
        stages: the stages of the installed art packs, those preferred first.
        place: the place of the heading, without INT/EXT and time.
        setting: whether the scene plays inside.
        culture: culture of the scene, which decides between stages that share a word.

    The longest word or fallback heading found wins, a word before a fallback of one length. Ties go to the stage whose place
    agrees with the setting, then to the culture, then to ``default_for`` and ``preferred``, then to the pack preferred.
    """
    text = fold(place)
    finds = [find for drawn in stages for find in _finds(drawn, text)]
    if not finds:
        plain = (drawn for drawn in stages if (drawn.pack, drawn.stage.id) == (HOUSE, NOTHING_FOUND[setting]))
        drawn = next(plain, stages[0])
        missing = place or "a place that the script does not name"
        return StageChoice(drawn.pack, drawn.stage, f"{drawn.stage.id.replace('-', ' ')} instead of {missing}")
    best = max(finds, key=lambda find: _rank(find, text, setting, culture))
    if setting == "interior" and best.stage.place != setting and _is_foreign(best.stage, culture):
        # The hall of another castle is nearer to a sultan's rooms than the forecourt of a Chinese palace.
        roofed = [find for find in finds if find.stage.place == setting and len(fold(find.word)) == len(fold(best.word))]
        best = max(roofed, key=lambda find: _rank(find, text, setting, culture), default=best)
    note, stage = best.note, best.stage
    if not note and stage.place != setting and setting == "interior":
        note = f"{stage.id.replace('-', ' ')}, seen outside, instead of the inside of {place}"
    return StageChoice(best.drawn.pack, stage, note)


def _rank(find: _Find, text: str, setting: Setting, culture: str) -> tuple[object, ...]:
    stage = find.stage
    length = len(fold(find.word))
    agrees = stage.place == setting
    # A shared word must not drag a scene to another continent: a village of India is not a hamlet of Europe.
    return (
        length,
        not find.fallback,
        agrees,
        culture_fits(stage, culture),
        any(fold(bare) == text for bare in stage.default_for) or find.preferred,
        any(occurs(fold(bare), text) for bare in stage.default_for),
    )


def culture_fits(stage: Stage, culture: str) -> int:
    """2 when the stage is of this culture, 1 when it belongs to none, 0 when it is of another."""
    where = f"{stage.culture} {stage.region}".lower()
    key = culture.lower().replace("-", "_")
    names = _REGIONS.get(key) or next((names for word, names in _REGIONS.items() if key.startswith(word)), ())
    if any(name in where for name in names):
        return 2
    return 1 if any(word in where for word in ("international", "any", "abstract", "science fiction")) else 0


def _is_foreign(stage: Stage, culture: str) -> bool:
    neighbours = stage.region == "China" and culture.lower().startswith(("chin", "japan", "korea", "east_asia"))
    return culture_fits(stage, culture) == 0 and not neighbours


def _finds(drawn: PackStage, text: str) -> list[_Find]:
    stage = drawn.stage
    finds = [_Find(drawn, word) for word in (*stage.words, *stage.default_for) if occurs(fold(word), text)]
    finds += [
        _Find(drawn, fallback.heading, fallback.note if fallback.degraded else "", fallback.preferred)
        for fallback in stage.fallback_for
        if occurs(fold(fallback.heading), text)
    ]
    return finds


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Lower case, NFC, hyphens and underscores as spaces, one space between words."""
    return " ".join(re.sub(r"[-_/]+", " ", unicodedata.normalize("NFC", text).casefold()).split())


def occurs(word: str, text: str) -> bool:
    """Whether a folded word stands in a folded text: at word edges, in Chinese and Japanese anywhere.

    Combining marks count as letters, so that a Devanagari word is not found inside a longer one. A plural s is allowed.
    """
    if not word:
        return False
    if any(ord(char) >= _WITHOUT_SPACES for char in word):
        return word in text
    start = 0
    while (at := text.find(word, start)) >= 0:
        before = " " if _after_arabic_prefix(text, at) else text[at - 1] if at else " "
        after = text[at + len(word) :]
        if not _joins(before) and (not after or not _joins(after[0]) or (after[0] == "s" and (len(after) == 1 or not _joins(after[1])))):
            return True
        start = at + 1
    return False


def _after_arabic_prefix(text: str, at: int) -> bool:
    """Whether only an article or a one-letter preposition or conjunction stands between the word's edge and ``at``."""
    start = at
    while start and _joins(text[start - 1]):
        start -= 1
    return text[start:at] in _ARABIC_PREFIXES


def _joins(char: str) -> bool:
    return char.isalnum() or unicodedata.category(char).startswith("M")


def light_for(stage: Stage, light: str) -> Light:
    """The light asked for, or the stage's own when the stage does not have it."""
    return next((mood for mood in stage.moods if mood == light), stage.signature.mood)


def weather_for(stage: Stage, weather: str) -> Weather:
    """The weather asked for, where the stage can be drawn in it; clear otherwise."""
    return next((kind for kind in stage.weathers if kind == weather), "clear")
