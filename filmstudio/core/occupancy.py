"""Who is at work in a store: renders leave a note while they run, and pruning keeps clear of what they use.

All locks are advisory and end with the process that holds them, however it ends. Where the disk knows no locks (some network
file systems), nothing waits and nothing is protected, as if nobody else were there.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

_CLOCK_SECONDS = 2.0
"""How coarse a file system's clock may be: FAT keeps times to two seconds."""


class Occupancy:
    """The lock file of a store, and the notes of the renders that run in it."""

    def __init__(self, root: Path) -> None:
        self._lock, self._notes = root / "lock", root / "renders"

    @contextlib.contextmanager
    def sharing(self) -> Iterator[None]:
        """For one look into the store or one change of it; waits while somebody prunes."""
        with _locked(self._lock, fcntl.LOCK_SH):
            yield

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """For pruning: everybody else waits."""
        with _locked(self._lock, fcntl.LOCK_EX):
            yield

    @contextlib.contextmanager
    def rendering(self) -> Iterator[None]:
        """For a render: what is made or used from here on stays until the end of it."""
        name = ""
        with contextlib.suppress(OSError), self.sharing():  # a store that is only read is not pruned either
            self._notes.mkdir(exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._notes)
            fcntl.flock(handle, fcntl.LOCK_EX)
        try:
            yield
        finally:
            if name:
                Path(name).unlink(missing_ok=True)
                os.close(handle)

    def renders(self) -> list[float]:
        """When each running render began, in the file system's own time, seconds. Notes that the killed left are cleared away."""
        begun: list[float] = []
        for note in self._notes.iterdir() if self._notes.is_dir() else ():
            with contextlib.suppress(FileNotFoundError), note.open("rb") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    begun.append(note.stat().st_mtime - _CLOCK_SECONDS)
                else:
                    note.unlink(missing_ok=True)
        return begun


@contextlib.contextmanager
def _locked(path: Path, how: int) -> Iterator[None]:
    handle = -1
    with contextlib.suppress(OSError):
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        fcntl.flock(handle, how)
    try:
        yield
    finally:
        if handle >= 0:
            os.close(handle)
