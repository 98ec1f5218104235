"""Voice catalogues: the part of a voice pack that people choose from, whichever engine speaks it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from filmstudio.core.errors import Place, PluginError


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
