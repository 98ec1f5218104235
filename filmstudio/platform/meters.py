"""What is counted, in Prometheus' words; https://prometheus.io/docs/practices/naming/.

Two kinds. What this process sees, requests and streams, begins anew with it, as counters do. What the house has made is read
from the database at every look (``scheduler.tallies``): it goes on over restarts, and every API tells the same totals. So the
former are added up over instances, and of the latter the largest is taken.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from filmstudio.scheduler.autoscaling import by_resource
from filmstudio.scheduler.estimates import GPU_IN_CORES
from filmstudio.scheduler.jobs import Backlog, Jobs
from filmstudio.scheduler.measures import CPU_SECONDS, FILM_SECONDS, GPU_SECONDS, MEASURES, Measure
from filmstudio.scheduler.tallies import Kept, kept, total

_SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60)

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "WS")


@dataclass(frozen=True, slots=True)
class HouseCounts:
    """What the database tells of the house."""

    backlog: Backlog
    work_left: float
    """Core-seconds."""
    series: Mapping[str, Sequence[Kept]]
    """By measure."""

    @classmethod
    def of(cls, jobs: Jobs) -> HouseCounts:
        """As it is now."""
        return cls(jobs.backlog(), jobs.work_left(), kept(jobs.database))


class Meters:
    """The counts of one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Histogram(
            "filmstudio_request_seconds",
            "Time from a request's first byte to the end of its answer",
            ("method", "route", "status"),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._jobs = Gauge("filmstudio_jobs", "Jobs that are not finished", ("status",), registry=self.registry)
        self._tenants = Gauge("filmstudio_tenants_waiting", "Tenants with jobs that wait", registry=self.registry)
        self._submitted = Counter("filmstudio_jobs_submitted", "Jobs accepted", ("tier",), registry=self.registry)
        self._streams = Gauge("filmstudio_event_streams", "Event streams that are open", registry=self.registry)
        self._left = Gauge(
            "filmstudio_backlog_seconds",
            "CPU-seconds and GPU-seconds that films which wait or are in work are thought to need still",
            ("resource",),
            registry=self.registry,
        )
        self._minute = Gauge(
            "filmstudio_core_seconds_per_film_minute",
            f"Cost of a minute of film, over all that was ever delivered: core-seconds charged, a GPU-second as {GPU_IN_CORES:g}",
            ("tier",),
            registry=self.registry,
        )
        self._house = _HouseTotals()
        self.registry.register(self._house)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        method = method if method in _METHODS else "other"  # anyone may send any word: each would be a series
        self._requests.labels(method, route, str(status)).observe(seconds)

    def submitted(self, tier: str) -> None:
        """Count a job that was accepted."""
        self._submitted.labels(tier).inc()

    def streams(self, change: int) -> None:
        """One more or fewer event streams."""
        self._streams.inc(change)

    def page(self, now: HouseCounts) -> bytes:
        """Everything, as Prometheus reads it."""
        self._jobs.labels("waiting").set(now.backlog.waiting)
        self._jobs.labels("running").set(now.backlog.running)
        self._jobs.labels("held").set(now.backlog.unfinished - now.backlog.waiting - now.backlog.running)
        self._tenants.set(now.backlog.tenants)
        cpu, gpu = by_resource(now.work_left, total(now.series, CPU_SECONDS), total(now.series, GPU_SECONDS))
        self._left.labels("cpu").set(cpu)
        self._left.labels("gpu").set(gpu)
        for tier, cost in cost_per_minute(now.series).items():
            self._minute.labels(tier).set(cost)
        self._house.series = now.series
        return generate_latest(self.registry)


def cost_per_minute(series: Mapping[str, Sequence[Kept]]) -> dict[str, float]:
    """Core-seconds for each minute of film delivered, by tier; a tier that was delivered none has no such cost yet.

    A GPU-second counts as ``GPU_IN_CORES`` core-seconds, as in the fair shares. What failed and what is not finished is in it; takes
    that were found cost nothing.
    """
    spent: dict[str, float] = defaultdict(float)
    for measure, cores in ((CPU_SECONDS, 1.0), (GPU_SECONDS, GPU_IN_CORES)):
        for one in series.get(measure.name, ()):
            spent[one.labels[measure.labels.index("tier")]] += cores * one.total
    delivered = {one.labels[0]: one.total for one in series.get(FILM_SECONDS.name, ())}
    return {tier: 60 * spent[tier] / seconds for tier, seconds in delivered.items() if seconds > 0}


class _HouseTotals(Collector):
    """Totals of the house, as last read."""

    def __init__(self) -> None:
        self.series: Mapping[str, Sequence[Kept]] = {}

    def collect(self) -> Iterator[Metric]:
        """A family a measure, also of those that nothing was counted of."""
        series = self.series
        for measure in MEASURES:
            yield _family(measure, series.get(measure.name, ()))


def _family(measure: Measure, series: Sequence[Kept]) -> Metric:
    if not measure.bounds:
        counter = CounterMetricFamily(measure.name, measure.says, labels=measure.labels)
        for one in series:
            counter.add_metric(one.labels, one.total)
        return counter
    histogram = HistogramMetricFamily(measure.name, measure.says, labels=measure.labels)
    bounds = [*map(repr, measure.bounds), "+Inf"]
    for one in series:
        histogram.add_metric(one.labels, list(zip(bounds, one.buckets, strict=True)), sum_value=one.total)
    return histogram
