"""The shelf: every art pack that this installation offers, loaded by name when it is first asked for."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from filmstudio.core.errors import InputError, Unsupported
from filmstudio.core.plugins import Plugins
from filmstudio.plugins.art.pack import HOUSE, HOUSE_FOLDER, ArtPack, house_pack, load_pack, manifest_of


@lru_cache(maxsize=8)
def installed_pack(name: str) -> ArtPack:
    """The pack called ``name``: the house's, or one that a plugin offers through ``filmstudio_art_packs``.

    Raises:
        Unsupported: no plugin offers a pack of this name.
        InputError: the pack is damaged.
    """
    return house_pack() if name == HOUSE else load_pack(pack_folder(name))


def pack_folder(name: str) -> Path:
    """Where the pack called ``name`` lies; nothing of it but its manifest is read.

    Raises:
        Unsupported: no plugin offers a pack of this name.
    """
    if name == HOUSE:
        return HOUSE_FOLDER
    offered: list[str] = []
    for folder in Plugins().art_packs():
        try:
            found = manifest_of(folder).name
        except InputError:
            continue  # a stranger's broken pack is not the one that was asked for
        if found == name:
            return folder
        offered.append(found)
    raise Unsupported(
        f"The art pack {name!r} is not installed.",
        remedy=f"Install it, or cast the character again from {', '.join(sorted({HOUSE, *offered}))}.",
    )
