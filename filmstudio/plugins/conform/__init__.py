"""The conform role: joining segments and sound into the film without encoding anything again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from filmstudio.core.engine import Engine
from filmstudio.core.hookspecs import hookimpl


@hookimpl
def filmstudio_engines() -> Sequence[type[Engine[Any, Any]]]:
    """The studio's own conform engine."""
    from filmstudio.plugins.conform.remux import Remux

    return (Remux,)
