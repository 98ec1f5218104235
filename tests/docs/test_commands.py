"""Every command line that README and docs show is understood, and those that are quick are run."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parent))

from guide import GUIDES, HOME, Command, commands

from filmstudio.cli.commands import app
from filmstudio.core.finishing import record_json
from filmstudio.core.report import CaptionFacts, FilmFacts, LipsyncFacts, LoudnessFacts, Report, Totals

QUICK = {"plan", "plugins", "voices", "inspect", "cache"}
REPORT = Report(
    verdict="passed",
    film=FilmFacts(title="The Last Lamp", duration=60, width=1920, height=1080, fps=24, size=1, frames=1440, audio_offset_ms=0.0),
    loudness=LoudnessFacts(integrated_lufs=-14, true_peak_dbtp=-1.2, target_lufs=-14, ceiling_dbtp=-1),
    captions=CaptionFacts(count=1),
    lipsync=LipsyncFacts(worst_offset_ms=0, moving_in_silence_percent=0, lines=1),
    checks=(),
    tasks=(),
    totals=Totals(seconds=20, realtime_factor=3, cached=0, computed=9, peak_rss_mb=500, workers=2),
)


@pytest.fixture(scope="module")
def line() -> Any:
    """The command line, as a tree of commands."""
    return typer.main.get_command(app)


@pytest.mark.parametrize("command", commands(), ids=str)
def test_a_command_of_the_guides_is_understood(line: Any, command: Command) -> None:
    found, words = line, list(command.words)
    context = found.make_context("studio", ["--help"], resilient_parsing=True)
    while hasattr(found, "get_command") and not words[0].startswith("-"):
        name = words.pop(0)
        found = found.get_command(context, name)
        assert found is not None, f"there is no command {name}"
    found.make_context("studio", words, parent=context)


def test_the_scripts_that_the_guides_name_are_there() -> None:
    named = {word for command in commands() for word in command.words if word.startswith("examples/")}
    assert named
    assert [word for word in sorted(named) if not (HOME / word).is_file()] == []


def test_the_quick_commands_of_the_guides_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder of their own, with the examples and one delivery."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FILMSTUDIO_CACHE", str(tmp_path / "cache"))
    shutil.copytree(HOME / "examples", tmp_path / "examples")
    (tmp_path / "renders" / "the-last-lamp").mkdir(parents=True)
    (tmp_path / "renders" / "the-last-lamp" / "report.json").write_text(record_json(REPORT))
    quick = [command for command in commands() if command.words and command.words[0] in QUICK]
    assert {command.words[0] for command in quick} == QUICK
    for command in quick:
        ran = CliRunner().invoke(app, list(command.words))
        assert ran.exit_code == 0, f"{command}: {ran.output}"


def test_help_names_every_command_that_the_guides_use() -> None:
    shown = CliRunner().invoke(app, ["--help"]).output
    for command in commands():
        assert command.words[0] in shown, command


def test_the_benchmark_tells_its_options() -> None:
    ran = subprocess.run([sys.executable, str(HOME / "benchmarks" / "film.py"), "--help"], capture_output=True, text=True, check=False)
    assert ran.returncode == 0
    assert "--memory" in ran.stdout


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: str(path.relative_to(HOME)))
def test_a_guide_leads_nowhere_that_is_not_there(guide: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", guide.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (guide.parent / target).exists(), target
