"""Writing a cue: from the request to a finished score."""

from __future__ import annotations

from dataclasses import replace

from filmstudio.core.requests import CueRequest
from filmstudio.plugins.music import modal, raga, western
from filmstudio.plugins.music.form import passages
from filmstudio.plugins.music.humanise import humanise
from filmstudio.plugins.music.score import Score
from filmstudio.plugins.music.situation import Situation, situation_of
from filmstudio.plugins.music.speechroom import make_room

_RAGA = frozenset({"hindustani", "carnatic"})
_MODAL = frozenset({"maqam", "japan", "china", "korea", "africa"})


def write(request: CueRequest) -> Score:
    """The score of a cue: spotted, composed, humanised, and cleared under the words."""
    scene = situation_of(request)
    score = humanise(_compose(scene), scene.seed)
    score = make_room(score, scene.speech)
    return replace(score, title=f"{score.title}: {request.brief.purpose}, {scene.mood}")


def _compose(scene: Situation) -> Score:
    plan = passages(scene)
    if scene.tradition in _RAGA:
        return raga.compose(scene, plan)
    if scene.tradition in _MODAL:
        return modal.compose(scene, plan)
    return western.compose(scene, plan)
