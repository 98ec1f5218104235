"""The stages a director may use: those of every installed art pack, the house's first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from filmstudio.core.errors import InputError, Unsupported
from filmstudio.plugins.art.pack import HOUSE, manifest_of
from filmstudio.plugins.art.shelf import pack_folder
from filmstudio.plugins.backdrop.stage import Stage, load_stages


@dataclass(frozen=True, slots=True)
class PackStage:
    """A stage and the pack that draws it."""

    pack: str
    stage: Stage


def installed_stages(packs: Iterable[str] = ()) -> tuple[tuple[PackStage, ...], dict[str, str]]:
    """The stages of the house and of ``packs`` in the order in which they are preferred, and why those of a pack are left out.

    The house comes first and the others by name, so that a pack that is installed gives films the places it draws better,
    by a longer word, the setting or the culture, and leaves all others as they were.
    """
    found: list[PackStage] = []
    left_out: dict[str, str] = {}
    for pack in (HOUSE, *sorted(set(packs) - {HOUSE})):
        try:
            found += _stages_of(pack)
        except (InputError, Unsupported) as error:
            left_out[pack] = str(error)
    return tuple(found), left_out


@lru_cache(maxsize=16)
def _stages_of(pack: str) -> tuple[PackStage, ...]:
    """The stages that a pack draws itself; what it inherits is the house's."""
    folder = pack_folder(pack)
    if manifest_of(folder).files.stages is None:
        return ()
    return tuple(PackStage(pack, stage) for stage in load_stages(folder).values())
