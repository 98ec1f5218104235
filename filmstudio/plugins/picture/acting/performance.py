"""A performance: everything one person does in one shot, frame by frame."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise

from filmstudio.core.character import Character
from filmstudio.core.film import Business, Happening, Performer, Shot
from filmstudio.core.model import seed_from
from filmstudio.core.requests import Mouth, ShotTiming
from filmstudio.plugins.picture.acting.alive import weight_shifts
from filmstudio.plugins.picture.acting.assembly import assemble
from filmstudio.plugins.picture.acting.carriage import HAND_PROPS, carriage_of
from filmstudio.plugins.picture.acting.gaze import AHEAD, Gaze, Sight, toward
from filmstudio.plugins.picture.acting.limbs import Body
from filmstudio.plugins.picture.acting.mood import Change, MoodScore, weight_of
from filmstudio.plugins.picture.acting.motion import Clip, MotionData
from filmstudio.plugins.picture.acting.mouths import Spoken
from filmstudio.plugins.picture.acting.score import Score
from filmstudio.plugins.picture.acting.speech import Accents, Breathing, Delivery, Gesticulation, Phrase, deliver, rest_of
from filmstudio.plugins.picture.acting.staged import StagedPose
from filmstudio.plugins.picture.acting.track import DATA_FPS, Track
from filmstudio.plugins.picture.acting.travel import Move, Travel

POSTURES: Mapping[str, str] = {"sit": "sit", "sit_floor": "sit_floor", "kneel": "kneel", "lie": "sleep"}
EYE_LEVEL: Mapping[str, float] = {"stand": 1.0, "sit": 0.74, "sit_floor": 0.5, "kneel": 0.6, "lie": 0.1}
"""Height of the eyes in each posture, as a share of standing."""
FAR_SIZES = ("close", "extreme", "insert")
"""Shots that show no hands."""
NODS: Mapping[str, float] = {"neutral": 0.5, "warm": 0.6, "happy": 0.55, "sad": 0.25, "thoughtful": 0.4, "afraid": 0.1}
"""How likely a listener nods at the end of a phrase."""
LASTING = ("hold_lamp", "pick_up", "give", "strike_match", "phone", "embrace", "cower")
"""Actions whose last pose is held: to the end of their beat, or of the shot when nothing else follows."""
OWN_MOODS = ("sad", "angry", "afraid", "disgusted")
"""Moods that a greeting's smile does not wipe away."""


@dataclass(slots=True)
class Cues:
    """What the score and the rest of the acting write into, handed to the assembly."""

    score: Score
    moods: MoodScore
    gaze: Gaze
    accents: Accents
    breathing: Breathing
    travel: Travel
    attitude: dict[str, Track] = field(
        default_factory=lambda: {"tilt": Track(0.0), "yaw": Track(0.0), "lean": Track(0.0), "hx": Track(0.0)}
    )
    """How the head and body are carried from phrase to phrase."""
    mirror: Track = field(default_factory=lambda: Track(0.0))
    nod_pitch: Track = field(default_factory=lambda: Track(0.0))
    nod_head: Track = field(default_factory=lambda: Track(0.0))
    shift: Track = field(default_factory=lambda: Track(0.0))
    flips: list[float] = field(default_factory=list)
    """Times at which the person turns around."""
    starts_turned: bool = False
    """Whether the person faces the other way when the shot begins."""
    thoughts: list[float] = field(default_factory=list)
    """Times at which a blink would come naturally."""


