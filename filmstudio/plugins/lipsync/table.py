"""The viseme table: what each sign of speech does to the mouth."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final, Literal

from pydantic import Field

from filmstudio.core.model import Record

Viseme = Literal["MBP", "AI", "E", "O", "UW", "FV", "L", "TH", "SD", "laugh", "rest"]
VOWELS: Final[frozenset[str]] = frozenset({"AI", "E", "O", "UW"})
OPEN: Final[frozenset[str]] = frozenset({"AI", "O", "laugh"})
"""Big open shapes: two of them do not meet."""


class Drawn(Record):
    """Size of a viseme as it is drawn, in drawing units."""

    half_width: float
    open: float


class Diphthong(Record):
    """A sign of two shapes: the share of time of the first, and the loudness of the second."""

    share: float
    second: float


class LongVowel(Record):
    """After ``frames`` (at 24 a second) the opening falls by ``fall`` to the end of the vowel."""

    frames: int
    fall: float


class Edge(Record):
    """The shape between rest and the first or last open shape of a breath, and for how many frames (at 24 a second)."""

    shape: Viseme
    height: float
    frames: int


class VisemeTable(Record):
    """Everything that the mouth is worked out from. Frames are at 24 a second."""

    visemes: dict[str, Drawn]
    must_land: tuple[str, ...]
    min_hold_frames: int
    vowel_lead_frames: int
    height_by_phoneme: dict[str, float] = Field(description="opening of close and short vowels; every other is 1")
    stressed: float
    unstressed: float
    quiet: float
    shout: float
    diphthong: Diphthong
    long_vowel: LongVowel
    kernel: tuple[float, float, float]
    height: tuple[float, float]
    width: tuple[float, float]
    edge: Edge
    emotion: dict[str, tuple[float, float]] = Field(description="factors of width and height")
    closed_height: dict[str, float] = Field(description="height of the closed mouth: drawn as a smile, it must not smile in sorrow")
    rounds: tuple[str, ...] = Field(description="consonants that round before a rounded vowel")
    signs: dict[str, str] = Field(description="viseme by sign, or two joined by +")


@cache
def load_table() -> VisemeTable:
    """The table of this package."""
    return VisemeTable.model_validate_json((files("filmstudio.plugins.lipsync") / "data" / "visemes.json").read_bytes())


_STRESS: Final = "',%=ˈˌ"
_TONES: Final = "0123456789"
_LENGTH: Final = ":ː"
_TAIL: Final = ";`.^#~-0123456789hʰʱʲˤʼ'\u0303\u0325\u032a[]"
_FALLBACK: Final = "SD"


@cache
def visemes_of(sign: str) -> tuple[str, ...]:
    """The viseme of a sign of eSpeak or the IPA, or the two of a diphthong.

    A sign that is not in the table is looked up without its length, then without its last mark, then by its first letter;
    one that still says nothing is SD, a mouth a little open.
    """
    signs = load_table().signs
    plain = sign.strip(_STRESS)
    for tried in (sign, plain, plain.lstrip("_"), plain.strip(_TONES), plain.rstrip(_LENGTH)):
        if tried in signs:
            return tuple(signs[tried].split("+"))
    short = plain.lstrip("_")
    while short and short[-1] in _TAIL + _LENGTH:
        short = short[:-1]
        if short in signs:
            return tuple(signs[short].split("+"))
    # A cluster of vowels that eSpeak writes as one sign, such as iA or uai: its first and last vowel.
    vowels = [signs[char] for char in short if "+" not in signs.get(char, "+") and signs[char] in VOWELS]
    if len(vowels) >= 2 and len(vowels) == len([char for char in short if char in signs]):
        return (vowels[0], vowels[-1]) if vowels[0] != vowels[-1] else (vowels[0],)
    for char in short[:1]:
        if char in signs:
            return tuple(signs[char].split("+"))
    return (_FALLBACK,)


def opening_of(sign: str) -> float:
    """How far a vowel of this sign opens against its viseme as drawn, 0 to 1."""
    heights = load_table().height_by_phoneme
    plain = sign.strip(_STRESS)
    return heights.get(plain, 1.0)
