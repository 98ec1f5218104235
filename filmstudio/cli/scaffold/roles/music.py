"""A drone: the tonic and the fifth above it hold under a scene, and make room where somebody speaks."""

from __future__ import annotations

from typing import ClassVar

from filmstudio.core.engine import Desk, Needs, SingleEngine
from filmstudio.core.errors import Unsupported
from filmstudio.core.rational import SAMPLE_RATE
from filmstudio.core.requests import Cue, CueRequest
from filmstudio.core.wavefile import wave_bytes

LONGEST_SECONDS = 600


class Newcomer(SingleEngine[CueRequest, Cue]):
    """Two tones, louder where the scene is."""

    name: ClassVar[str] = "newcomer"
    version: ClassVar[str] = "1"
    role: ClassVar[str] = "music"
    summary: ClassVar[str] = "Two tones that hold, for films that want no tune."
    needs: ClassVar[Needs] = Needs(memory_mb=600, licence="MIT")

    def make(self, request: CueRequest, desk: Desk) -> Cue:
        """Play the drone of one scene.

        Raises:
            Unsupported: it is longer than ten minutes.
        """
        import numpy as np

        if request.samples > LONGEST_SECONDS * SAMPLE_RATE:
            raise Unsupported("this scene is longer than ten minutes.", remedy="Use --engine music=composer.")
        seconds = np.arange(request.samples) / SAMPLE_RATE
        tonic = 440.0 * 2 ** ((request.tonic - 69) / 12)
        tone = np.sin(2 * np.pi * tonic * seconds) + 0.6 * np.sin(3 * np.pi * tonic * seconds)
        tone *= np.minimum(1.0, np.minimum(seconds, seconds[::-1]) / 2) * 0.1 * (0.5 + request.brief.intensity)
        for start, end in request.speech:
            tone[start:end] *= 0.5
        audio = desk.keep_bytes(wave_bytes(np.repeat(tone, 2).astype("<f4").tolist(), 2), "audio/wav")
        return Cue(audio=audio, samples=request.samples, title="Drone")
