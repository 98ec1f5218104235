"""The benchmark measures what it says: the film it makes, how it shares the floor, what it copies, what it prints."""

from __future__ import annotations

import dataclasses
import json
import wave
from collections import Counter
from fractions import Fraction
from pathlib import Path

import av
import cv2
import film as bench
import numpy as np
import pytest
from filmbench.delivered import makings_of
from filmbench.floor import encoding_floor, segments_of, share_out
from filmbench.machine import this_machine
from filmbench.moviepy_assets import Assets, Layer, Piece, Sound, matte, prepare, spans_of
from filmbench.moviepy_film import Stretch, compose, score
from filmbench.pictures import picture_cpu_seconds
from filmbench.renders import prime_pack, repeated
from hypothesis import given
from hypothesis import strategies as st

from filmstudio.app import Studio, Wishes
from filmstudio.core.estimate import film_seconds
from filmstudio.core.film import Film
from filmstudio.core.options import RenderOptions
from filmstudio.core.planner import plan
from filmstudio.core.store import Store, Take
from filmstudio.plugins.backdrop.camera import Size
from filmstudio.plugins.picture.canvas import Cel
from filmstudio.plugins.picture.encode import segment

KEYS = (
    "seconds", "realtime_factor", "floor_seconds", "floor_ratio", "picture_ratio", "peak_rss_mb",
    "moviepy_ratio", "moviepy_seconds", "moviepy_tuned_ratio", "moviepy_tuned_seconds", "cold_seconds",
)  # fmt: skip


@pytest.fixture(scope="module")
def minute(tmp_path_factory: pytest.TempPathFactory) -> Film:
    studio = Studio(tmp_path_factory.mktemp("cache"))
    screenplay, problems = studio.read(bench.SCRIPT)
    assert not problems
    return studio.develop(screenplay, Wishes(), RenderOptions())


def test_the_film_has_what_a_film_has(minute: Film) -> None:
    """A minute even without being stretched, two people who talk, near and far, still and moving, on two stages."""
    sizes = Counter(shot.size for _, shot in minute.shots())
    assert 50 <= film_seconds(minute) <= 70
    assert len(minute.characters) == 2
    assert sizes["close"] >= 3 and sizes["wide"] >= 1 and sizes["two"] >= 1
    assert any(shot.camera.end for _, shot in minute.shots())
    assert len({scene.set.stage for scene in minute.scenes}) == 2
    assert not [remark for remark in minute.remarks if remark.degraded]


def test_a_repeated_film_finds_nothing_of_its_own_in_the_cache(minute: Film) -> None:
    thrice = repeated(minute.model_copy(update={"target": Fraction(60)}), 3)
    assert thrice.target == 180
    assert len(thrice.scenes) == 3 * len(minute.scenes)
    graph = plan(thrice, RenderOptions())
    drawn = [json.dumps(str(task.request)) for task in graph.tasks.values() if task.role in ("picture", "voice", "music")]
    assert len(drawn) == len(set(drawn))


def test_a_primed_store_holds_the_pack_and_nothing_else(tmp_path: Path) -> None:
    full = Store(tmp_path / "full")
    for digest, role in (("1" * 64, "backdrop"), ("2" * 64, "portrait"), ("3" * 64, "voice")):
        media = full.put_bytes(role.encode(), "application/octet-stream")
        full.commit(Take(digest=digest, role=role, engine="e", version="1", result=None, media=(media,), seconds=0))
    assert prime_pack(full.root, tmp_path / "primed") == 2
    primed = Store(tmp_path / "primed")
    assert primed.take("1" * 64) and primed.take("2" * 64)
    assert primed.take("3" * 64) is None
    assert primed.usage().media == 2


@pytest.mark.parametrize("workers", [1, 2, 3, 7])
def test_the_floor_shares_every_segment_once_and_evenly(workers: int) -> None:
    spans = [(0, 120), (120, 130), (130, 250), (250, 310), (310, 400)]
    shares = share_out(spans, workers)
    assert len(shares) == workers
    assert sorted(span for share in shares for span in share) == spans
    loads = [sum(last - first for first, last in share) for share in shares]
    assert max(loads) - min(loads) <= 120


