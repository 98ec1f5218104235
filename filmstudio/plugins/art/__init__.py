"""Art packs: drawings as data behind one manifest, the studio's own and anyone's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from filmstudio.core.hookspecs import hookimpl
from filmstudio.core.vocabulary import Kind, Known


@hookimpl
def filmstudio_art_packs() -> Sequence[Path]:
    """The house pack."""
    return (Path(__file__).parent / "house",)


@hookimpl
def filmstudio_words() -> Mapping[Kind, Known]:
    """The actions and gestures of the house pack's motion data."""
    from filmstudio.plugins.art.pack import HOUSE_FOLDER, inside, manifest_of, read_json

    motion = read_json(inside(HOUSE_FOLDER, manifest_of(HOUSE_FOLDER).files.motion or ""))
    told = [motion.get(part) for part in ("actions", "gestures")] if isinstance(motion, dict) else []
    return {"action": Known(frozenset(name for names in told if isinstance(names, dict) for name in names))}
