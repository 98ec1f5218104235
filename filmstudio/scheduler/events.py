"""What happened to a job, in order: an append-only table that a reader may follow from any event on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from pydantic import JsonValue
from sqlalchemy.engine import Connection

from filmstudio.scheduler.database import Database, events, jobs

EventKind = Literal["status", "progress"]


@dataclass(frozen=True, slots=True)
class JobEvent:
    """One event of a job. ``id`` counts from 1 within the job, without a gap."""

    id: int
    kind: EventKind
    at: float
    """Seconds since the epoch."""
    body: JsonValue


_INSERT = sa.insert(events)
_AFTER = (
    sa.select(events.c.id, events.c.kind, events.c.at, events.c.body)
    .where(events.c.job == sa.bindparam("of"), events.c.id > sa.bindparam("after"))
    .order_by(events.c.id)
    .limit(sa.bindparam("most"))
)
_LAST = sa.select(jobs.c.id, jobs.c.events).where(jobs.c.id.in_(sa.bindparam("ids", expanding=True)))


def append(connection: Connection, job: str, number: int, kind: EventKind, at: float, body: dict[str, Any]) -> None:
    """Write an event. ``number`` comes from the row of the job, updated in this transaction: readers never see a gap close."""
    connection.execute(_INSERT, {"job": job, "id": number, "kind": kind, "at": at, "body": _text(body)})


def append_all(connection: Connection, told: Sequence[tuple[str, int, float, dict[str, Any]]]) -> None:
    """Write what became of several jobs: each one's id, the number of the event as in ``append``, its time and its body."""
    rows = [{"job": job, "id": number, "kind": "status", "at": at, "body": _text(body)} for job, number, at, body in told]
    connection.execute(_INSERT, rows)


def runnable_since(at: float, body: str) -> float:
    """When a queued job could be leased, seconds since the epoch: from the time and the body of its last event, which said so."""
    told: dict[str, Any] = json.loads(body)
    return at + float(told.get("again_in", 0.0))


def after(database: Database, job: str, number: int, most: int = 500) -> list[JobEvent]:
    """Events of a job that came after event ``number``, oldest first."""
    with database.reading() as connection:
        rows = connection.execute(_AFTER, {"of": job, "after": number, "most": most}).all()
    return [JobEvent(row.id, row.kind, row.at, json.loads(row.body)) for row in rows]


def last_events(database: Database, ids: Iterable[str]) -> dict[str, int]:
    """The id of the last event of each of these jobs: what a follower of many jobs asks again and again."""
    with database.reading() as connection:
        return {row.id: row.events for row in connection.execute(_LAST, {"ids": list(ids)})}


def _text(body: dict[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False)
