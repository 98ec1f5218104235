"""Thumbnails: the moment that was asked for, or the nearest to it at which nobody's eyes are shut, and letters that no font has."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from filmstudio.core.requests import Segment, Thumbnail, ThumbnailRequest
from filmstudio.core.store import Store, StoreDesk
from filmstudio.plugins.marketing.thumbnails import KeyMoments
from filmstudio.plugins.picture.encode import segment

FRAMES = 24
DARKEST, STEP = 40, 7
"""Luma of the first frame, and by how much every next one is brighter."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> StoreDesk:
    return StoreDesk(Store(tmp_path_factory.mktemp("store")))


@pytest.fixture(scope="module")
def film(desk: StoreDesk, tmp_path_factory: pytest.TempPathFactory) -> Segment:
    """A segment in which every frame is brighter than the one before."""
    path = tmp_path_factory.mktemp("film") / "segment.mp4"
    with segment(path, 320, 180, 24, "standard") as encoder:
        for number in range(FRAMES):
            encoder.frame.y[:] = DARKEST + STEP * number
            encoder.send()
    return Segment(video=desk.keep(path, "video/mp4"), frames=FRAMES)


@pytest.mark.parametrize(
    ("at", "blinks", "shown"),
    [
        (0.5, (), 12),
        (0.0, (), 0),
        (1.0, (), FRAMES - 1),
        (0.5, (11, 12, 13), 10),
        (0.5, (10, 11, 12, 13), 14),
        (1.0, (22, 23), 21),
        (0.5, tuple(range(FRAMES)), 12),
    ],
)
def test_nobody_blinks_on_a_thumbnail(desk: StoreDesk, film: Segment, at: float, blinks: tuple[int, ...], shown: int) -> None:
    asked = ThumbnailRequest(segment=film.model_copy(update={"blinks": blinks}), at=at, title="Rain", width=320, height=180)
    [thumbnail] = KeyMoments().run([asked], desk)
    assert isinstance(thumbnail, Thumbnail)
    picture = cv2.imdecode(np.fromfile(desk.path(thumbnail.image), np.uint8), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    luma = (float(np.median(picture[2:8, 2:40])) * 219 / 255) + 16
    bright = [DARKEST + STEP * number for number in range(FRAMES)]
    assert int(np.argmin([abs(value - luma) for value in bright])) == shown


def test_letters_of_the_title_that_no_font_has_are_told(desk: StoreDesk, film: Segment) -> None:
    [thumbnail] = KeyMoments().run([ThumbnailRequest(segment=film, title="King 𒀀", width=320, height=180)], desk)
    assert ["U+12000" in note and "the title" in note for note in thumbnail.degraded] == [True]
