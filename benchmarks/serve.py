"""How serving holds: the API's latency under an open-loop load, and what ``--soak``, ``--queue``, ``--overhead`` and ``--kills`` ask.

Run it as ``./studio bench serve``. The load comes from this process, the API runs in another,
started as a user would: ``studio serve --no-ray``.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import resource
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TextIO

from filmbench.machine import Machine, this_machine
from servebench.house import serving
from servebench.load import Answer, Mix, load, percentile

SCRIPT = Path(__file__).parents[1] / "examples" / "morning-cup.fountain"
BUDGET_P95_MS = 50.0
"""For reads and for submissions, at 200 requests a second on two cores."""


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds from when a request was due."""

    count: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    worst_ms: float


@dataclass(frozen=True, slots=True)
class Figures:
    """What the load found."""

    asked_per_second: float
    answered_per_second: float
    seconds: float
    reads: Latency
    submissions: Latency
    errors: int
    statuses: dict[str, int]
    tenants: int
    client_cpu_seconds: float
    within_budget: bool
    machine: Machine
    load_after: float


@contextlib.contextmanager
def _quiet(log: Path) -> Iterator[TextIO]:
    """Have what this process and its children print go to ``log``, but for what is printed on the terminal that this gives.

    Ray tells of every death in twenty lines, here and in every driver.
    """
    sys.stdout.flush()
    with os.fdopen(os.dup(1), "w") as out, os.fdopen(os.dup(2), "w", buffering=1) as terminal, log.open("w") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
        try:
            yield terminal
        finally:
            sys.stdout.flush()
            os.dup2(out.fileno(), 1)
            os.dup2(terminal.fileno(), 2)


def main() -> int:
    """Measure, and print a table; with ``--json`` the figures go to standard output and the table to standard error."""
    wanted = _arguments()
    with tempfile.TemporaryDirectory(prefix="filmstudio-bench-", dir=wanted.work) as folder:
        if wanted.queue:
            from servebench.backlog import queue_costs, queue_table

            queued = queue_costs(Path(folder), wanted.jobs, wanted.job_tenants, wanted.database)
            figures, text, good = asdict(queued), queue_table(queued), queued.good
        elif wanted.kills:
            from servebench import kills

            with _quiet(Path(folder) / "ray.log") as terminal:
                killed, _ = kills.measure(wanted.kills, Path(folder), lambda line: print(line, file=terminal))
            figures, text, good = _on_this_machine(asdict(killed), str(killed), killed.good)
        elif wanted.overhead:
            from servebench import overhead

            added = overhead.measure()
            figures, text, good = _on_this_machine({"batches": [asdict(one) for one in added]}, overhead.page(added), True)
        elif wanted.soak:
            from servebench.soak import soak, soak_table

            soaked = soak(Path(folder), films=wanted.films, tenants=wanted.tenants, workers=wanted.workers, at_once=wanted.films_at_once)
            figures, text, good = asdict(soaked), soak_table(soaked), soaked.good
        else:
            found = measure(Path(folder), wanted.rate, wanted.seconds, wanted.tenants)
            figures, text, good = asdict(found), table(found), found.within_budget
    print(text, file=sys.stderr if wanted.json else sys.stdout)
    if wanted.json:
        json.dump(figures, sys.stdout, indent=2)
        print()
    return 0 if good else 1


def _on_this_machine(figures: dict[str, Any], text: str, good: bool) -> tuple[dict[str, Any], str, bool]:
    """The same with the machine that they were measured on."""
    machine = this_machine()
    return {**figures, "machine": asdict(machine)}, f"{text}\nmachine         {machine}", good


def measure(folder: Path, rate: float, seconds: float, tenants: int) -> Figures:
    """Serve without a crew, warm up for two seconds, and load."""
    machine = this_machine()
    names = {f"tenant-{number}": "enterprise" for number in range(tenants)}
    with serving(folder, names, "--crew", "0", "--cache-dir", str(folder / "cache")) as house:
        mix = Mix(list(house.keys.values()), SCRIPT.read_text(encoding="utf-8"))
        asyncio.run(load(house.address, mix, rate / 4, 2.0))
        before = resource.getrusage(resource.RUSAGE_SELF)
        answers = asyncio.run(load(house.address, mix, rate, seconds))
        after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return _figures(answers, rate, seconds, tenants, cpu, machine)


