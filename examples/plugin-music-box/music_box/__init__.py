"""Offers the music box to the studio, and the words by which a film can ask for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from filmstudio.core.engine import Engine
from filmstudio.core.hookspecs import hookimpl
from filmstudio.core.vocabulary import Kind, Known


@hookimpl
def filmstudio_engines() -> Sequence[type[Engine[Any, Any]]]:
    """The music box."""
    from music_box.engine import MusicBox

    return (MusicBox,)


@hookimpl
def filmstudio_words() -> Mapping[Kind, Known]:
    """The traditions that choose its tempo."""
    from music_box.engine import TEMPOS

    return {"tradition": Known(frozenset(TEMPOS))}
