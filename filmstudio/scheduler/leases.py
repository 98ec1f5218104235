"""Jobs as workers see them: leased, kept alive, reported on, and ended once. A write with a token that is not the latest is refused."""

from __future__ import annotations

import contextlib
import json
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import sqlalchemy as sa
from pydantic import JsonValue
from sqlalchemy.engine import Connection

from filmstudio.scheduler import turns
from filmstudio.scheduler.claims import claim
from filmstudio.scheduler.database import QUEUED, RUNNING, Database, jobs
from filmstudio.scheduler.endings import Ending, Failed, end_all, failure, free_all, lock_rows
from filmstudio.scheduler.events import append
from filmstudio.scheduler.job import Lease, LeaseLost, Status, Wanted
from filmstudio.scheduler.retries import Retry
from filmstudio.scheduler.tallies import Increments, keep

__all__ = ["Failed", "LeaseTerms", "Leases"]


@dataclass(frozen=True, slots=True)
class LeaseTerms:
    """How long a lease lasts. Seconds."""

    seconds: float = 30.0
    """Without a heartbeat."""
    sweep: float = 1.0
    """Between two looks for leases that ran out and jobs whose back-off has passed."""


_bind = sa.bindparam
_MINE: Final = sa.and_(jobs.c.id == _bind("job"), jobs.c.token == _bind("mine"), RUNNING)
_BEAT: Final = sa.update(jobs).where(_MINE).values(lease_until=_bind("until")).returning(jobs.c.wanted)
_REPORT: Final = (
    sa.update(jobs)
    .where(_MINE)
    .values(
        progress=sa.case((jobs.c.progress < _bind("now_at"), _bind("now_at")), else_=jobs.c.progress),
        stage=_bind("in_stage"),
        spending=_bind("cost"),
        events=jobs.c.events + 1,
    )
    .returning(jobs.c.events, jobs.c.progress)
)
_PORTION: Final = 500
"""Jobs that are ended in one transaction: whoever waits for their tenants' rows waits for no more."""
_RAN_OUT: Final = sa.select(jobs.c.id, jobs.c.tenant).where(RUNNING, jobs.c.lease_until <= _bind("at")).limit(_PORTION)
_HELD: Final = sa.select(jobs.c.id, jobs.c.tenant).where(QUEUED, jobs.c.held_until <= _bind("at")).limit(_PORTION)
_LEFT_BY: Final = (
    sa.select(jobs.c.id, jobs.c.tenant)
    .where(RUNNING, jobs.c.worker == _bind("by"), jobs.c.id > _bind("after"))
    .order_by(jobs.c.id)
    .limit(_PORTION)
)


