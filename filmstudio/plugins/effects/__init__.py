"""The effects role: room tone, ambience and sound effects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from filmstudio.core.engine import Engine
from filmstudio.core.hookspecs import hookimpl


@hookimpl
def filmstudio_engines() -> Sequence[type[Engine[Any, Any]]]:
    """The studio's own effects engine."""
    from filmstudio.plugins.effects.foley import Foley

    return (Foley,)
