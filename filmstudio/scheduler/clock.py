"""Time: the machine's, or a simulation's, which passes only when something happens."""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable
from itertools import count
from typing import Any, Protocol


class Clock(Protocol):
    """Seconds from some beginning; never falls."""

    def now(self) -> float:
        """Seconds."""
        ...


class RealClock:
    """The machine's own, which no change of the date moves."""

    def now(self) -> float:
        """Seconds."""
        return time.monotonic()


class VirtualClock:
    """A clock that stands still while something happens and jumps to what happens next. What is due together comes in the order given."""

    def __init__(self) -> None:
        self._now = 0.0
        self._due: list[tuple[float, int, Callable[[], Any]]] = []
        self._numbers = count()

    def now(self) -> float:
        """Seconds."""
        return self._now

    def after(self, seconds: float, do: Callable[[], Any]) -> None:
        """Have something done ``seconds`` (0 or more) from now."""
        heapq.heappush(self._due, (self._now + max(0.0, seconds), next(self._numbers), do))

    def step(self, until: float) -> bool:
        """Go to the next moment at which something is due, and do all of it; False when that is after ``until``."""
        if not self._due or self._due[0][0] > until:
            self._now = max(self._now, until)
            return False
        self._now = self._due[0][0]
        while self._due and self._due[0][0] <= self._now:
            heapq.heappop(self._due)[2]()
        return True
