"""Endings: the one way in which attempts at jobs end, one or many in a transaction: told, charged what they took, never twice."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from filmstudio.scheduler import turns
from filmstudio.scheduler.database import jobs
from filmstudio.scheduler.events import append_all
from filmstudio.scheduler.job import ErrorClass, Status
from filmstudio.scheduler.retries import Retry, in_a_row, retry_after

_MOST_EVIDENCE: Final = 20
"""Failures of a job that are kept, latest last: a film that goes on for days through many deaths has no book of them."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Why an attempt failed."""

    kind: ErrorClass
    message: str
    remedy: str = ""
    problems: tuple[Mapping[str, Any], ...] = ()
    where: str = ""
    """The task that was given up, and whose engine it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How an attempt ends. ``row``: its job, locked by this transaction."""

    to: Status
    at: float
    spent: float
    """Resource-seconds measured."""
    row: Any
    result: str | None = None
    failures: int | None = None
    """In a row, so far; None = as many as before."""
    evidence: str = ""
    hold: float | None = None
    """Not leased before."""
    shun: str = ""
    """Worker that is passed over until ``shun_until``."""
    shun_until: float = 0.0
    taken_back: int = 0
    """Attempts that do not count."""


_bind = sa.bindparam
_END: Final = (
    sa.update(jobs)
    .where(jobs.c.id == _bind("job"))
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
)
_ROWS: Final = sa.select(jobs).where(jobs.c.id.in_(_bind("ids", expanding=True))).order_by(jobs.c.id).with_for_update()
_FREE: Final = sa.update(jobs).where(jobs.c.id == _bind("job")).values(held_until=None)


def lock_rows(connection: Connection, ids: Sequence[str]) -> list[sa.Row[Any]]:
    """These jobs, locked until the transaction ends; their tenants are locked before."""
    return list(connection.execute(_ROWS, {"ids": list(ids)}))


def failure(row: Any, why: Failed, spent: float, now: float, rules: Retry) -> Ending:
    """What becomes of an attempt that failed: another, after a pause, or the end of the job, with the evidence of each."""
    failures = 1 if row.progress > row.leased_at_progress else row.failures + 1
    told = json.loads(row.evidence)
    kinds = [*(entry["kind"] for entry in told[max(0, len(told) - failures + 1) :]), why.kind]
    again = retry_after(rules, why.kind, in_a_row(kinds), seed=f"{row.id}:{row.token}")
    told.append(
        {"attempt": row.attempt, "worker": row.worker, "kind": why.kind, "message": why.message, "remedy": why.remedy, "at": now,
         "problems": [dict(problem) for problem in why.problems], "where": why.where}
    )  # fmt: skip
    evidence = json.dumps(told[-_MOST_EVIDENCE:], ensure_ascii=False)
    if again is None:
        return Ending(to=Status.FAILED, at=now, spent=spent, row=row, failures=failures, evidence=evidence)
    shun = row.worker if why.kind == "engine" else ""
    return Ending(
        to=Status.QUEUED, at=now, spent=spent, row=row, failures=failures, evidence=evidence, hold=now + again, shun=shun,
        shun_until=now + again + rules.elsewhere_seconds,
    )  # fmt: skip


def end_all(connection: Connection, locked: Mapping[str, turns.Turn], endings: Sequence[Ending]) -> None:
    """End attempts whose jobs and tenants (``locked``, by name) this transaction has locked."""
    if not endings:
        return
    connection.execute(_END, [_values(end) for end in endings])
    append_all(connection, [(end.row.id, end.row.events + 1, end.at, _told(end)) for end in endings])
    _move_all(connection, locked, [(end.row.tenant, _move(end)) for end in endings])


def free_all(connection: Connection, locked: Mapping[str, turns.Turn], rows: Sequence[Any]) -> None:
    """Let jobs go whose back-off has passed; they and their tenants are locked by this transaction."""
    if not rows:
        return
    connection.execute(_FREE, [{"job": row.id} for row in rows])
    _move_all(connection, locked, [(row.tenant, turns.Move(waiting=1)) for row in rows])


def _move_all(connection: Connection, locked: Mapping[str, turns.Turn], changes: Sequence[tuple[str, turns.Move]]) -> None:
    of_tenant: dict[str, turns.Move] = {}
    for tenant, change in changes:
        of_tenant[tenant] = of_tenant.get(tenant, turns.Move()) + change
    turns.move_all(connection, [(locked[tenant], change) for tenant, change in of_tenant.items()])


def _values(end: Ending) -> dict[str, Any]:
    row = end.row
    return {
        "job": row.id, "to": end.to.value, "whole": end.to is Status.SUCCEEDED,
        "end": end.at if end.to not in (Status.QUEUED, Status.PAUSED) else None, "cost": end.spent, "taken_back": end.taken_back,
        "failed": row.failures if end.failures is None else end.failures, "hold": end.hold, "shun": end.shun,
        "shun_until": end.shun_until, "outcome": end.result, "told": end.evidence or row.evidence,
    }  # fmt: skip


def _told(end: Ending) -> dict[str, Any]:
    body: dict[str, Any] = {"status": end.to.value}
    if end.evidence:
        last = json.loads(end.evidence)[-1]
        body |= {"attempt": last["attempt"], "kind": last["kind"], "message": last["message"], "remedy": last["remedy"]}
        if end.hold is not None:
            body["again_in"] = round(end.hold - end.at, 3)
    return body


def _move(end: Ending) -> turns.Move:
    stays = end.to in (Status.QUEUED, Status.PAUSED)
    waits = end.to is Status.QUEUED and end.hold is None
    gone = 0 if stays else -1
    return turns.Move(end.spent - end.row.charged, 1 if waits else 0, gone, gone * end.row.estimate)
