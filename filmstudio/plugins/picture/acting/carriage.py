"""Carriage: how one person holds arms and back when nothing is asked of them, so that no two stand alike."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from filmstudio.core.model import digest_of
from filmstudio.plugins.picture.acting.motion import ARMS, REST

HAND_PROPS = ("lamp", "book", "tablet", "cup", "letter")
"""Things the house pack can put into a hand."""


@dataclass(frozen=True, slots=True)
class Carriage:
    """Resting angles by channel, and the part held in the near hand."""

    channels: Mapping[str, float]
    prop: str | None = None


def carriage_of(look: Mapping[str, JsonValue]) -> Carriage:
    """The carriage in a look's own pose, as far as it is one to stay in; what it leaves open comes by lot from the look alone.

    A raised or bent arm is a gesture of the portrait and is not kept, except that it carries something.
    """
    lot = random.Random(int(digest_of(look)[:12], 16))
    pose = look.get("pose")
    pose = pose if isinstance(pose, Mapping) else {}
    channels: dict[str, float] = {}
    prop = pose.get("near_prop")
    held = prop if isinstance(prop, str) and prop.removeprefix("p_") in HAND_PROPS else None
    for arm in ARMS:
        spread = (lot.uniform(-4.0, 4.0), lot.uniform(-9.0, 5.0), lot.uniform(-3.0, 3.0))
        angles = _arm(pose.get(arm))
        calm = angles is not None and abs(angles[0]) <= 30 and -60 <= angles[1] <= 0
        if angles is not None and (calm or (held and arm == "near")):
            spread = (angles[0] - REST[f"{arm}0"], angles[1] - REST[f"{arm}1"], angles[2] - REST[f"{arm}2"])
        for joint in range(3):
            channels[f"{arm}{joint}"] = REST[f"{arm}{joint}"] + spread[joint]
    lean = pose.get("lean")
    channels["lean"] = max(-3.0, min(5.0, float(lean))) if isinstance(lean, int | float) else lot.uniform(-1.0, 1.5)
    return Carriage(channels, held)


def _arm(value: JsonValue) -> tuple[float, float, float] | None:
    if isinstance(value, list | tuple) and len(value) >= 3:
        numbers = [float(angle) for angle in value[:3] if isinstance(angle, int | float)]
        if len(numbers) == 3:
            return numbers[0], numbers[1], numbers[2]
    return None
