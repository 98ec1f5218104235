"""Cultures: which one a scene or a person belongs to, and what each is called by the art and the music."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from filmstudio.plugins.breakdown.lexicon import lexicon
from filmstudio.plugins.breakdown.words import clean, fold


@dataclass(frozen=True, slots=True)
class Culture:
    """A culture of the lexicon. ``art`` is its key in the art pack's vocabulary (culture_words), ``music`` its tradition."""

    key: str
    art: str
    music: str
    group: str = ""
    aliases: tuple[str, ...] = ()


CULTURES: dict[str, Culture] = {
    culture.key: culture
    for culture in (
        Culture("western", "western", "western", "western", ("europe", "american", "america")),
        Culture("western_american", "western", "western", "western", ("usa", "united states")),
        Culture("western_european", "western", "western", "western", ("european", "british", "french", "german", "spanish", "latin")),
        Culture("indian_north", "south_asia", "hindustani", "indian", ("indian", "india", "hindi", "south_asia", "south_asian", "punjabi")),
        Culture("indian_south", "south_asia", "carnatic", "indian", ("tamil", "telugu", "kannada", "malayali", "carnatic", "south_indian")),
        Culture("indian_east", "south_asia", "hindustani", "indian", ("bengali", "assamese", "odia")),
        Culture("indian_west", "south_asia", "hindustani", "indian", ("marathi", "gujarati", "rajasthani")),
        Culture("middle_eastern", "middle_east", "maqam", "middle_eastern", ("arab", "arabic", "middle_east", "arabian", "egyptian")),
        Culture("turkish", "turkey", "maqam", "middle_eastern", ("turkey", "ottoman")),
        Culture("persian", "persia", "maqam", "middle_eastern", ("persia", "iranian", "iran")),
        Culture("chinese", "china", "china", "chinese", ("china",)),
        Culture("japanese", "japan", "japan", "japanese", ("japan",)),
        Culture("korean", "korea", "korea", "korean", ("korea",)),
        Culture("southeast_asian", "southeast_asia", "western", "southeast_asian", ("southeast_asia", "vietnamese", "thai", "indonesian")),
        Culture("african", "west_africa", "africa", "african", ("africa", "west_african", "west_africa", "nigerian")),
        Culture("east_african", "east_africa", "africa", "african", ("east_africa", "kenyan", "swahili", "ethiopian")),
        Culture("fantasy", "fantasy", "western", "fantasy", ("fairy tale", "fairytale")),
    )
}
"""Every culture by its key: the one table that casting (``art``) and direction (``music``) read."""

DEFAULT = "western"

WINNING, LEAD = 3.0, 1.25
"""Points that decide a culture, and the factor by which it must lead (lexicon: cultures.decision)."""

SCENES_A_CUE = 3
"""A cue is counted once a scene, in at most three scenes."""


def culture_named(word: str) -> str:
    """The key of the culture that a person's word means; ``western`` for a word that is none.

    >>> culture_named("Indian"), culture_named("japan"), culture_named("middle eastern")
    ('indian_north', 'japanese', 'middle_eastern')
    """
    key = fold(word).strip().replace("-", "_").replace(" ", "_")
    if key in CULTURES:
        return key
    spaced = key.replace("_", " ")
    return next((culture.key for culture in CULTURES.values() if key in culture.aliases or spaced in culture.aliases), DEFAULT)


def art_culture(key: str) -> str:
    """The culture's key in the art pack: south_asia, japan, china, korea, middle_east, west_africa, western …"""
    return CULTURES[culture_named(key)].art


def music_tradition(key: str) -> str:
    """The culture's music: western, hindustani, carnatic, maqam, japan, china, korea or africa."""
    return CULTURES[culture_named(key)].music


@dataclass(frozen=True, slots=True)
class Evidence:
    """A cue found: the words, the culture they point to, their kind and points."""

    words: str
    culture: str
    category: str
    weight: float
    weak: bool


