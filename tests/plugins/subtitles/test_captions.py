"""Captions: text equals speech, and the timing rules hold."""

from __future__ import annotations

import unicodedata
from itertools import accumulate, pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filmstudio.core.film import Camera, CameraPose, Film, Line, Scene, Shot, StageSet
from filmstudio.core.requests import CaptionCue, CaptionLine, CaptionRequest, SpokenWord
from filmstudio.core.store import Store, StoreDesk
from filmstudio.plugins.subtitles.aligned import AlignedCaptions
from filmstudio.plugins.subtitles.breaking import break_lines, joined, pieces, split_speech
from filmstudio.plugins.subtitles.rules import length, rules_for, violations
from filmstudio.plugins.timing.pacing import time_film

RATE = 48_000


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> StoreDesk:
    return StoreDesk(Store(Path(tmp_path_factory.mktemp("store"))))


def spoken(text: str, start: int, seconds: float, language: str = "en") -> CaptionLine:
    """A line whose words are spread evenly over its speech."""
    samples = round(seconds * RATE)
    words, position = [], 0
    for word in text.split():
        first = text.index(word, position)
        position = first + len(word)
        words.append(
            SpokenWord(first=first, last=position, start=samples * first // max(1, len(text)), end=samples * position // max(1, len(text)))
        )
    return CaptionLine(line=f"l{start}", text=text, start=start, samples=samples, words=tuple(words), language=language)


def film_of(lines: tuple[Line, ...]) -> Film:
    shot = Shot(id="a", camera=Camera(start=CameraPose(x=960, y=540)), beats=lines)
    return Film(title="T", scenes=(Scene(id="s", number="1", set=StageSet(pack="house", stage="park"), shots=(shot,)),))


def test_a_long_speech_is_divided_at_sentences_and_loses_no_word(desk: StoreDesk) -> None:
    text = (
        "I walked all night along the river, and nobody asked me where I came from. In the morning there was a boat. "
        "The old man in it laughed and said that he had been waiting for me since he was a boy."
    )
    captions = AlignedCaptions().make(CaptionRequest(lines=(spoken(text, 24, 12.0),), frames=400, fps=24), desk)
    assert joined(["".join(cue.lines) for cue in captions.cues]) == joined([text])
    assert captions.violations == ()
    assert captions.cues[0].start == 24
    assert any("".join(cue.lines).endswith("from.") for cue in captions.cues)


def test_a_quick_short_line_stays_long_enough_to_be_read(desk: StoreDesk) -> None:
    captions = AlignedCaptions().make(CaptionRequest(lines=(spoken("No.", 10, 0.3),), frames=100, fps=24), desk)
    assert captions.cues[0].end - captions.cues[0].start >= 20


def test_neighbours_are_two_frames_apart(desk: StoreDesk) -> None:
    lines = (spoken("Where have you been?", 0, 1.0), spoken("Nowhere at all, I swear.", 25, 1.3))
    captions = AlignedCaptions().make(CaptionRequest(lines=lines, frames=100, fps=24), desk)
    assert captions.cues[1].start - captions.cues[0].end >= 2
    assert captions.violations == ()


def test_japanese_lines_hold_sixteen_characters_and_never_begin_with_a_full_stop() -> None:
    text = "雪がふっている。おばあさんは戸をあけて、つめたい風の中に出ていきました。だれもいない道でした。"
    blocks = split_speech(text, rules_for("ja"), 9.0)
    lines = [line for block in blocks for line in break_lines(block, rules_for("ja")) or ()]
    assert joined(blocks) == joined([text])
    assert max(length(line) for line in lines) <= 16
    assert not any(line[0] in "。、ぁっゃゅょー" for line in lines)


def test_devanagari_marks_do_not_count_as_characters() -> None:
    assert length("नमस्ते") < len("नमस्ते")


def test_captions_are_cut_at_the_shots_for_burning_in(desk: StoreDesk) -> None:
    request = CaptionRequest(
        lines=(spoken("A line across a cut.", 40, 1.5),), frames=100, fps=24, shot_spans={"a": (0, 50), "b": (50, 100)}
    )
    captions = AlignedCaptions().make(request, desk)
    assert captions.by_shot["a"][0].start == 40
    assert captions.by_shot["a"][0].end == 50
    assert captions.by_shot["b"][0].start == 0


def test_the_check_catches_planted_faults() -> None:
    planted = (
        CaptionCue(start=0, end=5, lines=("Too short",)),
        CaptionCue(start=6, end=60, lines=("x" * 50,)),
        CaptionCue(start=70, end=400, lines=("one", "two", "three")),
    )
    found = " ".join(violations(planted, "en", 24, 300))
    for words in ("shown for 0.21", "line of 50", "1 frames after", "3 lines", "shown for 13.75", "past the end"):
        assert words in found


@pytest.mark.parametrize(
    ("word", "language", "seconds"),
    [("badorimuko" * 400, "en", 300.0), ("A" * 3000, "en", 0.3), ("-=*" * 1500, "en", 0.01), ("รักษาน้ำ" * 60, "th", 40.0)],
)
def test_a_word_longer_than_a_line_is_cut_where_lines_are_full_and_all_of_it_can_be_read(
    word: str, language: str, seconds: float, desk: StoreDesk
) -> None:
    text = f"Oh, {word} no."
    first = spoken("What is it?", 0, 1.0)
    timed = time_film(film_of((Line(id="l", character="a", text=text, language=language),)), 24, {"l": round(seconds * RATE)})
    line = spoken(text, 60, seconds, language)
    captions = AlignedCaptions().make(CaptionRequest(lines=(first, line), frames=60 + timed.frames, fps=24), desk)
    assert captions.violations == ()
    assert joined(["".join(cue.lines) for cue in captions.cues[1:]]) == joined([text])
    assert captions.cues[0].end < captions.cues[1].start <= 60


def test_no_letter_is_parted_from_its_marks_when_a_word_is_cut() -> None:
    word = "क्षत्रियाणां" * 30
    lines = pieces(word, rules_for("sa"))
    assert "".join(lines) == word and max(map(length, lines)) <= 42
    assert not any(unicodedata.category(line[0]).startswith("M") or line.endswith("्") for line in lines)


WORDS = {
    "th": "ฉัน อยาก กิน ข้าว ผัด กับ เพื่อน ของ ฉัน ที่ ตลาด น้ำ ตอน เช้า วัน อาทิตย์ เพราะ ว่า อากาศ ดี และ มี คน ขาย ดอกไม้ เยอะ มาก",
    "km": "ខ្ញុំ ចង់ ញ៉ាំ បាយ ជាមួយ មិត្តភក្តិ របស់ ខ្ញុំ នៅ ផ្សារ ទឹក នៅ ពេល ព្រឹក ថ្ងៃ អាទិត្យ ព្រោះ អាកាសធាតុ ល្អ",
    "lo": "ຂ້ອຍ ຢາກ ກິນ ເຂົ້າ ກັບ ໝູ່ ຂອງ ຂ້ອຍ ຢູ່ ຕະຫຼາດ ນ້ຳ ໃນ ຕອນ ເຊົ້າ ວັນ ອາທິດ ເພາະ ວ່າ ອາກາດ ດີ ຫຼາຍ",
    "my": "ကျွန်တော် သည် သူငယ်ချင်း နှင့် ထမင်း စား ချင် သည် တနင်္ဂနွေ နေ့ မနက် တွင် ရေ ဈေး သို့ သွား ကြ မည်",
}


@pytest.mark.parametrize("language", sorted(WORDS))
def test_a_script_without_spaces_is_broken_between_words(language: str, desk: StoreDesk) -> None:
    words = WORDS[language].split() * 3
    text, edges = "".join(words), set(accumulate(len(word) for word in words))
    captions = AlignedCaptions().make(CaptionRequest(lines=(spoken(text, 0, 20.0, language),), frames=600, fps=24), desk)
    lines = [line for cue in captions.cues for line in cue.lines]
    assert captions.violations == () and "".join(lines) == text and len(lines) > 4
    assert set(accumulate(len(line) for line in lines)) <= edges


@pytest.mark.parametrize(("syllable", "language"), [("เก้", "th"), ("น้ำ", "th"), ("โตะ", "th"), ("ໄກ່", "lo"), ("ကန့်", "my"), ("ស្ត្រី", "km")])
def test_no_syllable_is_torn_where_a_word_is_longer_than_a_line(syllable: str, language: str) -> None:
    for line in pieces("x" + syllable * 60, rules_for(language)):
        assert not set(line.removeprefix("x").replace(syllable, ""))


@pytest.mark.parametrize(
    "cluster", ["\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f1ee\U0001f1f3", "\U0001f44b\U0001f3fd", "か\u3099"]
)
def test_no_cluster_is_torn(cluster: str) -> None:
    for line in (*pieces(cluster * 60, rules_for("en")), *pieces("字" + cluster * 30, rules_for("ja"))):
        assert not set(line.removeprefix("字").replace(cluster, ""))


@pytest.mark.parametrize(
    ("number", "cut"),
    [
        ("12345678901234567890", "12345678901|234567890"),
        ("12,345,678,901,234,567,890", "12,345,678,|901,234,567,890"),
        ("९" * 9, "९९९|९९९९९९"),
        ("3.14159265358979323846", "3.141592653|58979323846"),
    ],
)
def test_a_number_that_is_spoken_longer_than_a_caption_stays_is_divided_where_its_digits_are_grouped(
    number: str, cut: str, desk: StoreDesk
) -> None:
    line = spoken(f"It cost {number} rupees.", 0, 3.0)
    ends = [0, RATE // 4, RATE // 2, 12 * RATE, 13 * RATE]
    words = tuple(word.model_copy(update={"start": ends[i], "end": ends[i + 1]}) for i, word in enumerate(line.words))
    line = line.model_copy(update={"words": words, "samples": 13 * RATE})
    captions = AlignedCaptions().make(CaptionRequest(lines=(line,), frames=14 * 24, fps=24), desk)
    assert captions.violations == ()
    assert cut in "|".join("".join(cue.lines) for cue in captions.cues)
    assert captions.cues[-1].end >= 13 * 24 and all(after.start - before.end < 24 for before, after in pairwise(captions.cues))


def test_in_thai_a_caption_ends_rather_at_a_space_than_between_two_words() -> None:
    text = "เมื่อวานนี้ฝนตกหนักมาก เราจึงอยู่ที่บ้านและทำอาหารด้วยกัน"
    assert break_lines(text, rules_for("th")) == tuple(text.split())


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.text(st.characters(categories=("L", "M", "N", "P", "Zs")), min_size=1, max_size=180), min_size=1, max_size=5),
    st.sampled_from(["en", "hi", "ja", "ar"]),
)
def test_any_text_survives_captioning(texts: list[str], language: str) -> None:
    rules = rules_for(language)
    for text in texts:
        assert "".join(pieces(text, rules_for("en"))) == text
        blocks = split_speech(text, rules, max(0.5, len(text) / 15))
        assert joined(blocks) == joined([text])
        assert all(len(block) > 0 for block in blocks)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 40), st.integers(0, 30)), min_size=1, max_size=12), st.sampled_from([24, 25, 30]))
def test_ordinary_speech_breaks_no_rule(lines: list[tuple[int, int]], fps: int) -> None:
    """Speech at up to 15 characters a second with a quarter second between lines: what the voices make."""
    made, cursor = [], 0
    for words, pause in lines:
        text = " ".join(["river"] * words) + "."
        seconds = max(0.85, len(text) / 15)
        made.append(spoken(text, cursor, seconds))
        cursor += int(seconds * fps) + 1 + fps // 4 + pause
    store = StoreDesk.__new__(StoreDesk)
    captions = AlignedCaptions().make(CaptionRequest(lines=tuple(made), frames=cursor + fps, fps=fps), store)
    assert captions.violations == ()
