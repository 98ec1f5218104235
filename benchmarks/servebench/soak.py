"""A soak: many small films of many tenants through the whole house at once, one of them flooding it.

Everything goes over HTTP. Afterwards the database of jobs tells when each film began and what it cost, and from that the gap in
service between tenants that both had films waiting. The bound is that of start-time fair queueing with D films in work at once
(Jin, Chase, Kaur 2004, SFQ(D)): (D + 1) (l(f)/r(f) + l(m)/r(m)), with each tenant's largest film l and weight r.
"""

from __future__ import annotations

import itertools
import json
import time
import urllib.error
import urllib.request
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filmbench.machine import Machine, this_machine

from servebench.house import House, serving

_GIVE_UP_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Soaked:
    """What the soak found."""

    films: int
    tenants: int
    succeeded: int
    errors: int
    seconds: float
    films_per_minute: float
    film_seconds: float
    """Length of all films together."""
    free_done_at_half_flood: float
    """Share of the free tenants' films that were finished when half of the flood was."""
    gap: float
    """Widest difference in service between two tenants with films waiting, resource-seconds by weight."""
    gap_bound: float
    worst_pair: str
    attempts: int
    machine: Machine
    load_after: float

    @property
    def good(self) -> bool:
        """Whether every film was made, once, and the gap stayed in its bound."""
        return self.succeeded == self.films and self.errors == 0 and self.gap <= self.gap_bound and self.free_done_at_half_flood > 0


@dataclass(frozen=True, slots=True)
class Ran:
    """A finished job, from the database."""

    tenant: str
    weight: float
    started: float
    finished: float
    spent: float


def soak(folder: Path, *, films: int, tenants: int, workers: int, at_once: int) -> Soaked:
    """Order all films at the start, the flood of one enterprise first, and wait for the last."""
    machine = this_machine()
    tiers = {"flood": "enterprise"} | {f"{'pro' if n % 4 == 0 else 'free'}-{n}": "pro" if n % 4 == 0 else "free" for n in range(1, tenants)}
    others = list(itertools.islice(itertools.cycle(name for name in tiers if name != "flood"), films - films * 2 // 5))
    orders = ["flood"] * (films - len(others)) + others
    options = ("--cache-dir", str(folder / "cache"), "--workers", str(workers), "--films-at-once", str(at_once))
    with serving(folder, tiers, *options) as house:
        began = time.monotonic()
        errors, ids = 0, []
        for number, tenant in enumerate(orders):
            answer = _ask(house, tenant, "/v1/films", _order(number))
            errors += "id" not in answer
            ids.append((tenant, answer.get("id", "")))
        states = [_finished(house, tenant, film) for tenant, film in ids]
        seconds = time.monotonic() - began
    ran, attempts = _ran(folder)
    gap, bound, pair = widest_gap(ran, at_once)
    return Soaked(
        films=films,
        tenants=tenants,
        succeeded=sum(state.get("status") == "succeeded" for state in states),
        errors=errors + sum(state.get("status") != "succeeded" or state.get("verdict") == "failed" for state in states),
        seconds=round(seconds, 1),
        films_per_minute=round(films / seconds * 60, 2),
        film_seconds=round(sum(state.get("seconds") or 0.0 for state in states), 1),
        free_done_at_half_flood=_free_done(ran),
        gap=round(gap, 2),
        gap_bound=round(bound, 2),
        worst_pair=pair,
        attempts=attempts,
        machine=machine,
        load_after=this_machine().load,
    )


def widest_gap(ran: list[Ran], at_once: int) -> tuple[float, float, str]:
    """The gap that came closest to its bound: gap, bound and pair. A film's service counts when it begins."""
    by_tenant: dict[str, list[Ran]] = defaultdict(list)
    for job in sorted(ran, key=lambda job: job.started):
        by_tenant[job.tenant].append(job)
    closest = (0.0, float("inf"), "")
    for f, m in itertools.combinations(by_tenant, 2):
        until = min(by_tenant[f][-1].started, by_tenant[m][-1].started)  # both had films waiting up to here
        lead = lowest = highest = 0.0
        for job in sorted(by_tenant[f] + by_tenant[m], key=lambda job: job.started):
            if job.started > until:
                break
            lead += job.spent / job.weight * (1 if job.tenant == f else -1)
            lowest, highest = min(lowest, lead), max(highest, lead)
        bound = (at_once + 1) * sum(max(job.spent / job.weight for job in by_tenant[name]) for name in (f, m))
        if (highest - lowest) / bound > closest[0] / closest[1]:
            closest = (highest - lowest, bound, f"{f} and {m}")
    return closest


def _free_done(ran: list[Ran]) -> float:
    flood = sorted(job.finished for job in ran if job.tenant == "flood")
    free = [job for job in ran if job.tenant.startswith("free")]
    if not flood or not free:
        return 0.0
    return round(sum(job.finished <= flood[len(flood) // 2] for job in free) / len(free), 3)


def _ran(folder: Path) -> tuple[list[Ran], int]:
    import sqlalchemy as sa

    from filmstudio.scheduler.database import Database, jobs
    from filmstudio.scheduler.tiers import TERMS, Tier

    with Database(f"sqlite:///{folder / 'studio.db'}").reading() as connection:
        rows = connection.execute(sa.select(jobs).where(jobs.c.finished.is_not(None))).all()
    found = [Ran(row.tenant, TERMS[Tier(row.tier)].weight, row.started, row.finished, row.spent) for row in rows]
    return found, sum(row.attempt for row in rows)


def _order(number: int) -> dict[str, Any]:
    script = f"INT. CAFE - DAY\n\nLENA\nTable {number + 1} is free.\n"
    return {"screenplay": script, "options": {"size": "480p", "preset": "draft", "seed": number}}


def _finished(house: House, tenant: str, film: str) -> dict[str, Any]:
    until = time.monotonic() + _GIVE_UP_SECONDS
    while film and time.monotonic() < until:
        state = _ask(house, tenant, f"/v1/films/{film}")
        if state.get("status") in ("succeeded", "failed", "cancelled"):
            return state
        time.sleep(0.5)
    return {}


def _ask(house: House, tenant: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {house.keys[tenant]}", "Content-Type": "application/json"}
    request = urllib.request.Request(house.address + path, json.dumps(body).encode() if body else None, headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            found: dict[str, Any] = json.load(answer)
            return found
    except urllib.error.HTTPError as error:
        return {"error": error.code}


def soak_table(found: Soaked) -> str:
    """The figures for people."""
    machine, share = found.machine, found.free_done_at_half_flood
    made = f"{found.succeeded} of {found.films} films of {found.tenants} tenants, {found.errors} errors, {found.attempts} attempts"
    rows = [
        ("soak", made),
        ("machine", str(machine)),
        ("load average", f"{machine.load:g} before, {found.load_after:g} after"),
        ("time", f"{found.seconds:.0f} s, {found.films_per_minute:.1f} films a minute, {found.film_seconds:.0f} s of film"),
        ("while flooded", f"{share:.0%} of the free tenants' films were done when half of the flood was"),
        ("service gap", f"{found.gap:.1f} resource-seconds by weight, bound {found.gap_bound:.1f} ({found.worst_pair})"),
        ("verdict", "good" if found.good else "NOT GOOD"),
    ]
    return "\n".join(f"{name:<16}{value}".rstrip() for name, value in rows)
