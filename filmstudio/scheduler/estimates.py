"""What a task is thought to take before it has run: learnt from those that have, in resource-seconds."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final

from filmstudio.core.engine import Needs

GPU_IN_CORES: Final = 16.0
"""What a GPU counts for in CPU cores: a g4dn.4xlarge, the middle of AWS's one-GPU machines, has 16 for its T4."""

LOADING_SECONDS: Final = 20.0
"""What it is thought to take until the model of a GPU's engine is loaded."""

_MEMORY: Final = 0.2
"""Weight of the latest measurement: about the last ten count."""


def resources(needs: Needs) -> float:
    """What one second of an engine counts for, in core-seconds."""
    return needs.cpu + GPU_IN_CORES * needs.gpu


class Estimates:
    """A moving average of measured seconds for each kind of task. A wrong one is corrected after the fact; see ``fairshare``."""

    def __init__(self, unknown: float = 1.0) -> None:
        """``unknown``: seconds that a task of a kind never seen is thought to take."""
        self._unknown = unknown
        self._means: dict[Hashable, float] = {}

    def seconds(self, kind: Hashable) -> float:
        """Seconds that one task of this kind is thought to take."""
        return self._means.get(kind, self._unknown)

    def learn(self, kind: Hashable, seconds: float) -> None:
        """One has taken so long."""
        mean = self._means.get(kind)
        self._means[kind] = seconds if mean is None else mean + _MEMORY * (seconds - mean)
