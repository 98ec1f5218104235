"""Portraits: the drawn, rigged cast as sprites, poses and draw lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from filmstudio.core.engine import Engine
from filmstudio.core.hookspecs import hookimpl


@hookimpl
def filmstudio_engines() -> Sequence[type[Engine[Any, Any]]]:
    """The drawn cast."""
    from filmstudio.plugins.portrait.engine import DrawnPortrait

    return (DrawnPortrait,)
