"""Folders of an installation that are the user's: where plugins with environments of their own live, and where settings are."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

PLUGINS: Final = "FILMSTUDIO_PLUGINS"
"""Variable that names the folder of all environments of plugins."""
CONFIG: Final = "FILMSTUDIO_CONFIG"
"""Variable that names the configuration folder."""


def plugins_folder() -> Path:
    """Where plugins with environments of their own are."""
    return _named(PLUGINS) or _base("XDG_DATA_HOME", ".local/share") / "filmstudio" / "plugins"


def config_folder() -> Path:
    """Where the settings of this installation are."""
    return _named(CONFIG) or _base("XDG_CONFIG_HOME", ".config") / "filmstudio"


def _named(variable: str) -> Path | None:
    named = os.environ.get(variable)
    return Path(named) if named else None


def _base(variable: str, usual: str) -> Path:
    base = os.environ.get(variable)
    return Path(base) if base else Path.home() / usual
