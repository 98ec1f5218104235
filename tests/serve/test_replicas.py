"""A replica whose engine hangs is found ill, and another takes its place."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from probing import PROBE, ask, call, players
from servebench.probes import FOLDER
from servebench.twonodes import TwoNodes

from filmstudio.core.store import Store
from filmstudio.serve import posts

VARIABLES = {"PYTHONPATH": str(FOLDER)}


def test_a_replica_whose_engine_hangs_is_replaced(ray_of_two: TwoNodes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from filmstudio.serve.company import engaged

    monkeypatch.setattr(posts, "HEALTH_PERIOD_SECONDS", 0.3)
    with engaged([PROBE], Store(tmp_path), replicas=1, deadline=1.0, variables=VARIABLES) as crew:
        (hung,) = players(ask(crew, PROBE, call("who will hang")))
        (outcome,) = ask(crew, PROBE, call("SLEEP 600"))
        assert outcome.failure is not None
        assert (outcome.failure.kind, "gave no answer in 1 s" in outcome.failure.message) == ("transient", True)
        began, again = time.monotonic(), None
        while again is None or again.take is None:
            (again,) = ask(crew, PROBE, call(f"who plays after {time.monotonic() - began} s"))
        assert players([again]) != {hung}
        while Path(f"/proc/{hung}").exists():
            assert time.monotonic() - began < 30, "the hung replica holds its place"
            time.sleep(0.1)
