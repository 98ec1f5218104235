"""A mouth that opens on vowels and closes on everything else, as a sock puppet's does."""

from __future__ import annotations

from typing import ClassVar

from filmstudio.core.engine import Desk, Needs, SingleEngine
from filmstudio.core.rational import SAMPLE_RATE
from filmstudio.core.requests import LipsyncRequest, Mouth

_SHAPES = {"a": "AI", "e": "E", "i": "E", "o": "O", "u": "UW", "y": "E", "m": "MBP", "b": "MBP", "p": "MBP", "f": "FV", "v": "FV", "l": "L"}


class Newcomer(SingleEngine[LipsyncRequest, Mouth]):
    """One shape a frame: that of the phoneme in its middle."""

    name: ClassVar[str] = "newcomer"
    version: ClassVar[str] = "1"
    role: ClassVar[str] = "lipsync"
    summary: ClassVar[str] = "A sock puppet's mouth: the shape of whatever sounds in the middle of each frame."
    needs: ClassVar[Needs] = Needs(memory_mb=128, licence="MIT")

    def make(self, request: LipsyncRequest, desk: Desk) -> Mouth:
        """Shape the mouth for one line."""
        each = SAMPLE_RATE / request.fps
        frames = max(1, round(request.speech.samples / each))
        shapes = tuple(self._shape(request, (frame + 0.5) * each) for frame in range(frames))
        stresses = tuple(sorted({int(sound.start / each) for sound in request.speech.phonemes if sound.stressed}))
        return Mouth(fps=request.fps, shapes=shapes, stresses=stresses, phrases=((0, frames),))

    def _shape(self, request: LipsyncRequest, sample: float) -> str:
        for phoneme in request.speech.phonemes:
            if phoneme.start <= sample < phoneme.end:
                return _SHAPES.get(phoneme.sign.strip("'%,:")[:1].lower(), "rest")
        return "rest"
