"""A replica whose store is away: its calls are told so, as on one machine, and no engine is blamed."""

from __future__ import annotations

import pytest

from filmstudio.core.errors import StoreError
from filmstudio.core.perform import Batch, Call
from filmstudio.core.store import Take
from filmstudio.serve.replica import EngineReplica
from filmstudio.serve.sheets import CallSheet


class Away:
    """A store that cannot be reached."""

    def standing(self, digest: str) -> Take | None:
        raise StoreError("the bucket cannot be reached.")


def test_calls_of_a_replica_whose_store_is_away_fail_as_the_stores(monkeypatch: pytest.MonkeyPatch) -> None:
    replica = object.__new__(EngineReplica)  # its calls alone, without a Ray around them
    monkeypatch.setattr(replica, "_keeper", Away(), raising=False)
    batch = Batch("voice", "espeak", "1", "x:Y", ())
    sheets = [CallSheet.of(batch, Call(f"line:{n}", "d" * 64, {}), alone=False) for n in range(2)]
    outcomes = replica._perform_here(sheets)
    assert [(outcome.task, outcome.failure and outcome.failure.kind) for outcome in outcomes] == [("line:0", "store"), ("line:1", "store")]
