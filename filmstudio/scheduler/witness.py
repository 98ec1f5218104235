"""A witness of fairness: sees who waits, what starts and what it took, and measures how far services grow apart.

It knows nothing of virtual time. What it measures is held against the queue's ``service_gap_bound``: in the tests, in the
simulation and in the benchmark. Between two tenants it looks at every stretch of time in which both had tasks waiting all along.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from filmstudio.scheduler.virtualtime import UnfairOrder

_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class Gap:
    """How far two services grew apart, in normalised seconds, and how far they might have."""

    one: str
    other: str
    measured: float
    bound: float

    @property
    def share(self) -> float:
        """Of the bound; more than 1 is unfair."""
        return self.measured / self.bound if self.bound > 0 else 0.0 if self.measured <= _ROUNDING else np.inf


class Witness:
    """Watches some tenants (or some films of one tenant). Each event costs O(number watched)."""

    def __init__(self, names: Sequence[str], reach: Callable[[str], float]) -> None:
        """``reach``: each one's part of its bounds, asked after every event."""
        size = len(names)
        self._names, self._reach = list(names), reach
        self._index = {name: index for index, name in enumerate(names)}
        self._service = np.zeros(size)
        self._tasks = np.zeros(size, dtype=np.int64)
        self._least, self._most = np.zeros((size, size)), np.zeros((size, size))
        self._bounds = np.zeros(size)
        self.worst = Gap("", "", 0.0, 0.0)
        """The largest gap, as a share of its bound."""

    @property
    def watched(self) -> int:
        """How many it watches."""
        return len(self._names)

    def waits(self, name: str, tasks: int = 1) -> None:
        """So many more tasks of it wait; fewer, if negative. A start is told before the task is taken off."""
        index = self._index.get(name)
        if index is None:
            return
        before = self._tasks[index]
        self._tasks[index] += tasks
        if before == 0 and tasks > 0:
            apart = self._service[index] - self._service
            self._least[index] = self._most[index] = apart
            self._least[:, index] = self._most[:, index] = -apart

    def serves(self, name: str, normalised: float) -> None:
        """It is served so much: what a task that starts is thought to take, or, when it ends, what is to be corrected."""
        index = self._index.get(name)
        if index is None:
            return
        self._service[index] += normalised
        self._bounds[index] = self._reach(name)
        if self._tasks[index] == 0:
            return
        both = self._tasks > 0
        apart = self._service[index] - self._service
        self._least[index] = least = np.where(both, np.minimum(self._least[index], apart), self._least[index])
        self._most[index] = most = np.where(both, np.maximum(self._most[index], apart), self._most[index])
        self._least[:, index], self._most[:, index] = -most, -least
        self._judge(index, np.where(both, most - least, 0.0))

    def assert_fair(self) -> None:
        """See that no gap was larger than its bound.

        Raises:
            UnfairOrder: one was.
        """
        if self.worst.share > 1 + _ROUNDING:
            gap = self.worst
            raise UnfairOrder(f"{gap.one} and {gap.other} grew apart by {gap.measured:g} normalised seconds, over {gap.bound:g}.")

    def _judge(self, index: int, gaps: np.ndarray) -> None:
        bounds = self._bounds + self._bounds[index]
        shares = np.where(gaps > _ROUNDING, gaps / np.maximum(bounds, 1e-300), 0.0)
        shares[index] = 0.0
        worst = int(np.argmax(shares))
        if shares[worst] > self.worst.share:
            self.worst = Gap(self._names[index], self._names[worst], float(gaps[worst]), float(bounds[worst]))
