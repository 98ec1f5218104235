"""Many films on one crew: everyone is served, nobody waits behind a flood, equals are made once, and no trouble spreads."""

from __future__ import annotations

import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from studio_probes import Chorus, Painter, Soloist, Speaker

from filmstudio.core.dispatch import render
from filmstudio.core.engine import Needs
from filmstudio.core.errors import StudioError
from filmstudio.core.graph import Ref, RenderGraph, Task
from filmstudio.core.inline import InlineDispatcher
from filmstudio.core.local import LocalDispatcher
from filmstudio.core.perform import Batch, Call, Outcome
from filmstudio.core.plugins import Offer
from filmstudio.core.store import Store, Take
from filmstudio.scheduler.estimates import Estimates
from filmstudio.scheduler.exchange import Exchange, FilmDispatcher
from filmstudio.scheduler.machines import here
from filmstudio.scheduler.placement import Node

VOICE = {"voice": "v"}
ENGINES = {"speaker": Speaker, "chorus": Chorus, "soloist": Soloist, "painter": Painter}


def needs_of(batch: Batch) -> Needs:
    return ENGINES[batch.engine].needs


def script(*texts: object) -> RenderGraph:
    return RenderGraph.of([Task(f"line-{number}", "voice", {"text": text, "voice": VOICE}) for number, text in enumerate(texts)])


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LocalDispatcher, Path]]:
    folder = tmp_path_factory.mktemp("store")
    with LocalDispatcher(folder, workers=2) as pool:
        yield pool, folder


def make(exchange: Exchange, folder: Path, graph: RenderGraph, tenant: str, film: str = "film", engine: type = Speaker) -> dict[str, int]:
    offers = {engine.role: Offer(engine, "test")}
    with exchange.film(tenant=tenant, film=film) as view:
        made = render(graph, offers, Store(folder), view, scope=tenant)
    return {task: one.take.result["samples"] for task, one in made.items()}  # type: ignore[index, call-overload, misc]


def test_twenty_films_of_many_tenants_get_their_own_takes(pool: tuple[LocalDispatcher, Path]) -> None:
    crew, folder = pool
    with Exchange(crew, needs_of) as exchange, ThreadPoolExecutor(20) as threads:
        graphs = [
            RenderGraph.of(
                [
                    Task("a", "voice", {"text": "x" * number, "voice": VOICE}),
                    Task("b", "voice", {"text": "y" * number, "voice": VOICE, "seed": Ref("a", ("samples",))}),
                ]
            )
            for number in range(1, 21)
        ]
        made = list(threads.map(lambda n: make(exchange, folder, graphs[n], f"tenant-{n % 7}", f"film-{n}"), range(20)))
        # every film calls its tasks a and b, and each has its own answer
        assert made == [{"a": number, "b": number} for number in range(1, 21)]
        assert exchange.waiting == 0


def test_a_failed_film_or_a_dead_worker_harms_no_other(pool: tuple[LocalDispatcher, Path], tmp_path: Path) -> None:
    crew, folder = pool
    with Exchange(crew, needs_of) as exchange, ThreadPoolExecutor(3) as threads:
        bad = threads.submit(make, exchange, folder, script("RAISE", "SLEEP 0.1 bad"), "bad")
        killed = threads.submit(make, exchange, folder, script(f"DIEONCE {tmp_path / 'mark'}"), "unlucky")
        good = threads.submit(make, exchange, folder, script(*[f"good {n}" for n in range(12)]), "good")
        with pytest.raises(StudioError, match="raised ZeroDivisionError"):
            bad.result(30)
        assert len(good.result(30)) == 12
        assert len(killed.result(30)) == 1


def test_a_cancelled_film_stops_and_the_others_go_on(pool: tuple[LocalDispatcher, Path]) -> None:
    crew, folder = pool
    with Exchange(crew, needs_of) as exchange, ThreadPoolExecutor(1) as threads, exchange.film(tenant="a", film="gone") as view:
        for number in range(8):
            view.submit(call(f"SLEEP 0.05 {number}", f"{number}"))
        other = threads.submit(make, exchange, folder, script(*[f"stays {n}" for n in range(4)]), "b")
        view.cancel()
        assert len(other.result(30)) == 4
        assert view.wait(timeout=0.3) == []  # nothing of what was cancelled comes back
        view.submit(call("afterwards", "x"))
        assert [outcome.task for outcome in view.wait(10)] == ["x"]


