"""The contract kit: one call that holds any engine to the rules of the studio.

A plugin's own tests need no more than this::

    from filmstudio.testing import hold_to_contract

    def test_my_voice_keeps_the_contract(tmp_path):
        hold_to_contract(MyVoice, [SpeakRequest(text="Hello.", voice=VoiceChoice(voice="mine"))], tmp_path)
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from pydantic import JsonValue

from filmstudio.core.engine import Engine, Failure, Request
from filmstudio.core.errors import PluginError
from filmstudio.core.graph import task_digest
from filmstudio.core.local import LocalDispatcher
from filmstudio.core.perform import Batch, Call, Performer, check_results
from filmstudio.core.plugins import Plugins
from filmstudio.core.roles import ROLES
from filmstudio.core.store import Store, StoreDesk, media_in

HEAVY_MODULES = ("torch", "ray", "diffusers", "transformers", "tensorflow", "onnxruntime")
"""Modules that may be imported in ``load()`` and later, never when an engine is only listed."""

READY_SECONDS = 2.0
"""``ready()`` is asked whenever engines are listed: it may look, not work."""


class ContractBroken(AssertionError):
    """An engine broke rules of the contract; says which."""


def hold_to_contract(
    engine: type[Engine[Any, Any]], requests: Sequence[Request], root: Path, *, bad: Request | None = None, seed_store: Path | None = None
) -> None:
    """Hold an engine to every rule.

    Args:
        engine: the class, importable by its module and name.
        requests: at least one valid request; two different ones show more.
        root: an empty folder for stores.
        bad: a request the engine must refuse without harming its neighbours.
        seed_store: a store that already holds the media the requests refer to.

    Raises:
        ContractBroken: names every broken rule.
    """
    broken = broken_rules(engine, requests, root, bad=bad, seed_store=seed_store)
    if broken:
        name = getattr(engine, "name", engine.__name__)
        raise ContractBroken(f"{name} breaks the contract:\n" + "\n".join(f"- {rule}" for rule in broken))


def broken_rules(
    engine: type[Engine[Any, Any]], requests: Sequence[Request], root: Path, *, bad: Request | None = None, seed_store: Path | None = None
) -> list[str]:
    """Every rule the engine breaks, in words; empty when it keeps them all."""
    if not requests:
        raise ValueError("the contract kit needs at least one request")
    try:
        Plugins(discover=False).register(SimpleNamespace(filmstudio_engines=lambda: (engine,)), "under-test")
    except PluginError as error:
        return [f"at the door: {error}"]
    broken = _light_to_list(engine)
    role = ROLES[engine.role]
    wrong = [type(request).__name__ for request in requests if not isinstance(request, role.request)]
    if wrong:
        return [*broken, f"the requests given to the kit are {', '.join(wrong)}; a {role.name} engine takes {role.request.__name__}"]

    store = Store(seed_store or root / "store")
    desk = StoreDesk(store)
    made = Performer(store.root).engine(f"{engine.__module__}:{engine.__qualname__}")
    first = _run(made, requests, desk, engine, broken, "a batch")
    if first is None:
        return broken
    broken += _honest(first, requests, store)
    broken += _same(
        first, _run(made, requests, desk, engine, broken, "the same batch"), "the same requests give other results the second time"
    )
    backwards = _run(made, list(reversed(requests)), desk, engine, broken, "the batch in reverse")
    broken += _same(first, backwards[::-1] if backwards else None, "results depend on the order of requests, or come back in another order")
    if not engine.needs.batch_sensitive:
        alone = [result for request in requests for result in _run(made, [request], desk, engine, broken, "a batch of one") or []]
        broken += _same(first, alone, "a request alone gives another result than in a batch")
    if bad is not None:
        broken += _fails_alone(made, requests[0], bad, desk, engine, first[0])
    broken += _same(first, _elsewhere(engine, requests, store), "a fresh process gives other results")
    desk.close()
    return broken


def _light_to_list(engine: type[Engine[Any, Any]]) -> list[str]:
    """Listing engines must not import models, and readiness must be told quickly."""
    script = f"import sys, {engine.__module__}; print([name for name in {HEAVY_MODULES!r} if name in sys.modules])"
    command = [sys.executable, "-c", script]
    listed = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)  # noqa: S603 - this interpreter, a fixed script
    broken = []
    if listed.returncode == 0 and listed.stdout.strip() != "[]":
        broken.append(f"its module imports {listed.stdout.strip()} when it is only listed: import them in load()")
    started = time.perf_counter()
    if not isinstance(engine().ready(), str):
        broken.append("ready() does not return a text")
    if time.perf_counter() - started > READY_SECONDS:
        broken.append(f"ready() takes longer than {READY_SECONDS:g} s")
    return broken


def _run(
    made: Engine[Any, Any], requests: Sequence[Request], desk: StoreDesk, engine: type[Engine[Any, Any]], broken: list[str], what: str
) -> list[Any] | None:
    try:
        results = made.run(requests, desk)
        check_results(results, len(requests), engine.role, engine.name)
    except PluginError as error:
        broken.append(f"{what}: {error.problem.message}")
        return None
    except Exception as error:  # the kit reports whatever a stranger's engine raises
        broken.append(f"{what}: run() raised {type(error).__name__}: {error}; a request that fails is a Failure in its place")
        return None
    return list(results)


def _honest(results: Sequence[Any], requests: Sequence[Request], store: Store) -> list[str]:
    """Valid requests succeed, media are where their references say, and no machine's path leaks into a result."""
    broken = []
    for result in results:
        if isinstance(result, Failure):
            broken.append(f"refuses a valid request: {result.message}")
            continue
        try:
            value = result.canonical()
            text = json.dumps(value, allow_nan=False)
        except ValueError:
            broken.append("a result holds numbers that are not finite")
            continue
        broken += [f"refers to media that is not in the store: {media.digest[:12]}" for media in media_in(value) if not _kept(store, media)]
        if str(store.root) in text:
            broken.append("a result holds a path of this machine")
    return broken


