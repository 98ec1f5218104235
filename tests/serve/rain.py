"""A short film, ordered in two ways: the script with its options, and its render by the command."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = """Title: Rain

INT. KITCHEN - NIGHT

ANNA stands at the window.

ANNA
It rains again.
"""
OPTIONS = {"size": "480p", "preset": "draft", "duration": "5"}
"""As an order has them; the command's have the same names."""
SAME = ("film.mp4", "film.json", "film.otio", "captions.en.srt", "captions.en.vtt", "metadata.json")
"""Files of its delivery that do not depend on where it was made."""


def without_ray() -> dict[str, str]:
    """The environment, but for what Ray or its tests have put there."""
    return {name: value for name, value in os.environ.items() if not name.startswith("RAY_")}


def rendered(folder: Path, name: str, *more: str, cache: Path | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
    """``studio render`` of the script into ``folder/name``, with that cache or one of its own, and these environment variables."""
    (folder / "rain.fountain").write_text(SCRIPT)
    command = [sys.executable, "-m", "filmstudio", "render", str(folder / "rain.fountain")]
    command += [word for option, value in OPTIONS.items() for word in (f"--{option}", value)]
    command += ["-o", str(folder / name), "--cache-dir", str(cache or folder / f"cache-{name}"), *more]
    return subprocess.run(command, capture_output=True, text=True, timeout=170, check=False, env=without_ray() | variables)
