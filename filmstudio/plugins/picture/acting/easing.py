"""Easing: how a channel travels from one key to the next. Formulas of ``motion.json``, section easing."""

from __future__ import annotations

from collections.abc import Callable


def _inout(t: float) -> float:
    return t * t * (3.0 - 2.0 * t)


def _back(t: float) -> float:
    """Soft start, 7 % past the goal at 70 % of the time, then settling: a classic back-out starts at full speed and pops."""
    return 1.07 * _inout(t / 0.7) if t < 0.7 else 1.07 - 0.07 * _inout((t - 0.7) / 0.3)


EASINGS: dict[str, Callable[[float], float]] = {
    "lin": lambda t: t,
    "in": lambda t: t * t,
    "out": lambda t: 1.0 - (1.0 - t**1.25) ** 2.4,
    "out3": lambda t: 1.0 - (1.0 - t) ** 3,
    "inout": _inout,
    "inout5": lambda t: t**3 * (t * (6.0 * t - 15.0) + 10.0),
    "stroke": lambda t: 1.0 - (1.0 - t**1.35) ** 2.6,
    "back": _back,
    "anticip": lambda t: t * t * (2.4 * t - 1.4),
    "step": lambda t: 1.0 if t >= 1.0 else 0.0,
}
"""Functions of progress 0..1 by name; all reach 1 at 1."""


def ease(progress: float, kind: str) -> float:
    """Where a channel is at ``progress`` (clamped to 0..1) of its way to a key with easing ``kind``.

    Raises:
        KeyError: there is no such easing.
    """
    return EASINGS[kind](0.0 if progress < 0.0 else 1.0 if progress > 1.0 else progress)
