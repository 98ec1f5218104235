"""Tiers of tenants: what each may ask for, and how large its share is when all wait."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Tier(StrEnum):
    """What a tenant has subscribed to."""

    FREE = "free"
    PRO = "pro"
    ENTERPRISE = "enterprise"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a tier comes with."""

    weight: float
    """Share of the house while others wait too: a tenant of twice the weight gets twice the resource-seconds."""
    longest_seconds: int
    """Of one film."""
    watermark: str
    """Words in the corner of every picture; empty = none."""
    queued: int
    """Jobs that may wait or run at the same time."""
    uploaded: int
    """Bytes of media that may be sent in a day."""


TERMS: Final[dict[Tier, Terms]] = {
    Tier.FREE: Terms(weight=1.0, longest_seconds=60, watermark="Created with AI Film Studio", queued=10, uploaded=1 << 30),
    Tier.PRO: Terms(weight=3.0, longest_seconds=300, watermark="", queued=100, uploaded=10 << 30),
    Tier.ENTERPRISE: Terms(weight=9.0, longest_seconds=600, watermark="", queued=10_000, uploaded=100 << 30),
}
"""Lengths and watermark as the product's tiers have them; each weight is three times the one below."""
