"""The studio's composer: reads a scene's brief, writes a score in the tradition's own language, and plays it."""

from __future__ import annotations

from typing import ClassVar

from filmstudio.core.engine import Desk, Needs, SingleEngine
from filmstudio.core.requests import Cue, CueRequest


class Composer(SingleEngine[CueRequest, Cue]):
    """Composes and plays cues from a sound font and synthesised strings and drums; the request's seed decides everything."""

    name: ClassVar[str] = "composer"
    version: ClassVar[str] = "3"
    role: ClassVar[str] = "music"
    summary: ClassVar[str] = "Scores in western harmony, ragas, maqamat and the modes of East Asia and Africa."
    needs: ClassVar[Needs] = Needs(memory_mb=900, licence="Apache-2.0 AND GPL-2.0-only")

    def ready(self) -> str:
        """Whether the sound font is installed."""
        from importlib.util import find_spec

        if find_spec("pretty_midi") is not None:
            return ""
        return "the sound font is missing; install it with: pip install pretty_midi"

    def load(self) -> None:
        """Read the sound font and the knowledge."""
        from filmstudio.plugins.music.performance import warm

        warm()

    def make(self, request: CueRequest, desk: Desk) -> Cue:
        """Compose and play one cue. A scene too short for a note is silent: a cue without sound."""
        from filmstudio.plugins.music.performance import perform
        from filmstudio.plugins.music.scoring import write
        from filmstudio.plugins.sound.waves import write_wave

        score = write(request)
        if not any(part.notes for part in score.parts):
            return Cue(title=score.title)
        wave = perform(score, request.samples)
        path = desk.scratch(".wav")
        write_wave(path, wave)
        measured = {"notes": float(sum(len(part.notes) for part in score.parts))}
        return Cue(audio=desk.keep(path, "audio/wav"), samples=len(wave), title=score.title, measured=measured)
