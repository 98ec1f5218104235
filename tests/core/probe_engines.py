"""Engines for tests of the dispatcher: small, importable by workers, some of them badly behaved."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from filmstudio.core.engine import Desk, Engine, Failure, Needs, SingleEngine
from filmstudio.core.errors import Unsupported
from filmstudio.core.requests import SpeakRequest, Speech
from filmstudio.core.wavefile import wave_bytes


class Echo(SingleEngine[SpeakRequest, Speech]):
    """Speech as long as its text; the words DIE, HANG, RAISE, REFUSE and NEED do as they say."""

    name: ClassVar[str] = "echo"
    version: ClassVar[str] = "1"
    role: ClassVar[str] = "voice"
    summary: ClassVar[str] = "For tests."
    needs: ClassVar[Needs] = Needs(batch_size=4)

    def make(self, request: SpeakRequest, desk: Desk) -> Speech:
        word, _, where = request.text.partition(" ")
        if word == "DIE":
            os._exit(3)
        if word == "DIEONCE" and not Path(where).exists():
            Path(where).write_text("died")
            os._exit(3)
        if word == "HANG":
            time.sleep(600)
        if word == "RAISE":
            raise ZeroDivisionError("by design")
        if word == "REFUSE":
            raise Unsupported("this word cannot be spoken.", remedy="Say another.")
        if word == "NEED" and where not in os.environ:
            raise Unsupported(f"{where} is not set.")
        return Speech(audio=desk.keep_bytes(wave_bytes([0.1] * len(request.text)), "audio/wav"), samples=len(request.text))


class Liar(Engine[SpeakRequest, Speech]):
    """Gives back one result too few."""

    name: ClassVar[str] = "liar"
    version: ClassVar[str] = "1"
    role: ClassVar[str] = "voice"

    def run(self, requests: Sequence[SpeakRequest], desk: Desk) -> Sequence[Speech | Failure]:
        return []


class Fickle(SingleEngine[SpeakRequest, Speech]):
    """Another answer every time, and a path of this machine in it."""

    name: ClassVar[str] = "fickle"
    version: ClassVar[str] = "1"
    role: ClassVar[str] = "voice"

    def make(self, request: SpeakRequest, desk: Desk) -> Speech:
        data = f"{time.time_ns()}".encode()
        return Speech(audio=desk.keep_bytes(data, "audio/wav"), samples=1, degraded=(str(desk.scratch()),))


class WrongKind(SingleEngine[Any, Any]):
    """Not the role's result."""

    name: ClassVar[str] = "wrong-kind"
    version: ClassVar[str] = "1"
    role: ClassVar[str] = "voice"

    def make(self, request: Any, desk: Desk) -> Any:
        return "speech"


class Tall(SingleEngine[SpeakRequest, Speech]):
    """Tells the process that it runs in, as a number of samples, after a moment in which others start elsewhere."""

    name: ClassVar[str] = "tall"
    version: ClassVar[str] = "1"
    role: ClassVar[str] = "voice"

    def make(self, request: SpeakRequest, desk: Desk) -> Speech:
        time.sleep(0.2)
        return Speech(audio=desk.keep_bytes(b"x", "audio/wav"), samples=os.getpid())


class Small(Tall):
    """The same, another engine."""

    name: ClassVar[str] = "small"