class Performance:
    """One performer in one shot."""

    def __init__(
        self,
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
        heights: Mapping[str, float] | None = None,
        unit: float | None = None,
    ) -> None:
        self.performer, self.shot, self.timing, self.character = performer, shot, timing, character
        self.others, self.mouths, self.fps, self.motion = others, mouths, fps, motion
        self.figure_height = figure_height
        self.heights = heights or {}
        self.body = Body.of(character.identity.look)
        self.unit = unit if unit is not None else figure_height / self.body.height
        self.rate = DATA_FPS / fps
        self.length = timing.frames * self.rate
        self._seed = seed_from(seed, shot.id, performer.character)
        self._on_feet = False
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
        """Rehearse a performer.

        ``others`` are the other performers of the shot by id; ``mouths`` the mouth tracks of the shot's lines by line id
        (other people's too: a listener answers their phrases and stresses). ``figure_height`` is this person's standing
        height on the stage, ``heights`` that of the others where it is known, in stage units. ``unit`` is stage units for
        each drawing unit as the picture is composed; without it, it is worked out from the height.
        """
        return cls(performer, shot, timing, character, others, mouths, fps, seed, figure_height, motion, heights, unit)

    def poses(self) -> tuple[StagedPose, ...]:
        """The pose of every frame of the shot. Computed once: springs and breath run on from frame 0."""
        if self._poses is None:
            self._poses = self._perform()
        return self._poses

    # --- the plan ------------------------------------------------------------------------------------------------------

    def _perform(self) -> tuple[StagedPose, ...]:
        rng = random.Random(self._seed)
        own, heard = self._deliveries(rng)
        businesses = self._businesses()
        moods = MoodScore(self._changes(own, businesses), self.motion)
        travel = self._travel(own, businesses, moods)
        businesses = self._between_seat_and_feet(businesses, travel)
        score = Score(self.body, self.motion, self._carriage())
        self._take_posture(score, businesses)
        gaze = Gaze(score, [stress for one in own for stress in one.stresses])
        cues = Cues(score, moods, gaze, Accents(), Breathing(), travel)
        self._turn_around(cues)
        gaze.start(self._opening_sight(own, heard, moods))
        events = [
            *self._speaking(own, heard, cues, rng),
            *self._listening(own, heard, cues, rng),
            *self._acting(businesses, cues),
            *self._watching(cues, rng),
        ]
        for _, _, event in sorted(events, key=lambda event: (event[0], event[1])):
            event()
        self._shift_weight(cues, rng)
        spoken = [
            Spoken(one.line.id, self.timing.beats[one.line.id].start, self.timing.beats[one.line.id].end, self.mouths[one.line.id])
            for one in own
            if one.line.id in self.mouths
        ]
        return assemble(
            cues,
            frames=self.timing.frames,
            rate=self.rate,
            spoken=spoken,
            heard=heard,
            stresses=[stress for one in own for stress in one.stresses],
            facing_left=self.performer.facing == "left",
            unit=self.unit,
            motion=self.motion,
            rng=rng,
            length=self.length,
        )

    def _deliveries(self, rng: random.Random) -> tuple[list[Delivery], list[Delivery]]:
        own: list[Delivery] = []
        heard: list[Delivery] = []
        for line in self.shot.lines:
            beat = self.timing.beats.get(line.id)
            if beat is None:
                continue
            one = deliver(line, beat.start, beat.end, self.mouths.get(line.id), self.fps, rng)
            if line.character != self.performer.character:
                heard.append(one)
            elif line.presence == "on":
                own.append(one)
        return own, heard

    def _businesses(self) -> list[tuple[float, float, Business]]:
        """This performer's own business with its times, in data frames; several in one beat follow one another."""
        found: list[tuple[float, float, Business]] = []
        for beat in self.shot.beats:
            if not isinstance(beat, Happening) or beat.id not in self.timing.beats:
                continue
            mine = [business for business in beat.business if business.character == self.performer.character]
            start, end = self.timing.beats[beat.id].start * self.rate, self.timing.beats[beat.id].end * self.rate
            for index, business in enumerate(mine):
                found.append((start + (end - start) * index / len(mine), start + (end - start) * (index + 1) / len(mine), business))
        return found

    def _between_seat_and_feet(
        self, businesses: list[tuple[float, float, Business]], travel: Travel
    ) -> list[tuple[float, float, Business]]:
        """Rise before walking off from a seat, and sit down after walking in to one."""
        seat = self.performer.posture
        actions = {business.action for _, _, business in businesses}
        if seat not in ("sit", "sit_floor") or not travel.passages or actions & {"sit", "sit_floor", "stand_up"}:
            return businesses
        first, last = travel.passages[0], travel.passages[-1]
        added = list(businesses)
        if first.before < 0 and first is last and first.end + 34 < self.length:
            added.append((first.end + 3.0, first.end + 50.0, Business(character=self.performer.character, action=seat)))
        elif last.before == 0 and last.start > 44:
            added.append((last.start - 44.0, last.start - 4.0, Business(character=self.performer.character, action="stand_up")))
        else:
            self._on_feet = True
        return sorted(added, key=lambda entry: entry[0])

    def _clip(self, action: str) -> Clip | None:
        if action in ("walk", "run", "idle"):
            return None
        clip = self.motion.clips.get(action)
        if action == "sit_floor" and clip is not None and self.body.robe:
            return self.motion.clips.get("kneel_seiza", clip)
        return clip

    def _changes(self, own: list[Delivery], businesses: list[tuple[float, float, Business]]) -> list[Change]:
        base: str = self.performer.emotion
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
        for start, end, business in businesses:
            clip = self._clip(business.action)
            if clip is None or not clip.faces:
                continue
            for frame, face in clip.faces:
                if not (face == "warm" and base in OWN_MOODS):
                    changes.append(Change(start + frame, face, 1.0))
            after = max(end, start + clip.frames)
            if not any(start - 8 < one.start < after + 20 for one in own):
                changes.append(Change(after + 10.0, base, 1.0))
        return changes

    def _carriage(self) -> dict[str, float]:
        """Arms and back at rest: this person's own."""
        channels = dict(carriage_of(self.character.identity.look).channels)
        if self._held() and channels.get("near1", 0.0) > -80.0:
            channels.update(near0=22.0, near1=-100.0, near2=-10.0)
        return channels

    def _held(self) -> str | None:
        """What the near hand holds: a prop of the shot, or what this person is drawn with."""
        for prop in self.performer.props:
            if prop in HAND_PROPS:
                return f"p_{prop}"
        return carriage_of(self.character.identity.look).prop

    def _take_posture(self, score: Score, businesses: list[tuple[float, float, Business]]) -> None:
        actions = [business.action for _, _, business in businesses]
        posture = None if self._on_feet else POSTURES.get(self.performer.posture)
        if posture in ("kneel", "sit_floor") and self.body.robe:
            posture = "kneel_seiza"
        if any(action in ("sit", "sit_floor", "kneel", "kneel_seiza") for action in actions[:2]) and "stand_up" not in actions:
            posture = None
        if posture is None and actions and actions[0] == "stand_up":
            posture = "sit"
        if "sleep" in actions:
            posture = "sleep"
        held = self._held()
        if held:
            score.hands["hand_n"], score.hands["prop_n"] = "hand_hold", held
        score.begin(self.motion.actions[posture] if posture else None)

    def _travel(self, own: list[Delivery], businesses: list[tuple[float, float, Business]], moods: MoodScore) -> Travel:
        moves: list[Move] = []
        acted: list[tuple[float, float]] = [(one.start, one.end) for one in own]
        for start, end, business in businesses:
            if business.action in ("walk", "run"):
                target = self.others.get(business.target or "")
                toward_x = 0 if target is None else (1 if target.x > self.performer.x else -1)
                moves.append(Move(business.action, start, end, toward_x))
            elif self._clip(business.action):
                acted.append((start, start + min(end - start, 60.0)))
        first = min((start for start, _ in acted if start >= 30), default=self.length * 0.8)
        last = max((end for _, end in acted), default=min(12.0, self.length * 0.2)) + 4.0
        return Travel(self.performer, self.shot, self.length, moves, first, last, self.body, self.unit, moods.mood_at(1.0), self.motion)

    def _turn_around(self, cues: Cues) -> None:
        """Walkers face where they go; a flip hides behind a blink."""
        facing = 1 if self.performer.facing == "right" else -1
        for passage in cues.travel.passages:
            if passage.direction == facing:
                continue
            if passage.before < 0:
                cues.flips.append(passage.end + 1.0)
                if passage.start > 4:
                    cues.flips.append(passage.start - 3.0)
                else:
                    cues.starts_turned = True
            else:
                cues.flips.append(passage.start - 3.0)
        cues.flips.sort()

    # --- where to look -------------------------------------------------------------------------------------------------

    def _sight(self, target: str | None, moods: MoodScore, time: float, *, forward: bool = False) -> Sight:
        """The sight of a person by id; straight ahead, in the way of the mood, without one."""
        gx, gy = moods.mood_at(time).gaze
        if target is None and not forward:
            return Sight(gx, gy, AHEAD.yaw)
        other = self.others.get(target or "")
        if other is None:
            sight = toward(1.0, 0.0)
        else:
            height = self.heights.get(other.character, self.figure_height)
            mine = self.performer.ground - 0.87 * self.figure_height * EYE_LEVEL.get(self.performer.posture, 1.0)
            theirs = other.ground - 0.87 * height * EYE_LEVEL.get(other.posture, 1.0)
            side = 1.0 if self.performer.facing == "right" else -1.0
            sight = toward((other.x - self.performer.x) * side, (mine - theirs) / self.unit)
        return Sight(sight.gx, max(-0.75, min(0.75, sight.gy + 0.25 * gy)), sight.yaw)

    def _opening_sight(self, own: list[Delivery], heard: list[Delivery], moods: MoodScore) -> Sight:
        talk = sorted([*own, *heard], key=lambda one: one.start)
        if self.performer.look_at:
            return self._sight(self.performer.look_at, moods, 0.0)
        if talk and talk[0].start < 36:
            return self._conversation_sight(talk[0], moods, 0.0)
        return self._sight(None, moods, 0.0)

    def _conversation_sight(self, one: Delivery, moods: MoodScore, time: float) -> Sight:
        if one.line.character != self.performer.character:
            if one.line.presence in ("vo",):
                return self._sight(self.performer.look_at, moods, time)
            return self._sight(one.line.character, moods, time)
        target = one.line.listener or self.performer.look_at
        if target is None and len(self.others) == 1:
            target = next(iter(self.others))
        return self._sight(target, moods, time)

    # --- events in time: (time, order, what happens) --------------------------------------------------------------------

    def _speaking(self, own: list[Delivery], heard: list[Delivery], cues: Cues, rng: random.Random) -> list[Event]:
        events: list[Event] = []
        hands = Gesticulation(rng)
        shows_hands = self.shot.size not in FAR_SIZES and not self.body.creature and self.performer.posture != "lie"
        for one in own:
            sight = self._conversation_sight(one, cues.moods, one.start)
            if heard or self.performer.look_at or one.line.listener or self.others:
                events.append((max(0.5, one.start - 10.0), 1, partial(self._look, cues, max(0.5, one.start - 10.0), sight)))
            events.append((one.end + 6.0, 0, partial(_settle_down, cues, one.end + 6.0)))
            events.append((one.start - 12.0, 0, partial(cues.breathing.inhale, one.start, one.phrases[0].end)))
            mood = cues.moods.mood_at(one.start)
            drive = mood.gesture * (0.7 + 0.6 * one.line.strength)
            for phrase in one.phrases:
                events.append((phrase.start - 3.0, 2, partial(_carry, cues, phrase.start - 3.0, 0.6 + 0.4 * drive, mood.tempo, rng)))
                self._phrase(phrase, one, drive, mood.tempo, hands, shows_hands, cues, rng, events)
        return events

    def _phrase(
        self, phrase: Phrase, one: Delivery, drive: float, tempo: float, hands: Gesticulation, shows_hands: bool,
        cues: Cues, rng: random.Random, events: list[Event],
    ) -> None:  # fmt: skip
        frown = cues.moods.change_at(one.start).emotion in ("angry", "disgusted")
        size = min(1.25, 0.75 + 0.35 * drive)
        for stress in rest_of(phrase.stresses, phrase.accent):
            events.append((stress - 6.0, 2, partial(cues.accents.stress, stress, 0.4 * size, frown=frown)))
        if phrase.accent is None:
            return
        events.append((phrase.accent - 6.0, 2, partial(cues.accents.stress, phrase.accent, size, frown=frown)))
        if phrase.accent - phrase.start > 20 and rng.random() < 0.45:
            away = phrase.start - 2.0
            back = phrase.accent - 5.0
            if back - away < 30:
                events.append((away, 3, partial(self._glance, cues, away, rng.uniform(0.55, 0.8), -0.45, back)))
        choice = hands.choose(phrase, one.line, drive) if shows_hands else None
        if choice is None:
            return
        name, mirror = choice
        clip = self.motion.gestures[name]
        pace = max(0.85, min(1.12, tempo))
        start = phrase.accent - clip.stress / pace
        amount = 1.0 if clip.touches or name in ("size", "refuse") else max(0.55, min(1.15, 0.35 + 0.65 * drive))
        skip = ("mouth", "pitch", "hy") if name != "hush" else ("mouth",)
        events.append(
            (
                start,
                4,
                partial(self._gesture, cues, clip, start, size=amount, tempo=pace, hold_until=phrase.end, mirror=mirror, skip=skip),
            )
        )

    def _gesture(
        self, cues: Cues, clip: Clip, start: float, *, size: float, tempo: float, hold_until: float, mirror: bool, skip: tuple[str, ...]
    ) -> None:  # fmt: skip
        end = max(hold_until, start + clip.frames / tempo)
        if start < -4 or cues.travel.overlaps(start, end):
            return
        if any(
            stretch.arms and stretch.name in self.motion.actions and stretch.start < end and start < stretch.end
            for stretch in cues.score.stretches
        ):
            return
        if self._held():
            # The near hand is full.
            if mirror or any(channel.startswith("near") for channel in clip.keys if clip.touches):
                return
            skip = (*skip, "near0", "near1", "near2", "hand_n")
        if cues.score.seated:
            skip = (*skip, "sway")
        cues.score.play(clip, start, size=size, tempo=tempo, hold_until=hold_until, mirror=mirror, skip=skip)
        self._give_eyes_back(cues, clip, start, tempo)

    def _give_eyes_back(self, cues: Cues, clip: Clip, start: float, tempo: float) -> None:
        stretch = cues.score.stretches[-1]
        if stretch.gaze:
            cues.gaze.look(stretch.end - clip.settle / tempo * 0.5, cues.gaze.sight)

    def _listening(self, own: list[Delivery], heard: list[Delivery], cues: Cues, rng: random.Random) -> list[Event]:
        events: list[Event] = []
        for one in heard:
            sight = self._conversation_sight(one, cues.moods, one.start)
            at = max(1.0, one.start + rng.uniform(2.0, 6.0))
            events.append((at, 1, partial(self._look, cues, at, sight)))
            events.append((one.start + 6, 0, partial(cues.mirror.to, one.start + 6, one.start + 36, 1.3)))
            events.append((one.end, 0, partial(cues.mirror.to, one.end, one.end + 30, 0.0)))
            self._look_away(one, own, cues, rng, events)
            for phrase in one.phrases:
                if phrase.accent is not None and rng.random() < 0.65:
                    events.append((phrase.accent + 3.0, 2, partial(cues.accents.echo, phrase.accent + 3.0, 0.5)))
                if any(o.start - 14 < phrase.end + 14 and phrase.end < o.end for o in own):
                    continue
                if rng.random() < 0.6:
                    cues.thoughts.append(phrase.end + rng.uniform(3.0, 5.0))
                emotion = cues.moods.change_at(phrase.end).emotion
                if rng.random() < NODS.get(emotion, 0.0):
                    at = phrase.end + rng.uniform(5.0, 8.0)
                    events.append((at, 2, partial(_nod, cues, at)))
        return events

    def _look_away(self, one: Delivery, own: list[Delivery], cues: Cues, rng: random.Random, events: list[Event]) -> None:
        """A quarter of the time a listener's eyes are elsewhere, and back before the phrase ends."""
        time = one.start + rng.uniform(26.0, 50.0)
        gaze = cues.moods.mood_at(one.start).gaze
        while time + 40 < one.end:
            length = rng.uniform(12.0, 20.0)
            gx = rng.choice((-0.15, 0.85)) if abs(gaze[1]) < 0.3 else gaze[0]
            gy = rng.uniform(0.1, 0.4) if abs(gaze[1]) < 0.3 else gaze[1]
            if not any(o.start - 20 < time < o.end for o in own):
                events.append((time, 3, partial(self._glance, cues, time, gx, gy, time + length)))
            time += length + rng.uniform(36.0, 60.0)

    def _acting(self, businesses: list[tuple[float, float, Business]], cues: Cues) -> list[Event]:
        events: list[Event] = []
        for start, end, business in businesses:
            clip = self._clip(business.action)
            if (
                clip is None
                or clip.name == "sleep"
                or (self.body.creature and business.action in ("sit", "sit_floor", "kneel", "kneel_seiza", "stand_up"))
            ):
                continue
            at = start if start < 1 else start + 1.0
            events.append((at, 5, partial(self._act, cues, clip, at, end, business)))
        return events

    def _act(self, cues: Cues, clip: Clip, start: float, end: float, business: Business) -> None:
        repeats = clip.loop or clip.name == "read"
        loops = max(1, round((end - start) / clip.frames)) if repeats else 1
        tempo = max(1.0, min(1.2, clip.frames / max(1.0, end - start))) if not repeats else 1.0
        prop = f"p_{business.prop}" if business.prop in HAND_PROPS else None
        named = business.prop is not None and clip.name in ("give", "pick_up")
        skip = ("mouth",) if clip.name in ("clap",) else ()
        until = self.length + 24.0 if clip.name in LASTING and business is self._last_business() else end if clip.name in LASTING else 0.0
        cues.score.play(clip, start, tempo=tempo, loops=loops, prop=prop, swap_prop=named, skip=skip, until=until)
        stretch = cues.score.stretches[-1]
        target = self.others.get(business.target or "")
        if target is not None and clip.name in ("give", "embrace", "wave", "bow", "namaste", "salaam", "point"):
            cues.gaze.sight = self._sight(business.target, cues.moods, start)
        if stretch.gaze:
            cues.gaze.look(stretch.end, cues.gaze.sight)

    def _last_business(self) -> Business | None:
        found = self._businesses()
        return found[-1][2] if found else None

    def _watching(self, cues: Cues, rng: random.Random) -> list[Event]:
        """Look at what others do; look ahead in the way of a mood that comes while nobody is looked at."""
        events: list[Event] = []
        for beat in self.shot.beats:
            if not isinstance(beat, Happening) or beat.id not in self.timing.beats:
                continue
            start = self.timing.beats[beat.id].start * self.rate
            actors = [b for b in beat.business if b.character != self.performer.character and b.character in self.others]
            if not actors or any(b.character == self.performer.character for b in beat.business):
                continue
            at = start + 5.0 + rng.uniform(0.0, 4.0)
            sight = self._sight(actors[0].character, cues.moods, at)
            if actors[0].action in ("point", "point_there") and self.others[actors[0].character].facing == self.performer.facing:
                sight = Sight(0.75, -0.1, 0.62)
            events.append((at, 1, partial(self._look, cues, at, sight)))
        for before, change in pairwise(cues.moods.changes):
            if change.time > 0 and change.emotion != before.emotion:
                cues.thoughts.append(change.time + 1)
                if self.performer.look_at is None and not self.others and not self.shot.lines:
                    sight = self._sight(None, cues.moods, change.time)
                    events.append((change.time, 1, partial(self._look, cues, change.time, sight)))
        return events

    def _look(self, cues: Cues, time: float, sight: Sight) -> None:
        if cues.score.busy(time, gaze=True):
            cues.gaze.sight = sight
            return
        if abs(sight.gx - cues.gaze.sight.gx) + abs(sight.gy - cues.gaze.sight.gy) + abs(sight.yaw - cues.gaze.sight.yaw) > 0.05:
            cues.gaze.look(time, sight)

    def _glance(self, cues: Cues, time: float, gx: float, gy: float, back: float) -> None:
        if not cues.score.busy(time, gaze=True) and not cues.score.busy(back, gaze=True):
            cues.gaze.glance(time, gx, gy, back)

    def _shift_weight(self, cues: Cues, rng: random.Random) -> None:
        if self.performer.posture != "stand" or cues.score.seated or self.body.creature:
            return
        taken = [(s.start, s.end + 10) for s in cues.score.stretches if s.legs] + [(p.start - 8, p.end + 10) for p in cues.travel.passages]
        for start, takes, place in weight_shifts(self.length, rng):
            if not any(first - 10 < start + takes and start < last for first, last in taken):
                cues.shift.to(start, start + takes, place, "inout5")
            for first, _ in taken:
                if start + takes <= first <= start + takes + 140:
                    cues.shift.to(max(start + takes, first - 20), max(start + takes + 1, first - 1), 0.0)
                    break


