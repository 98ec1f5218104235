"""Kills of replicas, of a node and of drivers lose no finished task and commit none twice; and the audit would see it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from servebench.kills import Audit, killing
from servebench.twonodes import TwoNodes

from filmstudio.core.media import MediaRef
from filmstudio.core.store import Store, Take
from filmstudio.serve.committing import FirstCommit


def take_of(run: float, digest: str = "a" * 64) -> Take:
    result = {"audio": MediaRef(digest="b" * 64, media_type="audio/wav", size=1).canonical(), "measured": {"run": run}}
    return Take(digest=digest, role="voice", engine="probe", version="1", result=result, seconds=0.0)  # type: ignore[arg-type]


def test_six_kills_lose_nothing_and_repeat_nothing(ray_of_two: TwoNodes, tmp_path: Path) -> None:
    killed, audit = killing(ray_of_two, tmp_path, 6, tasks=40, every=0.3, replicas=3, seed=2, tell=lambda line: None)
    assert sum(killed.kills.values()) == 6
    assert set(killed.kills) == {"replica", "node", "driver"}
    assert killed.finished == killed.tasks
    assert audit.twice() == {}
    assert len(audit.commits) == killed.tasks


def test_the_first_commit_stands(tmp_path: Path) -> None:
    store = Store(tmp_path)
    keeper, audit = FirstCommit(store), Audit()
    for run in (1.0, 2.0):
        answered = keeper.commit(take_of(run))
        audit.note(answered.digest, answered.canonical())  # type: ignore[arg-type]
        audit.look(store)
    assert audit.twice() == {}


@pytest.mark.parametrize("seen", ["in the store", "by drivers"])
def test_a_planted_double_commit_is_seen(tmp_path: Path, seen: str) -> None:
    store, audit = Store(tmp_path / "store"), Audit()
    journal = tmp_path / "answers"
    if seen == "in the store":
        store.commit(take_of(1.0))
        audit.look(store)
        store.commit(take_of(2.0))
    else:
        lines = [json.dumps({"digest": "a" * 64, "run": run}) for run in (1.0, 2.0)]
        journal.write_text("\n".join([*lines, lines[0][:20]]))
    audit.look(store)
    audit.read(journal)
    assert audit.twice() == {"a" * 64: {1.0, 2.0}}
