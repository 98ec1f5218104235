"""Traces across processes: a render's span goes with its batches, so that an engine's work is seen inside the film it is for.

Spans are made with OpenTelemetry's API alone, which does nothing until an exporter is set up. ``export_traces`` sets one up
where the standard variables ask for it; https://opentelemetry.io/docs/specs/otel/protocol/exporter/ lists them.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from typing import Final

from opentelemetry import trace
from opentelemetry.propagate import extract, inject

from filmstudio.core.errors import ConfigError

_ASKED_BY: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_tracer = trace.get_tracer("filmstudio")


def traceparent() -> str:
    """The span that is current, as a W3C ``traceparent``; empty outside any span that is recorded."""
    carrier: dict[str, str] = {}
    inject(carrier)
    return carrier.get("traceparent", "")


def traceparent_of(span: trace.Span) -> str:
    """A span, as a W3C ``traceparent``; empty for one that is not recorded."""
    carrier: dict[str, str] = {}
    inject(carrier, trace.set_span_in_context(span))
    return carrier.get("traceparent", "")


@contextlib.contextmanager
def span_under(parent: str, name: str, attributes: Mapping[str, str | int | float]) -> Iterator[trace.Span]:
    """A span below the one that ``parent`` (a ``traceparent``, of this or another process) names; current while the block runs."""
    context = extract({"traceparent": parent}) if parent else None
    with _tracer.start_as_current_span(name, context=context, attributes=dict(attributes)) as span:
        yield span


def export_traces(service: str) -> bool:
    """Send this process's spans where ``OTEL_EXPORTER_OTLP_ENDPOINT`` says; False when nobody asked. Call once a process.

    Raises:
        ConfigError: it was asked for, and the exporter is not installed.
    """
    if not any(os.environ.get(name) for name in _ASKED_BY):
        return False
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ModuleNotFoundError as error:
        message = f"traces were asked for by {' or '.join(_ASKED_BY)}, and their exporter is not installed."
        raise ConfigError(message, remedy="Install filmstudio[platform], or unset the variable.") from error
    provider = TracerProvider(resource=Resource.create({"service.name": os.environ.get("OTEL_SERVICE_NAME", service)}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(timeout=5)))
    trace.set_tracer_provider(provider)
    return True


def exporting_traces(service: str) -> bool:
    """As ``export_traces``, in a process that has nobody to tell of a missing exporter: the studio's own has told."""
    try:
        return export_traces(service)
    except ConfigError:
        return False


def flush_traces() -> None:
    """Send what has not been sent; waits 5 seconds at most."""
    provider = trace.get_tracer_provider()
    flush = getattr(provider, "force_flush", None)
    if flush is not None:
        flush(5000)
