"""A studio that is watched: real films are at ``/metrics`` as their reports have them, over a kill, and each is one trace."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from prometheus_client.parser import text_string_to_metric_families

sys.path.insert(0, str(Path(__file__).parent))

from served_house import House, serving

from filmstudio.core.plugins import Plugins

pytestmark = pytest.mark.slow

LINES = "INT. CAFE - DAY\n\nLENA\nCount.\n"
MORE = LINES + "\nLENA\nOnce.\n"

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@dataclass
class Watched:
    """What was seen of two films of one tenant: the second says more, and was made by another crew, because the first was killed."""

    reports: list[dict[str, Any]] = field(default_factory=list)
    pages: list[Samples] = field(default_factory=list)
    """After the first film, after the kill, and after the second."""
    films: list[str] = field(default_factory=list)
    spans: dict[bytes, Span] = field(default_factory=dict)

    def tasks(self, *, cached: bool) -> list[dict[str, Any]]:
        return [task for report in self.reports for task in report["tasks"] if task["cached"] is cached]


def page_of(house: House) -> Samples:
    text = house.ask("GET", "/metrics", "").text
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name.startswith("filmstudio_")
    }


def by(page: Samples, name: str, *labels: str) -> dict[tuple[str, ...], float]:
    """A metric, added up by these labels."""
    found: dict[tuple[str, ...], float] = defaultdict(float)
    for (sample, pairs), value in page.items():
        if sample == name:
            found[tuple(dict(pairs)[label] for label in labels)] += value
    return dict(found)


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory, shared_cache: Path) -> Iterator[Watched]:
    seen = Watched()

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = ExportTraceServiceRequest.FromString(self.rfile.read(int(self.headers["Content-Length"])))
            for resource in sent.resource_spans:
                for scope in resource.scope_spans:
                    seen.spans.update({span.span_id: span for span in scope.spans})
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    collector = HTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=collector.serve_forever, daemon=True).start()
    traced = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{collector.server_port}", "OTEL_EXPORTER_OTLP_COMPRESSION": "none"}
    folder = tmp_path_factory.mktemp("watched")
    with serving(folder, shared_cache, {"wanda": "pro"}, "--drain", "0", **traced) as house:
        for script in (LINES, MORE):
            film = house.order("wanda", script, duration=5)
            state = house.wait("wanda", film)
            assert state["status"] == "succeeded", state
            seen.films.append(film)
            seen.reports.append(house.ask("GET", f"/v1/films/{film}/deliverables/report.json", "wanda").json())
            seen.pages.append(page_of(house))
            if script is LINES:
                os.killpg(house.crew(), signal.SIGKILL)
                seen.pages.append(page_of(house))
    collector.shutdown()  # the studio has ended, and has sent what it had
    yield seen


def test_takes_found_and_made_are_counted_by_role_as_the_reports_have_them(watched: Watched) -> None:
    for name, cached in (("hits", True), ("misses", False)):
        counted = {role: count for (role,), count in by(watched.pages[-1], f"filmstudio_cache_{name}_total", "role").items() if count}
        assert counted == Counter(task["role"] for task in watched.tasks(cached=cached))
        assert sum(counted.values()) >= 3


def test_engines_took_and_were_charged_what_the_reports_say(watched: Watched) -> None:
    last, seconds = watched.pages[-1], defaultdict[tuple[str, ...], list[float]](list)
    for task in watched.tasks(cached=False):
        seconds[task["role"], task["engine"]].append(task["seconds"])
    took, times = (by(last, f"filmstudio_engine_service_seconds_{end}", "role", "engine") for end in ("sum", "count"))
    waited = by(last, "filmstudio_engine_queue_seconds_count", "role", "engine")
    cores, gpus = (by(last, f"filmstudio_{kind}_seconds_total", "tier", "role", "engine") for kind in ("cpu", "gpu"))
    plugins = Plugins()
    for engine, measured in seconds.items():
        needs = plugins.engine(*engine).engine.needs
        assert took[engine] == pytest.approx(sum(measured)) and times[engine] == waited[engine] == len(measured)
        assert cores["pro", *engine] == pytest.approx(sum(measured) * needs.cpu) and gpus["pro", *engine] == 0
    assert set(took) - set(seconds) <= {
        ("screenplay", "screenplay"),
        *took.keys() & {(role, name) for role, name in took if role in PLANNING},
    }
    assert {tier for tier, _, _ in cores} == {"pro"}


PLANNING = {"screenplay", "breakdown", "casting", "direction"}
"""Roles of tasks before there is a film, which its report does not have."""


def test_films_are_counted_with_their_length_their_time_and_their_cost(watched: Watched) -> None:
    last = watched.pages[-1]
    assert by(last, "filmstudio_film_seconds_total", "tier") == {
        ("pro",): pytest.approx(sum(r["film"]["duration"] for r in watched.reports))
    }
    assert (
        by(last, "filmstudio_job_queue_seconds_count", "tier") == by(last, "filmstudio_job_service_seconds_count", "tier") == {("pro",): 2}
    )
    served = by(last, "filmstudio_job_service_seconds_sum", "tier")["pro",]
    assert served > sum(report["totals"]["seconds"] for report in watched.reports)
    cost = by(last, "filmstudio_cpu_seconds_total")[()] / (by(last, "filmstudio_film_seconds_total")[()] / 60)
    least = sum(task["seconds"] for task in watched.tasks(cached=False)) / sum(r["film"]["duration"] for r in watched.reports)
    assert cost >= least, "core-seconds a film-minute"


def test_batches_are_counted_where_an_engine_takes_several(watched: Watched) -> None:
    name = "filmstudio_batch_fill_ratio"
    filled, times = by(watched.pages[-1], f"{name}_sum", "role")["subtitles",], by(watched.pages[-1], f"{name}_count", "role")["subtitles",]
    calls = sum(task["role"] == "subtitles" for task in watched.tasks(cached=False))
    most = Plugins().engine("subtitles").engine.needs.batch_size
    assert filled == pytest.approx(calls / most) and 1 <= times <= calls
    assert set(by(watched.pages[-1], f"{name}_count", "role")) == {("subtitles",)}


def test_no_work_is_left_when_all_films_are_made(watched: Watched) -> None:
    assert by(watched.pages[-1], "filmstudio_backlog_seconds", "resource") == {("cpu",): 0, ("gpu",): 0}


def test_a_crew_that_is_killed_takes_nothing_from_the_totals_and_the_next_adds_to_them(watched: Watched) -> None:
    first, killed, last = ({key: value for key, value in page.items() if durable(*key)} for page in watched.pages)
    assert len(first) > 100 and killed == first
    assert {key: (value, last.get(key)) for key, value in first.items() if last.get(key, -1.0) < value} == {}


def durable(name: str, labels: tuple[tuple[str, str], ...]) -> bool:
    own = ("request", "jobs", "tenants", "event_streams", "backlog", "core_seconds_per_film_minute")
    return not name.startswith(tuple(f"filmstudio_{word}" for word in own))


def test_no_label_holds_a_tenant_or_a_film(watched: Watched) -> None:
    values = {value for _, labels in watched.pages[-1] for _, value in labels}
    assert not values & {"wanda", *watched.films}


def test_request_job_render_task_and_batch_are_one_trace(watched: Watched) -> None:
    """Of the second film: from whichever engine's span upwards, through three processes, to the request that ordered it."""
    film = watched.films[1]
    [job] = [span for span in watched.spans.values() if span.name == "job" and said(span, "filmstudio.job") == film]
    engines = [span for span in watched.spans.values() if span.trace_id == job.trace_id and span.name.startswith("engine ")]
    for span in engines:
        task, render, above, request = above_it(watched, span)
        assert task.name.startswith("task ") and said(task, "filmstudio.role") == span.name.removeprefix("engine ")
        assert (render.name, above.span_id) == ("render", job.span_id)
        assert (request.name, said(request, "filmstudio.job")) == ("POST /v1/films", film)
        assert {one.trace_id for one in (task, render, request)} == {job.trace_id}
    made = {task["role"] for task in watched.reports[1]["tasks"] if not task["cached"]}
    assert made | PLANNING <= {span.name.removeprefix("engine ") for span in engines}


def above_it(watched: Watched, span: Span) -> list[Span]:
    found = []
    while span.parent_span_id:
        found.append(span := watched.spans[span.parent_span_id])
    return found


def said(span: Span, name: str) -> str:
    return next((entry.value.string_value for entry in span.attributes if entry.key == name), "")
