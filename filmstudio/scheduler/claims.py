"""Claims: the next job of the tenant whose turn it is becomes a worker's, and is charged: the decision at the heart of a lease.

PostgreSQL takes it in one statement, so that it costs one way to the server and back. SQLite, which has no writing parts of
statements, takes it in a few, and so does PostgreSQL where one statement cannot: its parts all see the database as it was when
it began, so a job that another worker took in that moment is found and not got. Both are made of the same pieces.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import Any, Final

import sqlalchemy as sa
from pydantic import JsonValue

from filmstudio.scheduler import turns
from filmstudio.scheduler.database import LEASABLE, Database, events, jobs, specs, tenants
from filmstudio.scheduler.events import append, runnable_since
from filmstudio.scheduler.job import Job, Status, job_of


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that is a worker's now."""

    job: Job
    spec: JsonValue
    waited: float
    """Seconds since it could be leased."""


_bind = sa.bindparam


def _first_of(tenant: sa.ColumnElement[str]) -> sa.ScalarSelect[Any]:
    """The next job of a tenant, but none that failed on this worker a moment ago."""
    return (
        sa.select(jobs.c.id)
        .where(jobs.c.tenant == tenant, LEASABLE)
        .where(sa.or_(jobs.c.avoid != _bind("by"), jobs.c.avoid_until <= _bind("at")))
        .order_by(jobs.c.priority.desc(), jobs.c.id)
        .limit(1)
        .scalar_subquery()
    )


def _claim(first: sa.ScalarSelect[Any], tag: sa.ColumnElement[float]) -> sa.sql.dml.ReturningUpdate[Any]:
    """Make the job the worker's."""
    return (
        sa.update(jobs)
        .where(jobs.c.id == first, LEASABLE)
        .values(
            status=Status.RUNNING.value,
            worker=_bind("by"),
            token=jobs.c.token + 1,
            attempt=jobs.c.attempt + 1,
            lease_until=_bind("until"),
            started=sa.func.coalesce(jobs.c.started, _bind("at")),
            charged=jobs.c.estimate,
            spending=0.0,
            start_tag=tag,
            leased_at_progress=jobs.c.progress,
            wanted="",
            events=jobs.c.events + 1,
        )
        .returning(*(jobs.c[field.name] for field in fields(Job)))
    )


_BY_STEPS: Final = _claim(_first_of(_bind("of")), _bind("tag"))
_TOLD: Final = (
    sa.select(specs.c.body.label("spec"), events.c.at.label("queued_at"), events.c.body.label("queued_with"))
    .join(events, events.c.job == specs.c.job)
    .where(specs.c.job == _bind("job"), events.c.id == _bind("number"))
)
"""Of a job: what is to be made, and the event that said last that it is queued."""


def _at_once(*order: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """All of it as one statement of PostgreSQL, for the tenant who is first in this order."""
    turn = (
        sa.select(tenants)
        .where(tenants.c.waiting > sa.literal_column("0"))
        .order_by(*order)
        .limit(1)
        .with_for_update(skip_locked=True)
        .cte("turn")
    )
    whose, tag = sa.select(turn.c.name).scalar_subquery(), sa.select(turn.c.virtual_time).scalar_subquery()
    claimed = _claim(_first_of(whose), tag).cte("claimed")
    paid = (
        sa.update(tenants)
        .where(tenants.c.name == claimed.c.tenant)
        .values(virtual_time=tenants.c.virtual_time + claimed.c.estimate / turns.WEIGHT, waiting=tenants.c.waiting - 1)
        .returning(tenants.c.name)
        .cte("paid")
    )
    body = sa.literal('{"status": "running", "attempt": ', sa.Text) + sa.cast(claimed.c.attempt, sa.Text) + sa.literal("}", sa.Text)
    told = sa.select(claimed.c.id, claimed.c.events, sa.literal("status", sa.Text), sa.cast(_bind("at"), sa.Double), body)
    said = sa.insert(events).from_select(["job", "id", "kind", "at", "body"], told).returning(events.c.id).cte("said")
    before = events.alias("before")
    return (
        sa.select(claimed, specs.c.body.label("spec"), before.c.at.label("queued_at"), before.c.body.label("queued_with"))
        .join(specs, specs.c.job == claimed.c.id)
        .join(before, sa.and_(before.c.job == claimed.c.id, before.c.id == claimed.c.events - 1))
        .add_cte(turn, paid, said)
    )


_AT_ONCE: Final = _at_once(*turns.ORDER)


def claim(database: Database, worker: str, now: float, until: float) -> Claim | None:
    """The next job in fair turns, leased by ``worker`` until then and charged to its tenant; None when there is none."""
    who = {"by": worker, "at": now, "until": until}
    if not database.is_sqlite:
        with database.stating() as connection:
            row = connection.execute(_AT_ONCE, who).first()
        if row is not None:
            return _claim_of(row, row, now)
    with database.writing() as connection:
        turn = turns.next_in_turn(connection)
        while turn is not None:
            row = connection.execute(_BY_STEPS, {**who, "of": turn.name, "tag": turn.virtual_time}).first()
            if row is not None:
                turns.move(connection, turn, turns.Move(charge=row.estimate, waiting=-1))
                append(connection, row.id, row.events, "status", now, {"status": "running", "attempt": row.attempt})
                return _claim_of(row, connection.execute(_TOLD, {"job": row.id, "number": row.events - 1}).one(), now)
            turn = turns.next_in_turn(connection, after=turn)  # all that waits there failed on this worker a moment ago
    return None


def _claim_of(row: Any, told: Any, now: float) -> Claim:
    waited = max(0.0, now - runnable_since(told.queued_at, told.queued_with))
    return Claim(job_of(row), json.loads(told.spec), waited)
