"""The machine that a benchmark ran on: times mean nothing without it."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Machine:
    """Cores, processor, Python, and how busy the machine was when the benchmark began."""

    cores: int
    cpu: str
    python: str
    system: str
    load: float
    """Processes waiting for a core in the last minute; above 0 something else was running."""

    def __str__(self) -> str:
        return f"{self.cpu}, {self.cores} cores, Python {self.python}, {self.system}"


def this_machine() -> Machine:
    """The machine this runs on."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    return Machine(os.cpu_count() or 1, _cpu(), platform.python_version(), f"{platform.system()} {platform.machine()}", round(load, 2))


def _cpu() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown"
