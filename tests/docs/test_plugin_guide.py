"""The guide to plugins is true: each of its commands is run, in its order, and leads to a plugin that works."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parent))

from guide import HOME

from filmstudio.cli.commands import app

GUIDE = (HOME / "docs" / "plugins.md").read_text(encoding="utf-8")


def commands(pattern: str) -> list[list[str]]:
    return [shlex.split(line)[1:] for line in re.findall(pattern, GUIDE, re.MULTILINE)]


@pytest.mark.slow
def test_every_command_of_the_guide_runs_in_its_order(tmp_path: Path, shared_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a new folder and a new installation. The film is a short one, rendered as a draft: which script it is changes nothing here."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "examples").mkdir()
    (tmp_path / "examples" / "the-last-lamp.fountain").write_text("Title: Rain\n\nINT. CAFE - DAY\n\nLENA\nIt rains.\n")
    monkeypatch.setenv("FILMSTUDIO_PLUGINS", str(tmp_path / "plugins"))
    monkeypatch.setenv("FILMSTUDIO_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("FILMSTUDIO_CACHE", str(shared_cache))
    monkeypatch.delenv("FILMSTUDIO_PLUGINS_ALLOWED", raising=False)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_NO_BUILD_ISOLATION", "0")  # pip's word for yes: the build tool is beside the studio, and no registry is asked
    in_blocks, in_text = commands(r"^(\./studio .*)$"), commands(r"(?<=`)(\./studio plugins? [a-z].*?)(?=`)")
    assert len(in_blocks) == 6 and len(in_text) >= 6
    after = [words for words in in_text if words not in in_blocks and words[1] not in ("seal", "check")]
    for told in [*in_blocks, *sorted(after, key=lambda words: words[1] == "remove")]:
        words = [*told, *(["--preset", "draft", "--size", "480p"] if told[0] == "render" else [])]
        ran = CliRunner().invoke(app, words)
        assert ran.exit_code == 0, f"{' '.join(words)}: {ran.output}{ran.exception}"
    report = next((tmp_path / "renders").glob("*/report.json")).read_text()
    assert '"engine": "my-drone"' in report


def test_the_hooks_that_the_guide_names_are_all_there_are() -> None:
    from filmstudio.core import hookspecs

    named = set(re.findall(r"`(filmstudio_\w+)`", GUIDE))
    assert named == {name for name in vars(hookspecs) if name.startswith("filmstudio_")}


def test_the_numbers_of_the_guide_are_those_of_the_code() -> None:
    from filmstudio.core import guests, reception, wire

    assert (guests.MEMORY_FACTOR, guests.MEMORY_BASE_MB) == (2.0, 256)
    assert (wire.LARGEST_FROM_GUESTS >> 20, reception.LARGEST_MEDIA >> 30) == (16, 4)


def test_the_manifest_of_the_guide_is_one(tmp_path: Path) -> None:
    from filmstudio.core.manifest import read_manifest

    [shown] = re.findall(r"^```toml\n(api_version.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
    (tmp_path / "m.toml").write_text(shown)
    assert read_manifest(tmp_path / "m.toml").engines[0].needs.deadline_s == 120
