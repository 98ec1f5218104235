"""Coverage: a scene's beats become setups, what is shown of whom while what happens (grammar, section 6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from filmstudio.core.estimate import line_seconds
from filmstudio.core.film import Beat, Emotion, Happening, Line, ShotSize
from filmstudio.plugins.direction.blocking import Moment
from filmstudio.plugins.direction.stages import fold, occurs

BODY_ACTIONS = frozenset(
    [
        "walk",
        "run",
        "dance",
        "fall",
        "jump",
        "sit",
        "embrace",
        "bow",
        "stand_up",
        "kneel",
        "kneel_seiza",
        "sit_floor",
        "sleep",
        "cower",
        "namaste",
        "salaam",
    ]
)
"""Actions of the whole body, which a close picture would cut."""
_AT_A_CHAIR = frozenset({"sit", "stand_up"})
HAND_ACTIONS = frozenset(["pick_up", "give", "strike_match", "hold_lamp", "read", "drink", "phone"])

CLOSE_WEIGHT, EXTREME_WEIGHT = 3.0, 5.0
_LONG_LINE = 9
"""Seconds after which a held picture wants to move."""
_ANSWERS: dict[Emotion, Emotion] = {
    "happy": "happy", "warm": "warm", "sad": "sad", "angry": "afraid", "afraid": "afraid", "surprised": "surprised",
    "thoughtful": "thoughtful",
}  # fmt: skip
"""What a listener's face says to an emotion heard."""
_GRAVE = frozenset({"sad", "angry", "afraid"})
"""Emotions for which a face may fill the picture; nobody laughs into a lens."""
_BEFORE_EXTREME = 4
"""Lines that are spoken before a face may fill the picture."""
LONGEST_HELD = Fraction(8)
"""Seconds after which a held picture asks for a cut."""
_SHORT_LINE = Fraction(2)
_EXCHANGE = 3
"""Short lines of a quick exchange that stay in one two-shot."""
_TWO_SHOT_EVERY = Fraction(25)
_MOST_SINGLES = 4
"""Pictures of one host in a row before all of them are seen again."""
_SCORE = 6.0
"""A strength of 1 is an emotional score of 6 or more (grammar, section 9)."""


@dataclass(frozen=True, slots=True)
class Setup:
    """One shot to be: its size, whom it is about, who else stands at its edge, and the beats in it."""

    size: ShotSize
    subjects: tuple[str, ...]
    beats: tuple[Beat, ...] = ()
    others: tuple[str, ...] = ()
    moment: int = 0
    """Index of the beat whose moment on stage is shown."""
    push: bool = False
    seconds: Fraction = Fraction(0)
    """Length of a shot without beats."""
    felt: Emotion = "neutral"
    """What the face of a reaction shows."""
    key: str = ""
    """What the shot is, for its id, when it holds no beat."""


@dataclass(slots=True)
class _Scene:
    """What has been covered so far."""

    setups: list[Setup] = field(default_factory=list)
    spoken: dict[str, int] = field(default_factory=dict)
    last_speaker: str = ""
    reacted_at: int = -9
    extreme_done: bool = False
    since_two: Fraction = Fraction(0)


def weight(line: Line) -> float:
    """Emotional weight of a line: its score, and its punctuation."""
    score = 0.0 if line.emotion == "neutral" else line.strength * _SCORE
    text = line.text.rstrip(" \"'”’»」")
    if score and text.endswith(("!", "！")):
        score += 1.0
    if text.endswith(("?!", "!?", "!!")):
        score += 1.0
    return score


def cover(beats: Sequence[Beat], moments: Sequence[Moment], names: Mapping[str, str]) -> list[Setup]:
    """Setups for a drama scene, every beat in exactly one of them, in order. ``names`` are those of the people who can be drawn."""
    scene = _Scene()
    seen = frozenset(names)
    strongest = _strongest(beats)
    at = 0
    while at < len(beats):
        beat = beats[at]
        if isinstance(beat, Line):
            at = _cover_line(scene, beats, at, moments, seen, strongest)
        else:
            at = _cover_happening(scene, beats, at, moments, names)
    return _varied(_led_in(scene.setups))


