"""A performance: everything one person does in one shot, frame by frame."""

from __future__ import annotations

import random
from collections.abc import Mapping

from filmstudio.core.character import Character
from filmstudio.core.film import Performer, Shot
from filmstudio.core.model import seed_from
from filmstudio.core.requests import Mouth, ShotTiming
from filmstudio.plugins.picture.acting.assembly import assemble
from filmstudio.plugins.picture.acting.business import (
    acting,
    carriage,
    feelings,
    plan_travel,
    rise_and_sit,
    shift_weight,
    take_posture,
    turn_around,
)
from filmstudio.plugins.picture.acting.carriage import carriage_of
from filmstudio.plugins.picture.acting.cues import Cues
from filmstudio.plugins.picture.acting.gaze import Gaze
from filmstudio.plugins.picture.acting.limbs import Body
from filmstudio.plugins.picture.acting.listening import idling, listening, watching
from filmstudio.plugins.picture.acting.mood import MoodScore
from filmstudio.plugins.picture.acting.motion import MotionData
from filmstudio.plugins.picture.acting.mouths import Spoken
from filmstudio.plugins.picture.acting.part import Part
from filmstudio.plugins.picture.acting.score import Score
from filmstudio.plugins.picture.acting.sights import opening_sight
from filmstudio.plugins.picture.acting.staged import StagedPose
from filmstudio.plugins.picture.acting.talking import talking


class Performance:
    """One performer in one shot."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self._poses: tuple[StagedPose, ...] | None = None

    @classmethod
    def of(
        cls,
        performer: Performer,
        shot: Shot,
        timing: ShotTiming,
        character: Character,
        others: Mapping[str, Performer],
        mouths: Mapping[str, Mouth],
        fps: int,
        seed: int,
        figure_height: float,
        motion: MotionData,
        *,
        heights: Mapping[str, float] | None = None,
        unit: float | None = None,
    ) -> Performance:
        """Give out a part.

        ``others`` are the other performers of the shot by id; ``mouths`` the mouth tracks of the shot's lines by line id
        (other people's too: a listener answers their phrases and stresses). ``figure_height`` is this person's standing
        height on the stage, ``heights`` that of the others where it is known, in stage units. ``unit`` is stage units for
        each drawing unit as the picture is composed; without it, it is worked out from the height.
        """
        look = character.identity.look
        body = Body.of(look)
        return cls(
            Part(
                performer=performer,
                shot=shot,
                timing=timing,
                character=character,
                others=others,
                mouths=mouths,
                fps=fps,
                motion=motion,
                figure_height=figure_height,
                heights=heights or {},
                unit=unit if unit is not None else figure_height / body.height,
                body=body,
                carriage=carriage_of(look),
                seed=seed_from(seed, shot.id, performer.character),
            )
        )

    def poses(self) -> tuple[StagedPose, ...]:
        """The pose of every frame of the shot. Computed once: springs and breath run on from frame 0."""
        if self._poses is None:
            self._poses = _perform(self.part)
        return self._poses


def _perform(part: Part) -> tuple[StagedPose, ...]:
    rng = random.Random(part.seed)
    own, heard = part.deliveries(rng)
    deeds = part.deeds()
    moods = MoodScore(feelings(part, own, deeds), part.motion)
    travel = plan_travel(part, own, deeds, moods)
    deeds, on_foot = rise_and_sit(part, deeds, travel)
    score = Score(part.body, part.motion, carriage(part))
    take_posture(part, score, deeds, on_foot=on_foot)
    stresses = [stress for one in own for stress in one.stresses]
    cues = Cues(score, moods, Gaze(score, stresses), travel)
    turn_around(part, cues)
    cues.gaze.start(opening_sight(part, own, heard, moods))
    events = [
        *talking(part, own, heard, cues, rng),
        *listening(part, own, heard, cues, rng),
        *acting(part, deeds, cues),
        *watching(part, cues, rng),
        *idling(part, own, heard, cues, rng),
    ]
    for _, _, happen in sorted(events, key=lambda event: event[:2]):
        happen()
    shift_weight(part, cues, rng)
    beats, mouths = part.timing.beats, part.mouths
    spoken = [
        Spoken(one.line.id, beats[one.line.id].start, beats[one.line.id].end, mouths[one.line.id]) for one in own if one.line.id in mouths
    ]
    return assemble(part, cues, spoken, stresses, rng)