def test_one_asker_may_leave_a_flight_that_another_still_wants(pool: tuple[LocalDispatcher, Path]) -> None:
    crew, _ = pool
    with Exchange(crew, needs_of) as exchange, exchange.film(tenant="b", film="2") as second:
        with exchange.film(tenant="a", film="1") as first:
            for number in range(4):
                first.submit(call(f"SLEEP 0.05 {number} busy", f"{number}"))
            first.submit(call("wanted by both", "mine"))
            second.submit(call("wanted by both", "yours"))
        assert [outcome.task for outcome in second.wait(10)] == ["yours"]


@pytest.mark.parametrize(("role", "times"), [("backdrop", 1), ("voice", 2)])
def test_equal_work_of_two_tenants_is_made_once_only_where_it_may_be_shared(tmp_path: Path, role: str, times: int) -> None:
    log, engine = tmp_path / "log", Painter if role == "backdrop" else Speaker
    stage = {"set": {"pack": "house", "stage": str(log)}}
    graph = RenderGraph.of([Task("t", role, stage if role == "backdrop" else {"text": f"LOG {log}", "voice": VOICE})])
    with LocalDispatcher(tmp_path / "store", workers=2) as crew, Exchange(crew, needs_of) as exchange, ThreadPoolExecutor(2) as threads:

        def walk(tenant: str) -> Take:
            with exchange.film(tenant=tenant, film="f") as view:
                made = render(graph, {role: Offer(engine, "test")}, Store(tmp_path / "store"), view, scope=tenant)
            return made["t"].take

        takes = list(threads.map(walk, ["a", "b"]))
    assert log.read_text().count("made") == times
    assert (takes[0].digest == takes[1].digest) == (times == 1)


def test_calls_of_many_films_share_a_batch_and_sensitive_ones_never_do(pool: tuple[LocalDispatcher, Path]) -> None:
    crew, folder = pool
    with Exchange(crew, needs_of) as exchange, ThreadPoolExecutor(4) as threads:
        together = threads.map(lambda n: make(exchange, folder, script(f"chorus {n}"), f"tenant-{n}", engine=Chorus), range(4))
        assert [made["line-0"] for made in together] == [4, 4, 4, 4]
        alone = threads.map(lambda n: make(exchange, folder, script(f"solo {n}"), f"tenant-{n}", engine=Soloist), range(4))
        assert [made["line-0"] for made in alone] == [1, 1, 1, 1]


class Gated:
    """A crew of one slot that answers nothing until its gate opens, and notes what it was asked for, in order."""

    slots = 1

    def __init__(self, folder: Path) -> None:
        self.gate, self.asked = threading.Event(), list[str]()
        self._inline = InlineDispatcher(folder)

    def submit(self, batch: Batch) -> None:
        self.asked += [call.request["text"] for call in batch.calls]  # type: ignore[call-overload, index, misc]
        self._inline.submit(batch)

    def wait(self, timeout: float | None = None) -> list[Outcome]:
        return self._inline.wait() if self.gate.wait(timeout) else []

    def interrupt(self) -> None: ...

    def cancel(self) -> None:
        self._inline.cancel()


def test_a_small_film_is_served_long_before_the_flood_it_came_after(tmp_path: Path) -> None:
    """Sixteen tasks of eight tenants were asked for first; the newcomer waits for one of each tenant, not for all."""
    crew = Gated(tmp_path)
    with Exchange(crew, needs_of) as exchange, ThreadPoolExecutor(9) as threads:
        floods = [threads.submit(make, exchange, tmp_path, script(*[f"{n} {m}" for m in range(6)]), f"flood-{n}") for n in range(8)]
        _until(lambda: exchange.waiting == 15)
        small = threads.submit(make, exchange, tmp_path, script("small"), "small")
        _until(lambda: exchange.waiting == 16)
        crew.gate.set()
        assert [len(film.result(30)) for film in [*floods, small]] == [6] * 8 + [1]
        assert crew.asked.index("small") <= 8


class Failing:
    """A crew that breaks when it is waited for."""

    slots = 1

    def submit(self, batch: Batch) -> None: ...

    def wait(self, timeout: float | None = None) -> list[Outcome]:
        raise OSError("the cluster is gone")

    def interrupt(self) -> None: ...

    def cancel(self) -> None: ...


