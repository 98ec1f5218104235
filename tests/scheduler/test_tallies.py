"""Tallies: totals that survive every process, are added once, and hold what the exchange and the leases measured."""

from __future__ import annotations

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from clocks import Clock

sys.path.insert(0, str(Path(__file__).parent))

from studio_probes import Chorus, Painter, Speaker

from filmstudio.core.dispatch import render
from filmstudio.core.engine import Needs
from filmstudio.core.graph import RenderGraph, Task
from filmstudio.core.inline import InlineDispatcher
from filmstudio.core.perform import Outcome
from filmstudio.core.plugins import Offer
from filmstudio.core.store import Store, Take
from filmstudio.scheduler import measures
from filmstudio.scheduler.database import Database, jobs, tallies
from filmstudio.scheduler.exchange import Exchange
from filmstudio.scheduler.job import Lease, LeaseLost, Submission
from filmstudio.scheduler.jobs import Jobs
from filmstudio.scheduler.leases import Failed, Leases
from filmstudio.scheduler.measures import (
    BATCH_FILL,
    CACHE_HITS,
    CPU_SECONDS,
    ENGINE_QUEUE,
    ENGINE_SERVICE,
    FILM_SECONDS,
    GPU_SECONDS,
    MEASURES,
)
from filmstudio.scheduler.retries import Retry
from filmstudio.scheduler.tallies import Kept, Tallies, kept, total
from filmstudio.scheduler.tiers import Tier


def test_what_two_crews_count_is_added_up_and_there_when_the_database_is_opened_again(database: Database) -> None:
    for seconds in (1.5, 2.0):
        crew = Tallies()
        crew.add(FILM_SECONDS, ("pro",), seconds)
        crew.observe(ENGINE_SERVICE, ("voice", "espeak"), seconds)
        crew.keep_in(database)
        crew.keep_in(database)  # what is kept is not added again
    again = kept(Database(database.url.render_as_string(hide_password=False)))
    assert again[FILM_SECONDS.name] == [Kept(("pro",), 3.5)]
    [service] = again[ENGINE_SERVICE.name]
    at_or_below = dict(zip((*ENGINE_SERVICE.bounds, None), service.buckets, strict=True))
    assert (at_or_below[1.0], at_or_below[2.5], at_or_below[None], service.total) == (0, 2, 2, 3.5)


def test_a_value_on_a_bound_is_within_it_and_one_beyond_all_is_counted(database: Database) -> None:
    crew = Tallies()
    for seconds in (BATCH_FILL.bounds[0], BATCH_FILL.bounds[-1], 7.0):
        crew.observe(BATCH_FILL, ("voice", "chorus"), seconds)
    crew.keep_in(database)
    [fill] = kept(database)[BATCH_FILL.name]
    assert (fill.buckets[0], fill.buckets[-2], fill.buckets[-1]) == (1, 2, 3)


def test_what_could_not_be_added_is_added_the_next_time(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    crew = Tallies()
    crew.add(CACHE_HITS, ("voice",), 3)
    with monkeypatch.context() as broken, pytest.raises(sa.exc.SQLAlchemyError):
        broken.setattr(Database, "insert_adding", lambda self, table, column: sa.text("INSERT INTO nowhere VALUES (1)"))
        crew.keep_in(database)
    crew.add(CACHE_HITS, ("voice",), 1)
    crew.keep_in(database)
    assert total(kept(database), CACHE_HITS) == 4


def test_many_who_add_at_once_lose_nothing_and_wait_for_nobody_for_ever(database: Database) -> None:
    def count(number: int) -> None:
        for _ in range(10):
            crew = Tallies()
            for role in sorted(("voice", "music", "picture"), reverse=bool(number % 2)):  # rows are locked in one order all the same
                crew.add(CACHE_HITS, (role,))
            crew.keep_in(database)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(count, range(4)))
    assert {one.labels: one.total for one in kept(database)[CACHE_HITS.name]} == {("music",): 40, ("picture",): 40, ("voice",): 40}


def test_bounds_that_have_changed_since_lose_no_value_and_an_unknown_measure_no_reader(database: Database) -> None:
    crew = Tallies()
    old = replace(BATCH_FILL, bounds=(0.2, 0.9))
    for fill in (0.1, 0.8, 1.0):
        crew.observe(old, ("voice", "chorus"), fill)
    crew.add(replace(FILM_SECONDS, name="filmstudio_of_tomorrow"), ("pro",))
    crew.keep_in(database)
    series = kept(database)
    assert set(series) == {BATCH_FILL.name}
    [fill] = series[BATCH_FILL.name]
    assert fill.buckets[BATCH_FILL.bounds.index(0.125)] == 0 and fill.buckets[BATCH_FILL.bounds.index(0.25)] == 1
    assert fill.buckets[BATCH_FILL.bounds.index(1.0)] == 2 and fill.buckets[-1] == 3


