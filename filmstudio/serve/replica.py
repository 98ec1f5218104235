"""The actor behind every post: keeps engines loaded, gathers calls that may share a run, and runs them one batch at a time.

Three threads of control meet here. The actor's event loop takes calls in and answers health checks. Serve's batch queues,
one for each key of calls that may share a run, gather them. One thread of its own runs the engines, always the same one,
because drawing libraries and GPU contexts belong to a thread.

Nothing of a guest's is imported here: its engine runs in a worker beside, as on one machine, confined, watched, and believed only
after a look. Which of its calls may share a run is reckoned from what it declares.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
import time
from collections import defaultdict
from collections.abc import Awaitable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol, cast

from pydantic import ValidationError
from ray import serve
from ray.serve.metrics import Histogram

from filmstudio.core.engine import Failure, Request, batch_key
from filmstudio.core.errors import StoreError, StudioError
from filmstudio.core.local import LocalDispatcher, peak_rss_mb
from filmstudio.core.media import MediaRef
from filmstudio.core.perform import Batch, Outcome, Performer
from filmstudio.core.roles import ROLES
from filmstudio.core.storage import open_store
from filmstudio.serve.committing import FirstCommit
from filmstudio.serve.posts import BATCH_FILL, Post, Station
from filmstudio.serve.sheets import Answer, CallSheet

MOST_QUEUES = 64
"""Batch queues of a replica; calls with further keys share one queue, which is divided by key when it runs."""
_SHARED = "further keys"
LOAD_SECONDS = 240.0
"""How long a replica is not ready while a guest's worker loads, at most. One that takes longer, or fails, harms nobody else: a company
waits a minute longer for all of its posts, and calls are told."""
_PROBE_SECONDS = 5.0
"""How long an idle engine thread may take to say that it lives."""


@dataclass(eq=False, slots=True)
class _Entry:
    """A call that waits here. Its caller may go away at any moment; then it is not run."""

    sheet: CallSheet
    key: str
    cost: int = 1
    wanted: bool = field(default=True)


class _Queue(Protocol):
    """What ``serve.batch`` makes of a function."""

    def __call__(self, entry: _Entry) -> Awaitable[Outcome]: ...

    async def _is_batching_task_alive(self) -> bool: ...


class EngineReplica:
    """Serve's deployment class. Everything it is given and gives back is text."""

    def __init__(
        self, post: str, store: str, cache: str = "", deadline: float = 900.0, preload: Sequence[str] = (), posts: str = "", *beside: object
    ) -> None:
        """Load what this post plays; Serve sends no call before this returns.

        Args:
            post: the ``Post``, as JSON.
            store: address of the store; the same one as the callers'.
            cache: folder for copies of a store that is not on this machine's disk; empty = the default.
            deadline: seconds after which a run is taken for hung, and this replica for ill.
            preload: addresses that a house loads before it is ready; the rest is loaded when first called.
            posts: all posts of the application, one JSON a line; only the house is told.
            beside: handles of the other posts; the house is given them because Serve deploys what its entrance holds.

        Raises:
            ConfigError: an operator lets this replica hold fewer calls than its batches take.
        """
        self._post = Post.model_validate_json(post)
        context = serve.get_replica_context()
        # Serve's own batching reads the setting in the same place; there is no public one.
        self._post.check(context._deployment_config.max_ongoing_requests)
        self._name = f"{context.replica_id.unique_id}@{os.getpid()}"
        self._stations = {station.key: station for station in self._post.stations}
        self._deadline, self._all_posts = deadline, posts
        self._keeper = FirstCommit(open_store(store, Path(cache) if cache else None, there=True))
        self._performer = Performer(store, keeper=self._keeper)
        self._store = (store, Path(cache) if cache else None)
        self._beside = threading.local()
        self._thread = ThreadPoolExecutor(max_workers=self._post.scale.concurrent, thread_name_prefix="engine")
        says = "What a batch holds, of what the engine takes at once; only of engines that take several"
        self._filled = Histogram(BATCH_FILL, says, [eighths / 8 for eighths in range(1, 9)], tag_keys=("role", "engine"))  # type: ignore[arg-type]
        self._queues: dict[str, _Queue] = {}
        self._running: dict[int, tuple[str, float]] = {}
        self._runs = 0
        self._turn = asyncio.Semaphore(self._post.scale.concurrent)
        own = [station.address for station in self._post.stations if station.guest is None]
        own = own if len(self._post.stations) == 1 else list(preload)
        for address in own:
            self._thread.submit(self._performer.engine, address).result()
        self._load_guests()

    async def perform(self, text: str) -> str:
        """Make the calls whose sheets stand on the lines of ``text``; an answer a line comes back.

        Calls that come together gather as those of several callers do. Whatever goes wrong with one is in its answer.
        """
        return "\n".join(await asyncio.gather(*map(self._perform_one, text.split("\n"))))

    async def _perform_one(self, text: str) -> str:
        sheet = CallSheet.model_validate_json(text)
        entry = await self._admit(sheet)
        if isinstance(entry, Failure):
            return self._answer(Outcome(sheet.task, None, entry))
        try:
            # A caller that goes away takes its call out of the queue; a run that has begun ends, and is watched until it does.
            if self._post.batch_size > 1:
                return self._answer(await self._queue(entry.key)(entry))
            alone = asyncio.get_running_loop().create_task(self._run([entry]))
            return self._answer((await asyncio.shield(alone))[0])
        except asyncio.CancelledError:
            entry.wanted = False
            raise

    async def posts(self) -> str:
        """Every post of this application, one JSON a line; asked of the house."""
        return self._all_posts

    async def sees(self, digest: str, media_type: str, size: int) -> bool:
        """Whether media that a caller put into its store can be read here: one store, or two of the same name?"""

        def look() -> bool:
            try:
                return self._keeper.path(MediaRef(digest=digest, media_type=media_type, size=size)).exists()
            except StudioError:
                return False

        return await asyncio.get_running_loop().run_in_executor(None, look)

    async def check_health(self) -> None:
        """Asked by Serve every few seconds. The engine's thread must live, its run must not be overdue, its queues must turn.

        Raises:
            RuntimeError: what is ill. Serve replaces this replica.
        """
        for who, since in list(self._running.values()):
            if time.monotonic() - since > self._deadline:
                raise RuntimeError(f"{who} has given no answer for {self._deadline:g} s")
        if not self._running:
            await asyncio.wait_for(asyncio.get_running_loop().run_in_executor(self._thread, time.monotonic), _PROBE_SECONDS)
        for key, queue in self._queues.items():
            if not await queue._is_batching_task_alive():
                raise RuntimeError(f"the batch queue for {key} has ended")

    async def _admit(self, sheet: CallSheet) -> _Entry | Failure:
        """A call that this replica can make, with the key of its batch; or why it cannot."""
        station = self._stations.get((sheet.role, sheet.engine))
        if station is None:
            return Failure(message=f"{self._post.name} does not play the {sheet.role} engine {sheet.engine}.", kind="unsupported")
        if station.version != sheet.version:
            message = f"this cluster has version {station.version} of the {sheet.role} engine {sheet.engine}; {sheet.version} is wanted."
            return Failure(message=message, remedy="Install the same version on both sides.", kind="unsupported")
        if self._post.batch_size == 1:
            return _Entry(sheet, "")  # nobody shares its run, which checks the request itself
        try:
            request = ROLES[sheet.role].request.model_validate(sheet.request)
            own = sheet.digest if sheet.alone else batch_key(station.batch_by, request)
            cost = await asyncio.get_running_loop().run_in_executor(None, self._cost_of, station, request)
            return _Entry(sheet, f"{sheet.role}/{sheet.engine}/{sheet.version}/{own}", cost)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            return Failure(message=f"the request does not fit the {sheet.role} role: {where}: {first['msg']}.", kind="input")
        except Exception as error:  # an engine's own load or cost
            return Failure(message=f"{sheet.engine} raised {type(error).__name__} when asked for a request's cost: {error}.", kind="engine")

    def _cost_of(self, station: Station, request: Request) -> int:
        """How much of a batch a request fills: one call, or what an engine of the house says.

        Serve ends a queue for good when one call alone is larger than a batch, or when the size function raises: a cost is
        therefore known before the call is queued, and held between one and a whole batch.
        """
        cost = None if station.guest is not None else getattr(self._performer.engine(station.address), "batch_cost", None)
        return 1 if cost is None else max(1, min(self._post.batch_size, int(cost(request))))

    def _queue(self, key: str) -> _Queue:
        if key not in self._queues and len(self._queues) >= MOST_QUEUES:
            key = _SHARED
        queue = self._queues.get(key)
        if queue is None:
            queue = self._queues[key] = self._new_queue()
        return queue

    def _new_queue(self) -> _Queue:
        post = self._post

        async def run(entries: list[_Entry]) -> list[Outcome]:
            return await self._run(entries)

        batched: Any = serve.batch(
            max_batch_size=post.batch_size,
            batch_wait_timeout_s=post.batch_wait_ms / 1000,
            max_concurrent_batches=post.scale.concurrent,
            batch_size_fn=_fill,
        )(run)
        return cast(_Queue, batched)

    async def _run(self, entries: list[_Entry]) -> list[Outcome]:
        """Outcomes of these calls, in their order; calls of different keys never share a run, calls given up are not made."""
        outcomes: dict[int, Outcome] = {}
        groups: dict[str, list[int]] = defaultdict(list)
        for place, entry in enumerate(entries):
            groups[entry.key or str(place)].append(place)
        for places in groups.values():
            async with self._turn:
                wanted = [place for place in places if entries[place].wanted]
                if wanted:
                    fill = self._count_batch([entries[place] for place in wanted])
                    first, *others = await self._perform([entries[place].sheet for place in wanted])
                    outcomes.update(zip(wanted, [replace(first, fill=fill), *others], strict=True))
        given_up = Failure(message="its caller went away.", kind="transient")
        return [outcomes.get(place, Outcome(entry.sheet.task, None, given_up)) for place, entry in enumerate(entries)]

    def _count_batch(self, entries: list[_Entry]) -> float:
        """How full a batch is: exported by Ray where it exports anything, and told by the first call's answer."""
        sheet = entries[0].sheet
        most = self._stations[sheet.role, sheet.engine].batch_size
        if most == 1:
            return 0.0
        fill = min(1.0, _fill(entries) / most)
        self._filled.observe(fill, {"role": sheet.role, "engine": sheet.engine})
        return fill

    async def _perform(self, sheets: list[CallSheet]) -> list[Outcome]:
        self._runs += 1
        run, first = self._runs, sheets[0]
        self._running[run] = (f"the {first.role} engine {first.engine}", time.monotonic())
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._perform_here, sheets)
        finally:
            del self._running[run]

    def _perform_here(self, sheets: list[CallSheet]) -> list[Outcome]:
        """In the engine's thread: outcomes of these calls; what somebody has made since they were sent is not made again."""
        try:
            standing = {sheet.digest: take for sheet in sheets if (take := self._keeper.standing(sheet.digest)) is not None}
        except StoreError as error:
            return [Outcome(sheet.task, None, Failure.of(error)) for sheet in sheets]
        missing = list({sheet.digest: sheet for sheet in sheets if sheet.digest not in standing}.values())
        made = {sheet.digest: outcome for sheet, outcome in zip(missing, self._make(missing), strict=True)}
        return [
            Outcome(sheet.task, standing[sheet.digest]) if sheet.digest in standing else replace(made[sheet.digest], task=sheet.task)
            for sheet in sheets
        ]

    def _make(self, sheets: list[CallSheet]) -> list[Outcome]:
        if not sheets:
            return []
        outcomes = self._made(self._batch(sheets))
        if len(sheets) > 1 and all(outcome.failure is not None and outcome.failure.kind == "engine" for outcome in outcomes):
            # The run itself raised, or gave back nonsense: one of them may be the cause, so each is made alone.
            outcomes = [outcome for sheet in sheets for outcome in self._made(self._batch([sheet]))]
        return outcomes

    def _made(self, batch: Batch) -> list[Outcome]:
        """Run a batch: here, or if it is a guest's in a worker of this thread that is ended when it lies, hangs or takes too much."""
        if batch.guest is None:
            return self._performer.perform(batch)
        beside = self._worker_beside()
        beside.submit(batch)
        outcomes: list[Outcome] = []
        while not outcomes:
            outcomes = beside.wait()
        return outcomes

    def _worker_beside(self) -> LocalDispatcher:
        """For guests, the worker of this engine thread."""
        beside: LocalDispatcher | None = getattr(self._beside, "crew", None)
        if beside is None:
            store, cache = self._store
            beside = self._beside.crew = LocalDispatcher(store, workers=1, deadline=self._deadline, cache=cache, keeper=self._keeper)
        return beside

    def _load_guests(self) -> None:
        """Have the worker of every engine thread load what guests play here."""
        stations = [station for station in self._post.stations if station.guest is not None]
        threads = self._post.scale.concurrent
        together = threading.Barrier(threads)

        def load(thread: int) -> None:
            together.wait()  # so that no thread takes another's turn
            self._running[-thread] = (f"the load() of {self._post.name}", time.monotonic())
            try:
                for station in stations:
                    with contextlib.suppress(StudioError):  # it fails again, with its task's name, when it is called
                        self._worker_beside().load(station.batch())
            finally:
                del self._running[-thread]

        if stations:
            wait([self._thread.submit(load, thread) for thread in range(threads)], LOAD_SECONDS)

    def _batch(self, sheets: list[CallSheet]) -> Batch:
        first = sheets[0]
        return self._stations[first.role, first.engine].batch(tuple(sheet.call for sheet in sheets), _shared_trace(sheets))

    def _answer(self, outcome: Outcome) -> str:
        return Answer.of(outcome, self._name, peak_rss_mb()).model_dump_json()


def _fill(entries: list[_Entry]) -> int:
    return sum(entry.cost for entry in entries)


def _shared_trace(sheets: list[CallSheet]) -> str:
    """The span that asked first: a span has one parent."""
    return next((sheet.trace for sheet in sheets if sheet.trace), "")
