"""Fair turns between tenants: shares follow weights, the gap is bounded, idling earns nothing, estimates are corrected."""

from __future__ import annotations

import itertools
import random
import threading

import pytest
import sqlalchemy as sa
from clocks import Clock

from filmstudio.scheduler import claims, turns
from filmstudio.scheduler.database import Database, tenants
from filmstudio.scheduler.database import jobs as table
from filmstudio.scheduler.events import after
from filmstudio.scheduler.job import Submission
from filmstudio.scheduler.jobs import Jobs
from filmstudio.scheduler.leases import Leases
from filmstudio.scheduler.tiers import TERMS, Tier

LARGEST = 40.0
"""Resource-seconds of the largest job below."""


def submit(jobs: Jobs, tenant: str, tier: Tier, estimate: float = 10.0, count: int = 1) -> None:
    jobs.submit_all([Submission(tenant, tier, {"n": 1}, estimate) for _ in range(count)])


def widest_gap(database: Database, clock: Clock, people: dict[str, Tier], rounds: int) -> float:
    """Serve tenants that always have jobs waiting; the widest gap seen between two, in resource-seconds by weight."""
    jobs, leases, chance = Jobs(database, clock), Leases(database, clock), random.Random(7)
    for name, tier in people.items():
        jobs.submit_all([Submission(name, tier, {}, chance.uniform(1.0, LARGEST)) for _ in range(3)])
    served, widest = dict.fromkeys(people, 0.0), 0.0
    for _ in range(rounds):
        lease = leases.lease("w")
        assert lease is not None
        leases.succeed(lease, None, lease.job.estimate)
        name = lease.job.tenant
        served[name] += lease.job.estimate / TERMS[people[name]].weight
        submit(jobs, name, people[name], chance.uniform(1.0, LARGEST))
        widest = max(widest, max(served.values()) - min(served.values()))
    return widest


PEOPLE = {"ada": Tier.FREE, "bob": Tier.FREE, "cleo": Tier.PRO, "dan": Tier.ENTERPRISE}


def test_the_gap_between_tenants_with_work_is_bounded_by_their_largest_jobs(database: Database, clock: Clock) -> None:
    """Start-time fair queueing, theorem 1: |W(f)/r(f) - W(m)/r(m)| is at most l(f)/r(f) + l(m)/r(m)."""
    bound = max(LARGEST / TERMS[a].weight + LARGEST / TERMS[b].weight for a, b in itertools.combinations(PEOPLE.values(), 2))
    assert widest_gap(database, clock, PEOPLE, 250) <= bound


