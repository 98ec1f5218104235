"""Cheap engines for measuring and killing: importable by replicas, each result marked with the run that made it."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from filmstudio.core.engine import Desk, Engine, Failure, Needs, Request
from filmstudio.core.errors import StudioError
from filmstudio.core.requests import SpeakRequest, Speech
from filmstudio.core.requests.speech import SpokenWord

FOLDER = Path(__file__).resolve().parents[1]
"""What replicas need on their path to find this module."""
_MEET_SECONDS = 60.0


class Probe(Engine[SpeakRequest, Speech]):
    """Speaks nothing: obeys ``WORD ARGUMENT; …`` in its text, and marks each result with its process and a number of the run.

    SLEEP seconds; RAISE for the whole run; REFUSE this request; DIE with the process; DIEONCE while the file named is missing; MEET in
    the folder named, where two processes wait for each other.
    The mark breaks the rule that equal requests give equal bytes, on purpose: it tells two runs of one task apart.
    """

    name: ClassVar[str] = "probe"
    version: ClassVar[str] = "1"
    role: ClassVar[str] = "voice"
    summary: ClassVar[str] = "For measurements."

    def run(self, requests: Sequence[SpeakRequest], desk: Desk) -> Sequence[Speech | Failure]:
        """Obey every request."""
        run = int.from_bytes(secrets.token_bytes(6), "big")
        results: list[Speech | Failure] = []
        for request in requests:
            try:
                for order in request.text.split(";"):
                    _obey(*order.strip().partition(" ")[::2])
                measured = {"run": float(run), "pid": float(os.getpid()), "batch": float(len(requests))}
                results.append(Speech(audio=desk.keep_bytes(request.text.encode(), "audio/wav"), samples=1, measured=measured))
            except StudioError as error:
                results.append(Failure.of(error))
        return results


class Gatherer(Probe):
    """A probe that gathers batches: of one voice each, as if each voice were a model of its own."""

    name: ClassVar[str] = "gatherer"
    needs: ClassVar[Needs] = Needs(cpu=0.5, batch_size=4, batch_wait_ms=150, batch_by=("voice.voice",))

    def batch_cost(self, request: Request) -> int:
        """A line that is sung fills half of a batch."""
        return 2 if isinstance(request, SpeakRequest) and request.sung else 1


class Talker(Engine[SpeakRequest, Speech]):
    """Gives a result of a real engine's size at once: what remains is the cost of the call."""

    name: ClassVar[str] = "talker"
    version: ClassVar[str] = "1"
    role: ClassVar[str] = "voice"
    needs: ClassVar[Needs] = Needs(batch_size=8, batch_wait_ms=5)

    def run(self, requests: Sequence[SpeakRequest], desk: Desk) -> Sequence[Speech | Failure]:
        """One kept medium and forty words each, after the milliseconds that the text names for the run."""
        time.sleep(max(float(request.text.split()[0]) for request in requests) / 1000)
        words = tuple(SpokenWord(first=place * 5, last=place * 5 + 4, start=place * 100, end=place * 100 + 90) for place in range(40))
        run = {"run": float(int.from_bytes(secrets.token_bytes(6), "big"))}
        return [
            Speech(audio=desk.keep_bytes(request.text.encode(), "audio/wav"), samples=4000, words=words, measured=run)
            for request in requests
        ]


def _obey(word: str, argument: str) -> None:
    if word == "SLEEP":
        time.sleep(float(argument))
    elif word == "RAISE":
        raise ZeroDivisionError("by design")
    elif word == "REFUSE":
        raise StudioError("this word cannot be spoken.", remedy="Say another.")
    elif word == "DIE":
        os._exit(3)
    elif word == "MEET":
        (Path(argument) / str(os.getpid())).touch()
        until = time.monotonic() + _MEET_SECONDS
        while len(list(Path(argument).iterdir())) < 2 and time.monotonic() < until:
            time.sleep(0.01)
    elif word == "DIEONCE" and not Path(argument).exists():
        Path(argument).write_text("died")
        os._exit(3)
