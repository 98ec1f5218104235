"""The allow-list of an installation: when there is one, only the plugins on it are loaded. The studio's own always are.

It is ``plugins.toml`` in the user's configuration folder, a table ``[allowed]`` of fingerprints by distribution, or the variable
``FILMSTUDIO_PLUGINS_ALLOWED`` (``name=fingerprint, name``; ``none`` allows none), which comes before it. A script's own
``filmstudio.toml`` has no say in this: whoever sends a script sends that too.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from filmstudio.core.environments import canonical
from filmstudio.core.errors import ConfigError, Place, PluginError
from filmstudio.core.places import config_folder

VARIABLE: Final = "FILMSTUDIO_PLUGINS_ALLOWED"
ANY: Final = "any"
"""Stands for a fingerprint where every version of a plugin is allowed."""

_FINGERPRINT: Final = re.compile(r"any|[0-9a-f]{64}")
_HEAD: Final = "# The plugins that this installation loads, by distribution. ./studio plugin allow and disallow write it.\n\n[allowed]\n"


@dataclass(frozen=True, slots=True)
class Allowlist:
    """Who may come in. Without a list everyone may who was installed."""

    allowed: Mapping[str, str] | None = None
    """Fingerprints by canonical name; None = there is no list."""
    told_by: str = ""
    """Where the list was read."""

    def check(self, distribution: str, fingerprint: str) -> None:
        """See that a plugin may be loaded.

        Raises:
            PluginError: it is not on the list, or not as it was when it was put there.
        """
        if self.allowed is None:
            return
        wanted = self.allowed.get(canonical(distribution))
        place, remedy = Place(plugin=distribution), f"If you trust it: ./studio plugin allow {distribution}"
        if wanted is None:
            raise PluginError(f"is not on this installation's allow-list ({self.told_by}).", remedy=remedy, place=place)
        if wanted not in (ANY, fingerprint):
            message = f"has changed since it was allowed ({self.told_by}): its fingerprint is {fingerprint[:12]}…, not {wanted[:12]}…."
            raise PluginError(message, remedy=remedy, place=place)


def list_path() -> Path:
    """Where the list is kept."""
    return config_folder() / "plugins.toml"


def read_allowlist() -> Allowlist:
    """The list of this installation, if it has one.

    Raises:
        ConfigError: there is one, and it cannot be read: nobody is allowed then.
    """
    if text := os.environ.get(VARIABLE, "").strip():
        return Allowlist(_from_variable(text), VARIABLE)
    path = list_path()
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Allowlist()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"cannot be read: {error}.", remedy="Mend it, or delete it.", place=Place(file=str(path))) from error
    allowed = table.get("allowed", {})
    if set(table) - {"allowed"} or not isinstance(allowed, dict):
        raise ConfigError("holds something else than a table [allowed].", remedy="Mend it, or delete it.", place=Place(file=str(path)))
    return Allowlist(_checked(allowed, str(path)), str(path))


def write_allowlist(allowed: Mapping[str, str]) -> Path:
    """Write the list; an empty one allows nobody.

    Raises:
        ConfigError: it cannot be written.
    """
    path = list_path()
    lines = [f'"{name}" = "{fingerprint}"\n' for name, fingerprint in sorted(allowed.items())]
    fresh = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(_HEAD + "".join(lines), encoding="utf-8")
        fresh.replace(path)
    except OSError as error:
        raise ConfigError(f"cannot be written: {error.strerror}.", remedy="", place=Place(file=str(path))) from error
    return path


def _from_variable(text: str) -> dict[str, str]:
    if text == "none":
        return {}
    entries = [entry.strip().partition("=") for entry in text.split(",") if entry.strip()]
    return _checked({name.strip(): mark.strip() or ANY for name, _, mark in entries}, VARIABLE)


def _checked(allowed: Mapping[str, object], told_by: str) -> dict[str, str]:
    wrong = [name for name, mark in allowed.items() if not (isinstance(mark, str) and _FINGERPRINT.fullmatch(mark))]
    if wrong:
        remedy = "A fingerprint is 64 hexadecimal digits, or the word any."
        raise ConfigError(f"{told_by} gives no fingerprint for {', '.join(wrong)}.", remedy=remedy)
    return {canonical(name): str(mark) for name, mark in allowed.items()}
