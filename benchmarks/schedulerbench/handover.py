"""How long slots of a crew stand idle while tasks wait: films in threads, the exchange, and a crew that does nothing but keep time."""

from __future__ import annotations

import heapq
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from filmstudio.core.engine import Needs
from filmstudio.core.perform import Batch, Call, Outcome
from filmstudio.core.store import Take
from filmstudio.scheduler.exchange import Exchange


@dataclass(frozen=True, slots=True)
class Handover:
    """What the exchange costs the crew."""

    films: int
    slots: int
    tasks: int
    task_ms: float
    seconds: float
    idle_while_runnable: float
    """Share of slot time that a slot was idle while a task waited in the queue."""
    handover_us: float
    """From the end of a task to the start of the next on its slot, on average."""
    tasks_a_second: float


class TimedCrew:
    """A crew whose every task takes the same time on the clock, and nothing else; it notes how long slots stand idle."""

    def __init__(self, slots: int, seconds: float) -> None:
        self.slots, self._seconds = slots, seconds
        self._ends: list[tuple[float, str, str]] = []
        self._idle_since = [time.perf_counter()] * slots
        self._called = threading.Event()
        self.exchange: Exchange | None = None
        self.idle, self.handovers = 0.0, 0

    def submit(self, batch: Batch) -> None:
        """Start a task on the slot that has been idle longest."""
        now, since = time.perf_counter(), heapq.heappop(self._idle_since)
        if self.exchange is not None and self.exchange.waiting:
            self.idle += now - since
            self.handovers += 1
        for call in batch.calls:
            heapq.heappush(self._ends, (now + self._seconds, call.task, call.digest))

    def wait(self, timeout: float | None = None) -> list[Outcome]:
        """Outcomes of those whose time is over."""
        until = time.perf_counter() + (3600 if timeout is None else timeout)
        while True:
            now = time.perf_counter()
            ended = []
            while self._ends and self._ends[0][0] <= now:
                end, task, digest = heapq.heappop(self._ends)
                heapq.heappush(self._idle_since, end)
                take = Take(digest=digest, role="voice", engine="clock", version="1", result={}, media=(), seconds=self._seconds)
                ended.append(Outcome(task, take))
            if ended or self._called.is_set() or now >= until:
                self._called.clear()
                return ended
            self._called.wait(min(until, self._ends[0][0] if self._ends else until) - now)

    def interrupt(self) -> None:
        """Make ``wait()`` return."""
        self._called.set()

    def cancel(self) -> None:
        """Forget everything."""
        self._ends.clear()


def measure_handover(films: int, slots: int, tasks: int, task_ms: float) -> Handover:
    """So many films, each with its share of the tasks, all wanting more than there are slots."""
    crew = TimedCrew(slots, task_ms / 1000)
    each = tasks // films
    with Exchange(crew, lambda batch: Needs()) as exchange, ThreadPoolExecutor(films) as threads:
        crew.exchange = exchange
        started = time.perf_counter()
        list(threads.map(lambda film: _walk(exchange, film, each), range(films)))
        passed = time.perf_counter() - started
    return Handover(
        films=films,
        slots=slots,
        tasks=each * films,
        task_ms=task_ms,
        seconds=round(passed, 2),
        idle_while_runnable=round(crew.idle / (passed * slots), 5),
        handover_us=round(crew.idle / max(1, crew.handovers) * 1e6, 1),
        tasks_a_second=round(each * films / passed),
    )


def _walk(exchange: Exchange, film: int, tasks: int) -> None:
    with exchange.film(tenant=f"tenant-{film % 20}", film=f"film-{film}") as view:
        asked = ended = 0
        while ended < tasks:
            while asked < tasks and asked - ended < view.slots:
                digest = f"{film:032x}{asked:032x}"
                view.submit(Batch("voice", "clock", "1", "benchmark:clock", (Call(f"{asked}", digest, {}),)))
                asked += 1
            ended += len(view.wait())
