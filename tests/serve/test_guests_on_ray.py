"""A stranger's engine on Ray: whatever it says or does, it is named, nobody else is harmed, and its replica goes on."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from servebench.twonodes import TwoNodes

sys.path.insert(0, str(Path(__file__).parents[1] / "core"))

from probing import ask, call, measured_of, until
from rogue_engines import Impatient, Rogue
from witness import VARIABLE, Broken, Witness

from filmstudio.core.dispatch import Dispatcher
from filmstudio.core.offers import Offer, Papers
from filmstudio.core.store import Store

CORE = Path(__file__).parents[1] / "core"
PLUGIN = "rogue-plugin"
ROGUE, IMPATIENT, WITNESS, BROKEN = (Offer(engine, "rogue", PLUGIN, Papers(PLUGIN)) for engine in (Rogue, Impatient, Witness, Broken))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that is there once a replica has imported the witness."""
    return tmp_path_factory.mktemp("imported") / "by"


@pytest.fixture(scope="module")
def crew(ray_of_two: TwoNodes, store: Store, imported: Path) -> Iterator[Dispatcher]:
    from filmstudio.serve.company import engaged

    variables = {"PYTHONPATH": os.pathsep.join([str(CORE), str(Path(__file__).parent)]), VARIABLE: str(imported)}
    with engaged([ROGUE, IMPATIENT, WITNESS, BROKEN], store, replicas=1, deadline=90.0, variables=variables) as dispatcher:
        yield dispatcher


def test_a_guest_is_loaded_before_its_replica_is_ready_gathers_by_what_it_declares_and_is_never_imported_there(
    crew: Dispatcher, imported: Path
) -> None:
    asked = time.monotonic()

    def batches(turn: int) -> list[float] | None:
        calls = [call(f"line {turn}.{n}", voice, WITNESS) for n in range(4) for voice in ("anna", "ben")]
        measured = [measured_of(outcome) for outcome in ask(crew, WITNESS, *calls)]
        assert {entry["voices"] for entry in measured} == {1.0}
        assert {entry["loaded"] < asked for entry in measured} == {True}
        sizes = [entry["batch"] for entry in measured]
        return sizes if sizes == [4.0] * 8 else None  # of calls that did not come together, fewer

    until(60, "full batches of one voice each", batches)
    assert not imported.exists(), imported.read_text()


def test_a_guest_that_cannot_be_loaded_keeps_nobody_waiting_and_is_told_of_its_call(crew: Dispatcher) -> None:
    (outcome,) = ask(crew, BROKEN, call("a line", offer=BROKEN))
    assert outcome.failure is not None and "RuntimeError: its model is not there" in outcome.failure.message


@pytest.mark.parametrize(
    ("offer", "deed", "said"),
    [
        (ROGUE, "NAN", "numbers that are not finite"),
        (ROGUE, "SILENCE", "not a finite number"),
        (ROGUE, "INVENTED", "media that it did not make"),
        (ROGUE, "EXIT", f"of the plugin {PLUGIN} ended with code 3"),
        (ROGUE, "HOG", f"of the plugin {PLUGIN} held"),
        (IMPATIENT, "HANG", f"of the plugin {PLUGIN} gave no answer in 1.5 s and was ended"),
    ],
)
def test_what_a_guest_does_is_told_of_its_call_and_the_next_is_made(
    crew: Dispatcher, store: Store, offer: Offer, deed: str, said: str
) -> None:
    (bad,) = ask(crew, offer, call(deed, offer=offer))
    assert bad.failure is not None and said in bad.failure.message, bad
    assert store.take(call(deed, offer=offer).digest) is None
    # A worker that was ended is started anew, which may take longer than an impatient engine gives it where much else runs.
    take = until(60, "a call that is made", lambda turn: ask(crew, offer, call(f"after {deed}", offer=offer))[0].take)
    assert store.take(take.digest) == take
