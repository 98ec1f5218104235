"""The effects role: room tone, ambience and sound effects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from filmstudio.core.engine import Engine
from filmstudio.core.hookspecs import hookimpl
from filmstudio.core.vocabulary import Kind, Known


@hookimpl
def filmstudio_engines() -> Sequence[type[Engine[Any, Any]]]:
    """The studio's own effects engine."""
    from filmstudio.plugins.effects.foley import Foley

    return (Foley,)


@hookimpl
def filmstudio_words() -> Mapping[Kind, Known]:
    """The sounds that are made here."""
    from filmstudio.plugins.effects.names import BED_NAMES, STRIKE_NAMES, UNVOICED

    return {"ambience": Known(BED_NAMES | UNVOICED), "sound": Known(BED_NAMES | STRIKE_NAMES | UNVOICED)}
