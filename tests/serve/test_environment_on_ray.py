"""An engine whose dependencies conflict with the studio's plays on Ray in an environment of its own, in a worker of that environment."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from servebench.twonodes import TwoNodes

sys.path.insert(0, str(Path(__file__).parents[1] / "core"))

from plugin_wheels import flavour, plugin

from filmstudio.core import environments
from filmstudio.core.dispatch import render
from filmstudio.core.graph import RenderGraph, Task
from filmstudio.core.plugins import Plugins
from filmstudio.core.store import Store


def test_an_engine_runs_in_its_environment(ray_of_two: TwoNodes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from filmstudio.serve.company import engaged

    folders = {"FILMSTUDIO_PLUGINS": tmp_path / "plugins", "FILMSTUDIO_CONFIG": tmp_path / "config", "PIP_FIND_LINKS": tmp_path / "wheels"}
    for name, value in {**folders, "PIP_NO_INDEX": 1}.items():
        monkeypatch.setenv(name, str(value))
    flavour(tmp_path / "wheels", "1.0")
    environments.add(str(plugin(tmp_path / "wheels", "salty", ("flavour==1.0",))))
    offer, store = Plugins().engine("voice", "salty"), Store(tmp_path / "store")
    line = RenderGraph.of([Task("line", "voice", {"text": "How is it?", "voice": {"voice": "v"}})])
    with engaged([offer], store, replicas=1) as crew:
        result = render(line, {"voice": offer}, store, crew)["line"].take.result
    assert isinstance(result, dict)
    assert result["degraded"] == ["flavour 1.0", str(tmp_path / "plugins" / "salty")]
