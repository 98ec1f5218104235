"""``/metrics``: totals of the house are its database's, the same at every API and after any restart; labels have an end."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

sys.path.insert(0, str(Path(__file__).parent))

from api_server import Api, running_api

from filmstudio.scheduler.measures import CPU_SECONDS, FILM_SECONDS, GPU_SECONDS, JOB_QUEUE, MEASURES
from filmstudio.scheduler.tallies import Tallies


def samples(api: Api) -> dict[str, float]:
    """Series by name and labels, as Prometheus writes them."""
    text = api.ask("GET", "/metrics").text
    return {
        sample.name + "".join(f" {value}" for _, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_what_crews_counted_is_told_by_every_api_and_again_after_a_restart(tmp_path: Path) -> None:
    with running_api(tmp_path, open_house=True) as first, running_api(tmp_path, open_house=True) as second:
        crew = Tallies()
        crew.add(FILM_SECONDS, ("pro",), 90.0)
        for seconds in (0.4, 700.0):
            crew.observe(JOB_QUEUE, ("pro",), seconds)
        crew.keep_in(first.database)
        pages = [samples(api) for api in (first, second)]
    with running_api(tmp_path, open_house=True) as again:
        pages.append(samples(again))
    for page in pages:
        assert page["filmstudio_film_seconds_total pro"] == 90.0
        assert page["filmstudio_job_queue_seconds_sum pro"] == 700.4
        buckets = [page[f"filmstudio_job_queue_seconds_bucket {bound} pro"] for bound in ("1.0", "600.0", "1800.0", "+Inf")]
        assert buckets == [1, 1, 2, 2]


def test_a_minute_of_film_costs_what_was_charged_for_all_that_was_delivered(tmp_path: Path) -> None:
    with running_api(tmp_path, open_house=True) as api:
        crew = Tallies()
        crew.add(CPU_SECONDS, ("pro", "voice", "espeak"), 20.0)
        crew.add(CPU_SECONDS, ("pro", "picture", "cutout"), 60.0)
        crew.add(GPU_SECONDS, ("pro", "picture", "diffusion"), 5.0)  # 16 cores each
        crew.add(CPU_SECONDS, ("free", "voice", "espeak"), 7.0)  # nothing delivered yet: no cost of a minute
        crew.add(FILM_SECONDS, ("pro",), 120.0)
        crew.keep_in(api.database)
        page = samples(api)
    costs = {name: cost for name, cost in page.items() if name.startswith("filmstudio_core_seconds_per_film_minute")}
    assert costs == {"filmstudio_core_seconds_per_film_minute pro": pytest.approx(80.0)}


def test_every_measure_is_told_of_though_nothing_was_counted(tmp_path: Path) -> None:
    with running_api(tmp_path, open_house=True) as api:
        text = api.ask("GET", "/metrics").text
    assert all(f"# TYPE {measure.name}{'' if measure.bounds else '_total'} " in text for measure in MEASURES)


def test_a_backlog_is_told_by_resource_in_the_mix_that_films_have_needed(tmp_path: Path) -> None:
    with running_api(tmp_path, open_house=True) as api:
        job = api.jobs.get(api.order(), "local")
        before = samples(api)
        crew = Tallies()
        crew.add(CPU_SECONDS, ("free", "voice", "espeak"), 32.0)
        crew.add(GPU_SECONDS, ("free", "picture", "diffusion"), 2.0)  # as much as the cores, at 16 to one
        crew.keep_in(api.database)
        after = samples(api)
    assert (before["filmstudio_backlog_seconds cpu"], before["filmstudio_backlog_seconds gpu"]) == (job.estimate, 0.0)
    assert after["filmstudio_backlog_seconds cpu"] == pytest.approx(job.estimate / 2)
    assert after["filmstudio_backlog_seconds gpu"] == pytest.approx(job.estimate / 32)