def test_the_floor_encodes_the_segments_of_the_film(tmp_path: Path) -> None:
    with segment(tmp_path / "film.mp4", 64, 64, 24, "standard") as encoder:
        for number in range(9):
            encoder.frame.y[:, :64] = 20 * number
            encoder.send()
    assert segments_of(tmp_path / "film.mp4") == [(0, 9)]
    floor = encoding_floor(tmp_path / "film.mp4", tmp_path, 1)
    assert (floor.frames, floor.segments) == (9, 1)
    assert floor.seconds > 0 and floor.cpu_seconds > 0


def test_a_stretch_is_scaled_to_the_film_but_for_what_a_film_takes_once() -> None:
    assert Stretch(seconds=30, film_seconds=6).for_length(60) == 300
    assert Stretch(seconds=30, film_seconds=6, once_seconds=4).for_length(60) == 304


@given(st.lists(st.integers(1, 400), min_size=1, max_size=30), st.integers(1, 2000))
def test_a_stretch_has_a_part_of_every_shot(lengths: list[int], wanted: int) -> None:
    spans = spans_of([(length, 0, 0) for length in lengths], wanted)
    assert all(0 <= first < last <= length for (first, last), length in zip(spans, lengths, strict=True))
    share = min(1, wanted / sum(lengths))
    for (first, last), length in zip(spans, lengths, strict=True):
        assert abs(last - first - share * length) <= 1 or last - first == 1


def test_a_stretch_fades_no_more_than_its_film() -> None:
    (first, last), _, (late, end) = spans_of([(90, 20, 0), (300, 0, 0), (90, 0, 30)], 48)
    assert (first, last) == (18, 27), "2 of 9 frames fade, as 20 of 90 do"
    assert (late, end) == (54, 63), "3 of 9 frames fade, as 30 of 90 do"


def test_a_layer_is_found_by_what_shines_through_it() -> None:
    """A half-clear grey over everything: its grey, and half an alpha, whatever lies below."""
    cel = Cel.blank(64, 64)
    cel.luma[:], cel.clear[:], cel.blue[:], cel.red[:], cel.clear_half[:] = 63, 127, 64, 64, 127
    image = matte(cel.lay, Size(64, 64))
    grey = (63 * 255 / 128 - 16) / 219 * 255
    assert np.abs(image[8:-8, 8:-8].astype(float) - [grey, grey, grey, 128]).max() <= 2


def test_moviepy_makes_the_pieces_it_is_given(tmp_path: Path) -> None:
    """Two shots: a figure drawn twice before a still ground, and a plane that a moving camera shifts."""
    pytest.importorskip("moviepy")

    def image(name: str, colour: tuple[int, ...], width: int = 64) -> Path:
        cv2.imwrite(str(tmp_path / name), np.full((64, width, len(colour)), colour, np.uint8))
        return tmp_path / name

    corner = ((1.0, 0.0, 0.0),)
    grey, dark = image("grey.png", (128, 128, 128)), image("dark.png", (40, 40, 40), width=128)
    figures = image("one.png", (255, 255, 255, 255), width=16), image("two.png", (0, 0, 0, 255), width=16)
    still = Piece((Layer((grey,), corner), Layer(figures, ((1.0, 24.0, 0.0),), first=4, held=(2, 2))), 20, (4, 8), grounded=True)
    shifts = tuple((1.0, -8.0 * number, 0.0) for number in range(4))
    moving = Piece((Layer((grey,), corner), Layer((dark,), tuple((g, x + 48, y) for g, x, y in shifts))), 4, (0, 4), grounded=False)
    with wave.open(str(tmp_path / "line.wav"), "wb") as sound:
        sound.setparams((1, 2, 48_000, 48_000, "NONE", ""))
        sound.writeframes(bytes(96_000))
    speech = Sound(tmp_path / "line.wav", 0.1)
    pieces = still, moving
    assets = Assets(pieces, pieces, (speech,), (speech,), (speech,), 1.0, (64, 64), 24)
    stretch = compose(pieces, assets, tmp_path / "film.mp4")
    assert stretch.film_seconds == pytest.approx(8 / 24) and stretch.seconds > 0 and stretch.once_seconds > 0
    assert score(assets, tmp_path / "film.m4a") > 0
    assert (tmp_path / "film.m4a").stat().st_size
    with av.open(str(tmp_path / "film.mp4")) as container:
        frames = [frame.to_ndarray(format="gray").astype(int) for frame in container.decode(video=0)]
    assert len(frames) == 8
    figure, right = [frame[32, 32] for frame in frames], [frame[32, 60] for frame in frames]
    assert min(figure[:2]) > 220 and max(figure[2:4]) < 40, "drawings are exchanged at their frame"
    assert min(right[:4]) > 100 and max(right[4:]) < 70, "the cut is at its frame"
    edges = [int(np.argmax(frame[32] < 85)) for frame in frames[4:]]
    assert all(abs(edge - (48 - 8 * number)) <= 2 for number, edge in enumerate(edges)), "the plane follows the camera"


