"""The marketing role: pictures that sell the film."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from filmstudio.core.engine import Engine
from filmstudio.core.hookspecs import hookimpl


@hookimpl
def filmstudio_engines() -> Sequence[type[Engine[Any, Any]]]:
    """The studio's own thumbnail engine."""
    from filmstudio.plugins.marketing.thumbnails import KeyMoments

    return (KeyMoments,)
