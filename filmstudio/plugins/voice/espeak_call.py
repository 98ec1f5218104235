"""One call of eSpeak NG: jobs in, PCM and events out, through a process of its own with a deadline."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from filmstudio.core.errors import EngineError, Unsupported
from filmstudio.plugins.voice.languages import known_languages
from filmstudio.plugins.voice.voices import Bridge

DEADLINE_SECONDS: Final = 60
"""eSpeak speaks a hundred times faster than a person: a process that takes this long hangs."""
_SCRIPT: Final = Path(__file__).with_name("espeak_process.py")


@dataclass(frozen=True, slots=True)
class Job:
    """Text in one language with eSpeak's parameters: rate in words a minute, pitch and range 0 to 99, volume 100 = as made."""

    text: str
    language: str
    variant: str
    rate: int
    pitch: int
    range: int
    volume: int
    bridge: Bridge | None = None
    tail: str = ""


@dataclass(frozen=True, slots=True)
class SourceEvent:
    """Something eSpeak told of: a word (``position`` from 0 in the job's text) or a phoneme, at a sample of its speech."""

    kind: Literal["word", "phoneme"]
    sample: int
    position: int
    sign: str


@dataclass(frozen=True, slots=True)
class Spoken:
    """What came back for one job: mono samples in -1 to 1 at ``rate`` Hz."""

    samples: NDArray[np.float64]
    events: tuple[SourceEvent, ...]
    rate: int


class Espeak:
    """The installed eSpeak NG: where it lies, what it can speak."""

    def __init__(self) -> None:
        import espeakng_loader

        self._library = str(espeakng_loader.get_library_path())
        self._data = Path(espeakng_loader.get_data_path())
        self.languages = known_languages(self._data)
        self.variants = frozenset(path.name for path in (self._data / "voices" / "!v").iterdir())

    def speak(self, jobs: Sequence[Job], seed: int) -> tuple[Spoken, ...]:
        """Speak the jobs in one fresh process; the same jobs and seed give the same samples.

        Raises:
            Unsupported: a language or variant is not there.
            EngineError: the process failed, hung or answered nonsense.
        """
        for job in jobs:
            # eSpeak ignores an unknown variant without a word.
            if job.variant not in self.variants:
                raise Unsupported(f"eSpeak NG has no variant {job.variant!r}.", remedy="Choose a voice of the catalogue: studio voices.")
        order = {"seed": seed, "jobs": [_order(job) for job in jobs]}
        header, pcm = self._run(json.dumps(order).encode())
        if "error" in header:
            raise Unsupported(f"{header['error']}.", remedy="Choose a voice of the catalogue, or another language for the line.")
        try:
            return _parted(header, pcm)
        except (KeyError, TypeError, ValueError) as error:
            raise EngineError("eSpeak NG's process gave an answer that cannot be read.", remedy="Install espeakng-loader again.") from error

    def _run(self, order: bytes) -> tuple[dict[str, Any], bytes]:
        environment = {key: value for key, value in os.environ.items() if key not in ("ESPEAK_DATA_PATH", "LC_CTYPE", "LANG")}
        environment["LC_ALL"] = "C.UTF-8"
        command = [sys.executable, "-I", "-S", str(_SCRIPT), self._library, str(self._data)]
        try:
            done = subprocess.run(  # noqa: S603 - our own script, no shell
                command, input=order, capture_output=True, timeout=DEADLINE_SECONDS, env=environment, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise EngineError(
                f"eSpeak NG gave no answer in {DEADLINE_SECONDS} s.", remedy="Render again; shorten the line if it recurs."
            ) from error
        except OSError as error:
            raise EngineError(f"eSpeak NG's process cannot be started: {error.strerror}.", remedy="Free some memory.") from error
        head, newline, pcm = done.stdout.partition(b"\n")
        if done.returncode != 0 or not newline:
            last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or [f"code {done.returncode}"]
            raise EngineError(f"eSpeak NG's process failed: {last[0]}.", remedy="Install espeakng-loader again.")
        header: dict[str, Any] = json.loads(head)
        return header, pcm


def _order(job: Job) -> dict[str, object]:
    bridge = None if job.bridge is None else {"reader": job.bridge.reader, "map": job.bridge.map, "tail": job.tail}
    return {
        "text": job.text if bridge else job.text + job.tail,
        "voice": f"{job.language}+{job.variant}",
        "rate": job.rate,
        "pitch": job.pitch,
        "range": job.range,
        "volume": job.volume,
        "bridge": bridge,
    }


def _parted(header: dict[str, Any], pcm: bytes) -> tuple[Spoken, ...]:
    samples = np.frombuffer(pcm, "<i2").astype(np.float64) / 32768
    spoken: list[Spoken] = []
    at = 0
    for part in header["jobs"]:
        count = int(part["samples"])
        events = tuple(SourceEvent(kind, int(sample), int(position) - 1, str(sign)) for kind, sample, position, _, sign in part["events"])
        spoken.append(Spoken(samples[at : at + count], events, int(header["rate"])))
        at += count
    if at != len(samples):
        raise ValueError("the samples do not add up")
    return tuple(spoken)
