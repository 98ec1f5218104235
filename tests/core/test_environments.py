"""Plugins whose needs conflict live in environments of their own, and play in one film."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from plugin_wheels import MANIFEST, flavour, plugin, wheel

from filmstudio.core import environments
from filmstudio.core.dispatch import render
from filmstudio.core.errors import ConfigError, PluginError
from filmstudio.core.graph import RenderGraph, Task
from filmstudio.core.local import LocalDispatcher
from filmstudio.core.plugins import Plugins
from filmstudio.core.store import Store


@pytest.fixture
def kitchen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels, and pip that knows nothing else."""
    monkeypatch.setenv("FILMSTUDIO_PLUGINS", str(tmp_path / "plugins"))
    monkeypatch.setenv("FILMSTUDIO_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    for version in ("1.0", "2.0"):
        flavour(tmp_path / "wheels", version)
    return tmp_path / "wheels"


def names() -> list[str]:
    return [found.name for found in environments.environments() if isinstance(found, environments.Environment)]


@pytest.mark.slow
def test_two_plugins_that_want_different_versions_of_a_library_both_play(kitchen: Path, tmp_path: Path) -> None:
    """Even after an update of one that could not be installed: it leaves what was there."""
    for name, version in (("salty", "1.0"), ("sweet", "2.0")):
        added = environments.add(str(plugin(kitchen, name, ("filmstudio", f"flavour=={version}"))))
        assert (added.name, added.manifest.publisher) == (name, "The Test Kitchen")
    plugin(kitchen, "salty", ("flavour==9.9",))
    with pytest.raises(PluginError, match=r"cannot be installed.*flavour"):
        environments.add("salty==1.0")
    assert names() == ["salty", "sweet"]
    plugins = Plugins()
    assert plugins.problems == []
    assert "salty" not in sys.modules and "flavour" not in sys.modules, "nothing of them is imported here"
    offers = {name: plugins.engine("voice", name) for name in ("salty", "sweet")}
    assert [offer.engine.needs.environment for offer in offers.values()] == ["salty", "sweet"]
    assert [offer.ready() for offer in offers.values()] == ["", ""]
    said = {}
    graph = RenderGraph.of([Task("line", "voice", {"text": "How is it?", "voice": {"voice": "v"}})])
    with LocalDispatcher(tmp_path / "store", workers=1) as pool:
        for name, offer in offers.items():
            said[name] = render(graph, {"voice": offer}, Store(tmp_path / "store"), pool)["line"].take.result["degraded"]  # type: ignore[index, call-overload]
    assert said == {
        name: [f"flavour {version}", str(tmp_path / "plugins" / name)] for name, version in (("salty", "1.0"), ("sweet", "2.0"))
    }
    environments.remove("salty")
    assert names() == ["sweet"]


def test_a_plugin_without_a_manifest_cannot_live_apart(kitchen: Path, tmp_path: Path) -> None:
    with pytest.raises(PluginError, match="has no manifest"):
        environments.add(str(plugin(kitchen, "salty", manifest="")))
    assert not list((tmp_path / "plugins").iterdir())


def test_one_that_breaks_the_studios_part_of_a_worker_is_told_at_once(kitchen: Path) -> None:
    wheel(kitchen, "pluggy", "99.0", {"pluggy/__init__.py": "raise ImportError('too new')\n"})
    module = {"bitter/__init__.py": "", "bitter/filmstudio-plugin.toml": MANIFEST.format(name="bitter", module="bitter")}
    wheel(kitchen, "pydantic", "99.0", {"pydantic/__init__.py": "raise ImportError('too new')\n"})
    with pytest.raises(PluginError, match=r"does not run beside what bitter installs.*too new"):
        environments.add(str(wheel(kitchen, "bitter", "1.0", module, ("pydantic==99.0",), "bitter")))


@pytest.mark.parametrize("name", ["../escape", "a;b", "--index-url=x", "", "name @ https://example.org/x.whl", "/no/such/folder"])
def test_a_name_is_only_a_name(kitchen: Path, name: str) -> None:
    with pytest.raises(ConfigError):
        environments.add(name)


def test_an_environment_that_is_damaged_is_told_and_harms_nobody(kitchen: Path, tmp_path: Path) -> None:
    folder = tmp_path / "plugins" / "broken"
    folder.mkdir(parents=True)
    (folder / "filmstudio-plugin.json").write_text("{}")
    plugins = Plugins()
    assert [str(problem.place) for problem in plugins.problems] == ["plugin broken"]
    assert "is damaged" in plugins.problems[0].message
    with pytest.raises(ConfigError, match="no environment called"):
        environments.python_of("broken")
