"""What becomes of an attempt that failed: by whose fault it was, tried again after a growing pause, or given up."""

from __future__ import annotations

from dataclasses import dataclass

from filmstudio.core.model import seed_from
from filmstudio.scheduler.job import ErrorClass


@dataclass(frozen=True, slots=True)
class Retry:
    """How often, and after how long. Seconds."""

    failures: int = 3
    """In a row, without getting farther; then the job is given up. A worker that dies while its film goes on is no such failure."""
    first_seconds: float = 1.0
    longest_seconds: float = 60.0
    elsewhere_seconds: float = 10.0
    """How long a worker whose engine failed is passed over: others, if there are any, come first."""


def retry_after(rules: Retry, kind: ErrorClass, failures: int, seed: str) -> float | None:
    """Seconds until the next try; None when there is none.

    Doubles with each failure, and is spread by half either way, always the same for one ``seed``: jobs that failed together do
    not all come back together.
    """
    if kind in ("input", "unsupported") or failures >= rules.failures:
        return None
    pause = min(rules.longest_seconds, rules.first_seconds * 2.0 ** (failures - 1))
    return pause * (0.5 + (seed_from("retry", seed) >> 10) / (1 << 53))