Event = tuple[float, int, Callable[[], None]]


def _carry(cues: Cues, time: float, size: float, tempo: float, rng: random.Random) -> None:
    """A new phrase is a new thought: the head and the body find another place for it."""
    side = -1.0 if cues.attitude["tilt"].at(time) > 0 else 1.0
    values = {
        "tilt": side * rng.uniform(1.5, 4.0),
        "yaw": rng.uniform(-0.08, 0.1),
        "lean": rng.uniform(-1.5, 2.5),
        "hx": rng.uniform(-1.0, 4.0),
    }
    for delay, (channel, value) in enumerate(values.items()):
        cues.attitude[channel].to(
            time + delay, time + delay + rng.uniform(9.0, 15.0) / tempo, value * size, "back" if channel != "lean" else "inout"
        )


def _settle_down(cues: Cues, time: float) -> None:
    for track in cues.attitude.values():
        track.to(time, time + 22.0, 0.0)


def _nod(cues: Cues, time: float) -> None:
    """The first nod of the action at .6 of its size."""
    for track, values in ((cues.nod_pitch, (0.08, -0.28, 0.0)), (cues.nod_head, (-1.2, 3.0, 0.0))):
        track.to(time, time + 3, values[0])
        track.key(time + 8, values[1], "out")
        track.key(time + 14, values[2])
