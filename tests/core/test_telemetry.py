"""Traces: an engine's work is a span inside its task, inside its render, and goes where the environment says."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

sys.path.insert(0, str(Path(__file__).parent))

from filmstudio.core.telemetry import span_under, traceparent, traceparent_of

PROBE = """
import sys
sys.path.insert(0, {here!r})
from pathlib import Path
from filmstudio.core.telemetry import export_traces
assert export_traces("filmstudio")
from probe_engines import Echo
from filmstudio.core.dispatch import render
from filmstudio.core.graph import RenderGraph, Task
from filmstudio.core.local import LocalDispatcher
from filmstudio.core.plugins import Offer
from filmstudio.core.store import Store
graph = RenderGraph.of([Task("a", "voice", {{"text": "one", "voice": {{"voice": "v"}}}})])
with LocalDispatcher(Path({root!r}), workers=1) as pool:
    render(graph, {{"voice": Offer(Echo, "test")}}, Store(Path({root!r})), pool)
"""


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """Spans that end while the test runs."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    processor = SimpleSpanProcessor(exporter)
    provider.add_span_processor(processor)
    before = trace._TRACER_PROVIDER
    trace._TRACER_PROVIDER = provider
    yield exporter
    trace._TRACER_PROVIDER = before


def test_outside_a_recorded_span_there_is_nothing_to_hand_on() -> None:
    assert traceparent() == ""
    with span_under("", "engine voice", {}):
        assert traceparent() == ""


def test_work_in_another_process_is_a_part_of_what_asked_for_it(spans: InMemorySpanExporter) -> None:
    asking = trace.get_tracer("filmstudio.core").start_span("task a")
    with span_under(traceparent_of(asking), "engine voice", {"filmstudio.batch": 1}):
        assert traceparent().split("-")[1] == f"{asking.get_span_context().trace_id:032x}"
    asking.end()
    found: dict[str, ReadableSpan] = {span.name: span for span in spans.get_finished_spans()}
    inner, outer = found["engine voice"], found["task a"]
    assert inner.parent is not None and outer.context is not None and inner.parent.span_id == outer.context.span_id


def test_spans_of_the_studio_and_of_its_workers_go_where_the_environment_says(tmp_path: Path) -> None:
    """Three names arrive, of two processes: the render, its task, and the engine's work in a worker."""
    received: list[bytes] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(self.path.encode() + b" " + self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{server.server_port}", "OTEL_EXPORTER_OTLP_COMPRESSION": "none"}
    script = PROBE.format(here=str(Path(__file__).parent), root=str(tmp_path / "store"))
    done = subprocess.run(
        [sys.executable, "-c", script], env={**os.environ, **settings}, capture_output=True, text=True, timeout=120, check=False
    )
    server.shutdown()
    assert done.returncode == 0, done.stderr
    assert all(body.startswith(b"/v1/traces ") for body in received)
    sent = b"".join(received)
    assert all(name in sent for name in (b"render", b"task a", b"engine voice"))
