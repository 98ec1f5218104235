"""The crew: pulls jobs and makes their films, several at once, on one pool of engine workers that all of them share.

A thread a film, a pulse that keeps leases and tells how far films are, and a loop that leases. A crew may be killed at any
moment: what was made is in the store, the job is leased again, and goes on from there.
"""

from __future__ import annotations

import fcntl
import logging
import os
import secrets
import shutil
import socket
import threading
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, Protocol

from pydantic import ValidationError

from filmstudio.core.dispatch import Dispatcher
from filmstudio.core.errors import StudioError
from filmstudio.core.plugins import Plugins
from filmstudio.core.telemetry import span_under
from filmstudio.platform.making import (
    FilmMaker,
    FilmProgress,
    FilmTask,
    Shooting,
    StoppableDispatcher,
    Stopped,
    costs,
    counts_of,
    failure_of,
    result_of,
)
from filmstudio.platform.orders import FilmOrder
from filmstudio.platform.problems import without_folders
from filmstudio.scheduler.job import Lease, LeaseLost, Status
from filmstudio.scheduler.leases import Failed, Leases
from filmstudio.scheduler.measures import JOB_QUEUE
from filmstudio.scheduler.tallies import Tallies
from filmstudio.scheduler.tiers import TERMS

_log: Final = logging.getLogger("filmstudio.crew")
PULSE_SECONDS: Final = 0.25
"""Between two looks at the films: four events a second at most for each."""
BEAT_SECONDS: Final = 2.0
"""Between two heartbeats of a lease: how soon a film hears that it is cancelled."""
COUNT_SECONDS: Final = 1.0
"""Between two times that what was counted is added to the database."""
_IDLE_SECONDS: Final = 0.25
"""Between two looks for a job when there is none."""
_TROUBLE_SECONDS: Final = 2.0
"""Before another try when the database cannot be reached."""


class Pool(Protocol):
    """Engine workers that films share in fair order: an ``Exchange``."""

    def film(self, *, tenant: str, film: str, weight: float = 1.0, tier: str = "") -> AbstractContextManager[Dispatcher]:
        """The workers as one film sees them."""
        ...


@dataclass(frozen=True, slots=True)
class CrewTerms:
    """How a crew works."""

    workers: int | None = None
    """Worker processes, or replicas of the house on Ray; None = one a core."""
    on_ray: bool = False
    ray_address: str | None = None
    """Of a Ray that runs; None starts one on this machine."""
    application: str = ""
    """The engines that are kept for this crew on that Ray; empty = an operator's, or its own."""
    films_at_once: int = 4
    drain_seconds: float = 5.0
    """How long films may go on when the crew is told to leave; those that are not done then give their jobs back."""


