"""The embedded voice: eSpeak NG speaks, the studio shapes, and every word and phoneme keeps its time."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, ClassVar

from filmstudio.core.engine import Desk, Needs, SingleEngine
from filmstudio.core.errors import EngineError, Unsupported
from filmstudio.core.requests import SpeakRequest, Speech

if TYPE_CHECKING:
    from filmstudio.plugins.voice.studio import VoiceStudio
    from filmstudio.plugins.voice.voices import Voice


class EspeakVoice(SingleEngine[SpeakRequest, Speech]):
    """Speaks a line in any of eSpeak's languages, with the catalogue's voices."""

    name: ClassVar[str] = "espeak"
    version: ClassVar[str] = "4"
    role: ClassVar[str] = "voice"
    summary: ClassVar[str] = "226 voices in 68 languages from eSpeak NG, shaped, coloured and timed to the phoneme"
    needs: ClassVar[Needs] = Needs(
        cpu=1.0,
        memory_mb=300,
        licence="Apache-2.0 AND GPL-3.0-or-later",
        modules=("espeakng_loader", "numba", "soxr"),
    )

    def __init__(self) -> None:
        self._studio: VoiceStudio | None = None

    def load(self) -> None:
        """Find eSpeak NG and import the signal processing."""
        from filmstudio.plugins.voice.studio import VoiceStudio

        self._studio = VoiceStudio()

    def ready(self) -> str:
        """Whether eSpeak NG and the signal processing are installed."""
        missing = [module for module in self.needs.modules if find_spec(module) is None]
        return f"{', '.join(missing)} is not installed. Install it: pip install {' '.join(missing).replace('_', '-')}" if missing else ""

    def make(self, request: SpeakRequest, desk: Desk) -> Speech:
        """Speak one line.

        Raises:
            Unsupported: the voice or the language is not there; the remedy names those that are.
            EngineError: eSpeak NG failed.
        """
        if self._studio is None:
            raise EngineError("the voice engine was called before load().", remedy="Call load() once in each worker.")
        from filmstudio.plugins.voice.voices import load_voices
        from filmstudio.plugins.voice.wav import wav_bytes

        take = self._studio.speak(request, _voice(request, load_voices()))
        return Speech(
            audio=desk.keep_bytes(wav_bytes(take.samples), "audio/wav"),
            samples=len(take.samples),
            phonemes=take.phonemes,
            words=take.words,
            degraded=take.degraded,
            measured=take.measured,
        )


def _voice(request: SpeakRequest, voices: Mapping[str, Voice]) -> Voice:
    voice = voices.get(request.voice.voice)
    if voice is not None:
        return voice
    from filmstudio.plugins.voice.voices import voices_for

    near = [one.id for one in voices_for(request.language)][:6]
    raise Unsupported(
        f"there is no voice {request.voice.voice!r}.",
        remedy=f"Voices for {request.language}: {', '.join(near)}." if near else "See `studio voices` for all of them.",
    )
