"""The local dispatcher: a pool of worker processes, each with its engines loaded.

Processes, not threads, because the drawing libraries are not safe in threads. The studio's own engines share workers; every
guest's engines run in workers of their own, so that whatever a stranger's code does to its process is done to nobody else.
A worker that dies or hangs is replaced, and only its own batch is tried again.
"""

from __future__ import annotations

import math
import os
import time
from collections import deque
from collections.abc import Sequence
from multiprocessing import get_context
from multiprocessing.connection import wait
from multiprocessing.context import ForkServerContext, SpawnContext
from pathlib import Path
from typing import Any

from filmstudio.core import nursery
from filmstudio.core.engine import mishap
from filmstudio.core.errors import StudioError
from filmstudio.core.perform import Batch, Guest, Outcome
from filmstudio.core.processes import ONE_THREAD, peak_rss_mb
from filmstudio.core.storage import open_store
from filmstudio.core.store import Keeper
from filmstudio.core.workers import HouseWorker, Worker

__all__ = ["DEADLINE_SECONDS", "ONE_THREAD", "LocalDispatcher", "peak_rss_mb"]

DEADLINE_SECONDS = 900.0
"""Longest that one batch may take before its worker is taken for hung and replaced."""

_UNSENT_TICK = 0.01
"""How often a message is sent on that had no room, seconds."""


