"""A studio that serves, started for a benchmark as a user would start it, with keys for its tenants."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_START_SECONDS = 60


@dataclass(frozen=True, slots=True)
class House:
    """A running studio."""

    address: str
    keys: dict[str, str]
    """Key by tenant."""
    process: subprocess.Popen[str]


@contextlib.contextmanager
def serving(folder: Path, tenants: dict[str, str], *options: str) -> Iterator[House]:
    """``studio serve --no-ray`` on any free port, its data in ``folder``, with a key for each of ``tenants`` (name to tier)."""
    from filmstudio.platform.keys import Keys
    from filmstudio.scheduler.database import Database
    from filmstudio.scheduler.tiers import Tier

    database = Database(f"sqlite:///{folder / 'studio.db'}")
    keys = {name: Keys(database).add(name, Tier(tier)) for name, tier in tenants.items()}
    database.close()
    command = [sys.executable, "-m", "filmstudio", "serve", "--no-ray", "--port", "0", "--data", str(folder), *options]
    errors = (folder / "serve.err").open("wb")
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"})
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"http://\S+", line)
        if found is None:
            raise RuntimeError(f"the studio did not start: {(folder / 'serve.err').read_text()[-500:]}")
        yield House(found[0], keys, process)
    finally:
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_START_SECONDS)
        process.kill()
        process.wait()
        errors.close()
