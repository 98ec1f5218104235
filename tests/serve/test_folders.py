"""The folder of a Ray of one's own ends with it; what a killed studio left goes when the next starts, and nothing else does."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from filmstudio.serve.folders import ray_folder

HOLDER = "from filmstudio.serve.folders import ray_folder\nwith ray_folder() as folder: print(folder, flush=True); input()"


@pytest.fixture
def base(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A temporary folder with a name short enough to be used."""
    folder = Path(tempfile.mkdtemp(prefix="b", dir="/tmp"))
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    yield folder
    shutil.rmtree(folder)


def test_what_a_killed_studio_left_goes_with_the_next_and_what_is_held_stays(base: Path) -> None:
    where = {**os.environ, "TMPDIR": str(base)}
    killed, running = (subprocess.Popen([sys.executable, "-c", HOLDER], stdin=-1, stdout=-1, text=True, env=where) for _ in range(2))
    assert killed.stdout is not None and running.stdout is not None
    left, held = Path(killed.stdout.readline().strip()), Path(running.stdout.readline().strip())
    killed.kill()
    killed.wait()
    assert left.is_dir() and left.is_relative_to(base)
    with ray_folder() as mine:
        assert not left.parent.exists()
        assert held.is_dir() and mine.is_dir()
    running.communicate("\n", timeout=20)
    assert list(base.iterdir()) == []


def test_nobody_else_may_look_into_it_whatever_ray_does(base: Path) -> None:
    with ray_folder() as mine:
        mine.chmod(0o777)
        assert mine.parent.stat().st_mode & 0o077 == 0


def test_what_others_planted_is_left_alone_and_not_waited_for(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pipe, link, theirs = (base / f"studio-ray-{name}" for name in ("pipe", "link", "theirs"))
    for folder in (pipe, theirs, base / "elsewhere"):
        folder.mkdir()
    os.mkfifo(pipe / "held")
    (base / "elsewhere" / "held").touch()
    link.symlink_to(base / "elsewhere")
    with ray_folder():
        assert (base / "elsewhere" / "held").exists() and link.is_symlink()
    (theirs / "held").touch()
    monkeypatch.setattr("os.getuid", lambda: theirs.stat().st_uid + 1)
    with ray_folder():
        assert theirs.is_dir()
