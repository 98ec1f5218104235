"""The database of jobs: its tables, and connections that read, write, and write so that a power cut loses nothing.

SQLite is the embedded default; PostgreSQL takes its place by its address alone. Every write transaction locks the rows of
tenants first (by name, where there are several), jobs after them and tallies last, so that no two can wait for each other.
"""

from __future__ import annotations

import contextlib
import math
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.pool import ConnectionPoolEntry

from filmstudio.core.errors import ConfigError, StoreError

SCHEMA_VERSION: Final = 1
BUSY_SECONDS: Final = 20
"""Longest that one process waits for another's write."""
_SCHEMA_LOCK: Final = 0x46494C4D
"""Key of the advisory lock under which PostgreSQL's tables are made."""

METADATA: Final = sa.MetaData()

schema = sa.Table("schema_version", METADATA, sa.Column("version", sa.Integer, primary_key=True, autoincrement=False))

tenants = sa.Table(
    "tenants",
    METADATA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("tier", sa.Text, nullable=False),
    sa.Column("virtual_time", sa.Double, nullable=False, default=0.0, comment="resource-seconds charged, by weight"),
    sa.Column("waiting", sa.Integer, nullable=False, default=0, comment="jobs that a worker may lease now"),
    sa.Column("unfinished", sa.Integer, nullable=False, default=0, comment="jobs queued, running or paused"),
    sa.Column("backlog", sa.Double, nullable=False, default=0.0, comment="resource-seconds that those are thought to take"),
)

