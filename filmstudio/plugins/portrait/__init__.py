"""Portraits: the drawn, rigged cast as sprites, poses and draw lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filmstudio.core.artpack import pack_versions
from filmstudio.core.engine import Engine
from filmstudio.core.hookspecs import hookimpl
from filmstudio.core.vocabulary import Kind, Known

if TYPE_CHECKING:
    from filmstudio.core.character import Identity
    from filmstudio.core.errors import Problem


@hookimpl
def filmstudio_engines() -> Sequence[type[Engine[Any, Any]]]:
    """The drawn cast."""
    from filmstudio.plugins.portrait.engine import DrawnPortrait

    return (DrawnPortrait,)


@hookimpl
def filmstudio_words(packs: Sequence[Path]) -> Mapping[Kind, Known]:
    """The packs that people are drawn from."""
    return {"pack": Known(tuple(pack_versions(packs)))}


@hookimpl
def filmstudio_flaws(identity: Identity) -> Sequence[Problem]:
    """What of a look the packs do not draw."""
    from filmstudio.core.errors import StudioError
    from filmstudio.plugins.art.shelf import installed_pack
    from filmstudio.plugins.portrait.flaws import flaws

    try:
        pack = installed_pack(identity.pack)
    except StudioError:
        return ()  # that there is no such pack is told beside this
    return flaws(identity.look, pack)
