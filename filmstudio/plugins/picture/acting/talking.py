"""Talking: looks, breath, accents and gestures of the person who speaks."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import partial

from filmstudio.plugins.picture.acting.cues import Cues, Event
from filmstudio.plugins.picture.acting.motion import Clip
from filmstudio.plugins.picture.acting.part import Part
from filmstudio.plugins.picture.acting.sights import conversation_sight
from filmstudio.plugins.picture.acting.speech import Delivery, Gesticulation, Phrase, rest_of

HANDLESS = ("close", "extreme", "insert")
"""Sizes of shot that show no hands."""
WHOLE = ("size", "refuse")
"""Gestures that mean nothing at half their size."""
REACHING = (
    "point_you", "point_there", "stop", "beckon", "dismiss", "present", "size", "count", "weigh", "both_open", "refuse", "beat",
    "resolve", "cup_ear",
)  # fmt: skip
"""Gestures that need room in front; without it the near hand, kept before one's own chest, makes a small one."""
ROOM = 620.0
"""Drawing units to the next person at which an outstretched hand stays clear of their face."""
LINGER = 0.3
"""How far from rest the hands wait between two phrases of one line: hands that drop after every phrase are a puppet's."""


@dataclass(frozen=True, slots=True)
class Intent:
    """A gesture that is meant to be made."""

    clip: Clip
    start: float
    hold_until: float
    size: float
    tempo: float
    mirror: bool
    linger: float
    skip: tuple[str, ...]


def talking(part: Part, own: list[Delivery], heard: list[Delivery], cues: Cues, rng: random.Random) -> list[Event]:
    """Everything that a speaker does besides moving the mouth."""
    events: list[Event] = []
    hands = Gesticulation(rng)
    shows_hands = part.shot.size not in HANDLESS and not part.body.creature and part.performer.posture != "lie"
    for one in own:
        mood, strength = cues.moods.mood_at(one.start), one.line.strength
        drive = mood.gesture * (0.7 + 0.6 * strength)
        if heard or part.performer.look_at or one.line.listener or part.others:
            at = max(0.5, one.start - 10.0)
            events.append((at, 1, partial(cues.look, at, conversation_sight(part, one, cues.moods))))
        events.append((one.start - 12.0, 0, partial(cues.breathing.inhale, one.start, one.phrases[0].end)))
        for index, phrase in enumerate(one.phrases):
            at = phrase.start - 3.0
            events.append((at, 2, partial(cues.carry, at, 0.6 + 0.4 * drive, mood.tempo, rng)))
            events += _accents(phrase, one, drive, cues, rng)
            choice = hands.choose(phrase, one.line, drive) if shows_hands else None
            if choice is not None and phrase.accent is not None:
                more = index + 1 < len(one.phrases) and one.phrases[index + 1].start - phrase.end < 24
                intent = _intent(part, phrase, phrase.accent, choice, drive, mood.tempo, LINGER if more else 0.0)
                events.append((intent.start, 4, partial(_gesture, part, cues, intent)))
        events.append((one.end + 6.0, 0, partial(cues.settle, one.end + 6.0)))
        events.append((one.end + 4.0, 6, partial(cues.score.lower_arms, one.end + 4.0)))
    return events


def _accents(phrase: Phrase, one: Delivery, drive: float, cues: Cues, rng: random.Random) -> list[Event]:
    """Brow and head on the stresses, and eyes that search for the word before the accent."""
    events: list[Event] = []
    frown = cues.moods.change_at(one.start).emotion in ("angry", "disgusted")
    size = min(1.25, 0.75 + 0.35 * drive)
    for stress in rest_of(phrase.stresses, phrase.accent):
        events.append((stress - 6.0, 2, partial(cues.accents.stress, stress, 0.4 * size, frown=frown)))
    if phrase.accent is None:
        return events
    events.append((phrase.accent - 6.0, 2, partial(cues.accents.stress, phrase.accent, size, frown=frown)))
    away, back = phrase.start - 2.0, phrase.accent - 5.0
    if phrase.accent - phrase.start > 20 and rng.random() < 0.45 and back - away < 34:
        events.append((away, 3, partial(cues.glance, away, rng.uniform(0.55, 0.8), -0.45, back)))
    return events


def _intent(part: Part, phrase: Phrase, accent: float, choice: tuple[str, bool], drive: float, tempo: float, linger: float) -> Intent:
    name, mirror = choice
    crowded = part.room < ROOM
    if crowded and name in REACHING:
        name, mirror = ("present" if name != "beat" and int(accent) % 2 else "beat"), True
    clip = part.motion.gestures[name]
    pace = max(0.85, min(1.12, tempo))
    whole = bool(clip.touches) or name in WHOLE
    size = 1.0 if whole else max(0.55, min(0.7 if crowded else 1.15, 0.35 + 0.65 * drive))
    # Head and mouth belong to the speech while it runs.
    skip = ("mouth", "pitch", "hy") if name != "hush" else ("mouth",)
    return Intent(clip, accent - clip.stress / pace, phrase.end, size, pace, mirror, 0.0 if whole else linger, skip)


def _gesture(part: Part, cues: Cues, intent: Intent) -> None:
    clip, score = intent.clip, cues.score
    end = max(intent.hold_until, intent.start + clip.frames / intent.tempo)
    if intent.start < -4 or cues.travel.overlaps(intent.start, end):
        return
    actions = [stretch for stretch in score.stretches if stretch.arms and stretch.name in part.motion.actions]
    if any(stretch.start < end and intent.start < stretch.end for stretch in actions):
        return
    skip = intent.skip
    if score.hands["prop_n"]:
        if intent.mirror or (clip.touches and any(side == "near" for _, side, _ in clip.touches)):
            return
        skip = (*skip, "near0", "near1", "near2", "hand_n")
    score.play(
        clip,
        intent.start,
        size=intent.size,
        tempo=intent.tempo,
        hold_until=intent.hold_until,
        mirror=intent.mirror,
        skip=skip,
        linger=intent.linger,
    )
    stretch = score.stretches[-1]
    if stretch.gaze:
        cues.gaze.look(stretch.end - clip.settle / intent.tempo * 0.5, cues.gaze.sight)
