"""Shooting: scene by scene, the stage is set, people take their places, and every setup becomes a shot with its own id."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from pydantic import TypeAdapter, ValidationError

from filmstudio.core.character import Character
from filmstudio.core.errors import EngineError
from filmstudio.core.estimate import line_seconds
from filmstudio.core.film import (
    MOST_CARD_LETTERS,
    MOST_CARD_LINES,
    Beat,
    Business,
    Card,
    Happening,
    Line,
    MusicBrief,
    Performer,
    Posture,
    Remark,
    Scene,
    Shot,
    StageSet,
)
from filmstudio.core.model import digest_of, seed_from
from filmstudio.core.requests import BreakdownResult, CardNote, DirectRequest, SceneNote
from filmstudio.plugins.backdrop.stage import Stage
from filmstudio.plugins.breakdown.words import count_words
from filmstudio.plugins.direction.blocking import DOWN, POSTURES, UP, Mark, Moment, moments, on_stage, places
from filmstudio.plugins.direction.coverage import CLOSE_WEIGHT, Setup, cover, cover_podcast, weight
from filmstudio.plugins.direction.figures import figure_of
from filmstudio.plugins.direction.framing import NARROWEST_PAIR, Framed, Set, framed, view_of_place, wide
from filmstudio.plugins.direction.packs import PackStage, installed_stages
from filmstudio.plugins.direction.spotting import Spot, spot
from filmstudio.plugins.direction.stages import choose_stage, light_for, weather_for
from filmstudio.plugins.direction.words import enters

TITLE_SECONDS, CARD_SECONDS, END_SECONDS = Fraction(7, 2), Fraction(3), Fraction(7, 2)
_PEOPLED = 1.18
"""How close the picture of a place comes when somebody is in it."""
ESTABLISHING, CONTINUOUS = Fraction(3), Fraction(2)
FIRST_FADE, LAST_FADE, SCENE_FADE, DISSOLVE = Fraction(3, 4), Fraction(1), Fraction(1, 2), Fraction(1, 3)

_BEFORE_WORDS = Fraction(1, 8)
"""A cut comes 2 to 4 frames before the first sound of a speaker."""
_AFTER_SILENCE = Fraction(2, 5)
_LAST_HOLD, _LAST_HOLD_TENDER, _SCENE_HOLD = Fraction(3, 2), Fraction(5, 2), Fraction(3, 5)
_TENDER = frozenset({"sad", "tender", "romantic"})
_MATS = frozenset({"tea-house"})
"""Rooms in which people sit on the floor."""
_LONGEST_ON_CARD = 300
"""Letters of a card's line: about what a picture has room for."""
_KEPT_TIMES = frozenset({"continuous", "same"})
_BEATS: TypeAdapter[Beat] = TypeAdapter(Beat)


@dataclass(frozen=True, slots=True)
class _Place:
    """A scene's note with its set, its beats and who is on stage."""

    note: SceneNote
    stage: Stage
    set: StageSet
    beats: tuple[Beat, ...]
    continues: bool


def shoot(request: DirectRequest) -> tuple[tuple[Scene, ...], tuple[Remark, ...]]:
    """The scenes of the film, and remarks about stages that stand in for places that are not drawn."""
    told = request.breakdown
    characters = {character.id: character for character in request.characters}
    stages, left_out = installed_stages(request.packs)
    remarks = [Remark(about=f"art pack {pack}", text=f"its stages are left out: {why}") for pack, why in left_out.items()]
    sets: list[_Place] = []
    for note in told.scenes:
        before = sets[-1] if sets else None
        sets.append(_set(request, stages, note, before, characters))
        stand_in = sets[-1].set.stand_in
        if stand_in:
            remarks.append(Remark(about=f"scene {note.number}", text=stand_in, degraded=True))
        if any(_readable(lines) != lines for lines in (note.captions, *(card.lines for card in note.cards))):
            remarks.append(Remark(about=f"scene {note.number}", text="of words too long for a card only the beginning", degraded=True))
    if _readable((told.title,)) != (told.title,):
        remarks.append(Remark(about="title", text="of a title too long for a card only the beginning", degraded=True))
    music = spot(told, [Spot(each.note, _seconds(each.beats), _spoken(each.beats)) for each in sets])
    scenes: list[Scene] = []
    for index, (each, brief) in enumerate(zip(sets, music, strict=True)):
        scene, crowded = _shoot_scene(request, each, index, len(sets), brief, characters)
        scenes.append(scene)
        if crowded:
            remarks.append(Remark(about=f"scene {scene.number}", text=crowded))
    return tuple(_with_fades(scenes)), tuple(dict.fromkeys(remarks))


