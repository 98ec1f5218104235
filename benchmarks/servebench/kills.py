"""Kills in the middle of work: replicas, the worker node, the driver; and the audit that nothing was lost or committed twice.

A film of cheap tasks is walked by driver processes on a Ray of two nodes whose engines an operator deployed. While it is walked,
something is killed again and again. A driver that dies is started again, as a leased job would be. Every run of a task marks its
take with a number of its own, so that two commits of one task can be told apart wherever they are seen: in the store while it
changes, in what drivers were answered, in the store at the end.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import random
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filmstudio.core.dispatch import Event, render
from filmstudio.core.graph import Ref, RenderGraph, Task
from filmstudio.core.plugins import Offer
from filmstudio.core.store import Store
from servebench.probes import FOLDER, Probe
from servebench.twonodes import TwoNodes, two_nodes

KINDS = ("replica", "replica", "replica", "node", "driver")
"""What is killed, in an order drawn by chance, each round anew: replicas most often, as in life."""
PROBE = Offer(Probe, "bench")
_MARK = "FILMSTUDIO_KILLS"
_LOOK_SECONDS = 0.02
_SETTLE_SECONDS = 90.0


@dataclass
class Audit:
    """Every commit that was seen of every task: the number of the run that made it."""

    commits: dict[str, set[float]] = field(default_factory=lambda: defaultdict(set))
    _known: dict[str, tuple[int, int]] = field(default_factory=dict, init=False, repr=False)
    """Files of takes that were read: a commit puts another file in its place."""

    def note(self, digest: str, take: Mapping[str, Any]) -> None:
        """A take was seen."""
        self.commits[digest].add(take["result"]["measured"]["run"])

    def look(self, store: Store) -> None:
        """Note what the store holds now."""
        for path in (store.root / "takes").glob("*/*.json"):
            with contextlib.suppress(OSError, ValueError):
                status = path.stat()
                if self._known.get(path.stem) != (status.st_ino, status.st_mtime_ns):
                    self.note(path.stem, json.loads(path.read_bytes()))
                    self._known[path.stem] = (status.st_ino, status.st_mtime_ns)

    def read(self, journal: Path) -> None:
        """Note what drivers were answered. The last line of a killed one may be torn."""
        for line in journal.read_text().splitlines() if journal.exists() else ():
            with contextlib.suppress(ValueError):
                entry = json.loads(line)
                self.commits[entry["digest"]].add(entry["run"])

    def twice(self) -> dict[str, set[float]]:
        """Tasks of which two different commits were seen."""
        return {digest: runs for digest, runs in self.commits.items() if len(runs) > 1}


@dataclass(frozen=True)
class Killed:
    """What a round of kills did, and what its audit found."""

    tasks: int
    kills: Mapping[str, int]
    drivers: int
    """Driver processes that it took."""
    finished: int
    """Tasks whose take is in the store at the end."""
    twice: int
    """Tasks that were seen committed twice."""
    seconds: float

    @property
    def good(self) -> bool:
        """Nothing was lost, and nothing was done twice."""
        return self.finished == self.tasks and self.twice == 0

    def __str__(self) -> str:
        how = ", ".join(f"{number} {what}s" for what, number in self.kills.items())
        return (
            f"{sum(self.kills.values())} kills on two nodes ({how}) in {self.seconds:.0f} s: {self.finished} of {self.tasks} tasks "
            f"finished, {self.twice} committed twice, {self.drivers} drivers"
        )


def film_of(film: int, tasks: int, seconds: float) -> RenderGraph:
    """Tasks of about ``seconds`` each, in chains of three, so that a lost one holds others up."""
    chance = random.Random(film)
    lines: list[Task] = []
    for n in range(tasks):
        text = f"SLEEP {seconds * chance.uniform(0.5, 1.5):.3f}; film {film} line {n}"
        before = Ref(f"line {n - 1}", ("samples",)) if n % 3 else 0
        lines.append(Task(f"line {n}", "voice", {"text": text, "voice": {"voice": "v"}, "seed": before}))
    return RenderGraph.of(lines)


def digests_of(journal: Path) -> set[str]:
    """Every task that a driver was answered, by digest."""
    audit = Audit()
    audit.read(journal)
    return set(audit.commits)


def drive(address: str, store: Path, journal: Path, film: int, tasks: int, seconds: float) -> None:
    """A driver's life: walk the film on the engines deployed at ``address``, and write down every answer."""
    from filmstudio.serve.company import company

    def write(event: Event) -> None:
        if event.take is not None:
            result: Any = event.take.result
            with journal.open("a") as file:
                file.write(json.dumps({"digest": event.take.digest, "run": result["measured"]["run"]}) + "\n")

    opened = Store(store)
    with company([PROBE], opened, address=address, deadline=60.0) as crew:
        render(film_of(film, tasks, seconds), {"voice": PROBE}, opened, crew, write)


def measure(kills: int, root: Path, tell: Callable[[str], Any] = print) -> tuple[Killed, Audit]:
    """Kill ``kills`` times on a Ray of two nodes that is started for it, in films of 200 tasks."""
    from filmstudio.serve.cluster import cluster

    with two_nodes() as nodes, cluster(nodes.address):
        return killing(nodes, root, kills, tasks=200, tell=tell)


