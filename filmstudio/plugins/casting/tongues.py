"""Casting words of other languages, put into the English of the wardrobe's index before a description is read."""

from __future__ import annotations

import re
from functools import lru_cache

_WORDS: dict[str, str] = {
    # Hindi and Urdu
    "लाल": "red", "हरा": "green", "हरी": "green", "हरे": "green", "नीला": "blue", "नीली": "blue", "नीले": "blue", "पीला": "yellow",
    "पीली": "yellow", "सफ़ेद": "white", "सफेद": "white", "काला": "black", "काली": "black", "काले": "black", "गुलाबी": "pink",
    "भूरा": "brown", "भूरी": "brown", "केसरिया": "saffron", "सुनहरी": "gold", "सुनहरा": "gold", "बैंगनी": "purple", "नारंगी": "orange",
    "साड़ी": "saree", "कुर्ता": "kurta", "कुर्ते": "kurta", "कुरता": "kurta", "धोती": "dhoti", "सलवार": "salwar kameez",
    "लहंगा": "lehenga", "शेरवानी": "sherwani", "चश्मा": "glasses", "चश्मे": "glasses", "दाढ़ी": "beard", "मूंछ": "moustache",
    "मूँछ": "moustache", "पगड़ी": "turban", "बाल": "hair", "बालों": "hair", "किनारी": "border", "चोटी": "braid", "शॉल": "shawl",
    "दुपट्टा": "dupatta", "लुंगी": "lungi", "टोपी": "cap", "बिंदी": "bindi", "चूड़ियाँ": "bangles",
    # Spanish, French, German
    "rojo": "red", "roja": "red", "verde": "green", "azul": "blue", "amarillo": "yellow", "amarilla": "yellow", "blanco": "white",
    "blanca": "white", "negro": "black", "negra": "black", "vestido": "dress", "traje": "suit", "gafas": "glasses", "barba": "beard",
    "bigote": "moustache", "pelo": "hair", "cabello": "hair", "sombrero": "hat", "camisa": "shirt", "abrigo": "coat", "falda": "skirt",
    "rouge": "red", "vert": "green", "verte": "green", "bleu": "blue", "bleue": "blue", "jaune": "yellow", "blanc": "white",
    "blanche": "white", "noir": "black", "noire": "black", "robe rouge": "red dress", "lunettes": "glasses", "barbe": "beard",
    "cheveux": "hair", "costume trois pièces": "suit", "manteau": "coat", "chapeau": "hat", "jupe": "skirt",
    "rot": "red", "rotes": "red", "roten": "red", "grün": "green", "grünen": "green", "blau": "blue", "blauen": "blue", "gelb": "yellow",
    "gelben": "yellow", "weiß": "white", "weißen": "white", "weißes": "white", "schwarz": "black", "schwarzen": "black", "kleid": "dress",
    "anzug": "suit", "brille": "glasses", "bart": "beard", "schnurrbart": "moustache", "haare": "hair", "haar": "hair", "mantel": "coat",
    "pullover": "sweater", "hemd": "shirt",
    # Arabic and Persian
    "أحمر": "red", "حمراء": "red", "أخضر": "green", "خضراء": "green", "أزرق": "blue", "زرقاء": "blue", "أبيض": "white", "بيضاء": "white",
    "أسود": "black", "سوداء": "black", "ثوب": "thobe", "عباءة": "abaya", "حجاب": "hijab", "نظارة": "glasses", "نظارات": "glasses",
    "لحية": "beard", "شارب": "moustache", "كوفية": "keffiyeh", "قفطان": "kaftan", "شعر": "hair",
    # Japanese and Chinese
    "赤い": "red", "青い": "blue", "白い": "white", "黒い": "black", "黄色い": "yellow", "緑の": "green",
    "着物": "kimono", "浴衣": "yukata",
    "袴": "hakama", "眼鏡": "glasses", "めがね": "glasses", "ひげ": "beard", "髪": "hair", "セーラー服": "sailor uniform", "スーツ": "suit",
    "红色": "red", "红": "red", "蓝色": "blue", "绿色": "green", "白色": "white", "黑色": "black", "黄色": "yellow",
    "旗袍": "qipao", "汉服": "hanfu",
    "眼镜": "glasses", "胡子": "beard", "头发": "hair", "西装": "suit", "长袍": "cross-collar robe",
}  # fmt: skip

_NO_SPACES = 0x2E80
"""First code point of the scripts that are written without spaces between words (CJK radicals and after)."""

_SPACED = {word: english for word, english in _WORDS.items() if ord(word[0]) < _NO_SPACES}
_UNSPACED = {word: english for word, english in _WORDS.items() if ord(word[0]) >= _NO_SPACES}

_AFTER_ITS_NOUN = frozenset(
    [
        "rojo",
        "roja",
        "verde",
        "azul",
        "amarillo",
        "amarilla",
        "blanco",
        "blanca",
        "negro",
        "negra",
        "rouge",
        "vert",
        "verte",
        "bleu",
        "bleue",
        "jaune",
        "blanc",
        "blanche",
        "noir",
        "noire",
        "أحمر",
        "حمراء",
        "أخضر",
        "خضراء",
        "أزرق",
        "زرقاء",
        "أبيض",
        "بيضاء",
        "أسود",
        "سوداء",
    ]
)
"""Colours of languages in which the colour follows the thing: it ends the clause, so that it is not read of what comes next."""

# Combining marks count as letters: a plain \b would cut Devanagari words at their vowel signs.
_MARKS = r"\w\u0300-\u036f\u0900-\u0903\u093a-\u094f"


def _pattern_of(word: str) -> str:
    if "\u0600" <= word[0] <= "\u06ff":
        # The article and one-letter words are written together with the noun, and so is the ending of the indefinite.
        return rf"(?<![{_MARKS}])[وبلف]?(?:ال)?{re.escape(word)}(?:ا|اً|ً)?(?![{_MARKS}])"
    return rf"(?<![{_MARKS}]){re.escape(word)}(?![{_MARKS}])"


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """What each word looks like, longest first, and its English: compiled for the first description that needs them."""
    return tuple(
        (
            re.compile(_pattern_of(word) if word in _SPACED else re.escape(word), re.IGNORECASE),
            f" {english}{' , ' if word in _AFTER_ITS_NOUN else ' '}",
        )
        for word, english in sorted(_WORDS.items(), key=lambda pair: (-len(pair[0]), pair[0]))
    )


def in_english(description: str) -> str:
    """The description with its casting words in English; everything else stays as the writer put it.

    Words that mean something else in English ("rot") are only taken where nothing around them is English.
    """
    if description.isascii() and _looks_english(description):
        return description

    for pattern, english in _patterns():
        description = pattern.sub(english, description)
    return description


_ENGLISH = frozenset(
    ["a", "an", "the", "in", "with", "of", "and", "his", "her", "their", "wearing", "old", "young", "man", "woman", "boy", "girl", "wears"]
)


def _looks_english(text: str) -> bool:
    words = text.lower().split()
    return not words or any(word.strip(".,;") in _ENGLISH for word in words)
