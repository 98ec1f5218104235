"""Workers as the studio sees them, and those of its own engines.

On Linux a fork server loads the studio's engines once and workers are forked from it, never from the studio's own process with
its threads; elsewhere they are spawned. Guests' workers are in ``filmstudio.core.guests``.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from multiprocessing.context import ForkServerContext, SpawnContext
from pathlib import Path
from typing import ClassVar, Final

from filmstudio.core.engine import Failure
from filmstudio.core.messages import Order, Report, order_message, read_order, read_report, report_message
from filmstudio.core.perform import Batch, Guest, Outcome, Performer
from filmstudio.core.processes import ONE_THREAD, peak_rss_mb, variables_set
from filmstudio.core.telemetry import exporting_traces, flush_traces
from filmstudio.core.wire import WatchedWire, Wire

LAST_SECONDS = 5.0
"""How long a worker may take to end by itself, once its wire is closed: it closes a moment before the process can be reaped."""


class Worker(ABC):
    """A process that runs one batch at a time."""

    tick: ClassVar[float] = 1.0
    """How often it is looked at while it runs a batch and says nothing, seconds."""

    def __init__(self, wire: WatchedWire, guest: Guest | None = None) -> None:
        self.wire, self.guest = wire, guest
        self.batch: Batch | None = None
        self.since = 0.0
        self.peak_mb = 0.0
        self.spent = False
        """True once an engine has left its process in a state that the next batch must not find."""

    @property
    @abstractmethod
    def process_id(self) -> int:
        """Number of its process."""

    @abstractmethod
    def alive(self) -> bool:
        """Whether its process runs."""

    @abstractmethod
    def end(self, *, gone: bool) -> str:
        """End its process and wait for that; says how it ended, as in "the worker …". ``gone``: its wire has ended by itself."""

    def handles(self) -> list[WatchedWire | int]:
        """What becomes ready when it has something to say."""
        return [self.wire]

    def give(self, batch: Batch) -> None:
        """Have it run a batch.

        Raises:
            StoreError: media of the batch cannot be had; the worker is as idle as it was.
        """
        order = self._order(batch)
        self.batch, self.since = batch, time.monotonic()
        # Found dead before it had begun: its wire has ended, so the next look replaces it.
        with contextlib.suppress(OSError):
            self.wire.post(order_message(order))

    def outcomes(self, batch: Batch) -> list[Outcome] | None:
        """What became of the batch it was given, or None while it runs.

        Raises:
            EOFError: the process has ended without an answer.
            StudioError: what it sent is no report on its batch.
        """
        with contextlib.suppress(OSError):
            self.wire.flush()
        gone = not self.alive()  # before reading: whatever it said last is read after that
        message = self.wire.arrived()
        if message is None:
            if gone:
                raise EOFError
            return None
        report = read_report(message, batch)
        self.peak_mb = max(self.peak_mb, report.peak_mb)
        self.spent = self.spent or bool(report.changed)
        outcomes = self._received(batch, report)
        self.batch = None
        return outcomes

    def trouble(self, batch: Batch, deadline: float) -> Failure | None:
        """Why its batch must be given up, if it must: it took longer than ``deadline`` seconds."""
        limit = min(deadline, batch.deadline_s or deadline)
        if time.monotonic() - self.since <= limit:
            return None
        return self.failure(batch, f"gave no answer in {limit:g} s")

    def failure(self, batch: Batch, reason: str) -> Failure:
        """The failure of its batch, for a reason as in "the worker …"."""
        message = f"the worker that ran {batch.engine} {reason}."
        return Failure(message=message, remedy="It may have run out of memory.", kind="transient")

    def _order(self, batch: Batch) -> Order:
        return Order(batch)

    def _received(self, batch: Batch, report: Report) -> list[Outcome]:
        return list(report.outcomes)


class HouseWorker(Worker):
    """A worker for the studio's own engines: it has the store, and its takes are in it before it answers."""

    def __init__(self, context: ForkServerContext | SpawnContext, address: str, cache: Path | None, preload: tuple[str, ...]) -> None:
        ours, theirs = socket.socketpair()
        with variables_set(ONE_THREAD):
            # A fork server keeps the variables of its own start: a worker is given those of now.
            told = (theirs, address, cache, preload, dict(os.environ))
            self._process = context.Process(target=_serve, args=told, daemon=True, name="filmstudio-worker")
            self._process.start()
        theirs.close()
        super().__init__(WatchedWire(ours))

    @property
    def process_id(self) -> int:
        """Number of its process."""
        return self._process.pid or 0

    def handles(self) -> list[WatchedWire | int]:
        """Its wire, and its process."""
        return [self.wire, self._process.sentinel]

    def alive(self) -> bool:
        """Whether its process runs."""
        return self._process.is_alive()

    def end(self, *, gone: bool) -> str:
        """End its process."""
        self.wire.close()
        self._process.join(timeout=LAST_SECONDS if gone or self.batch is None else 0)
        code = self._process.exitcode
        if code is None:
            self._process.kill()
            self._process.join()
        return f"ended with code {code}"


def _serve(end: socket.socket, address: str, cache: Path | None, preload: tuple[str, ...], variables: dict[str, str]) -> None:
    """A worker's life: perform batches until the wire closes; load engines while there is nothing else to do."""
    os.environ.clear()
    os.environ.update(variables)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the studio's own process answers Ctrl-C and ends its workers
    traced = exporting_traces("filmstudio-worker")
    performer, give_back, wire = Performer(address, cache), _keeping_memory(), Wire(end)
    unloaded = deque(preload)
    with contextlib.suppress(EOFError, ConnectionError):  # the studio has died; the takes are in the store
        while True:
            if unloaded and not wire.waiting():
                _load_early(performer, unloaded.popleft())
                continue
            outcomes = performer.perform(read_order(wire.receive()).batch)
            wire.send(report_message(Report(tuple(outcomes), peak_rss_mb())))
            give_back()
    if traced:
        flush_traces()


def _keeping_memory() -> Callable[[], None]:
    """Have glibc keep what a worker frees for the next batch; returns what gives it back once it is much. Elsewhere nothing is done.

    Pictures and sound are arrays of megabytes. By itself glibc asks the system for each and gives it back, and a page that comes
    from the system is cleared, then mapped when it is first touched: a twentieth of the processor time of a film.
    """
    try:
        library = ctypes.CDLL(None)
        option, free, trim = library.mallopt, library.mallinfo2, library.malloc_trim
    except (AttributeError, OSError, TypeError):
        return lambda: None
    free.restype = _HeapUse
    option(_MMAP_THRESHOLD, _LARGEST_KEPT)
    option(_TRIM_THRESHOLD, _MOST_FREE)

    def give_back() -> None:
        if free().free > _MOST_FREE:
            trim(0)

    return give_back


_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""Options of mallopt(3)."""
_LARGEST_KEPT: Final = 32 << 20
"""Bytes of an allocation that is not asked of the system by itself: as many as glibc allows."""
_MOST_FREE: Final = 256 << 20
"""Free bytes that a worker keeps between batches. Painting a stage leaves more, a third of a worker's memory."""


class _HeapUse(ctypes.Structure):
    """What mallinfo2(3) gives: ten sizes in bytes, the ninth of what is free."""

    _fields_ = (("before", ctypes.c_size_t * 8), ("free", ctypes.c_size_t), ("at_the_end", ctypes.c_size_t))


def _load_early(performer: Performer, address: str) -> None:
    # What fails here fails again, with its task's name, when the engine is needed.
    with contextlib.suppress(Exception):
        performer.engine(address)
