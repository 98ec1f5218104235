"""Wave files of the studio: 32-bit float at 48 kHz, read as views of the file."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from filmstudio.core.errors import EngineError
from filmstudio.core.rational import SAMPLE_RATE

Wave = NDArray[np.float32]
"""Samples, -1 to 1: shape (samples,) for mono or (samples, 2) for stereo."""

_FLOAT = 3  # WAVE_FORMAT_IEEE_FLOAT


def write_wave(path: Path, wave: Wave) -> None:
    """Write samples as 32-bit float; the header holds nothing but the format, so equal samples are equal bytes.

    Raises:
        EngineError: a sample is not a finite number.
    """
    write_blocks(path, [wave], len(wave), 1 if wave.ndim == 1 else wave.shape[1])


def write_blocks(path: Path, blocks: Iterable[Wave], samples: int, channels: int) -> None:
    """Write a wave of ``samples`` samples block by block, so that a long one is never held whole.

    Raises:
        EngineError: a sample is not a finite number, or the blocks are not as long as promised.
    """
    block, size = 4 * channels, 4 * channels * samples
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, _FLOAT, channels, SAMPLE_RATE, SAMPLE_RATE * block, block, 32)
    fact = struct.pack("<4sII", b"fact", 4, samples)
    head = struct.pack("<4sI4s", b"RIFF", 4 + len(form) + len(fact) + 8 + size, b"WAVE")
    written = 0
    with path.open("wb") as file:
        file.write(head + form + fact + struct.pack("<4sI", b"data", size))
        for wave in blocks:
            if not np.isfinite(wave).all():
                raise EngineError("the sound holds samples that are not numbers.")
            file.write(np.ascontiguousarray(wave, dtype="<f4").tobytes())
            written += len(wave)
    if written != samples:
        raise EngineError(f"the sound is {written} samples long, {samples} were promised.")


def read_wave(path: Path) -> Wave:
    """A read-only view of the file's samples; nothing is loaded before it is used.

    Raises:
        EngineError: it is not a 48 kHz float wave file.
    """
    with path.open("rb") as file:
        if file.read(4) != b"RIFF":
            raise EngineError(f"{path.name[:12]} is not a wave file.")
        file.seek(12)
        channels = 0
        while len(head := file.read(8)) == 8:
            name, size = struct.unpack("<4sI", head)
            if name == b"fmt ":
                tag, channels, rate = struct.unpack("<HHI", file.read(8))
                if (tag, rate) != (_FLOAT, SAMPLE_RATE):
                    raise EngineError(f"{path.name[:12]} is not a 48 kHz float wave file.")
                file.seek(size - 8, 1)
            elif name == b"data":
                begin = file.tell()
                break
            else:
                file.seek(size + (size & 1), 1)
        else:
            raise EngineError(f"{path.name[:12]} holds no sound.")
    count = size // 4 // max(1, channels)
    if count == 0:
        return np.zeros((0,) if channels == 1 else (0, channels), np.float32)
    shape = (count,) if channels == 1 else (count, channels)
    return np.memmap(path, dtype="<f4", mode="r", offset=begin, shape=shape)


def stereo(wave: Wave) -> Wave:
    """The wave with two channels."""
    return np.repeat(wave[:, None], 2, axis=1) if wave.ndim == 1 else wave


def decibels(level: float) -> float:
    """The factor that ``level`` dB stands for."""
    return float(10.0 ** (level / 20.0))
