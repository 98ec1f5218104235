"""The drawn stage keeps the rules of the studio."""

from __future__ import annotations

from pathlib import Path

from filmstudio.core.film import StageSet
from filmstudio.core.requests import BackdropRequest
from filmstudio.plugins.backdrop.engine import DrawnStage
from filmstudio.testing import hold_to_contract


def test_the_drawn_stage_keeps_the_contract(tmp_path: Path) -> None:
    limbo = BackdropRequest(set=StageSet(pack="house", stage="limbo", light="night"), scale=0.1)
    beach = BackdropRequest(set=StageSet(pack="house", stage="beach", light="dusk", weather="fog", seed=5), scale=0.1, seed=9)
    nowhere = BackdropRequest(set=StageSet(pack="house", stage="atlantis"), scale=0.1)
    hold_to_contract(DrawnStage, [limbo, beach], tmp_path, bad=nowhere)
