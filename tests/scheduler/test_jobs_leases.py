"""Leases: one worker at a time, ended once, tried again by whose fault it was. Faults are planted and seen caught."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa
from clocks import Clock

from filmstudio.scheduler import leases as leases_module
from filmstudio.scheduler.database import Database
from filmstudio.scheduler.database import jobs as table
from filmstudio.scheduler.events import after
from filmstudio.scheduler.job import Lease, LeaseLost, Status, Submission
from filmstudio.scheduler.jobs import Jobs
from filmstudio.scheduler.leases import Failed, Leases, LeaseTerms
from filmstudio.scheduler.retries import Retry, retry_after
from filmstudio.scheduler.tiers import Tier

BROKEN = Failed("engine", "the picture engine broke.")


class House:
    """The two sides of one queue, and its clock."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.clock, self.database = clock, database
        self.jobs, self.leases = Jobs(database, clock), Leases(database, clock)

    def submit(self, tenant: str = "ada", **given: object) -> str:
        return self.jobs.submit(Submission(**{"tenant": tenant, "tier": Tier.PRO, "spec": {"n": 1}, "estimate": 10.0, **given})).id  # type: ignore[arg-type]

    def lease(self, worker: str = "w") -> Lease:
        found = self.leases.lease(worker)
        assert found is not None
        return found

    def status(self, job: str, tenant: str = "ada") -> Status:
        return self.jobs.get(job, tenant).status

    def endings(self, job: str) -> list[str]:
        """Every time that the job was committed."""
        return [event.body["status"] for event in after(self.database, job, 0) if event.body.get("status") in ("succeeded", "failed")]


@pytest.fixture
def house(database: Database, clock: Clock) -> House:
    return House(database, clock)


def test_a_job_is_leased_to_one_worker_with_what_is_to_be_made(house: House) -> None:
    job = house.submit(spec={"screenplay": "INT. CAFE"})
    lease = house.lease("first")
    assert (lease.job.id, lease.token, lease.spec) == (job, 1, {"screenplay": "INT. CAFE"})
    assert house.leases.lease("second") is None
    assert house.status(job) is Status.RUNNING


def test_higher_priority_goes_first_and_then_the_older(house: House) -> None:
    old, young, urgent = house.submit(), house.submit(), house.submit(priority=5)
    late = house.submit()
    house.jobs.prioritise(late, "ada", 9)
    assert [house.lease().job.id for _ in range(4)] == [late, urgent, old, young]


def test_a_heartbeat_keeps_a_lease_and_without_one_the_job_is_given_again(house: House) -> None:
    job = house.submit()
    lease = house.lease("first")
    house.clock.now += 20
    house.leases.heartbeat(lease)
    house.clock.now += 20
    assert house.leases.lease("second") is None
    house.clock.now += 20
    assert house.leases.lease("second") is None, "it is back, and waits out its back-off"
    house.clock.now += 2
    again = house.lease("second")
    assert (again.job.id, again.token, again.job.attempt) == (job, 2, 2)
    assert again.job.evidence[0].message == "the worker first was not heard of any more."


def test_every_write_of_a_worker_that_lost_its_lease_is_refused(house: House) -> None:
    job = house.submit()
    stale = house.lease("first")
    house.clock.now += 31
    house.leases.sweep()
    house.clock.now += 5
    fresh = house.lease("second")
    for write in (
        lambda: house.leases.heartbeat(stale),
        lambda: house.leases.report(stale, 0.9, "Joining", 9.0),
        lambda: house.leases.succeed(stale, {"by": "first"}, 9.0),
        lambda: house.leases.fail(stale, BROKEN, 9.0),
        lambda: house.leases.release(stale, 9.0),
    ):
        with pytest.raises(LeaseLost):
            write()
    assert house.jobs.get(job, "ada").progress == 0.0
    house.leases.succeed(fresh, {"by": "second"}, 4.0)
    assert house.jobs.get(job, "ada").result == {"by": "second"}


def test_success_told_twice_commits_once(house: House) -> None:
    job = house.submit()
    lease = house.lease()
    house.leases.succeed(lease, {"take": 1}, 4.0)
    house.leases.succeed(lease, {"take": 2}, 4.0)
    assert house.endings(job) == ["succeeded"]
    assert house.jobs.get(job, "ada").result == {"take": 1}
    assert house.jobs.get(job, "ada").spent == 4.0, "it is paid once"
    with pytest.raises(LeaseLost):
        house.leases.fail(lease, BROKEN, 4.0)


def test_planted_a_worker_that_ignores_fencing_is_caught(house: House) -> None:
    """A worker whose lease ran out claims the token of the one after it: the job was committed by then, and stays as it is."""
    job = house.submit()
    stale = house.lease("liar")
    house.clock.now += 31
    house.leases.sweep()
    house.clock.now += 5
    fresh = house.lease("honest")
    house.leases.succeed(fresh, {"by": "honest"}, 4.0)
    house.leases.succeed(replace(stale, token=fresh.token), {"by": "liar"}, 4.0)
    with pytest.raises(LeaseLost):
        house.leases.succeed(replace(stale, token=fresh.token + 1), {"by": "liar"}, 4.0)
    assert house.endings(job) == ["succeeded"]
    assert house.jobs.get(job, "ada").result == {"by": "honest"}


