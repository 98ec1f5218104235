"""Kills of replicas, of a node and of drivers lose no finished task and commit none twice; and the audit would see it.

A driver takes so long to start again that what it had asked for is committed by then: six kills seldom make two runs of one task meet,
and would mostly pass without ``FirstCommit``. So that is tested apart, with two runs that wait for each other.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from probing import PROBE, call
from servebench.kills import Audit, killing
from servebench.probes import FOLDER
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


PLANTED = """import os
from filmstudio.serve.committing import FirstCommit

sound = FirstCommit.commit
FirstCommit.commit = lambda self, take: self._store.commit(take) if take.digest == os.environ["PLANTED"] else sound(self, take)
"""
"""A ``FirstCommit`` that is none, for the task that the variable names."""


def test_of_two_runs_of_one_task_at_a_time_the_first_commit_stands_and_where_it_does_not_the_audit_sees_it(
    ray_of_two: TwoNodes, tmp_path: Path
) -> None:
    """As when a driver dies, and the next asks for what a replica is still making."""
    from filmstudio.serve.company import engaged

    for folder in ("sound", "planted"):
        (tmp_path / folder).mkdir()
    (tmp_path / "sitecustomize.py").write_text(PLANTED)
    sound, planted = (call(f"MEET {tmp_path / folder}") for folder in ("sound", "planted"))
    variables = {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(FOLDER)]), "PLANTED": planted.digest}
    audit = Audit()
    with engaged([PROBE], Store(tmp_path / "store"), replicas=2, variables=variables) as crew:
        for task in (sound, planted):
            for _ in range(2):
                crew.submit(PROBE.batch((task,)))
            answered = [*crew.wait(60)]
            while len(answered) < 2:
                answered += crew.wait(60)
            for outcome in answered:
                assert outcome.take is not None, outcome.failure
                audit.note(outcome.take.digest, outcome.take.canonical())  # type: ignore[arg-type]
    assert [len(list((tmp_path / folder).iterdir())) for folder in ("sound", "planted")] == [2, 2], "both tasks were run twice"
    assert {digest: len(runs) for digest, runs in audit.commits.items()} == {sound.digest: 1, planted.digest: 2}
    assert set(audit.twice()) == {planted.digest}


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
