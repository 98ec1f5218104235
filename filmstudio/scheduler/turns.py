"""Whose turn it is: virtual time of tenants, kept in the database beside their jobs.

Start-time fair queueing (Goyal, Vin, Cheng 1996) with tenants as flows and jobs as packets: the tenant with the least virtual
time goes first, and pays its job's estimate divided by its weight. At the end of an attempt the estimate is corrected to the
resource-seconds that were measured. Who comes back from idling begins at the least time of those who wait: time spent
idle is no credit. Two tenants that both always have jobs waiting differ, in resource-seconds by weight, by no more than their
largest jobs: the tests assert it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from filmstudio.scheduler.database import RUNNING, Database, jobs, tenants
from filmstudio.scheduler.tiers import TERMS, Tier


@dataclass(frozen=True, slots=True)
class Turn:
    """A tenant's row, locked until the transaction ends."""

    name: str
    tier: Tier
    virtual_time: float
    waiting: int
    unfinished: int
    backlog: float
    """Resource-seconds that the unfinished jobs are thought to take."""

    @property
    def weight(self) -> float:
        """Share of the house."""
        return TERMS[self.tier].weight


WEIGHT: Final = sa.case({tier.value: terms.weight for tier, terms in TERMS.items()}, value=tenants.c.tier)
"""A tenant's share of the house, in SQL."""

ORDER: Final = (tenants.c.virtual_time, tenants.c.name)
"""Who is first."""

_LOCK: Final = sa.select(tenants).where(tenants.c.name.in_(sa.bindparam("of", expanding=True))).order_by(tenants.c.name).with_for_update()
_NEXT: Final = (
    sa.select(tenants)
    .where(tenants.c.waiting > sa.literal_column("0"))
    .where(sa.tuple_(*ORDER) > sa.tuple_(sa.bindparam("time"), sa.bindparam("after")))
    .order_by(*ORDER)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_LEAST: Final = sa.select(sa.func.min(tenants.c.virtual_time)).where(tenants.c.waiting > sa.literal_column("0"))
_LAST_START: Final = sa.select(sa.func.max(jobs.c.start_tag)).where(RUNNING)
_MOST: Final = sa.select(sa.func.max(tenants.c.virtual_time))
_MOVE: Final = (
    sa.update(tenants)
    .where(tenants.c.name == sa.bindparam("of"))
    .values(
        tier=sa.bindparam("now"),
        virtual_time=sa.bindparam("time"),
        waiting=tenants.c.waiting + sa.bindparam("more_waiting"),
        unfinished=tenants.c.unfinished + sa.bindparam("more_unfinished"),
        backlog=tenants.c.backlog + sa.bindparam("more_backlog"),
    )
)


def lock(connection: Connection, name: str) -> Turn | None:
    """The tenant's row, locked; None for a tenant that never had a job."""
    return lock_all(connection, [name]).get(name)


def lock_all(connection: Connection, names: Iterable[str]) -> dict[str, Turn]:
    """The rows of several tenants by name, locked in the order of their names, as everywhere."""
    found = [_turn(row) for row in connection.execute(_LOCK, {"of": list(names)})]
    return {turn.name: turn for turn in found if turn is not None}


def enrol(database: Database, connection: Connection, name: str, tier: Tier) -> Turn:
    """The tenant's row, locked; made when it is new."""
    found = lock(connection, name)
    if found is None:
        row = {"name": name, "tier": tier.value, "virtual_time": 0.0, "waiting": 0, "unfinished": 0, "backlog": 0.0}
        connection.execute(database.insert_new(tenants), row)
        found = lock(connection, name)
    assert found is not None  # noqa: S101 - inserted above, or by whoever was quicker
    return found


def next_in_turn(connection: Connection, after: Turn | None = None) -> Turn | None:
    """The tenant whose turn it is, or comes after another's, locked; tenants that somebody else is serving are passed over."""
    found = {"time": -1.0, "after": ""} if after is None else {"time": after.virtual_time, "after": after.name}
    return _turn(connection.execute(_NEXT, found).first())


@dataclass(frozen=True, slots=True)
class Move:
    """A change of a tenant's row."""

    charge: float = 0.0
    """Resource-seconds; less than 0 gives back."""
    waiting: int = 0
    """More jobs that may be leased."""
    unfinished: int = 0
    """More jobs that are not finished."""
    backlog: float = 0.0
    """Resource-seconds more that these are thought to take."""

    def __add__(self, other: Move) -> Move:
        return Move(
            self.charge + other.charge, self.waiting + other.waiting, self.unfinished + other.unfinished, self.backlog + other.backlog
        )


def move(connection: Connection, turn: Turn, change: Move, tier: Tier | None = None) -> None:
    """Change a locked row. Who had no job waiting and has one now is moved up to the time of the house."""
    move_all(connection, [(turn, change)], tier)


def move_all(connection: Connection, changes: Sequence[tuple[Turn, Move]], tier: Tier | None = None) -> None:
    """The same for several tenants, in one way to the database."""
    comes = any(change.waiting > 0 and turn.waiting == 0 for turn, change in changes)
    house = _house_time(connection) if comes else 0.0
    connection.execute(_MOVE, [_moved(turn, change, house, tier or turn.tier) for turn, change in changes])


def _moved(turn: Turn, change: Move, house: float, tier: Tier) -> dict[str, str | float]:
    comes = change.waiting > 0 and turn.waiting == 0
    time = max(turn.virtual_time, house) if comes else turn.virtual_time
    return {
        "of": turn.name, "now": tier.value, "time": max(0.0, time + change.charge / turn.weight), "more_waiting": change.waiting,
        "more_unfinished": change.unfinished, "more_backlog": change.backlog,
    }  # fmt: skip


def _house_time(connection: Connection) -> float:
    """Where who comes anew begins: at the start of what was leased last, or at the least time of those who wait, if that is less.

    Not at the latter alone: the time of a tenant whose jobs run holds their estimates, and is corrected as they end. Who had begun
    there would see it pass by again and again.
    """
    found = [float(time) for time in (connection.scalar(_LEAST), connection.scalar(_LAST_START)) if time is not None]
    return min(found) if found else float(connection.scalar(_MOST) or 0.0)


def _turn(row: sa.Row[tuple[object, ...]] | None) -> Turn | None:
    if row is None:
        return None
    return Turn(row.name, Tier(row.tier), row.virtual_time, row.waiting, row.unfinished, row.backlog)
