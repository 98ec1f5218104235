"""The ear: how far apart two voices are, from what was measured of every voice of the catalogue."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from filmstudio.core.character import VoiceChoice

VoiceAge = Literal["baby", "child", "teen", "adult", "mature"]

_FIRST_HZ, _LAST_HZ, _BANDS = 150.0, 9000.0, 24
_CLIP = 3.0
"""No single cue may carry the whole difference."""

# Just clearly noticeable differences: semitones, semitones, dB, octaves, dB an octave, per cent, dB; then each cue's weight.
_F0_ST, _RANGE_ST, _ENVELOPE_DB, _CENTROID_OCT, _TILT_DB, _RATE_PCT, _HNR_DB = 2.0, 2.0, 2.0, 0.15, 1.0, 10.0, 3.0


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Dsp(_Entry):
    """The part of a voice's shaping that casting may move."""

    formant_ratio: float = 1.0


class EspeakSettings(_Entry):
    """The source of a voice."""

    voice: str
    variant: str = ""


class Voice(_Entry):
    """A voice of the catalogue."""

    id: str
    name: str
    language: str = Field(description="BCP 47 tag, sometimes with an accent: en-GB-scotland")
    accent: str = ""
    age: VoiceAge
    gender: Literal["female", "male", "non-binary"]
    character: str = ""
    espeak: EspeakSettings
    dsp: Dsp = Dsp()
    use: str = ""


class Measured(_Entry):
    """What was measured of a voice speaking its own test sentence."""

    f0_median_hz: float
    f0_range_st: float
    formant_centroid_hz: float
    tilt_db_per_oct: float
    hnr_db: float
    syllables_per_s: float
    envelope_db: tuple[float, ...]
    presence_2_4k_db: float = -12.0


class _Catalogue(_Entry):
    voices: tuple[Voice, ...]


class _Measurements(_Entry):
    voices: dict[str, Measured]


def _read(name: str) -> object:
    text = resources.files("filmstudio.plugins.voice").joinpath("data", name).read_text(encoding="utf-8")
    return json.loads(text)


@lru_cache(maxsize=1)
def catalogue() -> tuple[Voice, ...]:
    """Every voice of the studio, in the order of the catalogue."""
    return _Catalogue.model_validate(_read("voices.json")).voices


@lru_cache(maxsize=1)
def measurements() -> dict[str, Measured]:
    """What was measured of each voice, by id."""
    return _Measurements.model_validate(_read("measured.json")).voices


@dataclass(frozen=True, slots=True)
class Heard:
    """A voice as it is heard after the shifts of a choice; frequencies in Hz, the envelope in dB over 24 mel bands."""

    voice: Voice
    choice: VoiceChoice
    f0: float
    f0_range: float
    centroid: float
    tilt: float
    rate: float
    hnr: float
    envelope: NDArray[np.float64]


def _mel_centres() -> NDArray[np.float64]:
    edges = np.linspace(2595 * np.log10(1 + _FIRST_HZ / 700), 2595 * np.log10(1 + _LAST_HZ / 700), _BANDS + 1)
    centres: NDArray[np.float64] = 700 * (10 ** ((edges[:-1] + edges[1:]) / 2 / 2595) - 1)
    return centres


_CENTRES = _mel_centres()


def hear(voice: Voice, choice: VoiceChoice) -> Heard:
    """Work out how a choice of ``voice`` sounds: F0 by semitones, spectrum stretched by the formant factor, rate by its factor."""
    measured = measurements()[voice.id]
    envelope = np.asarray(measured.envelope_db, dtype=np.float64)
    if choice.formant != 1.0:
        envelope = np.interp(_CENTRES / choice.formant, _CENTRES, envelope)
    return Heard(
        voice=voice,
        choice=choice,
        f0=measured.f0_median_hz * 2 ** (choice.pitch_semitones / 12),
        f0_range=measured.f0_range_st,
        centroid=measured.formant_centroid_hz * choice.formant,
        tilt=measured.tilt_db_per_oct,
        rate=measured.syllables_per_s * choice.rate,
        hnr=measured.hnr_db,
        envelope=envelope,
    )


def cues_of(voices: Sequence[Heard]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What the ear compares: six cues of each voice in noticeable units, shape (voices, 6), and the envelopes, (voices, 24) in dB."""
    cues = np.array(
        [
            (
                12 * np.log2(one.f0) / _F0_ST,
                one.f0_range / _RANGE_ST,
                np.log2(one.centroid) / _CENTROID_OCT * 0.5,
                one.tilt / _TILT_DB * 0.5,
                100 * np.log(one.rate) / _RATE_PCT,
                one.hnr / _HNR_DB * 0.5,
            )
            for one in voices
        ],
        dtype=np.float64,
    ).reshape(len(voices), 6)
    return cues, np.array([one.envelope for one in voices], dtype=np.float64).reshape(len(voices), _BANDS)


def distances(voices: Sequence[Heard], others: Sequence[Heard]) -> NDArray[np.float64]:
    """How far apart voices are, shape (voices, others): root of summed squares of seven cues in noticeable units, each clipped at 3.

    2.2 is the smallest distance inside a language of the catalogue; 3.0 serves people of one scene, 3.5 two leads.
    """
    cues, envelopes = cues_of(voices)
    their_cues, their_envelopes = cues_of(others)
    apart = np.clip(cues[:, None, :] - their_cues[None, :, :], -_CLIP, _CLIP)
    spectral = np.sqrt(np.mean((envelopes[:, None, :] - their_envelopes[None, :, :]) ** 2, axis=2)) / _ENVELOPE_DB * 0.5
    total: NDArray[np.float64] = np.sqrt(np.sum(apart**2, axis=2) + np.minimum(spectral, _CLIP) ** 2)
    return total


def distance(one: Heard, other: Heard) -> float:
    """How far apart two voices are, as in ``distances``."""
    return float(distances([one], [other])[0, 0])