_LEADS_IN = frozenset({"laugh", "cry", "nod", "shake_head", "shrug", "think", "wave", "look_around", "idle", "bow", "point", "namaste"})
"""What a speaker does in the picture of the words that follow it."""
_LED_IN = Fraction(3, 2)
"""Longest time that it takes there."""
_FEW_WORDS = 4
"""Words of an action that is only a hint to the actor."""


def _led_in(setups: Sequence[Setup]) -> list[Setup]:
    """A speaker's laugh or nod before their own words is no shot of its own: it opens the picture of the words."""
    led: list[Setup] = []
    for setup in setups:
        before = led[-1] if led else None
        gesture = before.beats[0] if before and len(before.beats) == 1 else None
        first = setup.beats[0] if setup.beats else None
        if (
            before is not None
            and isinstance(gesture, Happening)
            and isinstance(first, Line)
            and not gesture.caption
            and gesture.business
            and all(deed.character == first.character and deed.action in _LEADS_IN for deed in gesture.business)
            and first.character in setup.subjects
            and len(gesture.text.split()) <= _FEW_WORDS
        ):
            quick = gesture.model_copy(update={"seconds": min(gesture.seconds, _LED_IN)})
            led[-1] = replace(setup, beats=(quick, *setup.beats))
        else:
            led.append(setup)
    return led


_OTHER_SIZE: dict[ShotSize, ShotSize] = {
    "wide": "full", "full": "medium", "medium": "close", "close": "medium", "over_shoulder": "close", "insert": "medium",
    "reaction": "medium", "extreme": "medium",
}  # fmt: skip


def _varied(setups: Sequence[Setup]) -> list[Setup]:
    """No two shots in a row of one person at one size: the second steps closer, or back."""
    varied: list[Setup] = []
    for setup in setups:
        before = varied[-1] if varied else None
        same = before is not None and len(setup.subjects) == 1 and before.subjects == setup.subjects and before.size == setup.size
        varied.append(replace(setup, size=_OTHER_SIZE.get(setup.size, "medium"), others=()) if same else setup)
    return varied


def _strongest(beats: Sequence[Beat]) -> str:
    lines = [beat for beat in beats if isinstance(beat, Line) and beat.presence == "on"]
    best = max(lines, key=weight, default=None)
    return best.id if best is not None and len(lines) > 2 and weight(best) >= 1.5 else ""


def _present(moment: Moment, seen: frozenset[str]) -> tuple[str, ...]:
    return tuple(mark.character for mark in moment.marks if mark.character in seen)


def _cover_line(scene: _Scene, beats: Sequence[Beat], at: int, moments: Sequence[Moment], seen: frozenset[str], strongest: str) -> int:
    line = beats[at]
    assert isinstance(line, Line)  # noqa: S101 - the caller has told
    group = _group_of(beats, at, _present(moments[at], seen))
    # Who comes on with the last line of a dual dialogue is in its picture from the start.
    shown = at + len(group) - 1
    present = _present(moments[shown], seen)
    aloud = [beat for beat in group if isinstance(beat, Line) and beat.presence == "on" and beat.character in present]
    speakers = {beat.character for beat in aloud}
    if not aloud:
        scene.setups.append(_heard_only(scene, group, shown, present, line))
    elif len(speakers) > 1:
        subjects = present if len(present) <= 3 else tuple(character for character in present if character in speakers)
        scene.setups.append(Setup("two" if len(subjects) == 2 else "group", subjects, group, moment=shown))
        scene.since_two = Fraction(0)
    else:
        scene.setups.append(_single(scene, group, shown, present, aloud[0], strongest))
    for beat in group:
        if isinstance(beat, Line):
            scene.spoken[beat.character] = scene.spoken.get(beat.character, 0) + 1
            scene.since_two += line_seconds(beat)
            scene.last_speaker = beat.character
    spoken = [beat for beat in group if isinstance(beat, Line)]
    _react(scene, beats, at + len(group), present, spoken[-1], at, moments)
    return at + len(group)


