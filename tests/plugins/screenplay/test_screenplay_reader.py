"""The reader engine: whatever the bytes, a screenplay or problems that say what to do; never an exception."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filmstudio.core.errors import Severity
from filmstudio.core.requests import ReadResult
from filmstudio.plugins.screenplay import filmstudio_engines
from filmstudio.plugins.screenplay.limits import MAX_BYTES
from filmstudio.plugins.screenplay.reader import Reader, read_script


def errors(result: ReadResult) -> list[str]:
    return [problem.message for problem in result.problems if problem.severity is Severity.ERROR]


def test_the_plugin_offers_the_reader() -> None:
    assert list(filmstudio_engines()) == [Reader]
    assert (Reader.role, Reader.name) == ("screenplay", "reader")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b" \n\t\n", "empty"),
        ("\ufeff \n".encode(), "spaces"),
        (b"%PDF-1.7\n...", "PDF"),
        (b"PK\x03\x04rest", "Word"),
        (bytes(range(256)) * 8, "binary"),
        (b"\x00" * 500, "binary"),
        (b"\xff\xfe\x00", "UTF-16"),
    ],
)
def test_what_is_no_script_is_refused_in_words(data: bytes, words: str) -> None:
    result = read_script(data, "x.txt")
    assert result.screenplay is None
    assert words in " ".join(errors(result))
    assert all(problem.remedy for problem in result.problems)


@pytest.mark.parametrize(
    ("name", "script", "form"),
    [
        ("a.md", "Title: Lamp\n\nINT. KITCHEN - NIGHT\n\nASHA\nWho is there?\n", "fountain"),
        ("a.md", "ASHA: Who is there?\nRAVI: Only me, of course.\n", "dialogue"),
        ("a.fountain", "ASHA\nWho is there?\n", "fountain"),
        ("a.txt", "“Who is there?” asked Asha.\n\n“Only me, of course,” said Ravi.\n", "prose"),
    ],
)
def test_a_script_that_stands_in_a_fence_is_the_script(name: str, script: str, form: str) -> None:
    plain, fenced = read_script(script.encode(), name).screenplay, read_script(f"```text\n{script}```\n".encode(), name).screenplay
    assert plain is not None and fenced is not None and fenced.form == form
    assert fenced.title == plain.title
    assert [(each.kind, each.text, each.line - 1) for each in fenced.elements if each.kind != "heading"] == [
        (each.kind, each.text, each.line) for each in plain.elements if each.kind != "heading"
    ]


def test_a_script_that_is_too_long_is_told_with_both_figures() -> None:
    result = read_script(("word " * 100_000).encode(), "long.fountain")
    assert result.screenplay is None
    assert errors(result) == ["The script has 100,000 words; the limit is 25,000."]
    assert "4,000,000" in errors(read_script(b"a" * (MAX_BYTES + 1)))[0]


def test_absurd_lines_are_told_before_work() -> None:
    result = read_script(b"INT. A - DAY\n\n" + b"[[" * 20_000 + b"\n", "x.fountain")
    assert [(problem.line, problem.message) for problem in result.problems] == [(3, "This line has 40,000 letters; the limit is 20,000.")]
    assert "400,000" in errors(read_script(b"aaaaaaaaa bbbbbbbbbbbbbbbbbbbbbbbbbbbbb\n" * 12_000, "x.txt"))[0]


def test_damaged_utf8_is_told_with_line_and_column() -> None:
    result = read_script("INT. घर - रात\n\nआशा बैठी है।\n".encode() + b"xy\xff\n" + "आशा रोती है।".encode())
    assert result.screenplay is None
    assert [(problem.line, problem.column) for problem in result.problems] == [(4, 3)]


def test_nuls_are_removed_and_told() -> None:
    result = read_script(b"INT. HOUSE - DAY\n\nA do\x00or.\n\nASHA\nHi.", "x.fountain")
    assert result.screenplay is not None
    assert result.screenplay.elements[1].text == "A door."
    assert [(problem.line, problem.column, problem.severity) for problem in result.problems] == [(3, 5, Severity.WARNING)]


def test_a_silent_film_is_legal_and_told() -> None:
    result = read_script(b"INT. HOUSE - DAY\n\nAsha sits.", "x.fountain")
    assert result.screenplay is not None
    assert ["silent" in problem.message for problem in result.problems] == [True]


def test_a_script_without_headings_is_told() -> None:
    result = read_script(b"ASHA\nHi.\n\nRAVI\nHo.", "x.fountain")
    assert result.screenplay is not None
    assert ["no scene heading" in problem.message for problem in result.problems] == [True]


def test_two_scenes_with_one_number_are_told_and_kept() -> None:
    numbers = ("2", "2a", "2A", "2", "2")
    scenes = [f"INT. PLACE {at} - DAY #{number}#\n\nASHA\nHm." for at, number in enumerate(numbers)]
    result = read_script("\n\n".join(scenes).encode(), "x.fountain")
    assert result.screenplay is not None
    assert [element.scene_number for element in result.screenplay.elements if element.kind == "heading"] == list(numbers)
    assert [(problem.line, problem.severity, problem.message) for problem in result.problems] == [
        (11, Severity.WARNING, "2 scenes have the number 2A: lines 6 and 11."),
        (16, Severity.WARNING, "3 scenes have the number 2: lines 1, 16 and 21."),
    ]
    many = read_script(b"INT. A - DAY #7#\n\nRain.\n\n" * 500, "x.fountain")
    assert "500 scenes have the number 7: lines 1, 5, 9, 13, 17 and others." in [problem.message for problem in many.problems]


def test_notes_alone_are_nothing_to_film() -> None:
    assert "nothing to film" in errors(read_script(b"[[only a note]]\n", "x.fountain"))[0]


def test_emoji_alone_make_a_silent_film() -> None:
    result = read_script("😀🎉".encode(), "x.fountain")
    assert result.screenplay is not None
    assert not errors(result)


def test_names_are_only_text() -> None:
    result = read_script(b"INT. HOUSE - DAY\n\n@../../etc/passwd\nHi.\n\n@$(rm -rf)\nHo.", "../../etc/passwd")
    assert result.screenplay is not None
    assert [element.text for element in result.screenplay.elements if element.kind == "character"] == ["../../etc/passwd", "$"]
    assert result.screenplay.title == "Passwd"


def test_all_problems_come_at_once_errors_first() -> None:
    text = f"INT. HOUSE - DAY\n\nA [[ b.\n\n@{'x' * 100}\nHi.\n\n@{'y' * 100}\nHo."
    result = read_script(text.encode(), "x.fountain")
    assert [(problem.line, problem.severity) for problem in result.problems] == [
        (5, Severity.ERROR),
        (8, Severity.ERROR),
        (3, Severity.WARNING),
    ]


@pytest.mark.parametrize(
    ("name", "data", "title"),
    [
        ("x.fountain", "Title: **The Lamp**\n\nINT. A - DAY\n\nHi there.", "**The Lamp**"),
        ("the-last_lamp.fountain", "INT. A - DAY\n\nHi there.", "The Last Lamp"),
        ("x.fountain", "शीर्षक: दीया\n\nअंदर. घर - रात\n\nआशा बैठी है।", "दीया"),
        ("x.md", "# The Show\n\nMIA: Hi.\n\nSAM: Ho.\n\nMIA: So.", "The Show"),
        ("दीया.txt", "अंदर. घर - रात\n\nआशा बैठी है।", "दीया"),
    ],
)
def test_titles(name: str, data: str, title: str) -> None:
    result = read_script(data.encode(), name)
    assert result.screenplay is not None
    assert result.screenplay.title == title


def test_the_language_is_that_of_the_speech() -> None:
    result = read_script("INT. GHAR - NIGHT\n\nAsha sits by the window.\n\nASHA\nतुम कहाँ थे? मैं यहाँ थी।".encode(), "x.fountain")
    assert result.screenplay is not None
    assert result.screenplay.language == "hi"
    assert read_script(b"Language: sa\n\nINT. A - DAY\n\nA.", "x.fountain").screenplay.language == "sa"  # type: ignore[union-attr]
    assert read_script(b"INT. A - DAY\n\nA.", "x.fountain", language="de").screenplay.language == "de"  # type: ignore[union-attr]


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["auto", "fountain", "fdx", "dialogue", "prose"]))
def test_no_bytes_raise(data: bytes, form: str) -> None:
    result = read_script(data, "x", form)
    assert result.screenplay is not None or errors(result)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200), st.sampled_from(["auto", "fountain", "fdx", "dialogue", "prose"]))
def test_no_text_raises(text: str, form: str) -> None:
    first = read_script(text.encode("utf-8", "replace"), "x.txt", form)
    assert first == read_script(text.encode("utf-8", "replace"), "x.txt", form)
