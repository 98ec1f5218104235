"""What is read aloud of a written line, and how it divides into phrases."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmstudio.plugins.voice.alignment import written_words
from filmstudio.plugins.voice.kana import in_kana
from filmstudio.plugins.voice.languages import runs, sanskrit_in_kannada
from filmstudio.plugins.voice.phrases import phrases
from filmstudio.plugins.voice.reading import read_aloud
from filmstudio.plugins.voice.wording import written


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("en", "Mr. Smith met Dr. Jones.", "mister Smith met doctor Jones."),
        ("en", "It costs $1,200.50!", "It costs 12 hundred dollars 50!"),
        ("en", "£1 at 10:05, 9:00 and 18:30", "1 pound at 10 oh 5, 9 o'clock and 18 30"),
        ("en", "Since 1999 or 1905, not 2004.", "Since 19 99 or 19 oh 5, not 2004."),
        ("en", "No. I ate No. 7.", "No. I ate number 7."),
        ("en", "Nooooo! Henry III", "No! Henry III"),
        ("en", "Ph.D. at 3 a.m. today", "P H D. at 3 a.m. today"),
        ("en", "https://www.example.com/a?b", "example dot com"),
        ("en", "WE ARE GOING HOME", "we are going home"),
        ("en", "NATO is here", "NATO is here"),
        ("hi", "डॉ. शर्मा १२ बजे", "डॉक्टर शर्मा 12 बजे"),
        ("de", "z. B. Dr. Müller", "zum Beispiel Doktor Müller"),
        ("de", "Am 3. Mai oder 21. Dezember.", "Am dritten Mai oder einundzwanzigsten Dezember."),
        ("fr", "M. Martin", "monsieur Martin"),
        ("el", "Τι κάνεις; Καλά.", "Τι κάνεις? Καλά."),
    ],
)
def test_text_is_said_as_a_reader_would(language: str, text: str, said: str) -> None:
    assert " ".join(read_aloud(text, language).text.split()) == said


@pytest.mark.parametrize(
    ("text", "parts", "pauses"),
    [
        ("Yes, I do. Do you?", ["Yes", "I do", "Do you"], [0.20, 0.48, 0.46]),
        ("Well… no", ["Well", "no"], [0.70, 0.0]),
        ("“Go!” she said", ["Go", "she said"], [0.42, 0.0]),
        ("It is 3.14 at 3,50", ["It is 3.14 at 3,50"], [0.0]),
        ("Wait -- what?!", ["Wait", "what"], [0.34, 0.46]),
        ("Den 3. mai. Ja", ["Den 3. mai", "Ja"], [0.48, 0.0]),
        ("...and then", ["and then"], [0.0]),
        ("雨停了，走吧。", ["雨停了", "走吧"], [0.20, 0.48]),
        ("रुको। चलें?", ["रुको", "चलें"], [0.48, 0.46]),
        ("توقف، هل؟", ["توقف", "هل"], [0.20, 0.46]),
    ],
)
def test_phrases_end_at_marks_with_their_pauses(text: str, parts: list[str], pauses: list[float]) -> None:
    found = phrases(read_aloud(text, "en"))
    assert [phrase.wording.text for phrase in found] == parts
    assert [phrase.pause for phrase in found] == pauses


def test_a_question_keeps_its_tune_though_it_also_calls() -> None:
    assert phrases(read_aloud("What?!", "en"))[0].mark == "?"


def test_japanese_is_read_in_kana_with_particles_as_they_sound() -> None:
    said, complete = in_kana(written("私は東京へ行った"))
    assert complete
    assert said.text == "わたしわ とーきょーえ いった"
    assert said.origin[0] == (0, 1)
    assert said.origin[-1] == (6, 8) or said.origin[-1] == (7, 8)


def test_japanese_counts_people_and_days_in_its_own_words() -> None:
    assert in_kana(written("1人で3月5日"))[0].text.replace(" ", "") == "ひとりで3がついつか"


def test_a_kanji_without_a_reading_is_told() -> None:
    assert in_kana(written("𰻞"))[1] is False


def test_sanskrit_keeps_its_length_in_another_script() -> None:
    words = written("धर्मक्षेत्रे।")
    moved = sanskrit_in_kannada(words)
    assert moved.text == "ಧರ್ಮಕ್ಷೇತ್ರೇ।"
    assert moved.origin == words.origin


def test_a_line_is_cut_where_its_language_cannot_read_on() -> None:
    found = runs(written("She said नमस्ते, 12 times"), "en")
    assert [(run.wording.text, run.language) for run in found] == [("She said ", ""), ("नमस्ते, 12 ", "hi"), ("times", "")]


def test_kanji_in_a_japanese_aside_stay_japanese() -> None:
    assert [run.language for run in runs(written("the ひらがな漢字 here"), "en")] == ["", "ja", ""]


TEXT = st.text(alphabet=st.characters(codec="utf-8"), max_size=60) | st.text(
    alphabet=st.sampled_from("aZé 3.,!?—…'\"-()$:नम्雨が،؟ا\u0301\u200d😀"), max_size=60
)


@given(TEXT, st.sampled_from(["en", "hi", "de", "ar", "el", "fr"]))
def test_every_spoken_character_stands_for_written_ones_in_order(text: str, language: str) -> None:
    said = read_aloud(text, language)
    assert len(said.text) == len(said.origin)
    assert all(0 <= first < last <= len(text) for first, last in said.origin)
    assert [first for first, _ in said.origin] == sorted(first for first, _ in said.origin)


@given(TEXT)
def test_runs_of_a_line_join_to_the_whole_line(text: str) -> None:
    said = written(text)
    assert "".join(run.wording.text for run in runs(said, "en")) == said.text


@given(TEXT)
def test_written_words_are_apart_and_in_order(text: str) -> None:
    found = written_words(text)
    assert all(a < b for a, b in found)
    assert all(one[1] <= two[0] for one, two in pairwise(found))
