"""Weeding: rows of media that the store has lost are removed from the shelf, a portion at a time, and old ones from the day's account."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

import sqlalchemy as sa

from filmstudio.core.media import MediaRef
from filmstudio.core.store import Store
from filmstudio.platform.shelf import DAY_SECONDS
from filmstudio.scheduler.database import Database, made_media, uploads

_log: Final = logging.getLogger("filmstudio.api")
WEED_SECONDS: Final = 60.0
"""Between two portions."""
PORTION: Final = 200
"""Rows of a table that are looked at together: in a bucket, each asks for one object."""


class Weeding:
    """Goes through the rows of all tenants, again and again; each portion begins where the last one ended."""

    def __init__(self, database: Database, store: Store, clock: Callable[[], float] = time.time, portion: int = PORTION) -> None:
        self._database, self._store, self._clock, self._portion = database, store, clock, portion
        self._seen_media = ("", "")
        self._seen_upload = ""

    async def go_on(self, run: Callable[[Callable[[], int]], Awaitable[int]]) -> None:
        """Weed until cancelled; ``run`` does what waits for the database and the store."""
        while True:
            try:
                await run(self.weed)
            except Exception as error:  # what cannot be reached now is looked at later
                _log.warning("the shelf was not weeded", extra={"detail": str(error)})
            await asyncio.sleep(WEED_SECONDS)

    def weed(self) -> int:
        """Look at the next portion; returns how many rows were removed.

        Raises:
            StoreError: the store cannot be reached, so nobody knows what it has lost; nothing was removed.
        """
        return self._weed_media() + self._weed_uploads()

    def _weed_media(self) -> int:
        key = sa.tuple_(made_media.c.tenant, made_media.c.digest)
        seen = sa.tuple_(*(sa.literal(part) for part in self._seen_media))
        portion = sa.select(made_media).where(key > seen).order_by(made_media.c.tenant, made_media.c.digest).limit(self._portion)
        with self._database.reading() as connection:
            rows = connection.execute(portion).mappings().all()
        gone = [dict(row) for row in rows if self._has_lost(row)]
        put_back = self._remove(gone) if gone else 0
        self._seen_media = (rows[-1]["tenant"], rows[-1]["digest"]) if len(rows) == self._portion else ("", "")
        return len(gone) - put_back

    def _remove(self, gone: Sequence[dict[str, Any]]) -> int:
        """Remove these rows, but for those whose media have come back since they were looked for; returns how many those are.

        Media come into the store before their row: once the row is away, whoever brings them now waits, and inserts it anew.
        """
        each = sa.and_(made_media.c.tenant == sa.bindparam("of"), made_media.c.digest == sa.bindparam("named"))
        with self._database.writing() as connection:
            connection.execute(sa.delete(made_media).where(each), [{"of": row["tenant"], "named": row["digest"]} for row in gone])
            back = [row for row in gone if not self._has_lost(row)]
            if back:
                connection.execute(self._database.insert_new(made_media), back)
        return len(back)

    def _weed_uploads(self) -> int:
        """Those that count toward no day any more stay only for their key, and that only while the media are there."""
        old = sa.and_(uploads.c.id > self._seen_upload, uploads.c.at <= self._clock() - DAY_SECONDS)
        with self._database.reading() as connection:
            ids = connection.scalars(sa.select(uploads.c.id).where(old).order_by(uploads.c.id).limit(self._portion)).all()
        on_shelf = sa.exists().where(made_media.c.tenant == uploads.c.tenant, made_media.c.digest == uploads.c.digest)
        idle = sa.delete(uploads).where(uploads.c.id.in_(ids), sa.or_(uploads.c.idempotency_key.is_(None), ~on_shelf))
        removed = 0
        if ids:
            with self._database.writing() as connection:
                removed = connection.execute(idle).rowcount
        self._seen_upload = ids[-1] if len(ids) == self._portion else ""
        return removed

    def _has_lost(self, row: Any) -> bool:
        return self._store.has_lost(MediaRef(digest=row["digest"], media_type=row["media_type"], size=row["size"]))
