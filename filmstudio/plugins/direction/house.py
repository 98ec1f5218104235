"""The stages a director may use: those of the house art pack."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from pathlib import Path

from filmstudio.plugins.backdrop.stage import Stage, load_stages

PACK = "house"


@lru_cache(maxsize=1)
def house_stages() -> dict[str, Stage]:
    """Stages of the house pack, by id."""
    return load_stages(Path(str(resources.files("filmstudio.plugins.art").joinpath(PACK))))
