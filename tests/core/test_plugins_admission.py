"""Who comes in: manifests are read before anything is imported, seals and the allow-list are held, and who is turned away is named."""

from __future__ import annotations

import importlib
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from plugin_wheels import MANIFEST, plugin, unpacked, wheel

from filmstudio.core.allowlist import ANY, read_allowlist, write_allowlist
from filmstudio.core.errors import ConfigError, PluginError
from filmstudio.core.manifest import FILE_NAME, read_manifest, seal
from filmstudio.core.plugins import Plugins

Install = Callable[[Path], Path]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Puts a wheel's files onto the path, as an installer would."""
    monkeypatch.setenv("FILMSTUDIO_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("FILMSTUDIO_PLUGINS", str(tmp_path / "plugins"))
    monkeypatch.delenv("FILMSTUDIO_PLUGINS_ALLOWED", raising=False)
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))
    before = set(sys.modules)
    yield lambda packed: unpacked(packed, site)  # type: ignore[misc]
    for name in set(sys.modules) - before:
        if not name.startswith("filmstudio"):
            del sys.modules[name]
    importlib.invalidate_caches()


def told(plugins: Plugins) -> str:
    return "\n".join(str(problem) for problem in plugins.problems)


def test_a_plugin_with_a_manifest_comes_in_with_its_papers(install: Install, tmp_path: Path) -> None:
    install(plugin(tmp_path, "salty"))
    plugins = Plugins()
    assert plugins.problems == []
    offer, papers = plugins.engine("voice", "salty"), plugins.papers["salty"]
    assert papers.manifest is not None and papers.manifest.licence == "MIT" and not papers.sealed
    assert offer.guest is not None and offer.guest.plugin == "salty" and offer.guest.environment == ""
    assert plugins.engine("voice").guest is None, "the studio's own are no guests"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("api_version = 99", "built for API 99"),
        ('licence = "whatever you like!"', "no SPDX expression"),
        ('name = "somebody-else"', "manifest is that of somebody-else"),
        ('version = "2"', r"offers the voice engine salty 1 .* its manifest does not declare it so"),
        ('role = "stunts"', "'stunts' is no role"),
        ('nonsense = "x"', "nonsense: Extra inputs"),
        ("[[[", "cannot be read"),
    ],
)
def test_a_manifest_that_is_wrong_is_told_and_nothing_comes_in(install: Install, tmp_path: Path, line: str, said: str) -> None:
    key = line.partition(" ")[0]
    lines = MANIFEST.splitlines()
    wrong = [line if each.startswith(f"{key} =") else each for each in lines] if any(each.startswith(f"{key} =") for each in lines) else []
    install(plugin(tmp_path, "salty", manifest="\n".join(wrong or [line, *lines]) + "\n"))
    plugins = Plugins()
    assert re.search(rf"plugin salty: .*{said}", told(plugins)), told(plugins)
    with pytest.raises(ConfigError, match="no voice engine called 'salty'"):
        plugins.engine("voice", "salty")


def test_a_file_that_changed_after_it_was_sealed_is_told(install: Install, tmp_path: Path) -> None:
    package = install(plugin(tmp_path, "salty")) / "salty"
    assert sorted(seal(package / FILE_NAME).seal) == ["__init__.py", "engine.py"]
    assert Plugins().problems == []
    (package / "engine.py").write_text((package / "engine.py").read_text() + "\n# one more line\n")
    (package / "extra.py").write_text("")
    assert "plugin salty: is not as it was sealed: engine.py has changed, extra.py is new." in told(Plugins())
    seal(package / FILE_NAME)
    assert Plugins().problems == []


