"""Virtual environments of plugins that cannot share the studio's: made, listed and found by name.

Each is a folder of the user's data folder (or of ``FILMSTUDIO_PLUGINS``). The studio's own packages lie under it, as a system's
lie under ``--system-site-packages``: what the plugin installs comes first, and a worker in it always speaks the studio's language.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Final

from filmstudio.core.errors import ConfigError, Place, PluginError
from filmstudio.core.manifest import Manifest, manifest_path, read_manifest
from filmstudio.core.places import plugins_folder

INSTALL_SECONDS: Final = 1800
"""Longest that an installation may take: models of several gigabytes come as packages too."""

_NOTE: Final = "filmstudio-plugin.json"
_CHECK_SECONDS: Final = 120
_NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_REQUIREMENT: Final = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*?)(\[[A-Za-z0-9,._-]+\])?\s*([=<>!~]=?=?\s*[A-Za-z0-9.*+!,<>=~ -]+)?")


@dataclass(frozen=True, slots=True)
class Environment:
    """A plugin in an environment of its own."""

    name: str
    """Of the environment, and of its distribution in canonical form."""
    version: str
    manifest: Manifest
    manifest_path: Path


def python_of(environment: str) -> Path:
    """The interpreter of an environment; of the studio's own for an empty name.

    Raises:
        ConfigError: there is no such environment.
    """
    if not environment:
        return Path(sys.executable)
    python = _folder(environment) / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        remedy = f"Add the plugin again: ./studio plugin add {environment} --isolated."
        raise ConfigError(f"there is no environment called {environment}, or its Python is gone.", remedy=remedy)
    return python


def command_of(environment: str) -> list[str]:
    """How a stranger's code is started: the interpreter of an environment, without the user's own packages and the current folder,
    with compiled files where this process has them.

    Raises:
        ConfigError: there is no such environment.
    """
    kept = [f"-Xpycache_prefix={sys.pycache_prefix}"] if sys.pycache_prefix else []
    return [str(python_of(environment)), *kept, "-I" if environment else "-P"]


def environments() -> Iterator[Environment | PluginError]:
    """Every environment, in order of name; for one that is damaged, what is wrong with it. Nothing of a plugin is imported."""
    root = plugins_folder()
    for folder in sorted(root.iterdir()) if root.is_dir() else ():
        if (folder / _NOTE).is_file():
            try:
                yield _read(folder)
            except PluginError as error:
                yield PluginError(error.problem.message, remedy=error.problem.remedy, place=Place(plugin=folder.name))


def add(what: str) -> Environment:
    """Install a plugin, from a folder, a wheel or a registry, into a new environment. One of that name is replaced, if this succeeds.

    Raises:
        ConfigError: it is neither a path nor a requirement.
        PluginError: it cannot be installed, or is no plugin.
    """
    name = _name_of(what)
    folder, aside = _folder(name), _folder(name).with_name(f".{name}.old")
    folder.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(aside, ignore_errors=True)
    if folder.exists():
        folder.rename(aside)
    try:
        _make(folder)
        _install(name, what)
        _note(folder, name)
        _try(name)
        return _read(folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        if aside.exists():
            aside.rename(folder)
        raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def add_beside(what: str, *, editable: bool = False) -> str:
    """Install a plugin into the studio's own environment; returns its name. What it needs must agree with what the studio needs.

    Raises:
        ConfigError: it is neither a path nor a requirement.
        PluginError: it cannot be installed.
    """
    name = _name_of(what)
    _pip([], [*(["--editable"] if editable else []), _named(what)], what)
    return name


def remove(name: str) -> None:
    """Delete an environment and the plugin in it.

    Raises:
        ConfigError: there is none.
    """
    folder = _folder(name)
    if not (folder / _NOTE).is_file():
        there = ", ".join(sorted(path.parent.name for path in plugins_folder().glob(f"*/{_NOTE}"))) or "none"
        raise ConfigError(f"no plugin called {name} has an environment of its own.", remedy=f"There are: {there}.")
    shutil.rmtree(folder)


def canonical(name: str) -> str:
    """The one form of a distribution's name that all its spellings share."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _folder(name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise ConfigError(f"{name!r} is no name of an environment.", remedy="Use lower-case words joined by hyphens.")
    return plugins_folder() / name


