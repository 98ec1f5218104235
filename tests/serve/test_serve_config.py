"""The configuration file: what is written is what Serve takes, an operator's changes hold, and a wrong one is told in words."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import yaml
from servebench.twonodes import TwoNodes

from filmstudio.core.errors import ConfigError
from filmstudio.core.plugins import Plugins
from filmstudio.serve.config import check, main


def test_the_written_file_has_every_post_and_passes(tmp_path: Path) -> None:
    file = tmp_path / "serve.yaml"
    assert main(["--store", str(tmp_path), str(file)]) == 0
    values = check(file)
    (application,) = values["applications"]
    assert application["import_path"] == "filmstudio.serve.applications:engines"
    assert application["deployments"][0]["name"] == "house"
    assert len(Plugins().engines()) >= 17


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": "nobody"}, "no post called nobody"),
        ({"max_ongoing_requests": 0}, "max_ongoing_requests"),
        ({"health_check_period_s": -1}, "health_check_period_s"),
    ],
)
def test_a_wrong_change_is_told(tmp_path: Path, change: dict[str, object], said: str) -> None:
    file = tmp_path / "serve.yaml"
    main(["--store", str(tmp_path), str(file)])
    values = yaml.safe_load(file.read_text())
    values["applications"][0]["deployments"][0].update(change)
    file.write_text(yaml.safe_dump(values))
    with pytest.raises(ConfigError, match=said):
        check(file)


def test_wrong_arguments_are_told_when_it_is_built() -> None:
    from filmstudio.serve.applications import engines

    with pytest.raises(ConfigError, match=r"store of filmstudio\.serve\.applications:engines"):
        engines({})
    with pytest.raises(ConfigError, match="typo"):
        engines({"store": "/s", "typo": 1})


def test_an_operator_changes_replicas_in_the_file_alone(ray_of_two: TwoNodes, tmp_path: Path) -> None:
    from ray import serve
    from ray.serve._private.api import serve_start
    from ray.serve.schema import ServeDeploySchema

    file = tmp_path / "serve.yaml"
    main(["--store", str(tmp_path / "store"), "--only", "lipsync/visemes", str(file)])
    values = yaml.safe_load(file.read_text())
    house = values["applications"][0]["deployments"][0]
    house["autoscaling_config"] |= {"min_replicas": 3, "max_replicas": 3}
    values["applications"][0]["name"] = "changed"
    serve_start(proxy_location="Disabled").deploy_apps(ServeDeploySchema.model_validate(values))
    until = time.monotonic() + 60
    states: dict[str, int] = {}
    while states != {"RUNNING": 3} and time.monotonic() < until:
        time.sleep(0.2)
        application = serve.status().applications.get("changed")
        states = {} if application is None or "house" not in application.deployments else application.deployments["house"].replica_states
    assert states == {"RUNNING": 3}
    serve.delete("changed")