def _set(
    request: DirectRequest, stages: Sequence[PackStage], note: SceneNote, before: _Place | None, characters: Mapping[str, Character]
) -> _Place:
    setting = note.setting
    place = note.place or note.heading
    if request.breakdown.kind == "podcast":
        place, setting = "podcast", "interior"
    choice = choose_stage(stages, place, setting, note.culture)
    stage = choice.stage
    same_stage = before is not None and (before.set.pack, before.stage.id) == (choice.pack, stage.id)
    same_place = same_stage and before is not None and before.note.place == note.place
    continues = same_place and before is not None and (before.note.light == note.light or note.time_word in _KEPT_TIMES)
    chosen = StageSet(
        pack=choice.pack,
        stage=stage.id,
        light=light_for(stage, note.light),
        weather=weather_for(stage, note.weather),
        rain=note.rain,
        # One place is one drawing, however often the film comes back to it.
        seed=seed_from(request.seed, stage.id, note.place) % 2**31,
        stand_in=choice.stand_in,
    )
    return _Place(note, stage, chosen, _performable(stage, _beats(note, characters)), continues)


def _performable(stage: Stage, beats: Sequence[Beat]) -> tuple[Beat, ...]:
    """The beats with their business as this stage lets it be done.

    People sit on the ground out of doors and on mats, where no chair is drawn; "she stands by the window" gets nobody up who
    was not down.
    """
    on_floor = not stage.seats and (stage.place == "exterior" or stage.id in _MATS)
    down: set[str] = set()
    done: list[Beat] = []
    for beat in beats:
        if not isinstance(beat, Happening):
            done.append(beat)
            continue
        business: list[Business] = []
        for deed in beat.business:
            action = deed.action
            if action == "sleep" and _IN_BED.search(beat.text) and not _ASLEEP.search(beat.text) and stage.place == "interior":
                action = "sit"  # awake in a bed that nobody has drawn a place in
            if action == "sit" and on_floor:
                action = "sit_floor"
            elif action == "stand_up" and deed.character not in down:
                action = "idle"
            if action in DOWN:
                down.add(deed.character)
            elif action in UP:
                down.discard(deed.character)
            business.append(deed.model_copy(update={"action": action}) if action != deed.action else deed)
        done.append(beat if tuple(business) == beat.business else beat.model_copy(update={"business": tuple(business)}))
    return tuple(done)


_GOES_DOWN = re.compile(r"\b(?:down|sinks?|drops?|falls?|collapses?|then)\b|बैठ जात|座り込|坐下", re.IGNORECASE)
_IN_BED = re.compile(r"\bbed\b", re.IGNORECASE)
_ASLEEP = re.compile(r"\b(?:asleep|sleep(?:s|ing)?|dead|unconscious)\b", re.IGNORECASE)
_ON_FEET = frozenset({"walk", "run", "dance", "jump", "stand_up"})
_STANDS = re.compile(r"\bst(?:an|oo)ds?\b|खड़|يقف|تقف|立っ|站|서 있", re.IGNORECASE)


