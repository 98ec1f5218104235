"""Casting: everyone in a film gets a face, clothes and a voice, and keeps them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from filmstudio.core.engine import Engine
from filmstudio.core.hookspecs import hookimpl
from filmstudio.core.vocabulary import Kind, Known

STYLE = "drawn"


@hookimpl
def filmstudio_engines() -> Sequence[type[Engine[Any, Any]]]:
    """The drawn cast."""
    from filmstudio.plugins.casting.engine import DrawnCast

    return (DrawnCast,)


@hookimpl
def filmstudio_words() -> Mapping[Kind, Known]:
    """The one style that the cast is drawn in."""
    return {"style": Known((STYLE,))}