def _name_of(what: str) -> str:
    path = Path(what)
    if what.strip() and path.is_dir():
        try:
            named = tomllib.loads((path / "pyproject.toml").read_text(encoding="utf-8"))["project"]["name"]
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
            raise ConfigError(f"{what} is no distribution: its pyproject.toml names no project.", remedy="Name its folder.") from error
        return canonical(str(named))
    if path.is_file() and path.suffix == ".whl":
        return canonical(path.name.split("-")[0])
    if (found := _REQUIREMENT.fullmatch(what)) is None:
        raise ConfigError(f"{what!r} is no folder, wheel or requirement.", remedy="For example: ./plugins/my-voice, or my-voice==1.2.")
    return canonical(found[1])


def _make(folder: Path) -> None:
    import venv

    venv.EnvBuilder(symlinks=os.name != "nt", with_pip=False).create(folder)
    under = "\n".join(f"import site; site.addsitedir({path!r})" for path in _own_packages())
    (_packages(folder) / "zz-filmstudio-under.pth").write_text(under + "\n", encoding="utf-8")


def _own_packages() -> list[str]:
    """Folders with the studio's own packages: those it was installed into."""
    return list(dict.fromkeys((sysconfig.get_path("purelib"), sysconfig.get_path("platlib"))))


def _packages(folder: Path) -> Path:
    return Path(sysconfig.get_path("purelib", "venv", {"base": str(folder), "platbase": str(folder)}))


def _install(name: str, what: str) -> None:
    _pip(["--python", str(python_of(name))], [_named(what)], what)


def _named(what: str) -> str:
    return str(Path(what).resolve()) if Path(what).exists() else what


def _pip(where: list[str], named: list[str], what: str) -> None:
    pip = [sys.executable, "-m", "pip", *where, "--disable-pip-version-check", "--no-input", "install", "--quiet"]
    # What pip warns of is not passed on, and to look for conflicts it reads every package of the studio: half of its time.
    ran = _run([*pip, "--no-warn-script-location", "--no-warn-conflicts", *named], INSTALL_SECONDS, f"installing {what}")
    if ran.returncode:
        said = [line.removeprefix("ERROR: ") for line in ran.stderr.splitlines() if line.startswith("ERROR: ")] or ["pip does not say why"]
        raise PluginError(f"{what} cannot be installed: {said[-1].rstrip('.')}.", remedy=f"pip install {what} tells more.")


def _note(folder: Path, name: str) -> None:
    """Find the plugin among what was installed, and write down where its manifest is."""
    found = [dist for dist in distributions(path=[str(_packages(folder))]) if canonical(dist.name) == name]
    if not found:
        raise PluginError(f"no distribution called {name} was installed.")
    path = _manifest_in(found[0])
    if path is None:
        remedy = "Its publisher must put filmstudio-plugin.toml into its package; see docs/plugins.md."
        raise PluginError(f"{name} has no manifest, and without one it cannot live apart.", remedy=remedy)
    place = os.path.relpath(path, folder)
    text = json.dumps({"name": name, "version": found[0].version, "manifest": place})
    (folder / _NOTE).write_text(text + "\n", encoding="utf-8")


def _manifest_in(found: Distribution) -> Path | None:
    # By its files alone: a package of this name may be importable here too, and is another installation.
    return manifest_path(found, "")


def _try(name: str) -> None:
    """See that a worker could start there."""
    command = [*command_of(name), "-c", "import filmstudio.core.guest_worker"]
    ran = _run(command, _CHECK_SECONDS, "starting a worker there")
    if ran.returncode:
        said = ran.stderr.strip().splitlines()
        message = f"the studio's part of a worker does not run beside what {name} installs: {said[-1] if said else 'it does not say why'}."
        raise PluginError(message, remedy="It may bring a version of pydantic or pluggy that the studio cannot use.")


def _run(command: list[str], seconds: int, what: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(  # noqa: S603 - an interpreter of this installation; the only free word is a path or a checked requirement
            command, capture_output=True, text=True, errors="replace", check=False, timeout=seconds, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired as error:
        raise PluginError(f"{what} took longer than {seconds} s and was ended.") from error


def _read(folder: Path) -> Environment:
    note: dict[str, str] = {}
    with contextlib.suppress(OSError, UnicodeDecodeError, json.JSONDecodeError):
        note = json.loads((folder / _NOTE).read_text(encoding="utf-8"))
    if not isinstance(note, dict) or not all(isinstance(note.get(key), str) for key in ("name", "version", "manifest")):
        raise PluginError("its environment is damaged.", remedy=f"Add it again, or remove it: ./studio plugin remove {folder.name}.")
    path = folder / note["manifest"]
    return Environment(folder.name, note["version"], read_manifest(path), path)
