"""The Ray dispatcher: outcomes come back, trouble stays with whoever made it, and cancelling leaves everything working."""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import httpx
import pytest
from probing import GATHERER, PROBE, ask, call, gather, players, run_of, until
from servebench.probes import FOLDER, Probe
from servebench.twonodes import TwoNodes

from filmstudio.core.dispatch import Dispatcher, render
from filmstudio.core.errors import ConfigError, EngineError
from filmstudio.core.graph import RenderGraph, Task
from filmstudio.core.perform import Call
from filmstudio.core.plugins import Offer
from filmstudio.core.store import Store
from filmstudio.serve.arguments import EnginesArgs
from filmstudio.serve.posts import BATCH_FILL, HOUSE, Scale

CALL_SECONDS = 60.0
"""Longest that a call may take: on a busy machine a replica that died is back in many seconds."""
BUSY_SECONDS = 60.0
"""How long something is asked for that a busy machine may not show at once: calls that meet, routers that learn of replicas."""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="module")
def crew(ray_of_two: TwoNodes, store: Store) -> Iterator[Dispatcher]:
    from filmstudio.serve.company import engaged

    with engaged([PROBE, GATHERER], store, replicas=2, deadline=CALL_SECONDS, variables={"PYTHONPATH": str(FOLDER)}) as dispatcher:
        yield dispatcher


def test_a_take_is_in_the_store_before_it_is_told_of(crew: Dispatcher, store: Store) -> None:
    (outcome,) = ask(crew, PROBE, call("in the store"))
    assert outcome.take is not None
    assert store.take(call("in the store").digest) == outcome.take


def test_what_stands_is_not_made_again(crew: Dispatcher) -> None:
    first, again = (ask(crew, PROBE, call("made once"))[0] for _ in range(2))
    assert run_of(first) == run_of(again)


def test_calls_gather_into_batches_of_one_key(crew: Dispatcher) -> None:
    def batches(turn: int) -> list[float] | None:
        calls = [call(f"line {turn}.{n}", voice, GATHERER) for n in range(4) for voice in ("anna", "ben")]
        outcomes = ask(crew, GATHERER, *calls)
        anna, ben = ({run_of(outcome) for outcome in outcomes if f" {voice} " in outcome.task} for voice in ("anna", "ben"))
        assert not {run for run, _ in anna} & {run for run, _ in ben}
        sizes = [size for _, size in (*anna, *ben)]
        assert sum(sizes) == 8
        return sizes if len(sizes) == 2 else None  # of calls that did not come together, more

    assert until(BUSY_SECONDS, "two full batches", batches) == [4, 4]


def test_a_batch_is_filled_by_what_requests_cost(crew: Dispatcher) -> None:
    def batches(turn: int) -> list[float] | None:
        outcomes = ask(crew, GATHERER, *(call(f"la {turn}.{n}", "singer", GATHERER, sung=True) for n in range(4)))
        sizes = [size for _, size in map(run_of, outcomes)]
        assert max(sizes) <= 2
        return sizes if min(sizes) == 2 else None  # of calls that did not come together, one

    assert until(BUSY_SECONDS, "full batches", batches) == [2, 2, 2, 2]


@pytest.mark.parametrize(("trouble", "said"), [("RAISE", "ZeroDivisionError"), ("REFUSE", "cannot be spoken")])
def test_a_failed_request_fails_alone(crew: Dispatcher, trouble: str, said: str) -> None:
    good = [call(f"beside {trouble} {n}", "shared", GATHERER) for n in range(3)]
    bad, *others = ask(crew, GATHERER, call(trouble, "shared", GATHERER), *good)
    assert bad.failure is not None and said in bad.failure.message
    assert all(outcome.take is not None for outcome in others)


def test_a_request_that_fits_no_role_fails_alone(crew: Dispatcher) -> None:
    wrong = Call("wrong", "0" * 64, {"text": 5})
    bad, other = ask(crew, GATHERER, wrong, call("beside nonsense", "shared", GATHERER))
    assert bad.failure is not None and bad.failure.kind == "input"
    assert other.take is not None


def test_another_version_on_the_cluster_is_told(crew: Dispatcher) -> None:
    class Newer(Probe):
        version = "2"

    (outcome,) = ask(crew, Offer(Newer, "test"), call("of version 2"))
    assert outcome.failure is not None
    assert "has version 1" in outcome.failure.message


def test_a_replica_that_dies_is_replaced_and_its_call_tried_again(crew: Dispatcher, store: Store, tmp_path: Path) -> None:
    request = {"text": f"DIEONCE {tmp_path / 'died'}", "voice": {"voice": "v"}}
    made = render(RenderGraph.of([Task("a", "voice", request)]), {"voice": PROBE}, store, crew)
    assert (tmp_path / "died").exists()
    assert made["a"].take.digest


def test_a_call_that_always_kills_is_given_up_by_name(crew: Dispatcher, store: Store) -> None:
    tasks = [Task("poison", "voice", {"text": "DIE", "voice": {"voice": "p"}})]
    with pytest.raises(EngineError, match="the replica that ran probe died"):
        render(RenderGraph.of(tasks), {"voice": PROBE}, store, crew)


def test_wait_is_interrupted_from_another_thread(crew: Dispatcher) -> None:
    threading.Timer(0.2, crew.interrupt).start()
    assert crew.wait(timeout=30.0) == []


