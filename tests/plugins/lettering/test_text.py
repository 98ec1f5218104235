"""Lettering: every script of the studio is drawn, wrapped and never boxed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filmstudio.plugins.lettering.text import set_text


def ink(lines: list[str], **more: object) -> np.ndarray:
    return set_text(lines, size_px=48, max_width_px=1200, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "words",
    [
        "The Last Lamp",
        "नदी का गीत",
        "雪の手紙",
        "التاجر الأمين",
        "சிறு நதி",
        "한국어",
        "বাংলা",
        "Ночь",
        "ไทย",
        "నది",
        "ನದಿ",
        "നദി",
        "નદી",
        "ਨਦੀ",
        "Νύχτα",
        "לילה",
        "简体中文",
        "საქართველო",
        "Հայաստան",
        "ଓଡ଼ିଶା",
        "မြန်မာ",
        "ភាសាខ្មែរ",
        "ພາສາລາວ",
        "བོད་ཡིག",
        "ދިވެހި",
        "አማርኛ",
        "සිංහල",
    ],
)
def test_a_script_is_drawn_with_its_own_letters(words: str) -> None:
    picture = ink([words])
    assert picture.shape[0] > 20
    # Where no font has a letter a box is drawn with its number in it: such boxes are all of one size, real letters are not.
    boxes = ink(["".join(" " if letter == " " else "\ue000" for letter in words)])
    assert max(abs(drawn - box) for drawn, box in zip(picture.shape, boxes.shape, strict=True)) > 2


def test_long_text_is_wrapped_inside_its_width() -> None:
    narrow = set_text(["A river of words that will not fit on one line"], size_px=48, max_width_px=400)
    assert narrow.shape[1] <= 400
    assert narrow.shape[0] > 120


def test_a_word_without_spaces_is_broken() -> None:
    assert set_text(["x" * 400], size_px=48, max_width_px=400).shape[1] <= 400


def test_markup_is_text_and_emoji_leave_no_box() -> None:
    assert ink(["<b>&"]).shape[1] > 60
    assert np.array_equal(ink(["Hello \U0001f600"]), ink(["Hello"]))
    assert ink(["\U0001f600"]).shape == (1, 1, 4)


def test_colours_are_premultiplied_and_the_outline_is_dark() -> None:
    picture = ink(["Night"], color="#FF8000", outline_px=4, weight="bold")
    assert (picture[..., :3] <= picture[..., 3:]).all()
    corner = picture[picture[..., 3] == 255]
    assert {tuple(corner[:, :3].min(axis=0)), tuple(corner[:, :3].max(axis=0))} >= {(255, 128, 24)} or corner[:, 0].max() == 255


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60))
def test_any_text_can_be_set(text: str) -> None:
    picture = set_text([text], size_px=30, max_width_px=300, outline_px=2)
    assert picture.ndim == 3 and picture.shape[2] == 4


def test_a_text_taller_than_a_canvas_can_be_is_set_smaller() -> None:
    assert set_text([f"line {number}" for number in range(400)], size_px=128, max_width_px=1700).shape[0] < 1 << 15
