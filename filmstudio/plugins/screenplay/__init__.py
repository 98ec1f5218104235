"""Reading scripts: Fountain, Final Draft, podcasts and prose become a Screenplay."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from filmstudio.core.engine import Engine
from filmstudio.core.hookspecs import hookimpl


@hookimpl
def filmstudio_engines() -> Sequence[type[Engine[Any, Any]]]:
    """Offer the reader."""
    from filmstudio.plugins.screenplay.reader import Reader

    return (Reader,)
