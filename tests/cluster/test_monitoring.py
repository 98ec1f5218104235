"""Alerts and dashboards: every expression is PromQL, and every metric in it is one that somebody exports."""

from __future__ import annotations

import importlib.util
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml

OWN = "filmstudio_"
ALWAYS = {"up"}


def metrics_of(expression: str) -> set[str]:
    """The metrics that an expression names.

    Raises:
        ValueError: it is not PromQL.
    """
    found: set[str] = set()

    def visit(node: Any) -> None:
        selector = node.vector_selector if isinstance(node, promql_parser.MatrixSelector) else node
        if isinstance(selector, promql_parser.VectorSelector):
            found.add(selector.name)

    promql_parser.walk(promql_parser.parse(expression), visit)
    return found


def exported_by_the_studio() -> set[str]:
    """Every series that ``/metrics`` can have: names of samples, from the registry itself."""
    from filmstudio.platform.meters import Meters

    names: set[str] = set()
    for family in Meters().registry.collect():
        if family.type == "histogram":
            names |= {f"{family.name}_{end}" for end in ("bucket", "count", "sum")}
        elif family.type == "counter":
            names.add(f"{family.name}_total")
        else:
            names.add(family.name)
    return names


def labels_of_the_studio() -> dict[str, set[str]]:
    """Labels by metric, without the ending of a sample."""
    from filmstudio.platform.meters import Meters
    from filmstudio.scheduler.measures import MEASURES

    meters = Meters()
    collectors = {each for each in meters.registry._collector_to_names}
    live = {each._name: set(each._labelnames) for each in collectors if hasattr(each, "_labelnames")}
    return live | {measure.name: set(measure.labels) for measure in MEASURES}


def exported_by_ray() -> set[str]:
    """Every metric that Ray's own dashboards draw, as installed."""
    spec = importlib.util.find_spec("ray")
    assert spec is not None and spec.origin is not None
    text = "".join(path.read_text() for path in (Path(spec.origin).parent / "dashboard/modules/metrics/dashboards").glob("*.py"))
    from filmstudio.serve.posts import BATCH_FILL

    own = {f"ray_{BATCH_FILL}_{end}" for end in ("bucket", "count", "sum")}  # that a replica does is tested on Ray
    return own | set(re.findall(r"\b(?:ray|autoscaler)_[a-z_]+", text))


def recorded(cluster: Path) -> dict[str, list[str]]:
    """Expressions of what Prometheus is told to reckon, by name."""
    found: dict[str, list[str]] = defaultdict(list)
    for group in yaml.safe_load((cluster / "monitoring" / "rules.yaml").read_text())["groups"]:
        for rule in group["rules"]:
            found[rule["record"]].append(rule["expr"])
    return found


def expressions(cluster: Path) -> Iterator[tuple[str, str]]:
    """Every expression of the rules, alerts and dashboards, with its place."""
    for name, texts in recorded(cluster).items():
        yield from ((name, text) for text in texts)
    for group in yaml.safe_load((cluster / "monitoring" / "alerts.yaml").read_text())["groups"]:
        for rule in group["rules"]:
            yield rule["alert"], rule["expr"]
    for path in sorted((cluster / "monitoring" / "dashboards").glob("*.json")):
        for panel in json.loads(path.read_text())["panels"]:
            for target in panel.get("targets", ()):
                yield f"{path.stem}: {panel['title']}", target["expr"]


def unknown(all_expressions: Iterator[tuple[str, str]], reckoned: Iterable[str] = ()) -> list[str]:
    """Metrics that nobody exports and no rule makes."""
    known = exported_by_the_studio() | exported_by_ray() | ALWAYS | set(reckoned)
    return [f"{place}: {name}" for place, text in all_expressions for name in sorted(metrics_of(text) - known)]


def test_every_metric_is_one_that_the_studio_or_ray_exports(cluster: Path) -> None:
    assert unknown(expressions(cluster), recorded(cluster)) == []


def test_a_metric_that_nobody_exports_is_found() -> None:
    planted = [("alert", "rate(filmstudio_request_second_count[5m]) > 1"), ("board", "sum(ray_serve_queued) / sum(filmstudio_jobs)")]
    assert unknown(iter(planted)) == ["alert: filmstudio_request_second_count", "board: ray_serve_queued"]


def test_an_expression_that_is_not_promql_is_found() -> None:
    with pytest.raises(ValueError, match="unclosed"):
        metrics_of("sum(rate(filmstudio_jobs[5m])")


