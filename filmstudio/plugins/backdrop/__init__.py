"""Backdrop: drawn stages, lit for a mood and a weather, as planes in depth."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from filmstudio.core.engine import Engine
from filmstudio.core.errors import InputError
from filmstudio.core.hookspecs import hookimpl
from filmstudio.core.vocabulary import Kind, Known


@hookimpl
def filmstudio_engines() -> Sequence[type[Engine[Any, Any]]]:
    """The drawn stage."""
    from filmstudio.plugins.backdrop.engine import DrawnStage

    return (DrawnStage,)


@hookimpl
def filmstudio_words(packs: Sequence[Path]) -> Mapping[Kind, Known]:
    """The stages of the packs. Those of a pack that cannot be read are none; the director tells why."""
    from filmstudio.plugins.art.pack import manifest_of
    from filmstudio.plugins.backdrop.stage import load_stages

    found: set[str] = set()
    for folder in packs:
        try:
            manifest = manifest_of(folder)
            found.update(f"{manifest.name}/{stage}" for stage in (load_stages(folder) if manifest.files.stages else ()))
        except InputError:
            continue
    return {"stage": Known(found)}