def test_planted_a_house_without_fencing_commits_twice_and_the_check_sees_it(house: House) -> None:
    """The same story with the fence taken down in the database: the check that holds the others must not hold here."""
    job = house.submit()
    stale = house.lease("first")
    house.clock.now += 31
    house.leases.sweep()
    house.clock.now += 5
    house.leases.succeed(house.lease("second"), {"by": "second"}, 4.0)
    with house.database.writing() as connection:
        connection.execute(sa.update(table).where(table.c.id == job).values(token=stale.token, status="running"))
    house.leases.succeed(stale, {"by": "first"}, 4.0)
    assert house.endings(job) == ["succeeded", "succeeded"]


@pytest.mark.parametrize("kind", ["input", "unsupported"])
def test_the_users_own_fault_fails_at_once_with_every_problem(house: House, kind: str) -> None:
    job = house.submit()
    why = Failed(kind, "the script cannot be read.", "Mend it.", ({"message": "no cue", "line": 3},))  # type: ignore[arg-type]
    assert house.leases.fail(house.lease(), why, 1.0) is Status.FAILED
    found = house.jobs.get(job, "ada")
    assert found.evidence[0].problems == ({"message": "no cue", "line": 3},)
    assert found.attempt == 1


def test_after_three_failures_a_job_is_given_up_with_the_evidence_of_each(house: House) -> None:
    job = house.submit()
    for attempt in (1, 2, 3):
        house.clock.now += 120
        assert house.leases.fail(house.lease(f"w{attempt}"), replace(BROKEN, message=f"broke {attempt}"), 1.0) is (
            Status.FAILED if attempt == 3 else Status.QUEUED
        )
    found = house.jobs.get(job, "ada")
    assert [(entry.attempt, entry.worker, entry.message) for entry in found.evidence] == [
        (1, "w1", "broke 1"), (2, "w2", "broke 2"), (3, "w3", "broke 3"),
    ]  # fmt: skip
    assert house.leases.lease("w4") is None


def test_a_worker_that_dies_again_and_again_while_the_film_gets_farther_does_not_end_it(house: House) -> None:
    job = house.submit()
    for step in range(1, 8):
        house.clock.now += 120
        lease = house.lease()
        house.leases.report(lease, step / 10, "Pictures", 1.0)
        house.clock.now += 31
        house.leases.sweep()
    assert house.status(job) is Status.QUEUED
    for _ in range(2):
        house.clock.now += 120
        house.lease()
        house.clock.now += 31
        house.leases.sweep()
    assert house.status(job) is Status.FAILED, "three deaths at one place are the job's own"


def test_what_an_engine_failed_at_goes_to_another_worker_first(house: House) -> None:
    job = house.submit()
    house.leases.fail(house.lease("bad"), BROKEN, 1.0)
    house.clock.now += 3
    assert house.leases.lease("bad") is None
    assert house.lease("good").job.id == job


def test_with_no_other_worker_the_same_one_tries_again_and_meanwhile_serves_others(house: House) -> None:
    job, other = house.submit("ada"), house.submit("bob")
    first = house.lease("only")
    house.leases.fail(first, BROKEN, 0.0)
    house.clock.now += 3
    assert house.lease("only").job.id == ({job, other} - {first.job.id}).pop()
    assert house.leases.lease("only") is None
    house.clock.now += 10
    assert house.lease("only").job.id == first.job.id


def test_back_off_doubles_is_bounded_and_spread_always_the_same() -> None:
    rules = Retry(failures=99, first_seconds=1.0, longest_seconds=8.0)
    pauses = [retry_after(rules, "transient", failures, "job:1") for failures in range(1, 8)]
    assert pauses == [retry_after(rules, "transient", failures, "job:1") for failures in range(1, 8)]
    assert all(pause is not None and bound / 2 <= pause < bound * 1.5 for pause, bound in zip(pauses, (1, 2, 4, 8, 8, 8, 8), strict=True))
    assert len({retry_after(rules, "transient", 1, f"job:{n}") for n in range(20)}) == 20


def test_a_running_job_is_cancelled_or_paused_when_its_worker_hears_of_it(house: House) -> None:
    job = house.submit()
    lease = house.lease()
    assert house.leases.heartbeat(lease) == ""
    assert house.jobs.pause(job, "ada").status is Status.RUNNING
    assert house.leases.heartbeat(lease) == "pause"
    house.leases.release(lease, 2.0, Status.PAUSED)
    assert house.status(job) is Status.PAUSED
    house.jobs.resume(job, "ada")
    lease = house.lease()
    house.jobs.cancel(job, "ada")
    assert house.leases.heartbeat(lease) == "cancel"
    house.leases.release(lease, 1.0, Status.CANCELLED)
    found = house.jobs.get(job, "ada")
    assert (found.status, found.spent) == (Status.CANCELLED, 3.0)
    assert house.jobs.backlog().unfinished == 0


