"""What worker processes have in common: one thread each, variables that they are born with, and a measure of the memory they hold."""

from __future__ import annotations

import contextlib
import os
import resource
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

ONE_THREAD: Final = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "VIPS_CONCURRENCY": "1",
    "NUMBA_NUM_THREADS": "1",
}
"""One thread a worker: bytes do not depend on the machine's cores, and workers do not fight for them."""


def peak_rss_mb() -> float:
    """The most memory this process has held, MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def rss_mb(process: int) -> float:
    """Memory that a process and its children hold now, MB; 0 where the system does not tell (it is read from ``/proc``)."""
    total, left = 0, [process]
    while left:
        folder = Path("/proc", str(left.pop()))
        with contextlib.suppress(OSError, ValueError, IndexError):
            total += int((folder / "statm").read_text().split()[1])
            for children in folder.glob("task/*/children"):
                left += map(int, children.read_text().split())
    return total * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


@contextlib.contextmanager
def variables_set(variables: Mapping[str, str]) -> Iterator[None]:
    """Set while the block runs: libraries of a child read it as the child imports them."""
    saved = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in saved.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
