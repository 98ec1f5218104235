"""The crew: tells how far films are, stops when told, gives back what it cannot finish, and never answers for a job it has lost."""

from __future__ import annotations

import errno
import hashlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from filmstudio.core import objects
from filmstudio.core.character import VoiceChoice
from filmstudio.core.dispatch import Dispatcher, Event, render
from filmstudio.core.errors import DeliveryError, EngineError, InputError, Place, Problem, StoreError, StudioError
from filmstudio.core.finishing import Delivered
from filmstudio.core.graph import RenderGraph, Task
from filmstudio.core.inline import InlineDispatcher
from filmstudio.core.plugins import Plugins
from filmstudio.core.report import CaptionFacts, FilmFacts, LipsyncFacts, LoudnessFacts, Metadata, Report, Totals
from filmstudio.core.requests import SpeakRequest
from filmstudio.core.storage import open_store
from filmstudio.core.store import Take
from filmstudio.platform import crew as crew_module
from filmstudio.platform.crew import Crew, CrewName, CrewTerms
from filmstudio.platform.making import FilmMaker, FilmProgress, FilmTask
from filmstudio.scheduler.database import Database
from filmstudio.scheduler.events import after
from filmstudio.scheduler.exchange import Exchange
from filmstudio.scheduler.job import Job, Status, Submission
from filmstudio.scheduler.jobs import Jobs
from filmstudio.scheduler.leases import Leases, LeaseTerms
from filmstudio.scheduler.retries import Retry
from filmstudio.scheduler.tiers import Tier

REPORT = Report(
    verdict="passed",
    film=FilmFacts(title="Rain", duration=2, width=854, height=480, fps=24, size=4, frames=48, audio_offset_ms=0.0),
    loudness=LoudnessFacts(integrated_lufs=-14, true_peak_dbtp=-1.2, target_lufs=-14, ceiling_dbtp=-1),
    captions=CaptionFacts(count=1),
    lipsync=LipsyncFacts(worst_offset_ms=0, moving_in_silence_percent=0, lines=1),
    checks=(),
    tasks=(),
    totals=Totals(seconds=1, realtime_factor=2, cached=0, computed=1, peak_rss_mb=50, workers=1),
)


@pytest.fixture(scope="module")
def plugins() -> Plugins:
    return Plugins()


class Studio:
    """A crew with a maker of films that a test writes."""

    def __init__(self, folder: Path, plugins: Plugins) -> None:
        self.folder, self.plugins = folder, plugins
        self.database = Database(f"sqlite:///{folder / 'jobs.db'}")
        self.jobs = Jobs(self.database)
        soon = Retry(store_failures=5, first_seconds=0.02, longest_seconds=0.1, elsewhere_seconds=0.02)
        self.leases = Leases(self.database, terms=LeaseTerms(sweep=0.02), retry=soon)
        self.cache = str(folder / "cache")
        self.leave = threading.Event()
        self.thread: threading.Thread | None = None
        self.begun = threading.Event()

    def start(self, make: FilmMaker) -> None:
        """Have the crew work."""

        def told(task: FilmTask, dispatcher: Dispatcher, progress: FilmProgress) -> Delivered:
            self.begun.set()
            return make(task, dispatcher, progress)

        def work() -> None:
            crew_of = InlineDispatcher(self.cache, self.folder / "node")
            with Exchange(crew_of, lambda batch: self.plugins.engine(batch.role).engine.needs) as pool:
                terms = CrewTerms(films_at_once=1, drain_seconds=0.1)
                Crew(self.leases, self.folder / "films", told, pool, self.plugins, "crew", terms).run(self.leave)

        self.thread = threading.Thread(target=work)
        self.thread.start()

    def stop(self) -> None:
        self.leave.set()
        if self.thread is not None:
            self.thread.join(20)
            assert not self.thread.is_alive()

    def order(self, tenant: str = "ada", **spec: object) -> str:
        return self.jobs.submit(Submission(tenant, Tier.PRO, {"screenplay": "LENA\nHi.", **spec}, 5.0)).id  # type: ignore[dict-item]

    def wait(self, job: str, holds: Callable[[Job], bool]) -> Job:
        """The job, once something holds for it."""
        until = time.monotonic() + 15
        while time.monotonic() < until:
            found = self.jobs.get(job, "ada")
            if holds(found):
                return found
            time.sleep(0.02)
        raise AssertionError(f"never: {found}")


