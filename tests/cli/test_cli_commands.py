"""The command line: it teaches, it answers quickly, and bad input gets a message and nothing else."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from filmstudio.cli import show
from filmstudio.cli.commands import app
from filmstudio.core.film import Film
from filmstudio.core.finishing import record_json

HOME = Path(__file__).resolve().parents[2]
GOOD = "INT. CAFE - DAY\n\nLENA\nIt rains.\n"


def run(*arguments: str, cache: Path) -> tuple[int, str]:
    """Exit code and everything printed; an exception that is not a clean exit fails the test."""
    words = [*arguments, "--cache-dir", str(cache)] if arguments[0] in ("render", "plan") else list(arguments)
    result = CliRunner().invoke(app, words)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, " ".join((result.output + (result.stderr if result.stderr_bytes else "")).split())


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def test_help_names_every_command() -> None:
    shown = subprocess.run([sys.executable, "-m", "filmstudio", "--help"], capture_output=True, text=True, check=True, cwd=HOME)
    for command in ("render", "plan", "inspect", "plugins", "voices", "cache", "bench", "test"):
        assert command in shown.stdout


@pytest.mark.parametrize("columns", [80, 120])
def test_the_help_of_a_render_is_whole_at_any_width(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    shown = CliRunner().invoke(app, ["render", "--help"]).output
    assert "…" not in shown and "translucent" in shown


BAD_SCRIPTS = {
    "empty": (b"", "empty"),
    "blank": (b"  \n\n \t\n", "empty"),
    "binary": (bytes(range(256)) * 40, ""),
    "nuls": (b"INT. A - DAY\n\n" + b"\x00" * 400, ""),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(5000), ""),
}


@pytest.mark.parametrize("name", sorted(BAD_SCRIPTS))
def test_a_script_that_is_none_is_refused_with_a_reason(name: str, cache: Path, tmp_path: Path) -> None:
    data, word = BAD_SCRIPTS[name]
    script = tmp_path / "script.fountain"
    script.write_bytes(data)
    code, said = run("render", str(script), "-o", str(tmp_path / "out"), cache=cache)
    assert code == 1
    assert "error:" in said and "script.fountain" in said and word in said.lower()
    assert "Traceback" not in said
    assert not (tmp_path / "out").exists()


def test_a_script_of_100_000_words_is_refused_before_any_work(cache: Path, tmp_path: Path) -> None:
    script = tmp_path / "long.fountain"
    script.write_text("INT. A - DAY\n\n" + "word " * 100_000)
    code, said = run("render", str(script), "-o", str(tmp_path / "out"), cache=cache)
    assert code == 1
    assert "100,0" in said and "25,000" in said


def test_a_missing_file_and_a_folder_are_told_apart(cache: Path, tmp_path: Path) -> None:
    assert "cannot be opened" in run("render", str(tmp_path / "none.fountain"), cache=cache)[1]
    assert "is a folder" in run("render", str(tmp_path), cache=cache)[1]


ABOUT_THE_CAST = ("--voice", "NOBODY=en-us-claire")
"""Wrong only beside the script: the mistake may be the script's."""


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (("--size", "9000p"), "size"),
        (("--fps", "23"), "fps"),
        (("--preset", "best"), "preset"),
        (("--duration", "soon"), "no length"),
        (("--duration", "1"), "outside"),
        (("--voice", "LENA"), "NAME=VOICE"),
        (("--voice", "NOBODY=en-us-claire"), "not in the script"),
        (("--voice", "LENA=zeus"), "zeus"),
        (("--engine", "music=mozart"), "mozart"),
        (("--engine", "stunts=fall"), "stunts"),
        (("--captions", "size=huge"), "size"),
        (("--seed", "-1"), "seed"),
        (("--config", "none.toml"), "none.toml"),
    ],
)
def test_an_option_that_cannot_be_met_says_what_can(option: tuple[str, str], said: str, cache: Path, tmp_path: Path) -> None:
    script = tmp_path / "good.fountain"
    script.write_text(GOOD)
    code, answer = run("render", str(script), "-o", str(tmp_path / "out"), *option, cache=cache)
    assert code == (1 if option == ABOUT_THE_CAST else 2)
    assert said in answer and "Traceback" not in answer
    assert not (tmp_path / "out").exists()


def test_a_folder_with_other_things_in_it_is_refused_before_any_work(cache: Path, tmp_path: Path) -> None:
    script, out = tmp_path / "good.fountain", tmp_path / "mine"
    script.write_text(GOOD)
    out.mkdir()
    (out / "letter.txt").write_text("dear")
    code, answer = run("render", str(script), "-o", str(out), cache=cache)
    assert code == 1 and "holds other files" in answer
    assert [path.name for path in out.iterdir()] == ["letter.txt"]
    assert not list((cache / "media").iterdir())


