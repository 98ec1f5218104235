"""Letters that no font has are told; all that are drawn are not."""

from __future__ import annotations

import pytest

from filmstudio.plugins.lettering.coverage import missing_letters, told_missing


@pytest.mark.parametrize(
    "words",
    [
        "The Last Lamp — “déjà vu…”",
        "नदी का गीत",
        "雪の手紙",
        "التاجر الأمين",
        "한국어",
        "Ночь",
        "e\u0323\u030a n\u200da\u00adb\ufe0f",
        "fun 😀🎉\t\n",
        "\u2067ليل\u2069",
    ],
)
def test_what_is_drawn_or_left_out_is_not_missed(words: str) -> None:
    assert missing_letters(words) == ()


def test_each_letter_without_a_font_is_named_once_with_its_place() -> None:
    assert missing_letters("King 𒀀𒁀𒀀 ᏣᎳᎩ") == ("𒀀", "𒁀", "Ꮳ", "Ꮃ", "Ꭹ")
    (note,) = told_missing("the card", "Gilgamesh 𒀀")
    assert note == "no font of the studio has 𒀀 (U+12000, cuneiform sign a): a box stands for it in the card “Gilgamesh 𒀀”."
    assert told_missing("the card", "Gilgamesh") == ()


def test_many_letters_and_long_places_are_told_shortly() -> None:
    (note,) = told_missing("the caption", "".join(chr(0x12000 + n) for n in range(90)))
    assert "and 85 others" in note
    assert "…" in note and len(note) < 400
