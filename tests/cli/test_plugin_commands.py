"""``studio plugin``: a new plugin works at once, a broken one is told rule by rule, and the example plays in a real film."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parents[1] / "core"))

from plugin_wheels import ENGINE, plugin, unpacked, wheel

from filmstudio.cli.commands import app
from filmstudio.cli.plugin_check import check, offers_of
from filmstudio.cli.plugin_commands import add_commands_of_plugins
from filmstudio.cli.scaffold.writing import write_plugin
from filmstudio.core.offers import Offer, Papers
from filmstudio.core.plugins import Plugins
from filmstudio.core.roles import ROLES
from filmstudio.testing import broken_rules, sample_requests

HOME = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation of its own for each test."""
    monkeypatch.setenv("FILMSTUDIO_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("FILMSTUDIO_PLUGINS", str(tmp_path / "plugins"))
    monkeypatch.delenv("FILMSTUDIO_PLUGINS_ALLOWED", raising=False)


def studio(*words: str) -> tuple[int, str]:
    """Exit code and what was printed, by this process."""
    ran = CliRunner().invoke(app, list(words))
    assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
    return ran.exit_code, " ".join(ran.output.split())


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of packages, installed for this process and for those it starts; what this one imports from there is forgotten."""
    (tmp_path / "site").mkdir()
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"))
    yield tmp_path / "site"
    for package in (tmp_path / "site").iterdir():
        for name in [name for name in sys.modules if name.partition(".")[0] == package.name]:
            del sys.modules[name]


def python(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *words], capture_output=True, text=True, check=False, timeout=300, cwd=HOME)


@pytest.mark.parametrize("role", ROLES)
def test_a_new_plugin_of_any_role_keeps_the_contract_at_once(role: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"brand-new-{role}"
    folder = write_plugin(name, role, tmp_path, 'Ada "the first"\n')
    monkeypatch.syspath_prepend(str(folder))
    engine = getattr(importlib.import_module(f"brand_new_{role}.engine"), f"BrandNew{role.capitalize()}")
    assert engine.name == name and "newcomer" not in (folder / f"brand_new_{role}" / "engine.py").read_text().lower()
    assert broken_rules(engine, sample_requests(role, tmp_path / "kit" / "store"), tmp_path / "kit") == []


def test_a_new_plugin_is_a_whole_distribution_that_passes_its_own_tests_once_it_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Built and installed, from its folder, into an environment of its own with what it needs; listed; held to the contract there."""
    code, said = studio("plugin", "new", "my-hum", "--role", "voice", "--into", str(tmp_path), "--publisher", "Ada")
    assert code == 0 and "studio plugin check my-hum" in said
    readme = (tmp_path / "my-hum" / "README.md").read_text()
    [seal] = [line for line in readme.splitlines() if line.startswith("./studio plugin seal")]
    assert studio(*seal.replace("path/to", str(tmp_path)).split()[1:])[0] == 0
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_NO_BUILD_ISOLATION", "0")  # pip's word for yes: the build tool is beside the studio
    code, said = studio("plugin", "add", str(tmp_path / "my-hum"), "--isolated")
    assert code == 0 and "by Ada; MIT; may: nothing beyond its desk" in said and "in its own environment my-hum; sealed" in said
    code, said = studio("plugin", "check", "my-hum")
    assert code == 0 and "voice my-hum of my-hum: kept" in said and said.count("✓") == 9
    own = [str(tmp_path / "plugins" / "my-hum" / "bin" / "python"), "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"]
    ran = subprocess.run(own, cwd=tmp_path / "my-hum", capture_output=True, text=True, check=False, timeout=120)
    assert ran.returncode == 0 and "2 passed" in ran.stdout, ran.stdout + ran.stderr
    assert "publisher" in studio("plugins", "--role", "voice", "--json")[1]
    assert "in its own environment my-hum" in studio("plugins", "--role", "voice")[1]
    assert studio("plugin", "remove", "my-hum") == (0, "my-hum and its environment are gone.")


@pytest.mark.parametrize(
    ("name", "said"), [("My-Hum", "is no name"), ("../x", "is no name"), ("a" * 41, "is no name"), ("json", "called json already")]
)
def test_a_name_that_cannot_be_one_is_refused(name: str, said: str, tmp_path: Path) -> None:
    code, answer = studio("plugin", "new", name, "--role", "voice", "--into", str(tmp_path))
    assert code == 2 and said in answer
    assert not list(tmp_path.iterdir())


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "my-hum").mkdir()
    (tmp_path / "my-hum" / "letter.txt").write_text("dear")
    code, said = studio("plugin", "new", "my-hum", "--role", "voice", "--into", str(tmp_path))
    assert code == 2 and "is there already" in said
    assert [path.name for path in (tmp_path / "my-hum").iterdir()] == ["letter.txt"]
    assert studio("plugin", "new", "my-hum", "--role", "stunts", "--into", str(tmp_path))[0] == 2