def test_trouble_in_the_owners_thread_reaches_every_film() -> None:
    with Exchange(Failing(), needs_of) as exchange, ThreadPoolExecutor(3) as threads:
        told = [threads.submit(_ask_and_wait, exchange, str(n)) for n in range(3)]
        for one in told:
            with pytest.raises(StudioError, match="the shared crew has stopped: OSError: the cluster is gone"):
                one.result(10)
        with pytest.raises(StudioError, match="stopped"), exchange.film(tenant="late", film="f"):
            pass


def test_closing_ends_films_that_wait(tmp_path: Path) -> None:
    with LocalDispatcher(tmp_path, workers=1) as crew:
        exchange = Exchange(crew, needs_of)
        with ThreadPoolExecutor(2) as threads:
            waiting = [threads.submit(_ask_and_wait, exchange, f"SLEEP 60 {n}") for n in range(2)]
            _until(lambda: exchange.waiting == 1)
            exchange.close()
            for one in waiting:
                with pytest.raises(StudioError, match="shutting down"):
                    one.result(10)


def test_an_engine_that_the_crew_refuses_fails_alone(tmp_path: Path) -> None:
    class Choosy(InlineDispatcher):
        def submit(self, batch: Batch) -> None:
            if batch.calls[0].request["text"] == "no":  # type: ignore[index, call-overload]
                raise StudioError("there is no replica for this engine.")
            super().submit(batch)

    with Exchange(Choosy(Store(tmp_path).root), needs_of) as exchange, exchange.film(tenant="a", film="f") as view:
        view.submit(call("no", "refused"))
        view.submit(call("yes", "made"))
        outcomes = {outcome.task: outcome for outcome in [*view.wait(10), *view.wait(0.5)]}
        assert outcomes["refused"].failure is not None
        assert outcomes["made"].take is not None


def test_an_interrupted_wait_comes_back_and_a_timeout_too(tmp_path: Path) -> None:
    with Exchange(InlineDispatcher(tmp_path), needs_of) as exchange, exchange.film(tenant="a", film="f") as view:
        assert view.wait(timeout=0.01) == []
        threading.Timer(0.05, view.interrupt).start()
        assert view.wait() == []


def call(text: str, task: str) -> Batch:
    digest = f"{abs(hash(text)):064x}"[-64:]
    request = {"text": text, "voice": VOICE}
    return Batch("voice", "speaker", "1", f"{Speaker.__module__}:Speaker", (Call(task, digest, request),))


def _ask_and_wait(exchange: Exchange, text: str) -> Sequence[Outcome]:
    with exchange.film(tenant=text, film="f") as view:
        assert isinstance(view, FilmDispatcher)
        view.submit(call(text, "t"))
        return view.wait()


def _until(true: Callable[[], bool]) -> None:
    patience = time.monotonic() + 20
    while not true():
        assert time.monotonic() < patience, "it never became so"
        time.sleep(0.002)


class Board:
    """A crew that notes what runs, and ends what it is told to."""

    def __init__(self, slots: int = 4, posts: dict[str, int] | None = None) -> None:
        self.slots, self.running, self.begun = slots, dict[str, Batch](), list[str]()
        self._ended: deque[Outcome] = deque()
        self._news = threading.Condition()
        if posts is not None:
            self.posts, self.post_of = posts, lambda batch: batch.engine

    def submit(self, batch: Batch) -> None:
        with self._news:
            self.running[text_of(batch)] = batch
            self.begun.append(text_of(batch))

    def end(self, *texts: str) -> None:
        with self._news:
            for text in texts:
                batch = self.running.pop(text)
                take = Take(
                    digest=batch.calls[0].digest, role=batch.role, engine=batch.engine, version="1", result={}, media=(), seconds=1.0
                )
                self._ended.append(Outcome(batch.calls[0].task, take))
            self._news.notify()

    def wait(self, timeout: float | None = None) -> list[Outcome]:
        with self._news:
            self._news.wait_for(lambda: self._ended, 0.01)
            ended, self._ended = list(self._ended), deque()
            return ended

    def interrupt(self) -> None: ...

    def cancel(self) -> None: ...


def text_of(batch: Batch) -> str:
    return batch.calls[0].request["text"]  # type: ignore[call-overload, index, no-any-return]


