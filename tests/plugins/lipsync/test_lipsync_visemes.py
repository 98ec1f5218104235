"""The embedded lip-sync: what a viewer would see of it."""

from __future__ import annotations

from itertools import groupby, pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmstudio.core.character import VoiceChoice
from filmstudio.core.media import MediaRef
from filmstudio.core.requests import LipsyncRequest, Mouth, Phoneme, SpeakRequest, Speech
from filmstudio.core.store import Store, StoreDesk
from filmstudio.plugins.lipsync.mouthing import mouth_of
from filmstudio.plugins.lipsync.table import load_table, visemes_of
from filmstudio.plugins.lipsync.visemes import Visemes
from filmstudio.plugins.voice.espeak import EspeakVoice

FRAME = 2000  # samples at 24 frames a second


def said(*sounds: tuple[str, float], gap_after: dict[int, float] | None = None) -> tuple[Phoneme, ...]:
    """Phonemes one after another; lengths and gaps in frames at 24 a second. A leading ' marks stress."""
    at, found = 0, []
    for index, (sign, frames) in enumerate(sounds):
        end = at + round(frames * FRAME)
        found.append(Phoneme(sign=sign.strip("'"), start=at, end=end, stressed=sign.startswith("'")))
        at = end + round((gap_after or {}).get(index, 0) * FRAME)
    return tuple(found)


def mouth(phonemes: tuple[Phoneme, ...], fps: int = 24, **options: object) -> Mouth:
    return mouth_of(phonemes, phonemes[-1].end if phonemes else 0, fps, **options)  # type: ignore[arg-type]


def runs(shapes: tuple[str, ...]) -> list[tuple[str, int]]:
    return [(shape, len(list(group))) for shape, group in groupby(shapes)]


def test_lips_close_one_frame_before_an_m_sounds() -> None:
    spoken = mouth(said(("a", 6), ("m", 3), ("a", 6)))
    frame = spoken.lead + 6
    assert spoken.shapes[frame - 2] == "AI"
    assert spoken.shapes[frame - 1] == spoken.shapes[frame] == "MBP"


@pytest.mark.parametrize("sign", ["m", "b", "p", "f", "v"])
def test_a_lip_consonant_too_short_to_show_still_lands_for_two_frames(sign: str) -> None:
    spoken = mouth(said(("a", 5), (sign, 0.4), ("a", 5)))
    wanted = visemes_of(sign)[0]
    assert (wanted, 2) in runs(spoken.shapes)


def test_a_vowel_leads_its_sound_by_one_frame() -> None:
    spoken = mouth(said(("s", 6), ("'a", 6)))
    assert spoken.shapes[spoken.lead + 5] == "AI"
    assert spoken.shapes[spoken.lead + 4] == "SD"


def test_a_vowel_does_not_lead_when_the_consonant_would_be_left_under_two_frames() -> None:
    spoken = mouth(said(("a", 5), ("s", 2), ("i", 5)))
    assert ("SD", 2) in runs(spoken.shapes)


def test_a_dropped_consonant_still_narrows_the_mouth() -> None:
    with_t = mouth(said(("a", 6), ("t", 0.8), ("a", 6)))
    without = mouth(said(("a", 6), ("a", 0.8), ("a", 6)))
    assert "SD" not in with_t.shapes[with_t.lead : -1]
    middle = with_t.lead + 6
    assert min(with_t.height[middle - 1 : middle + 2]) < min(without.height[middle - 1 : middle + 2]) - 0.1


def test_the_mouth_rests_in_a_pause() -> None:
    spoken = mouth(said(("a", 6), ("a", 6), gap_after={0: 10}))
    assert set(spoken.shapes[spoken.lead + 7 : spoken.lead + 14]) == {"rest"}


def test_the_mouth_opens_from_rest_through_a_small_shape() -> None:
    spoken = mouth(said(("a", 8)))
    assert spoken.shapes[:3] == ("SD", "AI", "AI")
    assert spoken.height[0] == pytest.approx(0.6)


def test_speech_without_phonemes_keeps_the_mouth_shut_and_says_so(tmp_path: Path) -> None:
    audio = MediaRef(digest="0" * 64, media_type="audio/wav", size=1)
    engine = Visemes()
    result = engine.run([LipsyncRequest(speech=Speech(audio=audio, samples=48000), fps=24)], StoreDesk(Store(tmp_path)))[0]
    assert isinstance(result, Mouth)
    assert set(result.shapes) == {"rest"}
    assert result.degraded


