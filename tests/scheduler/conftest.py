"""A database of jobs to test against: SQLite always, PostgreSQL where a server can be started."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).parent))

from clocks import Clock

from filmstudio.scheduler.database import METADATA, Database


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Database]:
    """A database of jobs in a PostgreSQL of this test run, on loopback, gone afterwards. Whoever uses it empties it first."""
    initdb, server = shutil.which("initdb"), shutil.which("postgres")
    if initdb is None or server is None:
        pytest.skip("no PostgreSQL server is installed here")
    who = {"user": "nobody"} if os.geteuid() == 0 else {}  # the server refuses to run as root
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    folder.chmod(0o777)
    data = folder / "data"
    made = subprocess.run(
        [initdb, "-D", str(data), "-U", "studio", "-A", "trust", "-N", "--no-instructions", "-E", "UTF8", "--locale=C"],
        cwd=folder, capture_output=True, text=True, check=False, timeout=60, **who,
    )  # fmt: skip
    if made.returncode:
        shutil.rmtree(folder, ignore_errors=True)
        pytest.skip(f"PostgreSQL cannot be set up here: {made.stderr.strip()[:200]}")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    running = subprocess.Popen(
        [server, "-D", str(data), "-p", str(port), "-h", "127.0.0.1", "-k", str(folder), "-F", "-c", "autovacuum=off"],
        cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **who,
    )  # fmt: skip
    try:
        _wait_for(port, running)
        opened = Database(f"postgresql://studio@127.0.0.1:{port}/postgres")
        yield opened
        opened.close()
    finally:
        running.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            running.wait(10)
        running.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until and server.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    pytest.skip("PostgreSQL did not start here")


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database of jobs, of each kind in turn."""
    if request.param == "sqlite":
        found = Database(f"sqlite:///{tmp_path / 'jobs.db'}")
        yield found
        found.close()
    else:
        kept: Database = request.getfixturevalue("postgres")
        with kept.writing() as connection:
            for table in METADATA.sorted_tables:
                connection.execute(sa.delete(table))
        yield kept
