"""Business: posture, actions, walks and weight of one performer, and the feelings that come with them."""

from __future__ import annotations

import math
import random
from functools import partial

from filmstudio.core.film import Business
from filmstudio.plugins.picture.acting.alive import weight_shifts
from filmstudio.plugins.picture.acting.carriage import HAND_PROPS
from filmstudio.plugins.picture.acting.cues import Cues, Event
from filmstudio.plugins.picture.acting.mood import Change, MoodScore, weight_of
from filmstudio.plugins.picture.acting.motion import Clip
from filmstudio.plugins.picture.acting.part import Deed, Part
from filmstudio.plugins.picture.acting.score import Score
from filmstudio.plugins.picture.acting.sights import sight_of
from filmstudio.plugins.picture.acting.speech import Delivery
from filmstudio.plugins.picture.acting.travel import Move, Travel

POSTURES = {"sit": "sit", "sit_floor": "sit_floor", "kneel": "kneel", "lie": "sleep"}
"""The action whose last pose a posture is."""
SITTING = ("sit", "sit_floor", "kneel", "kneel_seiza")
LASTING = ("hold_lamp", "pick_up", "give", "strike_match", "phone", "embrace", "cower")
"""Actions whose last pose is held: to the end of their beat, or of the shot when nothing else follows."""
SHARED = ("give", "embrace", "wave", "bow", "namaste", "salaam", "point")
"""Actions done to someone, who is looked at when they are over."""
GRIM = ("sad", "angry", "afraid", "disgusted")
"""Moods that a greeting's smile does not wipe away."""


def feelings(part: Part, own: list[Delivery], deeds: list[Deed]) -> list[Change]:
    """The emotions of a shot: the performer's, each line's from a third of a second before it, and those that actions wear."""
    base: str = part.performer.emotion
    changes = [Change(-1000.0, base, 1.0 if base != "neutral" else 0.0)]
    for index, one in enumerate(own):
        emotion: str = one.line.emotion
        weight = weight_of(one.line.strength)
        if emotion == "neutral" and base != "neutral":
            emotion, weight = base, 0.8
        changes.append(Change(one.start - 8.0, emotion, weight))
        following = own[index + 1].start if index + 1 < len(own) else math.inf
        if emotion == "surprised" and base != "surprised" and following > one.end + 60:
            # Surprise passes by itself; any other feeling stays until something replaces it.
            changes.append(Change(one.end + 40.0, base, 1.0))
    for deed in deeds:
        clip = part.clip(deed.business.action)
        if clip is None or not clip.faces:
            continue
        changes += [Change(deed.start + frame, face, 1.0) for frame, face in clip.faces if not (face == "warm" and base in GRIM)]
        after = max(deed.end, deed.start + clip.frames)
        if not any(deed.start - 8 < one.start < after + 20 for one in own):
            changes.append(Change(after + 10.0, base, 1.0))
    return changes


def plan_travel(part: Part, own: list[Delivery], deeds: list[Deed], moods: MoodScore) -> Travel:
    """The walks of a shot, around what has to be said and done in it."""
    moves: list[Move] = []
    taken = [(one.start, one.end) for one in own]
    for deed in deeds:
        if deed.business.action in ("walk", "run"):
            target = part.others.get(deed.business.target or "")
            toward = 0 if target is None else 1 if target.x > part.performer.x else -1
            moves.append(Move(deed.business.action, deed.start, deed.end, toward))
        elif part.clip(deed.business.action):
            taken.append((deed.start, deed.start + min(deed.end - deed.start, 60.0)))
    first = min((start for start, _ in taken if start >= 30), default=part.length * 0.8)
    last = max((end for _, end in taken), default=min(12.0, part.length * 0.2)) + 4.0
    return Travel(part.performer, part.shot, part.length, moves, first, last, part.body, part.unit, moods.mood_at(1.0), part.motion)


def rise_and_sit(part: Part, deeds: list[Deed], travel: Travel) -> tuple[list[Deed], bool]:
    """Rise before walking off from a seat, and sit down after walking in to one; and whether the shot begins on foot."""
    seat = part.performer.posture
    actions = {deed.business.action for deed in deeds}
    if seat not in ("sit", "sit_floor") or not travel.passages or actions & {"sit", "sit_floor", "stand_up"}:
        return deeds, False
    first, last = travel.passages[0], travel.passages[-1]
    if first.before < 0 and first is last and first.end + 34 < part.length:
        added = Deed(first.end + 3.0, first.end + 50.0, Business(character=part.name, action=seat))
    elif last.before == 0 and last.start > 44:
        added = Deed(last.start - 44.0, last.start - 4.0, Business(character=part.name, action="stand_up"))
    else:
        return deeds, True
    return sorted([*deeds, added], key=lambda deed: deed.start), False


