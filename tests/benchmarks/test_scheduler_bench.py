"""The scheduler's benchmarks run, say what they ran on, and a simulation is never taken for a measurement."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def run(script: str, *arguments: str) -> str:
    command = [sys.executable, str(BENCHMARKS / script), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120, cwd=BENCHMARKS.parent).stdout


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_every_line_of_a_simulation_says_that_it_is_one(form: tuple[str, ...]) -> None:
    lines = run("simulate.py", "--tenants", "60", "--gpus", "16", "--hours", "0.1", *form).splitlines()
    assert lines
    assert all(line.startswith("SIMULATED ") for line in lines)
    if form:
        figures = json.loads(lines[0].removeprefix("SIMULATED "))
        assert figures["gpus"] == 16 and figures["machine"]["cores"] >= 1


def test_the_scheduler_is_measured_on_a_machine_that_is_named() -> None:
    figures = json.loads(run("scheduler.py", "--tasks", "2000", "--tenants", "50", "--decisions", "800", "--films", "4", "--json"))
    assert figures["machine"]["cores"] >= 1
    assert figures["single"]["mean_us"] > 0
    assert 0 < figures["fairness"]["measured"] <= figures["fairness"]["asserted"] + 0.01
    assert 0 <= figures["handover"]["idle_while_runnable"] < 1
