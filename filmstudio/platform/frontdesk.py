"""The front desk: takes submissions of many requests and writes them together, so that many share one flush to the disk."""

from __future__ import annotations

import asyncio
import queue
import threading
from typing import Final

from filmstudio.core.errors import StoreError, StudioError
from filmstudio.scheduler.job import Job, Submission
from filmstudio.scheduler.jobs import Jobs

_MOST_TOGETHER: Final = 64
_MOST_WAITING: Final = 2_000

_Asked = tuple[Submission, asyncio.AbstractEventLoop, "asyncio.Future[Job]"]


class FrontDesk:
    """One thread that submits. What came while the last batch was written is the next batch."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs
        self._asked: queue.Queue[_Asked | None] = queue.Queue(_MOST_WAITING)
        self._thread = threading.Thread(target=self._work, name="front desk", daemon=True)
        self._thread.start()

    async def submit(self, submission: Submission) -> Job:
        """Submit; the job is durable when this returns.

        Raises:
            KeyConflict, QuotaExceeded: as ``Jobs.submit``.
            StoreError: too many wait already, or the database cannot be written.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Job] = loop.create_future()
        try:
            self._asked.put_nowait((submission, loop, answer))
        except queue.Full:
            raise StoreError("more submissions wait than can be written.", remedy="Try again in a moment.") from None
        return await answer

    def close(self) -> None:
        """Write what was asked for and stop."""
        self._asked.put(None)
        self._thread.join(timeout=30)

    def _work(self) -> None:
        while (first := self._asked.get()) is not None:
            batch = [first]
            ending = False
            while len(batch) < _MOST_TOGETHER and not self._asked.empty():
                more = self._asked.get()
                if more is None:
                    ending = True
                    break
                batch.append(more)
            self._write(batch)
            if ending:
                return

    def _write(self, batch: list[_Asked]) -> None:
        try:
            answers = self._jobs.submit_all([submission for submission, _, _ in batch])
        except Exception as error:
            failure = StoreError(f"the job could not be written: {type(error).__name__}.", remedy="Try again.")
            failure.__cause__ = error
            answers = [failure] * len(batch)
        for (_, loop, future), answer in zip(batch, answers, strict=True):
            loop.call_soon_threadsafe(_settle, future, answer)


def _settle(future: asyncio.Future[Job], answer: Job | StudioError) -> None:
    if future.cancelled():
        return  # whoever asked has gone; the job is made nonetheless
    if isinstance(answer, StudioError):
        future.set_exception(answer)
    else:
        future.set_result(answer)
