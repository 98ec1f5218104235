"""SoundFont 2 files: presets, instruments, zones and samples (SoundFont Technical Specification 2.04)."""

from __future__ import annotations

import importlib.util
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from filmstudio.core.errors import EngineError

DRUM_BANK = 128

# Generator numbers: specification, section 8.1.2.
_START, _END, _LOOP_START, _LOOP_END = 0, 1, 2, 3
_START_COARSE, _END_COARSE, _LOOP_START_COARSE, _LOOP_END_COARSE = 4, 12, 45, 50
_CUTOFF, _PAN, _INSTRUMENT, _KEYS, _VELOCITIES = 8, 17, 41, 43, 44
_DELAY, _ATTACK, _HOLD, _DECAY, _SUSTAIN, _RELEASE = 33, 34, 35, 36, 37, 38
_ATTENUATION, _COARSE, _FINE, _SAMPLE, _MODES, _SCALE, _ROOT = 48, 51, 52, 53, 54, 56, 58
_UNSIGNED = frozenset({_INSTRUMENT, _SAMPLE, _MODES, _KEYS, _VELOCITIES})
_NOT_ADDED = frozenset({_START, _END, _LOOP_START, _LOOP_END, _START_COARSE, _END_COARSE, _LOOP_START_COARSE, _LOOP_END_COARSE,
                        _INSTRUMENT, _KEYS, _VELOCITIES, _SAMPLE, _MODES, _ROOT})  # fmt: skip
_DEFAULTS = {_CUTOFF: 13500, _DELAY: -12000, _ATTACK: -12000, _HOLD: -12000, _DECAY: -12000, _RELEASE: -12000, _SCALE: 100, _ROOT: -1}
_ATTENUATION_FACTOR = 0.4
"""The E-mu hardware, by which fonts are made, applies 0.4 of the written attenuation (as FluidSynth does)."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A volume envelope: times in seconds, ``sustain`` in dB below the peak. ``decay`` and ``release`` are times to fall by 100 dB."""

    delay: float
    attack: float
    hold: float
    decay: float
    sustain: float
    release: float


@dataclass(frozen=True, slots=True)
class Region:
    """A stretch of sample memory played over a range of keys and velocities."""

    keys: tuple[int, int]
    velocities: tuple[int, int]
    start: int
    end: int
    loop: tuple[int, int] | None
    """First sample and the one after the last of the loop, counted from ``start``."""
    rate: int
    root: float
    """MIDI number at which the sample sounds as recorded, tuning included."""
    scale: float
    """Semitones per key."""
    gain_db: float
    pan: float
    cutoff: float
    """Low-pass cutoff, Hz."""
    envelope: Envelope