def test_no_measure_is_counted_by_anything_that_has_no_end() -> None:
    assert {label for measure in MEASURES for label in measure.labels} <= {"tier", "role", "engine"}
    assert {value for value in vars(measures).values() if isinstance(value, measures.Measure)} == set(MEASURES)
    with pytest.raises(ValueError, match="counted by role, engine"):
        Tallies().add(replace(CACHE_HITS, labels=("role", "engine")), ("voice",))


# --- jobs -------------------------------------------------------------------------------------------------------------------


class House:
    """A queue and its clock."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.clock, self.jobs = clock, Jobs(database, clock)
        self.leases = Leases(database, clock, retry=Retry(first_seconds=10.0))

    def lease(self, after: float) -> Lease:
        self.clock.now += after
        found = self.leases.lease("w")
        assert found is not None
        return found


@pytest.fixture
def house(database: Database, clock: Clock) -> House:
    return House(database, clock)


def test_a_lease_knows_how_long_its_job_could_have_been_leased(house: House) -> None:
    """Since it was ordered, given back, resumed, or its back-off had passed: the time between does not count."""
    job = house.jobs.submit(Submission("ada", Tier.PRO, {"n": 1}, 10.0))
    first = house.lease(after=4.0)
    house.clock.now += 100.0
    house.leases.report(first, 0.5, "Voices", 1.0)
    house.leases.release(first, 1.0)
    second = house.lease(after=3.0)
    house.leases.fail(second, Failed("engine", "it broke."), 1.0)
    with house.leases.database.reading() as connection:
        house.clock.now = connection.execute(sa.select(jobs.c.held_until)).scalar_one()
    third = house.lease(after=20.0)
    house.leases.release(third, 0.0)
    house.jobs.pause(job.id, "ada")
    house.clock.now += 500.0
    house.jobs.resume(job.id, "ada")
    fourth = house.lease(after=7.0)
    assert [round(lease.waited, 2) for lease in (first, second, third, fourth)] == [4.0, 3.0, 20.0, 7.0]


def test_what_is_counted_of_a_finished_job_is_counted_once(house: House) -> None:
    house.jobs.submit(Submission("ada", Tier.PRO, {"n": 1}, 10.0))
    lease = house.lease(after=1.0)
    crew = Tallies()
    crew.add(FILM_SECONDS, ("pro",), 60.0)
    counted = crew.drain()
    with pytest.raises(LeaseLost):
        house.leases.succeed(replace(lease, token=7), {}, 1.0, counted)
    assert kept(house.leases.database) == {}
    for _ in range(2):  # the first answer was lost on the way
        house.leases.succeed(lease, {}, 1.0, counted)
    assert total(kept(house.leases.database), FILM_SECONDS) == 60.0


def test_work_left_is_what_waits_and_what_is_still_to_do_of_what_runs(house: House) -> None:
    for estimate in (100.0, 40.0, 7.0, 5.0):
        last = house.jobs.submit(Submission("ada", Tier.PRO, {"n": estimate}, estimate))
    house.jobs.pause(last.id, "ada")
    house.leases.report(house.lease(after=0.0), 0.1, "Pictures", 30.0)
    house.leases.report(house.lease(after=0.0), 0.9, "Pictures", 50.0)  # more than it was thought to take
    assert house.jobs.work_left() == 70.0 + 0.0 + 7.0


# --- the exchange -----------------------------------------------------------------------------------------------------------

VOICE = {"voice": "v"}


def made(exchange: Exchange, folder: Path, texts: list[str], engine: type, tenant: str, tier: str) -> list[Take]:
    graph = RenderGraph.of([Task(text, "voice", {"text": text, "voice": VOICE}) for text in texts])
    with exchange.film(tenant=tenant, film="f", tier=tier) as view:
        done = render(graph, {"voice": Offer(engine, "test")}, Store(folder), view, scope=tenant)
    return [one.take for one in done.values()]


def series_of(tallied: Tallies, folder: Path) -> dict[str, list[Kept]]:
    database = Database(f"sqlite:///{folder / 'jobs.db'}")
    tallied.keep_in(database)
    return kept(database)


def test_the_exchange_counts_what_engines_took_and_charges_it_by_resource_and_tier(tmp_path: Path) -> None:
    tallied = Tallies()
    with Exchange(InlineDispatcher(tmp_path), lambda batch: Needs(cpu=2.0, gpu=0.5), tallies=tallied) as exchange:
        takes = made(exchange, tmp_path, ["SLEEP 0.06", "two", "three"], Speaker, "ada", "pro")
        made(exchange, tmp_path, ["SLEEP 0.06"], Speaker, "ada", "pro")  # found: nothing is charged
    series, seconds = series_of(tallied, tmp_path), sum(take.seconds for take in takes)
    [service], [queue] = series[ENGINE_SERVICE.name], series[ENGINE_QUEUE.name]
    assert service.labels == queue.labels == ("voice", "speaker")
    assert service.total == pytest.approx(seconds) and service.buckets[-1] == queue.buckets[-1] == 3
    assert service.buckets[ENGINE_SERVICE.bounds.index(0.05)] == 2, "one took longer than 0.05 s"
    assert series[CPU_SECONDS.name] == [Kept(("pro", "voice", "speaker"), pytest.approx(2 * seconds))]
    assert series[GPU_SECONDS.name] == [Kept(("pro", "voice", "speaker"), pytest.approx(seconds / 2))]
    assert BATCH_FILL.name not in series, "an engine that takes one at a time fills nothing"


def test_who_waits_for_a_slot_is_counted_as_waiting(tmp_path: Path) -> None:
    tallied = Tallies()
    with Exchange(InlineDispatcher(tmp_path), lambda batch: Needs(), tallies=tallied) as exchange, ThreadPoolExecutor(2) as threads:
        films = [threads.submit(made, exchange, tmp_path, [f"SLEEP 0.3 {n}"], Speaker, f"tenant-{n}", "free") for n in range(2)]
        assert [len(film.result(20)) for film in films] == [1, 1]
    series = series_of(tallied, tmp_path)
    [queue] = series[ENGINE_QUEUE.name]
    at = ENGINE_QUEUE.bounds.index(0.25)
    assert queue.total > 0.25 and queue.buckets[-1] - queue.buckets[at] == 1, "the second waited while the first was made"


def test_a_batch_is_as_full_as_its_calls_are_of_those_it_could_take(tmp_path: Path) -> None:
    tallied = Tallies()
    together = threading.Barrier(3)
    crew = InlineDispatcher(tmp_path)
    with Exchange(crew, lambda batch: Chorus.needs, tallies=tallied) as exchange, ThreadPoolExecutor(3) as threads:

        def film(number: int) -> list[Take]:
            together.wait()
            return made(exchange, tmp_path, [f"chorus {number}"], Chorus, f"tenant-{number}", "free")

        assert len(list(threads.map(film, range(3)))) == 3
    series = series_of(tallied, tmp_path)
    [fill] = series[BATCH_FILL.name]
    assert fill.total == 0.75 and fill.buckets[-1] == 1, "three of four, once"


class FormsBatches(InlineDispatcher):
    """Forms batches where they run, as Ray's replicas do, and says how full each was."""

    def wait(self, timeout: float | None = None) -> list[Outcome]:
        return [replace(outcome, fill=0.5) for outcome in super().wait(timeout)]


