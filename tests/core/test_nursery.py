"""The fork server: engines are loaded in it once, for all workers, and one that cannot be loaded harms nobody."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers are spawned elsewhere")

ENGINES = '''
"""An engine that leaves a mark wherever its module is imported, and one that cannot be loaded."""
import os
import time
from pathlib import Path

from filmstudio.core.engine import SingleEngine
from filmstudio.core.requests import SpeakRequest, Speech

with Path(__file__).with_name("imports").open("a") as marks:
    marks.write(f"{os.getpid()}\\n")


class Slow(SingleEngine[SpeakRequest, Speech]):
    name, version, role, summary = "slow", "1", "voice", "For tests."

    def make(self, request, desk):
        time.sleep(0.5)
        return Speech(audio=desk.keep_bytes(request.text.encode(), "audio/wav"), samples=os.getpid(), words=())


class Unloadable(Slow):
    name = "unloadable"

    def load(self):
        raise OSError("no such weights")
'''

RUN = """
import json
import os
import sys
from pathlib import Path

from marking_engines import Slow, Unloadable

from filmstudio.core.dispatch import render
from filmstudio.core.errors import StudioError
from filmstudio.core.graph import RenderGraph, Task
from filmstudio.core.local import LocalDispatcher
from filmstudio.core.plugins import Offer
from filmstudio.core.store import Store

if __name__ == "__main__":
    engine, preload = {"slow": Slow, "unloadable": Unloadable}[sys.argv[1]], json.loads(sys.argv[2])
    graph = RenderGraph.of([Task(name, "voice", {"text": name, "voice": {"voice": "v"}}) for name in ("line-1", "line-2")])
    told = {"studio": os.getpid()}
    with LocalDispatcher(Path("store"), workers=2, preload=preload) as pool:
        try:
            made = render(graph, {"voice": Offer(engine, "test")}, Store(Path("store")), pool)
            told["workers"] = [each.take.result["samples"] for each in made.values()]
        except StudioError as error:
            told["error"] = str(error)
    told["imports"] = [int(pid) for pid in Path("imports").read_text().split()]
    print(json.dumps(told))
"""


def run(folder: Path, engine: str, preload: list[str]) -> dict[str, Any]:
    """Two tasks on two workers of a studio of its own: a fork server is started once in a process's life."""
    (folder / "marking_engines.py").write_text(ENGINES)
    (folder / "run.py").write_text(RUN)
    done = subprocess.run(
        [sys.executable, "run.py", engine, json.dumps(preload)], cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_engines_are_loaded_once_for_all_workers_and_addresses_that_cannot_be_loaded_harm_nobody(tmp_path: Path) -> None:
    told = run(tmp_path, "slow", ["no.such.module:Engine", "marking_engines:Nobody", "marking_engines:Unloadable", "marking_engines:Slow"])
    assert len(set(told["workers"])) == 2
    (elsewhere,) = set(told["imports"]) - {told["studio"]}
    assert elsewhere not in told["workers"], "it was the fork server that imported the engine, and no worker did again"


def test_what_is_not_named_is_loaded_by_the_workers_that_need_it(tmp_path: Path) -> None:
    told = run(tmp_path, "slow", [])
    assert set(told["imports"]) - {told["studio"]} == set(told["workers"])


def test_an_engine_that_cannot_be_loaded_is_named_by_its_task(tmp_path: Path) -> None:
    told = run(tmp_path, "unloadable", ["marking_engines:Unloadable"])
    assert "line-" in told["error"] and "unloadable" in told["error"] and "no such weights" in told["error"]


def test_workers_are_not_told_of_the_nursery(tmp_path: Path) -> None:
    """What the variable names is for the fork server alone: an engine's own processes do not load it all again."""
    (tmp_path / "marking_engines.py").write_text(ENGINES)
    script = "import os, sys; from filmstudio.core import nursery; print(nursery.VARIABLE in os.environ, 'marking_engines' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True,
        env={**os.environ, "FILMSTUDIO_NURSERY": "no.such.module:Engine marking_engines:Slow"},
    )  # fmt: skip
    assert done.stdout.split() == ["False", "True"]


def test_a_role_stands_for_the_studios_own_engine_and_strangers_are_not_imported() -> None:
    script = """
import importlib.metadata, sys
real = importlib.metadata.entry_points
strange = importlib.metadata.EntryPoint("stranger", "strange_plugin", "filmstudio")
importlib.metadata.entry_points = lambda **wanted: [*real(**wanted), strange]
from filmstudio.core import nursery
from filmstudio.core.plugins import Plugins
print("filmstudio.plugins.mixing.desk" in sys.modules, "filmstudio.plugins.voice.studio" in sys.modules)
print(*(problem.place.plugin for problem in Plugins().problems))
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "FILMSTUDIO_NURSERY": "mixing no-role"},
    )
    assert done.stdout.split("\n")[:2] == ["True False", "stranger"], "the stranger was there to be met"


def test_a_studio_that_ends_early_does_not_keep_whoever_reads_it_waiting(tmp_path: Path) -> None:
    """The fork server has the studio's standard output: a pipe ends when both have ended."""
    (tmp_path / "slow_engines.py").write_text(
        "import time\nfrom filmstudio.core.engine import SingleEngine\n"
        "class Slow(SingleEngine):\n    name, version, role, summary = 'slow', '1', 'voice', 'For tests.'\n"
        "    def load(self):\n        time.sleep(600)\n"
        "    def make(self, request, desk): ...\n"
    )
    script = "import time; from filmstudio.core import nursery; nursery.begin(['slow_engines:Slow']); time.sleep(3); print('no such file')"
    (tmp_path / "run.py").write_text(f"if __name__ == '__main__':\n    {script}\n")
    done = subprocess.run([sys.executable, "run.py"], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "no such file\n"
