"""Which of eSpeak's languages reads a text: by BCP 47 tag, and by script where a line changes script."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from filmstudio.core.errors import Unsupported
from filmstudio.core.vocabulary import Known
from filmstudio.plugins.voice.wording import Wording

_NAMES: Final = {
    "zh": "cmn",
    "zh-cn": "cmn",
    "zh-tw": "cmn",
    "zh-hans": "cmn",
    "zh-hant": "cmn",
    "zh-hk": "yue",
    "zh-yue": "yue",
    "es-mx": "es-419",
    "es-ar": "es-419",
    "es-co": "es-419",
    "es-us": "es-419",
    "no": "nb",
    "nn": "nb",
    "iw": "he",
    "tl": "id",
    "fil": "id",
    "sa": "kn",
}
"""BCP 47 tags that eSpeak knows under another name. Sanskrit is read by Kannada's rules, which keep every vowel."""

_WEAK: Final = {
    "he": "eSpeak reads Hebrew without its vowels unless the text is pointed.",
    "iw": "eSpeak reads Hebrew without its vowels unless the text is pointed.",
    "th": "eSpeak's rules for Thai are incomplete.",
    "tl": "Filipino is read by Indonesian rules.",
    "fil": "Filipino is read by Indonesian rules.",
    "sa": "Sanskrit is read by Kannada rules, which keep every vowel; pitch accents are not sung.",
}

_SCRIPT_LANGUAGE: Final = {
    "DEVANAGARI": "hi",
    "BENGALI": "bn",
    "TAMIL": "ta",
    "TELUGU": "te",
    "KANNADA": "kn",
    "MALAYALAM": "ml",
    "GUJARATI": "gu",
    "GURMUKHI": "pa",
    "ORIYA": "or",
    "SINHALA": "si",
    "ARABIC": "ar",
    "HEBREW": "he",
    "CJK": "cmn",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "HANGUL": "ko",
    "CYRILLIC": "ru",
    "GREEK": "el",
    "GEORGIAN": "ka",
    "ARMENIAN": "hy",
    "ETHIOPIC": "am",
    "THAI": "th",
    "MYANMAR": "my",
    "LATIN": "en",
}
"""Language of a run whose script the line's language does not use. The first word of a letter's Unicode name tells its script."""

_OWN_SCRIPTS: Final[dict[str, frozenset[str]]] = {
    **dict.fromkeys(("hi", "mr", "ne", "kok", "sa", "bpy"), frozenset({"DEVANAGARI"})),
    **dict.fromkeys(("bn", "as"), frozenset({"BENGALI"})),
    "ta": frozenset({"TAMIL"}),
    "te": frozenset({"TELUGU"}),
    "kn": frozenset({"KANNADA"}),
    "ml": frozenset({"MALAYALAM"}),
    "gu": frozenset({"GUJARATI"}),
    "pa": frozenset({"GURMUKHI"}),
    "or": frozenset({"ORIYA"}),
    "si": frozenset({"SINHALA"}),
    **dict.fromkeys(("ar", "fa", "ur", "sd", "ug", "ku"), frozenset({"ARABIC"})),
    **dict.fromkeys(("he", "iw"), frozenset({"HEBREW"})),
    **dict.fromkeys(("cmn", "yue", "zh", "hak"), frozenset({"CJK"})),
    "ja": frozenset({"HIRAGANA", "KATAKANA", "CJK"}),
    "ko": frozenset({"HANGUL"}),
    **dict.fromkeys(("ru", "uk", "be", "bg", "mk", "sr", "kk", "ky", "tt", "ba", "cv"), frozenset({"CYRILLIC"})),
    **dict.fromkeys(("el", "grc"), frozenset({"GREEK"})),
    "ka": frozenset({"GEORGIAN"}),
    **dict.fromkeys(("hy", "hyw"), frozenset({"ARMENIAN"})),
    **dict.fromkeys(("am", "ti"), frozenset({"ETHIOPIC"})),
    "th": frozenset({"THAI"}),
    "my": frozenset({"MYANMAR"}),
}
_ALSO_LATIN: Final = frozenset({"sr", "kk", "tt", "ku", "uz"})


def primary(language: str) -> str:
    """The primary subtag of a BCP 47 tag, in lower case."""
    return language.replace("_", "-").split("-")[0].casefold()


