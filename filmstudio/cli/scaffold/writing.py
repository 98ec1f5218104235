"""Writing a new plugin: a complete distribution with an engine that makes something from the first minute."""

from __future__ import annotations

import ast
import importlib.util
import keyword
import re
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from string import Template
from typing import Final

from filmstudio.core.engine import API_VERSION
from filmstudio.core.errors import ConfigError, DeliveryError
from filmstudio.core.roles import ROLES

_NAME: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST: Final = 40
_HERE: Final = Path(__file__).parent
_TEXTS: Final = {
    "pyproject.toml": "pyproject.toml.txt",
    "README.md": "README.md.txt",
    "LICENSE": "LICENSE.txt",
    "tests/test_contract.py": "test_contract.py.txt",
    "{module}/__init__.py": "hook.py.txt",
    "{module}/filmstudio-plugin.toml": "filmstudio-plugin.toml.txt",
}
"""Template by file of the distribution."""
_PLACEHOLDERS: Final = ("Newcomer", "newcomer")
"""What the engines here are called: class and name."""
_LIBRARIES: Final = ("numpy", "av")


def write_plugin(name: str, role: str, into: Path, publisher: str) -> Path:
    """Write a distribution called ``name`` with one engine of ``role`` into a new folder of that name.

    Raises:
        ConfigError: the name cannot be one, there is no such role, or the folder is there already.
        DeliveryError: it cannot be written; nothing is left of it.
    """
    _check_name(name)
    if role not in ROLES:
        raise ConfigError(f"there is no role {role!r}.", remedy=f"Roles: {', '.join(ROLES)}.")
    folder = into / name
    if folder.exists() or folder.is_symlink():
        raise ConfigError(f"{folder} is there already; nothing is written over.", remedy="Choose another name, or --into another folder.")
    files = _files(name, role, publisher)
    try:
        into.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=into, prefix=f".{name}."))
        try:
            for file, text in files.items():
                (fresh / file).parent.mkdir(parents=True, exist_ok=True)
                (fresh / file).write_text(text, encoding="utf-8")
            fresh.chmod(0o755)
            fresh.rename(folder)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    except OSError as error:
        raise DeliveryError(f"{folder} cannot be written: {error.strerror}.", remedy="Choose another folder with --into.") from error
    return folder


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name) or len(name) > _LONGEST:
        remedy = f"Use at most {_LONGEST} lower-case letters and figures, in words joined by hyphens, such as my-voice."
        raise ConfigError(f"{name!r} is no name of a plugin.", remedy=remedy)
    module = name.replace("-", "_")
    if module in sys.stdlib_module_names or keyword.iskeyword(module) or importlib.util.find_spec(module) is not None:
        raise ConfigError(f"there is a Python module called {module} already.", remedy="Choose another name: it would hide that one.")


def _files(name: str, role: str, publisher: str) -> dict[str, str]:
    module, class_ = name.replace("-", "_"), "".join(word.capitalize() for word in name.split("-"))
    source = (_HERE / "roles" / f"{role}.py").read_text(encoding="utf-8")
    facts = _facts(source)
    libraries = [library for library in _LIBRARIES if f"import {library}" in source]
    values = {
        "name": name, "module": module, "class_": class_, "role": role, "api": API_VERSION, "publisher": _plain(publisher),
        "year": datetime.now(tz=UTC).year, "depends": "".join(f', "{library}"' for library in libraries), **facts,
    }  # fmt: skip
    files = {
        file.format(module=module): Template((_HERE / "texts" / text).read_text(encoding="utf-8")).substitute(values)
        for file, text in _TEXTS.items()
    }
    engine = source.replace(_PLACEHOLDERS[0], class_).replace(f'"{_PLACEHOLDERS[1]}"', f'"{name}"')
    return {**files, f"{module}/engine.py": engine}


def _facts(source: str) -> dict[str, str]:
    """What the engine says of itself, from its text."""
    engine = next(node for node in ast.parse(source).body if isinstance(node, ast.ClassDef))
    values = {
        node.target.id: node.value
        for node in engine.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None
    }
    needs = {
        item.arg: ast.literal_eval(item.value) for item in getattr(values["needs"], "keywords", []) if item.arg in ("memory_mb", "licence")
    }
    return {"summary": ast.literal_eval(values["summary"]), "memory": str(needs["memory_mb"]), "licence": needs["licence"]}


def _plain(text: str) -> str:
    """A name as it may stand in a TOML string and a licence."""
    kept = "".join(letter for letter in text if letter.isprintable() and letter not in '"\\').strip()
    return kept[:200] or "Unknown"
