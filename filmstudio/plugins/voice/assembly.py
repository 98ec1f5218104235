"""Phrases of source speech joined into one line, and the way of an event from the source to the finished sound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import soxr
from numpy.typing import NDArray

from filmstudio.core.rational import SAMPLE_RATE
from filmstudio.plugins.sound.kernels import read_at
from filmstudio.plugins.voice.espeak_call import SourceEvent, Spoken

Samples = NDArray[np.float64]

_AUDIBLE: Final = 0.006
"""Share of a phrase's peak under which its ends count as silence."""
_BEFORE, _AFTER = 0.004, 0.014
"""Seconds kept around what is audible."""
_FADE: Final = 0.006
_DRIFT_STEP: Final = 0.125
"""Seconds between the knots of the pitch drift."""
_FLOOR: Final = 10 ** (-52 / 20)
_EDGE: Final = SAMPLE_RATE // 250


@dataclass(frozen=True, slots=True)
class Trimmed:
    """A phrase without silence at its ends. Events are clamped into it; an event past the end lies at ``len(samples)``."""

    samples: Samples
    events: tuple[SourceEvent, ...]


def trim(spoken: Spoken) -> Trimmed:
    """Cut the silence at both ends of a phrase and fade them."""
    peak = float(np.abs(spoken.samples).max()) if len(spoken.samples) else 0.0
    loud = np.flatnonzero(np.abs(spoken.samples) > peak * _AUDIBLE) if peak else np.zeros(0, np.int64)
    if not len(loud):
        return Trimmed(np.zeros(0), ())
    first = max(0, int(loud[0]) - int(_BEFORE * spoken.rate))
    last = min(len(spoken.samples), int(loud[-1]) + 1 + int(_AFTER * spoken.rate))
    kept = spoken.samples[first:last].copy()
    fade = min(len(kept) // 4, int(_FADE * spoken.rate))
    if fade:
        ramp = np.linspace(0.0, 1.0, fade)
        kept[-fade:] *= ramp[::-1]
        kept[: fade // 2] *= ramp[: (fade // 2) * 2 : 2]
    events = tuple(
        SourceEvent(event.kind, min(max(event.sample - first, 0), len(kept)), event.position, event.sign) for event in spoken.events
    )
    return Trimmed(kept, events)


@dataclass(frozen=True, slots=True)
class Source:
    """A whole line at the source's rate: ``starts[i]`` is the sample at which part ``i`` begins."""

    samples: Samples
    starts: tuple[int, ...]


def join(parts: Sequence[Trimmed], gaps: Sequence[int]) -> Source:
    """Lay the parts one after another, ``gaps[i]`` samples of silence after part ``i``; none after the last."""
    buffers: list[Samples] = []
    starts: list[int] = []
    at = 0
    for index, (part, gap) in enumerate(zip(parts, gaps, strict=True)):
        starts.append(at)
        quiet = gap if index + 1 < len(parts) else 0
        buffers += [part.samples, np.zeros(quiet)]
        at += len(part.samples) + quiet
    return Source(np.concatenate(buffers) if buffers else np.zeros(0), tuple(starts))


class Clock:
    """Where a source sample lies in the finished line, in samples at 48 kHz; monotone."""

    def __init__(self, rate: float) -> None:
        self._scale = SAMPLE_RATE / rate
        self._warp: Samples | None = None
        self._finished = np.zeros(0)
        self._offset = 0
        self._length = 0

    def warped(self, positions: Samples) -> None:
        """The finished sample ``i`` was taken from ``positions[i]``, which rise."""
        self._warp, self._finished = positions, np.arange(len(positions), dtype=np.float64)

    def cut(self, first: int, length: int) -> None:
        """The line was cut to ``length`` samples from ``first``."""
        self._offset, self._length = first, length

    def __call__(self, sample: float) -> int:
        """The finished sample of a source sample, within the line."""
        at = sample * self._scale
        if self._warp is not None:
            at = float(np.interp(at, self._warp, self._finished))
        return min(max(round(at - self._offset), 0), self._length)


def resampled(source: Samples, rate: float) -> Samples:
    """The source at 48 kHz when its samples are taken to be ``rate`` Hz apart: a rate above its own raises the voice."""
    out: Samples = np.asarray(soxr.resample(source, rate, SAMPLE_RATE, quality="HQ"), np.float64)
    return out


def drifted(samples: Samples, amount: float, random: np.random.Generator) -> tuple[Samples, Samples | None]:
    """Let the pitch wander: speed varies by ``amount`` (one sigma) every 125 ms. Gives the samples and where each was taken from."""
    if amount <= 0 or len(samples) <= SAMPLE_RATE // 4:
        return samples, None
    knots = np.arange(0, len(samples) + _DRIFT_STEP * SAMPLE_RATE, _DRIFT_STEP * SAMPLE_RATE)
    speed = 1 + amount * np.clip(random.standard_normal(len(knots)), -2, 2)
    positions = np.concatenate([[0.0], np.cumsum(np.interp(np.arange(len(samples) - 1), knots, speed))])
    positions *= (len(samples) - 1) / positions[-1]
    moved: Samples = read_at(samples, positions)
    return moved, positions


def ends(samples: Samples) -> tuple[int, int]:
    """The range without silence at either end: at most 4 ms under -52 dB of the peak are kept before and after."""
    if not len(samples):
        return 0, 0
    size = np.abs(samples)
    loud = np.flatnonzero(size > size.max() * _FLOOR)
    if not len(loud):
        return 0, 0
    return max(0, int(loud[0]) - _EDGE), min(len(samples), int(loud[-1]) + 1 + _EDGE)


def faded(samples: Samples) -> Samples:
    """Both ends brought to zero within 3 ms, so that a cut is never a click."""
    length = min(len(samples) // 2, SAMPLE_RATE * 3 // 1000)
    out = samples.copy()
    if length:
        ramp = np.linspace(0.0, 1.0, length, endpoint=False)
        out[:length] *= ramp
        out[-length:] *= ramp[::-1]
    return out
