"""The catalogue of voices: who can be cast, how eSpeak speaks for them, how their sound is shaped, what was measured."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final, Literal

from pydantic import AliasChoices, Field, field_validator

from filmstudio.core.character import Age, Gender
from filmstudio.core.model import Record

_AGES: Final = {"mature": "elder"}
_GENDERS: Final = {"non-binary": "nonbinary"}


class Source(Record):
    """What eSpeak is asked for, before the formant ratio is allowed for."""

    voice: str = Field(description="eSpeak's name of the language, such as en-us or cmn")
    variant: str = Field(description="name of a file of voices/!v")
    pitch: float = Field(ge=0, le=99, description="eSpeak parameter, 50 = as the variant is made")
    range: float = Field(ge=0, le=99, description="eSpeak parameter, 50 = as the variant is made")
    rate: float = Field(gt=0, description="words a minute after shaping")
    volume: float = Field(ge=5, le=150)


class Shape(Record):
    """The voice's sound chain. Every gain is in dB, every frequency in Hz."""

    formant_ratio: float = Field(default=1.0, ge=0.5, le=2.0, description="resampling ratio; the source speaks slower and lower by it")
    pitch_shift_st: float = Field(default=0.0, description="told by the catalogue; already realised in Source.pitch")
    hp: float = Field(default=0.0, ge=0, description="high-pass, 2nd-order Butterworth; 0 = none")
    lp: float = Field(default=0.0, ge=0, description="low-pass, 2nd-order Butterworth; 0 = none")
    tilt_db: float = Field(default=0.0, description="shelf above 1.5 kHz")
    low_shelf_db: float = Field(default=0.0, description="shelf below 350 Hz")
    presence_db: float = Field(default=0.0, description="bell at 2 to 3.6 kHz")
    breath_db: float = Field(default=-90.0, description="aspiration against the voice's envelope; -80 and below = none")
    deess_db: float = Field(default=0.0, ge=0, description="deepest cut at 4.5 to 9.5 kHz while a sibilant sounds")
    sat: float = Field(default=0.0, ge=0, le=1, description="drive of the saturation")
    ratio: float = Field(default=1.0, ge=1, description="ratio of the compressor")
    thr_db: float = Field(default=-20.0, description="threshold of the compressor")
    drift: float = Field(default=0.0, ge=0, description="slow pitch drift, share of speed")
    cut_db: float = Field(default=0.0, ge=0, description="dip at 3.6 to 7 kHz, against the ring of some variants")


class Jitter(Record):
    """How much one phrase may differ from the next, by seed."""

    pitch: float = Field(default=1.5, ge=0, description="points of eSpeak's pitch")
    rate: float = Field(default=0.03, ge=0, description="share of the rate")


class Bridge(Record):
    """An accent: read with one language's rules, spoken with another's sounds."""

    reader: str = Field(validation_alias=AliasChoices("from", "reader"), description="eSpeak language whose rules read the text")
    map: dict[str, str] = Field(description="mnemonic of the reader to mnemonic of the speaker")


class Voice(Record):
    """One voice of the catalogue."""

    id: str
    name: str
    language: str = Field(description="BCP 47 tag, such as en-GB or hi")
    accent: str
    age: Age
    gender: Gender
    character: str = Field(description="one word of colour: warm, stern, playful …")
    source: Source = Field(validation_alias=AliasChoices("espeak", "source"))
    shape: Shape = Field(validation_alias=AliasChoices("dsp", "shape"))
    f0_target_hz: float = Field(gt=0)
    wpm: float = Field(gt=0)
    jitter: Jitter = Jitter()
    seed: int = Field(ge=0)
    use: str = ""
    pitch_st_per_point: float = Field(gt=0, description="semitones for one point of eSpeak's pitch, near this voice's pitch")
    bridge: Bridge | None = None

    @field_validator("age", mode="before")
    @classmethod
    def _studio_age(cls, value: object) -> object:
        return _AGES.get(value, value) if isinstance(value, str) else value

    @field_validator("gender", mode="before")
    @classmethod
    def _studio_gender(cls, value: object) -> object:
        return _GENDERS.get(value, value) if isinstance(value, str) else value