def _group_of(beats: Sequence[Beat], at: int, present: tuple[str, ...]) -> tuple[Beat, ...]:
    """The beats one shot holds, from ``at``: a line with its dual dialogue, a quick exchange, or one speaker's short run."""
    group: list[Beat] = [beats[at]]
    while at + len(group) < len(beats) and _with_previous(beats[at + len(group)]):
        group.append(beats[at + len(group)])
    if len(group) > 1:
        return tuple(group)
    exchange = _exchange(beats, at, present)
    if len(exchange) == _EXCHANGE:
        return exchange
    first = beats[at]
    total = line_seconds(first) if isinstance(first, Line) else Fraction(0)
    while at + len(group) < len(beats):
        coming = beats[at + len(group)]
        if not (isinstance(first, Line) and isinstance(coming, Line)) or coming.character != first.character or _with_previous(coming):
            break
        after = beats[at + len(group) + 1] if at + len(group) + 1 < len(beats) else None
        total += line_seconds(coming)
        if (
            coming.presence != first.presence
            or total > LONGEST_HELD
            or coming.emotion != first.emotion
            or (after and _with_previous(after))
        ):
            break
        group.append(coming)
    return tuple(group)


def _with_previous(beat: Beat) -> bool:
    return isinstance(beat, Line) and beat.with_previous


def _exchange(beats: Sequence[Beat], at: int, present: tuple[str, ...]) -> tuple[Beat, ...]:
    """Three short lines that go to and fro between two people on stage."""
    group = beats[at : at + _EXCHANGE]
    lines = [beat for beat in group if isinstance(beat, Line)]
    if len(lines) < _EXCHANGE or any(line.presence != "on" or line.character not in present or line.with_previous for line in lines):
        return ()
    after = beats[at + _EXCHANGE] if at + _EXCHANGE < len(beats) else None
    quick = all(line_seconds(line) < _SHORT_LINE and weight(line) < CLOSE_WEIGHT for line in lines)
    to_and_fro = lines[0].character == lines[2].character != lines[1].character
    return tuple(group) if quick and to_and_fro and not (after and _with_previous(after)) else ()


def _heard_only(scene: _Scene, group: tuple[Beat, ...], at: int, present: tuple[str, ...], line: Line) -> Setup:
    """A voice that is heard and not seen: stay on somebody who listens, or on the place."""
    listeners = [character for character in present if character != line.character]
    if line.presence == "vo" and line.character in present:
        listeners = [line.character]
    if line.listener in listeners:
        listeners = [line.listener] if line.listener else listeners
    if not listeners:
        return Setup("wide", present, group, moment=at, push=True)
    before = scene.setups[-1] if scene.setups else None
    size: ShotSize = "medium"
    if before and before.subjects == (listeners[0],) and before.size == "medium":
        size = "close"
    return Setup(size, (listeners[0],), group, moment=at, push=line_seconds(line) > _LONG_LINE)


def _single(scene: _Scene, group: tuple[Beat, ...], at: int, present: tuple[str, ...], line: Line, strongest: str) -> Setup:
    """A picture of one speaker. The first speech of a scene with company is a two-shot; each one's first single is over a shoulder."""
    who = line.character
    nth = scene.spoken.get(who, 0)
    heavy = weight(line)
    company = tuple(character for character in present if character != who)
    first = not scene.spoken
    size: ShotSize
    if (
        heavy >= EXTREME_WEIGHT
        and line.emotion in _GRAVE
        and line.id == strongest
        and not scene.extreme_done
        and sum(scene.spoken.values()) >= _BEFORE_EXTREME
    ):
        size, scene.extreme_done = "extreme", True
    elif heavy >= CLOSE_WEIGHT or line.id == strongest:
        size = "close"
    elif (company and first) or (company and scene.since_two >= _TWO_SHOT_EVERY):
        size = "two" if len(present) == 2 else "group"
    elif company and nth % 4 in (0, 1):
        size = "over_shoulder" if nth % 4 == (0 if not first else 1) or nth == 0 else "medium"
    else:
        size = "medium" if nth % 2 == 0 or not company else "close"
    size = _another(scene, size, who)
    if size in ("two", "group"):
        scene.since_two = Fraction(0)
        return Setup(size, present, group, moment=at)
    listener = _listener(scene, line, company)
    others = (listener,) if size == "over_shoulder" and listener else ()
    if size == "over_shoulder" and not others:
        size = _another(scene, "medium", who)
    # The camera comes in on the line that the scene turns on, and on a long one: moved at every feeling it would mean nothing.
    push = (size in ("close", "extreme") and line.id == strongest) or line_seconds(line) > _LONG_LINE
    return Setup(size, (who,), group, others, moment=at, push=push)


