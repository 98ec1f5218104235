"""The chart, rendered by Helm itself."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

CLUSTER = Path(__file__).parents[2] / "cluster"
sys.path.insert(0, str(Path(__file__).parent))


def _module(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def cluster() -> Path:
    return CLUSTER


@pytest.fixture(scope="session")
def renderer() -> Any:
    """``cluster/render.py``."""
    return _module("cluster_render", CLUSTER / "render.py")


@pytest.fixture(scope="session")
def objects(renderer: Any) -> Any:
    """Render the chart with values; gives its objects."""

    def make(values: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        texts = [text for name, text in renderer.render(values).items() if name.endswith(".yaml")]
        return [each for text in texts for each in yaml.safe_load_all(text) if each]

    return make


@pytest.fixture(scope="session")
def manifests(objects: Any) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = objects({"ray": {"gpu": {"enabled": True}}, "ingress": {"enabled": True}})
    return made