NAMES = ["../../etc/passwd", "$(rm -rf)", "A" * 60, "\U0001f600\U0001f600", "СОНЯ", "花子", "O'NEIL-MÜLLER", "%s%n", "CON", "<script>"]


@pytest.mark.parametrize("name", NAMES)
def test_any_name_is_only_a_name(name: str, cache: Path, tmp_path: Path) -> None:
    script, saved = tmp_path / "names.fountain", tmp_path / "film.json"
    script.write_text(f"Title: {name}\n\nINT. CAFE - DAY\n\n@{name}\nHello, you.\n\n@{name}\nGoodbye.\n", encoding="utf-8")
    code, answer = run("plan", str(script), "--save", str(saved), cache=cache)
    assert "Traceback" not in answer
    assert code in (0, 1)
    if code == 0:
        film = json.loads(saved.read_text(encoding="utf-8"))
        assert all(set(character["id"]) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_") for character in film["characters"])
    assert {path.name for path in tmp_path.iterdir()} <= {"names.fountain", "film.json", "cache"}


def test_a_film_file_with_mistakes_has_them_all_told(cache: Path, tmp_path: Path) -> None:
    script, saved = tmp_path / "good.fountain", tmp_path / "film.json"
    script.write_text(GOOD)
    assert run("plan", str(script), "--save", str(saved), cache=cache)[0] == 0
    film = json.loads(saved.read_text())
    film["aspect"] = "4:3"
    film["characters"][0]["age"] = "ancient"
    film["unknown"] = 1
    saved.write_text(json.dumps(film))
    code, answer = run("plan", "--film", str(saved), cache=cache)
    assert code == 1
    for word in ("aspect", "characters.0.age", "unknown"):
        assert word in answer


def test_options_may_come_from_a_file_and_the_command_line_wins(cache: Path, tmp_path: Path) -> None:
    script = tmp_path / "good.fountain"
    script.write_text(GOOD)
    (tmp_path / "filmstudio.toml").write_text('[render]\ntitle = "From the file"\nseed = 3\n')
    saved = tmp_path / "film.json"
    assert run("plan", str(script), "--save", str(saved), "--seed", "5", cache=cache)[0] == 0
    film = json.loads(saved.read_text())
    assert (film["title"], film["seed"]) == ("From the file", 5)
    (tmp_path / "filmstudio.toml").write_text("[render]\nsaed = 3\n")
    code, answer = run("plan", str(script), cache=cache)
    assert code == 2 and "saed" in answer


@pytest.mark.parametrize(
    "line",
    [
        "render = 3",
        '[render]\nworkers = "two"',
        "[render]\nworkers = 0",
        '[render]\nvoice = "en-us-claire"',
        "[render]\nvoice = {LENA = 3}",
        "[render]\ncaptions = true",
        "[render]\nseed = true",
        "[render]\ncache_dir = 3",
        "[render]\ntitle = 3",
        '[render]\nengine = ["composer"]',
        '[render]\nsize = "9000p"',
        "[render",
    ],
)
def test_a_wrong_option_in_the_file_is_told_with_exit_code_2(line: str, cache: Path, tmp_path: Path) -> None:
    (tmp_path / "a.fountain").write_text(GOOD)
    (tmp_path / "filmstudio.toml").write_text(line)
    code, said = run("plan", str(tmp_path / "a.fountain"), cache=cache)
    assert code == 2
    assert "error:" in said and "Traceback" not in said


def test_no_hidden_command_is_suggested() -> None:
    for typed in ("frnt", "crw", "prepar"):
        code, said = run(typed, cache=Path())
        assert code == 2 and "No such command" in said and "Did you mean" not in said
    assert "Did you mean 'render'" in run("rendr", cache=Path())[1]


@pytest.mark.parametrize("command", ["stats", "prune"])
def test_a_cache_that_is_not_there_is_told_and_not_made(command: str, cache: Path, tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    for name in ("typo", "pictures"):
        code, said = run("cache", command, "--cache-dir", str(tmp_path / name), cache=cache)
        assert code == 2 and "is no cache" in said
    assert [path.name for path in tmp_path.iterdir()] == ["pictures"] and not list((tmp_path / "pictures").iterdir())


def test_the_delivery_folder_may_be_named_in_the_file_and_the_command_line_wins(cache: Path, tmp_path: Path) -> None:
    script = tmp_path / "good.fountain"
    script.write_text(GOOD)
    for name in ("mine", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "letter.txt").write_text("dear")
    (tmp_path / "filmstudio.toml").write_text(f'[render]\noutput = "{tmp_path / "mine"}"\n')
    assert f"{tmp_path / 'mine'} holds other files" in run("render", str(script), cache=cache)[1]
    assert f"{tmp_path / 'other'} holds other files" in run("render", str(script), "-o", str(tmp_path / "other"), cache=cache)[1]


def test_lists_are_lists(cache: Path) -> None:
    engines = json.loads(CliRunner().invoke(app, ["plugins", "--json"]).stdout)
    assert {engine["role"] for engine in engines} >= {"voice", "picture", "music", "mastering"}
    voices = json.loads(CliRunner().invoke(app, ["voices", "--language", "hi", "--json"]).stdout)
    assert voices and all(voice["language"] == "hi" for voice in voices)


@pytest.mark.parametrize(("language", "near"), [("zz", "Near it: uz, az."), ("en-AU", "Near it: en-GB"), ("klingon", "All languages: af")])
def test_a_language_that_no_voice_speaks_is_told_with_those_near_it(language: str, near: str, cache: Path) -> None:
    code, said = run("voices", "--language", language, cache=cache)
    assert code == 1
    assert f"no voice speaks '{language}'" in said and near in said


@pytest.mark.parametrize("language", ["en", "EN_gb", "zh", "no"])
def test_voices_are_found_by_the_tag_that_people_write(language: str, cache: Path) -> None:
    assert run("voices", "--language", language, cache=cache)[0] == 0


def test_the_cache_tells_programs_what_it_removed(cache: Path, tmp_path: Path) -> None:
    script = tmp_path / "good.fountain"
    script.write_text(GOOD)
    assert run("plan", str(script), cache=cache)[0] == 0
    gone = json.loads(CliRunner().invoke(app, ["cache", "prune", "--keep", "0", "--json", "--cache-dir", str(cache)]).stdout)
    assert gone["media"] == 1 and gone["running"] == 0


def test_one_scene_is_a_scene(cache: Path, tmp_path: Path) -> None:
    script = tmp_path / "a.fountain"
    script.write_text("INT. CAFE - DAY\n\nLENA\nIt rains.\n")
    assert "1 scene, " in run("plan", str(script), cache=cache)[1]


def test_planning_anew_keeps_a_film_that_was_edited(cache: Path, tmp_path: Path) -> None:
    script, film = tmp_path / "a.fountain", tmp_path / "a.json"
    script.write_text(GOOD)
    assert run("plan", str(script), "--save", str(film), cache=cache)[0] == 0
    assert "edited" not in run("plan", str(script), "--save", str(film), cache=cache)[1]
    edited = film.read_text().replace('"title": "', '"title": "My ', 1)
    for name in ("a.edited.json", "a.edited-2.json"):
        film.write_text(edited)
        code, said = run("plan", str(script), "--save", str(film), cache=cache)
        assert (code, (tmp_path / name).read_text()) == (0, edited)
        assert name in said
    assert film.read_text() != edited
    assert sorted(path.name for path in tmp_path.glob("*a.*")) == ["a.edited-2.json", "a.edited.json", "a.fountain", "a.json"]


def test_a_planned_film_is_not_planned_again(cache: Path, tmp_path: Path) -> None:
    script, film = tmp_path / "a.fountain", tmp_path / "a.json"
    script.write_text(GOOD)
    code, said = run("plan", str(script), "--save", str(script), cache=cache)
    assert code != 0 and "write over the script" in said and script.read_text() == GOOD
    assert run("plan", str(script), "--save", str(film), cache=cache)[0] == 0
    film.write_bytes(b"\xef\xbb\xbf" + film.read_bytes())  # as some editors save it
    assert run("plan", "--film", str(film), cache=cache)[0] == 0
    code, said = run("plan", "--film", str(film), "--seed", "3", "--title", "Other", cache=cache)
    assert code != 0 and "--seed, --title: a film has been planned already" in said
    code, said = run("render", str(film), "-o", str(tmp_path / "out"), cache=cache)
    assert code != 0 and f"--film {film}" in said


def test_before_an_edited_film_is_replaced_it_is_told_how_to_make_it(tmp_path: Path) -> None:
    (tmp_path / "film.json").write_text(record_json(Film(title="Edited")))
    (tmp_path / "report.json").write_text(json.dumps({"files": {"film.json": "of what was written"}}))
    said = io.StringIO()
    show.edited(Console(file=said, width=1000), tmp_path, Film(title="Edited"))
    assert not said.getvalue()
    show.edited(Console(file=said, width=1000), tmp_path, Film(title="Other"))
    assert "was edited" in said.getvalue() and f"stop this one and give --film {tmp_path / 'film.json'}" in said.getvalue()


def test_the_benchmarks_are_named() -> None:
    shown = CliRunner().invoke(app, ["bench", "--help"])
    assert shown.exit_code == 0 and "film" in shown.stdout and "serve" in shown.stdout