def _listener(scene: _Scene, line: Line, company: Sequence[str]) -> str:
    """Whom a line is said to: as the script says, else who spoke before, else who stands first."""
    if line.listener in company:
        return line.listener or ""
    if scene.last_speaker in company:
        return scene.last_speaker
    return company[0] if company else ""


def _another(scene: _Scene, size: ShotSize, who: str) -> ShotSize:
    """Another size, when the shot before is of the same person at this one."""
    before = scene.setups[-1] if scene.setups else None
    if before is None:
        return size
    same_person = before.subjects == (who,)
    alike = before.size == size or {before.size, size} == {"over_shoulder", "medium"} or {before.size, size} == {"close", "extreme"} \
        or {before.size, size} == {"reaction", "close"}  # fmt: skip
    if same_person and alike:
        return "close" if size in ("medium", "over_shoulder") else "medium"
    if size in ("two", "group") and before.size == size:
        return "medium"
    return size


def _react(
    scene: _Scene, beats: Sequence[Beat], after: int, present: tuple[str, ...], line: Line, at: int, moments: Sequence[Moment]
) -> None:
    """The listener's face after a heavy line, never twice in a row and never where the listener speaks at once anyway."""
    listeners = [character for character in present if character != line.character]
    if weight(line) < CLOSE_WEIGHT or not listeners or at - scene.reacted_at < 5 or after >= len(beats):
        return
    following = beats[after]
    before = next(
        (setup.subjects[0] for setup in reversed(scene.setups[:-1]) if len(setup.subjects) == 1 and setup.subjects[0] in listeners), ""
    )
    who = line.listener if line.listener in listeners and line.listener else before or listeners[0]
    if isinstance(following, Line) and following.character == who and following.presence == "on":
        return
    if isinstance(following, Happening) and any(business.character == who for business in following.business):
        return
    scene.reacted_at = at
    scene.setups.append(
        Setup(
            "reaction",
            (who,),
            moment=min(at, len(moments) - 1),
            seconds=Fraction(13, 10),
            felt=_ANSWERS.get(line.emotion, "neutral"),
            key=f"reaction-{line.id}",
        )
    )


def _cover_happening(scene: _Scene, beats: Sequence[Beat], at: int, moments: Sequence[Moment], names: Mapping[str, str]) -> int:
    happening = beats[at]
    assert isinstance(happening, Happening)  # noqa: S101 - the caller has told
    present = _present(moments[at], frozenset(names))
    actors = tuple(dict.fromkeys(b.character for b in happening.business if b.character in present))
    actions = {business.action for business in happening.business if business.character in actors}
    # A chair is where the audience imagines it: sitting down and getting up are seen from the waist up.
    moves = bool(actions & (BODY_ACTIONS - _AT_A_CHAIR)) or any(m.enters or m.exits for m in moments[at].marks)
    size: ShotSize
    subjects = actors
    if not actors:
        # Nothing to perform, but somebody to look at: whoever the action names.
        subjects = tuple(who for who in present if len(names[who]) > 1 and occurs(fold(names[who]), fold(happening.text)))
        size = "medium" if len(subjects) == 1 else "two" if len(subjects) == 2 else "wide"
        subjects = subjects if size != "wide" else present
    elif len(actors) > 1:
        size = "full" if moves and len(actors) == 2 else "wide" if moves else ("two" if len(actors) == 2 else "group")
        subjects = present if size == "wide" else actors
    elif moves:
        size, subjects = ("wide", present) if actions & {"walk", "run"} else ("full", actors)
    elif "pick_up" in actions and all(mark.posture == "stand" for mark in moments[at].marks if mark.character in actors):
        size = "full"  # whoever bends to the ground would leave a closer picture
    elif actions & HAND_ACTIONS and any(business.prop for business in happening.business):
        size = "insert"
    else:
        size = "medium"
    group: tuple[Beat, ...] = (happening,)
    before = scene.setups[-1] if scene.setups else None
    if before and _joins(before, size, subjects, happening):
        scene.setups[-1] = Setup(
            before.size, before.subjects, (*before.beats, happening), before.others, before.moment, before.push, key=before.key
        )
        return at + 1
    scene.setups.append(Setup(size, subjects, group, moment=at, push=size == "wide" and not actors))
    return at + 1


