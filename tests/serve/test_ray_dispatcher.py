"""The Ray dispatcher: outcomes come back, trouble stays with whoever made it, and cancelling leaves everything working."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from probing import GATHERER, PROBE, ask, call, gather, players, run_of
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


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="module")
def crew(ray_of_two: TwoNodes, store: Store) -> Iterator[Dispatcher]:
    from filmstudio.serve.company import engaged

    with engaged([PROBE, GATHERER], store, replicas=2, deadline=20.0, variables={"PYTHONPATH": str(FOLDER)}) as dispatcher:
        yield dispatcher


def test_a_take_is_in_the_store_before_it_is_told_of(crew: Dispatcher, store: Store) -> None:
    (outcome,) = ask(crew, PROBE, call("in the store"))
    assert outcome.take is not None
    assert store.take(call("in the store").digest) == outcome.take


def test_what_stands_is_not_made_again(crew: Dispatcher) -> None:
    first, again = (ask(crew, PROBE, call("made once"))[0] for _ in range(2))
    assert run_of(first) == run_of(again)


def test_calls_gather_into_batches_of_one_key(crew: Dispatcher) -> None:
    calls = [call(f"line {n}", voice, GATHERER) for n in range(4) for voice in ("anna", "ben")]
    outcomes = ask(crew, GATHERER, *calls)
    runs = {voice: {run_of(outcome) for outcome in outcomes if f" {voice} " in outcome.task} for voice in ("anna", "ben")}
    assert not {run for run, _ in runs["anna"]} & {run for run, _ in runs["ben"]}
    assert [len(runs[voice]) for voice in runs] == [1, 1]
    assert {size for _, size in runs["anna"] | runs["ben"]} == {4}


def test_a_batch_is_filled_by_what_requests_cost(crew: Dispatcher) -> None:
    outcomes = ask(crew, GATHERER, *(call(f"la {n}", "singer", GATHERER, sung=True) for n in range(4)))
    assert [size for _, size in map(run_of, outcomes)] == [2, 2, 2, 2]


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
        with reached(20.0, crew.application) as mine:  # type: ignore[attr-defined]
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
    outcomes = ask(crew, PROBE, *(call(f"SLEEP 0.3; after all {n}") for n in range(6)))
    assert len(players(outcomes)) == 2, "both replicas take calls"
    outcomes += ask(crew, GATHERER, *(call(f"after all {n}", "a", GATHERER) for n in range(6)))
    assert all(outcome.take is not None for outcome in outcomes)
    assert crew.wait(timeout=0.5) == []


def test_engines_that_do_not_see_the_store_are_told(ray_of_two: TwoNodes, crew: Dispatcher, store: Store, tmp_path: Path) -> None:
    from filmstudio.serve import company

    (name,) = (name for name in _applications() if name.startswith("studio-"))
    company._see(name, store)
    with pytest.raises(ConfigError, match="do not see the store"):
        company._see(name, Store(tmp_path / "elsewhere"))


def test_a_node_exports_how_full_batches_were(ray_of_two: TwoNodes, crew: Dispatcher) -> None:
    """Under the name, with the role and engine, that boards ask for; Ray's nodes gather what replicas count every ten seconds."""
    ask(crew, GATHERER, *(call(f"fill {n}", "filling", GATHERER) for n in range(4)))
    until, found = time.monotonic() + 40, list[str]()
    while not found and time.monotonic() < until:
        time.sleep(0.5)
        found = [line for line in _exported() if line.startswith(f"ray_{BATCH_FILL}_count{{")]
    assert found and all('role="voice"' in line and 'engine="gatherer"' in line for line in found)
    assert sum(float(line.rpartition(" ")[2]) for line in found) >= 1


def _exported() -> list[str]:
    import ray

    nodes = [f"http://{node['NodeManagerAddress']}:{node['MetricsExportPort']}/metrics" for node in ray.nodes() if node["Alive"]]
    return [line for node in nodes for line in httpx.get(node, timeout=10).text.splitlines()]


def test_replicas_that_are_replaced_under_load_finish_what_they_hold(crew: Dispatcher, store: Store) -> None:
    from filmstudio.serve.company import _deploy

    (name,) = (name for name in _applications() if name.startswith("studio-"))
    offers, asked = [PROBE, GATHERER], list[Call]()

    def send(count: int) -> None:
        for _ in range(count):
            offer = offers[len(asked) % 2]
            asked.append(call(f"SLEEP 0.2; under load {len(asked)}", offer=offer))
            crew.submit(offer.batch((asked[-1],)))

    send(8)
    scales = {HOUSE: Scale(least=1, most=1), "voice-gatherer": Scale(least=1, most=1)}
    other = EnginesArgs(store=store.address, scales=scales, deadline_s=21.0, variables={"PYTHONPATH": str(FOLDER)})
    deploying = threading.Thread(target=_deploy, args=(name, offers, other))  # another version of every replica, and one fewer
    deploying.start()
    while deploying.is_alive():
        send(1)
        deploying.join(0.15)
    send(4)
    outcomes = gather(crew, len(asked))
    assert {task: outcome.failure for task, outcome in outcomes.items() if outcome.failure is not None} == {}
    first, last = (players(outcomes[one.task] for one in some) for some in (asked[:8], asked[-4:]))
    assert not first & last, "the old ones are gone, and the new ones have played"


def _applications() -> list[str]:
    from ray import serve

    return list(serve.status().applications)
