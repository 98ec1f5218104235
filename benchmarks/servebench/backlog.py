"""The queue of jobs by itself: a lease's decision with many jobs and tenants waiting, and how soon a restart has it all again."""

from __future__ import annotations

import json
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from filmbench.machine import Machine, this_machine
from sqlalchemy import event
from sqlalchemy.engine import Engine

from filmstudio.scheduler.database import Database
from filmstudio.scheduler.job import Lease, Submission
from filmstudio.scheduler.jobs import Jobs
from filmstudio.scheduler.leases import Leases
from filmstudio.scheduler.tiers import Tier

T = TypeVar("T")
_BATCH = 500
_LEASES = 2_000
_LEFT_RUNNING = 1_000
"""Leases that the workers of a house that died had: far more than any one house has."""
BUDGET_LEASE_MS, BUDGET_RESTART_SECONDS = 1.0, 10.0


@dataclass(frozen=True, slots=True)
class Queued:
    """What the queue costs."""

    database: str
    jobs: int
    tenants: int
    submit_ms: float
    """One job of a batch of 500, durable."""
    submit_alone_ms: float
    """One job by itself, durable: median."""
    lease_p50_ms: float
    """Of leases as workers have them: with PostgreSQL, once its log is on the disk."""
    lease_mean_ms: float
    lease_p99_ms: float
    decision_p50_ms: float
    """Of the same without waiting for the disk: what the scheduler itself takes. With SQLite no lease waits for it."""
    decision_mean_ms: float
    succeed_ms: float
    """Durable: median."""
    restart_seconds: float
    """A new process opens the database, ends what the dead one's workers held, and has leased its first job."""
    recovered: int
    machine: Machine
    load_after: float

    @property
    def good(self) -> bool:
        """Whether the budgets are kept."""
        return self.decision_mean_ms < BUDGET_LEASE_MS and self.restart_seconds < BUDGET_RESTART_SECONDS


def queue_costs(folder: Path, jobs: int, tenants: int, address: str = "") -> Queued:
    """Fill an empty database with waiting jobs, lease, finish, die and start again."""
    machine, address, chance = this_machine(), address or f"sqlite:///{folder / 'jobs.db'}", random.Random(5)
    database = Database(address)
    house, leases = Jobs(database), Leases(database)

    def asked(number: int) -> Submission:
        spec = {"screenplay": f"LENA\nNumber {number}.", "options": {"size": "480p"}}
        return Submission(f"tenant-{number % tenants}", Tier.ENTERPRISE, spec, chance.uniform(5, 60))

    began = time.perf_counter()
    for first in range(0, jobs, _BATCH):
        house.submit_all([asked(number) for number in range(first, min(first + _BATCH, jobs))])
    submit = (time.perf_counter() - began) / jobs
    alone = [_timed(lambda number=number: house.submit(asked(number)))[0] for number in range(200)]
    leased, held = _leased(leases, _LEASES)
    decided = leased
    if not database.is_sqlite:
        hasty = _without_disk(address)
        decided, more = _leased(Leases(hasty), _LEASES)
        hasty.close()
        for lease in more:
            leases.release(lease, 0.0)
    endings = [_timed(lambda lease=lease: leases.succeed(lease, {"folder": "1"}, 20.0))[0] for lease in held[: _LEASES - _LEFT_RUNNING]]
    began = time.perf_counter()
    ran = subprocess.run([sys.executable, "-c", _RESTART, address], capture_output=True, text=True, check=True)
    restart = time.perf_counter() - began
    database.close()
    leased.sort()
    decided.sort()
    return Queued(
        database=address.partition(":")[0],
        jobs=jobs,
        tenants=tenants,
        submit_ms=round(submit * 1000, 3),
        submit_alone_ms=round(statistics.median(alone) * 1000, 3),
        lease_p50_ms=round(statistics.median(leased) * 1000, 3),
        lease_mean_ms=round(statistics.mean(leased) * 1000, 3),
        lease_p99_ms=round(leased[int(len(leased) * 0.99)] * 1000, 3),
        decision_p50_ms=round(statistics.median(decided) * 1000, 3),
        decision_mean_ms=round(statistics.mean(decided) * 1000, 3),
        succeed_ms=round(statistics.median(endings) * 1000, 3),
        restart_seconds=round(restart, 2),
        recovered=int(json.loads(ran.stdout)["recovered"]),
        machine=machine,
        load_after=this_machine().load,
    )


_RESTART = """
import json, sys
from filmstudio.scheduler.database import Database
from filmstudio.scheduler.leases import Leases
leases = Leases(Database(sys.argv[1]))
recovered = leases.abandoned_by("bench")
assert leases.lease("next") is not None
print(json.dumps({"recovered": recovered}))
"""


def _leased(leases: Leases, count: int) -> tuple[list[float], list[Lease]]:
    """Seconds that each of so many leases takes, and what was leased."""
    seconds, held = [], []
    for _ in range(count):
        took, lease = _timed(lambda: leases.lease("bench"))
        seconds.append(took)
        if lease is not None:
            held.append(lease)
    return seconds, held


def _without_disk(address: str) -> Database:
    """The database, on connections that are told of a commit before it is on the disk: for this measurement alone."""

    @event.listens_for(Engine, "connect")
    def hurry(connection: Any, _: Any) -> None:
        connection.execute("SET synchronous_commit = off")
        connection.commit()

    try:
        hasty = Database(address)
        with hasty.stating() as connection:
            connection.exec_driver_sql("SELECT 1")
    finally:
        event.remove(Engine, "connect", hurry)
    return hasty


def _timed(call: Callable[[], T]) -> tuple[float, T]:
    began = time.perf_counter()
    answer = call()
    return time.perf_counter() - began, answer


def queue_table(found: Queued) -> str:
    """The figures for people."""
    machine = found.machine
    rows = [
        ("queue", f"{found.jobs} jobs of {found.tenants} tenants waiting, {found.database}"),
        ("machine", str(machine)),
        ("load average", f"{machine.load:g} before, {found.load_after:g} after"),
        ("decision", f"p50 {found.decision_p50_ms} ms, mean {found.decision_mean_ms} ms (budget: {BUDGET_LEASE_MS:g}), without the disk"),
        ("lease", f"p50 {found.lease_p50_ms} ms, mean {found.lease_mean_ms} ms, p99 {found.lease_p99_ms} ms, as workers have it"),
        ("submit", f"{found.submit_ms} ms a job in batches, {found.submit_alone_ms} ms alone, durable"),
        ("succeed", f"{found.succeed_ms} ms, durable"),
        ("restart", f"{found.restart_seconds} s, {found.recovered} leases of the dead ended (budget: {BUDGET_RESTART_SECONDS:g} s)"),
    ]  # fmt: skip
    return "\n".join(f"{name:<16}{value}".rstrip() for name, value in rows)