def by_engine(text: str, engine: str) -> Batch:
    return replace(call(text, text), engine=engine)


SIZES = {"speaker": Needs(), "diffusion": Needs(gpu=1), "wide": Needs(cpu=4), "vast": Needs(memory_mb=6000)}


def on_machine(board: Board) -> Exchange:
    node = Node("here", cpu=4, gpu=1, memory_mb=8000, models_kept=4)
    machines = replace(here(4), farms={"here": (node,)})
    return Exchange(board, lambda batch: SIZES[batch.engine], machines=machines, estimates=Estimates(unknown=60.0))


def test_no_more_runs_at_once_than_the_machine_has_gpus_and_memory_for() -> None:
    board = Board()
    with on_machine(board) as exchange, exchange.film(tenant="a", film="f") as one, exchange.film(tenant="b", film="g") as other:
        for text, engine in (("gpu 1", "diffusion"), ("vast 1", "vast")):
            one.submit(by_engine(text, engine))
        _until(lambda: set(board.running) == {"gpu 1", "vast 1"})
        for text, engine in (("gpu 2", "diffusion"), ("vast 2", "vast")):
            one.submit(by_engine(text, engine))
        other.submit(by_engine("small", "speaker"))
        _until(lambda: "small" in board.running)
        assert set(board.running) == {"gpu 1", "vast 1", "small"}, "there is a core free, but neither GPU nor memory"
        board.end("gpu 1", "vast 1")
        _until(lambda: set(board.running) == {"gpu 2", "vast 2", "small"})


def test_the_machine_is_kept_for_a_task_that_needs_all_of_it_and_a_short_one_goes_first() -> None:
    board = Board()
    with on_machine(board) as exchange, exchange.film(tenant="a", film="f") as film, exchange.film(tenant="b", film="g") as flood:
        flood.submit(by_engine("long", "speaker"))
        _until(lambda: "long" in board.running)
        film.submit(by_engine("wide", "wide"))
        _until(lambda: exchange.waiting == 0)
        exchange._estimates.learn(("voice", "brief", "1"), 1.0)
        SIZES["brief"] = Needs()
        for number in range(3):
            flood.submit(by_engine(f"flood {number}", "speaker"))
        with exchange.film(tenant="c", film="h") as quick:
            quick.submit(by_engine("brief", "brief"))
            _until(lambda: "brief" in board.running)
            assert set(board.running) == {"long", "brief"}, "the flood would outlast the gap"
            board.end("brief")
            board.end("long")
            _until(lambda: set(board.running) == {"wide"})
        board.end("wide")
        _until(lambda: set(board.running) == {"flood 0", "flood 1", "flood 2"})


def test_a_film_that_leaves_while_a_machine_is_kept_for_it_harms_nobody() -> None:
    board = Board()
    with on_machine(board) as exchange, exchange.film(tenant="b", film="g") as stays:
        stays.submit(by_engine("long", "speaker"))
        _until(lambda: "long" in board.running)
        with exchange.film(tenant="a", film="f") as leaves:
            leaves.submit(by_engine("wide", "wide"))
            _until(lambda: exchange.waiting == 0)
            stays.submit(by_engine("next", "speaker"))
        board.end("long")
        _until(lambda: "next" in board.running)
        assert board.begun == ["long", "next"]
        assert exchange.service_gap_bound("a", "b") < 1000


def test_a_post_that_is_full_holds_up_nobody_who_wants_another() -> None:
    board = Board(slots=3, posts={"diffusion": 1, "speaker": 2})
    with Exchange(board, lambda batch: SIZES[batch.engine]) as exchange, exchange.film(tenant="a", film="f") as film:
        for number in range(4):
            film.submit(by_engine(f"gpu {number}", "diffusion"))
        _until(lambda: set(board.running) == {"gpu 0"})
        for number in range(2):
            film.submit(by_engine(f"line {number}", "speaker"))
        _until(lambda: set(board.running) == {"gpu 0", "line 0", "line 1"})
        with exchange.film(tenant="b", film="g") as newcomer:
            newcomer.submit(by_engine("gpu of b", "diffusion"))
            _until(lambda: exchange.waiting == 4)
            board.end("gpu 0")
            _until(lambda: len(board.running) == 3)
            assert "gpu of b" in board.running, "what is sent to a post is sent in fair order, not as it came"