def test_labels_in_our_metrics_are_ours(cluster: Path) -> None:
    known = labels_of_the_studio()
    for place, text in expressions(cluster):
        for name, matchers in re.findall(r"(filmstudio_[a-z_]+)\{([^}]*)\}", text):
            base = re.sub(r"_(bucket|count|sum|total)$", "", name)
            used = {match for match in re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", re.sub(r'"[^"]*"', '""', matchers))}
            assert used <= known[base] | {"job", "instance", "le"}, place


def test_every_metric_of_the_studio_is_seen_somewhere(cluster: Path) -> None:
    shown = {name for _, text in expressions(cluster) for name in metrics_of(text)}
    families = {re.sub(r"_(bucket|count|sum|total)$", "", name) for name in shown if name.startswith(OWN)}
    assert {re.sub(r"_(bucket|count|sum|total)$", "", name) for name in exported_by_the_studio()} <= families


def test_every_metric_of_the_studio_and_its_labels_are_explained(cluster: Path) -> None:
    guide = (cluster.parent / "docs" / "operations" / "watching.md").read_text(encoding="utf-8")
    rows = [line.split("|") for line in guide.splitlines() if line.startswith("| `filmstudio_")]
    told = {name.removesuffix("_total"): set(re.findall(r"`(\w+)`", row[2])) for row in rows for name in re.findall(r"`(\w+)`", row[1])}
    assert told.keys() == labels_of_the_studio().keys()
    assert {name: labels for name, labels in labels_of_the_studio().items() if not labels <= told[name]} == {}


def test_what_is_reckoned_is_used_and_no_total_of_the_house_is_added_up_over_its_apis(cluster: Path) -> None:
    """Every API tells all of the house: a sum over two of them would be twice what was made."""
    shown = {name for _, text in expressions(cluster) for name in metrics_of(text)}
    assert set(recorded(cluster)) <= shown
    assert summed_over_apis(expressions(cluster)) == []


def test_a_sum_of_totals_over_apis_is_found() -> None:
    planted = [("board", "sum by (tier) (rate(filmstudio_film_seconds_total[1h]))"), ("alert", "sum(filmstudio_jobs) > 5")]
    assert summed_over_apis(iter(planted)) == ["board", "alert"]


def summed_over_apis(all_expressions: Iterator[tuple[str, str]]) -> list[str]:
    """Where a total of the house is taken from anything but the largest of its APIs."""
    from filmstudio.scheduler.measures import MEASURES

    house = "|".join(
        [
            *(measure.name for measure in MEASURES),
            "filmstudio_jobs",
            "filmstudio_tenants_waiting",
            "filmstudio_backlog_seconds",
            "filmstudio_core_seconds_per_film_minute",
        ]
    )
    taken = re.compile(rf"(?<![a-z_:])(?:{house})(?:_(?:bucket|sum|count|total))?(?![a-z_])")
    largest = re.compile(r"\bmax(?: by \([^)]*\))? ?\((?:(?:rate|increase)\()?$")
    found = [(place, largest.search(text[: match.start()])) for place, text in all_expressions for match in taken.finditer(text)]
    return [place for place, held in found if held is None]


def test_numbers_of_the_rules_are_those_of_the_scheduler(cluster: Path) -> None:
    from filmstudio.scheduler.autoscaling import Range
    from filmstudio.scheduler.estimates import GPU_IN_CORES

    rules = recorded(cluster)
    assert f"+ {GPU_IN_CORES:g} * max by (tier, role, engine)" in rules["filmstudio:core_seconds_per_film_minute:6h"][0]
    assert all(text.endswith(f"/ {Range(0, 1).drain:g}") for text in rules["filmstudio:resources_wanted"])


def test_an_alert_says_what_is_wrong_and_what_to_do(cluster: Path) -> None:
    for group in yaml.safe_load((cluster / "monitoring" / "alerts.yaml").read_text())["groups"]:
        for rule in group["rules"]:
            assert rule.keys() == {"alert", "expr", "for", "labels", "annotations"}, rule["alert"]
            assert rule["labels"]["severity"] in ("page", "ticket") and rule["annotations"].keys() == {"summary", "remedy"}


def test_dashboards_have_an_id_of_their_own_and_no_panel_lies_on_another(cluster: Path) -> None:
    boards = [json.loads(path.read_text()) for path in (cluster / "monitoring" / "dashboards").glob("*.json")]
    assert len({board["uid"] for board in boards}) == len(boards) >= 2
    for board in boards:
        taken: set[tuple[int, int]] = set()
        assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
        for panel in board["panels"]:
            at = panel["gridPos"]
            area = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
            assert not area & taken and max(x for x, _ in area) < 24, panel["title"]
            taken |= area


def test_what_prometheus_is_told_to_read_is_there(cluster: Path) -> None:
    for path in (cluster / "monitoring").glob("prometheus*.yaml"):
        config = yaml.safe_load(path.read_text())
        assert {job["job_name"] for job in config["scrape_configs"]} == {"studio", "ray"}
        assert all((path.parent / name).is_file() for name in config["rule_files"])
