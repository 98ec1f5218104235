"""What a job is: a tenant's request to make a film, with everything that is known of it, and what can go wrong with one."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Literal

from pydantic import JsonValue

from filmstudio.core.errors import StudioError
from filmstudio.scheduler.tiers import Tier


class Status(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


FINAL: Final = frozenset({Status.SUCCEEDED, Status.FAILED, Status.CANCELLED})
"""A job that stands here stays here."""

ErrorClass = Literal["input", "unsupported", "transient", "store", "engine"]
"""Whose fault it was: the user's, the user's wish for what no engine can, nobody's, the store's or a disk's, or an engine's."""

Wanted = Literal["", "cancel", "pause"]
"""What a worker is told at its next heartbeat."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A job as it is asked for."""

    tenant: str
    tier: Tier
    spec: JsonValue
    """What to make; kept as it is, and given to the worker."""
    estimate: float
    """Resource-seconds."""
    title: str = ""
    priority: int = 0
    """Higher goes first, among the jobs of one tenant."""
    key: str | None = None
    """Idempotency key: a second submission with it is the same job."""
    trace: str = ""
    """The request's span, as a W3C ``traceparent``."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One failed attempt."""

    attempt: int
    worker: str
    kind: ErrorClass
    message: str
    remedy: str
    at: float
    """Seconds since the epoch."""
    problems: tuple[Mapping[str, Any], ...] = ()
    """Everything wrong with an input: ``detail``, ``remedy``, ``line``, ``column``."""
    where: str = ""
    """The task that was given up, and whose engine it was."""


@dataclass(frozen=True, slots=True)
class Job:
    """A job as the database has it. Times are seconds since the epoch."""

    id: str
    tenant: str
    tier: Tier
    status: Status
    priority: int
    title: str
    progress: float
    """0 to 1; never falls, though a second attempt finds its way through takes that are there already."""
    stage: str
    estimate: float
    spent: float
    """Resource-seconds measured, all attempts."""
    created: float
    started: float | None
    finished: float | None
    attempt: int
    token: int
    worker: str
    wanted: Wanted
    events: int
    """Id of its last event."""
    trace: str
    result: JsonValue
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Lease:
    """A worker's right to one attempt at a job. Whoever holds a later token has the job; writes with this one are then refused."""

    job: Job
    token: int
    spec: JsonValue
    until: float
    """Seconds since the epoch; later after every heartbeat."""
    waited: float
    """Seconds since the job could be leased: since it was ordered, its back-off had passed, or it was resumed or given back."""


class NoSuchJob(StudioError):
    """There is no job of this tenant with this id."""


class LeaseLost(StudioError):
    """The worker's lease ran out or was taken: what it made is in the store, but the job is another's now."""


class KeyConflict(StudioError):
    """An idempotency key was used again for something else."""


class QuotaExceeded(StudioError):
    """The tenant has as many unfinished jobs as its tier allows."""


class WrongStatus(StudioError):
    """A job cannot go from where it stands to where it was asked to go."""


_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_last_stamp = 0
_stamp_lock = threading.Lock()


def new_id(now: float) -> str:
    """An id that nobody can guess (80 random bits) and that sorts by the time of submission (microseconds), 28 letters."""
    global _last_stamp  # noqa: PLW0603 - two submissions of one process in one microsecond still sort
    with _stamp_lock:
        _last_stamp = stamp = max(int(now * 1e6), _last_stamp + 1)
    return _base32(stamp, 12) + _base32(secrets.randbits(80), 16)


def _base32(number: int, letters: int) -> str:
    return "".join(_ALPHABET[number >> 5 * place & 31] for place in reversed(range(letters)))


def job_of(row: Any) -> Job:
    """The job in a row of the table."""
    return Job(
        id=row.id, tenant=row.tenant, tier=Tier(row.tier), status=Status(row.status), priority=row.priority, title=row.title,
        progress=row.progress, stage=row.stage, estimate=row.estimate, spent=row.spent, created=row.created, started=row.started,
        finished=row.finished, attempt=row.attempt, token=row.token, worker=row.worker, wanted=row.wanted, events=row.events,
        trace=row.trace, result=None if row.result is None else json.loads(row.result),
        evidence=() if row.evidence == "[]" else tuple(_evidence_of(entry) for entry in json.loads(row.evidence)),
    )  # fmt: skip


def _evidence_of(entry: dict[str, Any]) -> Evidence:
    return Evidence(**{**entry, "problems": tuple(entry["problems"])})
