"""``./studio test``: style, types, then every test once. Words after the command go to pytest, which then runs alone."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import FrameType

HOME = Path(__file__).resolve().parents[1]
ON_RAY = "tests/serve"
GIVE_WAY = 5
"""How nice the other tests are to those on Ray."""
END_SECONDS = 30
DURATIONS = ("--durations", "8")
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
    signal.signal(signal.SIGTERM, _terminated)
    # The pixel loops are compiled while the types are checked: each takes one core.
    preparing = subprocess.Popen(_command("filmstudio", "prepare"), cwd=HOME)
    for name, command in CHECKS:
        started = time.monotonic()
        if _run(*command):
            failed.append(name)
        print(f"{name}: {time.monotonic() - started:.0f} s", flush=True)
    preparing.wait()
    with tempfile.TemporaryFile() as told:
        # These share one Ray, and so one process. They mostly wait, so the others run beside them and give way: a Ray that starves fails.
        on_ray = subprocess.Popen(_command("pytest", "-p", "xdist", "-n", "0", *DURATIONS, ON_RAY), cwd=HOME, stdout=told, stderr=told)
        try:
            if hasattr(os, "nice"):
                os.nice(GIVE_WAY)
            workers = str(os.cpu_count() or 1)
            if _run(
                "pytest", "-p", "xdist", "-n", workers, "--dist", "loadscope", "--no-loadscope-reorder", *DURATIONS, f"--ignore={ON_RAY}"
            ):
                failed.append("tests")
            if on_ray.wait():
                failed.append("tests on Ray")
        finally:
            _end(on_ray)
            told.seek(0)
            shutil.copyfileobj(told, sys.stdout.buffer)
            sys.stdout.flush()
    if failed:
        print(f"failed: {', '.join(failed)}", flush=True)
    return 1 if failed else 0


def _end(process: subprocess.Popen[bytes]) -> None:
    """As Ctrl-C does, if it runs still: its fixtures end what they started."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(END_SECONDS)
        process.kill()


def _terminated(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def _run(module: str, *arguments: str) -> int:
    return subprocess.run(_command(module, *arguments), cwd=HOME, check=False).returncode


def _command(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", module, *arguments]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
