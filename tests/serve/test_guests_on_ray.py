"""A stranger's engine on Ray: whatever it says or does, it is named, nobody else is harmed, and its replica goes on."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from servebench.twonodes import TwoNodes

sys.path.insert(0, str(Path(__file__).parents[1] / "core"))

from probing import ask, call
from rogue_engines import Impatient, Rogue

from filmstudio.core.dispatch import Dispatcher
from filmstudio.core.offers import Offer, Papers
from filmstudio.core.store import Store

CORE = Path(__file__).parents[1] / "core"
PLUGIN = "rogue-plugin"
ROGUE, IMPATIENT = (Offer(engine, "rogue", PLUGIN, Papers(PLUGIN)) for engine in (Rogue, Impatient))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="module")
def crew(ray_of_two: TwoNodes, store: Store) -> Iterator[Dispatcher]:
    from filmstudio.serve.company import engaged

    with engaged([ROGUE, IMPATIENT], store, replicas=1, deadline=90.0, variables={"PYTHONPATH": str(CORE)}) as dispatcher:
        yield dispatcher


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
    (good,) = ask(crew, offer, call(f"after {deed}", offer=offer))
    assert good.take is not None and store.take(good.take.digest) == good.take
