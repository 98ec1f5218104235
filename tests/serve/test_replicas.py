"""A replica whose engine hangs is found ill, and another takes its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from probing import PROBE, ask, call, players, until
from servebench.probes import FOLDER
from servebench.twonodes import TwoNodes

from filmstudio.core.store import Store
from filmstudio.serve import posts

VARIABLES = {"PYTHONPATH": str(FOLDER)}


def test_a_replica_whose_engine_hangs_is_replaced(ray_of_two: TwoNodes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from filmstudio.serve.company import engaged

    monkeypatch.setattr(posts, "HEALTH_PERIOD_SECONDS", 0.3)
    with engaged([PROBE], Store(tmp_path), replicas=1, deadline=1.0, variables=VARIABLES) as crew:

        def playing(when: str) -> int:
            """Who answers, however late: on a busy machine a replica may not begin in a second."""

            def look(turn: int) -> set[int] | None:
                (answer,) = ask(crew, PROBE, call(f"who plays {when}? {turn}"))
                return None if answer.take is None else players([answer])

            (player,) = until(60, f"nobody plays {when}", look)
            return player

        hung = playing("at first")

        def another(turn: int) -> int | None:
            """Who plays instead. A call that was given up before the replica began it hangs nobody: then it is sent again."""
            (outcome,) = ask(crew, PROBE, call(f"SLEEP 600; {turn}"))
            assert outcome.failure is not None
            assert (outcome.failure.kind, "gave no answer in 1 s" in outcome.failure.message) == ("transient", True)
            player = playing(f"after a call that hung, {turn}")
            return None if player == hung else player

        until(60, "the hung replica is not replaced", another)
        until(60, "the hung replica holds its place", lambda turn: None if Path(f"/proc/{hung}").exists() else True)