def test_a_broken_plugin_is_told_rule_by_rule(tmp_path: Path, site: Path) -> None:
    """It changes its mind, and its process ends when it is asked: neither harms the studio."""
    fickle = plugin_that("import time; audio = desk.keep_bytes(wave_bytes([time.time() % 1]), 'audio/wav')")
    unpacked(plugin(tmp_path, "fickle", manifest=""), site)
    (site / "fickle" / "engine.py").write_text(fickle)
    code, said = studio("plugin", "check", "fickle", "--json")
    assert code == 1, said
    [checked] = json.loads(said)
    broken = {finding["rule"]: finding["broken"] for finding in checked["findings"] if finding["broken"]}
    assert not checked["kept"] and any("second time" in rule for rule in broken) and any("manifest" in rule for rule in broken)
    (site / "fickle" / "engine.py").write_text(plugin_that("import os; os._exit(5)"))
    code, said = studio("plugin", "check", "fickle")
    assert code == 1 and "its process ended with code 5" in said
    assert "fickle" in said and "✗" in said


def plugin_that(does: str) -> str:
    """The source of an engine that does this in place of speaking."""
    before, after = ENGINE.format(name="fickle").split("        audio = ")
    source = f"{before}        {does}\n{after.partition(chr(10))[2]}"
    return source.replace("import flavour", "pass").replace("flavour.FLAVOUR", "''").replace("samples=480", "samples=1")


def test_plugins_are_allowed_listed_and_sealed_by_hand(tmp_path: Path, site: Path) -> None:
    for name in ("salty", "sweet"):
        unpacked(plugin(tmp_path, name), site)

    def say(*words: str) -> str:
        code, said = studio("plugin", *words)
        assert code == 0, said
        return said

    assert "It is the first on the list" in say("allow", "salty")
    rows: dict[str, Any] = {row["plugin"]: row for row in json.loads(say("list", "--json"))}
    assert rows["salty"]["turned_away"] is None and rows["salty"]["engines"] == ["voice=salty"]
    assert "not on this installation's allow-list" in rows["sweet"]["turned_away"]
    assert "turned away: plugin sweet" in say("list")
    assert "sweet is allowed" in say("allow", "sweet", "--any-version")
    assert "sweet is sealed: 2 files" in say("seal", str(site / "sweet"))
    say("disallow", "salty")
    code, said = studio("plugin", "check", "salty")
    assert code == 2 and "was turned away" in said


COMMANDS = """
import typer
from filmstudio.core.hookspecs import hookimpl

@hookimpl
def filmstudio_commands(app):
    @app.command()
    def wrap_party(guests: int = 2):
        "Send the crew home."
        typer.echo(f"cheers, all {{guests}} of you")

    @app.command()
    def plan(script: str):
        typer.echo("the plugin's plan")

    keys = typer.Typer(name="keys")
    keys.command("add")(lambda: typer.echo("the plugin's keys"))
    app.add_typer(keys)
    prizes = typer.Typer(name="prizes", help="What we have won.")
    prizes.command("list")(lambda: typer.echo("none so far"))
    app.add_typer(prizes)
    nameless = typer.Typer()
    nameless.command("voices")(lambda: typer.echo("the plugin's voices"))
    nameless.command("casting-call")(lambda: typer.echo("next"))
    app.add_typer(nameless)

    @app.command()
    def impossible(of: "int | str"):
        typer.echo("the plugin's impossible")

    {then}
"""


