"""The API on Serve's ingress: the same application as without Ray, and direct calls go to the engines deployed beside it."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from servebench.twonodes import TwoNodes

from filmstudio.core.errors import ConfigError


def test_wrong_arguments_are_told_when_it_is_built() -> None:
    from filmstudio.serve.ingress import api

    with pytest.raises(ConfigError, match="app of"):
        api({"app": "not a path"})


def test_the_api_answers_and_calls_engines_on_ray(ray_of_two: TwoNodes, tmp_path: Path) -> None:
    from ray import serve

    from filmstudio.app import api_on_ray
    from filmstudio.platform.settings import VARIABLE, Settings
    from filmstudio.serve.applications import engines
    from filmstudio.serve.company import APPLICATION
    from filmstudio.serve.ingress import api

    settings = Settings(data=str(tmp_path / "data"), cache=str(tmp_path / "store"), open_house=True, log=str(tmp_path / "log"))
    serve.run(engines({"store": settings.cache, "only": ["voice/espeak"]}), name=APPLICATION, route_prefix=None)
    made = api({"app": f"{api_on_ray.__module__}:{api_on_ray.__name__}", "variables": {VARIABLE: settings.model_dump_json()}})
    serve.run(made, name="api", route_prefix="/")
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{ray_of_two.http_port}", timeout=60) as client:
            assert client.get("/healthz").json() == {"status": "ok"}
            assert client.get("/readyz").status_code == 200
            spoken = client.post("/v1/engines/voice/espeak", json={"text": "On Ray.", "voice": {"voice": "en-us-claire"}})
            assert spoken.status_code == 200, spoken.text
            assert client.get("/v1/films/nothing-of-this-id").status_code == 404
    finally:
        serve.delete("api")
        serve.delete(APPLICATION)
