"""Breakdown: reads a screenplay for its cast, places, moods and beats, by word lists and rules alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from filmstudio.core.engine import Engine
from filmstudio.core.hookspecs import hookimpl
from filmstudio.core.vocabulary import Kind, Known


@hookimpl
def filmstudio_engines() -> Sequence[type[Engine[Any, Any]]]:
    """Offer the analyst."""
    from filmstudio.plugins.breakdown.engine import Analyst

    return (Analyst,)


@hookimpl
def filmstudio_words() -> Mapping[Kind, Known]:
    """The words that a script's own become."""
    from filmstudio.plugins.breakdown.vocabulary import vocabulary

    return vocabulary()