SHORT = b"""Title: Short

INT. CAFE - DAY

LENA
It rains.
"""


@pytest.mark.slow
def test_a_film_is_taken_apart_as_it_was_composed(tmp_path: Path, shared_cache: Path) -> None:
    """Layer by layer every plane is a clip of its own, whatever the camera does; tuned, a still shot has few layers on a ground."""
    (tmp_path / "short.fountain").write_bytes(SHORT)
    studio, options = Studio(shared_cache), RenderOptions(size="480p", preset="draft")
    film = studio.develop(studio.read(tmp_path / "short.fountain")[0], Wishes(), options)
    report = studio.render(film, options, tmp_path / "film", workers=2).report
    assert sum(request.timing.frames for request in makings_of(tmp_path / "film", shared_cache).segments() if not request.part) == (
        report.film.frames
    )
    assets = prepare(tmp_path / "film", shared_cache, tmp_path / "assets", 0.5)
    shots = [shot for _, shot in film.shots()]
    staged = [
        (shot, layered, tuned) for shot, layered, tuned in zip(shots, assets.pieces, assets.tuned, strict=True) if len(layered.layers) > 3
    ]
    assert staged
    for shot, layered, tuned in staged:
        assert layered.span == tuned.span and not layered.grounded
        if shot.camera.end is None:
            assert len(layered.layers) > len(tuned.layers) and tuned.grounded
        else:
            assert layered == tuned
    assert picture_cpu_seconds(tmp_path / "film", shared_cache, 2) > 0


def test_the_figures_are_printed_under_their_names() -> None:
    figures = bench.Figures(
        seconds=20, realtime_factor=3, floor_seconds=15, floor_ratio=1.33, peak_rss_mb=900, moviepy_ratio=16, moviepy_tuned_ratio=11.5,
        cold_seconds=33, cold_realtime_factor=1.8, cpu_seconds=39, floor_cpu_seconds=30, cpu_ratio=1.3,
        picture_cpu_seconds=33, picture_ratio=1.1,
        duration=60, frames=1440, segments=20, identical=True, verdict="passed", moviepy_seconds=320, moviepy_tuned_seconds=230,
        moviepy_stretch=6, workers=2, machine=this_machine(), load_after=2, memory=bench.Memory(900, 910, 1.01, 190, 600),
    )  # fmt: skip
    assert set(KEYS) | {"memory", "machine"} <= dataclasses.asdict(figures).keys()
    shown = bench.table(figures)
    assert "20.00 s, 3.00x real time" in shown and "1.33x that floor" in shown and "33.0 s of that, drawing and encoding: 1.10x" in shown
    assert "320.0 s (scaled up from 6 s of film): the studio is 16.0x faster" in shown and "230.0 s: the studio is 11.5x faster" in shown
    assert "910 MB for 600 s of film, made in 190 s: 1.01x of 900 MB" in shown
    assert "DIFFERENT" in bench.table(dataclasses.replace(figures, identical=False))
