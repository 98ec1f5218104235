"""What is read aloud of a written line: abbreviations, sums of money, times, years and units said, markup and emoji not."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from filmstudio.plugins.voice.wording import Wording, written


def read_aloud(text: str, language: str) -> Wording:
    """What is said of ``text``: without emoji, markup and quotation marks, with abbreviations, sums of money and times said.

    ``language`` is a BCP 47 tag; rules of its primary subtag apply.
    """
    primary = language.replace("_", "-").split("-")[0].casefold()
    said = written(text)
    said = said.sub(_ADDRESS, lambda match: _address(match.group()) if primary == "en" else match.group(1) or "")
    said = said.sub(_DOTS, lambda match: "…")
    said = said.sub(_DASH, lambda match: "—")
    said = said.sub(_UNSPOKEN, _hush)
    if primary == "el":
        said = said.sub(_GREEK_QUESTION, lambda match: "?")
    said = said.sub(_DRAWN_OUT, lambda match: match.group() if match.group(1) in _ROMAN and match.group().isupper() else match.group(1))
    said = said.sub(_MONEY, lambda match: _money(match, primary))
    if primary == "en":
        said = said.sub(_CLOCK, _clock)
        said = said.sub(_INTERJECTION, lambda match: _INTERJECTIONS.get(match.group().casefold()[:2], match.group()))
        said = said.sub(_YEAR, _year)
        said = said.sub(_UNIT, lambda match: match.group(1) + " " + _UNITS[match.group(2)])
        said = said.sub(_NUMBERED, lambda match: "number")
    if primary == "de":
        said = said.sub(_GERMAN_ORDINAL, lambda match: _german_ordinal(int(match.group(1))))
    short = _ABBREVIATIONS.get(primary, {})
    said = said.sub(_ABBREVIATION, lambda match: short.get(match.group(1).casefold(), match.group()))
    said = said.sub(_LETTERS, _spelled)
    said = said.sub(_INITIAL, lambda match: f"{match.group(1)} ")
    return _calm(said)


_ADDRESS: Final = re.compile(r"(?:https?://)(?:www\.)?([^\s/]+)\S*")
_DOTS: Final = re.compile(r"\.{2,}|…{2,}")
_DASH: Final = re.compile(r"(?<=\s)[-–](?=\s)|-{2,}|[–―⸺]|(?<=\w)-(?=\s*$)")
_DRAWN_OUT: Final = re.compile(r"([^\W\d_])\1{2,}", re.IGNORECASE)
_ROMAN: Final = frozenset("IVXLCDM")
_LETTERS: Final = re.compile(r"(?<![\w.@])[^\W\d_]{1,2}(?:\.[^\W\d_]{1,2})+(?![\w@])")
_GREEK_QUESTION: Final = re.compile(r"[;\u037e]")
_UNSPOKEN: Final = re.compile(r"[^\w\s]")
_KEPT: Final = frozenset(".,;:!?…—'’-&%°$€£¥₹₽₩₺₦₫+=/@…、،؛。।॥۔？؟！，；：．・։՞՜።፣፤፥፧־·ʼ")
_JOINERS: Final = frozenset("\u200c\u200d")
_MONEY: Final = re.compile(r"([$€£¥₹])\s?(\d[\d,\u00a0\u202f]*\d|\d)(?:\.(\d\d)(?!\d))?")
_CURRENCIES: Final = {
    "$": ("dollar", "dollars"),
    "€": ("euro", "euros"),
    "£": ("pound", "pounds"),
    "¥": ("yen", "yen"),
    "₹": ("rupee", "rupees"),
}
_MONEY_NAMES: Final = {
    "hi": {"$": "डॉलर", "€": "यूरो", "£": "पाउंड", "¥": "येन", "₹": "रुपये"},
    "mr": {"$": "डॉलर", "€": "युरो", "£": "पाउंड", "¥": "येन", "₹": "रुपये"},
    "bn": {"$": "ডলার", "€": "ইউরো", "£": "পাউন্ড", "¥": "ইয়েন", "₹": "রুপি"},
    "ta": {"$": "டாலர்", "€": "யூரோ", "£": "பவுண்டு", "¥": "யென்", "₹": "ரூபாய்"},
    "te": {"$": "డాలర్లు", "€": "యూరోలు", "£": "పౌండ్లు", "¥": "యెన్", "₹": "రూపాయలు"},
    "es": {"$": "dólares", "€": "euros", "£": "libras", "¥": "yenes", "₹": "rupias"},
    "fr": {"$": "dollars", "€": "euros", "£": "livres", "¥": "yens", "₹": "roupies"},
    "de": {"$": "Dollar", "€": "Euro", "£": "Pfund", "¥": "Yen", "₹": "Rupien"},
    "pt": {"$": "dólares", "€": "euros", "£": "libras", "¥": "ienes", "₹": "rupias"},
    "it": {"$": "dollari", "€": "euro", "£": "sterline", "¥": "yen", "₹": "rupie"},
}
_CLOCK: Final = re.compile(r"\b([01]?\d|2[0-3]):([0-5]\d)\b(?!:)")
_YEAR: Final = re.compile(r"(?<![\d.,:/-])(1[1-9]|20)(\d\d)(?![\d:/]|[.,]\d)")
_UNIT: Final = re.compile(r"(\d)\s?(km|kg|cm|mm|mph|ft|lbs|oz|ml|°C|°F)(?!\w)")
_UNITS: Final = {
    "km": "kilometers",
    "kg": "kilograms",
    "cm": "centimeters",
    "mm": "millimeters",
    "mph": "miles an hour",
    "ft": "feet",
    "lbs": "pounds",
    "oz": "ounces",
    "ml": "milliliters",
    "°C": "degrees Celsius",
    "°F": "degrees Fahrenheit",
}
_GERMAN_ORDINAL: Final = re.compile(
    r"(?<![\d.,])([1-9]|[12]\d|3[01])\.(?=\s(?:Jan|Feb|März|April|Mai|Jun|Jul|Aug|Sept|Okt|Nov|Dez|Jahrhundert|Akt|Kapitel|Stock|Mal|Klasse|Tag))"
)
_GERMAN_ORDINALS: Final = [
    "ersten",
    "zweiten",
    "dritten",
    "vierten",
    "fünften",
    "sechsten",
    "siebten",
    "achten",
    "neunten",
    "zehnten",
    "elften",
    "zwölften",
    "dreizehnten",
    "vierzehnten",
    "fünfzehnten",
    "sechzehnten",
    "siebzehnten",
    "achtzehnten",
    "neunzehnten",
    "zwanzigsten",
]
_GERMAN_UNITS: Final = ["ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"]
_ABBREVIATION: Final = re.compile(r"(?<![^\s(\[“\"'«—])([^\s\d.,;:!?…]{1,5}(?:\.\s?[^\s\d.,;:!?…]{1,2})?)\.(?=\s*[\w¿¡]|\s*[—,])")
_NUMBERED: Final = re.compile(r"(?<!\w)[Nn]o\.(?=\s?\d)")
_INITIAL: Final = re.compile(r"(?<!\w)([A-ZÀ-Þ])\.\s?(?=[A-ZÀ-Þ])")
_INTERJECTION: Final = re.compile(r"(?<!\w)(?:h+m+|m{2,}|s+h{2,}|p+s+t+|b+r{2,}|p+f+t+|u+g+h+|z{3,})(?!\w)", re.IGNORECASE)
_INTERJECTIONS: Final = {
    "hm": "hmm",
    "hh": "hmm",
    "mm": "hmm",
    "sh": "shush",
    "ss": "shush",
    "ps": "pist",
    "br": "brur",
    "pf": "fut",
    "ug": "ugh",
    "zz": "zuzz",
}
_ABBREVIATIONS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "mr": "mister",
        "mrs": "missis",
        "ms": "miz",
        "dr": "doctor",
        "prof": "professor",
        "st": "saint",
        "sr": "senior",
        "jr": "junior",
        "lt": "lieutenant",
        "capt": "captain",
        "col": "colonel",
        "gen": "general",
        "sgt": "sergeant",
        "rev": "reverend",
        "mt": "mount",
        "vs": "versus",
        "e.g": "for example",
        "i.e": "that is",
    },
    "es": {
        "sr": "señor",
        "sra": "señora",
        "srta": "señorita",
        "dr": "doctor",
        "dra": "doctora",
        "ud": "usted",
        "uds": "ustedes",
        "d": "don",
        "dña": "doña",
    },
    "fr": {"m": "monsieur", "mme": "madame", "mlle": "mademoiselle", "dr": "docteur", "mm": "messieurs"},
    "de": {
        "dr": "Doktor",
        "prof": "Professor",
        "hr": "Herr",
        "fr": "Frau",
        "nr": "Nummer",
        "st": "Sankt",
        "z.b": "zum Beispiel",
        "z. b": "zum Beispiel",
        "d.h": "das heißt",
        "d. h": "das heißt",
    },
    "pt": {"sr": "senhor", "sra": "senhora", "dr": "doutor", "dra": "doutora", "prof": "professor", "d": "dom"},
    "it": {"sig": "signor", "dott": "dottor", "prof": "professor", "d": "don"},
    "nl": {"dhr": "de heer", "mevr": "mevrouw", "dr": "doctor", "prof": "professor"},
    "hi": {"डॉ": "डॉक्टर", "प्रो": "प्रोफ़ेसर", "कु": "कुमारी"},
    "mr": {"डॉ": "डॉक्टर"},
    "bn": {"ডা": "ডাক্তার", "মি": "মিস্টার"},
    "ta": {"திரு": "திரு", "டாக்": "டாக்டர்"},
}


def _hush(match: re.Match[str]) -> str:
    char = match.group()
    kind = unicodedata.category(char)
    if char in _KEPT or char in _JOINERS or kind[0] in "LN" or kind in ("Mn", "Mc"):
        # Variation selectors are marks too, and have no sound.
        return "" if "\ufe00" <= char <= "\ufe0f" else char
    return "" if kind == "Cf" else " "


def _address(text: str) -> str:
    host = re.sub(r"^https?://(?:www\.)?", "", text).split("/")[0]
    return host.replace(".", " dot ")


def _money(match: re.Match[str], primary: str) -> str:
    sign, whole, cents = match.groups()
    if primary != "en":
        return f"{whole}{',' + cents if cents else ''} {_MONEY_NAMES.get(primary, {}).get(sign, sign)}"
    one, many = _CURRENCIES[sign]
    # A separator of thousands is kept out, or it would be read as a pause.
    amount = re.sub(r"[,\u00a0\u202f]", "", whole)
    name = one if amount == "1" and not cents else many
    return f"{amount} {name}{' ' + str(int(cents)) if cents and int(cents) else ''}"


def _clock(match: re.Match[str]) -> str:
    hour, minute = match.groups()
    if minute == "00":
        return f"{int(hour)} o'clock" if 1 <= int(hour) <= 12 else f"{int(hour)} hundred hours"
    return f"{int(hour)} oh {int(minute)}" if minute[0] == "0" else f"{int(hour)} {minute}"


def _spelled(match: re.Match[str]) -> str:
    """Ph.D. and its like letter by letter; single letters with points eSpeak spells by itself."""
    parts = match.group().split(".")
    return " ".join("".join(parts).upper()) if max(map(len, parts)) > 1 else match.group()


def _german_ordinal(number: int) -> str:
    """1 to 31 in the form that dates have: am dritten Mai."""
    if number <= 20:
        return _GERMAN_ORDINALS[number - 1]
    tens, unit = divmod(number, 10)
    ten = "zwanzigsten" if tens == 2 else "dreißigsten"
    return f"{_GERMAN_UNITS[unit - 1]}und{ten}" if unit else ten


def _year(match: re.Match[str]) -> str:
    """Years in pairs, as English says them; 2000 to 2009 as numbers."""
    century, year = match.groups()
    if century == "20" and year[0] == "0":
        return match.group()
    if year == "00":
        return f"{century} hundred"
    return f"{century} oh {year[1]}" if year[0] == "0" else f"{century} {year}"


def _calm(said: Wording) -> Wording:
    """A line written in capitals throughout is lowered: shouting is told by the delivery, and eSpeak would spell it."""
    cased = [char for char in said.text if char.lower() != char.upper()]
    if len(cased) < 4 or len(said.text.split()) < 2 or any(char != char.upper() for char in cased):
        return said
    lowered = "".join(low if len(low := char.lower()) == 1 else char for char in said.text)
    return Wording(lowered, said.origin)
