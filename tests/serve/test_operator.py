"""Engines and API as an operator deploys them: what the file says holds, direct calls and films are made there."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import yaml
from rain import SAME, rendered
from servebench.twonodes import FOLDER_VARIABLE, TwoNodes

from filmstudio.core.errors import ConfigError
from filmstudio.serve.config import main

DEPLOYED_SECONDS = 120


@dataclass(frozen=True)
class Deployed:
    """Where an operator's engines are, and the store that they share with callers."""

    nodes: TwoNodes
    store: Path
    states: dict[str, int]
    """Replicas of the house by state, when they had come to rest."""


@pytest.fixture(scope="module")
def deployed(ray_of_two: TwoNodes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """All engines, from the written file but for the replicas of the house: two instead of one to four."""
    from ray.serve._private.api import serve_start
    from ray.serve.schema import ServeDeploySchema

    from filmstudio.serve.company import APPLICATION
    from filmstudio.serve.deployed import take_down

    folder = tmp_path_factory.mktemp("operator")
    file, store = folder / "serve.yaml", folder / "store"
    assert main(["--store", str(store), str(file)]) == 0
    values = yaml.safe_load(file.read_text())
    house = values["applications"][0]["deployments"][0]
    house["autoscaling_config"] |= {"min_replicas": 2, "max_replicas": 2}
    serve_start(proxy_location="Disabled").deploy_apps(ServeDeploySchema.model_validate(values))
    try:
        yield Deployed(ray_of_two, store, _at_rest(APPLICATION))
    finally:
        take_down(APPLICATION)


def _at_rest(application: str) -> dict[str, int]:
    from ray import serve

    until = time.monotonic() + DEPLOYED_SECONDS
    while time.monotonic() < until:
        found = serve.status().applications.get(application)
        if found is not None and found.status.value in {"RUNNING", "DEPLOY_FAILED"}:
            return dict(found.deployments["house"].replica_states)
        time.sleep(0.2)
    pytest.fail(f"{application} was not deployed in {DEPLOYED_SECONDS} s")


def test_wrong_arguments_of_the_api_are_told_when_it_is_built() -> None:
    from filmstudio.serve.ingress import api

    with pytest.raises(ConfigError, match="app of"):
        api({"app": "not a path"})


def test_an_operator_changes_replicas_in_the_file_alone(deployed: Deployed) -> None:
    assert deployed.states == {"RUNNING": 2}


def test_the_film_is_the_same_and_only_the_studio_is_heard(deployed: Deployed, local_film: Path, tmp_path: Path) -> None:
    """Found by ``auto``, as on a node of the cluster, which was started without a token; this machine may have one."""
    found = {"RAY_AUTH_MODE": "disabled", FOLDER_VARIABLE: os.environ[FOLDER_VARIABLE]}
    on_ray = rendered(tmp_path, "ray", "--dispatch", "ray", "--ray-address", "auto", cache=deployed.store, **found)
    assert on_ray.returncode == 0, on_ray.stderr
    for name in SAME:
        assert (local_film / name).read_bytes() == (tmp_path / "ray" / name).read_bytes(), name
    extra = [line for line in on_ray.stderr.splitlines() if " done, " not in line]
    assert extra == ["Joining the Ray at auto …", "Using the engines deployed there as engines."]


def test_the_api_answers_and_calls_engines_on_ray(deployed: Deployed, tmp_path: Path) -> None:
    from filmstudio.app import api_on_ray
    from filmstudio.platform.settings import VARIABLE, Settings
    from filmstudio.serve.deployed import put_up, take_down
    from filmstudio.serve.ingress import API, api

    settings = Settings(data=str(tmp_path / "data"), cache=str(deployed.store), open_house=True, log=str(tmp_path / "log"))
    made = api({"app": f"{api_on_ray.__module__}:{api_on_ray.__name__}", "variables": {VARIABLE: settings.model_dump_json()}})
    put_up(made, API, "/")
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{deployed.nodes.http_port}", timeout=60) as client:
            assert client.get("/healthz").json() == {"status": "ok"}
            assert client.get("/readyz").status_code == 200
            spoken = client.post("/v1/engines/voice/espeak", json={"text": "On Ray.", "voice": {"voice": "en-us-claire"}})
            assert spoken.status_code == 200, spoken.text
            assert client.get("/v1/films/nothing-of-this-id").status_code == 404
    finally:
        take_down(API)
