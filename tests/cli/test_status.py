"""The live status: what waits, runs and has been made since the studio was opened."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from filmstudio.cli.status import StatusBoard
from filmstudio.platform.settings import Settings
from filmstudio.scheduler.database import Database
from filmstudio.scheduler.job import Submission
from filmstudio.scheduler.jobs import Jobs
from filmstudio.scheduler.leases import Leases
from filmstudio.scheduler.measures import CACHE_HITS, CACHE_MISSES, FILM_SECONDS
from filmstudio.scheduler.tallies import Tallies
from filmstudio.scheduler.tiers import Tier


def told(board: StatusBoard, capsys: pytest.CaptureFixture[str]) -> str:
    """The first line that it says."""
    looks = iter([True, False])
    board.show(threading.Event(), lambda: next(looks))
    return capsys.readouterr().err.splitlines()[0]


def count(database: Database, film_seconds: float, found: int, made: int) -> None:
    crew = Tallies()
    crew.add(FILM_SECONDS, ("pro",), film_seconds)
    crew.add(CACHE_HITS, ("voice",), found)
    crew.add(CACHE_MISSES, ("picture",), made)
    crew.keep_in(database)


def test_a_line_tells_what_waits_and_what_was_made_since_the_start(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = Settings(data=str(tmp_path), cache=str(tmp_path / "cache"))
    database = Database(settings.database_address)
    jobs, leases = Jobs(database), Leases(database)
    count(database, 600.0, found=1, made=99)  # in an earlier life
    board = StatusBoard(settings, "http://127.0.0.1:8000", making=True)
    for tenant in ("ada", "ada", "bob", "cleo"):
        jobs.submit(Submission(tenant, Tier.PRO, {"n": 1}, 5.0))
    done, _ = leases.lease("w"), leases.lease("w")
    assert done is not None
    leases.succeed(done, {}, 5.0)
    count(database, 90.0, found=3, made=9)
    line = told(board, capsys)
    database.close()
    assert line.startswith("2 waiting of 2 tenants · 1 running · 1 succeeded · "), line
    assert line.endswith("films a minute · 1.5 film-minutes made · 25% of takes found"), line


def test_a_quiet_house_is_told_in_few_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    board = StatusBoard(Settings(data=str(tmp_path), cache=str(tmp_path / "cache")), "http://127.0.0.1:8000", making=True)
    assert told(board, capsys) == "0 waiting · 0 running"
