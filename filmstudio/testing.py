"""The contract kit: one call that holds any engine to the rules of the studio.

A plugin's own tests need no more than this::

    from filmstudio.testing import hold_to_contract, sample_requests

    def test_my_voice_keeps_the_contract(tmp_path):
        hold_to_contract(MyVoice, sample_requests("voice", tmp_path / "store"), tmp_path)

``python -m filmstudio.testing`` is the kit as a program, in a plugin's own environment and within its permissions: it is how
``studio plugin check`` holds a stranger's engine to the contract without running it in the studio's process.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

from pydantic import JsonValue

from filmstudio.core.confinement import confine
from filmstudio.core.engine import Engine, Failure, Request
from filmstudio.core.errors import PluginError, StudioError
from filmstudio.core.graph import task_digest
from filmstudio.core.local import LocalDispatcher
from filmstudio.core.perform import Batch, Call, Performer, check_results, engine_at
from filmstudio.core.plugins import Plugins
from filmstudio.core.reception import check_sound
from filmstudio.core.roles import ROLES
from filmstudio.core.samples import sample_requests
from filmstudio.core.store import Store, StoreDesk, media_in

__all__ = ["ContractBroken", "Finding", "broken_rules", "examine", "hold_to_contract", "sample_requests"]

HEAVY_MODULES = ("torch", "ray", "diffusers", "transformers", "tensorflow", "onnxruntime")
"""Modules that may be imported in ``load()`` and later, never when an engine is only listed."""

READY_SECONDS = 2.0
"""``ready()`` is asked whenever engines are listed: it may look, not work."""

DOOR: Final = "It comes in at the door: its name, version, role, needs and API are right."
LIGHT: Final = "It is light to list: nothing heavy is imported, and ready() answers at once."
SERVES: Final = "It serves valid requests: one result for each, in order, of the role's own model."
HONEST: Final = "Its results are honest: numbers are finite, media are there and sound, no path of this machine is in them."
SAME: Final = "The same requests give the same results the second time."
ORDER: Final = "Results do not depend on the order of requests, and come back in theirs."
ALONE: Final = "A request alone gives what it gives in a batch."
FAILS: Final = "A request that it cannot serve fails alone, and says why."
FRESH: Final = "A fresh process gives the same results."


class ContractBroken(AssertionError):
    """An engine broke rules of the contract; says which."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule, and how it was broken: not at all, where ``broken`` is empty."""

    rule: str
    broken: tuple[str, ...] = ()


def hold_to_contract(
    engine: type[Engine[Any, Any]], requests: Sequence[Request], root: Path, *, bad: Request | None = None, seed_store: Path | None = None
) -> None:
    """Hold an engine to every rule.

    Args:
        engine: the class, importable by its module and name.
        requests: at least one valid request; two different ones show more. ``sample_requests(role, root / "store")`` makes some.
        root: a folder for stores.
        bad: a request the engine must refuse without harming its neighbours.
        seed_store: a store that already holds the media the requests refer to; ``root / "store"`` unless given.

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
    return [how for finding in examine(engine, requests, root, bad=bad, seed_store=seed_store) for how in finding.broken]


def examine(
    engine: type[Engine[Any, Any]], requests: Sequence[Request], root: Path, *, bad: Request | None = None, seed_store: Path | None = None
) -> list[Finding]:
    """Every rule that could be looked at, kept or broken; see ``hold_to_contract``. What follows a broken rule may not be looked at."""
    if not requests:
        raise ValueError("the contract kit needs at least one request")
    try:
        Plugins(discover=False).register(SimpleNamespace(filmstudio_engines=lambda: (engine,)), "under-test")
    except PluginError as error:
        return [Finding(DOOR, (f"at the door: {error}",))]
    found = [Finding(DOOR), Finding(LIGHT, tuple(_light_to_list(engine)))]
    role = ROLES[engine.role]
    wrong = [type(request).__name__ for request in requests if not isinstance(request, role.request)]
    if wrong:
        how = f"the requests given to the kit are {', '.join(wrong)}; a {role.name} engine takes {role.request.__name__}"
        return [*found, Finding(SERVES, (how,))]

    store = Store(seed_store or root / "store")
    desk = StoreDesk(store)
    try:
        made = Performer(store.root).engine(f"{engine.__module__}:{engine.__qualname__}")
    except Exception as error:  # the kit reports whatever a stranger's engine raises
        return [*found, Finding(SERVES, (f"load() raised {type(error).__name__}: {error}",))]
    served: list[str] = []
    first = _run(made, requests, desk, engine, served, "a batch")
    found.append(Finding(SERVES, tuple(served)))
    if first is None:
        return found
    found.append(Finding(HONEST, tuple(_honest(first, requests, store))))

    again: list[str] = []
    again += _same(
        first, _run(made, requests, desk, engine, again, "the same batch"), "the same requests give other results the second time"
    )
    found.append(Finding(SAME, tuple(again)))
    order: list[str] = []
    backwards = _run(made, list(reversed(requests)), desk, engine, order, "the batch in reverse")
    order += _same(first, backwards[::-1] if backwards else None, "results depend on the order of requests, or come back in another order")
    found.append(Finding(ORDER, tuple(order)))
    if not engine.needs.batch_sensitive:
        single: list[str] = []
        alone = [result for request in requests for result in _run(made, [request], desk, engine, single, "a batch of one") or []]
        found.append(Finding(ALONE, (*single, *_same(first, alone, "a request alone gives another result than in a batch"))))
    if bad is not None:
        found.append(Finding(FAILS, tuple(_fails_alone(made, requests[0], bad, desk, engine, first[0]))))
    found.append(Finding(FRESH, tuple(_same(first, _elsewhere(engine, requests, store), "a fresh process gives other results"))))
    desk.close()
    return found


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
        lost = [f"refers to media that is not in the store: {media.digest[:12]}" for media in media_in(value) if not _kept(store, media)]
        broken += lost or _sounds_wrong(result, value, store)
        if str(store.root) in text:
            broken.append("a result holds a path of this machine")
    return broken


def _sounds_wrong(result: Any, value: JsonValue, store: Store) -> list[str]:
    role = next(role.name for role in ROLES.values() if isinstance(result, role.result))
    try:
        check_sound(role, value, store.path)
    except StudioError as error:
        return [error.problem.message]
    return []


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


def main() -> None:
    """Examine one engine as told on standard input, and write the findings where that says. Used by ``studio plugin check``."""
    told = json.load(sys.stdin)
    root = Path(told["root"])
    confine([root, *told["folders"]], network=told["network"], gpu=told["gpu"])
    try:
        engine = type(engine_at(told["address"]))
        requests = [ROLES[told["role"]].request.model_validate(request) for request in told["requests"]]
        found = examine(engine, requests, root)
    except Exception as error:  # what cannot even be begun is a finding too
        found = [Finding(DOOR, (f"{type(error).__name__}: {error}",))]
    (root / "findings.json").write_text(json.dumps([asdict(finding) for finding in found]), encoding="utf-8")


if __name__ == "__main__":
    main()