def killing(
    nodes: TwoNodes,
    root: Path,
    kills: int,
    *,
    tasks: int,
    seconds: float = 0.2,
    every: float = 1.5,
    replicas: int = 4,
    seed: int = 0,
    tell: Callable[[str], Any] = print,
) -> tuple[Killed, Audit]:
    """Kill ``kills`` times while one film after another is walked; this process is connected to the Ray of ``nodes``.

    Args:
        nodes: where engines are deployed for the time of this.
        root: an empty folder for stores.
        kills: how often something is killed.
        tasks: of one film.
        seconds: that a task takes.
        every: mean seconds between kills, from the first answer of a driver on.
        replicas: of the house, on both nodes.
        seed: of the chance that says what is killed when.
        tell: shown each kill.
    """
    from ray import serve

    from filmstudio.serve.applications import EnginesArgs, engines_of
    from filmstudio.serve.company import APPLICATION
    from filmstudio.serve.deployed import put_up, take_down
    from filmstudio.serve.posts import HOUSE, Scale

    chance, counts, audit = random.Random(seed), Counter[str](), Audit()
    begun, drivers, finished, planned = time.monotonic(), 0, 0, 0
    store, mark = Store(root / "store"), secrets.token_hex(8)
    args = EnginesArgs(
        store=store.address,
        scales={HOUSE: Scale(least=replicas, most=replicas)},
        deadline_s=60.0,
        variables={"PYTHONPATH": str(FOLDER), _MARK: mark},
    )
    put_up(engines_of([PROBE], args), APPLICATION)
    stop = threading.Event()
    watcher = threading.Thread(target=_watch, args=(audit, store, stop), daemon=True)
    watcher.start()
    films, round_of = 0, list[str]()
    try:
        while counts.total() < kills:
            films += 1
            journal = root / f"answers-{films}"
            command = [
                sys.executable,
                "-m",
                "servebench.kills",
                nodes.address,
                str(store.root),
                str(journal),
                str(films),
                str(tasks),
                str(seconds),
            ]
            driver = _start(command, root)
            drivers += 1
            next_kill, heard = math.inf, 0  # nothing is killed before this driver is at work
            until = time.monotonic() + _SETTLE_SECONDS + tasks * seconds * 4
            while True:
                if time.monotonic() > until:
                    driver.kill()
                    missing = tasks - len(digests_of(journal))
                    where = f"{missing} of {tasks} tasks of film {films} are missing after {dict(counts)}; {drivers} drivers"
                    raise TimeoutError(f"{where}. Serve says: {serve.status().applications}. The driver said: {_words(root)}")
                code = driver.poll()
                if code == 0:
                    break
                if code is not None:
                    if drivers > 2 * kills + 5:
                        raise RuntimeError(f"drivers end by themselves, again and again: {_words(root)}")
                    driver = _start(command, root)
                    drivers += 1
                    next_kill, heard = math.inf, _bytes_of(journal)
                if next_kill == math.inf and _bytes_of(journal) > heard:
                    next_kill = time.monotonic() + chance.expovariate(1 / every)
                if counts.total() < kills and time.monotonic() >= next_kill:
                    round_of = round_of or chance.sample(KINDS, len(KINDS))
                    what = round_of[-1]
                    if _kill(what, nodes, driver, chance, mark):
                        counts[round_of.pop()] += 1
                        tell(f"{counts.total()}: a {what} was killed")
                        until = max(until, time.monotonic() + _SETTLE_SECONDS)
                    next_kill = time.monotonic() + chance.expovariate(1 / every)
                time.sleep(_LOOK_SECONDS)
            audit.look(store)
            audit.read(journal)
            planned += tasks
            finished += sum(1 for digest in digests_of(journal) if store.take(digest) is not None)
    finally:
        stop.set()
        watcher.join(10)
        take_down(APPLICATION)
    return Killed(planned, dict(counts), drivers, finished, len(audit.twice()), time.monotonic() - begun), audit


def _watch(audit: Audit, store: Store, stop: threading.Event) -> None:
    while not stop.wait(_LOOK_SECONDS):
        audit.look(store)


def _start(command: list[str], root: Path) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(FOLDER), os.environ.get("PYTHONPATH", "")])}
    with (root / "driver.log").open("ab") as log:
        return subprocess.Popen(command, cwd=FOLDER, env=environment, stdout=subprocess.DEVNULL, stderr=log, start_new_session=True)


def _bytes_of(journal: Path) -> int:
    return journal.stat().st_size if journal.exists() else 0


def _words(root: Path) -> str:
    return (root / "driver.log").read_text(errors="replace")[-2000:]


def _kill(what: str, nodes: TwoNodes, driver: subprocess.Popen[bytes], chance: random.Random, mark: str) -> bool:
    if what == "driver":
        driver.kill()
        return True
    if what == "node":
        nodes.remove_worker()
        nodes.add_worker()
        return True
    replicas = _replicas(mark)
    if not replicas:
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(chance.choice(replicas), signal.SIGKILL)
    return True


def _replicas(mark: str) -> list[int]:
    """Process ids of the replicas on both nodes, which are of this machine, by the mark in their environment."""
    found: list[int] = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                named = b"ServeReplica" in (folder / "cmdline").read_bytes()
                if named and mark.encode() in (folder / "environ").read_bytes():
                    found.append(int(folder.name))
    return sorted(found)


def _main(arguments: Iterable[str]) -> None:
    address, store, journal, film, tasks, seconds = arguments
    drive(address, Path(store), Path(journal), int(film), int(tasks), float(seconds))


if __name__ == "__main__":
    _main(sys.argv[1:])
