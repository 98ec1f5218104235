"""A mix by addition: speech as it is, music and effects under it, and nothing over full scale."""

from __future__ import annotations

from typing import ClassVar

from filmstudio.core.engine import Desk, Needs, SingleEngine
from filmstudio.core.media import MediaRef
from filmstudio.core.requests import MixRequest, SceneMix
from filmstudio.core.wavefile import wave_bytes, wave_samples

UNDER_SPEECH = 0.2
"""Factor on music and effects while somebody speaks: 14 dB."""


class Newcomer(SingleEngine[MixRequest, SceneMix]):
    """Adds what it is given."""

    name: ClassVar[str] = "newcomer"
    version: ClassVar[str] = "1"
    role: ClassVar[str] = "mixing"
    summary: ClassVar[str] = "Adds speech, music and effects, with the latter two held down under speech."
    needs: ClassVar[Needs] = Needs(memory_mb=800, licence="MIT")

    def make(self, request: MixRequest, desk: Desk) -> SceneMix:
        """Mix one scene."""
        import numpy as np

        def stereo(media: MediaRef | None) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
            sound = np.zeros((request.samples, 2))
            if media is not None:
                samples, channels = wave_samples(desk.path(media))
                taken = np.asarray(samples).reshape(-1, channels)[: request.samples]
                sound[: len(taken)] += taken
            return sound

        dialogue, duck = np.zeros((request.samples, 2)), np.ones((request.samples, 1))
        for speech in request.speeches:
            room = dialogue[max(0, speech.start) : speech.start + speech.samples]
            room += stereo(speech.audio)[: len(room)]
            duck[max(0, speech.start) : speech.start + speech.samples] = UNDER_SPEECH
        music = duck * stereo(request.music.audio if request.music else None)
        effects = duck * stereo(request.effects.audio if request.effects else None)
        stems = {"dialogue": dialogue, "music": music, "effects": effects}
        scale = 1.0 / max(1.0, float(np.abs(dialogue + music + effects).max(initial=0.0)))

        def kept(sound: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> MediaRef:
            return desk.keep_bytes(wave_bytes((scale * sound).astype("<f4").ravel().tolist(), 2), "audio/wav")

        apart = {name: kept(sound) for name, sound in stems.items()} if request.stems else {}
        return SceneMix.model_validate({"audio": kept(dialogue + music + effects), "samples": request.samples, **apart})
