"""A dispatcher that runs each batch of the studio's own engines in this process: for short work and for tests."""

from __future__ import annotations

from collections import deque
from pathlib import Path

from filmstudio.core.perform import Batch, Outcome, Performer


class InlineDispatcher:
    """Runs batches one after another when waited for."""

    slots = 1

    def __init__(self, address: Path | str, cache: Path | None = None) -> None:
        self._performer = Performer(address, cache)
        self._address = (address, cache)
        self._queue: deque[Batch] = deque()

    def submit(self, batch: Batch) -> None:
        """Queue a batch."""
        self._queue.append(batch)

    def wait(self, timeout: float | None = None) -> list[Outcome]:
        """Run the oldest batch; a guest's in a process of its own."""
        if not self._queue:
            return []
        batch = self._queue.popleft()
        return self._performer.perform(batch) if batch.guest is None else self._apart(batch)

    def interrupt(self) -> None:
        """Nothing waits here."""

    def cancel(self) -> None:
        """Forget what is queued."""
        self._queue.clear()

    def _apart(self, batch: Batch) -> list[Outcome]:
        from filmstudio.core.local import LocalDispatcher

        address, cache = self._address
        with LocalDispatcher(address, workers=1, cache=cache) as crew:
            crew.submit(batch)
            return crew.wait()
