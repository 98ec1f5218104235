"""Pictures: shots drawn and encoded as closed segments; acting decides what the cast does in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from filmstudio.core.engine import Engine
from filmstudio.core.hookspecs import hookimpl


@hookimpl
def filmstudio_engines() -> Sequence[type[Engine[Any, Any]]]:
    """The picture engines of the studio itself."""
    from filmstudio.plugins.picture.cutout import Cutout

    return (Cutout,)
