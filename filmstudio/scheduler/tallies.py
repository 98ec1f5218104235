"""Tallies: what is counted of the house, added up in its database, where every API finds the same totals after any restart.

A crew counts in memory and adds that to the database about once a second, and before it tells of a film's end. What goes with
the end of a job, the seconds of film delivered, is added in the transaction that ends it: once, as a job is finished once. So no
restart takes anything from a total or adds it twice. A crew that is killed takes with it what it had not told, a second at most.
"""

from __future__ import annotations

import json
import math
import threading
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from filmstudio.scheduler.database import Database, tallies
from filmstudio.scheduler.measures import MEASURES, Measure


class Cell(NamedTuple):
    """A row of the table: a counter, the sum of a histogram, or one of its buckets."""

    measure: str
    labels: str
    """Values of the measure's labels, as a JSON list."""
    part: str
    """``total``, ``sum``, or a bucket's upper bound."""


Increments = Mapping[Cell, float]
"""What is to be added."""

_TOTAL: Final = "total"
_SUM: Final = "sum"


class Tallies:
    """Counts of one process that the database has not got yet. Safe in threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counted: dict[tuple[str, tuple[str, ...], str | float], float] = defaultdict(float)

    def add(self, measure: Measure, labels: tuple[str, ...], amount: float = 1.0) -> None:
        """Count. Of nothing too: a series that stands at 0 can be reckoned with, one that is missing cannot."""
        _check(measure, labels)
        with self._lock:
            self._counted[measure.name, labels, _TOTAL] += amount

    def observe(self, measure: Measure, labels: tuple[str, ...], value: float) -> None:
        """Put a value into a histogram."""
        _check(measure, labels)
        at = bisect_left(measure.bounds, value)
        bound = measure.bounds[at] if at < len(measure.bounds) else math.inf
        with self._lock:
            self._counted[measure.name, labels, bound] += 1
            self._counted[measure.name, labels, _SUM] += value

    def drain(self) -> Increments:
        """Everything counted so far; it is the caller's to keep now."""
        return _increments(self._taken())

    def keep_in(self, database: Database) -> None:
        """Add everything to the database; what could not be added is still here."""
        taken = self._taken()
        if not taken:
            return
        try:
            with database.writing() as connection:
                keep(database, connection, _increments(taken))
        except BaseException:
            with self._lock:
                for cell, amount in taken.items():
                    self._counted[cell] += amount
            raise

    def _taken(self) -> dict[tuple[str, tuple[str, ...], str | float], float]:
        with self._lock:
            taken, self._counted = self._counted, defaultdict(float)
        return taken


def _check(measure: Measure, labels: tuple[str, ...]) -> None:
    if len(labels) != len(measure.labels):
        raise ValueError(f"{measure.name} is counted by {', '.join(measure.labels)}.")


def _increments(counted: Mapping[tuple[str, tuple[str, ...], str | float], float]) -> Increments:
    return {Cell(name, json.dumps(labels), str(part)): amount for (name, labels, part), amount in counted.items()}


def keep(database: Database, connection: Connection, increments: Increments) -> None:
    """Add to the totals, in a transaction that touches nothing else afterwards: rows are locked in their order, after all others."""
    if increments:
        rows = [{**cell._asdict(), "amount": amount} for cell, amount in sorted(increments.items())]
        connection.execute(database.insert_adding(tallies, "amount"), rows)


@dataclass(frozen=True, slots=True)
class Kept:
    """One series as the database has it."""

    labels: tuple[str, ...]
    total: float = 0.0
    """Of a counter; of a histogram the sum of its values."""
    buckets: tuple[float, ...] = ()
    """Values at or below each bound of the measure, and all values at the end."""


def kept(database: Database) -> dict[str, list[Kept]]:
    """All series, by the name of their measure. Measures that this studio does not know, a newer one's, are passed over."""
    with database.reading() as connection:
        rows = connection.execute(sa.select(tallies).order_by(tallies.c.measure, tallies.c.labels)).all()
    series: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for row in rows:
        series[row.measure, row.labels][row.part] = row.amount
    known = {measure.name: measure for measure in MEASURES}
    found: dict[str, list[Kept]] = defaultdict(list)
    for (name, labels), parts in series.items():
        if name in known:
            found[name].append(_kept(known[name], tuple(json.loads(labels)), parts))
    return found


def total(series: Mapping[str, Sequence[Kept]], measure: Measure) -> float:
    """A counter, over all its labels."""
    return sum(one.total for one in series.get(measure.name, ()))


def _kept(measure: Measure, labels: tuple[str, ...], parts: Mapping[str, float]) -> Kept:
    if not measure.bounds:
        return Kept(labels, parts.get(_TOTAL, 0.0))
    counts = [0.0] * (len(measure.bounds) + 1)
    for part, amount in parts.items():
        if part != _SUM:  # bounds may have been others when it was counted: it goes where it surely belongs
            counts[bisect_left(measure.bounds, float(part))] += amount
    at_or_below = [sum(counts[: at + 1]) for at in range(len(counts))]
    return Kept(labels, parts.get(_SUM, 0.0), tuple(at_or_below))
