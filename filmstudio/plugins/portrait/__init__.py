"""Portraits: the drawn, rigged cast as sprites, poses and draw lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from filmstudio.core.artpack import pack_versions
from filmstudio.core.engine import Engine
from filmstudio.core.hookspecs import hookimpl
from filmstudio.core.vocabulary import Kind, Known


@hookimpl
def filmstudio_engines() -> Sequence[type[Engine[Any, Any]]]:
    """The drawn cast."""
    from filmstudio.plugins.portrait.engine import DrawnPortrait

    return (DrawnPortrait,)


@hookimpl
def filmstudio_words(packs: Sequence[Path]) -> Mapping[Kind, Known]:
    """The packs that people are drawn from."""
    return {"pack": Known(tuple(pack_versions(packs)))}