def _joins(before: Setup, size: ShotSize, subjects: tuple[str, ...], happening: Happening) -> bool:
    """Whether an action goes on in the picture that is there: same people, same distance, not too long, no cards in between."""
    if before.size != size or before.subjects != subjects or not before.beats or size == "insert":
        return False
    if any(isinstance(beat, Line) for beat in before.beats) or happening.caption:
        return False
    seconds = sum((beat.seconds for beat in before.beats if isinstance(beat, Happening)), Fraction(0))
    return seconds + happening.seconds <= LONGEST_HELD


def cover_podcast(beats: Sequence[Beat], moments: Sequence[Moment], seen: frozenset[str], *, together: bool = True) -> list[Setup]:
    """A conversation before microphones: an opening two-shot, then the speaker; everyone again every 25 s, on laughter and at the end.

    ``together`` is False where the picture is too narrow for the row of seats: then there are singles only.
    """
    setups: list[Setup] = []
    since = Fraction(0)
    nth: dict[str, int] = {}
    at = 0
    while at < len(beats):
        beat = beats[at]
        present = _present(moments[at], seen)
        everyone: ShotSize = "two" if len(present) <= 2 else "group"
        laughter = isinstance(beat, Happening) or "laughing" in beat.delivery
        group = _group_of(beats, at, present) if together else (beat,)
        speakers = {b.character for b in group if isinstance(b, Line)}
        last = at + len(group) >= len(beats)
        singles = next((count for count, setup in enumerate(reversed(setups)) if len(setup.subjects) != 1), len(setups))
        asks_for_all = at == 0 or laughter or len(speakers) > 1 or since >= _TWO_SHOT_EVERY or (last and len(beats) > 4)
        asks_for_all = asks_for_all or singles >= _MOST_SINGLES
        whose = _whose(beat, present)
        silent = [character for character in present if character != whose]
        if not present:
            setups.append(Setup("wide", (), group, moment=at))
        elif together and (asks_for_all or not whose):
            setups.append(Setup(everyone, present, group, moment=at))
            since = Fraction(0)
        elif whose and silent and len(setups) > 1 and all(setup.subjects == (whose,) for setup in setups[-2:]):
            # A long answer: a look at who listens to it.
            setups.append(Setup("reaction", (silent[0],), group, moment=at))
        else:
            who = whose or present[0]
            turn = nth[who] = nth.get(who, 0) + 1
            size: ShotSize = "medium" if turn % 2 else "close"
            if setups and setups[-1].subjects == (who,) and setups[-1].size == size:
                size = "close" if size == "medium" else "medium"
            setups.append(Setup(size, (who,), group, moment=at))
        for spoken in group:
            since += line_seconds(spoken) if isinstance(spoken, Line) else spoken.seconds
        at += len(group)
    return setups


def _whose(beat: Beat, present: Sequence[str]) -> str:
    """Whose single a beat is: its speaker's on screen; of a laugh, the one who laughs; else nobody's."""
    if isinstance(beat, Line):
        return beat.character if beat.presence == "on" and beat.character in present else ""
    actors = [business.character for business in beat.business if business.character in present]
    return actors[0] if actors else ""
