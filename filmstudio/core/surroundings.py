"""What all code of a process shares, kept as it was: working folder, variables, signals, locale, the seeds of random numbers.

A worker runs many batches, and none may find what another left. What can be put back is; what cannot be is told, and the
worker is not used again.
"""

from __future__ import annotations

import locale
import os
import random
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

_SEED: Final = 0
_SIGNALS: Final = tuple(one for one in signal.valid_signals() if one not in (signal.SIGKILL, signal.SIGSTOP))


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The state of this process that engines share."""

    folder: str
    variables: dict[str, str]
    handlers: dict[int, Any]
    language: str
    mask: int
    path: tuple[str, ...]
    threads: int

    @classmethod
    def now(cls) -> Surroundings:
        """As they are."""
        mask = os.umask(0o022)
        os.umask(mask)
        handlers = {int(one): signal.getsignal(one) for one in _SIGNALS}
        try:
            folder = str(Path.cwd())
        except FileNotFoundError:  # somebody deleted it
            folder = ""
        return cls(folder, dict(os.environ), handlers, locale.setlocale(locale.LC_ALL), mask, tuple(sys.path), threading.active_count())

    def restore(self, *, seeds: bool = True) -> tuple[str, ...]:
        """Put everything back; returns what could not be, in words. Without ``seeds``, random numbers go on as they were left."""
        left: list[str] = []
        steps: tuple[tuple[str, Callable[[], Any]], ...] = (
            ("the working folder", lambda: os.chdir(self.folder or "/")),
            ("environment variables", self._restore_variables),
            ("signal handlers", self._restore_handlers),
            ("the locale", lambda: locale.setlocale(locale.LC_ALL, self.language)),
            ("the mask of new files", lambda: os.umask(self.mask)),
            ("the import path", lambda: sys.path.__setitem__(slice(None), list(self.path))),
            ("random seeds", seed_everything if seeds else lambda: None),
        )
        for what, put_back in steps:
            try:
                put_back()
            except Exception:  # whatever a stranger did to it, the worker's life ends here and the next one is clean
                left.append(what)
        if (more := threading.active_count() - self.threads) > 0:
            left.append(f"{more} thread{'s' if more > 1 else ''} left running")
        return tuple(left)

    def _restore_variables(self) -> None:
        if dict(os.environ) != self.variables:
            os.environ.clear()
            os.environ.update(self.variables)

    def _restore_handlers(self) -> None:
        for one, handler in self.handlers.items():
            # None is a handler that Python did not set, faulthandler's for one: it cannot be set again from here.
            if handler is not None and signal.getsignal(one) is not handler:
                signal.signal(one, handler)
        signal.setitimer(signal.ITIMER_REAL, 0)


def seed_everything() -> None:
    """Begin every global sequence of random numbers anew, so that even careless code gives the same bytes twice."""
    random.seed(_SEED)
    if (numpy := sys.modules.get("numpy")) is not None:
        numpy.random.seed(_SEED)
    if (torch := sys.modules.get("torch")) is not None:
        torch.manual_seed(_SEED)