def evidence_in(text: str, language: str = "") -> tuple[Evidence, ...]:
    """Every distinct cue of a text, names and script among them."""
    found: dict[tuple[str, str], Evidence] = {}
    folded = fold(text)
    words = lexicon()
    for hit in words.cues.find(folded, language):
        for cue in hit.value:
            weak = cue.weak or len(hit.value) > 1
            found.setdefault((hit.key, cue.culture), Evidence(hit.key, cue.culture, cue.category, cue.weight, weak))
    for script in dict.fromkeys(scripts_of(text)):
        culture = words.culture_by_script.get(script)
        if culture:
            found.setdefault((script, culture), Evidence(script, culture, "script", 2.0, False))
    return tuple(found.values())


def name_evidence(cultures: Sequence[str], name: str) -> Evidence:
    """What a name of the list says; a name at home in several cultures is weak."""
    return Evidence(name, cultures[0], "names", 1.5, len(cultures) > 1)


def decide(evidence: Iterable[Evidence], default: str) -> str:
    """The culture that the evidence points to, or ``default`` when it is too little or divided.

    Cultures of one group (the four regions of India) stand together first; then the best of them wins, or the group's first on a tie.
    """
    gathered = list(evidence)
    strong = [cue for cue in gathered if not cue.weak]
    kinds = {(cue.culture, cue.category) for cue in strong}
    backed = [cue for cue in gathered if cue.weak and any(culture == cue.culture and kind != cue.category for culture, kind in kinds)]
    points: dict[str, float] = {}
    for cue in [*strong, *backed]:
        points[cue.culture] = points.get(cue.culture, 0.0) + cue.weight
    groups: dict[str, float] = {}
    for culture, total in points.items():
        groups[CULTURES[culture].group] = groups.get(CULTURES[culture].group, 0.0) + total
    ranked = sorted(groups.items(), key=lambda pair: (-pair[1], pair[0]))
    if not ranked or ranked[0][1] < WINNING or (len(ranked) > 1 and ranked[0][1] < LEAD * ranked[1][1]):
        return default
    members = {culture: total for culture, total in points.items() if CULTURES[culture].group == ranked[0][0]}
    leading = [culture for culture, total in members.items() if total == max(members.values())]
    return leading[0] if len(leading) == 1 else next(key for key, culture in CULTURES.items() if culture.group == ranked[0][0])


def limited(scenes: Iterable[Sequence[Evidence]]) -> list[Evidence]:
    """The evidence of a whole film: each cue at most three times."""
    counted: dict[tuple[str, str], int] = {}
    kept = []
    for scene in scenes:
        for cue in scene:
            key = (cue.words, cue.culture)
            counted[key] = counted.get(key, 0) + 1
            if counted[key] <= SCENES_A_CUE:
                kept.append(cue)
    return kept


def language_default(language: str) -> str:
    """The culture of a language when nothing else decides."""
    return lexicon().culture_by_language.get(language.split("-", maxsplit=1)[0].lower(), DEFAULT)


_SCRIPTS = {
    "DEVANAGARI": "Devanagari",
    "GURMUKHI": "Gurmukhi",
    "TAMIL": "Tamil",
    "TELUGU": "Telugu",
    "KANNADA": "Kannada",
    "MALAYALAM": "Malayalam",
    "BENGALI": "Bengali",
    "ORIYA": "Odia",
    "GUJARATI": "Gujarati",
    "ARABIC": "Arabic",
    "HEBREW": "Hebrew",
    "HANGUL": "Hangul",
    "HIRAGANA": "Hiragana",
    "KATAKANA": "Katakana",
    "ETHIOPIC": "Ethiopic",
    "CJK": "Han",
    "THAI": "Thai",
    "LATIN": "Latin",
    "CYRILLIC": "Cyrillic",
    "GREEK": "Greek",
    "ARMENIAN": "Armenian",
    "GEORGIAN": "Georgian",
    "SINHALA": "Sinhala",
    "LAO": "Lao",
    "KHMER": "Khmer",
    "MYANMAR": "Myanmar",
}

