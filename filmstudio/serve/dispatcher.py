"""Core's dispatcher through Serve handles: calls go out as text, outcomes come back, and what dies on the way is transient."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import queue
import threading
import time
from collections.abc import Sequence
from typing import Any, Final

from ray import serve
from ray.exceptions import (
    GetTimeoutError,
    ObjectLostError,
    OwnerDiedError,
    RayActorError,
    RaySystemError,
    RayTaskError,
    TaskCancelledError,
    WorkerCrashedError,
)
from ray.serve.exceptions import BackPressureError, DeploymentUnavailableError, RequestCancelledError

from filmstudio.core.engine import Failure
from filmstudio.core.local import DEADLINE_SECONDS, peak_rss_mb
from filmstudio.core.perform import Batch, Call, Outcome
from filmstudio.serve.posts import Post
from filmstudio.serve.sheets import Answer, CallSheet

_DIED: Final = (
    RayActorError,
    WorkerCrashedError,
    ObjectLostError,
    OwnerDiedError,
    RaySystemError,
    GetTimeoutError,
    TaskCancelledError,
    RequestCancelledError,
    BackPressureError,
    DeploymentUnavailableError,
)
"""What Ray raises when a replica, its worker or its node is gone, or nobody takes the call now: another try may go well."""

_CLOSE_SECONDS: Final = 10.0


class RayDispatcher:
    """Runs batches on the replicas of one Serve application. Use as a context manager: leaving it cancels what is in flight."""

    def __init__(self, application: str, posts: Sequence[Post], deadline: float = DEADLINE_SECONDS) -> None:
        """Get ready to call an application that runs.

        Args:
            application: its name in Serve.
            posts: its deployments, and the engines at each.
            deadline: seconds that a call may take, waiting for a replica included.
        """
        self.posts = {post.name: post.slots for post in posts if post.stations}
        """Calls that each post runs at once."""
        self.slots = max(1, sum(self.posts.values()))
        self.application = application
        self._deadline = deadline
        self._post_of = {station.key: post.name for post in posts for station in post.stations}
        self._sizes = {station.key: post.batch_size for post in posts for station in post.stations}
        self._handles: dict[str, Any] = {}
        self._outcomes: queue.SimpleQueue[tuple[int, Outcome] | None] = queue.SimpleQueue()
        self._peaks: dict[str, float] = {}
        self._died: set[str] = set()
        """Digests of calls whose replica died: poison perhaps, so they do not share a batch again."""
        self._age = itertools.count()
        self._generation = next(self._age)
        self._flying: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True, name="ray-dispatcher")
        self._thread.start()

    def __enter__(self) -> RayDispatcher:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def post_of(self, batch: Batch) -> str | None:
        """The deployment that plays the engine of a batch."""
        return self._post_of.get((batch.role, batch.engine))

    @property
    def peak_rss_mb(self) -> float:
        """Sum of the peaks of this process and of every replica that answered, MB: an upper bound of what was held at once."""
        return peak_rss_mb() + sum(self._peaks.values())

    @property
    def in_flight(self) -> int:
        """Calls that have no outcome yet."""
        return len(self._flying)

    def submit(self, batch: Batch) -> None:
        """Send the batch. Where engines gather, its calls go together; else each goes to a replica of its own."""
        size = self._sizes.get((batch.role, batch.engine), 1)
        for first in range(0, len(batch.calls), size):
            self._loop.call_soon_threadsafe(self._begin, batch, batch.calls[first : first + size], self._generation)

    def wait(self, timeout: float | None = None) -> list[Outcome]:
        """Outcomes of the calls that ended; comes back empty-handed after ``timeout`` seconds or ``interrupt()``."""
        until = None if timeout is None else time.monotonic() + timeout
        while True:
            try:
                ended = [self._outcomes.get(timeout=None if until is None else max(0.0, until - time.monotonic()))]
            except queue.Empty:
                return []
            with contextlib.suppress(queue.Empty):
                while True:
                    ended.append(self._outcomes.get_nowait())
            found = [item[1] for item in ended if item is not None and item[0] == self._generation]
            if found or None in ended:
                return found

    def interrupt(self) -> None:
        """Make ``wait()`` return, from any thread."""
        self._outcomes.put(None)

    def cancel(self) -> None:
        """Cancel every call in flight, at its replica too; a run that has begun there ends, and its take is kept."""
        self._generation = next(self._age)
        with contextlib.suppress(TimeoutError):
            asyncio.run_coroutine_threadsafe(self._cancel_all(), self._loop).result(_CLOSE_SECONDS)

    def close(self) -> None:
        """Cancel what is in flight and let go of the application."""
        if self._loop.is_closed():
            return
        self.cancel()
        for handle in self._handles.values():
            with contextlib.suppress(Exception):
                handle.shutdown()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_CLOSE_SECONDS)
        if not self._thread.is_alive():
            self._loop.close()

    def _begin(self, batch: Batch, calls: tuple[Call, ...], generation: int) -> None:
        if generation != self._generation:
            return
        task = self._loop.create_task(self._make(batch, calls, generation))
        self._flying.add(task)
        task.add_done_callback(self._flying.discard)

    async def _make(self, batch: Batch, calls: tuple[Call, ...], generation: int) -> None:
        for outcome, call in zip(await self._ask(batch, calls), calls, strict=True):
            if outcome.failure is not None and outcome.failure.kind == "transient":
                self._died.add(call.digest)
            self._outcomes.put((generation, outcome))

    async def _ask(self, batch: Batch, calls: tuple[Call, ...]) -> list[Outcome]:
        deployment = self.post_of(batch)
        if deployment is None:
            message = f"no deployment of {self.application} plays the {batch.role} engine {batch.engine}."
            return _all(calls, Failure(message=message, remedy="Deploy it, or choose another engine.", kind="unsupported"))
        sheets = [CallSheet.of(batch, call, alone=call.digest in self._died).model_dump_json() for call in calls]
        # A guest is ended where it runs, at its engine's own deadline, and is named there.
        seconds = self._deadline if batch.guest is not None else min(batch.deadline_s or self._deadline, self._deadline)
        response: Any = None
        try:
            response = self._handle(deployment).perform.remote("\n".join(sheets))
            answers = [Answer.model_validate_json(line) for line in (await asyncio.wait_for(response, seconds)).split("\n")]
        except asyncio.CancelledError:
            if response is not None:
                response.cancel()
            raise
        except TimeoutError:
            if response is not None:
                response.cancel()
            return _all(calls, _lost(batch, f"gave no answer in {seconds:g} s"))
        except RayTaskError as error:
            cause = error.cause if isinstance(error.cause, Exception) else error
            if isinstance(cause, _DIED):
                return _all(calls, _lost(batch, "died"))
            return _all(calls, Failure(message=f"{deployment} raised {type(cause).__name__}: {_first_line(cause)}"))
        except _DIED as error:
            return _all(calls, _lost(batch, f"died or cannot be reached ({type(error).__name__})"))
        for answer in answers:
            self._peaks[answer.replica] = max(answer.peak_mb, self._peaks.get(answer.replica, 0.0))
        return [answer.outcome for answer in answers]

    def _handle(self, deployment: str) -> Any:
        handle = self._handles.get(deployment)
        if handle is None:
            handle = self._handles[deployment] = serve.get_deployment_handle(deployment, self.application)
        return handle

    async def _cancel_all(self) -> None:
        tasks = list(self._flying)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _all(calls: tuple[Call, ...], failure: Failure) -> list[Outcome]:
    return [Outcome(call.task, None, failure) for call in calls]


def _lost(batch: Batch, reason: str) -> Failure:
    return Failure(
        message=f"the replica that ran {batch.engine} {reason}.",
        remedy="It may have run out of memory, or its node is gone.",
        kind="transient",
    )


def _first_line(error: BaseException) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