def _already_down(place: _Place, marks: Mapping[str, Mark]) -> tuple[_Place, dict[str, Mark]]:
    """The scene with those who sit, kneel or lie when it opens in that posture from its first picture on.

    "Asha sits by the fire" before anybody has spoken tells how she is found; "Asha sits down" is something to see. On mats
    people are found on their knees unless the script lets them stand or walk.
    """
    found: dict[str, Posture] = {}
    moved: set[str] = set()
    beats: list[Beat] = []
    opened = False
    for beat in place.beats:
        if not isinstance(beat, Happening):
            opened = opened or beat.presence == "on"
            beats.append(beat)
            continue
        business: list[Business] = []
        for deed in beat.business:
            posture = POSTURES.get(deed.action, "stand")
            at_first = not opened and deed.character not in moved and not enters(beat.text) and not _GOES_DOWN.search(beat.text)
            if at_first and posture != "stand":
                found[deed.character] = posture
            business.append(deed.model_copy(update={"action": "idle"}) if at_first and posture != "stand" else deed)
            moved.add(deed.character)
        beats.append(beat.model_copy(update={"business": tuple(business)}))
    if place.stage.id in _MATS:
        done = [(beat, deed) for beat in beats if isinstance(beat, Happening) for deed in beat.business]
        upright = {deed.character for beat, deed in done if deed.action in _ON_FEET or _STANDS.search(beat.text)}
        found = {**{who: "kneel" for who in marks if who not in upright}, **found}
    placed = {who: replace(mark, posture=found.get(who, mark.posture)) for who, mark in marks.items()}
    return replace(place, beats=tuple(beats)), placed


def _beats(note: SceneNote, characters: Mapping[str, Character]) -> tuple[Beat, ...]:
    try:
        beats = tuple(_BEATS.validate_python(beat) for beat in note.beats)
    except ValidationError as error:
        raise EngineError(f"scene {note.number} holds a beat that is none: {error.errors()[0]['msg']}.") from error
    missing = sorted({beat.character for beat in beats if isinstance(beat, Line)} - set(characters))
    if missing:
        raise EngineError(f"scene {note.number}: {', '.join(missing)} speaks but was not cast.", remedy="Cast everyone who has a line.")
    return beats


def _seconds(beats: Sequence[Beat]) -> Fraction:
    return sum((line_seconds(beat) + beat.pause_after if isinstance(beat, Line) else beat.seconds for beat in beats), ESTABLISHING)


def _spoken(beats: Sequence[Beat]) -> Fraction:
    return sum((line_seconds(beat) for beat in beats if isinstance(beat, Line)), Fraction(0)) / _seconds(beats)


def _shoot_scene(
    request: DirectRequest, place: _Place, index: int, scenes: int, music: MusicBrief | None, characters: Mapping[str, Character]
) -> tuple[Scene, str]:
    """A scene, and a word about its people where the stage is too small for all of them."""
    note = place.note
    told = request.breakdown
    order = _order(place, characters)
    focal = place.stage.focal.x if place.stage.focal.x is not None else 960.0
    on = Set(place.stage, request.aspect, {character: figure_of(characters[character]) for character in order}, focal)
    marks = places(place.stage, order, on.figures, focal)
    seated = told.kind == "podcast"
    place, marks = (place, marks) if seated else _already_down(place, marks)
    stage_moments = moments(place.beats, marks, seated=seated)
    names = {character: characters[character].name for character in order}
    setups = (
        cover_podcast(place.beats, stage_moments, frozenset(order), together=on.ratio >= NARROWEST_PAIR)
        if seated
        else cover(place.beats, stage_moments, names)
    )
    opening = stage_moments[0] if stage_moments else Moment(tuple(sorted(on_stage(marks).values(), key=lambda mark: mark.x)))
    before_entrances = Moment(tuple(mark for mark in opening.marks if mark.enters is None))
    shots: list[Shot] = []
    if index == 0:
        shots.append(
            _card_shot(
                note, "title", Card(style="title", lines=_title_lines(told)), wide(on, before_entrances.marks, push=True), TITLE_SECONDS
            )
        )
    establishing = _establishing(place, index, setups, on, before_entrances, told)
    if establishing is not None:
        shots.append(establishing)
    views = 0
    cards: dict[str, list[Shot]] = {}
    for card in note.cards:
        if card.after < len(place.beats):
            seen = tuple(mark for mark in stage_moments[card.after].marks if mark.enters is None) if stage_moments else ()
            cards.setdefault(place.beats[card.after].id, []).append(_card_between(note, card, on, seen))
    for setup in _parted(setups, cards):
        shots += cards.get(setup.beats[0].id, []) if setup.beats else []
        shots.append(_shot(note, setup, on, stage_moments, characters, (note.id, views)))
        views += not setup.subjects
    shots += [_card_between(note, card, on, ()) for card in note.cards if card.after >= len(place.beats)]
    if index == scenes - 1:
        shots.append(_card_shot(note, "end", Card(style="credits", lines=_credit_lines(told)), wide(on, ()), END_SECONDS))
    room = len(on_stage(marks))
    crowded = f"of {len(marks)} people {room} at a time are in the picture, those who speak or act among them." if room < len(marks) else ""
    scene = Scene(
        id=note.id,
        number=note.number,
        heading=note.heading,
        setting=note.setting,
        place=note.place,
        set=place.set,
        mood=note.mood,
        intensity=note.intensity,
        culture=note.culture,
        music=music,
        ambience=note.ambience,
        entry=note.entry,
        shots=tuple(_paced(_unique(shots), note, last_scene=index == scenes - 1)),
    )
    return scene, crowded


