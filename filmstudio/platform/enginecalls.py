"""Direct calls of engines: one request, one result, made by workers of their own beside the films."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import queue
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
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
from filmstudio.platform.keys import scope_of

_log: Final = logging.getLogger("filmstudio.api")
_LOOK_SECONDS: Final = 5.0
"""Longest wait, should an interruption come before the wait."""


class EngineCaller(Protocol):
    """Calls engines somewhere: in a pool of processes, or on a Ray cluster."""

    async def call(self, tenant: str, offer: Offer, request: Request) -> Take:
        """Make one result for a tenant; its media are in the store when this returns.

        Raises:
            StudioError: the engine refused or failed.
        """
        ...

    def close(self) -> None:
        """End what it holds."""
        ...


@dataclass(frozen=True, slots=True)
class _Asked:
    batch: Batch
    loop: asyncio.AbstractEventLoop
    answer: asyncio.Future[Take | Failure]


class PooledCaller:
    """Calls engines through a dispatcher, which one thread owns and which is opened with the first call."""

    def __init__(self, store: Store, pool: Callable[[], AbstractContextManager[Dispatcher]]) -> None:
        self._store, self._pool = store, pool
        self._asked: queue.SimpleQueue[_Asked] = queue.SimpleQueue()
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._dispatcher: Dispatcher | None = None
        self._thread: threading.Thread | None = None
        self._closing = False

    async def call(self, tenant: str, offer: Offer, request: Request) -> Take:
        """Find the tenant's own take, or have it made.

        Raises:
            StudioError: the engine refused or failed.
        """
        engine, loop = offer.engine, asyncio.get_running_loop()
        body = request.canonical()
        scope = "" if ROLES[engine.role].common else scope_of(tenant)
        digest = task_digest(engine.name, engine.version, engine.role, body, scope)
        found = await loop.run_in_executor(None, self._store.take, digest)
        if found is not None:
            return found
        name = f"call-{next(self._numbers)}"
        batch = offer.batch((Call(name, digest, body),), traceparent())
        tries = 0
        while True:
            answer: asyncio.Future[Take | Failure] = loop.create_future()
            self._ask(_Asked(batch, loop, answer))
            made, tries = await answer, tries + 1
            if isinstance(made, Take):
                return made
            if made.kind != "transient" or tries >= MAX_TRIES:
                raise failed(made, task=engine.role, plugin=engine.name)

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
        flying: dict[str, _Asked] = {}
        why = "the studio is closing."
        try:
            with self._pool() as dispatcher:
                with self._lock:
                    self._dispatcher = dispatcher
                self._serve(dispatcher, flying)
                dispatcher.cancel()
        except Exception:
            _log.exception("the workers for engine calls failed")
            why = "the workers for engine calls failed."
        finally:
            with self._lock:  # the next call begins anew
                self._dispatcher = self._thread = None
                while not self._asked.empty():
                    asked = self._asked.get()
                    flying[asked.batch.calls[0].task] = asked
            for asked in flying.values():
                _tell(asked, Failure(message=why, remedy="Try again.", kind="transient"))

    def _serve(self, dispatcher: Dispatcher, flying: dict[str, _Asked]) -> None:
        while not self._closing:
            while not self._asked.empty():
                asked = self._asked.get()
                flying[asked.batch.calls[0].task] = asked
                dispatcher.submit(asked.batch)
            for outcome in dispatcher.wait(_LOOK_SECONDS):
                done = flying.pop(outcome.task, None)
                if done is not None:
                    _tell(done, outcome.take or outcome.failure or Failure(message="the worker died.", kind="transient"))


def _tell(asked: _Asked, answer: Take | Failure) -> None:
    def settle() -> None:
        if not asked.answer.done():  # whoever asked may have gone
            asked.answer.set_result(answer)

    with contextlib.suppress(RuntimeError):  # so may the loop
        asked.loop.call_soon_threadsafe(settle)
