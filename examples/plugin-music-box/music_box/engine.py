"""A music box: a comb of steel teeth plays a tune in three-four time, and its spring runs down at the end of the scene.

The tune is composed from the film's seed, in the scale that the scene's mood asks for. A film can choose the tempo by its music's
tradition: ``music-box-waltz`` or ``music-box-lullaby``.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, ClassVar, Final

from filmstudio.core.engine import Desk, Needs, SingleEngine
from filmstudio.core.errors import Unsupported
from filmstudio.core.rational import SAMPLE_RATE
from filmstudio.core.requests import Cue, CueRequest
from filmstudio.core.wavefile import wave_bytes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LONGEST_SECONDS: Final = 600
TEMPOS: Final = {"music-box-waltz": 132, "music-box-lullaby": 76}
"""Beats a minute by tradition."""
TEMPO: Final = 104
_SCALES: Final = {
    "bright": (0, 2, 4, 7, 9, 12),
    "dark": (0, 3, 5, 7, 10, 12),
}
"""Semitones above the tonic of the teeth that the tune uses: pentatonic, so that whatever rings together agrees."""
_DARK: Final = frozenset({"sad", "tense", "melancholy", "fear", "afraid", "grief", "ominous", "lonely", "sombre", "anxious"})
_PARTIALS: Final = ((1.0, 1.0, 1.4), (2.0, 0.25, 2.5), (6.27, 0.18, 9.0), (17.55, 0.05, 30.0))
"""Of a steel tooth held at one end: frequency as a multiple, level, and decay a second. 6.27 and 17.55 are the second and third
modes of a clamped bar (Fletcher and Rossing, The Physics of Musical Instruments, 2.16)."""


class MusicBox(SingleEngine[CueRequest, Cue]):
    """Plays one cue for each scene."""

    name: ClassVar[str] = "music-box"
    version: ClassVar[str] = "1"
    role: ClassVar[str] = "music"
    summary: ClassVar[str] = "A music box that winds down at the end of every scene; traditions music-box-waltz, music-box-lullaby."
    needs: ClassVar[Needs] = Needs(memory_mb=700, licence="MIT")

    def make(self, request: CueRequest, desk: Desk) -> Cue:
        """Play the cue of one scene.

        Raises:
            Unsupported: it is longer than ten minutes.
        """
        import numpy as np

        if request.samples > LONGEST_SECONDS * SAMPLE_RATE:
            raise Unsupported("this scene is longer than ten minutes.", remedy="Use --engine music=composer.")
        cue = np.zeros((request.samples, 2))
        for at, semitones, level, side in _tune(request):
            tooth = _tooth(440.0 * 2 ** ((request.tonic + 24 + semitones - 69) / 12))[: request.samples - at]
            cue[at : at + len(tooth), 0] += tooth * level * (1 - side)
            cue[at : at + len(tooth), 1] += tooth * level * side
        for start, end in request.speech:
            cue[start:end] *= 0.6
        cue *= np.minimum(1.0, np.arange(request.samples)[::-1] / 2_400)[:, None]
        audio = desk.keep_bytes(wave_bytes(cue.astype("<f4").ravel().tolist(), 2), "audio/wav")
        return Cue(audio=audio, samples=request.samples, title="Music box")


def _tune(request: CueRequest) -> list[tuple[int, int, float, float]]:
    """Every pluck: its sample, its tooth in semitones above the tonic, its level, and how far to the right it is heard."""
    chance = random.Random(request.seed)
    teeth = _SCALES["dark" if request.brief.mood in _DARK else "bright"]
    beat = 60 / TEMPOS.get(request.brief.tradition, TEMPO)
    length, seconds, step, place = request.samples / SAMPLE_RATE, 0.1, 0, chance.randrange(len(teeth))
    plucked = []
    while seconds < length - 0.3:
        wound = max(0.35, min(1.0, (length - seconds) / 3))  # of the spring: for three seconds it runs down
        at = int(seconds * SAMPLE_RATE)
        if step % 3 == 0:
            plucked.append((at, teeth[0] - 12, 0.09 * (0.6 + request.brief.intensity), 0.4))
        if step % 3 == 0 or chance.random() < 0.45 + 0.4 * request.brief.intensity:
            place = max(0, min(len(teeth) - 1, place + chance.choice((-2, -1, -1, 1, 1, 2))))
            plucked.append((at, teeth[place], 0.11 * (0.6 + request.brief.intensity), 0.35 + 0.3 * place / len(teeth)))
        seconds += beat / wound
        step += 1
    return plucked


def _tooth(hertz: float) -> NDArray[np.float64]:
    """One pluck of a tooth, a second and a half long."""
    import numpy as np

    seconds = np.arange(3 * SAMPLE_RATE // 2) / SAMPLE_RATE
    sound = np.zeros(len(seconds))
    for ratio, level, decay in _PARTIALS:
        if hertz * ratio < SAMPLE_RATE / 2:
            sound += level * np.exp(-decay * 2 * seconds) * np.sin(2 * np.pi * hertz * ratio * seconds)
    return sound * np.minimum(1.0, seconds / 0.002)