class Crew:
    """Makes films until told to leave."""

    def __init__(
        self,
        leases: Leases,
        films: Path,
        make: FilmMaker,
        pool: Pool,
        plugins: Plugins,
        worker: str,
        terms: CrewTerms = CrewTerms(),
        tallies: Tallies | None = None,
    ) -> None:
        """``tallies``: what the pool counts, to be added to the database with the crew's own."""
        self._leases, self._films, self._make = leases, films, make
        self._tallies = tallies or Tallies()
        self._pool, self._plugins, self._worker, self._terms = pool, plugins, worker, terms
        self._shooting: list[Shooting] = []
        self._lock = threading.Lock()
        self._free = threading.Event()

    def run(self, leave: threading.Event) -> None:
        """Work until ``leave`` is set; then finish what can be finished soon and give the rest back."""
        ended = threading.Event()
        pulse = threading.Thread(target=self._pulse, args=(ended,), name="pulse", daemon=True)
        pulse.start()
        try:
            while not leave.is_set():
                if len(self._now()) >= self._terms.films_at_once:
                    self._free.wait(_IDLE_SECONDS)
                    self._free.clear()
                    continue
                try:
                    lease = self._leases.lease(self._worker)
                except Exception:
                    _log.exception("no job could be leased", extra={"worker": self._worker})
                    leave.wait(_TROUBLE_SECONDS)
                    continue
                if lease is None:
                    leave.wait(_IDLE_SECONDS)
                else:
                    self._begin(lease)
            self._drain()
        finally:
            ended.set()
            pulse.join()
            self._count()

    def _now(self) -> list[Shooting]:
        with self._lock:
            return list(self._shooting)

    def _begin(self, lease: Lease) -> None:
        shooting = Shooting(lease, beat=time.monotonic())
        shooting.thread = threading.Thread(target=self._shoot, args=(shooting,), name=f"film {lease.job.id}", daemon=True)
        with self._lock:
            self._shooting.append(shooting)
        shooting.thread.start()

    def _drain(self) -> None:
        until = time.monotonic() + self._terms.drain_seconds
        for shooting in self._now():
            assert shooting.thread is not None  # noqa: S101 - set before it was listed
            shooting.thread.join(max(0.0, until - time.monotonic()))
        left = self._now()
        for shooting in left:
            shooting.stop("leave")
        for shooting in left:
            assert shooting.thread is not None  # noqa: S101
            shooting.thread.join(timeout=20)

    # --- one film -----------------------------------------------------------------------------------------------------------

    def _shoot(self, shooting: Shooting) -> None:
        lease = shooting.lease
        self._tallies.observe(JOB_QUEUE, (lease.job.tier,), lease.waited)
        names = {"job": lease.job.id, "tenant": lease.job.tenant, "attempt": lease.job.attempt, "worker": self._worker}
        facts: dict[str, str | int | float] = {"filmstudio.job": lease.job.id, "filmstudio.tenant": lease.job.tenant}
        facts["filmstudio.attempt"] = lease.job.attempt
        _log.info("film begun", extra=names)
        began = time.monotonic()
        try:
            with span_under(lease.job.trace, "job", facts):
                ended = self._make_film(shooting)
            _log.info(f"film {ended}", extra=names | {"ms": round((time.monotonic() - began) * 1000)})
        except LeaseLost as error:
            _log.warning("lease lost", extra=names | {"detail": str(error)})
            shutil.rmtree(self._folder(lease), ignore_errors=True)
        except Exception:
            _log.exception("film left to its lease", extra=names)
        finally:
            with self._lock:
                self._shooting.remove(shooting)
            self._free.set()

    def _make_film(self, shooting: Shooting) -> str:
        """Make it and end the lease; says how it ended.

        Raises:
            LeaseLost: the job is another's by now.
        """
        lease = shooting.lease
        try:
            order = FilmOrder.model_validate(lease.spec)
            progress = shooting.progress = FilmProgress(costs(self._plugins, order), self._tallies)
            job = lease.job
            task = FilmTask(job.tenant, job.tier, order, self._folder(lease))
            with self._pool.film(tenant=job.tenant, film=job.id, weight=TERMS[job.tier].weight, tier=job.tier) as view:
                shooting.dispatcher = StoppableDispatcher(view)
                if shooting.wanted is not None:
                    shooting.dispatcher.stop(shooting.wanted)
                delivered = self._make(task, shooting.dispatcher, progress)
            self._tell(shooting)
            self._count()  # whoever reads that the film is finished finds what it took
            self._leases.succeed(lease, result_of(delivered, str(lease.token)), progress.spent, counts_of(delivered, shooting))
            self._clear_others(lease)
            return "finished"
        except Stopped as stopped:
            return self._stopped(shooting, str(stopped))
        except LeaseLost:
            raise
        except ValidationError:
            why = Failed("input", "the order is of a kind that this studio does not know.", "Order the film again.")
        except StudioError as error:
            _log.warning("film failed", extra={"job": lease.job.id, "tenant": lease.job.tenant, "detail": str(error.problem)})
            why = failure_of(error)
        except OSError as error:  # here, beside engines, files are only those of the store and of deliveries
            why = Failed("store", f"a file of the studio could not be read or written: {error.strerror or error}.")
        except Exception as error:
            _log.exception("film broke", extra={"job": lease.job.id, "tenant": lease.job.tenant})
            why = Failed("engine", without_folders(f"the studio failed: {type(error).__name__}: {error}."))
        self._tell(shooting)
        return str(self._leases.fail(lease, why, _spent(shooting)))

    def _stopped(self, shooting: Shooting, reason: str) -> str:
        if reason == "lost":
            raise LeaseLost(f"job {shooting.lease.job.id} is another worker's now.")
        to = {"cancel": Status.CANCELLED, "pause": Status.PAUSED}.get(reason, Status.QUEUED)
        self._leases.release(shooting.lease, _spent(shooting), to)
        return f"given back, {to}"

    def _folder(self, lease: Lease) -> Path:
        """Each attempt delivers into a folder of its own: what a worker that lost its lease still writes is never seen."""
        return self._films / lease.job.id / str(lease.token)

    def _clear_others(self, lease: Lease) -> None:
        mine = self._folder(lease)
        for other in mine.parent.iterdir():
            if other != mine:
                shutil.rmtree(other, ignore_errors=True)

    # --- the pulse ----------------------------------------------------------------------------------------------------------

    def _pulse(self, ended: threading.Event) -> None:
        counted = time.monotonic()
        while not ended.wait(PULSE_SECONDS):
            if time.monotonic() - counted >= COUNT_SECONDS:
                self._count()
                counted = time.monotonic()
            for shooting in self._now():
                try:
                    self._tell(shooting)
                    if time.monotonic() - shooting.beat >= BEAT_SECONDS:
                        wanted = self._leases.heartbeat(shooting.lease)
                        shooting.beat = time.monotonic()
                        if wanted:
                            shooting.stop(wanted)
                except LeaseLost:
                    shooting.stop("lost")
                except Exception:
                    _log.exception("no pulse", extra={"job": shooting.lease.job.id})

    def _count(self) -> None:
        try:
            self._tallies.keep_in(self._leases.database)
        except Exception:  # it is added the next time; no film fails because nobody counts
            _log.exception("what was counted could not be added", extra={"worker": self._worker})

    def _tell(self, shooting: Shooting) -> None:
        news = shooting.progress.news() if shooting.progress is not None else None
        if news is not None:
            progress, stage, spent, tasks = news
            self._leases.report(shooting.lease, progress, stage, spent, tasks)


def _spent(shooting: Shooting) -> float:
    return shooting.progress.spent if shooting.progress is not None else 0.0


class CrewName:
    """The name of the one crew of a data folder on this machine, held while it works.

    Whoever holds it knows that nobody else of this name is alive: leases left under it belong to a crew that was killed.
    """

    def __init__(self, data: Path) -> None:
        data.mkdir(parents=True, exist_ok=True)
        self._file: IO[str] = (data / "crew.lock").open("a+", encoding="ascii")
        self.alone = _locked(self._file)
        self._file.seek(0)
        known = self._file.read().strip()
        if self.alone and not known:
            known = secrets.token_hex(4)
            self._file.write(known)
            self._file.flush()
        name = f"{socket.gethostname()}-{known}"
        self.name = name if self.alone else f"{name}-{os.getpid()}-{secrets.token_hex(2)}"

    def close(self) -> None:
        """Let the name go."""
        self._file.close()


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
