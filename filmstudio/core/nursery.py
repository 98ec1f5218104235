"""Where workers are born: importing this module in a fork server loads the engines named in ``FILMSTUDIO_NURSERY``.

The server is told by an environment variable because importing is all that a fork server can be asked to do before it forks.
What is loaded there is loaded once for all workers, and its memory is shared.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
import threading
from collections.abc import Sequence
from multiprocessing import forkserver, get_context
from typing import Final

from filmstudio.core.processes import ONE_THREAD, variables_set

VARIABLE: Final = "FILMSTUDIO_NURSERY"
"""Addresses ``module:Class`` or roles, spaces between."""

FORKS: Final = sys.platform == "linux"
"""macOS has a fork server too, but its own libraries are not safe after a fork."""

EARLY: Final = ("voice", "picture", "backdrop", "music", "mixing")
"""Roles whose engines take longest to load, in the order in which a film needs them."""

_LOOK_SECONDS: Final = 0.05


def begin(names: Sequence[str] = EARLY) -> None:
    """Start this process's fork server, which loads engines while this process goes on; one that runs already stays as it is.

    ``names``: addresses of the studio's own engines, or roles, for the studio's own default of each. Those who can say so little
    before they import the studio's larger half win the second that it takes.
    """
    if FORKS:
        get_context("forkserver").set_forkserver_preload([__name__])
        if names:
            with variables_set({**ONE_THREAD, VARIABLE: " ".join(names)}):
                forkserver.ensure_running()


def _load(names: list[str]) -> None:
    done = threading.Event()
    watch = threading.Thread(target=_leave_with, args=(os.getppid(), done))
    watch.start()
    try:
        _load_all(names)
    finally:
        done.set()
        watch.join()  # a process that forks has no threads


def _leave_with(parent: int, done: threading.Event) -> None:
    """End at once when the studio has ended: a command that fails early is not done for its pipes while its engines still load."""
    while not done.wait(_LOOK_SECONDS):
        if os.getppid() != parent:
            os._exit(0)


def _load_all(names: list[str]) -> None:
    from filmstudio.core.perform import engine_at

    # Nothing of this will ever be garbage. It is not searched for any while it is loaded, nor by any worker, whose pages of it
    # then stay shared.
    gc.disable()
    for address in _addresses(names):
        # What fails here fails again in a worker, with its task's name, when the engine is needed.
        with contextlib.suppress(Exception):
            engine_at(address).load()
    gc.freeze()
    gc.enable()


def _addresses(names: list[str]) -> list[str]:
    """Addresses of engines, those of roles looked up among the studio's own; what is no role is nobody's."""
    from filmstudio.core.plugins import Plugins
    from filmstudio.core.roles import ROLES

    roles = [name for name in names if name in ROLES]
    house = Plugins(guests=False) if roles else None
    return [house.engine(name).address if house and name in roles else name for name in names if ":" in name or name in roles]


if _named := os.environ.pop(VARIABLE, "").split():
    _load(_named)
