"""Direct calls ask for no more than a film of their tenant's tier has: that is told before memory is spent on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from api_server import Api

from filmstudio.core.roles import ROLES
from filmstudio.core.samples import sample_requests
from filmstudio.platform.extents import check_extents
from filmstudio.platform.problems import Refusal
from filmstudio.scheduler.tiers import Tier

RAIN = {"ambience": ["rain"], "samples": 48_000 * 60}
CAFE = {"set": {"pack": "house", "stage": "cafe", "light": "day", "weather": "clear", "rain": False, "seed": 1}}


def test_a_sound_of_hours_and_a_stage_of_gigapixels_are_not_begun(keyed: Api) -> None:
    sound = keyed.ask("POST", "/v1/engines/effects/" + ROLES["effects"].default, "bob", json=RAIN | {"samples": 48_000 * 3_600})
    assert sound.status_code == 422
    assert sound.json()["errors"] == [{"detail": "172,800,000 is more than 2,880,000.", "pointer": "/samples"}]
    stage = keyed.ask("POST", "/v1/engines/backdrop/" + ROLES["backdrop"].default, "ada", json=CAFE | {"scale": 100})
    assert (stage.status_code, stage.json()["errors"][0]["pointer"]) == (422, "/scale")


@pytest.mark.parametrize(
    ("asked", "pointers"),
    [
        (RAIN, []),
        (RAIN | {"samples": RAIN["samples"] + 1}, ["/samples"]),  # type: ignore[operator]
        ({"timing": {"frames": 10**9}, "width": 3840, "height": 10**6}, ["/timing/frames", "/height"]),
        ({"scenes": [{"samples": 1}, {"samples": 10**12}]}, ["/scenes/1/samples"]),
        ({"scale": 2.828, "character": {"scale": 90.0}}, []),
    ],
)
def test_everything_that_is_too_much_is_told_with_its_place(asked: Any, pointers: list[str]) -> None:
    try:
        check_extents(asked, Tier.FREE)
        told: list[Any] = []
    except Refusal as refusal:
        told = [error["pointer"] for error in refusal.errors]
    assert told == pointers


@pytest.mark.parametrize("role", ROLES)
def test_what_engines_are_tried_with_is_within_the_least_tier(tmp_path: Path, role: str) -> None:
    for asked in sample_requests(role, tmp_path):
        check_extents(asked.canonical(), Tier.FREE)
