"""Engines for tests of the exchange, importable by workers."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from filmstudio.core.engine import Desk, Engine, Failure, Needs, SingleEngine
from filmstudio.core.requests import Backdrop, BackdropRequest, SpeakRequest, Speech


class Speaker(SingleEngine[SpeakRequest, Speech]):
    """Speech as long as its text. SLEEP s, DIE, DIEONCE path and RAISE do as they say; LOG path adds a line to a file."""

    name: ClassVar[str] = "speaker"
    version: ClassVar[str] = "1"
    role: ClassVar[str] = "voice"

    def make(self, request: SpeakRequest, desk: Desk) -> Speech:
        word, _, rest = request.text.partition(" ")
        if word == "SLEEP":
            time.sleep(float(rest.split()[0]))
        if word == "DIE" or (word == "DIEONCE" and not Path(rest).exists()):
            if word == "DIEONCE":
                Path(rest).write_text("died")
            os._exit(3)
        if word == "RAISE":
            raise ZeroDivisionError("by design")
        if word == "LOG":
            with Path(rest.split()[0]).open("a") as log:
                log.write("made\n")
        return Speech(audio=desk.keep_bytes(request.text.encode(), "audio/wav"), samples=len(request.text))


class Chorus(Engine[SpeakRequest, Speech]):
    """Speech whose length is the size of the batch it was made in."""

    name: ClassVar[str] = "chorus"
    version: ClassVar[str] = "1"
    role: ClassVar[str] = "voice"
    needs: ClassVar[Needs] = Needs(batch_size=4, batch_wait_ms=150)

    def run(self, requests: Sequence[SpeakRequest], desk: Desk) -> Sequence[Speech | Failure]:
        return [Speech(audio=desk.keep_bytes(request.text.encode(), "audio/wav"), samples=len(requests)) for request in requests]


class Soloist(Chorus):
    """The same, but its output depends on its neighbours: it must never have any."""

    name: ClassVar[str] = "soloist"
    needs: ClassVar[Needs] = Needs(batch_size=4, batch_wait_ms=150, batch_sensitive=True)


class Painter(SingleEngine[BackdropRequest, Backdrop]):
    """A stage without planes, which may be shared; adds a line to the file that the stage names."""

    name: ClassVar[str] = "painter"
    version: ClassVar[str] = "1"
    role: ClassVar[str] = "backdrop"

    def make(self, request: BackdropRequest, desk: Desk) -> Backdrop:
        with Path(request.set.stage).open("a") as log:
            log.write("made\n")
        time.sleep(0.2)
        return Backdrop(form="test", planes=(), scale=1.0)
