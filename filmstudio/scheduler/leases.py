"""Jobs as workers see them: leased, kept alive, reported on, and ended once. A write with a token that is not the latest is refused."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import sqlalchemy as sa
from pydantic import JsonValue
from sqlalchemy.engine import Connection

from filmstudio.scheduler import turns
from filmstudio.scheduler.database import LEASABLE, QUEUED, RUNNING, Database, jobs, specs
from filmstudio.scheduler.events import append, runnable_since
from filmstudio.scheduler.job import ErrorClass, Lease, LeaseLost, Status, Wanted, job_of
from filmstudio.scheduler.retries import Retry, retry_after
from filmstudio.scheduler.tallies import Increments, keep


@dataclass(frozen=True, slots=True)
class LeaseTerms:
    """How long a lease lasts. Seconds."""

    seconds: float = 30.0
    """Without a heartbeat."""
    sweep: float = 1.0
    """Between two looks for leases that ran out and jobs whose back-off has passed."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Why an attempt failed."""

    kind: ErrorClass
    message: str
    remedy: str = ""
    problems: tuple[Mapping[str, Any], ...] = ()


_bind = sa.bindparam
_FIRST_OF_TENANT: Final = (
    sa.select(jobs.c.id)
    .where(jobs.c.tenant == _bind("of"), LEASABLE)
    .where(sa.or_(jobs.c.avoid != _bind("by"), jobs.c.avoid_until <= _bind("at")))
    .order_by(jobs.c.priority.desc(), jobs.c.id)
    .limit(1)
    .scalar_subquery()
)
_CLAIM: Final = (
    sa.update(jobs)
    .where(jobs.c.id == _FIRST_OF_TENANT)
    .values(
        status=Status.RUNNING.value,
        worker=_bind("by"),
        token=jobs.c.token + 1,
        attempt=jobs.c.attempt + 1,
        lease_until=_bind("until"),
        started=sa.func.coalesce(jobs.c.started, _bind("at")),
        charged=jobs.c.estimate,
        spending=0.0,
        start_tag=_bind("tag"),
        leased_at_progress=jobs.c.progress,
        wanted="",
        events=jobs.c.events + 1,
    )
    .returning(jobs)
)
_SPEC: Final = sa.select(specs.c.body).where(specs.c.job == _bind("job"))
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
_END: Final = (
    sa.update(jobs)
    .where(_MINE)
    .values(
        status=_bind("to"),
        progress=sa.case((_bind("whole"), 1.0), else_=jobs.c.progress),
        finished=_bind("end"),
        lease_until=None,
        charged=0.0,
        spending=0.0,
        spent=jobs.c.spent + _bind("cost"),
        attempt=jobs.c.attempt - _bind("taken_back"),
        failures=_bind("failed"),
        held_until=_bind("hold"),
        avoid=_bind("shun"),
        avoid_until=_bind("shun_until"),
        wanted="",
        result=_bind("outcome"),
        evidence=_bind("told"),
        events=jobs.c.events + 1,
    )
    .returning(jobs.c.events)
)
_ROW: Final = sa.select(jobs).where(jobs.c.id == _bind("job"))
_RAN_OUT: Final = sa.select(jobs.c.id, jobs.c.tenant, jobs.c.token).where(RUNNING, jobs.c.lease_until <= _bind("at")).limit(200)
_HELD: Final = sa.select(jobs.c.id, jobs.c.tenant).where(QUEUED, jobs.c.held_until <= _bind("at")).limit(200)
_FREE: Final = (
    sa.update(jobs).where(jobs.c.id == _bind("job"), QUEUED, jobs.c.held_until <= _bind("at")).values(held_until=None).returning(jobs.c.id)
)
_LEFT_BY: Final = sa.select(jobs.c.id, jobs.c.tenant, jobs.c.token).where(RUNNING, jobs.c.worker == _bind("by"))


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
        with self.database.writing() as connection:
            turn = turns.next_in_turn(connection)
            while turn is not None:
                values = {"of": turn.name, "by": worker, "at": now, "until": now + self.terms.seconds, "tag": turn.virtual_time}
                row = connection.execute(_CLAIM, values).first()
                if row is not None:
                    break
                turn = turns.next_in_turn(connection, after=turn)  # all that waits there failed on this worker a moment ago
            if turn is None or row is None:
                return None
            turns.move(connection, turn, turns.Move(charge=row.estimate, waiting=-1))
            waited = max(0.0, now - runnable_since(connection, row.id, row.events - 1))
            append(connection, row.id, row.events, "status", now, {"status": "running", "attempt": row.attempt})
            body = connection.scalar(_SPEC, {"job": row.id})
        return Lease(job_of(row), row.token, json.loads(body or "null"), now + self.terms.seconds, waited)

    # --- going on -----------------------------------------------------------------------------------------------------------

    def heartbeat(self, lease: Lease) -> Wanted:
        """Keep the lease; tells what the tenant wants of the job meanwhile: nothing, cancel or pause.

        Raises:
            LeaseLost: the job is another worker's now, or finished.
        """
        with self.database.writing() as connection:
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
            turn, row = self._held(connection, lease)
            if row.token == lease.token and row.status == Status.SUCCEEDED:
                return  # told twice, because the first answer was lost on the way
            end = _Ending(Status.SUCCEEDED, self._clock(), spent, row, result=json.dumps(result, ensure_ascii=False))
            self._end(connection, turn, lease.job.id, lease.token, end)
            keep(self.database, connection, counted)

    def fail(self, lease: Lease, why: Failed, spent: float) -> Status:
        """End an attempt that failed; returns where the job stands now: queued for another try, or failed.

        The user's own fault fails at once. Anything else is tried again, an engine's fault elsewhere; after three failures in
        a row the job is failed, with the evidence of each.

        Raises:
            LeaseLost: the job is another worker's now, or finished.
        """
        with self.database.writing(durable=True) as connection:
            turn, row = self._held(connection, lease)
            end = self._ending_of(row, why, spent)
            self._end(connection, turn, lease.job.id, lease.token, end)
        return end.to

    def release(self, lease: Lease, spent: float, to: Status = Status.QUEUED) -> None:
        """Give the job back, by nobody's fault: to the queue, or paused or cancelled as the tenant wanted.

        Raises:
            LeaseLost: the job is another worker's now, or finished.
        """
        with self.database.writing(durable=True) as connection:
            turn, row = self._held(connection, lease)
            taken_back = 1 if to is Status.QUEUED else 0
            self._end(connection, turn, lease.job.id, lease.token, _Ending(to, self._clock(), spent, row, taken_back=taken_back))

    # --- what was left behind -----------------------------------------------------------------------------------------------

    def sweep(self) -> int:
        """End leases that ran out, and let jobs go whose back-off has passed. Returns how many leases it ended."""
        now, ended = self._clock(), 0
        with self.database.reading() as connection:
            ran_out, held = connection.execute(_RAN_OUT, {"at": now}).all(), connection.execute(_HELD, {"at": now}).all()
        for found in ran_out:
            ended += self._abandon(found.id, found.tenant, found.token, until=now)
        for freed in held:
            with self.database.writing() as connection:
                turn = turns.lock(connection, freed.tenant)
                if turn is not None and connection.execute(_FREE, {"job": freed.id, "at": now}).first() is not None:
                    turns.move(connection, turn, turns.Move(waiting=1))
        return ended

    def abandoned_by(self, worker: str) -> int:
        """End all leases of a worker that is known to be dead, without waiting for them to run out. Returns how many."""
        with self.database.reading() as connection:
            left = connection.execute(_LEFT_BY, {"by": worker}).all()
        return sum(self._abandon(found.id, found.tenant, found.token) for found in left)

    def _abandon(self, job: str, tenant: str, token: int, until: float | None = None) -> int:
        with self.database.writing(durable=True) as connection:
            turn = turns.lock(connection, tenant)
            row = connection.execute(_ROW, {"job": job}).first()
            if turn is None or row is None or row.token != token or row.status != Status.RUNNING:
                return 0
            if until is not None and row.lease_until > until:
                return 0  # its worker spoke up between the look and the lock
            wanted = {"cancel": Status.CANCELLED, "pause": Status.PAUSED}.get(row.wanted)
            if wanted is not None:
                end = _Ending(wanted, self._clock(), row.spending, row)
            else:
                end = self._ending_of(row, Failed("transient", f"the worker {row.worker} was not heard of any more."), row.spending)
            self._end(connection, turn, job, token, end)
            return 1

    # --- the one way to end an attempt --------------------------------------------------------------------------------------

    def _held(self, connection: Connection, lease: Lease) -> tuple[turns.Turn, Any]:
        turn = turns.lock(connection, lease.job.tenant)
        row = connection.execute(_ROW, {"job": lease.job.id}).first()
        if turn is None or row is None:
            raise _lost(lease)
        return turn, row

    def _ending_of(self, row: Any, why: Failed, spent: float) -> _Ending:
        now = self._clock()
        failures = 1 if row.progress > row.leased_at_progress else row.failures + 1
        again = retry_after(self._retry, why.kind, failures, seed=f"{row.id}:{row.token}")
        told = json.loads(row.evidence)
        told.append(
            {"attempt": row.attempt, "worker": row.worker, "kind": why.kind, "message": why.message, "remedy": why.remedy, "at": now,
             "problems": [dict(problem) for problem in why.problems]}
        )  # fmt: skip
        evidence = json.dumps(told[-_MOST_EVIDENCE:], ensure_ascii=False)
        if again is None:
            return _Ending(Status.FAILED, now, spent, row, failures=failures, evidence=evidence)
        shun = row.worker if why.kind == "engine" else ""
        return _Ending(
            Status.QUEUED, now, spent, row, failures=failures, evidence=evidence, hold=now + again, shun=shun,
            shun_until=now + again + self._retry.elsewhere_seconds,
        )  # fmt: skip

    def _end(self, connection: Connection, turn: turns.Turn, job: str, token: int, end: _Ending) -> None:
        values = {
            "job": job, "mine": token, "to": end.to.value, "whole": end.to is Status.SUCCEEDED,
            "end": end.at if end.to not in (Status.QUEUED, Status.PAUSED) else None, "cost": end.spent, "taken_back": end.taken_back,
            "failed": end.failures, "hold": end.hold, "shun": end.shun, "shun_until": end.shun_until, "outcome": end.result,
            "told": end.evidence or end.row.evidence,
        }  # fmt: skip
        ended = connection.execute(_END, values).first()
        if ended is None:
            raise LeaseLost(f"job {job} is another worker's now, or finished.")
        body: dict[str, Any] = {"status": end.to.value}
        if end.evidence:
            last = json.loads(end.evidence)[-1]
            body |= {"attempt": last["attempt"], "kind": last["kind"], "message": last["message"], "remedy": last["remedy"]}
            if end.hold is not None:
                body["again_in"] = round(end.hold - end.at, 3)
        append(connection, job, ended.events, "status", end.at, body)
        stays = end.to in (Status.QUEUED, Status.PAUSED)
        waits = end.to is Status.QUEUED and end.hold is None
        charge, gone = end.spent - end.row.charged, 0 if stays else -1
        turns.move(connection, turn, turns.Move(charge, 1 if waits else 0, gone, gone * end.row.estimate))


_MOST_EVIDENCE: Final = 20
"""Failures of a job that are kept, latest last: a film that goes on for days through many deaths has no book of them."""


class _Ending:
    """How an attempt ends."""

    def __init__(
        self,
        to: Status,
        at: float,
        spent: float,
        row: Any,
        *,
        result: str | None = None,
        failures: int | None = None,
        evidence: str = "",
        hold: float | None = None,
        shun: str = "",
        shun_until: float = 0.0,
        taken_back: int = 0,
    ) -> None:
        self.to, self.at, self.spent, self.row = to, at, spent, row
        self.result, self.evidence = result, evidence
        self.failures = row.failures if failures is None else failures
        self.hold, self.shun, self.shun_until, self.taken_back = hold, shun, shun_until, taken_back


def _mine(lease: Lease) -> dict[str, Any]:
    return {"job": lease.job.id, "mine": lease.token}


def _lost(lease: Lease) -> LeaseLost:
    return LeaseLost(f"job {lease.job.id} is another worker's now, or finished.")