def known_languages(data: Path) -> frozenset[str]:
    """Every language that eSpeak's data can speak, in lower case: those with a voice file whose dictionary is there too."""
    return frozenset(language_names(data))


def language_names(data: Path) -> dict[str, str]:
    """The languages that eSpeak's data can speak, in lower case, and what each is called, such as ``English (America)``."""
    names: dict[str, str] = {}
    for path in sorted((data / "lang").rglob("*")):
        if path.is_file():
            text = path.read_text("utf-8", "replace")
            named = re.search(r"^dictionary\s+(\S+)", text, re.MULTILINE) or re.search(r"^language\s+([a-z]+)", text, re.MULTILINE)
            if named and (data / f"{named.group(1)}_dict").exists():
                called = re.search(r"^name\s+(.+)$", text, re.MULTILINE)
                names[path.name.casefold()] = called.group(1).strip() if called else path.name
    return names


def spoken_languages(data: Path) -> Known:
    """What may be written for a language: the tags that eSpeak's data has, those that it has under another name, and their kin."""
    names = language_names(data)
    known = frozenset(names)
    tags = known | {tag for tag, name in _NAMES.items() if name in known}
    called = {names[tag].partition(" (")[0]: tag for tag in sorted(names, key=lambda tag: (len(tag), tag), reverse=True)}

    def means(tag: str) -> bool:
        try:
            espeak_language(tag, known)
        except Unsupported:
            return False
        return True

    return Known(tags, means, called)


def espeak_language(language: str, known: frozenset[str]) -> tuple[str, str]:
    """eSpeak's name for a BCP 47 tag, and what falls short (empty when nothing does).

    Raises:
        Unsupported: eSpeak does not speak the language.
    """
    tag = language.replace("_", "-").casefold()
    parts = tag.split("-")
    weak = _WEAK.get(parts[0], "")
    for length in range(len(parts), 0, -1):
        short = "-".join(parts[:length])
        name = _NAMES.get(short, short)
        if name in known:
            return name, weak
    raise Unsupported(
        f"eSpeak NG does not speak {language!r}.",
        remedy="Name another language for the line, or a voice engine that speaks this one.",
    )


@dataclass(frozen=True, slots=True)
class Run:
    """Part of a phrase in one language. ``language`` is a BCP 47 primary subtag, or empty for the language of the line."""

    wording: Wording
    language: str


def runs(words: Wording, language: str) -> tuple[Run, ...]:
    """The phrase cut where it changes to a script that its language does not use; marks and digits stay with their left.

    Latin words within another script are not cut: eSpeak changes to English for them by itself.
    """
    line = primary(language)
    own = _OWN_SCRIPTS.get(line, frozenset({"LATIN"})) | {"LATIN"} | (frozenset({"CYRILLIC"}) if line in _ALSO_LATIN else frozenset())
    cuts: list[tuple[int, str]] = [(0, "")]
    for index, char in enumerate(words.text):
        if not char.isalpha():
            continue
        script = script_of(char)
        wanted = "" if script in own else _SCRIPT_LANGUAGE.get(script, "")
        if wanted == "cmn" and cuts[-1][1] == "ja":
            wanted = "ja"
        if wanted != cuts[-1][1]:
            if not any(letter.isalnum() for letter in words.text[cuts[-1][0] : index]):
                cuts.pop()
            if not cuts or cuts[-1][1] != wanted:
                cuts.append((index if cuts else 0, wanted))
    found: list[Run] = []
    for (first, tag), (last, _) in zip(cuts, [*cuts[1:], (len(words.text), "")], strict=True):
        found.append(Run(words.part(first, last), tag))
    return tuple(found)


def script_of(char: str) -> str:
    """The script of a letter, as the first word of its Unicode name; empty for a character without one."""
    return unicodedata.name(char, "").split(" ")[0].split("-")[0]


_DEVANAGARI_TO_KANNADA: Final = 0x0C80 - 0x0900


def sanskrit_in_kannada(words: Wording) -> Wording:
    """Devanagari letter by letter in the Kannada script: Unicode lays the scripts of India out alike (chapter 12.1)."""
    moved = "".join(
        chr(ord(char) + _DEVANAGARI_TO_KANNADA)
        if "\u0901" <= char <= "\u0963" and unicodedata.name(chr(ord(char) + _DEVANAGARI_TO_KANNADA), "").startswith("KANNADA")
        else char
        for char in words.text
    )
    return Wording(moved, words.origin)