def _figures(answers: list[Answer], rate: float, seconds: float, tenants: int, cpu: float, machine: Machine) -> Figures:
    reads, submissions = _latency(answers, "read"), _latency(answers, "submit")
    errors = sum(1 for answer in answers if answer.status not in (200, 202))
    statuses: dict[str, int] = {}
    for answer in answers:
        statuses[str(answer.status)] = statuses.get(str(answer.status), 0) + 1
    return Figures(
        asked_per_second=rate,
        answered_per_second=round(len(answers) / seconds, 1),
        seconds=seconds,
        reads=reads,
        submissions=submissions,
        errors=errors,
        statuses=statuses,
        tenants=tenants,
        client_cpu_seconds=round(cpu, 2),
        within_budget=errors == 0 and max(reads.p95_ms, submissions.p95_ms) < BUDGET_P95_MS,
        machine=machine,
        load_after=this_machine().load,
    )


def _latency(answers: list[Answer], kind: str) -> Latency:
    times = [answer.seconds for answer in answers if answer.kind == kind]
    p50, p95, p99, worst = (round(percentile(times, share), 2) for share in (0.5, 0.95, 0.99, 1.0))
    return Latency(len(times), p50, p95, p99, worst)


def table(figures: Figures) -> str:
    """The figures for people."""
    machine = figures.machine
    rows = [
        ("load", f"{figures.asked_per_second:g} a second for {figures.seconds:g} s, open loop, {figures.tenants} tenants, another process"),
        ("machine", str(machine)),
        ("load average", f"{machine.load:g} before, {figures.load_after:g} after (the benchmark itself gives about 1)"),
        ("", ""),
        *((name, _latency_row(found)) for name, found in (("reads", figures.reads), ("submissions", figures.submissions))),
        ("answered", f"{figures.answered_per_second:g} requests/s, {figures.errors} errors, {figures.statuses}"),
        ("client", f"{figures.client_cpu_seconds:g} s of processor time"),
        ("budget", f"p95 under {BUDGET_P95_MS:g} ms, no errors: {'kept' if figures.within_budget else 'NOT KEPT'}"),
    ]  # fmt: skip
    return "\n".join(f"{name:<16}{value}".rstrip() for name, value in rows)


def _latency_row(found: Latency) -> str:
    return (
        f"p50 {found.p50_ms:.1f} ms, p95 {found.p95_ms:.1f} ms, p99 {found.p99_ms:.1f} ms, worst {found.worst_ms:.1f} ms, of {found.count}"
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="studio bench serve", description=__doc__.partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--rate", type=float, default=200.0, help="requests a second (default: 200)")
    parser.add_argument("--seconds", type=float, default=20.0, help="length of the load (default: 20)")
    parser.add_argument("--tenants", type=int, default=20, help="tenants (default: 20)")
    parser.add_argument("--soak", action="store_true", help="make films instead, of free, pro and enterprise tenants at the same time")
    parser.add_argument("--queue", action="store_true", help="measure the queue of jobs by itself: leases, and a restart")
    parser.add_argument("--overhead", action="store_true", help="measure what Ray Serve adds to a batch of calls")
    parser.add_argument("--kills", type=int, default=0, metavar="N", help="kill replicas, nodes and drivers N times in films on Ray")
    parser.add_argument("--jobs", type=int, default=100_000, help="jobs that wait in the queue (default: 100,000)")
    parser.add_argument("--job-tenants", type=int, default=1_000, help="tenants in the queue (default: 1,000)")
    parser.add_argument("--database", default="", help="address of an empty database for the queue (default: SQLite)")
    parser.add_argument("--films", type=int, default=100, help="films of the soak (default: 100)")
    parser.add_argument("--films-at-once", type=int, default=8, help="films in work at the same time in the soak (default: 8)")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="worker processes of the soak (default: one a core)")
    parser.add_argument("--work", type=Path, default=None, metavar="DIR", help="where to work (default: the system's temporary folder)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