def test_a_batch_that_was_formed_where_it_ran_is_counted_as_it_says(tmp_path: Path) -> None:
    tallied = Tallies()
    with Exchange(FormsBatches(tmp_path), lambda batch: Needs(), tallies=tallied) as exchange:
        made(exchange, tmp_path, ["chorus"], Chorus, "ada", "pro")
    [fill] = series_of(tallied, tmp_path)[BATCH_FILL.name]
    assert (fill.labels, fill.total, fill.buckets[-1]) == (("voice", "chorus"), 0.5, 1)


def test_work_that_two_films_share_is_charged_once(tmp_path: Path) -> None:
    tallied, log = Tallies(), tmp_path / "log"
    graph = RenderGraph.of([Task("stage", "backdrop", {"set": {"pack": "house", "stage": str(log)}})])
    with Exchange(InlineDispatcher(tmp_path), lambda batch: Needs(), tallies=tallied) as exchange, ThreadPoolExecutor(2) as threads:

        def film(tier: str) -> Take:
            with exchange.film(tenant=tier, film="f", tier=tier) as view:
                return render(graph, {"backdrop": Offer(Painter, "test")}, Store(tmp_path), view, scope=tier)["stage"].take

        seconds = {take.seconds for take in threads.map(film, ["free", "pro"])}
    series = series_of(tallied, tmp_path)
    assert log.read_text() == "made\n"
    assert total(series, CPU_SECONDS) == pytest.approx(seconds.pop()) and not seconds


def test_the_table_has_a_row_for_each_series_and_not_for_each_event(database: Database) -> None:
    for number in range(50):
        crew = Tallies()
        crew.observe(ENGINE_SERVICE, ("voice", "espeak"), number / 10)
        crew.keep_in(database)
    with database.reading() as connection:
        rows = connection.scalar(sa.select(sa.func.count()).select_from(tallies))
    assert rows is not None and rows <= len(ENGINE_SERVICE.bounds) + 2
