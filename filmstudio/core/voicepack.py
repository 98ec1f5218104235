"""Voice catalogues: the part of a voice pack that people choose from, whichever engine speaks it."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from filmstudio.core.errors import InputError, Place, PluginError

_MEMBERS = {"zh": ("cmn", "yue"), "no": ("nb", "nn")}
"""Languages that scripts name by a macrolanguage's tag and voices by a member's (ISO 639-3)."""


class VoiceEntry(BaseModel):
    """One voice. A pack's file says more of each; that is its engine's business."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    name: str
    language: str
    accent: str = ""
    age: str = "adult"
    gender: str = ""
    character: str = ""
    use: str = ""


class _Pack(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    voices: tuple[VoiceEntry, ...]


def read_voice_packs(paths: Sequence[Path]) -> list[VoiceEntry]:
    """Every voice of the packs, by language and id.

    Raises:
        PluginError: a pack cannot be read.
    """
    entries: list[VoiceEntry] = []
    for path in paths:
        try:
            entries += _Pack.model_validate_json(path.read_bytes()).voices
        except (OSError, ValidationError) as error:
            raise PluginError(f"the voice pack {path.name} cannot be read.", place=Place(file=path.name)) from error
    return sorted(entries, key=lambda voice: (voice.language, voice.id))


def voices_of(entries: Sequence[VoiceEntry], language: str) -> list[VoiceEntry]:
    """The voices that speak ``language``, a tag such as ``hi`` or ``en-GB``; ``en`` has every English, ``zh`` every Chinese.

    Raises:
        InputError: none speaks it; the remedy names the languages whose tags are nearest.
    """
    wanted = language.casefold().replace("_", "-")
    heads = tuple(f"{tag}-" for tag in (wanted, *_MEMBERS.get(wanted, ())))
    spoken = [voice for voice in entries if f"{voice.language.casefold()}-".startswith(heads)]
    if spoken:
        return spoken
    known = sorted({voice.language for voice in entries})
    family = [tag for tag in known if tag.casefold().split("-")[0] == wanted.split("-")[0]]
    near = family or difflib.get_close_matches(wanted, known, n=6, cutoff=0.5)
    remedy = f"Near it: {', '.join(near)}. " if near else ""
    raise InputError(f"no voice speaks {language!r}.", remedy=f"{remedy}All languages: {', '.join(known)}.")