def _kept(store: Store, media: Any) -> bool:
    path = store.media_path(media.digest)
    return path.exists() and path.stat().st_size == media.size


def _same(first: Sequence[Any], second: Sequence[Any] | None, rule: str) -> list[str]:
    if second is None:
        return []
    return [] if [item.canonical() for item in first] == [item.canonical() for item in second] else [rule]


def _fails_alone(
    made: Engine[Any, Any], good: Request, bad: Request, desk: StoreDesk, engine: type[Engine[Any, Any]], expected: Any
) -> list[str]:
    broken: list[str] = []
    results = _run(made, [bad, good], desk, engine, broken, "a batch with a bad request")
    if results is None:
        return broken
    if not isinstance(results[0], Failure):
        broken.append("a request it cannot serve is not a Failure")
    elif not results[0].message:
        broken.append("a Failure says nothing")
    return broken + _same([expected], results[1:], "a bad request changes its neighbour's result")


def _elsewhere(engine: type[Engine[Any, Any]], requests: Sequence[Request], store: Store) -> list[Any] | None:
    """The results of a fresh worker process with a store of its own media."""
    values: list[JsonValue] = [request.canonical() for request in requests]
    calls = tuple(
        Call(f"kit-{index}", task_digest(engine.name, engine.version + "-kit", engine.role, [index, value]), value)
        for index, value in enumerate(values)
    )
    address = f"{engine.__module__}:{engine.__qualname__}"
    with LocalDispatcher(store.root, workers=1) as pool:
        pool.submit(Batch(engine.role, engine.name, engine.version, address, calls))
        outcomes = {outcome.task: outcome for outcome in pool.wait()}
    model = ROLES[engine.role].result
    results: list[Any] = []
    for call in calls:
        outcome = outcomes[call.task]
        results.append(model.model_validate(outcome.take.result) if outcome.take else outcome.failure or Failure(message="the worker died"))
    return results