class SoundFont:
    """A font in memory; regions of a preset are made when first asked for."""

    def __init__(self, data: bytes) -> None:
        if data[:4] != b"RIFF" or data[8:12] != b"sfbk":
            raise EngineError("the sound font is not a SoundFont 2 file.")
        chunks = dict(_chunks(data))
        try:
            self.samples: NDArray[np.int16] = np.frombuffer(chunks["smpl"], "<i2")
            self._presets = list(struct.iter_unpack("<20sHHHIII", chunks["phdr"]))
            self._preset_bags = list(struct.iter_unpack("<HH", chunks["pbag"]))
            self._preset_generators = list(struct.iter_unpack("<HH", chunks["pgen"]))
            self._instruments = list(struct.iter_unpack("<20sH", chunks["inst"]))
            self._instrument_bags = list(struct.iter_unpack("<HH", chunks["ibag"]))
            self._instrument_generators = list(struct.iter_unpack("<HH", chunks["igen"]))
            self._headers = list(struct.iter_unpack("<20sIIIIIBbHH", chunks["shdr"]))
        except (KeyError, struct.error) as error:
            raise EngineError(f"the sound font is damaged: {error}.") from error
        self._index = {(row[2], row[1]): number for number, row in enumerate(self._presets[:-1])}
        self._made: dict[tuple[int, int], tuple[Region, ...]] = {}

    def has(self, bank: int, program: int) -> bool:
        """Whether the font holds this preset."""
        return (bank, program) in self._index

    def regions(self, bank: int, program: int) -> tuple[Region, ...]:
        """The regions of a preset.

        Raises:
            EngineError: the font has no such preset.
        """
        key = (bank, program)
        if key not in self._made:
            if key not in self._index:
                raise EngineError(f"the sound font has no preset {program} in bank {bank}.")
            self._made[key] = tuple(self._preset(self._index[key]))
        return self._made[key]

    def _preset(self, number: int) -> Iterator[Region]:
        bags = range(self._presets[number][3], self._presets[number + 1][3])
        common: dict[int, int] = {}
        for position, bag in enumerate(bags):
            zone = _zone(self._preset_generators, self._preset_bags, bag)
            if _INSTRUMENT not in zone:
                common = zone if position == 0 else common
                continue
            yield from self._instrument({**common, **zone})

    def _instrument(self, above: dict[int, int]) -> Iterator[Region]:
        number = above[_INSTRUMENT]
        common: dict[int, int] = {}
        for position, bag in enumerate(range(self._instruments[number][1], self._instruments[number + 1][1])):
            zone = _zone(self._instrument_generators, self._instrument_bags, bag)
            if _SAMPLE not in zone:
                common = zone if position == 0 else common
                continue
            region = self._region({**_DEFAULTS, **common, **zone}, above)
            if region is not None:
                yield region

    def _region(self, zone: dict[int, int], above: dict[int, int]) -> Region | None:
        keys, velocities = (_both(zone.get(kind), above.get(kind)) for kind in (_KEYS, _VELOCITIES))
        if keys is None or velocities is None:
            return None
        total = {kind: zone.get(kind, 0) + (0 if kind in _NOT_ADDED else above.get(kind, 0)) for kind in {*zone, *above, *_DEFAULTS}}
        _, start, end, loop_start, loop_end, rate, root, correction, _, _ = self._headers[zone[_SAMPLE]]
        start += total.get(_START, 0) + 32768 * total.get(_START_COARSE, 0)
        end += total.get(_END, 0) + 32768 * total.get(_END_COARSE, 0)
        first = loop_start + total.get(_LOOP_START, 0) + 32768 * total.get(_LOOP_START_COARSE, 0) - start
        last = loop_end + total.get(_LOOP_END, 0) + 32768 * total.get(_LOOP_END_COARSE, 0) - start
        looped = total.get(_MODES, 0) & 1 and 0 <= first < last - 1 and last <= end - start
        own = total[_ROOT] if total[_ROOT] >= 0 else root if root <= 127 else 60
        tuning = total.get(_COARSE, 0) + (total.get(_FINE, 0) + correction) / 100
        return Region(
            keys=keys,
            velocities=velocities,
            start=start,
            end=end,
            loop=(first, last) if looped else None,
            rate=rate,
            root=own - tuning,
            scale=total[_SCALE] / 100,
            gain_db=-_ATTENUATION_FACTOR * max(0, total.get(_ATTENUATION, 0)) / 10,
            pan=float(np.clip(total.get(_PAN, 0) / 500, -1, 1)),
            cutoff=float(8.176 * 2 ** (min(13500, max(1500, total[_CUTOFF])) / 1200)),
            envelope=Envelope(
                delay=_seconds(total[_DELAY]),
                attack=_seconds(total[_ATTACK]),
                hold=_seconds(total[_HOLD]),
                decay=_seconds(total[_DECAY]),
                sustain=min(100.0, max(0, total.get(_SUSTAIN, 0)) / 10),
                release=_seconds(total[_RELEASE]),
            ),
        )


@lru_cache(maxsize=1)
def studio_font() -> SoundFont:
    """The font that is installed with ``pretty_midi``: TimGM6mb by Tim Brechbill (GPL-2.0). The same on every machine.

    Raises:
        EngineError: it is not there.
    """
    found = importlib.util.find_spec("pretty_midi")
    path = Path(found.origin).parent / "TimGM6mb.sf2" if found and found.origin else None
    if path is None or not path.is_file():
        raise EngineError(
            "the studio's sound font is missing.", remedy="Install pretty_midi again: pip install --force-reinstall pretty_midi"
        )
    return SoundFont(path.read_bytes())


def _chunks(data: bytes) -> Iterator[tuple[str, memoryview]]:
    """Every leaf chunk of the file, inside its lists."""
    view = memoryview(data)
    pending = [(12, len(data))]
    while pending:
        at, end = pending.pop()
        while at + 8 <= end:
            name, size = struct.unpack_from("<4sI", data, at)
            if name == b"LIST":
                pending.append((at + 12, at + 8 + size))
            else:
                yield name.decode("ascii", "replace"), view[at + 8 : at + 8 + size]
            at += 8 + size + (size & 1)


def _zone(generators: list[tuple[int, ...]], bags: list[tuple[int, ...]], bag: int) -> dict[int, int]:
    zone = {}
    for kind, amount in generators[bags[bag][0] : bags[bag + 1][0]]:
        zone[kind] = amount if kind in _UNSIGNED or amount < 32768 else amount - 65536
    return zone


def _both(inner: int | None, outer: int | None) -> tuple[int, int] | None:
    """The intersection of two ranges (low byte, high byte), or None when nothing is in both."""
    low, high = 0, 127
    for amount in (inner, outer):
        if amount is not None:
            low, high = max(low, amount & 255), min(high, amount >> 8)
    return (low, high) if low <= high else None


def _seconds(timecents: int) -> float:
    return 0.0 if timecents <= -12000 else float(2 ** (timecents / 1200))
