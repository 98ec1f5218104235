"""Whose media are whose. Digests are no secrets: a tenant reads, and refers to, only what its calls made and what it sent."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from filmstudio.core.media import MediaRef
from filmstudio.core.model import digest_of
from filmstudio.core.store import Store, Take
from filmstudio.platform.keys import Principal, scope_of
from filmstudio.platform.problems import Refusal
from filmstudio.scheduler.database import Database, made_media, uploads
from filmstudio.scheduler.job import KeyConflict, new_id
from filmstudio.scheduler.tiers import TERMS

SCRIPTS: Final = ("text/plain", "text/markdown", "text/xml", "application/xml")
"""Scripts in any form; the engine that reads them tells what is wrong in them, with its place."""
_READING: Final = "screenplay"
"""The role that is given scripts."""
DAY_SECONDS: Final = 24 * 3600
"""How long what was sent or made counts."""
_ASKED: Final = 500
"""Media that are looked for in one query: a request may refer to tens of thousands."""


class Shelf:
    """The media that tenants may reach."""

    def __init__(self, database: Database, store: Store, clock: Callable[[], float] = time.time) -> None:
        self._database, self._store, self._clock = database, store, clock

    def find(self, tenant: str, digest: str) -> MediaRef | None:
        """A tenant's media with this digest."""
        with self._database.reading() as connection:
            return _found(connection, tenant, [digest]).get(digest)

    def check(self, tenant: str, role: str, media: Sequence[MediaRef]) -> None:
        """See that a tenant may refer to these, and that their sizes and types are told as they are.

        What was sent as a script was not looked into, and may be anything: it goes to the role that reads scripts and to no other, such
        as one that would open it as a film.

        Raises:
            Refusal: it may not, or they are not there any more; everything that is wrong is told.
            StoreError: the store cannot be reached.
        """
        with self._database.reading() as connection:
            found = _found(connection, tenant, [ref.digest for ref in media])
        own = [found.get(ref.digest) for ref in media]
        foreign = [
            f"no call of yours made media {ref.digest}, nor did you send it." for ref, mine in zip(media, own, strict=True) if not mine
        ]
        if foreign:
            remedy = "Send it to /v1/media, or have an engine make it."
            raise Refusal(
                422, "the request refers to media that are not yours.", remedy=remedy, errors=[{"detail": one} for one in foreign]
            )
        known = [(ref, mine) for ref, mine in zip(media, own, strict=True) if mine is not None]
        wrong = [f"media {ref.digest} has {mine.size} bytes, not {ref.size}." for ref, mine in known if mine.size != ref.size]
        wrong += [f"media {ref.digest} is {mine.media_type}, not {ref.media_type}." for ref, mine in known if not _alike(mine, ref)]
        if wrong:
            raise Refusal(422, "the request tells wrong sizes or types of media.", errors=[{"detail": one} for one in wrong])
        gone = [f"media {ref.digest} have been removed." for ref, _ in known if not self._store.holds(ref)]
        if gone:
            remedy = "Send them again, or make the call again that made them."
            raise Refusal(422, "the request refers to media that are gone.", remedy=remedy, errors=[{"detail": one} for one in gone])
        scripts = [mine for mine in own if mine is not None and mine.media_type in SCRIPTS and role != _READING]
        if scripts:
            errors = [{"detail": f"media {one.digest} are a script."} for one in scripts]
            raise Refusal(422, f"the {role} role takes no scripts.", remedy="Send a sound as audio/wav.", errors=errors)

    def record(self, tenant: str, take: Take) -> None:
        """A call of a tenant made this take, whose media take of the tenant's room as those do that it sends."""
        if take.media:
            with self._database.writing(durable=True) as connection:
                known = _found(connection, tenant, [media.digest for media in take.media])
                new = [media for media in dict.fromkeys(take.media) if media.digest not in known]
                if new:
                    told = {"tenant": tenant, "at": self._clock(), "idempotency_key": None}
                    rows = [
                        told | {"id": new_id(self._clock()), "digest": one.digest, "media_type": one.media_type, "added": one.size}
                        for one in new
                    ]
                    connection.execute(self._database.insert_new(uploads), rows)
                self._add(connection, tenant, take.media)

    def check_room(self, who: Principal, size: int) -> None:
        """See that a tenant may send, or have calls make, so many more bytes.

        Raises:
            Refusal: it has had too many since yesterday.
        """
        most = TERMS[who.tier].uploaded
        lately = sa.and_(uploads.c.tenant == who.tenant, uploads.c.at > self._clock() - DAY_SECONDS)
        with self._database.reading() as connection:
            sent = int(connection.scalar(sa.select(sa.func.coalesce(sa.func.sum(uploads.c.added), 0)).where(lately)) or 0)
        if sent + size > most:
            message = f"{sent >> 20} MB of media were sent or made by calls since yesterday; the {who.tier} tier has {most >> 20} MB a day."
            raise Refusal(429, message, remedy="Go on tomorrow.", headers={"Retry-After": "3600"})

    def keep(self, who: Principal, file: Path, media_type: str, key: str | None) -> MediaRef:
        """Move a file that a tenant sent into the store, and let the tenant reach it.

        ``key``: its idempotency key; with it the same media again are no other request. What a used key came with is in the store all the
        same, out of reach, and takes of the tenant's room.

        Raises:
            KeyConflict: the key was used for other media.
            StoreError: the store cannot be written.
        """
        with self._store.rendering():  # without a take, pruning would not know that somebody wants the media
            media = self._store.put_file(file, media_type)
            self._store.commit(_take_of(media, scope_of(who.tenant)))
        with self._database.writing(durable=True) as connection:
            added = 0 if _found(connection, who.tenant, [media.digest]) else media.size
            told = {"tenant": who.tenant, "digest": media.digest, "media_type": media_type, "added": added, "at": self._clock()}
            insert = self._database.insert_new(uploads)
            connection.execute(insert, told | {"id": new_id(self._clock()), "idempotency_key": key})
            other = "" if key is None else _other_media(connection, who.tenant, key, media)
            if other:
                connection.execute(insert, told | {"id": new_id(self._clock()), "idempotency_key": None})
            else:
                self._add(connection, who.tenant, [media])
        if other:
            message = f"the idempotency key {key!r} belongs to other media, {other}."
            raise KeyConflict(message, remedy="Send the same media as then, or use a new key.")
        return media

    def _add(self, connection: Connection, tenant: str, media: Sequence[MediaRef]) -> None:
        rows = [{"tenant": tenant, "digest": ref.digest, "media_type": ref.media_type, "size": ref.size} for ref in media]
        connection.execute(self._database.insert_new(made_media), rows)
        for ref in media:
            if ref.media_type not in SCRIPTS:  # now they have been looked into, if they were sent as a script before
                mine = sa.and_(made_media.c.tenant == tenant, made_media.c.digest == ref.digest)
                connection.execute(
                    sa.update(made_media).where(mine, made_media.c.media_type.in_(SCRIPTS)).values(media_type=ref.media_type)
                )