_BY_SCRIPT = {
    "Devanagari": "hi", "Gurmukhi": "pa", "Tamil": "ta", "Telugu": "te", "Kannada": "kn", "Malayalam": "ml", "Bengali": "bn", "Odia": "or",
    "Gujarati": "gu", "Arabic": "ar", "Hebrew": "he", "Hangul": "ko", "Hiragana": "ja", "Katakana": "ja", "Han": "zh", "Ethiopic": "am",
    "Thai": "th", "Latin": "en", "Cyrillic": "ru", "Greek": "el", "Armenian": "hy", "Georgian": "ka", "Sinhala": "si", "Lao": "lo",
    "Khmer": "km", "Myanmar": "my",
}  # fmt: skip

_SCRIPTS_OF_LANGUAGE: dict[str, tuple[str, ...]] = {
    "hi": ("Devanagari",), "mr": ("Devanagari",), "sa": ("Devanagari",), "ne": ("Devanagari",), "pa": ("Gurmukhi", "Arabic"),
    "ta": ("Tamil",), "te": ("Telugu",), "kn": ("Kannada",), "ml": ("Malayalam",), "bn": ("Bengali",), "as": ("Bengali",),
    "or": ("Odia",), "gu": ("Gujarati",), "ar": ("Arabic",), "fa": ("Arabic",), "ur": ("Arabic",), "ps": ("Arabic",), "he": ("Hebrew",),
    "yi": ("Hebrew",), "ko": ("Hangul", "Han"), "ja": ("Hiragana", "Katakana", "Han"), "zh": ("Han",), "yue": ("Han",), "am": ("Ethiopic",),
    "ti": ("Ethiopic",), "th": ("Thai",), "ru": ("Cyrillic",), "uk": ("Cyrillic",), "bg": ("Cyrillic",), "sr": ("Cyrillic", "Latin"),
    "mk": ("Cyrillic",), "kk": ("Cyrillic",), "el": ("Greek",), "hy": ("Armenian",), "ka": ("Georgian",), "si": ("Sinhala",),
    "lo": ("Lao",), "km": ("Khmer",), "my": ("Myanmar",),
}  # fmt: skip
"""Scripts a language is written in; a language that is not here is written in Latin letters."""


def script_of(char: str) -> str:
    """The script of a letter, as the lexicon names it; empty for what belongs to none."""
    if char.isascii():
        return "Latin" if char.isalpha() else ""
    if unicodedata.category(char)[0] not in "LM":
        return ""
    return _SCRIPTS.get(unicodedata.name(char, "").split(" ")[0], "")


def scripts_of(text: str) -> list[str]:
    """Scripts of a text other than Latin; Han beside no kana counts as "Han without kana"."""
    present = {script_of(char) for char in clean(text)} - {"", "Latin"}
    if "Han" in present and not present & {"Hiragana", "Katakana", "Hangul"}:
        present.add("Han without kana")
    return sorted(present)


def language_of(text: str, language: str) -> str:
    """The language of a line, told by the script that most of its letters are in; ``language`` when that script fits it."""
    counts: dict[str, int] = {}
    for char in text:
        script = script_of(char)
        if script:
            counts[script] = counts.get(script, 0) + 1
    if not counts:
        return language
    if counts.get("Hiragana", 0) + counts.get("Katakana", 0):
        counts["Hiragana"] = counts.get("Hiragana", 0) + counts.pop("Han", 0)
    main = max(sorted(counts), key=lambda script: counts[script])
    own = _SCRIPTS_OF_LANGUAGE.get(language.split("-", maxsplit=1)[0].lower(), ("Latin",))
    return language if main in own else _BY_SCRIPT.get(main, language)
