"""What becomes of an attempt that failed: by whose fault it was, tried again after a growing pause, or given up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from filmstudio.core.model import seed_from
from filmstudio.scheduler.job import ErrorClass


@dataclass(frozen=True, slots=True)
class Retry:
    """How often, and after how long. Seconds."""

    failures: int = 3
    """In a row, without getting farther; then the job is given up. A worker that dies while its film goes on is no such failure."""
    store_failures: int = 12
    """The same, where the store or a disk was away: with the pauses between them about six minutes."""
    first_seconds: float = 1.0
    longest_seconds: float = 60.0
    elsewhere_seconds: float = 10.0
    """How long a worker whose engine failed is passed over: others, if there are any, come first."""


def in_a_row(kinds: Sequence[ErrorClass]) -> int:
    """How many of these failures in a row, latest last, count against the latest: a store that was away makes no engine bad."""
    return sum((kind == "store") == (kinds[-1] == "store") for kind in kinds)


def retry_after(rules: Retry, kind: ErrorClass, failures: int, seed: str) -> float | None:
    """Seconds until the next try; None when there is none.

    Doubles with each failure, and is spread by half either way, always the same for one ``seed``: jobs that failed together do
    not all come back together.
    """
    if kind in ("input", "unsupported") or failures >= (rules.store_failures if kind == "store" else rules.failures):
        return None
    pause = min(rules.longest_seconds, rules.first_seconds * 2.0 ** (failures - 1))
    return pause * (0.5 + (seed_from("retry", seed) >> 10) / (1 << 53))
