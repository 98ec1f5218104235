"""``studio serve`` on Ray as a user has it: the API on Serve's ingress, films and direct calls through the deployments, an orderly end."""

from __future__ import annotations

import contextlib
import hashlib
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from rain import OPTIONS, SCRIPT, without_ray
from servebench.twonodes import TwoNodes

pytestmark = pytest.mark.slow

WATCHED = {
    "filmstudio_job_queue_seconds_sum",
    "filmstudio_engine_queue_seconds_sum",
    "filmstudio_engine_service_seconds_sum",
    "filmstudio_batch_fill_ratio_sum",
    "filmstudio_gpu_seconds_total",
    "filmstudio_cache_hits_total",
    "filmstudio_core_seconds_per_film_minute",
}
"""What ``/metrics`` has series of once a film has been made, on Ray as elsewhere."""
SPEECH = {"text": "On Ray.", "voice": {"voice": "en-us-claire"}}


@dataclass
class Served:
    """A running studio, and a client of it."""

    process: subprocess.Popen[str]
    client: httpx.Client
    errors: Path

    def family(self) -> dict[int, str]:
        """Command line by process id, of everything that the studio started and has not ended."""
        parents, lines = {}, {}
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                lines[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        found = {self.process.pid}
        while more := {pid for pid, parent in parents.items() if parent in found} - found:
            found |= more
        return {pid: lines[pid] for pid in found - {self.process.pid}}

    def one(self, words: str) -> int:
        """Process id of the one process of the family with these words in its command line."""
        (pid,) = (pid for pid, line in self.family().items() if words in line)
        return pid

    def stop(self) -> None:
        """As a service manager does; nothing may be left, and nothing said but that it closes."""
        family = self.family()
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(45) == 0, self.errors.read_text()
        until = time.monotonic() + 20
        while (left := {pid: line for pid, line in family.items() if Path(f"/proc/{pid}").exists()}) and time.monotonic() < until:
            time.sleep(0.1)
        assert not left
        said = self.errors.read_text()
        assert "Traceback" not in said and "rror" not in said, said


@contextlib.contextmanager
def served(folder: Path, *options: str) -> Iterator[Served]:
    command = [
        sys.executable,
        "-m",
        "filmstudio",
        "serve",
        "--port",
        "0",
        "--data",
        str(folder / "data"),
        "--cache-dir",
        str(folder / "cache"),
    ]
    errors = folder / "errors.txt"
    with errors.open("w") as writer:
        process = subprocess.Popen(
            [*command, "--drain", "0", *options], stdout=subprocess.PIPE, stderr=writer, text=True, env=without_ray()
        )
    try:
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found, errors.read_text()
        with httpx.Client(base_url=found[0], timeout=100) as client:
            yield Served(process, client, errors)
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()
        process.wait()


def test_a_film_is_ordered_followed_and_fetched_and_is_the_local_one(local_film: Path, tmp_path: Path) -> None:
    with served(tmp_path, "--workers", "1") as house:
        order = {"screenplay": SCRIPT, "options": OPTIONS}
        ordered = house.client.post("/v1/films", json=order)
        assert (ordered.status_code, ordered.json()["status"]) == (202, "queued")
        film = f"/v1/films/{ordered.json()['id']}"
        with house.client.stream("GET", f"{film}/events") as events:
            told = events.read().decode()
        assert told.rstrip().endswith('data: {"status":"succeeded"}'), told[-500:]
        state = house.client.get(film).json()
        assert (state["status"], state["progress"], state["attempt"]) == ("succeeded", 1, 1)
        fetched = house.client.get(f"{film}/deliverables/film.mp4").content
        assert fetched == (local_film / "film.mp4").read_bytes()
        assert hashlib.sha256(fetched).hexdigest() == next(d["sha256"] for d in state["deliverables"] if d["name"] == "film.mp4")
        assert house.client.get(f"{film}/deliverables/film.mp4", headers={"Range": "bytes=10-19"}).content == fetched[10:20]
        told = [line.partition("{")[::2] for line in house.client.get("/metrics").text.splitlines()]
        assert {name for name, labels in told if labels} >= WATCHED
        fills = [labels for name, labels in told if name == "filmstudio_batch_fill_ratio_count"]
        assert fills and all("subtitles" in labels for labels in fills), "the one engine that takes several"
        spoken = house.client.post("/v1/engines/voice/espeak", json=SPEECH)
        assert spoken.status_code == 200, spoken.text
        assert house.client.get(f"/v1/media/{spoken.json()['audio']['digest']}").content.startswith(b"RIFF")
        assert any("ServeReplica:engines:house" in line for line in house.family().values())
        assert house.one("ServeReplica:api:api")
        assert not [line for line in house.family().values() if "forkserver" in line], "engines run in replicas alone"
        house.stop()


def test_calls_reach_the_engines_of_a_ray_that_is_joined_and_nothing_is_left_there(ray_of_two: TwoNodes, tmp_path: Path) -> None:
    from ray import serve

    with served(tmp_path, "--ray-address", ray_of_two.address, "--workers", "1", "--crew", "0") as house:
        (name,) = (name for name in serve.status().applications if name.startswith("studio-"))
        spoken = house.client.post("/v1/engines/voice/espeak", json=SPEECH)
        assert spoken.status_code == 200, spoken.text
        assert not [line for line in house.family().values() if "forkserver" in line or "ServeReplica" in line]
        told = [f"Joining the Ray at {ray_of_two.address} …", "Loading engines on 1 replica …"]
        assert house.errors.read_text().splitlines()[:2] == told
        house.stop()
    assert name not in serve.status().applications


def test_a_ray_that_cannot_be_joined_is_told_before_the_door_opens(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "filmstudio", "serve", "--port", "0", "--data", str(tmp_path / "data"), "--ray-address"]
    tried = subprocess.run([*command, "127.0.0.1:1"], capture_output=True, text=True, timeout=60, check=False)
    assert (tried.returncode, tried.stdout) == (1, "")
    assert tried.stderr.startswith("Joining the Ray at 127.0.0.1:1 …\nerror: no Ray answers at 127.0.0.1:1: Connection refused.")
