"""The launcher: what Python compiles is kept, and not in the checkout of somebody who wants none there."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

from filmstudio.core.environments import command_of

HOME = Path(__file__).resolve().parents[2]


@pytest.fixture
def launcher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """``./studio`` as a module, with its .venv in a folder of the test's."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    spec = spec_from_loader("studio_launcher", SourceFileLoader("studio_launcher", str(HOME / "studio")))
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "VENV", tmp_path / "venv")
    return module


def test_what_is_compiled_is_kept_outside_of_a_checkout_that_is_to_stay_clean(launcher: ModuleType, tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    (checkout / "scene.py").write_text("")
    named = ("PYTHONPYCACHEPREFIX", "NUMBA_CACHE_DIR")  # by the launcher of these tests, maybe
    variables = {**{name: value for name, value in os.environ.items() if name not in named}, "PYTHONDONTWRITEBYTECODE": "1"}
    launcher.keep_compiled(variables)
    subprocess.run([sys.executable, "-c", "import scene"], env=variables, cwd=checkout, check=True)
    assert [path.name for path in checkout.iterdir()] == ["scene.py"]
    assert len(list((tmp_path / "venv").rglob("scene.*.pyc"))) == 1
    assert variables["NUMBA_CACHE_DIR"].startswith(str(tmp_path / "venv"))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"PATH": "/bin"}, {"PATH": "/bin"}),
        ({"PYTHONDONTWRITEBYTECODE": ""}, {}),
        (
            {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPYCACHEPREFIX": "/mine", "NUMBA_CACHE_DIR": "/loops"},
            {"PYTHONPYCACHEPREFIX": "/mine", "NUMBA_CACHE_DIR": "/loops"},
        ),
    ],
)
def test_who_says_nothing_or_names_a_place_is_left_alone(launcher: ModuleType, before: dict[str, str], after: dict[str, str]) -> None:
    launcher.keep_compiled(before)
    assert before == after


def test_workers_of_strangers_find_what_is_compiled_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "pycache_prefix", None)
    assert command_of("") == [sys.executable, "-P"]
    monkeypatch.setattr(sys, "pycache_prefix", "/compiled")
    told = subprocess.run([*command_of(""), "-c", "import sys; print(sys.pycache_prefix)"], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "/compiled"
