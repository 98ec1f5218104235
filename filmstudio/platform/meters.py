"""What is counted, in Prometheus' words; https://prometheus.io/docs/practices/naming/."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from filmstudio.scheduler.jobs import Backlog

_SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60)

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "WS")


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

    def page(self, backlog: Backlog) -> bytes:
        """Everything, as Prometheus reads it."""
        self._jobs.labels("waiting").set(backlog.waiting)
        self._jobs.labels("running").set(backlog.running)
        self._jobs.labels("held").set(backlog.unfinished - backlog.waiting - backlog.running)
        self._tenants.set(backlog.tenants)
        return generate_latest(self.registry)
