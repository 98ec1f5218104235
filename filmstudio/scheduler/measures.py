"""What the house counts over its whole life, whichever of its processes counts it: queues, service, batches, resources, takes, films.

Labels are roles, engines and tiers, of which an installation has a few. Never a tenant, a job or a film: each would be a series.
Names and units are Prometheus'; https://prometheus.io/docs/practices/naming/.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that is counted, or whose distribution is kept."""

    name: str
    """As Prometheus has it; a counter without its ``_total``."""
    says: str
    labels: tuple[str, ...]
    bounds: tuple[float, ...] = ()
    """Upper bounds of a histogram's buckets, growing; none = a counter."""


_ENGINE: Final = ("role", "engine")
_TASK_SECONDS: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0)
_FILM_SECONDS: Final = (1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0, 14_400.0)

JOB_QUEUE: Final = Measure(
    "filmstudio_job_queue_seconds", "Time from when a job could be leased, anew after each pause, to its lease", ("tier",), _FILM_SECONDS
)  # fmt: skip
JOB_SERVICE: Final = Measure(
    "filmstudio_job_service_seconds", "Time that the attempt which delivered a film took, from its lease on", ("tier",), _FILM_SECONDS
)
ENGINE_QUEUE: Final = Measure(
    "filmstudio_engine_queue_seconds", "Time from a film's asking for a take to the start of its batch", _ENGINE, _TASK_SECONDS
)  # fmt: skip
ENGINE_SERVICE: Final = Measure(
    "filmstudio_engine_service_seconds", "Time that an engine took for a take: of a batch, each take's part", _ENGINE, _TASK_SECONDS
)
BATCH_FILL: Final = Measure(
    "filmstudio_batch_fill_ratio", "Calls in a batch, of those that the engine takes at once; only of engines that take several", _ENGINE,
    (0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1.0),
)  # fmt: skip
CPU_SECONDS: Final = Measure(
    "filmstudio_cpu_seconds", "Core-seconds charged: an engine's measured seconds by the cores it declares", ("tier", *_ENGINE)
)
GPU_SECONDS: Final = Measure(
    "filmstudio_gpu_seconds", "GPU-seconds charged: an engine's measured seconds by the GPUs it declares", ("tier", *_ENGINE)
)
CACHE_HITS: Final = Measure(
    "filmstudio_cache_hits", "Tasks of films whose take was in the store, or in the making for the same film", ("role",)
)
CACHE_MISSES: Final = Measure("filmstudio_cache_misses", "Tasks of films whose take was made", ("role",))
FILM_SECONDS: Final = Measure("filmstudio_film_seconds", "Seconds of film delivered", ("tier",))

MEASURES: Final = (
    JOB_QUEUE, JOB_SERVICE, ENGINE_QUEUE, ENGINE_SERVICE, BATCH_FILL, CPU_SECONDS, GPU_SECONDS, CACHE_HITS, CACHE_MISSES, FILM_SECONDS,
)  # fmt: skip
