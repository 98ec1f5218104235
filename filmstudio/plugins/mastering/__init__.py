"""The mastering role: the film's sound at its delivery loudness."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from filmstudio.core.engine import Engine
from filmstudio.core.hookspecs import hookimpl


@hookimpl
def filmstudio_engines() -> Sequence[type[Engine[Any, Any]]]:
    """The studio's own mastering engine."""
    from filmstudio.plugins.mastering.loudness import LoudnessMaster

    return (LoudnessMaster,)