def _order(place: _Place, characters: Mapping[str, Character]) -> list[str]:
    """Those who can be seen in the scene: the two who speak first, then the rest as they appear.

    Of the first two, the one who comes first in the cast stands left, so that a pair keeps its sides from scene to scene.
    """
    visible = {character.id for character in characters.values() if character.seen}
    speakers = [beat.character for beat in place.beats if isinstance(beat, Line) and beat.presence == "on"]
    actors = [b.character for beat in place.beats if isinstance(beat, Happening) for b in beat.business]
    present = [character for character in place.note.present if character in visible]
    order = [c for c in dict.fromkeys([*speakers, *present, *actors]) if c in visible]
    billing = list(characters)
    return sorted(order[:2], key=billing.index) + order[2:]


def _title_lines(told: BreakdownResult) -> tuple[str, ...]:
    return _readable((told.title, *([", ".join(told.authors)] if told.authors else [])))


def _credit_lines(told: BreakdownResult) -> tuple[str, ...]:
    return _readable((told.title, *told.authors))


def _readable(lines: Sequence[str]) -> tuple[str, ...]:
    """What a card shows of the lines: the beginning of each that is too long, and no more of them than a card holds."""
    shown = [line if len(line) <= _LONGEST_ON_CARD else f"{line[: _LONGEST_ON_CARD - 1].rstrip()}…" for line in lines]
    return tuple(shown[: min(MOST_CARD_LINES, MOST_CARD_LETTERS // max(1, *map(len, shown)))]) if shown else ()


def _reading_seconds(lines: Sequence[str]) -> Fraction:
    return 1 + Fraction(3, 10) * sum(count_words(line) for line in lines)


def _establishing(place: _Place, index: int, setups: list[Setup], on: Set, opening: Moment, told: BreakdownResult) -> Shot | None:
    """The place, before anything happens in it; skipped where the last scene was here, or the first setup shows it anyway."""
    note = place.note
    captions = tuple(text for text in _readable(note.captions) if text.strip())
    card = Card(style="super", lines=captions) if captions else None
    opens_wide = bool(setups) and setups[0].size in ("wide", "establishing")
    if card is None and (index == 0 or place.continues or opens_wide or told.kind == "podcast") and (setups or index == 0):
        return None
    seconds = CONTINUOUS if place.continues or note.time_word in _KEPT_TIMES else ESTABLISHING
    if card is not None:
        seconds = max(seconds, _reading_seconds(captions))
    picture = wide(on, opening.marks, _PEOPLED if opening.marks else 1.0, push=index % 3 == 0)
    return _placed(Shot(id=f"{note.id}-place", size="establishing", camera=picture.camera, card=card, lead_in=seconds), picture)


def _parted(setups: Sequence[Setup], cards: Container[str]) -> Iterator[Setup]:
    """The setups, each in two where a card stands before one of its beats."""
    for setup in setups:
        cuts = [0, *(at for at, beat in enumerate(setup.beats) if at and beat.id in cards), len(setup.beats)]
        yield from (replace(setup, beats=setup.beats[first:last]) for first, last in pairwise(cuts)) if len(cuts) > 2 else (setup,)


def _card_between(note: SceneNote, card: CardNote, on: Set, seen: Sequence[Mark]) -> Shot:
    """A card where the script has one: between two shots, or at the end of the scene. ``seen``: who is on the stage by then."""
    lines = _readable(card.lines)
    seconds = max(CARD_SECONDS, _reading_seconds(lines))
    if card.over:
        picture = wide(on, seen, _PEOPLED if seen else 1.0)
        shown = Card(style="super", lines=lines)
        name = f"{note.id}-super-{digest_of(list(card.lines))[:8]}"
        return _placed(Shot(id=name, size="establishing", camera=picture.camera, card=shown, lead_in=seconds), picture)
    return _card_shot(note, f"card-{digest_of(list(card.lines))[:8]}", Card(style="end", lines=lines), wide(on, ()), seconds)


def _card_shot(note: SceneNote, name: str, card: Card, picture: Framed, seconds: Fraction) -> Shot:
    shown = picture if name == "title" else Framed(picture.camera, ())
    return _placed(
        Shot(id=f"{note.id}-{name}", size="establishing" if name == "title" else "card", camera=shown.camera, card=card, lead_in=seconds),
        shown,
    )


def _placed(shot: Shot, picture: Framed) -> Shot:
    return shot.model_copy(update={"performers": picture.performers})


def _shot(
    note: SceneNote,
    setup: Setup,
    on: Set,
    stage_moments: Sequence[Moment],
    characters: Mapping[str, Character],
    view: tuple[str, int],
) -> Shot:
    """A setup as a shot; ``view`` says which look at the place it is, should nobody be in it."""
    moment = stage_moments[setup.moment]
    speaker = next((beat for beat in setup.beats if isinstance(beat, Line) and beat.presence != "vo"), None)
    moment = Moment(tuple(_turned(mark, speaker, moment, on) for mark in moment.marks))
    subjects = [mark for character in setup.subjects if (mark := moment.of(character))]
    others = [mark for character in setup.others if (mark := moment.of(character))]
    if not subjects:
        picture = view_of_place(on, moment.marks, *view)
    elif setup.size == "wide" and on.fixed:
        picture = wide(on, moment.marks, 1.15, push=setup.push)
    else:
        picture = framed(on, setup.size, subjects, others, push=setup.push)
    first = setup.beats[0].id if setup.beats else setup.key
    emotions = _emotions(setup)
    people = tuple(_looking(person, speaker, moment, emotions) for person in picture.performers)
    if not on.fixed:
        deeds = [deed for beat in setup.beats if isinstance(beat, Happening) for deed in beat.business]
        seated = {deed.character for deed in deeds if deed.action in ("sit", "stand_up")}
        people = tuple(p.model_copy(update={"props": ("stool",)}) if p.character in seated and not p.props else p for p in people)
    silent = not setup.beats
    return Shot(
        id=f"{note.id}-{digest_of([first, setup.size, *setup.subjects])[:8]}",
        size=setup.size if subjects or setup.size == "wide" else "wide",
        camera=picture.camera,
        performers=people,
        beats=setup.beats,
        focus=setup.subjects[0]
        if len(setup.subjects) == 1
        else (speaker.character if speaker and speaker.character in setup.subjects else None),
        lead_in=setup.seconds if silent else _BEFORE_WORDS,
    )


def _emotions(setup: Setup) -> dict[str, str]:
    """The emotion everyone has when the shot begins: a speaker's own line, a reaction to what was said."""
    felt: dict[str, str] = {who: setup.felt for who in setup.subjects} if setup.size == "reaction" else {}
    for beat in setup.beats:
        if isinstance(beat, Line):
            felt.setdefault(beat.character, beat.emotion)
    return felt


def _spoken_with(character: str, speaker: Line | None, moment: Moment) -> str | None:
    """Whom somebody minds: a listener the speaker, a speaker the one spoken to, everybody who comes in while nobody speaks."""
    if speaker is None:
        coming = [mark.character for mark in moment.marks if mark.enters or mark.exits]
        return next((who for who in coming if who != character), None) if character not in coming else None
    other = speaker.listener if speaker.character == character else speaker.character
    return other if other and other != character and moment.of(other) else None


def _turned(mark: Mark, speaker: Line | None, moment: Moment, on: Set) -> Mark:
    """A mark turned towards whom its person minds, so that between two others nobody talks over a shoulder."""
    minded = moment.of(_spoken_with(mark.character, speaker, moment) or "")
    if minded is None or on.fixed or mark.enters or mark.exits or mark.posture == "lie" or minded.x == mark.x:
        return mark
    return replace(mark, facing="right" if minded.x > mark.x else "left")


def _looking(person: Performer, speaker: Line | None, moment: Moment, emotions: Mapping[str, str]) -> Performer:
    others = [mark.character for mark in moment.marks if mark.character != person.character]
    look = _spoken_with(person.character, speaker, moment)
    if look is None and others:
        own = moment.of(person.character)
        ahead = [m for m in moment.marks if own and m.character in others and (m.x > own.x) == (own.facing == "right")]
        look = min(ahead, key=lambda mark: abs(mark.x - (own.x if own else 0))).character if ahead else others[0]
    return person.model_copy(update={"look_at": look, "emotion": emotions.get(person.character, person.emotion)})


def _unique(shots: Sequence[Shot]) -> list[Shot]:
    """Shots whose ids are told apart by a count, should two beats of one scene have the same text and place."""
    taken: dict[str, int] = {}
    kept: list[Shot] = []
    for shot in shots:
        count = taken[shot.id] = taken.get(shot.id, 0) + 1
        kept.append(shot if count == 1 else shot.model_copy(update={"id": f"{shot.id}-{count}"}))
    return kept


def _paced(shots: Sequence[Shot], note: SceneNote, *, last_scene: bool) -> list[Shot]:
    """Air before first words after silence, after heavy ones, and at the end of the scene."""
    paced: list[Shot] = []
    last_of_story = max((index for index, shot in enumerate(shots) if shot.size != "card"), default=-1)
    for index, shot in enumerate(shots):
        update: dict[str, object] = {}
        before = shots[index - 1] if index else None
        if shot.beats and isinstance(shot.beats[0], Line) and (before is None or not before.beats):
            update["lead_in"] = _AFTER_SILENCE
        elif shot.beats and isinstance(shot.beats[0], Happening):
            update["lead_in"] = Fraction(1, 6)
        lines = shot.lines
        if index == last_of_story and shot.beats:
            tender = note.mood in _TENDER
            update["hold"] = (_LAST_HOLD_TENDER if tender else _LAST_HOLD) if last_scene else _SCENE_HOLD
        elif lines and shot.size in ("close", "extreme") and weight(lines[-1]) >= CLOSE_WEIGHT:
            update["hold"] = Fraction(2, 5)
        paced.append(shot.model_copy(update=update) if update else shot)
    return paced


def _with_fades(scenes: Sequence[Scene]) -> list[Scene]:
    faded: list[Scene] = []
    for index, scene in enumerate(scenes):
        shots = list(scene.shots)
        coming = scenes[index + 1].entry if index + 1 < len(scenes) else None
        lengths = {"fade": SCENE_FADE, "dissolve": DISSOLVE}
        if shots:
            opening = FIRST_FADE if index == 0 else lengths.get(scene.entry, Fraction(0))
            closing = LAST_FADE if coming is None else lengths.get(coming, Fraction(0))
            shots[0] = shots[0].model_copy(update={"fade_in": opening})
            shots[-1] = shots[-1].model_copy(update={"fade_out": closing})
        faded.append(scene.model_copy(update={"shots": tuple(shots)}))
    return faded
