"""Same script, same bytes: whatever the workers, the cache, or a death in the middle. And an edit makes only what depends on it."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from filmstudio.app import Studio, Wishes
from filmstudio.core.film import Film
from filmstudio.core.options import RenderOptions
from filmstudio.core.report import Report

SCRIPT = """Title: Two Cups

INT. KITCHEN - DAY

MIRA (30), a cook in a green dress, and her son TOBY (7).

MIRA
Good morning, Toby. Did you sleep?

TOBY
I slept like a stone.

EXT. PARK - NIGHT

TOBY
Look, an owl!

MIRA
(whispering)
Do not wake it.
"""
OPTIONS = RenderOptions(size="480p", preset="draft")
COMPARED = (
    "film.mp4",
    "film.json",
    "film.otio",
    "metadata.json",
    "captions.en.srt",
    "captions.en.vtt",
    "captions.en.ass",
    "captions.en.ttml",
    "thumbnail-1.jpg",
)

pytestmark = pytest.mark.slow


def make(script: str, cache: Path, out: Path, workers: int) -> Report:
    path = out.parent / "two-cups.fountain"
    path.write_text(script)
    studio = Studio(cache)
    film = studio.develop(studio.read(path)[0], Wishes(), OPTIONS)
    return studio.render(film, OPTIONS, out, workers=workers).report


def digests(out: Path) -> dict[str, str]:
    return {name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in COMPARED}


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A cache and the delivery made with it, from nothing, by one worker."""
    root = tmp_path_factory.mktemp("original")
    make(SCRIPT, root / "cache", root / "out", workers=1)
    return root / "cache", root / "out"


def test_two_workers_from_nothing_give_the_same_bytes(original: tuple[Path, Path], tmp_path: Path) -> None:
    make(SCRIPT, tmp_path / "cache", tmp_path / "out", workers=2)
    assert digests(tmp_path / "out") == digests(original[1])


def test_a_warm_cache_makes_nothing_and_gives_the_same_bytes(original: tuple[Path, Path], tmp_path: Path) -> None:
    report = make(SCRIPT, original[0], tmp_path / "out", workers=2)
    assert report.totals.computed == 0
    assert digests(tmp_path / "out") == digests(original[1])


def test_a_render_killed_in_the_middle_goes_on_from_its_takes_and_gives_the_same_bytes(original: tuple[Path, Path], tmp_path: Path) -> None:
    script, cache, out = tmp_path / "two-cups.fountain", tmp_path / "cache", tmp_path / "out"
    script.write_text(SCRIPT)
    command = [
        sys.executable, "-m", "filmstudio", "render", str(script), "-o", str(out), "--size", "480p", "--preset", "draft", "--workers", "1",
        "--cache-dir", str(cache),
    ]  # fmt: skip
    running = subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True)
    takes = cache / "takes"
    deadline = time.monotonic() + 120
    while running.poll() is None and time.monotonic() < deadline and sum(1 for _ in takes.rglob("*.json")) < 16:
        time.sleep(0.05)
    assert running.poll() is None, "the render ended before it could be killed"
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    assert not out.exists()
    finished = sum(1 for _ in takes.rglob("*.json"))

    report = make(SCRIPT, cache, out, workers=1)
    assert report.totals.cached >= finished - 4  # four of the takes belong to reading, breakdown, casting and direction
    assert digests(out) == digests(original[1])
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_after_changing_one_line_only_what_depends_on_it_is_made(original: tuple[Path, Path], tmp_path: Path) -> None:
    report = make(SCRIPT.replace("like a stone", "like two stones"), original[0], tmp_path / "out", workers=2)
    computed = {role: 0 for role in ("voice", "picture", "portrait", "backdrop", "music", "mixing", "mastering")}
    for task in report.tasks:
        if not task.cached and task.role in computed:
            computed[task.role] += 1
    assert computed["voice"] == 1
    assert computed["portrait"] == computed["backdrop"] == 0
    assert 1 <= computed["picture"] <= 3
    assert computed["mixing"] == 1
    assert computed["mastering"] == 1


def test_another_seed_is_another_film_with_the_same_words(original: tuple[Path, Path], tmp_path: Path) -> None:
    studio = Studio(original[0])
    path = tmp_path / "two-cups.fountain"
    path.write_text(SCRIPT)
    screenplay, _ = studio.read(path)
    first, other = (studio.develop(screenplay, Wishes(seed=seed), OPTIONS) for seed in (0, 7))
    assert [line.text for line in first.lines()] == [line.text for line in other.lines()]
    assert first.seed != other.seed


def test_a_film_saved_edited_and_loaded_renders_what_was_edited(original: tuple[Path, Path], tmp_path: Path) -> None:
    from filmstudio.app import load_film

    text = (original[1] / "film.json").read_text().replace("Look, an owl!", "Look, two owls!")
    (tmp_path / "film.json").write_text(text)
    film = load_film(tmp_path / "film.json")
    assert isinstance(film, Film)
    report = Studio(original[0]).render(film, OPTIONS, tmp_path / "out", workers=2).report
    assert "two owls" in (tmp_path / "out" / "captions.en.srt").read_text()
    assert report.totals.cached > report.totals.computed
