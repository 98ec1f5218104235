"""The voice role: a line becomes speech."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from filmstudio.core.engine import Engine
from filmstudio.core.hookspecs import hookimpl
from filmstudio.core.vocabulary import Kind, Known


@hookimpl
def filmstudio_engines() -> Sequence[type[Engine[Any, Any]]]:
    """The engine of this role."""
    from filmstudio.plugins.voice.espeak import EspeakVoice

    return (EspeakVoice,)


@hookimpl
def filmstudio_voice_packs() -> Sequence[Path]:
    """The catalogue of this engine's voices."""
    return (Path(__file__).with_name("data") / "voices.json",)


@hookimpl
def filmstudio_words() -> Mapping[Kind, Known]:
    """The languages that are spoken, the voices that speak them, and the ways of speaking that colour a voice."""
    import espeakng_loader

    from filmstudio.plugins.voice.languages import spoken_languages
    from filmstudio.plugins.voice.performance import deliveries
    from filmstudio.plugins.voice.voices import load_deliveries, load_voices

    voices = load_voices()
    return {
        "language": spoken_languages(Path(espeakng_loader.get_data_path())),
        "voice": Known(frozenset(voices), called={voice.name: voice.id for voice in voices.values()}),
        "delivery": Known(frozenset(load_deliveries()), lambda word: bool(deliveries((word,)))),
    }
