"""``./studio test``: style, types, then every test once. Words after the command go to pytest, which then runs alone."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

HOME = Path(__file__).resolve().parents[1]
ON_RAY = "tests/serve"
CHECKS = (
    ("style", ("ruff", "check", ".")),
    ("format", ("ruff", "format", "--check", "--quiet", ".")),
    ("types", ("mypy", "--strict", "filmstudio")),
)


def main(arguments: list[str]) -> int:
    """Run everything, or only pytest with ``arguments``; the exit code is 0 when all is well."""
    if arguments:
        return _run("pytest", "-p", "xdist", *arguments)
    failed = []
    for name, command in CHECKS:
        started = time.monotonic()
        if _run(*command):
            failed.append(name)
        print(f"{name}: {time.monotonic() - started:.0f} s", flush=True)
    workers = str(os.cpu_count() or 1)
    if _run("pytest", "-p", "xdist", "-n", workers, "--dist", "worksteal", "--durations", "8", f"--ignore={ON_RAY}"):
        failed.append("tests")
    # These share one Ray, and so one process.
    if _run("pytest", "-p", "xdist", "-n", "0", "--durations", "8", ON_RAY):
        failed.append("tests on Ray")
    if failed:
        print(f"failed: {', '.join(failed)}", flush=True)
    return 1 if failed else 0


def _run(module: str, *arguments: str) -> int:
    return subprocess.run([sys.executable, "-m", module, *arguments], cwd=HOME, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
