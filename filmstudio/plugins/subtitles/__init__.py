"""The subtitles role: captions that equal what is said, timed and broken by professional rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from filmstudio.core.engine import Engine
from filmstudio.core.hookspecs import hookimpl


@hookimpl
def filmstudio_engines() -> Sequence[type[Engine[Any, Any]]]:
    """The studio's own caption engine."""
    from filmstudio.plugins.subtitles.aligned import AlignedCaptions

    return (AlignedCaptions,)
