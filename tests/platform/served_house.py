"""A studio that is served as a user has it, in processes of its own."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from filmstudio.platform.keys import Keys
from filmstudio.scheduler.database import Database
from filmstudio.scheduler.tiers import Tier


@dataclass
class House:
    """A running studio."""

    process: subprocess.Popen[str]
    address: str
    data: Path
    keys: dict[str, str]
    errors: Path

    def ask(self, method: str, path: str, tenant: str, **given: Any) -> httpx.Response:
        headers = ({"Authorization": f"Bearer {self.keys[tenant]}"} if tenant else {}) | given.pop("headers", {})
        return httpx.request(method, self.address + path, headers=headers, timeout=30, **given)

    def order(self, tenant: str, script: str, **options: Any) -> str:
        asked = {"screenplay": script, "options": {"size": "480p", "preset": "draft", **options}}
        answer = self.ask("POST", "/v1/films", tenant, json=asked)
        assert answer.status_code == 202, answer.text
        film: str = answer.json()["id"]
        return film

    def wait(self, tenant: str, film: str, *, progress: float = 2.0, seconds: float = 120.0) -> dict[str, Any]:
        """The film's state once it is finished, or as far as ``progress``."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            state: dict[str, Any] = self.ask("GET", f"/v1/films/{film}", tenant).json()
            if state["finished"] or state["progress"] >= progress:
                return state
            time.sleep(0.1)
        raise AssertionError(f"{film} is not finished: {state}; {self.errors.read_text()[-800:]}")

    def crew(self) -> int:
        """Process id of the crew."""
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                parent = int(folder.joinpath("stat").read_text().rpartition(")")[2].split()[1])
                if parent == self.process.pid and b"crew" in folder.joinpath("cmdline").read_bytes().split(b"\0"):
                    return int(folder.name)
        raise AssertionError("there is no crew")


@contextlib.contextmanager
def serving(data: Path, cache: Path, tenants: dict[str, str], *options: str, **variables: str) -> Iterator[House]:
    """A studio without Ray, with keys for these tenants and these environment variables; stopped at the end."""
    data.mkdir(parents=True, exist_ok=True)
    database = Database(f"sqlite:///{data / 'studio.db'}")
    keys = {name: Keys(database).add(name, Tier(tier)) for name, tier in tenants.items()}
    database.close()
    command = [sys.executable, "-m", "filmstudio", "serve", "--no-ray", "--port", "0", "--data", str(data), "--cache-dir", str(cache)]
    errors = data / "errors.txt"
    with errors.open("w") as writer:
        process = subprocess.Popen([*command, *options], stdout=subprocess.PIPE, stderr=writer, text=True, env={**os.environ, **variables})
    try:
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found, errors.read_text()
        yield House(process, found[0], data, keys, errors)
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(40)
        process.kill()
        process.wait()
