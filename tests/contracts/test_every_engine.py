"""Every registered engine keeps the contract, on requests that a real film made of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from filmstudio.app import Studio, Wishes
from filmstudio.core.dispatch import Event
from filmstudio.core.engine import Request
from filmstudio.core.graph import RenderGraph, resolve
from filmstudio.core.options import RenderOptions
from filmstudio.core.plugins import Offer, Plugins
from filmstudio.core.requests import BreakdownRequest, BreakdownResult, CastRequest, CastResult, DirectRequest, ReadRequest
from filmstudio.core.roles import ROLES
from filmstudio.testing import hold_to_contract

SCRIPT = """Title: Rain

INT. CAFE - DAY

LENA (25) and OTTO (60).

LENA
It rains.

OTTO
It does. It stops, too.
"""
OFFERS = Plugins().engines()
Requests = dict[str, list[Request]]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def requests_made(shared_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Requests, Path]:
    """Two requests for each role, the shortest first, as the studio makes them; and the store with their media."""
    root = tmp_path_factory.mktemp("contract")
    script = root / "rain.fountain"
    script.write_text(SCRIPT)
    studio, options = Studio(shared_cache), RenderOptions(size="480p", preset="draft")
    read = ReadRequest(script=studio.store.put_bytes(SCRIPT.encode(), "text/plain"), name="rain.fountain")
    screenplay, _ = studio.read(script)
    breakdown_request = BreakdownRequest(screenplay=screenplay)
    breakdown = studio._once("breakdown", breakdown_request, BreakdownResult, None)
    cast_request = CastRequest(cast=breakdown.cast)
    cast = studio._once("casting", cast_request, CastResult, None)
    direct_request = DirectRequest(breakdown=breakdown, characters=cast.characters)
    film = studio.develop(screenplay, Wishes(), options)
    graphs: list[RenderGraph] = []
    results: dict[str, Any] = {}
    requests: Requests = {"screenplay": [read], "breakdown": [breakdown_request], "casting": [cast_request], "direction": [direct_request]}

    def keep(event: Event) -> None:
        if event.take is not None:
            results[event.task.id] = event.take.result

    studio.render(film, options, root / "out", workers=1, watch=keep, planned=graphs.append)
    tasks = sorted(graphs[0].tasks.values(), key=lambda task: task.weight)
    for task in tasks:
        made = requests.setdefault(task.role, [])
        if len(made) < 2:
            made.append(ROLES[task.role].request.model_validate(resolve(task.request, results)))
    return requests, shared_cache


@pytest.mark.parametrize("offer", OFFERS, ids=lambda offer: f"{offer.engine.role}-{offer.engine.name}")
def test_an_engine_keeps_the_contract(offer: Offer, requests_made: tuple[Requests, Path], tmp_path: Path) -> None:
    requests, store = requests_made
    hold_to_contract(offer.engine, requests[offer.engine.role], tmp_path, seed_store=store)
