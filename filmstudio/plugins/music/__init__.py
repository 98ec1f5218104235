"""The music role: cues composed and played for each scene."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from filmstudio.core.engine import Engine
from filmstudio.core.hookspecs import hookimpl


@hookimpl
def filmstudio_engines() -> Sequence[type[Engine[Any, Any]]]:
    """The studio's own composer."""
    from filmstudio.plugins.music.composer import Composer

    return (Composer,)
