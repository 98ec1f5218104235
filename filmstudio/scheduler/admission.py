"""Admission: whether more work of a tenant is taken in, by what it has waiting and running already, in core-seconds.

A queue that takes everything makes promises it cannot keep. A tenant may have as much in the house as its tier allows; more is
refused at once, and told when there will be room at the rate that the tenant is sure of.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from filmstudio.core.errors import Place, StudioError
from filmstudio.scheduler.tiers import Tier

HOUR: Final = 3600.0
BACKLOG: Final[dict[Tier, float]] = {Tier.FREE: 10 * HOUR, Tier.PRO: 200 * HOUR, Tier.ENTERPRISE: 5_000 * HOUR}
"""Core-seconds that a tenant may have waiting and running; a second of a GPU counts for 16. A minute of film takes about 40 with the
embedded engines (design.md, section 11)."""
_SOONEST: Final = 1.0


@dataclass(frozen=True, slots=True)
class Load:
    """What a tenant has in the house, core-seconds."""

    queued: float = 0.0
    running: float = 0.0


class Refused(StudioError):
    """A tenant has too much in the house already."""

    def __init__(self, message: str, *, remedy: str = "", place: Place = Place(), retry_after: float = _SOONEST) -> None:
        super().__init__(message, remedy=remedy, place=place)
        self.retry_after = retry_after
        """Seconds after which there will be room; infinity if never."""


def admit(load: Load, cost: float, tier: Tier, rate: float) -> None:
    """Take in work that is thought to cost ``cost`` core-seconds, or refuse it.

    ``rate``: core-seconds a second that the tenant is sure of, its share of the house while all others wait too (``sure_rate``).

    Raises:
        Refused: there is no room for it now, or ever.
    """
    limit = BACKLOG[tier]
    if cost > limit:
        message = f"this would take about {cost / HOUR:.1f} core-hours; the {tier} tier may have {limit / HOUR:g} in the house."
        raise Refused(message, remedy="Make it in parts, or choose a larger tier.", retry_after=math.inf)
    excess = load.queued + load.running + cost - limit
    if excess <= 0:
        return
    wait = max(_SOONEST, excess / rate) if rate > 0 else math.inf
    held = (load.queued + load.running) / HOUR
    message = f"{held:.1f} core-hours of yours are waiting or running; the {tier} tier may have {limit / HOUR:g}."
    when = "once some of it is done" if math.isinf(wait) else f"in {math.ceil(wait)} s"
    raise Refused(message, remedy=f"Try again {when}.", retry_after=wait)


def sure_rate(capacity: float, weight: float, weights_waiting: float) -> float:
    """Core-seconds a second that a tenant gets of a house with ``capacity`` cores.

    ``weights_waiting``: weights of all that wait, its own included.
    """
    return capacity * weight / max(weights_waiting, weight)