jobs = sa.Table(
    "jobs",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("tenant", sa.Text, nullable=False),
    sa.Column("tier", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("priority", sa.Integer, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("progress", sa.Double, nullable=False, default=0.0),
    sa.Column("stage", sa.Text, nullable=False, default=""),
    sa.Column("estimate", sa.Double, nullable=False, comment="resource-seconds"),
    sa.Column("charged", sa.Double, nullable=False, default=0.0, comment="of the running attempt, to be corrected at its end"),
    sa.Column("spent", sa.Double, nullable=False, default=0.0, comment="resource-seconds measured, all attempts"),
    sa.Column("spending", sa.Double, nullable=False, default=0.0, comment="of the running attempt, as last told"),
    sa.Column("start_tag", sa.Double, nullable=False, default=0.0, comment="virtual time of the tenant when last leased"),
    sa.Column("created", sa.Double, nullable=False),
    sa.Column("started", sa.Double),
    sa.Column("finished", sa.Double),
    sa.Column("attempt", sa.Integer, nullable=False, default=0),
    sa.Column("failures", sa.Integer, nullable=False, default=0, comment="in a row, without getting farther"),
    sa.Column("leased_at_progress", sa.Double, nullable=False, default=0.0),
    sa.Column("token", sa.Integer, nullable=False, default=0, comment="fencing token, raised by every lease"),
    sa.Column("worker", sa.Text, nullable=False, default=""),
    sa.Column("lease_until", sa.Double),
    sa.Column("wanted", sa.Text, nullable=False, default="", comment="what the worker is to be told: cancel or pause"),
    sa.Column("held_until", sa.Double, comment="not leased before: the back-off after a failure"),
    sa.Column("avoid", sa.Text, nullable=False, default="", comment="worker whose engine failed it"),
    sa.Column("avoid_until", sa.Double, nullable=False, default=0.0),
    sa.Column("events", sa.Integer, nullable=False, default=0, comment="id of its last event"),
    sa.Column("idempotency_key", sa.Text),
    sa.Column("spec_digest", sa.Text, nullable=False),
    sa.Column("trace", sa.Text, nullable=False, default=""),
    sa.Column("result", sa.Text),
    sa.Column("evidence", sa.Text, nullable=False, default="[]"),
    sa.UniqueConstraint("tenant", "idempotency_key"),
)

specs = sa.Table(
    "specs", METADATA, sa.Column("job", sa.Text, primary_key=True), sa.Column("body", sa.Text, nullable=False), sqlite_with_rowid=True
)
"""What is to be made, beside the jobs: a script of megabytes would be rewritten with every progress of its job."""

events = sa.Table(
    "events",
    METADATA,
    sa.Column("job", sa.Text, primary_key=True),
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("at", sa.Double, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sqlite_with_rowid=False,
)

api_keys = sa.Table(
    "api_keys",
    METADATA,
    sa.Column("digest", sa.Text, primary_key=True, comment="SHA-256 of the key; the key itself is nowhere"),
    sa.Column("tenant", sa.Text, nullable=False),
    sa.Column("tier", sa.Text, nullable=False),
    sa.Column("hint", sa.Text, nullable=False, comment="its first letters, to tell keys apart"),
    sa.Column("created", sa.Double, nullable=False),
    sa.Column("revoked", sa.Double),
)

made_media = sa.Table(
    "made_media",
    METADATA,
    sa.Column("tenant", sa.Text, primary_key=True),
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("media_type", sa.Text, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
)
"""Media that a tenant's engine calls made or that it sent, and that it may therefore read and refer to."""

uploads = sa.Table(
    "uploads",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("tenant", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("media_type", sa.Text, nullable=False),
    sa.Column("added", sa.BigInteger, nullable=False, comment="bytes that the tenant did not have before"),
    sa.Column("at", sa.Double, nullable=False, comment="seconds since the epoch"),
    sa.Column("idempotency_key", sa.Text),
    sa.UniqueConstraint("tenant", "idempotency_key"),
)
"""Media that tenants sent or had made: what a key was used for, and how much each has had lately."""

stores = sa.Table("stores", METADATA, sa.Column("address", sa.Text, primary_key=True))
"""Folders that were used as a store: one of them that is empty now is a disk that is away."""

tallies = sa.Table(
    "tallies",
    METADATA,
    sa.Column("measure", sa.Text, primary_key=True),
    sa.Column("labels", sa.Text, primary_key=True, comment="values of its labels, a JSON list"),
    sa.Column("part", sa.Text, primary_key=True, comment="total, sum, or the upper bound of a bucket"),
    sa.Column("amount", sa.Double, nullable=False),
    sqlite_with_rowid=False,
)
"""What is counted over the life of the house; ``tallies`` adds to it."""

QUEUED: Final = jobs.c.status == sa.literal_column("'queued'")
RUNNING: Final = jobs.c.status == sa.literal_column("'running'")
FAILED: Final = jobs.c.status == sa.literal_column("'failed'")
LEASABLE: Final = sa.and_(QUEUED, jobs.c.held_until.is_(None))
"""Written out, not bound: SQLite uses a partial index only for a condition that it can see."""


def _index(name: str, *columns: Any, where: sa.ColumnElement[bool] | None = None) -> sa.Index:
    return sa.Index(name, *columns, sqlite_where=where, postgresql_where=where)


_index("tenants_in_turn", tenants.c.virtual_time, tenants.c.name, where=tenants.c.waiting > sa.literal_column("0"))
_index("tenants_by_time", tenants.c.virtual_time)
_index("jobs_in_turn", jobs.c.tenant, jobs.c.priority.desc(), jobs.c.id, where=LEASABLE)
_index("jobs_held", jobs.c.held_until, where=sa.and_(QUEUED, jobs.c.held_until.is_not(None)))
_index("jobs_leased", jobs.c.lease_until, where=RUNNING)
_index("jobs_begun", jobs.c.start_tag, where=RUNNING)
_index("jobs_of_worker", jobs.c.worker, jobs.c.id, where=RUNNING)
_index("jobs_finished", jobs.c.finished, where=jobs.c.finished.is_not(None))
_index("jobs_failed", jobs.c.id, where=FAILED)
_index("jobs_failed_of_tenant", jobs.c.status, jobs.c.tenant, jobs.c.id, where=FAILED)  # the status, else SQLite takes the next one
_index("jobs_of_tenant", jobs.c.tenant, jobs.c.id)
_index("uploads_of_tenant", uploads.c.tenant, uploads.c.at)


class Database:
    """An open database. Safe in threads; each process opens its own."""

    def __init__(self, address: str) -> None:
        """Open ``sqlite:///PATH`` or ``postgresql+psycopg://…`` and make what tables are missing.

        Raises:
            ConfigError: the address is none of these, or a newer studio made the tables.
            StoreError: the database cannot be reached or written.
        """
        self.url = _url(address)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._one_writer = threading.Lock()
        if self.is_sqlite:
            self._reads = _sqlite(self.url, "PRAGMA query_only=ON", "BEGIN")
            self._writes = _sqlite(self.url, "PRAGMA synchronous=NORMAL", "BEGIN IMMEDIATE")
            self._stating = self._writes
            self._durable = _sqlite(self.url, "PRAGMA synchronous=FULL", "BEGIN IMMEDIATE")
        else:
            self._reads = self._writes = self._durable = _postgresql(self.url)
            # Its statements are the same few again and again, and to plan one took three times as long as to carry it out.
            self._stating = _postgresql(self.url, " -c plan_cache_mode=force_generic_plan", isolation_level="AUTOCOMMIT")
        try:
            self._make_tables()
        except sa.exc.OperationalError as error:
            reason = str(error.orig).splitlines()[0]
            raise StoreError(f"the database of jobs cannot be used: {reason}.", remedy="Check its address and its rights.") from error

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent look."""
        with self._reads.begin() as connection:
            yield connection

    @contextlib.contextmanager
    def writing(self, *, durable: bool = False) -> Iterator[Connection]:
        """A transaction that is committed when the block ends well.

        ``durable``: on the disk before the block is left. Otherwise SQLite may lose the last moments to a power cut, but never
        to a process that dies: enough for leases, whose workers are on the same machine and die with it. PostgreSQL, whose
        workers are elsewhere, is always durable: a lease that it forgot would be given twice with one token.
        """
        engine = self._durable if durable else self._writes
        with self._one_writer if self.is_sqlite else contextlib.nullcontext(), engine.begin() as connection:
            yield connection

    @contextlib.contextmanager
    def stating(self) -> Iterator[Connection]:
        """For one statement that is a transaction of its own: PostgreSQL begins and commits with it, on one way there and back."""
        if self.is_sqlite:
            with self.writing() as connection:
                yield connection
        else:
            with self._stating.connect() as connection:
                yield connection

    def insert_new(self, table: sa.Table) -> Any:
        """An insert that leaves a row that is already there as it is."""
        if self.is_sqlite:
            from sqlalchemy.dialects.sqlite import insert as sqlite_insert

            return sqlite_insert(table).on_conflict_do_nothing()
        from sqlalchemy.dialects.postgresql import insert

        return insert(table).on_conflict_do_nothing()

    def insert_adding(self, table: sa.Table, column: str) -> Any:
        """An insert that adds to ``column`` of a row that is already there."""
        insert: Any
        if self.is_sqlite:
            from sqlalchemy.dialects.sqlite import insert
        else:
            from sqlalchemy.dialects.postgresql import insert
        fresh = insert(table)
        return fresh.on_conflict_do_update(
            index_elements=list(table.primary_key.columns), set_={column: table.c[column] + fresh.excluded[column]}
        )

    def close(self) -> None:
        """Close all connections."""
        for engine in {self._reads, self._writes, self._durable, self._stating}:
            engine.dispose()

    def _make_tables(self) -> None:
        with self.writing(durable=True) as connection:
            if not self.is_sqlite:
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_SCHEMA_LOCK)))
            METADATA.create_all(connection)
            for index in (index for table in METADATA.sorted_tables for index in table.indexes):
                index.create(connection, checkfirst=True)  # tables that were there stay without the indexes that came later
            version = connection.scalar(sa.select(sa.func.max(schema.c.version)))
            if version is None:
                connection.execute(sa.insert(schema).values(version=SCHEMA_VERSION))
            elif version > SCHEMA_VERSION:
                raise ConfigError(f"the database of jobs has version {version}; this studio knows {SCHEMA_VERSION}.", remedy="Update it.")


_PG_DEADLINES: Final = f"-c statement_timeout={BUSY_SECONDS * 1000} -c lock_timeout={BUSY_SECONDS * 1000}"


_QUIET_SECONDS: Final = 1.0
"""A connection that was used so lately is not asked whether it is still there: that is a way to the server and back each time."""


def _url(address: str) -> URL:
    try:
        url = make_url(address)
    except sa.exc.ArgumentError as error:
        raise ConfigError("the address of the database is none.", remedy="Write sqlite:///PATH or postgresql://USER@HOST/NAME.") from error
    if url.drivername in ("postgresql", "postgres"):
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername not in ("sqlite", "postgresql+psycopg"):
        raise ConfigError(f"jobs cannot be kept in {url.drivername}.", remedy="Write sqlite:///PATH or postgresql://USER@HOST/NAME.")
    if url.drivername == "sqlite":
        if not url.database or url.database == ":memory:":
            raise ConfigError("jobs are not kept in memory.", remedy="Write sqlite:///PATH.")
        try:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"{Path(url.database).parent} cannot be made: {error.strerror}.", remedy="Name another with --data."
            ) from error
    return url


def _postgresql(url: URL, settings: str = "", **options: Any) -> Engine:
    connect = {"connect_timeout": 10, "options": _PG_DEADLINES + settings}
    engine = sa.create_engine(url, pool_size=8, max_overflow=8, connect_args=connect, **options)

    @event.listens_for(engine, "checkin")
    def _(_: Any, record: ConnectionPoolEntry) -> None:
        record.info["used"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _(connection: Any, record: ConnectionPoolEntry, _: Any) -> None:
        if time.monotonic() - record.info.get("used", math.inf) > _QUIET_SECONDS:
            try:
                engine.dialect.do_ping(connection)
            except Exception as error:  # the pool opens another, and asks again
                raise sa.exc.DisconnectionError from error

    return engine


def _sqlite(url: URL, pragma: str, begin: str) -> Engine:
    engine = sa.create_engine(url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False}, pool_size=8, max_overflow=24)

    @event.listens_for(engine, "connect")
    def _(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # transactions begin where we say, not where the driver guesses
        for line in ("PRAGMA journal_mode=WAL", "PRAGMA foreign_keys=OFF", "PRAGMA cache_size=-32768", pragma):
            connection.execute(line)

    @event.listens_for(engine, "begin")
    def _(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