def test_a_syllable_between_two_closures_is_seen_to_open() -> None:
    spoken = mouth(said(("m", 1.8), ("'aI", 2), ("m", 2.4), ("V", 3)))
    assert [shape for shape, _ in runs(spoken.shapes)][1:4] == ["MBP", "AI", "MBP"]


def test_an_open_mouth_closes_in_the_last_frame_of_the_line() -> None:
    spoken = mouth(said(("s", 3), ("'a", 8)))
    assert spoken.shapes[-2:] == ("AI", "SD")


def test_two_big_open_shapes_pass_through_e_and_never_through_closed_lips() -> None:
    spoken = mouth(said(("a", 6), ("o", 6)))
    inner = [shape for shape, _ in runs(spoken.shapes[spoken.lead : -1])]
    assert inner == ["AI", "E", "O"]


def test_a_stressed_vowel_opens_further_than_an_unstressed_one() -> None:
    stressed, plain = mouth(said(("s", 4), ("'a", 6))), mouth(said(("s", 4), ("a", 6)))
    assert max(stressed.height) > max(plain.height)


def test_a_shout_opens_further_and_a_whisper_less() -> None:
    line = said(("s", 4), ("a", 6), ("s", 4))
    whisper, spoken, shout = (mouth(line, loudness=loudness) for loudness in (0.2, 1.0, 1.8))
    assert sum(whisper.height) < sum(spoken.height) < sum(shout.height)


def test_sorrow_narrows_the_mouth_and_flattens_closed_lips() -> None:
    line = said(("m", 4), ("a", 6), ("m", 4))
    glad, sad = mouth(line, emotion="happy"), mouth(line, emotion="sad")
    assert sum(sad.width) < sum(glad.width)
    closed = sad.shapes.index("MBP")
    assert sad.height[closed] < glad.height[closed]


def test_a_long_vowel_falls_towards_its_end() -> None:
    spoken = mouth(said(("s", 4), ("'a", 12), ("s", 4)))
    vowel = [height for shape, height in zip(spoken.shapes, spoken.height, strict=True) if shape == "AI"]
    assert vowel[-3] < vowel[2]


def test_a_consonant_rounds_before_a_rounded_vowel() -> None:
    spoken = mouth(said(("a", 5), ("S", 6), ("u:", 5)))
    assert [shape for shape, _ in runs(spoken.shapes[spoken.lead : -1])] == ["AI", "SD", "UW"]
    first_round = spoken.shapes.index("UW")
    assert first_round < spoken.lead + 11 - 1


def test_stresses_and_breaths_are_told_in_frames_of_the_speech() -> None:
    spoken = mouth(said(("s", 3), ("'a", 5), ("t", 2), ("'i", 5), gap_after={1: 8}))
    assert spoken.stresses == (3, 18)
    assert spoken.phrases == ((0, 8), (16, 23))


@pytest.mark.parametrize(
    ("sign", "viseme"),
    [
        ("'eI", ("E",)),
        ("ph", ("MBP",)),
        ("tS;", ("SD",)),
        ("d#", ("SD",)),
        ("_j", ("SD",)),
        ("t_s\\", ("SD",)),
        ("iA", ("E", "AI")),
        ("uai", ("UW", "E")),
        ("Au", ("AI", "UW")),
        ("m̩", ("MBP",)),
        ("", ("SD",)),
    ],
)
def test_signs_outside_the_table_are_understood(sign: str, viseme: tuple[str, ...]) -> None:
    assert visemes_of(sign) == viseme


