"""Burnt captions: two lines in every shape of picture, in the face that was asked for, clear of the watermark."""

from __future__ import annotations

import numpy as np
import pytest

from filmstudio.core.requests import BurntCaption, TextStyle
from filmstudio.plugins.picture.cards import Words, words_of

LONG = ("than you have ever in your life seen on an", "evening walk by that wide and silver water")
SHAPES = [(1920, 1080), (854, 480), (480, 854), (720, 1280), (1080, 1080), (480, 480)]


def written(
    lines: tuple[str, ...], style: TextStyle, shape: tuple[int, int], language: str = "en", watermark: str = ""
) -> tuple[Words, ...]:
    captions = [BurntCaption(start=0, end=24, lines=lines)]
    width, height = shape
    return words_of(None, captions, style, watermark, width=width, height=height, fps=24, frames=24, language=language, on_stage=True)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("size", ["small", "medium", "large"])
def test_two_full_lines_stay_two_lines_in_every_picture(shape: tuple[int, int], size: str) -> None:
    style = TextStyle.model_validate({"size": size})
    two, one = written(LONG, style, shape)[0].cel, written(("Agjp",), style, shape)[0].cel
    assert two.width <= shape[0]
    assert two.height < 2.7 * one.height


def test_the_face_that_was_asked_for_is_set() -> None:
    sans, serif = (written(("Agjp",), TextStyle(font=font), (1920, 1080))[0].cel for font in ("sans", "serif"))
    assert (sans.width, sans.height) != (serif.width, serif.height) or not np.array_equal(sans.luma, serif.luma)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("position", ["top", "bottom"])
def test_the_watermark_keeps_clear_of_the_captions(shape: tuple[int, int], position: str) -> None:
    style = TextStyle.model_validate({"size": "large", "position": position, "background": "solid"})
    caption, mark = (
        words.cel for words in written(LONG, style, shape, watermark="A watermark of sixty letters, that is as long as it may be")
    )
    assert mark.y >= caption.y + caption.height or caption.y >= mark.y + mark.height