class Leases:
    """Gives jobs to workers, in fair turns between tenants and by priority and age within each."""

    def __init__(
        self, database: Database, clock: Callable[[], float] = time.time, terms: LeaseTerms = LeaseTerms(), retry: Retry = Retry()
    ) -> None:
        self.database, self.terms = database, terms
        self._clock, self._retry = clock, retry
        self._swept = -1.0

    # --- beginning ----------------------------------------------------------------------------------------------------------

    def lease(self, worker: str) -> Lease | None:
        """The next job, for ``worker`` alone until its lease runs out; None when nothing waits."""
        now = self._clock()
        if now - self._swept >= self.terms.sweep:
            self._swept = now
            self.sweep()
        until = now + self.terms.seconds
        claimed = claim(self.database, worker, now, until)
        return Lease(claimed.job, claimed.job.token, claimed.spec, until, claimed.waited) if claimed is not None else None

    # --- going on -----------------------------------------------------------------------------------------------------------

    def heartbeat(self, lease: Lease) -> Wanted:
        """Keep the lease; tells what the tenant wants of the job meanwhile: nothing, cancel or pause.

        Raises:
            LeaseLost: the job is another worker's now, or finished.
        """
        with self.database.stating() as connection:
            row = connection.execute(_BEAT, {**_mine(lease), "until": self._clock() + self.terms.seconds}).first()
        if row is None:
            raise _lost(lease)
        wanted: Wanted = row.wanted
        return wanted

    def report(self, lease: Lease, progress: float, stage: str, spent: float, tasks: Sequence[Mapping[str, JsonValue]] = ()) -> None:
        """Tell how far the job is: ``progress`` 0 to 1, and ``spent`` resource-seconds of this attempt.

        Each call is one event: call it a few times a second at most.

        Raises:
            LeaseLost: the job is another worker's now, or finished.
        """
        with self.database.writing() as connection:
            row = connection.execute(_REPORT, {**_mine(lease), "now_at": progress, "in_stage": stage, "cost": spent}).first()
            if row is None:
                raise _lost(lease)
            body: dict[str, Any] = {"progress": round(row.progress, 4), "stage": stage}
            if tasks:
                body["tasks"] = list(tasks)
            append(connection, lease.job.id, row.events, "progress", self._clock(), body)

    # --- ending -------------------------------------------------------------------------------------------------------------

    def succeed(self, lease: Lease, result: JsonValue, spent: float, counted: Increments = MappingProxyType({})) -> None:
        """Commit the job: once, whoever says so how often.

        ``spent``: measured resource-seconds, by which the charge is corrected. ``counted``: what is counted of the finished job.

        Raises:
            LeaseLost: the job is another worker's now, or was finished by another; nothing is changed.
        """
        with self.database.writing(durable=True) as connection:
            turn, row = _held(connection, lease)
            if row.token == lease.token and row.status == Status.SUCCEEDED:
                return  # told twice, because the first answer was lost on the way
            told = json.dumps(result, ensure_ascii=False)
            _end(connection, lease, turn, Ending(to=Status.SUCCEEDED, at=self._clock(), spent=spent, row=row, result=told))
            keep(self.database, connection, counted)

    def fail(self, lease: Lease, why: Failed, spent: float) -> Status:
        """End an attempt that failed; returns where the job stands now: queued for another try, or failed.

        The user's own fault fails at once. Anything else is tried again, an engine's fault elsewhere; after three failures in
        a row the job is failed, with the evidence of each.

        Raises:
            LeaseLost: the job is another worker's now, or finished.
        """
        with self.database.writing(durable=True) as connection:
            turn, row = _held(connection, lease)
            end = failure(row, why, spent, self._clock(), self._retry)
            _end(connection, lease, turn, end)
        return end.to

    def release(self, lease: Lease, spent: float, to: Status = Status.QUEUED) -> None:
        """Give the job back, by nobody's fault: to the queue, or paused or cancelled as the tenant wanted.

        Raises:
            LeaseLost: the job is another worker's now, or finished.
        """
        with self.database.writing(durable=True) as connection:
            turn, row = _held(connection, lease)
            taken_back = 1 if to is Status.QUEUED else 0
            _end(connection, lease, turn, Ending(to=to, at=self._clock(), spent=spent, row=row, taken_back=taken_back))

    # --- what was left behind -----------------------------------------------------------------------------------------------

    def sweep(self) -> int:
        """End leases that ran out, and let jobs go whose back-off has passed: a portion of each. Returns how many leases it ended."""
        now = self._clock()
        with self.database.reading() as connection:
            ran_out, held = connection.execute(_RAN_OUT, {"at": now}).all(), connection.execute(_HELD, {"at": now}).all()
        if len(ran_out) == _PORTION or len(held) == _PORTION:
            self._swept = -math.inf  # there are more: the next lease looks at once
        ended = self._abandon(ran_out, lambda row: row.lease_until <= now)  # else its worker spoke up between the look and the lock
        with self.database.writing() if held else contextlib.nullcontext() as connection:
            if connection is not None:
                locked = turns.lock_all(connection, {row.tenant for row in held})
                rows = lock_rows(connection, [row.id for row in held])
                free_all(connection, locked, [row for row in rows if row.status == Status.QUEUED and (row.held_until or now + 1) <= now])
        return ended

    def abandoned_by(self, worker: str) -> int:
        """End all leases of a worker that is known to be dead, without waiting for them to run out. Returns how many."""
        ended, last = 0, ""
        while True:
            with self.database.reading() as connection:
                left = connection.execute(_LEFT_BY, {"by": worker, "after": last}).all()
            if not left:
                return ended
            ended, last = ended + self._abandon(left, lambda row: row.worker == worker), left[-1].id

    def _abandon(self, found: Sequence[Any], is_left: Callable[[Any], bool]) -> int:
        """End those of these jobs that run still and whose worker is gone, in one transaction."""
        if not found:
            return 0
        with self.database.writing(durable=True) as connection:
            locked = turns.lock_all(connection, {row.tenant for row in found})
            rows = [row for row in lock_rows(connection, [row.id for row in found]) if row.status == Status.RUNNING and is_left(row)]
            end_all(connection, locked, [self._ending_without_worker(row) for row in rows])
        return len(rows)

    def _ending_without_worker(self, row: Any) -> Ending:
        now, wanted = self._clock(), {"cancel": Status.CANCELLED, "pause": Status.PAUSED}.get(row.wanted)
        if wanted is not None:
            return Ending(to=wanted, at=now, spent=row.spending, row=row)
        why = Failed("transient", f"the worker {row.worker} was not heard of any more.")
        return failure(row, why, row.spending, now, self._retry)


def _held(connection: Connection, lease: Lease) -> tuple[turns.Turn, Any]:
    turn = turns.lock(connection, lease.job.tenant)
    rows = lock_rows(connection, [lease.job.id])
    if turn is None or not rows:
        raise _lost(lease)
    return turn, rows[0]


def _end(connection: Connection, lease: Lease, turn: turns.Turn, end: Ending) -> None:
    if end.row.token != lease.token or end.row.status != Status.RUNNING:
        raise _lost(lease)
    end_all(connection, {turn.name: turn}, [end])


def _mine(lease: Lease) -> dict[str, Any]:
    return {"job": lease.job.id, "mine": lease.token}


def _lost(lease: Lease) -> LeaseLost:
    return LeaseLost(f"job {lease.job.id} is another worker's now, or finished.")
