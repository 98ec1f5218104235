"""Serve overhead per batched call against a direct call: the same engine, the same requests, in this process and on Ray."""

from __future__ import annotations

import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from filmstudio.core.graph import task_digest
from filmstudio.core.perform import Call, Performer
from filmstudio.core.plugins import Offer
from filmstudio.core.requests import SpeakRequest
from filmstudio.core.store import Store
from servebench.probes import FOLDER, Talker

TALKER = Offer(Talker, "bench")


@dataclass(frozen=True, slots=True)
class Overhead:
    """Milliseconds of one batch of calls, by the median of many, and what Serve adds to it."""

    run_ms: float
    """How long the engine itself takes for a batch."""
    batch: int
    direct_ms: float
    serve_ms: float
    fill: float
    """Calls of a run, as a share of the most that one takes."""

    @property
    def added_ms(self) -> float:
        """What a batch takes longer through Serve; the wait for a batch to fill is in it."""
        return self.serve_ms - self.direct_ms

    @property
    def per_call_ms(self) -> float:
        """The same for each call."""
        return self.added_ms / self.batch

    @property
    def share(self) -> float:
        """The same as a share of the engine's own time; the budget of a GPU engine is 0.03."""
        return self.added_ms / self.run_ms


def measure(run_ms: tuple[float, ...] = (10.0, 100.0, 500.0), batches: int = 30) -> list[Overhead]:
    """Measure with engines that take so long for a batch, on a Ray of this machine that is started for it."""
    from filmstudio.serve.cluster import cluster
    from filmstudio.serve.company import engaged

    figures: list[Overhead] = []
    with tempfile.TemporaryDirectory(prefix="overhead-") as folder, cluster(None, cpus=4):
        store = Store(Path(folder) / "ray")
        performer = Performer(Path(folder) / "direct")
        with engaged([TALKER], store, replicas=1, variables={"PYTHONPATH": str(FOLDER)}, own=True) as crew:
            size = Talker.needs.batch_size
            for wanted in run_ms:
                count = max(5, min(batches, int(8000 / wanted)))
                direct, through, runs = [], [], 0
                for turn in range(count + 2):
                    calls = tuple(_call(f"{wanted} {turn} {n}") for n in range(size))
                    begun = time.perf_counter()
                    performer.perform(TALKER.batch(calls))
                    between = time.perf_counter()
                    crew.submit(TALKER.batch(calls))
                    marks: list[float] = []
                    while len(marks) < size:
                        marks += [outcome.take.result["measured"]["run"] for outcome in crew.wait(60.0) if outcome.take is not None]
                    ended = time.perf_counter()
                    if turn >= 2:  # the first ones find connections and buffers cold
                        direct.append(between - begun)
                        through.append(ended - between)
                        runs += len(set(marks))
                fill = count * size / (runs * size)
                figures.append(Overhead(wanted, size, statistics.median(direct) * 1000, statistics.median(through) * 1000, fill))
    return figures


def _call(text: str) -> Call:
    request = SpeakRequest.model_validate({"text": text, "voice": {"voice": "v"}}).canonical()
    return Call(text, task_digest(Talker.name, Talker.version, Talker.role, request), request)


def page(figures: list[Overhead]) -> str:
    """The figures as a table."""
    lines = ["Batches of an engine that waits, made in this process and through a deployment of Ray Serve on this machine; medians."]
    lines += ["batch takes   direct    on Serve   added a batch   added a call   of its time   filled"]
    lines += [
        f"{one.run_ms:8.0f} ms {one.direct_ms:7.1f} ms {one.serve_ms:8.1f} ms {one.added_ms:11.1f} ms {one.per_call_ms:11.2f} ms"
        f" {one.share:12.1%} {one.fill:8.0%}"
        for one in figures
    ]
    return "\n".join(lines)
