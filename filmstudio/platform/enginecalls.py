"""Direct calls of engines: one request, one result, made by workers of their own beside the films.

Tenants take turns as in the house's other queues: by the seconds that their calls took, by the weight of their tier.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import queue
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Final, Protocol

from filmstudio.core.dispatch import MAX_TRIES, Dispatcher
from filmstudio.core.engine import Failure, Request, failed
from filmstudio.core.errors import EngineError, Place
from filmstudio.core.graph import task_digest
from filmstudio.core.perform import Batch, Call
from filmstudio.core.plugins import Offer
from filmstudio.core.roles import ROLES
from filmstudio.core.store import Store, Take
from filmstudio.core.telemetry import traceparent
from filmstudio.platform.keys import Principal, scope_of
from filmstudio.platform.problems import Refusal
from filmstudio.scheduler.fairshare import FairQueue
from filmstudio.scheduler.fairshare import Place as Turn
from filmstudio.scheduler.tiers import TERMS

_log: Final = logging.getLogger("filmstudio.api")
_LOOK_SECONDS: Final = 5.0
"""Longest wait, should an interruption come before the wait."""
_MOST_OF_ONE: Final = 32
"""Calls of one tenant that may wait or be made at the same time: each holds one of the requests that are answered at once."""
_UNKNOWN_SECONDS: Final = 1.0
"""What a call is thought to take of an engine that was never called."""
_NEWEST: Final = 0.3
"""Share of the last call in what the next one is thought to take."""


class EngineCaller(Protocol):
    """Calls engines somewhere: in a pool of processes, or on a Ray cluster."""

    async def call(self, who: Principal, offer: Offer, request: Request) -> Take:
        """Make one result for a tenant; its media are in the store when this returns.

        Raises:
            StudioError: the engine refused or failed.
            Refusal: too many calls of this tenant wait.
        """
        ...

    def close(self) -> None:
        """End what it holds."""
        ...


@dataclass(frozen=True, slots=True)
class _Asked:
    batch: Batch
    who: Principal
    loop: asyncio.AbstractEventLoop
    answer: asyncio.Future[Take | Failure]


class PooledCaller:
    """Calls engines through a dispatcher, which one thread owns and which is opened with the first call."""

    def __init__(self, store: Store, pool: Callable[[], AbstractContextManager[Dispatcher]]) -> None:
        self._store, self._pool = store, pool
        self._asked: queue.SimpleQueue[_Asked] = queue.SimpleQueue()
        self._numbers = itertools.count()
        self._under_way: Counter[str] = Counter()
        """Calls by tenant, as the loop knows them."""
        self._lock = threading.Lock()
        self._dispatcher: Dispatcher | None = None
        self._thread: threading.Thread | None = None
        self._closing = False

    async def call(self, who: Principal, offer: Offer, request: Request) -> Take:
        """Find the tenant's own take, or have it made when it is the tenant's turn.

        Raises:
            StudioError: the engine refused or failed.
            Refusal: too many calls of this tenant wait.
        """
        engine, loop = offer.engine, asyncio.get_running_loop()
        body = request.canonical()
        scope = "" if ROLES[engine.role].common else scope_of(who.tenant)
        digest = task_digest(engine.name, engine.version, engine.role, body, scope)
        found = await loop.run_in_executor(None, self._store.take, digest)
        if found is not None:
            return found
        if self._under_way[who.tenant] >= _MOST_OF_ONE:
            says = f"{_MOST_OF_ONE} calls of yours wait or are being made, as many as may be."
            raise Refusal(429, says, remedy="Wait until one has ended.", headers={"Retry-After": "5"})
        self._under_way[who.tenant] += 1
        try:
            batch = offer.batch((Call(f"call-{next(self._numbers)}", digest, body),), traceparent())
            return await self._made(_Asked(batch, who, loop, loop.create_future()), offer)
        finally:
            self._under_way[who.tenant] -= 1
            if not self._under_way[who.tenant]:
                del self._under_way[who.tenant]

    async def _made(self, asked: _Asked, offer: Offer) -> Take:
        tries = 0
        while True:
            self._ask(asked)
            made, tries = await asked.answer, tries + 1
            if isinstance(made, Take):
                return made
            if made.kind != "transient" or tries >= MAX_TRIES:
                raise failed(made, task=offer.engine.role, plugin=offer.engine.name)
            asked = replace(asked, answer=asked.loop.create_future())

    def close(self) -> None:
        """End the workers; calls that still run fail."""
        with self._lock:
            self._closing = True
            if self._dispatcher is not None:
                self._dispatcher.interrupt()
            thread = self._thread
        if thread is not None:
            thread.join(timeout=20)

    def _ask(self, asked: _Asked) -> None:
        with self._lock:
            if self._closing:
                raise EngineError("the studio is closing.", remedy="Try again later.", place=Place(plugin=asked.batch.engine))
            self._asked.put(asked)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="engine calls", daemon=True)
                self._thread.start()
            elif self._dispatcher is not None:
                self._dispatcher.interrupt()

    def _work(self) -> None:
        waiting: dict[str, _Asked] = {}
        why = "the studio is closing."
        try:
            with self._pool() as dispatcher:
                with self._lock:
                    self._dispatcher = dispatcher
                self._serve(dispatcher, waiting)
                dispatcher.cancel()
        except Exception:
            _log.exception("the workers for engine calls failed")
            why = "the workers for engine calls failed."
        finally:
            with self._lock:  # the next call begins anew
                self._dispatcher = self._thread = None
                while not self._asked.empty():
                    asked = self._asked.get()
                    waiting[asked.batch.calls[0].task] = asked
            for asked in waiting.values():
                _tell(asked, Failure(message=why, remedy="Try again.", kind="transient"))

    def _serve(self, dispatcher: Dispatcher, waiting: dict[str, _Asked]) -> None:
        """Hand calls to the dispatcher, no more than it makes at the same time: what waits here can still be overtaken."""
        line: FairQueue[_Asked] = FairQueue()
        flying: dict[str, Turn[_Asked]] = {}
        usual: dict[str, float] = {}
        while not self._closing:
            while not self._asked.empty():
                asked = self._asked.get()
                waiting[asked.batch.calls[0].task] = asked
                cost = usual.get(asked.batch.engine, _UNKNOWN_SECONDS)
                line.push(asked, tenant=asked.who.tenant, film="", cost=cost, weight=TERMS[asked.who.tier].weight)
            while len(flying) < dispatcher.slots and (turn := line.pop()) is not None:
                name = turn.task.batch.calls[0].task
                if turn.task.answer.done():  # whoever asked has gone
                    line.settle(turn, 0.0)
                    del waiting[name]
                    continue
                flying[name] = turn
                dispatcher.submit(turn.task.batch)
            for outcome in dispatcher.wait(_LOOK_SECONDS):
                done = flying.pop(outcome.task, None)
                if done is None:
                    continue
                seconds = outcome.take.seconds if outcome.take is not None else done.cost
                engine = done.task.batch.engine
                usual[engine] = seconds if engine not in usual else (1 - _NEWEST) * usual[engine] + _NEWEST * seconds
                line.settle(done, seconds)
                _tell(waiting.pop(outcome.task), outcome.take or outcome.failure or Failure(message="the worker died.", kind="transient"))


def _tell(asked: _Asked, answer: Take | Failure) -> None:
    def settle() -> None:
        if not asked.answer.done():  # whoever asked may have gone
            asked.answer.set_result(answer)

    with contextlib.suppress(RuntimeError):  # so may the loop
        asked.loop.call_soon_threadsafe(settle)
