"""The sample requests that a stranger's engine is tried with are such as the studio's own engines serve."""

from __future__ import annotations

from pathlib import Path

import pytest

from filmstudio.core.engine import Failure
from filmstudio.core.offers import Offer
from filmstudio.core.perform import check_results, engine_at
from filmstudio.core.plugins import Plugins
from filmstudio.core.roles import ROLES
from filmstudio.core.store import Store, StoreDesk
from filmstudio.testing import sample_requests

OFFERS = [Plugins().engine(role) for role in ROLES if role != "portrait"]
"""Portraits are left out: what a look may hold is its art pack's affair, and the sample has none."""


@pytest.mark.parametrize("offer", OFFERS, ids=lambda offer: offer.engine.role)
def test_the_studios_own_engine_serves_them(offer: Offer, tmp_path: Path) -> None:
    requests = sample_requests(offer.engine.role, tmp_path)
    engine = engine_at(offer.address)
    engine.load()
    results = engine.run(requests, StoreDesk(Store(tmp_path)))
    check_results(results, len(requests), offer.engine.role, offer.engine.name)
    assert [result.message for result in results if isinstance(result, Failure)] == []
