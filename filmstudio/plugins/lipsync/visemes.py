"""The embedded lip-sync: visemes from phonemes, held, landed and squashed as an animator would."""

from __future__ import annotations

from typing import ClassVar

from filmstudio.core.engine import Desk, Needs, SingleEngine
from filmstudio.core.requests import LipsyncRequest, Mouth
from filmstudio.plugins.lipsync.mouthing import mouth_of


class Visemes(SingleEngine[LipsyncRequest, Mouth]):
    """Turns the phonemes of a line into mouth shapes by frame, within one frame of the sound."""

    name: ClassVar[str] = "visemes"
    version: ClassVar[str] = "1"
    role: ClassVar[str] = "lipsync"
    summary: ClassVar[str] = "ten mouth shapes from 399 phoneme signs; lips always land on b, p, m, f and v"
    needs: ClassVar[Needs] = Needs(cpu=0.5, memory_mb=100)

    def make(self, request: LipsyncRequest, desk: Desk) -> Mouth:
        """Work out the mouth of one line. Speech without phonemes keeps its mouth shut, and says so."""
        speech = request.speech
        mouth = mouth_of(
            speech.phonemes, speech.samples, request.fps, emotion=request.emotion, strength=request.strength, loudness=request.loudness
        )
        if speech.phonemes or speech.samples <= request.fps:
            return mouth
        return mouth.model_copy(update={"degraded": ("the voice engine told no phonemes: the mouth stays shut",)})
