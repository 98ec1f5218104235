"""Jobs as their tenants see them: submitted, looked at, cancelled, paused, resumed. What ``submit`` returns is on the disk."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from filmstudio.core.errors import StudioError
from filmstudio.core.model import canonical_json, digest_of
from filmstudio.scheduler import turns
from filmstudio.scheduler.admission import Load, Refused, admit
from filmstudio.scheduler.database import FAILED, LEASABLE, RUNNING, Database, jobs, specs, tenants
from filmstudio.scheduler.events import append
from filmstudio.scheduler.job import FINAL, Job, KeyConflict, NoSuchJob, QuotaExceeded, Status, Submission, WrongStatus, job_of, new_id
from filmstudio.scheduler.tiers import TERMS


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much there is to do."""

    waiting: int
    running: int
    unfinished: int
    """Queued, running or paused."""
    tenants: int
    """With jobs that wait."""


_INSERT: Final = sa.insert(jobs)
_INSERT_SPEC: Final = sa.insert(specs)
_BY_KEY: Final = sa.select(jobs).where(jobs.c.tenant == sa.bindparam("of"), jobs.c.idempotency_key == sa.bindparam("key"))
_BY_ID: Final = sa.select(jobs).where(jobs.c.id == sa.bindparam("job"))
_PAGE: Final = (
    sa.select(jobs)
    .where(jobs.c.tenant == sa.bindparam("of"), jobs.c.id < sa.bindparam("before"))
    .order_by(jobs.c.id.desc())
    .limit(sa.bindparam("most"))
)
_PAGE_OF_STATUS: Final = _PAGE.where(jobs.c.status == sa.bindparam("wanted_status"))
_PAGE_OF_FAILED: Final = _PAGE.where(FAILED)
_DEAD_LETTERS: Final = (
    sa.select(jobs).where(FAILED, jobs.c.id < sa.bindparam("before")).order_by(jobs.c.id.desc()).limit(sa.bindparam("most"))
)
_TURN_TO: Final = (
    sa.update(jobs)
    .where(jobs.c.id == sa.bindparam("job"))
    .values(
        status=sa.bindparam("to"),
        finished=sa.bindparam("at"),
        held_until=None,
        wanted="",
        events=jobs.c.events + 1,
    )
)
_TELL: Final = sa.update(jobs).where(jobs.c.id == sa.bindparam("job")).values(wanted=sa.bindparam("what"))
_AFTER_ALL: Final = "~"
"""Sorts after every id."""


