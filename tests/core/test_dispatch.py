"""The walk and the dispatchers: made once, found again, and whatever an engine does harms nobody else."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from probe_engines import Echo, Fickle, Liar, Small, Tall, WrongKind

from filmstudio.core.dispatch import Event, render
from filmstudio.core.errors import StudioError
from filmstudio.core.graph import Ref, RenderGraph, Task, task_digest
from filmstudio.core.inline import InlineDispatcher
from filmstudio.core.local import LocalDispatcher
from filmstudio.core.perform import Call
from filmstudio.core.plugins import Offer
from filmstudio.core.requests import SpeakRequest
from filmstudio.core.roles import ROLES
from filmstudio.core.store import Store
from filmstudio.core.workers import HouseWorker
from filmstudio.testing import ContractBroken, broken_rules, hold_to_contract

VOICE = {"voice": "v"}
ECHO = {"voice": Offer(Echo, "test")}


def say(name: str, text: object) -> Task:
    return Task(name, "voice", {"text": text, "voice": VOICE})


def test_a_second_walk_finds_everything(tmp_path: Path) -> None:
    graph = RenderGraph.of([say("a", "one"), say("b", "two")])
    store = Store(tmp_path)
    first = render(graph, ECHO, store, InlineDispatcher(tmp_path))
    again = render(graph, ECHO, store, InlineDispatcher(tmp_path))
    assert [made.cached for made in first.values()] == [False, False]
    assert [made.cached for made in again.values()] == [True, True]
    assert first["a"].take.result == again["a"].take.result


def test_identical_tasks_are_made_once(tmp_path: Path) -> None:
    events: list[Event] = []
    graph = RenderGraph.of([say(name, "the same words") for name in "abc"])
    with LocalDispatcher(tmp_path, workers=2) as pool:
        render(graph, ECHO, Store(tmp_path), pool, events.append)
    assert [event.kind for event in events].count("started") == 1
    assert [event.kind for event in events].count("finished") == 1
    assert [event.kind for event in events].count("cached") == 2


def test_a_task_reads_a_part_of_anothers_result(tmp_path: Path) -> None:
    graph = RenderGraph.of([say("a", "four"), Task("b", "voice", {"text": "x", "voice": VOICE, "seed": Ref("a", ("samples",))})])
    made = render(graph, ECHO, Store(tmp_path), InlineDispatcher(tmp_path))
    assert made["b"].take.result["samples"] == 1  # type: ignore[index, call-overload]


@pytest.mark.parametrize(
    ("engine", "text", "told"),
    [
        (Echo, "RAISE", "raised ZeroDivisionError: by design"),
        (Echo, "REFUSE", "this word cannot be spoken"),
        (Liar, "x", "returned 0 results for 1 requests"),
        (WrongKind, "x", "returned a str; a voice engine makes Speech"),
    ],
)
def test_what_an_engine_does_wrong_is_told_with_its_name_and_task(tmp_path: Path, engine: type, text: str, told: str) -> None:
    with pytest.raises(StudioError, match=told) as caught:
        render(RenderGraph.of([say("line-7", text)]), {"voice": Offer(engine, "test")}, Store(tmp_path), InlineDispatcher(tmp_path))
    assert caught.value.problem.place.task == "line-7"
    assert caught.value.problem.place.plugin == engine.name


def test_a_worker_that_dies_is_replaced_and_its_task_tried_again(tmp_path: Path) -> None:
    graph = RenderGraph.of([say("a", f"DIEONCE {tmp_path / 'mark'}"), say("b", "two"), say("c", "three")])
    with LocalDispatcher(tmp_path / "store", workers=2) as pool:
        made = render(graph, ECHO, Store(tmp_path / "store"), pool)
    assert len(made) == 3


def test_a_task_that_kills_every_worker_is_given_up_after_three_tries(tmp_path: Path) -> None:
    with LocalDispatcher(tmp_path, workers=1) as pool, pytest.raises(StudioError, match="ended with code 3"):
        render(RenderGraph.of([say("a", "DIE")]), ECHO, Store(tmp_path), pool)


def test_a_worker_that_hangs_is_ended_at_its_deadline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HouseWorker, "tick", 0.1)
    with LocalDispatcher(tmp_path, workers=1, deadline=1.5) as pool, pytest.raises(StudioError, match=r"gave no answer in 1\.5 s"):
        render(RenderGraph.of([say("a", "HANG")]), ECHO, Store(tmp_path), pool)


def test_a_good_engine_keeps_the_contract(tmp_path: Path) -> None:
    requests = [SpeakRequest(text=text, voice=VOICE) for text in ("one", "two")]  # type: ignore[arg-type]
    refused = SpeakRequest(text="REFUSE", voice=VOICE)  # type: ignore[arg-type]
    assert broken_rules(Echo, requests, tmp_path, bad=refused) == []
    hold_to_contract(Echo, requests, tmp_path, bad=refused)


@pytest.mark.parametrize(
    ("engine", "rule"),
    [
        (Liar, "returned 0 results"),
        (Fickle, "other results the second time"),
        (Fickle, "holds a path of this machine"),
        (WrongKind, "returned a str"),
        (SimpleNamespace, "not an Engine class"),
    ],
)
def test_the_kit_catches_planted_faults(tmp_path: Path, engine: type, rule: str) -> None:
    request = SpeakRequest(text="one", voice=VOICE)  # type: ignore[arg-type]
    assert any(rule in broken for broken in broken_rules(engine, [request], tmp_path))
    with pytest.raises(ContractBroken):
        hold_to_contract(engine, [request], tmp_path)


def test_engines_loaded_early_change_nothing_and_one_that_cannot_be_loaded_harms_nobody(tmp_path: Path) -> None:
    with LocalDispatcher(tmp_path, workers=1, preload=["no.such.module:Engine", ECHO["voice"].address]) as pool:
        made = render(RenderGraph.of([say("a", "one")]), ECHO, Store(tmp_path), pool)
    assert made["a"].take.result["samples"] == 3  # type: ignore[index, call-overload]


def test_a_wait_ends_when_it_is_interrupted_or_its_time_is_over(tmp_path: Path) -> None:
    with LocalDispatcher(tmp_path, workers=1) as pool:
        assert pool.wait(timeout=0.01) == []
        threading.Timer(0.05, pool.interrupt).start()
        assert pool.wait() == []


def test_a_tenant_finds_its_own_takes_and_what_is_common(tmp_path: Path) -> None:
    request = {"seed": 1}
    ours, theirs = (task_digest("e", "1", "voice", request, scope) for scope in ("one", "two"))  # type: ignore[arg-type]
    assert len({ours, theirs, task_digest("e", "1", "voice", request)}) == 3  # type: ignore[arg-type]
    assert [role.name for role in ROLES.values() if role.common] == ["backdrop"]


def test_a_worker_has_the_variables_of_the_moment_in_which_it_is_hired(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers are forked from a server that may be older than a variable, such as the credentials of a bucket."""
    with LocalDispatcher(tmp_path, workers=1) as pool:
        render(RenderGraph.of([say("a", "one")]), ECHO, Store(tmp_path), pool)
    monkeypatch.setenv("FILMSTUDIO_PROBE", "set late")
    with LocalDispatcher(tmp_path, workers=1) as pool:
        assert render(RenderGraph.of([say("b", "NEED FILMSTUDIO_PROBE")]), ECHO, Store(tmp_path), pool)


def test_an_engine_runs_again_where_it_is_loaded(tmp_path: Path) -> None:
    def ask(pool: LocalDispatcher, *asked: tuple[type[Tall], str]) -> list[int]:
        for engine, text in asked:
            digest = f"{engine.name}-{text}".encode().hex().ljust(64, "0")
            pool.submit(Offer(engine, "filmstudio").batch((Call(engine.name, digest, {"text": text, "voice": VOICE}),)))
        said: dict[str, int] = {}
        while len(said) < len(asked):
            said |= {outcome.task: outcome.take.result["samples"] for outcome in pool.wait()}  # type: ignore[index, call-overload, union-attr, misc]
        return [said[engine.name] for engine, _ in asked]

    with LocalDispatcher(Store(tmp_path).root, workers=2) as pool:
        tall, small = ask(pool, (Tall, "one"), (Small, "one"))
        assert tall != small
        for text in ("two", "three"):
            assert ask(pool, (Small, text)) == [small]
            assert ask(pool, (Tall, text)) == [tall]