def take_posture(part: Part, score: Score, deeds: list[Deed], *, on_foot: bool) -> None:
    """Begin the score in the posture in which the shot begins: one who sits down in it begins standing, one who rises, seated."""
    actions = [deed.business.action for deed in deeds]
    posture = None if on_foot else POSTURES.get(part.performer.posture)
    if posture in ("kneel", "sit_floor") and part.body.robe:
        posture = "kneel_seiza"
    if any(action in SITTING for action in actions[:2]) and "stand_up" not in actions:
        posture = None
    if posture is None and actions and actions[0] == "stand_up":
        posture = "sit"
    if "sleep" in actions:
        posture = "sleep"
    if part.held:
        score.hands["hand_n"], score.hands["prop_n"] = "hand_hold", part.held
    score.begin(part.motion.actions[posture] if posture else None)


def carriage(part: Part) -> dict[str, float]:
    """Arms and back at rest; a carrying arm is bent."""
    channels = dict(part.carriage.channels)
    if part.held and channels.get("near1", 0.0) > -80.0:
        channels.update(near0=22.0, near1=-100.0, near2=-10.0)
    return channels


def turn_around(part: Part, cues: Cues) -> None:
    """Walkers face where they go; a turn hides behind a blink."""
    for passage in cues.travel.passages:
        if passage.direction == part.side:
            continue
        if passage.before < 0:
            cues.flips.append(passage.end + 1.0)
        if passage.start > 4:
            cues.flips.append(passage.start - 3.0)
        else:
            cues.starts_turned = True
    cues.flips.sort()


def acting(part: Part, deeds: list[Deed], cues: Cues) -> list[Event]:
    """The actions of the motion data, where their beats are."""
    events: list[Event] = []
    for deed in deeds:
        clip = part.clip(deed.business.action)
        if clip is None or clip.name == "sleep" or (part.body.creature and clip.name in (*SITTING, "stand_up")):
            continue
        start = deed.start if deed.start < 1 else deed.start + 1.0
        events.append((start, 5, partial(_act, part, cues, clip, start, deed, deed is deeds[-1])))
    return events


def _act(part: Part, cues: Cues, clip: Clip, start: float, deed: Deed, last: bool) -> None:
    repeats = clip.loop or clip.name == "read"
    span = max(1.0, deed.end - start)
    loops = max(1, round(span / clip.frames)) if repeats else 1
    tempo = 1.0 if repeats else max(1.0, min(1.2, clip.frames / span))
    until = 0.0
    if clip.name in LASTING:
        until = part.length + 24.0 if last else deed.end
    named = deed.business.prop
    cues.score.play(
        clip,
        start,
        tempo=tempo,
        loops=loops,
        prop=f"p_{named}" if named in HAND_PROPS else None,
        # What is given or picked up and has no drawing (a mango) is mimed: a book in its place would be another story.
        swap_prop=clip.name in ("give", "pick_up") or (named is not None and clip.name in ("read", "drink")),
        skip=("mouth",) if clip.name == "clap" else (),
        until=until,
    )
    stretch = cues.score.stretches[-1]
    if deed.business.target in part.others and clip.name in SHARED:
        cues.gaze.sight = sight_of(part, deed.business.target, cues.moods, start)
    if stretch.gaze:
        cues.gaze.look(stretch.end, cues.gaze.sight)


def shift_weight(part: Part, cues: Cues, rng: random.Random) -> None:
    """Put the weight on one leg and then the other, between everything that uses the legs."""
    if part.performer.posture != "stand" or cues.score.seated or part.body.creature:
        return
    taken = [(stretch.start, stretch.end + 10) for stretch in cues.score.stretches if stretch.legs]
    taken += [(passage.start - 8, passage.end + 10) for passage in cues.travel.passages]
    for start, takes, place in weight_shifts(part.length, rng):
        if not any(first - 10 < start + takes and start < last for first, last in taken):
            cues.shift.to(start, start + takes, place, "inout5")
        for first, _ in sorted(taken):
            if start + takes <= first <= start + takes + 140:
                cues.shift.to(max(start + takes, first - 20), max(start + takes + 1, first - 1), 0.0)
                break
