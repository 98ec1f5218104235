"""Jobs as tenants see them: durable when acknowledged, once for a key, within the tier's terms, and nobody else's."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, event

from filmstudio.core.errors import ConfigError, StudioError
from filmstudio.scheduler.admission import BACKLOG, Refused
from filmstudio.scheduler.database import Database
from filmstudio.scheduler.events import after
from filmstudio.scheduler.job import Job, KeyConflict, NoSuchJob, QuotaExceeded, Status, Submission, WrongStatus
from filmstudio.scheduler.jobs import Jobs
from filmstudio.scheduler.leases import Leases
from filmstudio.scheduler.tiers import TERMS, Tier


def asked(tenant: str = "ada", **given: object) -> Submission:
    return Submission(**{"tenant": tenant, "tier": Tier.PRO, "spec": {"screenplay": "x"}, "estimate": 10.0, **given})  # type: ignore[arg-type]


def test_what_submit_returned_is_there_after_the_process_is_gone(tmp_path: Path) -> None:
    """The process ends without closing anything, the moment the job has its id."""
    address = f"sqlite:///{tmp_path / 'jobs.db'}"
    script = (
        "import os, sys; from filmstudio.scheduler.database import Database; from filmstudio.scheduler.jobs import Jobs;"
        "from filmstudio.scheduler.job import Submission; from filmstudio.scheduler.tiers import Tier;"
        f"job = Jobs(Database({address!r})).submit(Submission('ada', Tier.PRO, {{'screenplay': 'x'}}, 10.0));"
        "sys.stdout.write(job.id); sys.stdout.flush(); os._exit(9)"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert ran.returncode == 9, ran.stderr
    assert Jobs(Database(address)).get(ran.stdout, "ada").status is Status.QUEUED


def test_ids_sort_by_age_and_cannot_be_guessed(database: Database) -> None:
    jobs = Jobs(database)
    ids = [jobs.submit(asked()).id for _ in range(20)]
    assert ids == sorted(ids)
    assert len({job[12:] for job in ids}) == 20, "the random part is another every time"


def test_a_key_used_again_is_the_same_job_and_for_another_spec_a_conflict(database: Database) -> None:
    jobs = Jobs(database)
    first = jobs.submit(asked(key="k1"))
    assert jobs.submit(asked(key="k1")).id == first.id
    with pytest.raises(KeyConflict, match="k1"):
        jobs.submit(asked(key="k1", spec={"screenplay": "y"}))
    assert jobs.submit(asked("bob", key="k1")).id != first.id, "another tenant's key is another key"
    assert [job.id for job in jobs.page("ada")] == [first.id]


def test_a_key_sent_by_many_at_once_makes_one_job(database: Database) -> None:
    jobs, seen = Jobs(database), []
    threads = [threading.Thread(target=lambda: seen.append(jobs.submit(asked(key="same")).id)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 8
    assert len(set(seen)) == 1


def test_the_tier_says_how_many_jobs_may_be_unfinished_and_one_that_is_refused_does_not_touch_the_others(database: Database) -> None:
    jobs, most = Jobs(database), TERMS[Tier.FREE].queued
    answers = jobs.submit_all([asked(tier=Tier.FREE) for _ in range(most + 1)] + [asked("bob", tier=Tier.FREE)])
    assert [type(answer) for answer in answers] == [Job] * most + [QuotaExceeded, Job]
    first = answers[0]
    assert isinstance(first, Job)
    jobs.cancel(first.id, "ada")
    assert jobs.submit(asked(tier=Tier.FREE)).status is Status.QUEUED, "a finished job makes room"


@pytest.mark.parametrize("act", [Jobs.get, Jobs.cancel, Jobs.pause, Jobs.resume, lambda jobs, job, tenant: jobs.prioritise(job, tenant, 3)])
def test_another_tenants_job_is_not_there(database: Database, act: Callable[[Jobs, str, str], Job]) -> None:
    jobs = Jobs(database)
    mine = jobs.submit(asked())
    jobs.submit(asked("bob"))
    with pytest.raises(NoSuchJob):
        act(jobs, mine.id, "bob")
    assert [job.tenant for job in jobs.page("bob")] == ["bob"]
    assert jobs.get(mine.id, "ada").status is Status.QUEUED


def test_pages_go_back_in_time_without_gaps_or_doubles(database: Database) -> None:
    jobs = Jobs(database)
    ids = [jobs.submit(asked()).id for _ in range(7)]
    jobs.cancel(ids[3], "ada")
    seen: list[str] = []
    while page := jobs.page("ada", most=3, before=seen[-1] if seen else None):
        seen += [job.id for job in page]
    assert seen == ids[::-1]
    assert [job.id for job in jobs.page("ada", status=Status.CANCELLED)] == [ids[3]]


def test_a_job_that_waits_is_cancelled_or_paused_at_once_and_a_paused_one_is_not_leased(database: Database) -> None:
    jobs, leases = Jobs(database), Leases(database)
    first, second = jobs.submit(asked()), jobs.submit(asked())
    assert jobs.cancel(first.id, "ada").status is Status.CANCELLED
    assert jobs.cancel(first.id, "ada").status is Status.CANCELLED, "again is harmless"
    assert jobs.pause(second.id, "ada").status is Status.PAUSED
    assert leases.lease("w") is None
    assert jobs.resume(second.id, "ada").status is Status.QUEUED
    lease = leases.lease("w")
    assert lease is not None and lease.job.id == second.id
    with pytest.raises(WrongStatus):
        jobs.resume(first.id, "ada")
    assert [event.body for event in after(database, first.id, 0)] == [{"status": "queued"}, {"status": "cancelled"}]


def test_events_count_from_one_without_a_gap_and_are_read_from_any_on(database: Database) -> None:
    jobs, leases = Jobs(database), Leases(database)
    job = jobs.submit(asked())
    lease = leases.lease("w")
    assert lease is not None
    leases.report(lease, 0.25, "Voices", 1.0, [{"task": "line:1", "role": "voice"}])
    leases.report(lease, 0.5, "Pictures", 2.0)
    leases.succeed(lease, {"film": "film.mp4"}, 3.0)
    told = after(database, job.id, 0)
    assert [event.id for event in told] == [1, 2, 3, 4, 5]
    assert [event.kind for event in told] == ["status", "status", "progress", "progress", "status"]
    assert told[2].body == {"progress": 0.25, "stage": "Voices", "tasks": [{"task": "line:1", "role": "voice"}]}
    assert [event.id for event in after(database, job.id, 3)] == [4, 5]
    assert jobs.get(job.id, "ada").events == 5


@pytest.mark.parametrize("address", ["sqlite://", "mysql://x/y", "not an address"])
def test_an_address_that_cannot_hold_jobs_is_told(address: str) -> None:
    with pytest.raises(ConfigError):
        Database(address)


def test_two_processes_may_make_the_tables_at_the_same_time(tmp_path: Path) -> None:
    script = f"from filmstudio.scheduler.database import Database; Database('sqlite:///{tmp_path / 'jobs.db'}')"
    opening = [subprocess.Popen([sys.executable, "-c", script]) for _ in range(3)]
    assert [process.wait(60) for process in opening] == [0, 0, 0]


def test_a_database_made_by_a_newer_studio_is_left_alone(tmp_path: Path) -> None:
    import sqlalchemy as sa

    from filmstudio.scheduler.database import schema

    address = f"sqlite:///{tmp_path / 'jobs.db'}"
    with Database(address).writing() as connection:
        connection.execute(sa.insert(schema).values(version=99))
    with pytest.raises(StudioError, match="version 99"):
        Database(address)


def test_a_tenant_whose_jobs_would_take_too_long_is_refused_until_some_are_done(database: Database) -> None:
    jobs, most = Jobs(database), BACKLOG[Tier.FREE]
    first = jobs.submit(asked(tier=Tier.FREE, estimate=most * 0.7))
    with pytest.raises(Refused, match="core-hours"):
        jobs.submit(asked(tier=Tier.FREE, estimate=most * 0.7))
    jobs.cancel(first.id, "ada")
    assert jobs.submit(asked(tier=Tier.FREE, estimate=most * 0.7)).status is Status.QUEUED


def test_a_tenants_jobs_that_failed_are_found_without_reading_the_others_in_older_databases_too(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'studio.db'}"
    older = Database(address)
    with older.writing() as connection:
        connection.exec_driver_sql("DROP INDEX jobs_failed_of_tenant")
    older.close()
    database, plans = Database(address), []

    def explain(connection: Connection, _: object, statement: str, parameters: tuple[object, ...], *__: object) -> None:
        if statement.startswith("SELECT"):
            plans.append(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()[0][-1])

    event.listen(Engine, "before_cursor_execute", explain)
    try:
        assert Jobs(database).dead_letters(tenant="ada") == []
    finally:
        event.remove(Engine, "before_cursor_execute", explain)
        database.close()
    assert plans == ["SEARCH jobs USING INDEX jobs_failed_of_tenant (status=? AND tenant=? AND id<?)"]