def test_with_an_allow_list_only_those_on_it_come_in_and_only_as_they_were(install: Install, tmp_path: Path) -> None:
    for name in ("salty", "sweet"):
        install(plugin(tmp_path, name))
    mark = Plugins().papers["salty"].fingerprint
    write_allowlist({"salty": mark})
    for name in ("salty", "sweet", "sweet.engine"):
        del sys.modules[name]
    plugins = Plugins()
    assert plugins.engine("voice", "salty")
    assert "plugin sweet: is not on this installation's allow-list" in told(plugins)
    assert "studio plugin allow sweet" in told(plugins)
    assert "sweet" not in sys.modules, "what is not allowed is not imported"
    (tmp_path / "site" / "salty" / "engine.py").write_text("# another engine")
    assert "plugin salty: has changed since it was allowed" in told(Plugins())
    write_allowlist({"salty": ANY, "sweet": ANY})
    assert Plugins().engine("voice", "sweet")


def test_a_variable_comes_before_the_list_and_can_allow_none(install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(plugin(tmp_path, "salty"))
    write_allowlist({"salty": ANY})
    monkeypatch.setenv("FILMSTUDIO_PLUGINS_ALLOWED", "none")
    plugins = Plugins()
    assert "salty" in told(plugins) and plugins.engine("voice").engine.name == "espeak"
    monkeypatch.setenv("FILMSTUDIO_PLUGINS_ALLOWED", "Salty=any, other")
    assert Plugins().problems == []


def test_a_list_that_cannot_be_read_allows_nobody(install: Install, tmp_path: Path) -> None:
    install(plugin(tmp_path, "salty"))
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "plugins.toml").write_text('[allowed]\nsalty = "yes"\n')
    assert "gives no fingerprint for salty" in told(Plugins()) and "plugin salty: is not on" in told(Plugins())
    with pytest.raises(ConfigError):
        read_allowlist()


ROGUES = {
    "raises": ("raise ValueError('by design')", "could not be loaded: ValueError: by design"),
    "quits": ("raise SystemExit(0)", "could not be loaded: SystemExit: 0"),
    "lost": ("import no_such_module_anywhere", "could not be loaded: ModuleNotFoundError"),
}


@pytest.mark.parametrize("name", sorted(ROGUES))
def test_one_that_cannot_be_imported_is_turned_away_by_name(install: Install, tmp_path: Path, name: str) -> None:
    code, said = ROGUES[name]
    install(wheel(tmp_path, name, "1.0", {f"{name}/__init__.py": code}, entry=name))
    plugins = Plugins()
    assert f"plugin {name}: {said}" in told(plugins)
    assert plugins.engine("voice").engine.name == "espeak"


def test_one_that_is_slow_to_import_is_told_and_what_it_did_to_the_process_is_put_back(
    install: Install, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from filmstudio.core import plugins as manager

    monkeypatch.setattr(manager, "SLOW_IMPORT_SECONDS", 0.0)
    code = "import os\nprint('hello from the plugin')\nos.chdir('/')\nos.environ['SLUGGISH'] = 'was here'\n"
    install(wheel(tmp_path, "sluggish", "1.0", {"sluggish/__init__.py": code}, entry="sluggish"))
    here = Path.cwd()
    plugins = Plugins()
    assert [str(problem.place) for problem in plugins.mishaps] == ["plugin sluggish"] and "to import" in plugins.mishaps[0].message
    assert Path.cwd() == here and "SLUGGISH" not in os.environ
    assert capsys.readouterr().out == ""


def test_a_guest_takes_no_name_of_the_houses(install: Install, tmp_path: Path) -> None:
    install(wheel(tmp_path, "filmstudio-voice", "1.0", {"filmstudio_voice/__init__.py": ""}, entry="filmstudio_voice"))
    plugins = Plugins()
    assert "there is a plugin of this name already" in told(plugins)
    assert plugins.engine("voice").engine.name == "espeak" and plugins.voice_packs()


def test_sealing_what_has_no_valid_manifest_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("name = 3\n")
    with pytest.raises(PluginError, match="is wrong"):
        seal(tmp_path / FILE_NAME)
    with pytest.raises(PluginError, match="cannot be read"):
        read_manifest(tmp_path / "none.toml")