def test_a_job_that_is_being_cancelled_when_its_worker_dies_is_cancelled(house: House) -> None:
    job = house.submit()
    house.lease()
    house.jobs.cancel(job, "ada")
    house.clock.now += 31
    house.leases.sweep()
    assert house.status(job) is Status.CANCELLED


def test_a_worker_that_leaves_in_order_takes_no_attempt_away(house: House) -> None:
    job = house.submit()
    lease = house.lease("leaving")
    house.leases.release(lease, 2.0)
    again = house.lease("next")
    assert (again.job.id, again.job.attempt, again.token) == (job, 1, 2)
    assert again.job.evidence == ()


def test_the_leases_of_a_worker_known_to_be_dead_end_without_waiting(house: House) -> None:
    mine, other = house.submit(), house.submit("bob")
    house.lease("dead"), house.lease("alive")
    assert house.leases.abandoned_by("dead") == 1
    assert sorted([house.status(mine), house.status(other, "bob")]) == [Status.QUEUED, Status.RUNNING]


def test_a_lease_that_another_database_connection_swept_first_is_ended_once(house: House) -> None:
    job = house.submit()
    house.lease()
    house.clock.now += 31
    others = Leases(house.database, house.clock, LeaseTerms())
    assert house.leases.sweep() + others.sweep() == 1
    assert len(house.jobs.get(job, "ada").evidence) == 1


def test_leases_of_a_dead_worker_end_in_portions_and_each_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases_module, "_LEFT_BY", leases_module._LEFT_BY.limit(3))
    ids = [house.submit(f"tenant-{number % 4}") for number in range(10)]
    held = [house.lease("dead") for _ in ids]
    house.jobs.cancel(held[0].job.id, held[0].job.tenant)
    house.leases.report(held[1], 0.5, "Pictures", 4.0)
    assert house.leases.abandoned_by("dead") == 10
    assert house.leases.abandoned_by("dead") == 0
    for lease in held:
        job = house.jobs.get(lease.job.id, lease.job.tenant)
        assert job.status is (Status.CANCELLED if lease is held[0] else Status.QUEUED)
        assert [event.id for event in after(house.database, job.id, 0)] == list(range(1, job.events + 1))
        assert len(job.evidence) == (lease is not held[0])
    assert house.jobs.get(held[1].job.id, held[1].job.tenant).spent == 4.0
    assert house.jobs.backlog().unfinished == 9
    house.clock.now += 5
    assert {house.lease().job.id for _ in range(9)} == set(ids) - {held[0].job.id}
    assert house.leases.lease("w") is None


def test_more_leases_than_a_portion_that_ran_out_together_are_ended_by_the_next_looks(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases_module, "_PORTION", 3)
    monkeypatch.setattr(leases_module, "_RAN_OUT", leases_module._RAN_OUT.limit(3))
    for _ in range(8):
        house.submit()
    for _ in range(8):
        house.lease("gone")
    house.clock.now += 31
    assert [house.leases.lease("w") for _ in range(3)] == [None] * 3, "all wait out their back-off"
    assert house.jobs.backlog().running == 0


def everybody_is_served(house: House) -> bool:
    """Whether every job comes to its end when workers die holding a part of them."""
    jobs = [house.submit(f"tenant-{number}") for number in range(6)]
    for _ in range(3):
        house.lease("dies")
    for _ in range(40):
        house.clock.now += 20
        if (lease := house.leases.lease("lives")) is not None:
            house.leases.succeed(lease, None, 1.0)
    return all(house.status(job, f"tenant-{number}") is Status.SUCCEEDED for number, job in enumerate(jobs))


def test_jobs_of_workers_that_died_are_all_made(house: House) -> None:
    assert everybody_is_served(house)


def test_planted_a_lost_lease_is_caught(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A house that never looks for leases that ran out: the check above must see that their jobs are lost."""
    monkeypatch.setattr(leases_module, "_RAN_OUT", leases_module._RAN_OUT.where(sa.false()))
    assert not everybody_is_served(house)


def test_planted_a_lease_given_twice_is_caught_at_its_end(house: House) -> None:
    """Leases that end while their worker lives, and are given again: the first to end has the job, the other is refused."""
    house.submit()
    first = ran_out_too_soon(house, house.lease("one"))
    house.clock.now += 5
    house.leases.sweep()
    house.clock.now += 5
    second = house.lease("two")
    assert (first.job.id, first.token + 1) == (second.job.id, second.token)
    house.leases.succeed(second, {"by": "two"}, 1.0)
    with pytest.raises(LeaseLost):
        house.leases.succeed(first, {"by": "one"}, 1.0)
    assert house.endings(second.job.id) == ["succeeded"]


def ran_out_too_soon(house: House, lease: Lease) -> Lease:
    """The lease, which the database has as run out though its worker lives."""
    with house.database.writing() as connection:
        connection.execute(sa.update(table).where(table.c.id == lease.job.id).values(lease_until=0.0))
    return lease
