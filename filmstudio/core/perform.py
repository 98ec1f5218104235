"""Performing tasks: how one engine call becomes takes in the store, in whatever process it runs."""

from __future__ import annotations

import errno
import importlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import JsonValue, ValidationError

from filmstudio.core.engine import Engine, Failure, Result, mishap
from filmstudio.core.errors import Place, PluginError, StudioError
from filmstudio.core.model import canonical_json
from filmstudio.core.roles import ROLES
from filmstudio.core.storage import open_store
from filmstudio.core.store import Keeper, StoreDesk, Take, media_in
from filmstudio.core.telemetry import span_under

_DISK_TROUBLE: Final = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.ESTALE, errno.ENOTCONN, errno.ETIMEDOUT, errno.EHOSTDOWN, errno.EHOSTUNREACH}
)
"""What files say of a disk that is full, or away."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request for an engine, complete and digested."""

    task: str
    digest: str
    request: JsonValue


@dataclass(frozen=True, slots=True)
class Guest:
    """Someone else's plugin: its engines run in workers of its own, which may do no more than this."""

    plugin: str
    """The distribution that brought it."""
    environment: str = ""
    """Name of its virtual environment; empty = the studio's own."""
    network: bool = False
    gpu: bool = False
    folders: tuple[str, ...] = ()
    """Folders that it may write into, beside its desk."""
    variables: tuple[str, ...] = ()
    """Environment variables that it is given, beside those that every program needs."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Calls of one engine that are made together: only text, numbers and JSON. One without calls loads the engine."""

    role: str
    engine: str
    version: str
    address: str
    calls: tuple[Call, ...]
    trace: str = ""
    """The span that asked for it, as a W3C ``traceparent``."""
    guest: Guest | None = None
    """Whose engine it is, when it is not the studio's."""
    memory_mb: int = 0
    """What the engine said it needs; 0 = not watched."""
    deadline_s: float = 0.0
    """Longest that the batch may take; 0 = as long as the dispatcher allows."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a call: a take that is already in the store, or a failure."""

    task: str
    take: Take | None
    failure: Failure | None = None
    fill: float = 0.0
    """Of the first call of a batch that was formed where it ran: how full it was, 0 to 1. 0 = there is nothing to count."""


class Performer:
    """Runs batches in this process, keeping each engine loaded. Media and takes are kept before it returns."""

    def __init__(self, address: Path | str = "", cache: Path | None = None, keeper: Keeper | None = None) -> None:
        """Keep in the store at ``address`` (see ``open_store``), which is there, or with ``keeper`` where a worker has no store."""
        self._keeper = keeper or open_store(address, cache, there=True)
        self._engines: dict[str, Engine[Any, Any]] = {}

    def engine(self, address: str) -> Engine[Any, Any]:
        """The engine at ``module:Class``, loaded."""
        engine = self._engines.get(address)
        if engine is None:
            engine = engine_at(address)
            engine.load()
            self._engines[address] = engine
        return engine

    def perform(self, batch: Batch) -> list[Outcome]:
        """Make every call of the batch; a call that fails is a failure in its place."""
        facts: dict[str, str | int | float] = {
            "filmstudio.role": batch.role,
            "filmstudio.engine": batch.engine,
            "filmstudio.batch": len(batch.calls),
        }
        with span_under(batch.trace, f"engine {batch.role}", facts):
            return self._perform(batch)

    def _perform(self, batch: Batch) -> list[Outcome]:
        desk = StoreDesk(self._keeper)
        started = time.perf_counter()
        try:
            engine = self.engine(batch.address)
            if not batch.calls:
                return []
            requests = [ROLES[batch.role].request.model_validate(call.request) for call in batch.calls]
            results = engine.run(requests, desk)
            check_results(results, len(requests), batch.role, batch.engine)
            seconds = (time.perf_counter() - started) / len(requests)
            return [self._settle(batch, call, result, seconds) for call, result in zip(batch.calls, results, strict=True)]
        except (Exception, SystemExit) as error:  # whatever a plugin raises becomes a failure that names it
            failure = _failure_of(error, batch)
            return [Outcome(call.task, None, failure) for call in batch.calls]
        finally:
            desk.close()

    def _settle(self, batch: Batch, call: Call, result: Result | Failure, seconds: float) -> Outcome:
        if isinstance(result, Failure):
            return Outcome(call.task, None, result)
        try:
            # Through text and back: a result made now has the order of keys that it will have when found in the store.
            value: JsonValue = json.loads(canonical_json(result.canonical()))
        except ValueError:
            return Outcome(call.task, None, Failure(message=f"{batch.engine} gave a result with numbers that are not finite."))
        take = Take(
            digest=call.digest,
            role=batch.role,
            engine=batch.engine,
            version=batch.version,
            result=value,
            media=media_in(value),
            seconds=round(seconds, 4),
        )
        return Outcome(call.task, self._keeper.commit(take))


def engine_at(address: str) -> Engine[Any, Any]:
    """The engine at ``module:Class``, made but not loaded."""
    module, _, name = address.partition(":")
    target: Any = importlib.import_module(module)
    for part in name.split("."):
        target = getattr(target, part)
    engine: Engine[Any, Any] = target()
    return engine


def check_results(results: object, asked: int, role: str, engine: str) -> None:
    """Hold an engine to its contract: as many results as requests, each of the role's model or a Failure.

    Raises:
        PluginError: it broke the contract.
    """
    place = Place(plugin=engine)
    if not isinstance(results, Sequence):
        raise PluginError(f"returned {type(results).__name__}; run() returns a list of results.", place=place)
    if len(results) != asked:
        raise PluginError(
            f"returned {len(results)} results for {asked} requests.", remedy="Return one result for each, in order.", place=place
        )
    wanted = ROLES[role].result
    for result in results:
        if not isinstance(result, wanted | Failure):
            raise PluginError(f"returned a {type(result).__name__}; a {role} engine makes {wanted.__name__}.", place=place)


def _failure_of(error: BaseException, batch: Batch) -> Failure:
    if isinstance(error, StudioError):
        return mishap(error)
    if isinstance(error, OSError) and error.errno in _DISK_TROUBLE:
        remedy = "Free some disk space, or see that the disk of the store and of temporary files is there."
        return Failure(message=f"a file of {batch.engine} could not be read or written: {error.strerror}.", remedy=remedy, kind="store")
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return Failure(message=f"the request does not fit the {batch.role} role: {where}: {first['msg']}.", kind="input")
    return Failure(message=f"{batch.engine} raised {type(error).__name__}: {error}.", remedy=_where(error), kind="engine")


def _where(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    code = trace.tb_frame.f_code
    return f"Raised in {code.co_name}, {Path(code.co_filename).name} line {trace.tb_lineno}."
