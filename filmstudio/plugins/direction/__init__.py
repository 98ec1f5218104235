"""Direction: scenes get a stage, people a place on it, and the story its shots."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from filmstudio.core.engine import Engine
from filmstudio.core.hookspecs import hookimpl


@hookimpl
def filmstudio_engines() -> Sequence[type[Engine[Any, Any]]]:
    """Offer the director."""
    from filmstudio.plugins.direction.engine import Director

    return (Director,)
