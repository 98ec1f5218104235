"""Following jobs: one look at the database for all who listen, a few times a second, and events to each from where it left off."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import Executor
from functools import partial
from typing import Any, Final, TypeVar

from filmstudio.platform.meters import Meters
from filmstudio.platform.problems import Refusal
from filmstudio.scheduler.database import Database
from filmstudio.scheduler.events import JobEvent, after, last_events
from filmstudio.scheduler.job import FINAL, Job

LOOK_SECONDS: Final = 0.2
"""Between two looks; an event is heard of after as long at most."""
_PAGE: Final = 500
_FINAL: Final = {status.value for status in FINAL}
T = TypeVar("T")


def heard_all(job: Job, number: int) -> bool:
    """Whether nothing can come after event ``number`` of a job: it is finished, and that was its last."""
    return job.status in FINAL and number >= job.events


class Following:
    """Everybody who listens to jobs in this process."""

    def __init__(self, database: Database, executor: Executor, meters: Meters, streams: int) -> None:
        self._database, self._executor, self._meters, self._most = database, executor, meters, streams
        self._bells: dict[str, set[asyncio.Event]] = {}
        self._heard: dict[str, int] = {}
        self._open: dict[str, int] = {}
        self._watch: asyncio.Task[None] | None = None
        self._closing = False

    @contextlib.contextmanager
    def _listening(self, tenant: str, job: str) -> Any:
        self.begin(tenant)
        bell = asyncio.Event()
        self._open[tenant] = self._open.get(tenant, 0) + 1
        self._bells.setdefault(job, set()).add(bell)
        self._meters.streams(1)
        if self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._look())
        try:
            yield bell
        finally:
            self._meters.streams(-1)
            self._open[tenant] -= 1
            self._bells[job].discard(bell)
            if not self._bells[job]:
                del self._bells[job]
                self._heard.pop(job, None)

    def begin(self, tenant: str) -> None:
        """See that one more may listen.

        Raises:
            Refusal: the tenant has as many streams open as it may.
        """
        if self._open.get(tenant, 0) >= self._most:
            raise Refusal(429, f"{self._most} event streams are open already.", remedy="Close one.", headers={"Retry-After": "5"})

    async def events(self, job: Job, number: int, quiet_seconds: float) -> AsyncIterator[JobEvent | None]:
        """Events of a job after event ``number``, as they happen; None when nothing has for a while. Ends with the job."""
        if heard_all(job, number):
            return
        with self._listening(job.tenant, job.id) as bell:
            while True:
                bell.clear()
                for event in await self._run(partial(after, self._database, job.id, number, _PAGE)):
                    number = event.id
                    yield event
                    body = event.body
                    if event.kind == "status" and isinstance(body, dict) and body.get("status") in _FINAL:
                        return
                    bell.set()  # there may be more than a page
                if self._closing:
                    return
                if not bell.is_set():
                    try:
                        async with asyncio.timeout(quiet_seconds):
                            await bell.wait()
                    except TimeoutError:
                        yield None

    def close(self) -> None:
        """End all streams: the house is closing."""
        self._closing = True
        for bells in self._bells.values():
            for bell in bells:
                bell.set()

    async def _look(self) -> None:
        while self._bells and not self._closing:
            await asyncio.sleep(LOOK_SECONDS)
            with contextlib.suppress(Exception):  # a busy database is looked at again
                for job, last in (await self._run(partial(last_events, self._database, list(self._bells)))).items():
                    if self._heard.get(job) != last:
                        self._heard[job] = last
                        for bell in self._bells.get(job, ()):
                            bell.set()

    def _run(self, call: Callable[[], T]) -> Awaitable[T]:
        return asyncio.get_running_loop().run_in_executor(self._executor, call)
