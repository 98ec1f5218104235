"""The catalogue of voices, and how a cast voice is coloured for a line."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmstudio.core.character import VoiceChoice
from filmstudio.core.film import Emotion
from filmstudio.plugins.voice.espeak_call import Espeak
from filmstudio.plugins.voice.performance import deliveries, perform
from filmstudio.plugins.voice.voices import load_deliveries, load_emotions, load_measured, load_test_sentences, load_voices, voices_for

VOICES = load_voices()
CLAIRE = VOICES["en-us-claire"]


def test_every_voice_has_a_language_a_variant_and_a_measurement() -> None:
    espeak = Espeak()
    for voice in VOICES.values():
        assert voice.source.voice in espeak.languages
        assert voice.source.variant in espeak.variants
        assert voice.id in load_measured()
        assert voice.language in load_test_sentences()
    assert all(variant in espeak.variants for colour in load_deliveries().values() for variant in colour.variant.values())


def test_every_emotion_of_the_studio_has_a_colour() -> None:
    assert set(load_emotions()) == set(get_args(Emotion))


@pytest.mark.parametrize(
    ("language", "first", "all_of"),
    [
        ("en-GB", "en-GB", "en"),
        ("en-GB-scotland", "en-GB-scotland", "en"),
        ("zh-CN", "cmn", "cmn"),
        ("zh-HK", "yue", "yue"),
        ("pt", "pt-BR", "pt"),
    ],
)
def test_voices_of_the_nearest_accent_come_first(language: str, first: str, all_of: str) -> None:
    found = voices_for(language)
    assert found[0].language == first
    assert {voice.language.split("-")[0] for voice in found} == {all_of}


def test_a_language_without_voices_has_none() -> None:
    assert voices_for("xx") == ()


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (("whispering",), ["whispering"]),
        (("whispers to Bob",), ["whispering"]),
        (("SHOUTING",), ["shouting"]),
        (("under her breath", "slowly"), ["whispering", "slowly"]),
        (("into the phone",), ["on phone"]),
        (("to the cat",), []),
    ],
)
def test_stage_directions_name_ways_of_speaking(words: tuple[str, ...], names: list[str]) -> None:
    assert list(deliveries(words)) == [load_deliveries()[name] for name in names]


def test_half_strength_of_an_emotion_is_as_tabled_and_full_strength_half_as_much_again() -> None:
    choice = VoiceChoice(voice=CLAIRE.id)
    plain, happy, very = (perform(CLAIRE, choice, emotion="happy", strength=strength).pitch for strength in (0.0, 0.5, 1.0))
    assert happy - plain == pytest.approx(load_emotions()["happy"].pitch)
    assert very - plain == pytest.approx(1.5 * (happy - plain))


def test_a_whisper_is_spoken_by_a_source_of_the_same_sex() -> None:
    choice = VoiceChoice(voice=CLAIRE.id)
    assert perform(CLAIRE, choice, delivery=("whispering",)).variant == "whisperf"
    assert perform(VOICES["en-us-grant"], choice, delivery=("whispering",)).variant == "whisper"


def test_a_shift_beyond_the_source_is_told() -> None:
    high = next(voice for voice in VOICES.values() if voice.source.pitch > 95)
    assert perform(high, VoiceChoice(voice=high.id, pitch_semitones=6)).missed_semitones > 3
    assert perform(high, VoiceChoice(voice=high.id)).missed_semitones == 0


@given(
    st.sampled_from(sorted(VOICES)),
    st.floats(-12, 12),
    st.floats(0.5, 2),
    st.floats(0.8, 1.4),
    st.sampled_from(get_args(Emotion)),
    st.floats(0, 1),
    st.lists(st.sampled_from(sorted(load_deliveries())), max_size=3),
    st.booleans(),
)
def test_no_colouring_leaves_what_espeak_and_the_ear_accept(
    voice: str, pitch: float, rate: float, formant: float, emotion: Emotion, strength: float, delivery: list[str], sung: bool
) -> None:
    choice = VoiceChoice(voice=voice, pitch_semitones=pitch, rate=rate, formant=formant)
    acted = perform(VOICES[voice], choice, emotion=emotion, strength=strength, delivery=delivery, sung=sung)
    assert 0 <= acted.pitch <= 99 and 0 <= acted.range <= 99
    assert 80 <= acted.rate <= 449 and 5 <= acted.volume <= 100
    assert 0.8 <= acted.shape.formant_ratio <= 1.45
    assert -6 <= acted.gain_db <= 3
    assert 0 <= acted.shape.sat <= 0.5