class Jobs:
    """The jobs of all tenants. A job is only ever found together with the tenant whose it is."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self.database = database
        self._clock = clock

    def submit(self, submission: Submission) -> Job:
        """Put a job in the queue; it is durable when this returns.

        Raises:
            KeyConflict: its idempotency key was used for another spec.
            QuotaExceeded: the tenant has too many unfinished jobs.
            Refused: its unfinished jobs would take too long.
        """
        answer = self.submit_all([submission])[0]
        if isinstance(answer, StudioError):
            raise answer
        return answer

    def submit_all(self, submissions: Sequence[Submission]) -> list[Job | StudioError]:
        """Submit several in one transaction; one that is refused is an error in its place and does not touch the others."""
        answers: dict[int, Job | StudioError] = {}
        with self.database.writing(durable=True) as connection:
            # Rows of tenants are locked in the order of their names, as everywhere.
            for index in sorted(range(len(submissions)), key=lambda index: submissions[index].tenant):
                try:
                    answers[index] = self._submit(connection, submissions[index])
                except (KeyConflict, QuotaExceeded, Refused) as error:
                    answers[index] = error
        return [answers[index] for index in range(len(submissions))]

    def _submit(self, connection: Connection, asked: Submission) -> Job:
        turn, digest = turns.enrol(self.database, connection, asked.tenant, asked.tier), digest_of({"spec": asked.spec})
        if asked.key is not None:
            row = connection.execute(_BY_KEY, {"of": asked.tenant, "key": asked.key}).first()
            if row is not None and row.spec_digest == digest:
                return job_of(row)
            if row is not None:
                message = f"the idempotency key {asked.key!r} belongs to another job, {row.id}."
                raise KeyConflict(message, remedy="Send the same request as then, or use a new key.")
        most = TERMS[asked.tier].queued
        if turn.unfinished >= most:
            message = f"{turn.unfinished} jobs wait or run already; the {asked.tier} tier may have {most}."
            raise QuotaExceeded(message, remedy="Wait for one to finish, or cancel one.")
        admit(Load(queued=turn.backlog), asked.estimate, asked.tier, rate=0.0)
        now = self._clock()
        row_values: dict[str, Any] = {
            "id": new_id(now), "tenant": asked.tenant, "tier": asked.tier.value, "status": Status.QUEUED.value, "priority": asked.priority,
            "title": asked.title, "progress": 0.0, "stage": "", "estimate": asked.estimate, "charged": 0.0, "spent": 0.0, "spending": 0.0,
            "start_tag": 0.0, "created": now, "started": None, "finished": None, "attempt": 0, "failures": 0, "leased_at_progress": 0.0,
            "token": 0, "worker": "", "lease_until": None, "wanted": "", "held_until": None, "avoid": "", "avoid_until": 0.0, "events": 1,
            "idempotency_key": asked.key, "spec_digest": digest, "trace": asked.trace, "result": None, "evidence": "[]",
        }  # fmt: skip
        connection.execute(_INSERT, row_values)
        connection.execute(_INSERT_SPEC, {"job": row_values["id"], "body": canonical_json(asked.spec)})
        append(connection, row_values["id"], 1, "status", now, {"status": "queued"})
        turns.move(connection, turn, turns.Move(waiting=1, unfinished=1, backlog=asked.estimate), asked.tier)
        return job_of(_Values(row_values))

    # --- looking ------------------------------------------------------------------------------------------------------------

    def get(self, job: str, tenant: str) -> Job:
        """A tenant's job.

        Raises:
            NoSuchJob: this tenant has none with this id, whoever else may.
        """
        with self.database.reading() as connection:
            return _found(connection, job, tenant)

    def page(self, tenant: str, most: int = 50, before: str | None = None, status: Status | None = None) -> list[Job]:
        """A tenant's jobs, newest first; those older than the job ``before``, if given."""
        values: dict[str, Any] = {"of": tenant, "before": before or _AFTER_ALL, "most": most}
        with self.database.reading() as connection:
            if status is None:
                return [job_of(row) for row in connection.execute(_PAGE, values)]
            if status is Status.FAILED:
                return [job_of(row) for row in connection.execute(_PAGE_OF_FAILED, values)]
            return [job_of(row) for row in connection.execute(_PAGE_OF_STATUS, values | {"wanted_status": status.value})]

    def dead_letters(self, most: int = 50, before: str | None = None, tenant: str | None = None) -> list[Job]:
        """Jobs that were given up, newest first, of one tenant or of all; those older than the job ``before``, if given."""
        if tenant is not None:
            return self.page(tenant, most, before, Status.FAILED)
        with self.database.reading() as connection:
            return [job_of(row) for row in connection.execute(_DEAD_LETTERS, {"before": before or _AFTER_ALL, "most": most})]

    def backlog(self) -> Backlog:
        """What waits and runs, of all tenants."""
        count = sa.func.coalesce(sa.func.sum(tenants.c.waiting), 0), sa.func.coalesce(sa.func.sum(tenants.c.unfinished), 0)
        queued = sa.func.count().filter(tenants.c.waiting > 0)
        with self.database.reading() as connection:
            waiting, unfinished, some = connection.execute(sa.select(*count, queued)).one()
            running = connection.scalar(sa.select(sa.func.count()).select_from(jobs).where(RUNNING)) or 0
        return Backlog(int(waiting), int(running), int(unfinished), int(some))

    def work_left(self) -> float:
        """Core-seconds that jobs which run or could are thought to need still. Reads them all: ask every few seconds at most."""
        waits = sa.select(sa.func.sum(jobs.c.estimate)).where(LEASABLE)
        left = sa.case((jobs.c.estimate > jobs.c.spending, jobs.c.estimate - jobs.c.spending), else_=0.0)
        with self.database.reading() as connection:
            waiting, running = connection.scalar(waits), connection.scalar(sa.select(sa.func.sum(left)).where(RUNNING))
        return float(waiting or 0.0) + float(running or 0.0)

    def finished_since(self, moment: float) -> dict[Status, int]:
        """How many jobs ended since then, by how they ended."""
        count = sa.select(jobs.c.status, sa.func.count()).where(jobs.c.finished >= moment).group_by(jobs.c.status)
        with self.database.reading() as connection:
            return {Status(status): number for status, number in connection.execute(count)}

    def running(self, most: int = 20) -> list[Job]:
        """Jobs that run now, of all tenants."""
        with self.database.reading() as connection:
            return [job_of(row) for row in connection.execute(sa.select(jobs).where(RUNNING).limit(most))]

    # --- steering -----------------------------------------------------------------------------------------------------------

    def cancel(self, job: str, tenant: str) -> Job:
        """Cancel: at once while it waits; while it runs its worker is told at its next heartbeat. Again is harmless.

        Raises:
            NoSuchJob: this tenant has none with this id.
            WrongStatus: it has succeeded or failed.
        """
        with self.database.writing(durable=True) as connection:
            turn, found = self._locked(connection, job, tenant)
            if found.status is Status.RUNNING:
                connection.execute(_TELL, {"job": job, "what": "cancel"})
            elif found.status in (Status.QUEUED, Status.PAUSED):
                self._turn_to(connection, turn, found, Status.CANCELLED)
            elif found.status is not Status.CANCELLED:
                raise WrongStatus(f"the job has {found.status} already.")
            return _found(connection, job, tenant)

    def pause(self, job: str, tenant: str) -> Job:
        """Let a job wait until it is resumed; one that runs keeps what it has made.

        Raises:
            NoSuchJob: this tenant has none with this id.
            WrongStatus: it is finished, or is being cancelled.
        """
        with self.database.writing(durable=True) as connection:
            turn, found = self._locked(connection, job, tenant)
            if found.status is Status.RUNNING and found.wanted != "cancel":
                connection.execute(_TELL, {"job": job, "what": "pause"})
            elif found.status is Status.QUEUED:
                self._turn_to(connection, turn, found, Status.PAUSED)
            elif found.status is not Status.PAUSED:
                raise WrongStatus(f"the job is {'being cancelled' if found.wanted else found.status}; it cannot be paused.")
            return _found(connection, job, tenant)

    def resume(self, job: str, tenant: str) -> Job:
        """Put a paused job back in the queue, at the place that its age gives it.

        Raises:
            NoSuchJob: this tenant has none with this id.
            WrongStatus: it is not paused.
        """
        with self.database.writing(durable=True) as connection:
            turn, found = self._locked(connection, job, tenant)
            if found.status is Status.RUNNING and found.wanted == "pause":
                connection.execute(_TELL, {"job": job, "what": ""})
            elif found.status is Status.PAUSED:
                self._turn_to(connection, turn, found, Status.QUEUED)
            elif found.status is not Status.QUEUED:
                raise WrongStatus(f"the job is {found.status}; only a paused one can be resumed.")
            return _found(connection, job, tenant)

    def prioritise(self, job: str, tenant: str, priority: int) -> Job:
        """Give a job another place among those of its tenant. Nothing of another tenant's changes.

        Raises:
            NoSuchJob: this tenant has none with this id.
        """
        with self.database.writing(durable=True) as connection:
            self._locked(connection, job, tenant)
            connection.execute(sa.update(jobs).where(jobs.c.id == job).values(priority=priority))
            return _found(connection, job, tenant)

    def _locked(self, connection: Connection, job: str, tenant: str) -> tuple[turns.Turn, Job]:
        turn = turns.lock(connection, tenant)
        if turn is None:
            raise NoSuchJob(f"there is no job {job}.")
        return turn, _found(connection, job, tenant)

    def _turn_to(self, connection: Connection, turn: turns.Turn, job: Job, to: Status) -> None:
        now = self._clock()
        row = connection.execute(sa.select(jobs.c.held_until).where(jobs.c.id == job.id)).one()
        waited = job.status is Status.QUEUED and row.held_until is None
        connection.execute(_TURN_TO, {"job": job.id, "to": to.value, "at": now if to in FINAL else None})
        append(connection, job.id, job.events + 1, "status", now, {"status": to.value})
        more = (to is Status.QUEUED) - waited
        gone = turns.Move(waiting=more, unfinished=-1, backlog=-job.estimate) if to in FINAL else turns.Move(waiting=more)
        turns.move(connection, turn, gone)


class _Values:
    """A row that was written just now, read as if it had been selected."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.__dict__.update(values)


def _found(connection: Connection, job: str, tenant: str) -> Job:
    row = connection.execute(_BY_ID, {"job": job}).first()
    if row is None or row.tenant != tenant:
        raise NoSuchJob(f"there is no job {job}.")
    return job_of(row)
