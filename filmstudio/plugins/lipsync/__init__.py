"""The lipsync role: speech becomes a mouth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from filmstudio.core.engine import Engine
from filmstudio.core.hookspecs import hookimpl


@hookimpl
def filmstudio_engines() -> Sequence[type[Engine[Any, Any]]]:
    """The engine of this role."""
    from filmstudio.plugins.lipsync.visemes import Visemes

    return (Visemes,)
