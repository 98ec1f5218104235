"""The language a script speaks: told by its writing system, and within one by the words."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

from filmstudio.core.screenplay import SPOKEN, Screenplay, spoken_text
from filmstudio.plugins.screenplay.grammar import grammar

_RANGES: tuple[tuple[int, int, str], ...] = (
    (0x0041, 0x024F, "latin"), (0x1E00, 0x1EFF, "latin"), (0x0370, 0x03FF, "el"), (0x0400, 0x052F, "cyrillic"), (0x0530, 0x058F, "hy"),
    (0x0590, 0x05FF, "he"), (0x0600, 0x077F, "arabic"), (0x08A0, 0x08FF, "arabic"), (0x0900, 0x097F, "devanagari"), (0x0980, 0x09FF, "bn"),
    (0x0A00, 0x0A7F, "pa"), (0x0A80, 0x0AFF, "gu"), (0x0B00, 0x0B7F, "or"), (0x0B80, 0x0BFF, "ta"), (0x0C00, 0x0C7F, "te"),
    (0x0C80, 0x0CFF, "kn"), (0x0D00, 0x0D7F, "ml"), (0x0D80, 0x0DFF, "si"), (0x0E00, 0x0E7F, "th"), (0x0E80, 0x0EFF, "lo"),
    (0x1000, 0x109F, "my"), (0x10A0, 0x10FF, "ka"), (0x1200, 0x137F, "am"), (0x1780, 0x17FF, "km"), (0x3040, 0x30FF, "ja"),
    (0x3400, 0x9FFF, "han"), (0xAC00, 0xD7AF, "ko"), (0x1100, 0x11FF, "ko"),
)  # fmt: skip
_CANDIDATES: dict[str, tuple[str, ...]] = {
    "latin": (
        "en", "es", "fr", "de", "it", "pt", "nl", "sv", "no", "da", "fi", "pl", "cs", "sk", "hu", "ro", "hr", "sl", "tr", "vi", "id", "sw",
        "ca", "et", "lv", "lt", "sq", "af", "is", "ga", "cy", "eu", "gl",
    ),
    "cyrillic": ("ru", "uk", "bg", "sr", "mk", "be", "kk", "mn"),
    "arabic": ("ar", "fa", "ur", "ps"),
    "devanagari": ("hi", "mr", "ne"),
}  # fmt: skip
_FEWEST_WORDS = 12
"""Below so many Latin words a guess is worth less than the common case, English, unless the words have its own letters."""
_ENGLISH_SHARE = 10
"""Percent of words that are English alone: English has 12 to 20."""
_AROUND_WORDS = "।॥,.!?\"'“”‘’-–—:;()"
"""What is written around words without being of them."""
_MOST_LETTERS = 20_000


def find_language(screenplay: Screenplay) -> str:
    """BCP 47 tag of the language most words of ``screenplay`` are in: the spoken ones, or all when nobody speaks."""
    spoken = " ".join(spoken_text(element.text) for element in screenplay.elements if element.kind in SPOKEN)
    if sum(map(str.isalpha, spoken)) < 2:
        spoken = " ".join(spoken_text(element.text) for element in screenplay.elements if element.kind in ("action", "centered", "heading"))
    return language_of(spoken)


def language_of(text: str) -> str:
    """BCP 47 tag of the language of plain ``text``; ``en`` when it has no letters."""
    text = text[:_MOST_LETTERS]
    scripts = Counter(script for char in text if char.isalpha() and (script := _script(char)))
    if not scripts:
        return "en"
    if scripts["ja"] * 10 > scripts["han"] and scripts["ja"] + scripts["han"] > sum(scripts.values()) / 2:
        return "ja"
    script = max(sorted(scripts), key=lambda name: scripts[name])
    if script == "han":
        return "zh"
    words = text.split()
    if script == "devanagari" and _is_sanskrit(words):
        return "sa"
    candidates = _CANDIDATES.get(script)
    if candidates is None:
        return script
    words = [word for word in words if any(_script(char) == script for char in word)]  # a guest's line in another script says nothing
    if script == "latin" and len(words) < _FEWEST_WORDS and not any(char.isalpha() and not char.isascii() for char in "".join(words)):
        return "en"
    if script == "latin" and _is_english(words):
        return "en"
    from py3langid import langid

    langid.set_languages(list(candidates))  # its functions are the only ones that all its versions have
    return str(langid.classify(" ".join(words))[0])


@lru_cache(maxsize=4096)
def _script(char: str) -> str:
    code = ord(char)
    return next((script for low, high, script in _RANGES if low <= code <= high), "")


def _is_english(words: list[str]) -> bool:
    """English shows in its little words.

    What the words tell need not be asked of the model, which takes half a second to load.
    """
    own = grammar().speech.english_words
    return sum(1 for word in words if word.lower().replace("\u2019", "'").strip(_AROUND_WORDS) in own) * 100 >= _ENGLISH_SHARE * len(words)


def _is_sanskrit(words: list[str]) -> bool:
    """Sanskrit shows in its endings (visarga, final halant or anusvara) and in having no words of Hindi grammar."""
    bare = [word.strip(_AROUND_WORDS) for word in words]
    endings = sum(1 for word in bare if word.endswith(("ः", "्", "ं", "ाम्")))
    hindi = sum(1 for word in bare if word in grammar().speech.hindi_words)
    return endings * 5 >= len(bare) and hindi * 10 <= len(bare)