class Measured(Record):
    """What was measured of a voice speaking its language's test sentence."""

    f0_median_hz: float
    f0_range_st: float
    formant_centroid_hz: float
    tilt_db_per_oct: float
    hnr_db: float
    syllables_per_s: float
    hf_over_4k_db: float
    presence_2_4k_db: float
    envelope_db: tuple[float, ...] = Field(description="24 mel bands from 150 Hz to 9 kHz, against their mean")


class Colour(Record):
    """A change of a voice: an emotion, or a way of saying a line."""

    pitch: float = Field(default=0.0, description="points of eSpeak's pitch, added")
    range: float = Field(default=1.0, gt=0, description="factor")
    rate: float = Field(default=1.0, gt=0, description="factor")
    volume: float = Field(default=1.0, gt=0, description="factor")
    pause: float = Field(default=1.0, gt=0, description="factor on every pause")
    dsp: dict[str, float] = Field(default_factory=dict, description="added to the shape, but lp, hp and breath_db replace")
    note: str = ""
    variant: dict[Literal["female", "male", "other"], str] = Field(default_factory=dict, description="replaces the variant, by gender")
    mix_gain_db: float = 0.0
    space: str = Field(default="", description="phone, radio … : what it is heard through or in")


def _read(name: str) -> dict[str, object]:
    value: dict[str, object] = json.loads((files("filmstudio.plugins.voice") / "data" / name).read_text("utf-8"))
    return value


class _Catalogue(Record):
    format: Literal[1]
    sample_rate_hz: Literal[48000]
    fields: dict[str, str]
    test_sentences: dict[str, str]
    voices: tuple[Voice, ...]


class _Measurements(Record):
    metric: str
    voices: dict[str, Measured]


class _Deliveries(Record):
    about: str
    emotions: dict[str, Colour]
    parentheticals: dict[str, Colour]


@cache
def _catalogue() -> _Catalogue:
    return _Catalogue.model_validate(_read("voices.json"))


@cache
def load_voices() -> Mapping[str, Voice]:
    """Every voice by id, in the order of the catalogue."""
    return MappingProxyType({voice.id: voice for voice in _catalogue().voices})


@cache
def load_measured() -> Mapping[str, Measured]:
    """What was measured of every voice, by id."""
    return MappingProxyType(_Measurements.model_validate(_read("measured.json")).voices)


@cache
def load_test_sentences() -> Mapping[str, str]:
    """A sentence in each language of the catalogue."""
    return MappingProxyType(_catalogue().test_sentences)


@cache
def _deliveries() -> _Deliveries:
    return _Deliveries.model_validate(_read("delivery.json"))


def load_emotions() -> Mapping[str, Colour]:
    """The colour of every emotion of ``core.film.Emotion``."""
    return MappingProxyType(_deliveries().emotions)


def load_deliveries() -> Mapping[str, Colour]:
    """The colour of every way of saying a line: whispering, shouting …"""
    return MappingProxyType(_deliveries().parentheticals)


def voices_for(language: str) -> tuple[Voice, ...]:
    """The voices that speak ``language``, nearest accent first, else in the order of the catalogue; empty when there is none.

    ``en-GB-scotland`` gives the Scottish voices first, then the other British ones, then all other English.
    """
    wanted = _subtags(language)
    near = [(_shared(wanted, _subtags(voice.language)), index, voice) for index, voice in enumerate(_catalogue().voices)]
    return tuple(voice for shared, _, voice in sorted(near, key=lambda item: (-item[0], item[1])) if shared)


_SAME_LANGUAGE: Final = {"zh": "cmn", "no": "nb", "nn": "nb", "in": "id", "pes": "fa", "arb": "ar", "swa": "sw"}
"""BCP 47 primary subtags that the catalogue knows under another name."""


def _subtags(language: str) -> tuple[str, ...]:
    parts = language.replace("_", "-").casefold().split("-")
    if parts[:2] == ["zh", "hk"] or parts[:2] == ["zh", "yue"]:
        return ("yue",)
    return (_SAME_LANGUAGE.get(parts[0], parts[0]), *parts[1:])


def _shared(wanted: tuple[str, ...], offered: tuple[str, ...]) -> int:
    count = 0
    for a, b in zip(wanted, offered, strict=False):
        if a != b:
            break
        count += 1
    return count
