"""Listening: what a person does while others speak and act, and while nothing happens at all."""

from __future__ import annotations

import random
from functools import partial
from itertools import pairwise

from filmstudio.core.film import Happening
from filmstudio.plugins.picture.acting.cues import Cues, Event
from filmstudio.plugins.picture.acting.gaze import Sight
from filmstudio.plugins.picture.acting.part import Part
from filmstudio.plugins.picture.acting.sights import conversation_sight, sight_of
from filmstudio.plugins.picture.acting.speech import Delivery

NODS = {"neutral": 0.5, "warm": 0.6, "happy": 0.55, "sad": 0.25, "thoughtful": 0.4, "afraid": 0.1}
"""How likely a listener nods at the end of a phrase."""
POINTED = Sight(0.75, -0.1, 0.62)
"""Along a finger that points the same way as one looks."""


def listening(part: Part, own: list[Delivery], heard: list[Delivery], cues: Cues, rng: random.Random) -> list[Event]:
    """Look at the speaker, answer the brow, lean in, nod after a phrase, blink after it, and look away for a quarter of the time."""
    events: list[Event] = []
    for one in heard:
        at = max(1.0, one.start + rng.uniform(2.0, 6.0))
        events.append((at, 1, partial(cues.look, at, conversation_sight(part, one, cues.moods))))
        events.append((one.start + 6, 0, partial(cues.mirror.to, one.start + 6, one.start + 36, 1.3)))
        events.append((one.end, 0, partial(cues.mirror.to, one.end, one.end + 30, 0.0)))
        events += _aversions(one, own, cues, rng)
        for phrase in one.phrases:
            if phrase.accent is not None and rng.random() < 0.65:
                events.append((phrase.accent + 3.0, 2, partial(cues.accents.echo, phrase.accent + 3.0, 0.5)))
            if any(o.start < phrase.end + 28 and phrase.end < o.end for o in own):
                continue
            if rng.random() < 0.6:
                cues.thoughts.append(phrase.end + rng.uniform(3.0, 5.0))
            if rng.random() < NODS.get(cues.moods.change_at(phrase.end).emotion, 0.0):
                at = phrase.end + rng.uniform(5.0, 8.0)
                events.append((at, 2, partial(cues.nod, at)))
    return events


def _aversions(one: Delivery, own: list[Delivery], cues: Cues, rng: random.Random) -> list[Event]:
    """A quarter of the time a listener's eyes are elsewhere, and back before the phrase ends."""
    events: list[Event] = []
    time = one.start + rng.uniform(26.0, 50.0)
    mood_x, mood_y = cues.moods.mood_at(one.start).gaze
    while time + 40 < one.end:
        away = rng.uniform(12.0, 20.0)
        if abs(mood_y) < 0.3:
            gx, gy = rng.choice((-0.15, 0.85)), rng.uniform(0.1, 0.4)
        else:
            gx, gy = mood_x, mood_y
        if not any(o.start - 20 < time < o.end for o in own):
            events.append((time, 3, partial(cues.glance, time, gx, gy, time + away)))
        time += away + rng.uniform(36.0, 60.0)
    return events


def watching(part: Part, cues: Cues, rng: random.Random) -> list[Event]:
    """Look at what others do; look where a mood looks that comes while nobody is there to be looked at."""
    events: list[Event] = []
    for beat in part.shot.beats:
        if not isinstance(beat, Happening) or beat.id not in part.timing.beats:
            continue
        actors = [business for business in beat.business if business.character in part.others]
        if not actors or any(business.character == part.name for business in beat.business):
            continue
        at = part.timing.beats[beat.id].start * part.rate + 5.0 + rng.uniform(0.0, 4.0)
        first = actors[0]
        sight = sight_of(part, first.character, cues.moods, at)
        if first.action in ("point", "point_there") and part.others[first.character].facing == part.performer.facing:
            sight = POINTED
        events.append((at, 1, partial(cues.look, at, sight)))
    for before, change in pairwise(cues.moods.changes):
        if change.time <= 0 or change.emotion == before.emotion:
            continue
        cues.thoughts.append(change.time + 1)
        if part.performer.look_at is None and not part.others and not part.shot.lines:
            events.append((change.time, 1, partial(cues.look, change.time, sight_of(part, None, cues.moods, change.time))))
    return events


def idling(part: Part, own: list[Delivery], heard: list[Delivery], cues: Cues, rng: random.Random) -> list[Event]:
    """While nobody speaks, the eyes wander off now and then and the head finds another place: nobody is ever only waiting."""
    events: list[Event] = []
    talk = [(one.start - 24.0, one.end + 18.0) for one in (*own, *heard)]
    time = rng.uniform(20.0, 44.0)
    while time < part.length - 16:
        away = rng.uniform(12.0, 26.0)
        quiet = not any(start < time + away and time < end for start, end in talk)
        if quiet and not cues.travel.overlaps(time, time + away):
            gx, gy = rng.choice((-0.2, 0.1, 0.7, 0.85)), rng.uniform(-0.25, 0.45)
            events.append((time, 3, partial(cues.glance, time, gx, gy, time + away)))
            events.append((time + 3.0, 2, partial(cues.carry, time + 3.0, 0.45, 0.7, rng)))
        time += away + rng.uniform(40.0, 80.0)
    return events
