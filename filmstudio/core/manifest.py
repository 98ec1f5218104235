"""The manifest of a plugin: ``filmstudio-plugin.toml``, in which it says who made it, what it offers and what it wants to do.

It lies in the plugin's package, is read without importing anything of it, and may be sealed: then it names every file of the
package with its SHA-256, and a file that has changed since is told.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from importlib.metadata import Distribution
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from pydantic import Field, ValidationError, field_validator

from filmstudio.core.engine import API_VERSION, Needs
from filmstudio.core.errors import PluginError
from filmstudio.core.model import Record, digest_of
from filmstudio.core.roles import ROLES

FILE_NAME: Final = "filmstudio-plugin.toml"
LARGEST_MANIFEST: Final = 1 << 20
"""Bytes of the largest manifest that is read."""
MOST_FILES: Final = 20_000
"""Files of the largest package that is sealed or checked."""

_SPDX_WORD: Final = r"[A-Za-z0-9][A-Za-z0-9.+-]*"
_SPDX: Final = re.compile(rf"\(*{_SPDX_WORD}\)*( (AND|OR|WITH) \(*{_SPDX_WORD}\)*)*")
_SEAL_HEAD: Final = "\n[seal]\n"


class Permissions(Record):
    """What a plugin may do beside reading its requests and writing at its desk. Told by ``studio plugins``."""

    network: bool = Field(default=False, description="connect to other machines")
    gpu: bool = Field(default=False, description="use a GPU, and write to its devices")
    folders: tuple[str, ...] = Field(default=(), max_length=16, description="folders it writes into, such as ~/.cache/huggingface")
    variables: tuple[str, ...] = Field(default=(), max_length=16, description="environment variables it reads, such as an API key's")

    @field_validator("variables")
    @classmethod
    def _names(cls, variables: tuple[str, ...]) -> tuple[str, ...]:
        for name in variables:
            if not re.fullmatch(r"[A-Z][A-Z0-9_]*", name) or name.startswith(("LD_", "PYTHON", "DYLD_")):
                raise ValueError(f"{name} is no variable that a plugin is given")
        return variables

    def in_words(self) -> str:
        """For a person: ``network, GPU, writes ~/models, reads API_KEY``; or that it asks for nothing."""
        words = ["network"] * self.network + ["GPU"] * self.gpu
        words += [f"writes {folder}" for folder in self.folders] + [f"reads {name}" for name in self.variables]
        return ", ".join(words) or "nothing beyond its desk"


class DeclaredEngine(Record):
    """An engine as its manifest declares it."""

    role: str
    name: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)
    version: str = Field(min_length=1, max_length=64)
    engine: str = Field(pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_][\w.]*$", description="module:Class")
    summary: str = Field(default="", max_length=300)
    needs: Needs = Needs()

    @field_validator("role")
    @classmethod
    def _a_role(cls, role: str) -> str:
        if role not in ROLES:
            raise ValueError(f"{role!r} is no role; roles: {', '.join(ROLES)}")
        return role


class Manifest(Record):
    """What a plugin says of itself."""

    api_version: int
    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=100, description="the distribution's name")
    publisher: str = Field(min_length=1, max_length=200)
    licence: str = Field(max_length=200, description="SPDX expression")
    permissions: Permissions = Permissions()
    engines: tuple[DeclaredEngine, ...] = Field(default=(), max_length=64)
    voice_packs: tuple[str, ...] = Field(default=(), max_length=16, description="voice catalogues, as files of the package")
    seal: dict[str, str] = Field(default_factory=dict, description="SHA-256 by file of the package")

    @field_validator("licence")
    @classmethod
    def _spdx(cls, licence: str) -> str:
        if not _SPDX.fullmatch(licence) or licence.count("(") != licence.count(")"):
            raise ValueError("it is no SPDX expression, such as MIT or Apache-2.0 AND CC-BY-4.0; see https://spdx.org/licenses")
        return licence


def read_manifest(path: Path) -> Manifest:
    """Read a manifest.

    Raises:
        PluginError: it is not one; every mistake in it is told. The plugin is for the caller to name.
    """
    try:
        if path.stat().st_size > LARGEST_MANIFEST:
            raise PluginError(f"its {FILE_NAME} is larger than {LARGEST_MANIFEST >> 20} MB.")
        manifest = Manifest.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PluginError(f"its {FILE_NAME} cannot be read: {error}.") from error
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors(include_input=False))
        raise PluginError(f"its {FILE_NAME} is wrong: {wrong}.", remedy="See docs/plugins.md.") from error
    if manifest.api_version != API_VERSION:
        raise PluginError(f"it is built for API {manifest.api_version}; this studio has {API_VERSION}.", remedy="Update one of them.")
    return manifest


def manifest_path(distribution: Distribution, module: str) -> Path | None:
    """Where a plugin's manifest lies: in the package its entry point names, else among the files of its distribution."""
    package = module.partition(":")[0].partition(".")[0]
    try:
        spec = find_spec(package)
    except (ImportError, ValueError):
        spec = None
    for folder in spec.submodule_search_locations or () if spec is not None else ():
        if (path := Path(folder) / FILE_NAME).is_file():
            return path
    return next((Path(str(file.locate())) for file in distribution.files or () if file.name == FILE_NAME), None)


def files_of(path: Path) -> dict[str, str]:
    """SHA-256 of every file beside and below a manifest, by its path from there; compiled files and the manifest itself are left out.

    Raises:
        PluginError: there are too many to be a plugin's, or one cannot be read.
    """
    found: dict[str, str] = {}
    try:
        for file in sorted(path.parent.rglob("*")):
            inner = file.relative_to(path.parent)
            if "__pycache__" in inner.parts or file == path or file.is_dir():
                continue
            if len(found) == MOST_FILES:
                raise PluginError(f"its package holds more than {MOST_FILES} files.")
            with file.open("rb") as opened:
                found[inner.as_posix()] = hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise PluginError(f"its files cannot be read: {error.strerror}.") from error
    return found


def broken_seal(manifest: Manifest, files: Mapping[str, str]) -> list[str]:
    """Files that are not as they were sealed, in words; none where the manifest is not sealed."""
    if not manifest.seal:
        return []
    told = [f"{name} is gone" for name in manifest.seal.keys() - files.keys()]
    told += [f"{name} is new" for name in files.keys() - manifest.seal.keys()]
    told += [f"{name} has changed" for name, digest in manifest.seal.items() if files.get(name, digest) != digest]
    return sorted(told)


def fingerprint(manifest: Manifest, files: Mapping[str, str]) -> str:
    """One digest for a plugin as it lies here: what its manifest says and every file of its package."""
    return digest_of({"manifest": manifest.model_copy(update={"seal": {}}).canonical(), "files": dict(files)})


def seal(path: Path) -> Manifest:
    """Write the digest of every file into the manifest at ``path``, in place of those that stood there.

    Raises:
        PluginError: the manifest or a file cannot be read, or it cannot be written.
    """
    read_manifest(path)
    text = path.read_text(encoding="utf-8").partition(_SEAL_HEAD)[0].rstrip("\n") + "\n"
    lines = [f'"{name}" = "{digest}"\n' for name, digest in files_of(path).items()]
    try:
        path.write_text(text + _SEAL_HEAD + "".join(lines), encoding="utf-8")
    except OSError as error:
        raise PluginError(f"{FILE_NAME} cannot be written: {error.strerror}.") from error
    return read_manifest(path)
