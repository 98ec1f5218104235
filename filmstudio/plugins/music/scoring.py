"""Writing a cue: from the request to a finished score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from filmstudio.core.requests import CueRequest
from filmstudio.plugins.music import modal, raga, western
from filmstudio.plugins.music.form import Passage, passages
from filmstudio.plugins.music.humanise import humanise
from filmstudio.plugins.music.score import Curve, Score
from filmstudio.plugins.music.situation import Situation, situation_of
from filmstudio.plugins.music.speechroom import make_room

_RAGA = frozenset({"hindustani", "carnatic"})
_RISE, _FALL = -4.5, -2.0
"""Where a passage begins and where its last note lies, dB under its peak."""
_SHORTEST_ARC = 6.0
_MODAL = frozenset({"maqam", "japan", "china", "korea", "africa"})


def write(request: CueRequest) -> Score:
    """The score of a cue: spotted, composed, humanised, and cleared under the words."""
    scene = situation_of(request)
    plan = passages(scene)
    score = make_room(humanise(_compose(scene, plan), scene.seed), scene.speech)
    return replace(score, title=f"{score.title}: {request.brief.purpose}, {scene.mood}", dynamics=_dynamics(plan))


def _dynamics(plan: Sequence[Passage]) -> Curve:
    """Every passage grows to two thirds of its length and sinks again; a drone stays as it is."""
    knots: list[tuple[float, float]] = []
    for passage in plan:
        if passage.kind == "drone" or passage.length < _SHORTEST_ARC:
            knots += [(passage.start, 0.0), (passage.end, 0.0)]
            continue
        peak = passage.start + 0.65 * passage.length
        knots += [(passage.start, _RISE), (peak - 0.1 * passage.length, 0.0), (peak, 0.0), (passage.last, _FALL), (passage.end, _FALL - 1)]
    return tuple(knots)


def _compose(scene: Situation, plan: list[Passage]) -> Score:
    if scene.tradition in _RAGA:
        return raga.compose(scene, plan)
    if scene.tradition in _MODAL:
        return modal.compose(scene, plan)
    return western.compose(scene, plan)
