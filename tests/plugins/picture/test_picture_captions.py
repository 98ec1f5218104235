"""Burnt captions: two lines in every shape of picture, in the face that was asked for, clear of the watermark."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from filmstudio.core.requests import BurntCaption, TextStyle
from filmstudio.plugins.lettering import text
from filmstudio.plugins.lettering.text import set_text
from filmstudio.plugins.picture.cards import Words, words_of

LONG = ("than you have ever in your life seen on an", "evening walk by that wide and silver water")
SHAPES = [(1920, 1080), (854, 480), (480, 854), (720, 1280), (1080, 1080), (480, 480)]


def written(
    lines: tuple[str, ...], style: TextStyle, shape: tuple[int, int], language: str = "en", watermark: str = ""
) -> tuple[Words, ...]:
    captions = [BurntCaption(start=0, end=24, lines=lines)]
    width, height = shape
    return words_of(None, captions, style, watermark, width=width, height=height, fps=24, frames=24, language=language, on_stage=True)


TEXTS: list[tuple[str, ...]] = [
    LONG,
    ("ginger than you have ever", "tasted in your whole long life, Tom."),
    ("Tea is ready, and I made it with far more",),
    ("- Where were you on that long night, Tom?", "- By the wide river, with the lamps, Mina."),
    ("WWWWWWWWWW WWWWWWWWWW WWWWWWWWWW WWWWWWWWW", "MMMMMMMMMM MMMMMMMMMM MMMMMMMMMM MMMMMMMMM"),
    ("きつねです。ふもとの村の、赤い", "赤いマフラーのきつねのおかあさん"),
    ("भाई, आज रात नदी पर कितने दीये जल रहे हैं,", "और कितने लोग घर लौटने वाले हैं, बताओ।"),
]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("size", ["small", "large"])
@pytest.mark.parametrize("font", ["sans", "serif"])
def test_a_caption_is_never_wrapped_again_and_keeps_its_words(
    shape: tuple[int, int], size: str, font: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[Sequence[str], dict[str, Any]]] = []

    def watched(lines: Sequence[str], **options: Any) -> Any:
        asked.append((lines, options))
        return set_text(lines, **options)

    monkeypatch.setattr(text, "set_text", watched)
    style = TextStyle.model_validate({"size": size, "font": font})
    for caption in TEXTS:
        written(caption, style, shape)
        lines, options = asked.pop()
        assert len(lines) <= 2
        assert " ".join(lines).split() == " ".join(caption).split()
        free = set_text(lines, **{**options, "max_width_px": 100_000})
        assert set_text(lines, **options).shape == free.shape
        assert free.shape[1] <= shape[0]


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