def _alike(mine: MediaRef, told: MediaRef) -> bool:
    """Whether media are of the type that is told. What was sent as one kind of script may be told to be another."""
    return mine.media_type == told.media_type or {mine.media_type, told.media_type} <= set(SCRIPTS)


def _found(connection: Connection, tenant: str, digests: Sequence[str]) -> dict[str, MediaRef]:
    """Those of a tenant's media, by digest."""
    found = {}
    for first in range(0, len(digests), _ASKED):
        mine = sa.and_(made_media.c.tenant == tenant, made_media.c.digest.in_(digests[first : first + _ASKED]))
        for row in connection.execute(sa.select(made_media).where(mine)):
            found[row.digest] = MediaRef(digest=row.digest, media_type=row.media_type, size=row.size)
    return found


def _other_media(connection: Connection, tenant: str, key: str, media: MediaRef) -> str:
    """Digest of the media that a tenant's key names, where those are not these; otherwise empty."""
    mine = sa.and_(uploads.c.tenant == tenant, uploads.c.idempotency_key == key)
    first = connection.execute(sa.select(uploads).where(mine)).first()
    # None where an old one was weeded out just now, whose media were gone: then the key belongs to nothing.
    return "" if first is None or (first.digest, first.media_type) == (media.digest, media.media_type) else str(first.digest)


def _take_of(media: MediaRef, scope: str) -> Take:
    """The record by which the store knows that media are wanted, and since when: as if a task had made them."""
    digest = digest_of({"sent": media.canonical(), "scope": scope})
    return Take(digest=digest, role="media", engine="sent", version="1", result=media.canonical(), media=(media,), seconds=0.0)