def install_commands(site: Path, then: str = "") -> None:
    """Install a plugin with these commands; its hook does ``then`` at its end."""
    unpacked(wheel(site.parent, "party", "1.0", {"party/__init__.py": COMMANDS.format(then=then)}, entry="party"), site)


def test_a_plugin_adds_commands_and_groups(site: Path) -> None:
    install_commands(site)
    ran = python("-m", "filmstudio", "wrap-party", "--guests", "3")
    assert (ran.returncode, ran.stdout) == (0, "cheers, all 3 of you\n"), ran.stderr


def test_no_command_of_a_plugin_takes_the_place_of_the_studios_own(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    install_commands(site)
    line = typer.Typer()
    line.registered_commands, line.registered_groups = list(app.registered_commands), list(app.registered_groups)
    add_commands_of_plugins(line)
    assert "A command of a plugin cannot be added" in capsys.readouterr().err

    def said(*words: str) -> str:
        return CliRunner().invoke(line, list(words)).stdout

    assert said("prizes", "list") == "none so far\n"
    told = said("--help")
    assert "Send the crew home." in told and "What we have won." in told
    assert "the plugin's" not in said("plan", "no-such-script") and "--save" in said("plan", "--help")
    assert "--tier" in said("keys", "add", "--help")
    assert "the plugin's" not in said("voices", "--language", "en")


def test_a_plugin_that_fails_to_add_its_commands_keeps_nobody_from_the_studios_own(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    install_commands(site, then="1 / 0")
    line = typer.Typer()
    line.registered_commands = list(app.registered_commands)
    add_commands_of_plugins(line)
    assert "A command of a plugin cannot be added" in capsys.readouterr().err
    told = CliRunner().invoke(line, ["--help"])
    assert told.exit_code == 0 and "render" in told.stdout


def test_the_house_can_be_checked_too() -> None:
    [offer] = [offer for offer in offers_of(Plugins(), "filmstudio-lipsync")]
    assert isinstance(offer, Offer) and offer.papers == Papers("filmstudio")
    assert check(offer).kept


@pytest.mark.slow
def test_the_example_plugin_is_installed_and_plays_in_a_film(
    tmp_path: Path, site: Path, shared_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From its own distribution: built, installed beside the studio, checked, and heard."""
    monkeypatch.setenv("FILMSTUDIO_CACHE", str(shared_cache))
    pip = ["-m", "pip", "install", "--no-deps", "--no-build-isolation", "-q", "--target", str(site)]
    installed = python(*pip, str(HOME / "examples" / "plugin-music-box"))
    assert installed.returncode == 0, installed.stderr
    listed = studio("plugin", "list")[1]
    assert "filmstudio-music-box" in listed and "by AI Film Studio; MIT" in listed and "; sealed;" in listed
    code, said = studio("plugin", "check", "filmstudio-music-box")
    assert code == 0, said
    script, saved = tmp_path / "rain.fountain", tmp_path / "film.json"
    script.write_text("Title: Rain\n\nINT. CAFE - DAY\n\nLENA\nIt rains.\n")
    code, said = studio("plan", str(script), "--save", str(saved))
    assert code == 0, said
    film = json.loads(saved.read_text())
    for scene in film["scenes"]:
        scene["music"] = {**(scene["music"] or {}), "tradition": "music-box-waltz"}
    saved.write_text(json.dumps(film))
    words = ["--film", str(saved), "--engine", "music=music-box", "--preset", "draft", "--size", "480p", "-o", str(tmp_path / "out")]
    code, said = studio("render", *words)
    assert code == 0, said
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    played = [task for task in report["tasks"] if task["role"] == "music"]
    assert played and {task["engine"] for task in played} == {"music-box"}
    assert not any("music-box-waltz" in note for note in report["notes"]), "the plugin offers its own words"
    metadata = json.loads((tmp_path / "out" / "metadata.json").read_text())
    assert ("music-box", "filmstudio-music-box") in [(engine["name"], engine["plugin"]) for engine in metadata["engines"]]
