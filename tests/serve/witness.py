"""A stranger's engine that tells where it is imported, and when it is loaded."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from filmstudio.core.engine import Desk, Engine, Needs
from filmstudio.core.requests import SpeakRequest, Speech
from filmstudio.core.wavefile import wave_bytes

VARIABLE = "WITNESS"
"""Names a file that is written wherever this module is imported with the variable: replicas have it, guests' workers do not."""

if VARIABLE in os.environ:
    Path(os.environ[VARIABLE]).write_text(f"imported in process {os.getpid()}")


class Witness(Engine[SpeakRequest, Speech]):
    """Measures when it was loaded, and with how many voices and lines a run was shared."""

    name: ClassVar[str] = "witness"
    version: ClassVar[str] = "1"
    role: ClassVar[str] = "voice"
    needs: ClassVar[Needs] = Needs(memory_mb=64, batch_size=4, batch_wait_ms=150, batch_by=("voice.voice",))

    def load(self) -> None:
        """Note the time, which all processes of a machine share."""
        self.loaded = time.monotonic()

    def run(self, requests: Sequence[SpeakRequest], desk: Desk) -> Sequence[Speech]:
        """One short sound a line."""
        voices = len({request.voice.voice for request in requests})
        measured = {"loaded": self.loaded, "voices": float(voices), "batch": float(len(requests))}
        return [Speech(audio=desk.keep_bytes(wave_bytes([0.1]), "audio/wav"), samples=1, measured=measured) for _ in requests]


class Broken(Witness):
    """The same, and it cannot be loaded."""

    name: ClassVar[str] = "broken"

    def load(self) -> None:
        """Fail."""
        raise RuntimeError("its model is not there")
