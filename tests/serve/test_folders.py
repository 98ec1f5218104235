"""The folder of a Ray of one's own ends with it; what a killed studio left goes when the next starts, and nothing else does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from filmstudio.serve.folders import ray_folder

HOLDER = "from filmstudio.serve.folders import ray_folder\nwith ray_folder() as folder: print(folder, flush=True); input()"


def test_what_a_killed_studio_left_goes_with_the_next_and_what_is_held_stays() -> None:
    killed, running = (subprocess.Popen([sys.executable, "-c", HOLDER], stdin=-1, stdout=-1, text=True) for _ in range(2))
    assert killed.stdout is not None and running.stdout is not None
    left, held = Path(killed.stdout.readline().strip()), Path(running.stdout.readline().strip())
    killed.kill()
    killed.wait()
    assert left.is_dir()
    with ray_folder() as mine:
        assert not left.exists()
        assert held.is_dir() and mine.is_dir()
    assert not mine.exists()
    running.communicate("\n", timeout=20)
    assert not held.exists()


def test_a_planted_link_leads_nowhere(tmp_path: Path) -> None:
    with ray_folder() as mine:
        base = mine.parent
    mark = tmp_path / "held"
    mark.touch()
    link = base / f"studio-ray-{tmp_path.name}"
    link.symlink_to(tmp_path)
    try:
        with ray_folder():
            assert mark.exists() and link.is_symlink()
    finally:
        link.unlink()
