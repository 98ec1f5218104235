"""Art packs: drawings as data behind one manifest, the studio's own and anyone's."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from filmstudio.core.hookspecs import hookimpl


@hookimpl
def filmstudio_art_packs() -> Sequence[Path]:
    """The house pack."""
    return (Path(__file__).parent / "house",)
