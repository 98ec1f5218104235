"""The plugin that docs/plugins.md shows is a plugin: it is found, it keeps the contract, and it is typed."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from guide import HOME, files_shown


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    folder = tmp_path / "drone"
    folder.mkdir()
    assert {path.name for path in files_shown(HOME / "docs" / "plugins.md", folder)} == {
        "drone_engine.py",
        "drone_plugin.py",
        "pyproject.toml",
        "test_drone.py",
    }
    return folder


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    return subprocess.run([sys.executable, *words], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120)


def test_its_test_passes(plugin: Path) -> None:
    ran = run(plugin, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_drone.py")
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_studio_finds_it_once_it_is_installed(plugin: Path) -> None:
    """Installed means: its entry points are on the path. A wheel would put the same two files there."""
    project = tomllib.loads((plugin / "pyproject.toml").read_text())["project"]
    info = plugin / "filmstudio_drone-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    points = project["entry-points"]["filmstudio"]
    (info / "entry_points.txt").write_text("[filmstudio]\n" + "".join(f"{name} = {value}\n" for name, value in points.items()))
    shown = run(plugin, "-m", "filmstudio", "plugins", "--role", "music", "--json")
    assert shown.returncode == 0, shown.stderr
    assert '"name": "drone"' in shown.stdout and '"plugin": "filmstudio-drone"' in shown.stdout


def test_it_is_as_clean_as_the_studio(plugin: Path) -> None:
    ran = run(plugin, "-m", "ruff", "check", "--config", str(HOME / "pyproject.toml"), "--ignore", "I001,S101,D103", ".")
    assert ran.returncode == 0, ran.stdout
