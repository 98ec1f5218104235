"""Sights: whom a performer looks at, from where the others stand and who speaks to whom."""

from __future__ import annotations

from dataclasses import replace

from filmstudio.plugins.picture.acting.gaze import AHEAD, Sight, toward
from filmstudio.plugins.picture.acting.mood import MoodScore
from filmstudio.plugins.picture.acting.part import Part
from filmstudio.plugins.picture.acting.speech import Delivery

EYES = 0.87
"""Height of the eyes as a share of standing height."""
EYE_LEVEL = {"stand": 1.0, "sit": 0.74, "sit_floor": 0.5, "kneel": 0.6, "lie": 0.1}
"""Height of the eyes in each posture, as a share of standing."""
OFF = Sight(0.8, -0.05, 0.6)
"""Towards a voice from off the picture."""


def sight_of(part: Part, target: str | None, moods: MoodScore, time: float) -> Sight:
    """The sight of a person by id: where they stand, or ahead when they are not in the shot; without an id, where the mood looks."""
    mood_x, mood_y = moods.mood_at(time).gaze
    if target is None:
        return Sight(mood_x, mood_y, AHEAD.yaw)
    other = part.others.get(target)
    if other is None:
        sight = toward(1.0, 0.0)
    else:
        height = part.heights.get(target, part.figure_height)
        mine = part.performer.ground - EYES * part.figure_height * EYE_LEVEL.get(part.performer.posture, 1.0)
        theirs = other.ground - EYES * height * EYE_LEVEL.get(other.posture, 1.0)
        sight = toward((other.x - part.performer.x) * part.side, (mine - theirs) / part.unit)
    return replace(sight, gy=max(-0.6, min(0.7, sight.gy + 0.25 * mood_y)))


def conversation_sight(part: Part, one: Delivery, moods: MoodScore) -> Sight:
    """Where to look while a line is spoken: at the speaker, or, when speaking, at the listener."""
    line = one.line
    if line.character == part.name:
        target = line.listener or part.performer.look_at
        if target is None and len(part.others) == 1:
            target = next(iter(part.others))
        return sight_of(part, target, moods, one.start)
    if line.presence in ("vo", "phone"):
        return sight_of(part, part.performer.look_at, moods, one.start)
    if line.presence == "os" and line.character not in part.others:
        return OFF
    return sight_of(part, line.character, moods, one.start)


def opening_sight(part: Part, own: list[Delivery], heard: list[Delivery], moods: MoodScore) -> Sight:
    """Where to look when the shot begins."""
    talk = sorted([*own, *heard], key=lambda one: one.start)
    if part.performer.look_at:
        return sight_of(part, part.performer.look_at, moods, 0.0)
    if talk and talk[0].start < 36:
        return conversation_sight(part, talk[0], moods)
    return sight_of(part, None, moods, 0.0)
