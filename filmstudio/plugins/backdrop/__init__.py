"""Backdrop: drawn stages, lit for a mood and a weather, as planes in depth."""

from collections.abc import Sequence
from typing import Any

from filmstudio.core.engine import Engine
from filmstudio.core.hookspecs import hookimpl


@hookimpl
def filmstudio_engines() -> Sequence[type[Engine[Any, Any]]]:
    """The drawn stage."""
    from filmstudio.plugins.backdrop.engine import DrawnStage

    return (DrawnStage,)