class LocalDispatcher:
    """Runs batches on ``workers`` processes of this machine. Use as a context manager: leaving it ends the workers."""

    def __init__(
        self,
        address: Path | str,
        workers: int | None = None,
        deadline: float = DEADLINE_SECONDS,
        preload: Sequence[str] = (),
        cache: Path | None = None,
        keeper: Keeper | None = None,
    ) -> None:
        """Get ready for the first batch: load the studio's own engines at the addresses in ``preload``, without waiting for it.

        ``address`` and ``cache`` open the store, which is there; see ``open_store``. What guests make is kept with ``keeper``, where one is
        given.
        """
        self.slots = workers or os.cpu_count() or 1
        self._preload = tuple(preload)
        self._address = (str(address), cache)
        self._keeper = keeper
        self._deadline = deadline
        self._queue: deque[Batch] = deque()
        self._lost: list[Outcome] = []
        """Outcomes of batches that no worker could be given."""
        self._context: ForkServerContext | SpawnContext = get_context("forkserver") if nursery.FORKS else get_context("spawn")
        self._peaks: dict[int, float] = {}
        self._workers: list[Worker] = []
        self._loaded: dict[Worker, set[str]] = {}
        """Addresses of the engines that each worker has run, and so holds: a model is loaded again only where none is idle."""
        self._alarm, self._bell = self._context.Pipe(duplex=False)
        nursery.begin(self._preload)
        if not nursery.FORKS:
            self._workers = [self._hire(None) for _ in range(self.slots)]

    def __enter__(self) -> LocalDispatcher:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def peak_rss_mb(self) -> float:
        """Sum of the peaks of this process and of every worker it has had, MB: an upper bound of what was held at once."""
        return peak_rss_mb() + sum(sorted(self._peaks.values())[-self.slots :])

    def submit(self, batch: Batch) -> None:
        """Give the batch to an idle worker, or queue it."""
        self._queue.append(batch)
        self._start_queued()

    def load(self, batch: Batch) -> None:
        """Have an idle worker load an engine, and wait for that: ``batch`` has no calls. One that fails to will fail again when called,
        with its task's name.

        Raises:
            StudioError: it can have no worker.
        """
        worker = self._worker_for(batch)
        worker.give(batch)
        self._loaded.setdefault(worker, set()).add(batch.address)
        while worker.batch is not None and worker in self._workers:
            handles: list[Any] = worker.handles()
            wait(handles, timeout=_UNSENT_TICK if worker.wire.unsent else worker.tick)
            self._look_at(worker, batch)

    def wait(self, timeout: float | None = None) -> list[Outcome]:
        """Outcomes of the batches that ended. A dead or hung worker gives failures and is replaced."""
        until = math.inf if timeout is None else time.monotonic() + timeout
        while True:
            busy = [worker for worker in self._workers if worker.batch is not None]
            tick = min((_UNSENT_TICK if worker.wire.unsent else worker.tick for worker in busy), default=1.0)
            tick = 0.0 if self._lost else max(0.0, min(tick, until - time.monotonic()))
            handles: list[Any] = [handle for worker in busy for handle in worker.handles()]
            ready = set(wait([*handles, self._alarm], timeout=tick))
            outcomes, self._lost = self._lost, []
            for worker in busy:
                if worker.batch is not None:
                    outcomes += self._look_at(worker, worker.batch)
            self._start_queued()
            interrupted = self._alarm in ready
            if interrupted:
                self._alarm.recv_bytes()
            if outcomes or interrupted or time.monotonic() >= until:
                return outcomes

    def interrupt(self) -> None:
        """Make ``wait()`` return, from any thread."""
        self._bell.send_bytes(b"!")

    def cancel(self) -> None:
        """End what is in flight by ending its workers; idle workers stay."""
        self._queue.clear()
        for worker in [worker for worker in self._workers if worker.batch is not None]:
            self._dismiss(worker)

    def close(self) -> None:
        """End all workers."""
        self._queue.clear()
        for worker in self._workers:
            worker.wire.close()
        for worker in list(self._workers):
            self._dismiss(worker)

    def _look_at(self, worker: Worker, batch: Batch) -> list[Outcome]:
        """What a busy worker has to say, if anything. One that is dead, hung, too large or lying is dismissed."""
        try:
            outcomes = worker.outcomes(batch)
            failure = worker.trouble(batch, self._deadline) if outcomes is None else None
        except EOFError:
            failure = worker.failure(batch, self._dismiss(worker, gone=True))
        except StudioError as error:
            failure = mishap(error)
        else:
            self._peaks[worker.process_id] = worker.peak_mb
            if failure is None:
                if worker.spent and worker.batch is None:
                    self._dismiss(worker)
                return outcomes or []
        self._dismiss(worker)
        return [Outcome(call.task, None, failure) for call in batch.calls]

    def _start_queued(self) -> None:
        """Give batches to workers in the order in which they came, as many at a time as there are slots."""
        while self._queue and sum(worker.batch is not None for worker in self._workers) < self.slots:
            batch = self._queue.popleft()
            try:
                worker = self._worker_for(batch)
                worker.give(batch)
                self._loaded.setdefault(worker, set()).add(batch.address)
            except StudioError as error:
                failure = mishap(error)
                self._lost += [Outcome(call.task, None, failure) for call in batch.calls]

    def _worker_for(self, batch: Batch) -> Worker:
        """An idle worker of this guest, or of the house: one that has the engine loaded, or any; a new one if there is none."""
        idle = [worker for worker in self._workers if worker.batch is None]
        theirs = [worker for worker in idle if worker.guest == batch.guest]
        if theirs:
            return next((worker for worker in theirs if batch.address in self._loaded.get(worker, ())), theirs[0])
        if len(self._workers) >= 2 * self.slots:  # workers of others wait idle for their next batch, but not without end
            self._dismiss(idle[0])
        self._workers.append(self._hire(batch.guest))
        return self._workers[-1]

    def _hire(self, guest: Guest | None) -> Worker:
        if guest is None:
            return HouseWorker(self._context, *self._address, self._preload)
        from filmstudio.core.guests import GuestWorker

        self._keeper = self._keeper or open_store(*self._address, there=True)
        return GuestWorker(guest, self._keeper)

    def _dismiss(self, worker: Worker, *, gone: bool = False) -> str:
        """End a worker; says how it ended."""
        if worker not in self._workers:
            return ""
        self._workers.remove(worker)
        self._loaded.pop(worker, None)
        return worker.end(gone=gone)
