"""The local dispatcher: a pool of worker processes, each with its engines loaded.

Processes, not threads, because the drawing libraries are not safe in threads. On Linux a fork server loads the engines
once and workers are forked from it, never from the studio's own process with its threads; elsewhere they are spawned.
A worker that dies or hangs is replaced, and only its own batch is tried again.
"""

from __future__ import annotations

import contextlib
import ctypes
import math
import os
import resource
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing import forkserver, get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerContext, SpawnContext
from multiprocessing.process import BaseProcess
from pathlib import Path

from filmstudio.core import nursery
from filmstudio.core.engine import Failure
from filmstudio.core.perform import Batch, Outcome, Performer

DEADLINE_SECONDS = 900.0
"""Longest that one batch may take before its worker is taken for hung and replaced."""

_ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "VIPS_CONCURRENCY": "1",
    "NUMBA_NUM_THREADS": "1",
}
"""One thread a worker: bytes do not depend on the machine's cores, and workers do not fight for them."""

_FORKS = sys.platform == "linux"
"""macOS has a fork server too, but its own libraries are not safe after a fork."""


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    pipe: Connection
    batch: Batch | None = None
    since: float = 0.0


@dataclass(frozen=True, slots=True)
class _Report:
    outcomes: list[Outcome] = field(default_factory=list)
    peak_mb: float = 0.0


def _serve(pipe: Connection, address: str, cache: Path | None, preload: tuple[str, ...]) -> None:
    """A worker's life: perform batches until the pipe closes; load engines while there is nothing else to do."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the studio's own process answers Ctrl-C and ends its workers
    performer, give_back = Performer(address, cache), _freeing()
    unloaded = deque(preload)
    while True:
        try:
            if unloaded and not pipe.poll():
                _load_early(performer, unloaded.popleft())
                continue
            batch: Batch = pipe.recv()
        except EOFError:
            return
        outcomes = performer.perform(batch)
        try:
            pipe.send(_Report(outcomes, peak_rss_mb()))
        except BrokenPipeError:
            return  # the studio has died; the takes are in the store
        give_back()


def _freeing() -> Callable[[], None]:
    """glibc keeps what a worker frees for itself, a third of a worker's memory after painting a stage; elsewhere nothing is needed."""
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return lambda: None
    return lambda: trim(0)


def _load_early(performer: Performer, address: str) -> None:
    # What fails here fails again, with its task's name, when the engine is needed.
    with contextlib.suppress(Exception):
        performer.engine(address)


def peak_rss_mb() -> float:
    """The most memory this process has held, MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)


class LocalDispatcher:
    """Runs batches on ``workers`` processes of this machine. Use as a context manager: leaving it ends the workers."""

    def __init__(
        self,
        address: Path | str,
        workers: int | None = None,
        deadline: float = DEADLINE_SECONDS,
        preload: Sequence[str] = (),
        cache: Path | None = None,
    ) -> None:
        """Get ready for the first batch: load the engines at the addresses in ``preload``, without waiting for it.

        ``address`` and ``cache`` open the store; see ``open_store``.
        """
        self.slots = workers or os.cpu_count() or 1
        self._preload = tuple(preload)
        self._store = (str(address), cache)
        self._deadline = deadline
        self._queue: deque[Batch] = deque()
        self._context: ForkServerContext | SpawnContext = get_context("forkserver") if _FORKS else get_context("spawn")
        self._peaks: dict[int, float] = {}
        self._workers: list[_Worker] = []
        self._alarm, self._bell = self._context.Pipe(duplex=False)
        if _FORKS:
            self._context.set_forkserver_preload([nursery.__name__])
            with _environment({**_ONE_THREAD, nursery.VARIABLE: " ".join(self._preload)}):
                forkserver.ensure_running()
        else:
            self._workers = [self._hire() for _ in range(self.slots)]

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
        for worker in self._workers:
            if worker.batch is None:
                self._give(worker, batch)
                return
        if len(self._workers) < self.slots:
            self._workers.append(self._hire())
            self._give(self._workers[-1], batch)
            return
        self._queue.append(batch)

    def wait(self, timeout: float | None = None) -> list[Outcome]:
        """Outcomes of the batches that ended. A dead or hung worker gives transient failures and is replaced."""
        until = math.inf if timeout is None else time.monotonic() + timeout
        while True:
            busy = [worker for worker in self._workers if worker.batch is not None]
            handles: list[Connection | int] = [worker.pipe for worker in busy] + [worker.process.sentinel for worker in busy]
            ready = set(wait([*handles, self._alarm], timeout=max(0.0, min(1.0, until - time.monotonic()))))
            outcomes: list[Outcome] = []
            for worker in busy:
                if worker.pipe in ready or worker.process.sentinel in ready:
                    outcomes += self._collect(worker)
                elif time.monotonic() - worker.since > self._deadline:
                    outcomes += self._replace(worker, f"gave no answer in {self._deadline:g} s")
            for worker in self._workers:
                if worker.batch is None and self._queue:
                    self._give(worker, self._queue.popleft())
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
        for worker in self._workers:
            if worker.batch is not None:
                self._replace(worker, "was cancelled")

    def close(self) -> None:
        """End all workers."""
        self._queue.clear()
        for worker in self._workers:
            worker.pipe.close()
        for worker in self._workers:
            if worker.batch is not None:
                worker.process.terminate()
            worker.process.join(timeout=2)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()
        self._workers.clear()

    def _give(self, worker: _Worker, batch: Batch) -> None:
        worker.batch, worker.since = batch, time.monotonic()
        try:
            worker.pipe.send(batch)
        except (BrokenPipeError, OSError):
            # Found dead before it had begun: its sentinel is ready, so the next wait() replaces it.
            return

    def _collect(self, worker: _Worker) -> list[Outcome]:
        try:
            if not worker.pipe.poll():
                raise EOFError
            report: _Report = worker.pipe.recv()
        except (EOFError, OSError):
            worker.process.join(timeout=5)  # its pipe closes a moment before it can be reaped
            return self._replace(worker, f"ended with code {worker.process.exitcode}")
        self._peaks[worker.process.pid or 0] = report.peak_mb
        worker.batch = None
        return report.outcomes

    def _replace(self, worker: _Worker, reason: str) -> list[Outcome]:
        batch = worker.batch
        worker.process.kill()
        worker.process.join()
        worker.pipe.close()
        self._workers[self._workers.index(worker)] = self._hire()
        if batch is None:
            return []
        failure = Failure(
            message=f"the worker that ran {batch.engine} {reason}.", remedy="It may have run out of memory.", kind="transient"
        )
        return [Outcome(call.task, None, failure) for call in batch.calls]

    def _hire(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        with _environment(_ONE_THREAD):
            process = self._context.Process(
                target=_serve, args=(theirs, *self._store, self._preload), daemon=True, name="filmstudio-worker"
            )
            process.start()
        theirs.close()
        return _Worker(process, ours)


@contextlib.contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set while the block runs: libraries of a child read it as the child imports them."""
    saved = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in saved.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
