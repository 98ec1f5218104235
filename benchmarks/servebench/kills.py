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
    from filmstudio.serve.applications import EnginesArgs, engines_of
    from filmstudio.serve.company import APPLICATION
    from filmstudio.serve.deployed import put_up, take_down
    from filmstudio.serve.posts import HOUSE, Scale

    begun, store, mark = time.monotonic(), Store(root / "store"), secrets.token_hex(8)
    args = EnginesArgs(
        store=store.address,
        scales={HOUSE: Scale(least=replicas, most=replicas)},
        deadline_s=60.0,
        variables={"PYTHONPATH": str(FOLDER), _MARK: mark},
    )
    put_up(engines_of([PROBE], args), APPLICATION)
    audit, stop = Audit(), threading.Event()
    watcher = threading.Thread(target=_watch, args=(audit, store, stop), daemon=True)
    watcher.start()
    killer = _Killer(nodes, kills, every, random.Random(seed), mark, tell)
    films = drivers = finished = 0
    try:
        while not killer.done:
            films += 1
            walk = _Walk(nodes, store, root, films, tasks, seconds, killer)
            drivers += walk.to_its_end(most=2 * kills + 5 - drivers)
            audit.look(store)
            audit.read(walk.journal)
            finished += sum(1 for digest in digests_of(walk.journal) if store.take(digest) is not None)
    finally:
        stop.set()
        watcher.join(10)
        take_down(APPLICATION)
    return Killed(films * tasks, dict(killer.counts), drivers, finished, len(audit.twice()), time.monotonic() - begun), audit


class _Killer:
    """Kills by chance, each kind as often as the others, once a driver is at work."""

    def __init__(self, nodes: TwoNodes, kills: int, every: float, chance: random.Random, mark: str, tell: Callable[[str], Any]) -> None:
        self._nodes, self._kills, self._every, self._chance, self._mark, self._tell = nodes, kills, every, chance, mark, tell
        self._round: list[str] = []
        self._next = math.inf
        self.counts = Counter[str]()

    @property
    def done(self) -> bool:
        """Whether it has killed as often as it was asked to."""
        return self.counts.total() >= self._kills

    def spare(self) -> None:
        """Kill nothing until the driver is at work."""
        self._next = math.inf

    def strike(self, driver: subprocess.Popen[bytes], *, at_work: bool) -> bool:
        """Kill something if it is time; tells whether it did."""
        if self._next == math.inf and at_work:
            self._wait()
        if self.done or time.monotonic() < self._next:
            return False
        self._round = self._round or self._chance.sample(KINDS, len(KINDS))
        killed = _kill(self._round[-1], self._nodes, driver, self._chance, self._mark)
        if killed:
            what = self._round.pop()
            self.counts[what] += 1
            self._tell(f"{self.counts.total()}: a {what} was killed")
        self._wait()
        return killed

    def _wait(self) -> None:
        self._next = time.monotonic() + self._chance.expovariate(1 / self._every)


class _Walk:
    """One film, walked by one driver after another until it is made."""

    def __init__(self, nodes: TwoNodes, store: Store, root: Path, film: int, tasks: int, seconds: float, killer: _Killer) -> None:
        self.journal = root / f"answers-{film}"
        self._root, self._film, self._tasks, self._killer = root, film, tasks, killer
        told = (nodes.address, store.root, self.journal, film, tasks, seconds)
        self._command = [sys.executable, "-m", "servebench.kills", *map(str, told)]
        self._patience = _SETTLE_SECONDS + tasks * seconds * 4
        self._drivers = 0

    def to_its_end(self, most: int) -> int:
        """Walk while things are killed; how many drivers it took.

        Raises:
            RuntimeError: it took more than ``most``.
            TimeoutError: it did not end.
        """
        until, driver, heard = time.monotonic() + self._patience, self._begin(), 0
        while (code := driver.poll()) != 0:
            if time.monotonic() > until:
                driver.kill()
                raise TimeoutError(self._where())
            if code is not None:
                if self._drivers >= most:
                    raise RuntimeError(f"drivers end by themselves, again and again: {_words(self._root)}")
                driver, heard = self._begin(), _bytes_of(self.journal)
            if self._killer.strike(driver, at_work=_bytes_of(self.journal) > heard):
                until = max(until, time.monotonic() + _SETTLE_SECONDS)
            time.sleep(_LOOK_SECONDS)
        return self._drivers

    def _begin(self) -> subprocess.Popen[bytes]:
        self._drivers += 1
        self._killer.spare()
        return _start(self._command, self._root)

    def _where(self) -> str:
        from ray import serve

        missing = self._tasks - len(digests_of(self.journal))
        where = f"{missing} of {self._tasks} tasks of film {self._film} are missing after {dict(self._killer.counts)}"
        return f"{where}; {self._drivers} drivers. Serve says: {serve.status().applications}. The driver said: {_words(self._root)}"


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
