"""How long things will take on screen, before anything is spoken: what ``studio plan`` shows and parts are planned by."""

from __future__ import annotations

import math
import re
import unicodedata
from fractions import Fraction

from filmstudio.core.film import Film, Happening, Line, Scene, Shot

WORDS_A_MINUTE = {"en": 155, "de": 135, "fr": 165, "es": 175, "hi": 145, "ar": 130}
"""Speaking rates by language; others speak 140 words a minute."""
_OTHERS_A_MINUTE = 140

_LETTERS_A_WORD = 7
_CHARACTERS_A_MINUTE = {"ja": 330, "zh": 240}
LONGEST_WORD = 40
"""Letters after which a word counts as several: a scream, a row of signs, a script that is written without spaces."""
MINIMUM_LINE = Fraction(4, 5)


def words_in(text: str) -> int:
    """Words that are spoken one after another; what has no spaces counts by its letters."""
    return sum(1 if len(word) <= LONGEST_WORD else math.ceil(len(word) / _LETTERS_A_WORD) for word in text.split())


def least_seconds(text: str) -> Fraction:
    """Seconds that these words take at least to be said: each at the rate of the fastest language, in whatever lines they stand."""
    words, signs = max(WORDS_A_MINUTE.values()), max(_CHARACTERS_A_MINUTE.values())
    # Both in the same whole parts of a minute: fractions would take longer than the rest of an order.
    least = sum(min(words_in(word) * signs, sum(map(str.isalpha, word)) * words) for word in text.split())
    return Fraction(least * 60, words * signs)


def script_seconds(script: str) -> Fraction:
    """About how long the film of a script will be, before it is read: as if all of it was said. What is not said is seen."""
    signs = 0 if script.isascii() else sum(1 for character in script if "\u3040" <= character <= "\u9fff")
    spaced = Fraction(words_in(script) * 60, _OTHERS_A_MINUTE)
    return max(spaced, Fraction(signs * 60, max(_CHARACTERS_A_MINUTE.values())))


def line_seconds(line: Line) -> Fraction:
    """Estimated seconds of one line, pauses inside it included."""
    language = line.language.split("-")[0]
    if language in _CHARACTERS_A_MINUTE:
        sounds = sum(1 for character in line.text if unicodedata.category(character)[0] == "L")
        seconds = Fraction(sounds * 60, _CHARACTERS_A_MINUTE[language])
    else:
        seconds = Fraction(words_in(line.text) * 60, WORDS_A_MINUTE.get(language, _OTHERS_A_MINUTE))
    stops = len(re.findall(r"[.!?…।。！？؟](?=\s|$)", line.text[:-1]))
    return max(MINIMUM_LINE, seconds + stops * Fraction(2, 5))


def shot_seconds(shot: Shot) -> Fraction:
    """Estimated seconds of a shot."""
    total = shot.lead_in + shot.hold
    for beat in shot.beats:
        if isinstance(beat, Happening):
            total += beat.seconds
        elif beat.with_previous:
            continue
        else:
            total += beat.pause_before + line_seconds(beat) + beat.pause_after
    return max(total, Fraction(9, 10))


def scene_seconds(scene: Scene) -> Fraction:
    """Estimated seconds of a scene."""
    return sum((shot_seconds(shot) for shot in scene.shots), Fraction(0))


def film_seconds(film: Film) -> Fraction:
    """Estimated seconds of the film, or its target where it has one."""
    return film.target or sum((scene_seconds(scene) for scene in film.scenes), Fraction(0))
