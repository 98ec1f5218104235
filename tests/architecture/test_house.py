"""The house: layers, layout, and no name that would shadow the standard library's."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from shadows import shadows, starting_points

HOME = Path(__file__).parents[2]
PACKAGE = HOME / "filmstudio"
PARTS = {"core", "plugins", "serve", "scheduler", "platform", "cli"}


def test_the_layers_hold() -> None:
    linted = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
        cwd=HOME, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert linted.returncode == 0, linted.stdout


def test_nothing_in_the_checkout_shadows_the_standard_library() -> None:
    assert shadows(starting_points(HOME)) == []


def test_the_guard_catches_a_planted_shadow(tmp_path: Path) -> None:
    (tmp_path / "platform").mkdir()
    (tmp_path / "platform" / "__init__.py").touch()
    (tmp_path / "tests" / "core").mkdir(parents=True)
    (tmp_path / "tests" / "core" / "queue.py").touch()
    (tmp_path / "tests" / "core" / "test_queue.py").touch()
    assert [path.name for path in shadows(starting_points(tmp_path))] == ["platform", "queue.py"]


def test_the_package_has_its_parts_and_no_others() -> None:
    folders = {path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders <= PARTS
    modules = {path.stem for path in PACKAGE.glob("*.py")}
    assert modules == {"__init__", "__main__", "app", "testing"}


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_says_what_it_is_and_has_a_name_of_the_trade(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), "a module begins with one sentence saying what it is"
    assert path.stem not in {"utils", "util", "helpers", "helper", "common", "misc", "manager", "handler"}
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 500


@pytest.mark.parametrize("part", ["core", "cli", "app.py", "testing.py"])
def test_no_first_party_engine_is_named_outside_plugins(part: str) -> None:
    target = PACKAGE / part
    for path in [target] if target.is_file() else target.rglob("*.py"):
        assert "filmstudio.plugins" not in path.read_text(encoding="utf-8"), path


def test_heavy_modules_are_not_imported_by_the_command_line() -> None:
    script = "import sys, filmstudio.cli; print([m for m in ('numpy','pydantic','av','cv2','numba','opentimelineio') if m in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=HOME)
    assert shown.stdout.strip() == "[]"