def test_many_clients_that_give_up_leave_every_place_free(crew: Dispatcher) -> None:
    from filmstudio.serve.company import reached

    stuck: list[int] = []

    def client(number: int) -> None:
        chance = random.Random(number)
        with reached(CALL_SECONDS, crew.application) as mine:  # type: ignore[attr-defined]
            for turn in range(6):
                for n in range(chance.randint(1, 10)):
                    offer = chance.choice([PROBE, GATHERER])
                    line = f"SLEEP {chance.choice([0, 0, 0.02, 0.1])}; {number}.{turn}.{n}"
                    mine.submit(offer.batch((call(line, chance.choice("ab"), offer),)))
                time.sleep(chance.choice([0.0, 0.0, 0.01, 0.05, 0.2]))
                mine.cancel()
            stuck.append(mine.in_flight)

    clients = [threading.Thread(target=client, args=(number,)) for number in range(8)]
    for one in clients:
        one.start()
    for one in clients:
        one.join(60)
    assert stuck == [0] * 8

    def at_once(turn: int) -> set[int] | None:
        """Who plays four calls, when both replicas do: a place that stays taken keeps its replica out for good.

        For a while a router may not know yet that a place is free, or where a replica is that took the place of a dead one.
        """
        outcomes = ask(crew, PROBE, *(call(f"SLEEP 0.2; after all {turn}.{n}") for n in range(4)))
        found = players(outcomes)
        return found if len(found) == 2 else None

    until(BUSY_SECONDS, "both replicas take calls", at_once)
    gathered = ask(crew, GATHERER, *(call(f"after all {n}", "a", GATHERER) for n in range(6)))
    assert all(outcome.take is not None for outcome in gathered)
    assert crew.wait(timeout=0.2) == []


def test_engines_that_do_not_see_the_store_are_told(ray_of_two: TwoNodes, crew: Dispatcher, store: Store, tmp_path: Path) -> None:
    from filmstudio.serve import company

    (name,) = (name for name in _applications() if name.startswith("studio-"))
    company._see(name, store)
    with pytest.raises(ConfigError, match="do not see the store"):
        company._see(name, Store(tmp_path / "elsewhere"))


def test_a_node_exports_how_full_batches_were(ray_of_two: TwoNodes, crew: Dispatcher) -> None:
    """Under the name, with the role and engine, that boards ask for; Ray's nodes gather what replicas count every ten seconds."""
    outcomes = ask(crew, GATHERER, *(call(f"fill {n}", "filling", GATHERER) for n in range(4)))
    assert sum(outcome.fill for outcome in outcomes) == pytest.approx(1), "answers tell it too, once a batch"

    def counted(turn: int) -> list[str] | None:
        named = [line for line in _exported() if line.startswith(f"ray_{BATCH_FILL}_count{{")]
        found = [line for line in named if 'engine="gatherer"' in line]
        return found if sum(float(line.rpartition(" ")[2]) for line in found) >= 1 else None

    found = until(90, "a node exports how full batches were", counted)
    assert all('role="voice"' in line for line in found)


def _exported() -> list[str]:
    import ray

    nodes = [f"http://{node['NodeManagerAddress']}:{node['MetricsExportPort']}/metrics" for node in ray.nodes() if node["Alive"]]
    lines: list[str] = []
    for node in nodes:
        with contextlib.suppress(httpx.HTTPError):  # one that has just been started has none yet
            lines += httpx.get(node, timeout=10).text.splitlines()
    return lines


def test_replicas_that_are_replaced_under_load_finish_what_they_hold(crew: Dispatcher, store: Store) -> None:
    from filmstudio.serve.company import _deploy

    (name,) = (name for name in _applications() if name.startswith("studio-"))
    offers, asked = [PROBE, GATHERER], list[Call]()
    old = until(BUSY_SECONDS, "all three replicas run", lambda turn: found if len(found := _replicas(name)) == 3 else None)

    def send(count: int) -> None:
        for _ in range(count):
            offer = offers[len(asked) % 2]
            asked.append(call(f"SLEEP 0.2; under load {len(asked)}", offer=offer))
            crew.submit(offer.batch((asked[-1],)))

    send(8)
    outcomes = {outcome.task: outcome for outcome in crew.wait(CALL_SECONDS)}  # the old ones are at work
    scales = {HOUSE: Scale(least=1, most=1), "voice-gatherer": Scale(least=1, most=1)}
    other = EnginesArgs(store=store.address, scales=scales, deadline_s=CALL_SECONDS + 1, variables={"PYTHONPATH": str(FOLDER)})
    with ThreadPoolExecutor() as aside:
        deploying = aside.submit(_deploy, name, offers, other)  # another version of every replica, and one fewer
        while not deploying.done():
            send(1)
            wait([deploying], 0.15)
        deploying.result()
    assert _applications()[name] == "RUNNING"
    assert len(asked) > 8, "it was asked for more meanwhile"
    outcomes |= gather(crew, len(asked) - len(outcomes))
    assert {task: outcome.failure for task, outcome in outcomes.items() if outcome.failure is not None} == {}
    assert outcomes.keys() == {one.task for one in asked}
    assert players(outcomes.values()) & old, "the old ones have played"

    def new(turn: int) -> bool | None:
        """Whether the new ones alone play: a router may not know yet that the old ones are gone."""
        playing = players(answer for offer in offers for answer in ask(crew, offer, call(f"who plays? {turn}", offer=offer)))
        return None if playing & old or any(Path(f"/proc/{pid}").exists() for pid in old) else True

    until(BUSY_SECONDS, "the old ones are gone, and the new ones play", new)


def _replicas(application: str) -> set[int]:
    """Process ids of an application's replicas, which are all of this machine."""
    found = set[int]()
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f"ray::ServeReplica:{application}:".encode() in (folder / "cmdline").read_bytes():
                found.add(int(folder.name))
    return found


def _applications() -> dict[str, str]:
    """Those of the Ray, and how they are."""
    from ray import serve

    return {name: application.status.value for name, application in serve.status().applications.items()}