@pytest.mark.parametrize(
    ("voice", "language", "text"),
    [
        ("en-us-claire", "en", "Bob, my mother, makes five famous big blueberry pies. Wow, people love them!"),
        ("hi-baba-harish", "hi", "बारिश रुक गई है, और बच्चे नदी की ओर दौड़ रहे हैं। क्या हम साथ चलें?"),
        ("cmn-yating", "zh", "雨停了,孩子们正跑向河边。我们一起去吧?"),
    ],
)
def test_the_mouth_of_real_speech_moves_with_it_within_one_frame(tmp_path: Path, voice: str, language: str, text: str) -> None:
    desk = StoreDesk(Store(tmp_path))
    speaker = EspeakVoice()
    speaker.load()
    speech = speaker.run([SpeakRequest(text=text, language=language, voice=VoiceChoice(voice=voice), seed=3)], desk)[0]
    assert isinstance(speech, Speech)
    spoken = Visemes().run([LipsyncRequest(speech=speech, fps=24)], desk)[0]
    assert isinstance(spoken, Mouth)
    data = desk.path(speech.audio).read_bytes()
    sound = np.frombuffer(data[data.index(b"data") + 8 :], "<f4")
    frames = len(spoken.shapes) - spoken.lead
    level = np.sqrt(np.mean(np.square(np.pad(sound, (0, frames * FRAME - len(sound))).reshape(frames, FRAME)), axis=1))
    opening = np.array([_open(shape, height) for shape, height in zip(spoken.shapes, spoken.height, strict=True)])[spoken.lead :]
    # The opening follows the level of the sound best when it is neither late nor more than a frame early.
    likeness = {lag: np.corrcoef(opening[4 + lag : frames - 4 + lag], level[4 : frames - 4])[0, 1] for lag in range(-4, 5)}
    assert max(likeness, key=lambda lag: likeness[lag]) in (-1, 0)
    assert likeness[0] > 0.45
    # Every pause that can be heard is seen.
    for (_, end), (start, _) in pairwise(spoken.phrases):
        assert "rest" in spoken.shapes[spoken.lead + end - 1 : spoken.lead + start + 1]
    # Every closure is within one frame of its sound.
    for phoneme in speech.phonemes:
        shape = visemes_of(phoneme.sign)[0]
        if shape in ("MBP", "FV"):
            near = [abs(frame - spoken.lead - phoneme.start / FRAME) for frame, seen in enumerate(spoken.shapes) if seen == shape]
            assert min(near) <= 1


def _open(shape: str, height: float) -> float:
    return 0.0 if shape == "rest" else load_table().visemes[shape].open * height


SIGNS = sorted(load_table().signs)
SOUNDS = st.lists(
    st.tuples(st.sampled_from(SIGNS), st.integers(240, 14000), st.booleans(), st.sampled_from([0, 0, 0, 300, 9000, 24000])), max_size=40
)


def spelled(sounds: list[tuple[str, int, bool, int]]) -> tuple[Phoneme, ...]:
    at, found = 0, []
    for sign, length, stressed, gap in sounds:
        found.append(Phoneme(sign=sign, start=at, end=at + length, stressed=stressed))
        at += length + gap
    return tuple(found)


@given(SOUNDS, st.sampled_from([12, 24, 25, 30, 60]))
def test_every_frame_has_a_shape_a_width_and_a_height_within_limits(sounds: list[tuple[str, int, bool, int]], fps: int) -> None:
    phonemes = spelled(sounds)
    spoken = mouth(phonemes, fps)
    samples = phonemes[-1].end if phonemes else 0
    assert len(spoken.shapes) == len(spoken.width) == len(spoken.height) == spoken.lead + -(-samples * fps // 48000)
    assert all(0.3 <= height <= 1.22 for height in spoken.height)
    assert all(0.8 <= width <= 1.25 for width in spoken.width)


@given(SOUNDS, st.sampled_from([24, 25, 30, 60]))
def test_no_shape_flickers(sounds: list[tuple[str, int, bool, int]], fps: int) -> None:
    spoken = mouth(spelled(sounds), fps)
    held = runs(spoken.shapes)
    inner = [(shape, count) for index, (shape, count) in enumerate(held) if 0 < index < len(held) - 1 and shape != "rest"]
    beside_rest = {index for index, (shape, _) in enumerate(held) if shape == "rest" for index in (index - 1, index + 1)}
    short = [
        (shape, count) for index, (shape, count) in enumerate(held) if count < 2 and index not in beside_rest and 0 < index < len(held) - 1
    ]
    assert not short, (inner, held)


@given(SOUNDS)
def test_every_lip_consonant_is_seen_within_a_frame_of_its_sound(sounds: list[tuple[str, int, bool, int]]) -> None:
    # Slow enough for lips: two closures that cannot both be shown in the time are nobody's fault.
    slow = [(sign, max(length, 3 * FRAME), stressed, gap) for sign, length, stressed, gap in sounds]
    phonemes = spelled(slow)
    spoken = mouth(phonemes)
    for phoneme in phonemes:
        shapes = visemes_of(phoneme.sign)
        if shapes[0] not in ("MBP", "FV"):
            continue
        frame = spoken.lead + phoneme.start // FRAME
        assert shapes[0] in spoken.shapes[max(0, frame - 1) : frame + 2]
