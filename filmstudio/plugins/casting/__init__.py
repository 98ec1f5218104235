"""Casting: everyone in a film gets a face, clothes and a voice, and keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from filmstudio.core.engine import Engine
from filmstudio.core.hookspecs import hookimpl


@hookimpl
def filmstudio_engines() -> Sequence[type[Engine[Any, Any]]]:
    """The drawn cast."""
    from filmstudio.plugins.casting.engine import DrawnCast

    return (DrawnCast,)