def test_planted_an_unfair_order_breaks_the_bound(database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last tenant by name goes first: the check above must see it."""
    worst = sa.select(tenants).where(tenants.c.waiting > 0, tenants.c.name != sa.bindparam("after"), sa.bindparam("time") < 0)
    monkeypatch.setattr(turns, "_NEXT", worst.order_by(tenants.c.name.desc()).limit(1))
    monkeypatch.setattr(claims, "_AT_ONCE", claims._at_once(tenants.c.name.desc()))
    assert widest_gap(database, clock, PEOPLE, 60) > 2 * LARGEST


def test_while_an_enterprise_floods_free_tenants_get_on(database: Database, clock: Clock) -> None:
    jobs, leases = Jobs(database, clock), Leases(database, clock)
    submit(jobs, "giant", Tier.ENTERPRISE, count=400)
    for name in ("ada", "bob"):
        submit(jobs, name, Tier.FREE, count=8)
    order = [lease.job.tenant for _ in range(88) if (lease := leases.lease("w")) is not None]
    assert order.count("ada") == order.count("bob") == 8
    assert order[:24].count("ada") >= 2, "a free tenant has its share from the start: one of eleven"


def test_a_newcomer_is_not_passed_by_because_the_floods_films_take_less_than_was_thought(database: Database, clock: Clock) -> None:
    jobs, leases = Jobs(database, clock), Leases(database, clock)
    submit(jobs, "giant", Tier.ENTERPRISE, estimate=100.0, count=20)
    running = [leases.lease("w") for _ in range(3)]
    submit(jobs, "bob", Tier.FREE, estimate=100.0)
    order = []
    for lease in running:
        assert lease is not None
        leases.succeed(lease, None, 0.1)  # the giant's time is corrected, at every end, by almost all that it was charged
        following = leases.lease("w")
        assert following is not None
        order.append(following.job.tenant)
    assert order[0] == "bob"


def test_who_comes_back_from_idling_has_not_saved_up(database: Database, clock: Clock) -> None:
    jobs, leases = Jobs(database, clock), Leases(database, clock)
    submit(jobs, "early", Tier.PRO)
    first = leases.lease("w")
    assert first is not None
    leases.succeed(first, None, 10.0)
    submit(jobs, "busy", Tier.PRO, count=60)
    for _ in range(40):
        lease = leases.lease("w")
        assert lease is not None
        leases.succeed(lease, None, 10.0)
    submit(jobs, "early", Tier.PRO, count=20)
    order = [lease.job.tenant for _ in range(10) if (lease := leases.lease("w")) is not None]
    assert order.count("early") == 5, "half of the turns from now on, not all of them to make up for the past"


def test_a_charge_is_corrected_to_what_was_measured(database: Database, clock: Clock) -> None:
    """One says that its films are small, and they are not: it gets no more than its share."""
    jobs, leases = Jobs(database, clock), Leases(database, clock)
    submit(jobs, "sly", Tier.PRO, estimate=1.0, count=80)
    submit(jobs, "honest", Tier.PRO, estimate=20.0, count=80)
    spent = {"sly": 0.0, "honest": 0.0}
    for _ in range(60):
        lease = leases.lease("w")
        assert lease is not None
        leases.succeed(lease, None, 20.0)
        spent[lease.job.tenant] += 20.0
    assert abs(spent["sly"] - spent["honest"]) <= 40.0


def test_many_workers_at_once_never_get_the_same_job(database: Database) -> None:
    jobs, leases = Jobs(database), Leases(database)
    for name in "abcdefgh":
        submit(jobs, name, Tier.PRO, count=10)
    seen: list[str] = []

    def work(worker: str) -> None:
        missed = 0
        while missed < 20:
            lease = leases.lease(worker)
            if lease is None:
                missed += 1  # another was choosing just then, or nothing is left
            else:
                seen.append(lease.job.id)

    threads = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == len(set(seen)) == 80
    assert jobs.backlog().waiting == 0


def test_a_claim_of_one_statement_and_one_of_steps_charge_and_tell_the_same(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite has the steps alone")
    told = []
    for steps in (False, True):
        jobs, leases = Jobs(database, clock), Leases(database, clock)
        with database.writing() as connection:
            for emptied in (tenants, table):
                connection.execute(sa.delete(emptied))
        jobs.submit_all([Submission(f"t{number % 3}", list(Tier)[number % 3], {"n": number}, 10.0 + number) for number in range(9)])
        if steps:
            monkeypatch.setattr(claims, "_AT_ONCE", sa.select(tenants).where(sa.false()))
        clock.now += 5
        found = [lease for _ in range(9) if (lease := leases.lease("w")) is not None]
        with database.reading() as connection:
            rows = [tuple(row) for row in connection.execute(sa.select(tenants).order_by(tenants.c.name))]
        said = [[(event.id, event.kind, event.body) for event in after(database, lease.job.id, 0)] for lease in found]
        told.append(([(lease.spec, lease.token, lease.waited, lease.job.status) for lease in found], rows, said))
    assert told[0] == told[1]
    assert len(told[0][0]) == 9


def test_a_job_that_another_worker_took_in_that_moment_is_not_taken_twice_and_the_next_one_is(database: Database, clock: Clock) -> None:
    """The job is locked by a transaction that is about to lease it; whoever waited for it finds it gone."""
    if database.is_sqlite:
        pytest.skip("SQLite has one writer at a time")
    jobs, found = Jobs(database, clock), []
    submit(jobs, "ada", Tier.PRO, count=2)
    first = jobs.page("ada")[-1].id
    with database.writing() as connection:  # as a worker would, but without the lock of the tenant, to hold the others in the middle
        connection.execute(sa.update(table).where(table.c.id == first).values(status="running", token=1))
        waiting = threading.Thread(target=lambda: found.append(Leases(database, clock).lease("late")))
        waiting.start()
        waiting.join(0.3)
        assert waiting.is_alive(), "it waits for the row"
    waiting.join(10)
    assert [lease.job.id for lease in found if lease is not None] == [jobs.page("ada")[0].id]
