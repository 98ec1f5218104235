"""Float wave files without any library: writing a sound, and looking into one that somebody else wrote.

The studio's sounds are 32-bit float at 48 kHz, little-endian, mono or stereo, in the RIFF form with a ``fact`` chunk.
"""

from __future__ import annotations

import math
import struct
import sys
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from filmstudio.core.errors import EngineError
from filmstudio.core.rational import SAMPLE_RATE

_FLOAT = 3  # WAVE_FORMAT_IEEE_FLOAT
_CHUNK = 1 << 20
_MOST_CHANNELS = 8
_MOST_PARTS = 1_000
"""Parts of a file that are looked at: one made of empty parts would be looked at for minutes."""


@dataclass(frozen=True, slots=True)
class WaveFacts:
    """What the head of a float wave file says, and where its samples begin."""

    channels: int
    samples: int
    begin: int
    """Byte of the file at which the first sample stands."""


def wave_bytes(samples: Iterable[float], channels: int = 1) -> bytes:
    """A float wave file of ``samples``, those of all channels in turn.

    Raises:
        EngineError: a sample is not a finite number.
    """
    data = array("f", samples)
    if not all(map(math.isfinite, data)):
        raise EngineError("the sound holds samples that are not numbers.")
    if sys.byteorder == "big":
        data.byteswap()
    body, block = data.tobytes(), 4 * channels
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, _FLOAT, channels, SAMPLE_RATE, SAMPLE_RATE * block, block, 32)
    fact = struct.pack("<4sII", b"fact", 4, len(data) // channels)
    head = struct.pack("<4sI4s", b"RIFF", 4 + len(form) + len(fact) + 8 + len(body), b"WAVE")
    return head + form + fact + struct.pack("<4sI", b"data", len(body)) + body


def wave_samples(path: Path) -> tuple[array[float], int]:
    """All samples of a float wave file, those of all channels in turn, and the number of channels.

    Raises:
        EngineError: it is no float wave file of the studio's form.
    """
    facts = wave_facts(path)
    data: array[float] = array("f")
    with path.open("rb") as file:
        file.seek(facts.begin)
        data.frombytes(file.read(4 * facts.samples * facts.channels))
    if sys.byteorder == "big":
        data.byteswap()
    return data, facts.channels


def wave_facts(path: Path) -> WaveFacts:
    """Read the head of a float wave file.

    Raises:
        EngineError: it is no float wave file of the studio's form, or is shorter than it says.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        if file.read(4) != b"RIFF":
            raise EngineError("the sound is not a wave file.")
        file.seek(12)
        channels = 0
        for _ in range(_MOST_PARTS):
            if len(head := file.read(8)) < 8:
                break
            name, length = struct.unpack("<4sI", head)
            if name == b"fmt " and 16 <= length <= _CHUNK:
                tag, channels, rate = struct.unpack_from("<HHI", file.read(length))
                if (tag, rate) != (_FLOAT, SAMPLE_RATE) or not 1 <= channels <= _MOST_CHANNELS:
                    raise EngineError(f"the sound is not 32-bit float at {SAMPLE_RATE} Hz.")
            elif name == b"data" and channels:
                begin = file.tell()
                if begin + length > size or length % (4 * channels):
                    raise EngineError("the sound is shorter than its head says.")
                return WaveFacts(channels, length // (4 * channels), begin)
            else:
                file.seek(length + (length & 1), 1)
    raise EngineError("the wave file holds no sound.")


def check_finite(path: Path, facts: WaveFacts) -> None:
    """See that every sample is a finite number.

    Raises:
        EngineError: one is not; says which.
    """
    import numpy as np

    left, at = 4 * facts.samples * facts.channels, 0
    with path.open("rb") as file:
        file.seek(facts.begin)
        while left and (block := file.read(min(_CHUNK, left))):
            finite = np.isfinite(np.frombuffer(block, "<f4"))
            if not finite.all():
                sample = (at + int(finite.argmin())) // facts.channels
                raise EngineError(f"sample {sample} of the sound is not a finite number.")
            left, at = left - len(block), at + len(finite)
