"""A track: one channel over a shot, as keys that can be cut into while it runs. Times are frames of the motion data, 24 a second."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Generic, TypeVar

from filmstudio.plugins.picture.acting.easing import EASINGS

DATA_FPS = 24
"""Frames a second of the motion data; every time in this package is counted in them."""


T = TypeVar("T")


class Track:
    """Keys of one channel; before the first key the channel rests at ``base``."""

    __slots__ = ("_eases", "_times", "_values", "base")

    def __init__(self, base: float) -> None:
        self.base = base
        self._times: list[float] = []
        self._eases: list[str] = []
        self._values: list[float] = []

    def key(self, time: float, value: float, ease: str = "inout") -> None:
        """Arrive at ``value`` at ``time``. Keys are added in order; one that comes too early waits for the last."""
        if not self._times:
            self._times.append(min(time, 0.0) - 1.0)
            self._eases.append("inout")
            self._values.append(self.base)
        self._times.append(max(time, self._times[-1] + 1e-3))
        self._eases.append(ease)
        self._values.append(value)

    def cut(self, time: float) -> float:
        """Stop whatever runs at ``time``, hold the value it has there, and return it: how one move interrupts another."""
        value = self.at(time)
        keep = bisect_right(self._times, time)
        del self._times[keep:], self._eases[keep:], self._values[keep:]
        self.key(time, value)
        return value

    def to(self, start: float, end: float, value: float, ease: str = "inout") -> None:
        """Go from wherever the channel is at ``start`` to ``value`` at ``end``."""
        self.cut(start)
        self.key(end, value, ease)

    @property
    def end(self) -> float:
        """The time of the last key; minus infinity when there is none."""
        return self._times[-1] if self._times else float("-inf")

    @property
    def keyed(self) -> bool:
        """Whether anything ever moves the channel."""
        return bool(self._times)

    def at(self, time: float) -> float:
        """The value at ``time``."""
        times = self._times
        if not times:
            return self.base
        index = bisect_right(times, time)
        if index == 0:
            return self.base
        if index == len(times):
            return self._values[-1]
        return self._between(index, time)

    def bake(self, times: Sequence[float]) -> list[float]:
        """The value at every one of ``times``, which ascend."""
        keys = self._times
        if not keys:
            return [self.base] * len(times)
        baked: list[float] = []
        index, count, last = 0, len(keys), self._values[-1]
        for time in times:
            while index < count and keys[index] <= time:
                index += 1
            baked.append(self.base if index == 0 else last if index == count else self._between(index, time))
        return baked

    def _between(self, index: int, time: float) -> float:
        before, after = self._values[index - 1], self._values[index]
        if before == after:
            return after
        start = self._times[index - 1]
        return before + (after - before) * EASINGS[self._eases[index]]((time - start) / (self._times[index] - start))


class Steps(Generic[T]):
    """A channel that jumps, such as the part a hand is drawn with: a value from each time on."""

    __slots__ = ("_times", "_values", "base")

    def __init__(self, base: T) -> None:
        self.base = base
        self._times: list[float] = []
        self._values: list[T] = []

    def cut(self, time: float) -> None:
        """Forget every change from ``time`` on."""
        keep = bisect_right(self._times, time)
        del self._times[keep:], self._values[keep:]

    def set(self, time: float, value: T) -> None:
        """Jump to ``value`` at ``time``; changes are added in order."""
        self._times.append(max(time, self._times[-1]) if self._times else time)
        self._values.append(value)

    def at(self, time: float) -> T:
        """The value at ``time``."""
        index = bisect_right(self._times, time)
        return self._values[index - 1] if index else self.base

    def bake(self, times: Sequence[float]) -> list[T]:
        """The value at every one of ``times``."""
        if not self._times:
            return [self.base] * len(times)
        return [self.at(time) for time in times]
