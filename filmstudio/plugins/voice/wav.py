"""WAV files of 32-bit float samples."""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

from filmstudio.core.rational import SAMPLE_RATE

_IEEE_FLOAT = 3
"""WAVE_FORMAT_IEEE_FLOAT of the RIFF registry; needs a ``fact`` chunk."""


def wav_bytes(samples: NDArray[np.float32], rate: int = SAMPLE_RATE) -> bytes:
    """A WAV file of ``samples``, shape (n,) or (n, channels), float32, 1.0 = full scale."""
    channels = 1 if samples.ndim == 1 else samples.shape[1]
    data = np.ascontiguousarray(samples, "<f4").tobytes()
    form = struct.pack("<HHIIHHH", _IEEE_FLOAT, channels, rate, rate * channels * 4, channels * 4, 32, 0)
    fact = struct.pack("<I", len(samples))
    chunks = b"".join(name + struct.pack("<I", len(body)) + body for name, body in ((b"fmt ", form), (b"fact", fact), (b"data", data)))
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks
