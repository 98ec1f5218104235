"""The live status of ``studio serve``: jobs, films in work, what was made so far. A terminal gets a page, anything else lines."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rich.console import Console, Group
from rich.live import Live
from rich.markup import escape
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from filmstudio.platform.settings import Settings
    from filmstudio.scheduler.job import Job, Status
    from filmstudio.scheduler.jobs import Backlog

_LOOK_SECONDS: Final = 1.0
_LINE_SECONDS: Final = 15.0
_SHOWN: Final = 12
_CLOSING: Final = "Closing: films that are nearly done are finished, the others go on after the next start."
_MINUTES: Final = 10
"""Over which films a minute are counted, or since the start."""


@dataclass(frozen=True, slots=True)
class _Now:
    backlog: Backlog
    ended: dict[Status, int]
    running: list[Job]
    minutes: float
    film_seconds: float
    """Delivered since the start."""
    hits: float
    """Takes found since the start."""
    misses: float
    """Takes made since the start."""


class StatusBoard:
    """Looks at the database of jobs and shows what is there."""

    def __init__(self, settings: Settings, address: str, *, making: bool) -> None:
        from filmstudio.scheduler.database import Database
        from filmstudio.scheduler.jobs import Jobs

        self._database = Database(settings.database_address)
        self._jobs = Jobs(self._database)
        self._settings, self._address, self._making = settings, address, making
        self._began, self._before = time.time(), self._totals()
        self._console = Console(stderr=True)

    def show(self, leave: threading.Event, going: Callable[[], bool]) -> None:
        """Show until it is time to leave, or the API ends by itself."""
        sys.stdout.write(f"The studio is open at {self._address}\n")
        sys.stdout.flush()
        try:
            if self._console.is_terminal:
                self._page(leave, going)
            else:
                self._lines(leave, going)
        finally:
            self._database.close()
        self._console.print(_CLOSING, highlight=False, soft_wrap=True)

    def _page(self, leave: threading.Event, going: Callable[[], bool]) -> None:
        with Live(console=self._console, auto_refresh=False, transient=True) as live:
            while going() and not leave.is_set():
                live.update(self._drawn(self._look()), refresh=True)
                leave.wait(_LOOK_SECONDS)

    def _lines(self, leave: threading.Event, going: Callable[[], bool]) -> None:
        last, at = "", 0.0
        while going() and not leave.is_set():
            if time.monotonic() - at >= _LINE_SECONDS:
                line, at = self._said(self._look()), time.monotonic()
                if line != last:
                    self._console.print(line, highlight=False, soft_wrap=True)
                    last = line
            leave.wait(_LOOK_SECONDS)

    def _look(self) -> _Now:
        since = max(self._began, time.time() - _MINUTES * 60)
        ended, running = self._jobs.finished_since(since), self._jobs.running(_SHOWN + 1)
        film_seconds, hits, misses = (total - first for total, first in zip(self._totals(), self._before, strict=True))
        return _Now(self._jobs.backlog(), ended, running, (time.time() - since) / 60, film_seconds, hits, misses)

    def _totals(self) -> tuple[float, ...]:
        """Of the house so far: seconds of film, takes found and takes made."""
        from filmstudio.scheduler.measures import CACHE_HITS, CACHE_MISSES, FILM_SECONDS
        from filmstudio.scheduler.tallies import kept, total

        series = kept(self._database)
        return tuple(total(series, measure) for measure in (FILM_SECONDS, CACHE_HITS, CACHE_MISSES))

    def _said(self, now: _Now) -> str:
        from filmstudio.scheduler.job import Status

        held = now.backlog.unfinished - now.backlog.waiting - now.backlog.running
        ended = ", ".join(f"{now.ended[status]} {status}" for status in Status if now.ended.get(status))
        made = now.ended.get(Status.SUCCEEDED, 0)
        pace = f"{made / max(now.minutes, 1 / 60):.1f} films a minute" if made and now.backlog.unfinished else ""
        waiting = f"{now.backlog.waiting} waiting" + (f" of {now.backlog.tenants} tenants" if now.backlog.tenants > 1 else "")
        made_of_film = f"{now.film_seconds / 60:.1f} film-minutes made" if now.film_seconds else ""
        found = f"{now.hits / (now.hits + now.misses):.0%} of takes found" if now.hits else ""
        told = [waiting, f"{now.backlog.running} running", f"{held} held or paused" if held else "", ended, pace, made_of_film, found]
        return " · ".join(part for part in told if part)

    def _drawn(self, now: _Now) -> Group:
        table = Table.grid(padding=(0, 2))
        for job in now.running[:_SHOWN]:
            bar = ProgressBar(total=1.0, completed=job.progress, width=24)
            table.add_row(escape(job.tenant), escape((job.title or job.id)[:40]), bar, f"{job.progress:.0%}", job.stage)
        if len(now.running) > _SHOWN:
            table.add_row("", f"and {now.backlog.running - _SHOWN} more")
        idle = "" if self._making else "  (no crew: orders are taken, nothing is made)"
        head = Text.from_markup(f"[bold]{self._address}[/]{idle}   logs: {escape(self._settings.log)}   Ctrl-C to stop")
        return Group(head, Text(self._said(now)), table)
