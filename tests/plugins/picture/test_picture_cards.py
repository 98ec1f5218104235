"""Cards, whatever is written on them: all of it lies in title safe."""

from __future__ import annotations

import numpy as np
import pytest

from filmstudio.core.film import Card
from filmstudio.plugins.picture.canvas import Frame
from filmstudio.plugins.picture.cards import SAFE_Y, words_of

_BRIGHT = 200
"""Luma that letters have here, and the scrim has not."""
_LONG = (
    "The Extraordinary and Entirely True History of the Lamplighter of the Lower Harbour, and of the Night on Which the Sea Forgot to Turn"
)


@pytest.mark.parametrize(("width", "height"), [(960, 540), (540, 960), (540, 540)])
@pytest.mark.parametrize("style", ["title", "end", "place", "super"])
def test_a_long_title_is_set_smaller_until_it_lies_in_title_safe(style: str, width: int, height: int) -> None:
    long = _letters(Card(lines=(_LONG, "and what came after"), style=style), width, height)
    short = _letters(Card(lines=("Rain", "and what came after"), style=style), width, height)
    edge = SAFE_Y * min(height, width * 1.15) / 1080 - 2
    for rows in (long, short):
        assert rows.size
        assert rows.min() >= edge
        assert rows.max() < height - edge


def test_a_name_of_a_thousand_letters_begins_in_the_picture() -> None:
    rows = _letters(Card(lines=("Q" * 3000,), style="title"), 960, 540)
    assert rows.min() >= SAFE_Y / 2 - 2
    assert rows.max() > 100


def _letters(card: Card, width: int, height: int) -> np.ndarray:
    """Rows of the picture in which letters stand."""
    frame = Frame.blank(width, height)
    words = words_of(
        card, (), None, "", width=width, height=height, fps=24, frames=96, language="en", on_stage=True
    )  # fmt: skip
    for one in words:
        one.lay(48, frame)
    return np.flatnonzero((frame.y > _BRIGHT).any(axis=1))