@pytest.fixture
def studio(tmp_path: Path, plugins: Plugins, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    monkeypatch.setattr(crew_module, "BEAT_SECONDS", 0.1)
    monkeypatch.setattr(crew_module, "PULSE_SECONDS", 0.05)
    monkeypatch.setattr(crew_module, "_IDLE_SECONDS", 0.02)
    found = Studio(tmp_path, plugins)
    yield found
    found.stop()
    found.database.close()


def deliver(task: FilmTask, text: str = "film") -> Delivered:
    task.folder.mkdir(parents=True)
    (task.folder / "film.mp4").write_text(text)
    return Delivered(task.folder, REPORT, Metadata.model_construct())


def until_stopped(task: FilmTask, dispatcher: Dispatcher, progress: FilmProgress) -> Delivered:
    """A film that takes for ever."""
    progress.enter("Developing")
    while True:
        dispatcher.wait()


def finished(job: Job) -> bool:
    return job.finished is not None


def test_a_film_is_told_of_while_it_is_made_and_delivered_with_its_digests(studio: Studio) -> None:
    task = Task("line:1", "voice", {})
    take = Take(digest="0" * 64, role="voice", engine="espeak", version="1", result={}, seconds=3.0)

    def make(asked: FilmTask, dispatcher: Dispatcher, progress: FilmProgress) -> Delivered:
        progress.plan(RenderGraph.of([task, Task("line:2", "voice", {})]))
        progress.watch(Event("started", task))
        progress.watch(Event("finished", task, take))
        time.sleep(0.3)
        return deliver(asked)

    job = studio.order()
    studio.start(make)
    found = studio.wait(job, finished)
    assert found.status is Status.SUCCEEDED
    assert found.spent == 3.0, "the charge is corrected to what the engines took"
    assert isinstance(found.result, dict)
    entry = found.result["deliverables"][0]  # type: ignore[index,call-overload]
    assert (entry["name"], entry["size"], entry["sha256"]) == ("film.mp4", 4, hashlib.sha256(b"film").hexdigest())
    progress = [event.body for event in after(studio.database, job, 0) if event.kind == "progress"]
    assert progress[0]["stage"] == "Voices"  # type: ignore[index,call-overload]
    assert 0.4 < progress[0]["progress"] < 0.6  # type: ignore[index,call-overload,operator]
    assert len(progress[0]["tasks"]) == 2, "told together, not one event a task"  # type: ignore[index,call-overload,arg-type]


@pytest.mark.parametrize(
    ("error", "kind", "status"),
    [
        (InputError("no.", problems=(Problem("nobody speaks."), Problem("no heading."))), "input", Status.FAILED),
        (EngineError("the picture engine broke.", place=Place(plugin="cutout", task="picture:1")), "engine", Status.FAILED),
        (StoreError("the disk is full."), "store", Status.FAILED),
        (DeliveryError("the folder cannot be written."), "store", Status.FAILED),
        (OSError(errno.EIO, "Input/output error"), "store", Status.FAILED),
        (StudioError("the shared crew has stopped."), "transient", Status.FAILED),
        (ZeroDivisionError("oops"), "engine", Status.FAILED),
    ],
)
def test_a_film_that_fails_is_tried_by_whose_fault_it_was(studio: Studio, error: Exception, kind: str, status: Status) -> None:
    def make(task: FilmTask, dispatcher: Dispatcher, progress: FilmProgress) -> Delivered:
        raise error

    job = studio.order()
    studio.start(make)
    found = studio.wait(job, finished)
    assert found.status is status
    assert {entry.kind for entry in found.evidence} == {kind}
    assert len(found.evidence) == {"input": 1, "store": 5}.get(kind, 3)
    assert {entry.where for entry in found.evidence} == {"plugin cutout, task picture:1" if isinstance(error, EngineError) else ""}
    if kind == "input":
        assert [problem["detail"] for problem in found.evidence[0].problems] == ["nobody speaks.", "no heading."]


def test_tenants_are_told_of_a_file_without_its_folders_and_the_log_with_them(
    studio: Studio, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    take = tmp_path / "takes" / "1.mp4"

    def make(task: FilmTask, dispatcher: Dispatcher, progress: FilmProgress) -> Delivered:
        raise EngineError(f"Invalid data found: '{take}'; see /v1/films/2 and 1/2.")

    job = studio.order()
    studio.start(make)
    found = studio.wait(job, finished)
    assert {entry.message for entry in found.evidence} == {"Invalid data found: '1.mp4'; see /v1/films/2 and 1/2."}
    assert any(str(take) in str(getattr(record, "detail", "")) for record in caplog.records)


def test_a_film_whose_store_is_away_for_a_while_is_made_when_it_is_back(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real engine and a real S3 server, which is not there when the film is begun."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setattr(objects, "ATTEMPTS", 1)
    studio.leases._retry = Retry(store_failures=50, first_seconds=0.2, longest_seconds=0.3)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    studio.cache = f"s3://films/store?endpoint=http://127.0.0.1:{port}&region=us-east-1"
    line = Task("line:1", "voice", SpeakRequest(text="It rains.", voice=VoiceChoice(voice="en-us-claire")).canonical())
    made = []

    def make(task: FilmTask, dispatcher: Dispatcher, progress: FilmProgress) -> Delivered:
        store = open_store(studio.cache, studio.folder / "crew")
        made.append(render(RenderGraph.of([line]), {"voice": studio.plugins.engine("voice")}, store, dispatcher))
        return deliver(task)

    job = studio.order()
    studio.start(make)
    away = studio.wait(job, lambda found: len(found.evidence) >= 2)
    assert away.status in (Status.QUEUED, Status.RUNNING)
    assert {entry.kind for entry in away.evidence} == {"store"}
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    try:
        boto3.client("s3", endpoint_url=f"http://127.0.0.1:{port}", region_name="us-east-1").create_bucket(Bucket="films")
        assert studio.wait(job, finished).status is Status.SUCCEEDED
        assert not made[0]["line:1"].cached
    finally:
        studio.stop()
        server.stop()


def test_an_engine_that_breaks_is_given_up_as_soon_though_the_store_was_away_before(studio: Studio) -> None:
    errors = [
        StoreError("away."),
        EngineError("broke."),
        StoreError("away."),
        StoreError("away."),
        EngineError("broke."),
        EngineError("broke."),
    ]
    left = iter(errors)

    def make(task: FilmTask, dispatcher: Dispatcher, progress: FilmProgress) -> Delivered:
        raise next(left)

    job = studio.order()
    studio.start(make)
    found = studio.wait(job, finished)
    assert found.status is Status.FAILED
    assert [entry.kind for entry in found.evidence] == ["store", "engine", "store", "store", "engine", "engine"]


@pytest.mark.parametrize(("act", "status"), [(Jobs.cancel, Status.CANCELLED), (Jobs.pause, Status.PAUSED)])
def test_a_film_in_work_stops_when_its_tenant_says_so(studio: Studio, act: Callable[[Jobs, str, str], Job], status: Status) -> None:
    job = studio.order()
    studio.start(until_stopped)
    studio.wait(job, lambda found: found.stage == "Developing")
    act(studio.jobs, job, "ada")
    assert studio.wait(job, lambda found: found.status is status).evidence == ()


def test_a_crew_that_leaves_gives_its_films_back_without_an_attempt_lost(studio: Studio) -> None:
    job = studio.order()
    studio.start(until_stopped)
    studio.wait(job, lambda found: found.status is Status.RUNNING)
    assert studio.begun.wait(5)
    studio.stop()
    found = studio.jobs.get(job, "ada")
    assert (found.status, found.attempt, found.evidence) == (Status.QUEUED, 0, ())


def test_planted_a_lost_lease_stops_the_film_and_leaves_nothing_of_it(studio: Studio) -> None:
    """While this crew works another gets the job and commits: this one's film is not seen, and its folder is gone."""
    goes_on = threading.Event()

    def make(task: FilmTask, dispatcher: Dispatcher, progress: FilmProgress) -> Delivered:
        delivered = deliver(task, "the loser's")
        goes_on.wait(10)
        return delivered

    job = studio.order()
    studio.start(make)
    assert studio.begun.wait(5)
    others = Leases(studio.database, retry=Retry(first_seconds=0.0))
    assert others.abandoned_by("crew") == 1
    time.sleep(0.02)
    others.sweep()
    lease = others.lease("other")
    assert lease is not None and lease.job.id == job
    others.succeed(lease, {"by": "other"}, 1.0)
    goes_on.set()
    loser = studio.folder / "films" / job / "1"
    until = time.monotonic() + 10
    while loser.exists() and time.monotonic() < until:
        time.sleep(0.02)
    assert not loser.exists()
    found = studio.jobs.get(job, "ada")
    assert (found.status, found.result) == (Status.SUCCEEDED, {"by": "other"})
    endings = [event for event in after(studio.database, job, 0) if event.body == {"status": "succeeded"}]
    assert len(endings) == 1


def test_an_order_that_this_studio_does_not_know_fails_with_words(studio: Studio) -> None:
    job = studio.order(hologram=True)
    studio.start(until_stopped)
    found = studio.wait(job, finished)
    assert (found.status, found.evidence[0].kind) == (Status.FAILED, "input")


def test_one_crew_at_a_time_has_the_name_of_a_data_folder_and_a_dead_one_lets_it_go(tmp_path: Path) -> None:
    first = CrewName(tmp_path)
    second = CrewName(tmp_path)
    assert first.alone and not second.alone
    assert first.name != second.name
    first.close(), second.close()
    third = CrewName(tmp_path)
    assert third.alone and third.name == first.name, "so it may end what the first left behind"
    third.close()
