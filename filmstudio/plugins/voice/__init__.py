"""The voice role: a line becomes speech."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from filmstudio.core.engine import Engine
from filmstudio.core.hookspecs import hookimpl


@hookimpl
def filmstudio_engines() -> Sequence[type[Engine[Any, Any]]]:
    """The engine of this role."""
    from filmstudio.plugins.voice.espeak import EspeakVoice

    return (EspeakVoice,)


@hookimpl
def filmstudio_voice_packs() -> Sequence[Path]:
    """The catalogue of this engine's voices."""
    return (Path(__file__).with_name("data") / "voices.json",)
