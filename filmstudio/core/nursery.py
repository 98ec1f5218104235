"""Where workers are born: importing this module loads the engines named in ``FILMSTUDIO_NURSERY``.

The fork server imports it, and nothing else does. It is told by an environment variable because importing is all that a
fork server can be asked to do before it forks. What is loaded here is loaded once for all workers, and its memory is shared.
"""

from __future__ import annotations

import contextlib
import gc
import os
from typing import Final

from filmstudio.core.perform import engine_at

VARIABLE: Final = "FILMSTUDIO_NURSERY"
"""Addresses ``module:Class``, spaces between."""


def _load(addresses: list[str]) -> None:
    # Nothing of this will ever be garbage. It is not searched for any while it is loaded, nor by any worker, whose pages of it
    # then stay shared.
    gc.disable()
    for address in addresses:
        # What fails here fails again in a worker, with its task's name, when the engine is needed.
        with contextlib.suppress(Exception):
            engine_at(address).load()
    gc.freeze()
    gc.enable()


if _named := os.environ.pop(VARIABLE, "").split():
    _load(_named)
