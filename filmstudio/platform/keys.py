"""API keys: shown once, kept as their SHA-256, and looked up for every request."""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from filmstudio.core.errors import ConfigError
from filmstudio.scheduler.database import Database, api_keys
from filmstudio.scheduler.tiers import Tier

LOCAL: Final = "local"
"""The tenant of an address that nobody else can reach."""

_PREFIX: Final = "fsk_"
_HINT_LETTERS: Final = 12
_TENANT: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_REMEMBERED_SECONDS: Final = 5.0
"""How long an answer about a key holds: a revoked key is refused after as long at most."""
_REMEMBERED: Final = 10_000


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks."""

    tenant: str
    tier: Tier


def scope_of(tenant: str) -> str:
    """Whose takes a tenant's films are made of: each has its own; the local one shares with the command line, its neighbour."""
    return "" if tenant == LOCAL else tenant


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """What is known of a key; the key itself is not."""

    hint: str
    tenant: str
    tier: Tier
    created: float
    revoked: float | None


class Keys:
    """The keys in the database of jobs."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._remembered: dict[str, tuple[float, Principal | None]] = {}
        self._any: tuple[float, bool] = (0.0, False)

    def add(self, tenant: str, tier: Tier) -> str:
        """A new key for a tenant. It is nowhere afterwards but with whoever called.

        Raises:
            ConfigError: the tenant's name is none.
        """
        if not _TENANT.fullmatch(tenant):
            raise ConfigError(f"{tenant!r} is no name of a tenant.", remedy="Use up to 63 lower-case letters, digits and hyphens.")
        key = _PREFIX + secrets.token_urlsafe(32)
        row = {
            "digest": _digest(key),
            "tenant": tenant,
            "tier": tier.value,
            "hint": key[:_HINT_LETTERS],
            "created": time.time(),
            "revoked": None,
        }
        with self._database.writing(durable=True) as connection:
            connection.execute(sa.insert(api_keys), row)
        return key

    def all(self) -> list[KeyFacts]:
        """Every key, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(sa.select(api_keys).order_by(api_keys.c.created)).all()
        return [KeyFacts(row.hint, row.tenant, Tier(row.tier), row.created, row.revoked) for row in rows]

    def revoke(self, hint: str) -> int:
        """Refuse the keys that begin with ``hint`` from now on; returns how many.

        Raises:
            ConfigError: there is none.
        """
        found = sa.and_(api_keys.c.hint == hint[:_HINT_LETTERS], api_keys.c.revoked.is_(None))
        with self._database.writing(durable=True) as connection:
            gone = connection.execute(sa.update(api_keys).where(found).values(revoked=time.time())).rowcount
        if not gone:
            raise ConfigError(f"no key in use begins with {hint[:_HINT_LETTERS]!r}.", remedy="See: studio keys list")
        return gone

    def principal(self, key: str) -> Principal | None:
        """Whose key it is; None for one that is unknown or revoked."""
        digest, now = _digest(key), time.monotonic()
        known = self._remembered.get(digest)
        if known is not None and known[0] > now:
            return known[1]
        with self._database.reading() as connection:
            row = connection.execute(sa.select(api_keys).where(api_keys.c.digest == digest, api_keys.c.revoked.is_(None))).first()
        found = None if row is None else Principal(row.tenant, Tier(row.tier))
        if len(self._remembered) >= _REMEMBERED:
            self._remembered.clear()
        self._remembered[digest] = (now + _REMEMBERED_SECONDS, found)
        return found

    def recall(self, key: str) -> tuple[bool, Principal | None]:
        """Whether the answer is remembered, and the answer: without looking into the database."""
        known = self._remembered.get(_digest(key))
        return (True, known[1]) if known is not None and known[0] > time.monotonic() else (False, None)

    def exist(self) -> bool:
        """Whether there are any keys in use; remembered for some seconds."""
        now = time.monotonic()
        if self._any[0] <= now:
            with self._database.reading() as connection:
                count = connection.scalar(sa.select(sa.func.count()).select_from(api_keys).where(api_keys.c.revoked.is_(None)))
            self._any = (now + _REMEMBERED_SECONDS, bool(count))
        return self._any[1]


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
