"""Room tone of soft noise, the same for one seed, with a knock wherever the script hears something."""

from __future__ import annotations

import random
from typing import ClassVar

from filmstudio.core.engine import Desk, Needs, SingleEngine
from filmstudio.core.rational import SAMPLE_RATE
from filmstudio.core.requests import Effects, EffectsRequest
from filmstudio.core.wavefile import wave_bytes

KNOCK = SAMPLE_RATE // 10


class Newcomer(SingleEngine[EffectsRequest, Effects]):
    """Noise through a one-pole filter; rain is brighter and louder."""

    name: ClassVar[str] = "newcomer"
    version: ClassVar[str] = "1"
    role: ClassVar[str] = "effects"
    summary: ClassVar[str] = "Soft noise for a room, brighter for rain, and a knock for every sound."
    needs: ClassVar[Needs] = Needs(memory_mb=600, licence="MIT")

    def make(self, request: EffectsRequest, desk: Desk) -> Effects:
        """Make the sounds of one scene."""
        chance = random.Random(request.seed)
        level, follow = (0.05, 0.5) if request.rain else (0.01, 0.05)
        wave, heard = [], 0.0
        for _ in range(request.samples):
            heard += follow * (chance.uniform(-1.0, 1.0) - heard)
            wave.append(level * heard)
        for _, start in request.hits:
            for at in range(max(0, start), min(request.samples, start + KNOCK)):
                wave[at] += 0.4 * (1 - (at - start) / KNOCK) ** 4 * chance.uniform(-1.0, 1.0)
        audio = desk.keep_bytes(wave_bytes((sample for sample in wave for _ in "LR"), 2), "audio/wav")
        return Effects(audio=audio, samples=request.samples)
