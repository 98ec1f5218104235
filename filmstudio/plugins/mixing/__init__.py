"""The mixing role: one scene's dialogue, music and effects become one sound."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from filmstudio.core.engine import Engine
from filmstudio.core.hookspecs import hookimpl


@hookimpl
def filmstudio_engines() -> Sequence[type[Engine[Any, Any]]]:
    """The studio's own mixing engine."""
    from filmstudio.plugins.mixing.desk import MixingDesk

    return (MixingDesk,)
