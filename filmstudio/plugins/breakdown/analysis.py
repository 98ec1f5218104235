"""The breakdown of a whole script, from its elements to cast, scenes and beats."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from filmstudio.core.film import Line
from filmstudio.core.requests import BreakdownRequest, BreakdownResult, CardNote, CastNote, SceneNote
from filmstudio.core.screenplay import SPOKEN, Screenplay, plain_text
from filmstudio.plugins.breakdown import summary
from filmstudio.plugins.breakdown.atmosphere import KEPT, STEPS, Sky, following_time, heading_weather, light_of, sky_of, time_of, weather_of
from filmstudio.plugins.breakdown.beats import BeatMaker, SceneBeats, Setup
from filmstudio.plugins.breakdown.cultures import (
    CULTURES,
    Evidence,
    culture_named,
    decide,
    evidence_in,
    language_default,
    language_of,
    limited,
    name_evidence,
)
from filmstudio.plugins.breakdown.identifiers import Numbering, name_key, slug
from filmstudio.plugins.breakdown.kinship import as_families, families
from filmstudio.plugins.breakdown.lexicon import lexicon, transition_kind
from filmstudio.plugins.breakdown.moods import read_mood
from filmstudio.plugins.breakdown.people import Cast, Person, gather
from filmstudio.plugins.breakdown.script import Act, Caption, Speech, divide_script
from filmstudio.plugins.breakdown.traits import Traits, epithets_of, read_traits
from filmstudio.plugins.breakdown.words import fold, sentences_of, tokens, word_set

ORPHAN_NAME = "NARRATOR"
"""Who speaks words that the script gives to nobody."""

_INSIDE = word_set(
    "room kitchen house hall office bedroom studio cave shop temple church palace hut cabin bar cafe restaurant school "
    "classroom hospital library theatre theater apartment flat corridor cell prison attic basement cellar tent ship deck car "
    "train podcast"
)
_OUTDOORS = frozenset({"dust", "fog"})
"""Weather that is none within four walls: dust in the light of a window."""
_PLACE = re.compile(r"\b(?:in|inside|at|on|near|outside)\s+(?:the|an?|his|her|their)\s+(?P<place>(?:[\w'-]+\s+){0,2}[\w'-]+)")
_NO_PLACE = word_set("and with as where while in at on to of for by is are was who that under over near beside")


def analyse(request: BreakdownRequest) -> BreakdownResult:
    """Break a screenplay down. The user's culture, language and title win over the script's."""
    screenplay = request.screenplay
    language = request.language or screenplay.language
    spoken, sung = summary.spoken_texts(screenplay)
    kind = summary.kind_of(screenplay, spoken, sung)
    acts = divide_script(screenplay.elements, _short(language))
    cast, traits = _cast(screenplay, acts, silent=kind == "silent", language=_short(language))
    narrators = frozenset(person.id for person in cast.people if traits[person.id].narrator)
    orphan = next((person.id for person in cast.people if person.key == name_key(ORPHAN_NAME)), cast.people[0].id if cast.people else "")
    alone = frozenset(key for key, person in cast.by_key.items() if person.speaks)
    setup = Setup(cast, alone, narrators, language, kind == "silent", orphan, verse=kind == "poem", story=screenplay.form == "prose")
    drafts = _scenes(acts, setup, podcast=kind == "podcast")
    explicit = request.culture or next(iter(screenplay.titled("culture")), None)
    evidence = [_scene_evidence(draft, traits, _short(language)) for draft in drafts]
    culture = culture_named(explicit) if explicit else _film_culture(evidence, language, spoken)
    scenes = tuple(
        draft.note.model_copy(update={"culture": culture if explicit else decide(found, culture)})
        for draft, found in zip(drafts, evidence, strict=True)
    )
    single = [_note(person, traits[person.id], drafts, scenes, culture, language, explicit is not None) for person in cast.people]
    names = {person: known.name.cultures for person, known in traits.items() if known.name is not None}
    notes = as_families(single, families(cast, _described_in(screenplay, acts)), names)
    lines = [beat.text for draft in drafts for beat in draft.made.beats if isinstance(beat, Line)]
    everything = [text for act in acts for text in (act.written, *act.plays)]
    return BreakdownResult(
        title=summary.title_of(screenplay, request.title),
        authors=summary.authors_of(screenplay),
        logline=summary.logline_of(screenplay, [act.plays for act in acts], cast, lines),
        tags=summary.tags_of(
            kind=kind,
            scenes=scenes,
            cast=notes,
            evidence=[cue for found in evidence for cue in found],
            culture=culture,
            texts=everything,
            spoken=lines,
        ),
        kind=kind,
        language=language,
        culture=culture,
        cast=notes,
        scenes=scenes,
        remarks=tuple(dict.fromkeys(remark for draft in drafts for remark in draft.made.remarks)),
    )


def _short(language: str) -> str:
    return language.split("-", maxsplit=1)[0].lower()


# --- cast ---------------------------------------------------------------------------------------------------------------


def _cast(screenplay: Screenplay, acts: Sequence[Act], *, silent: bool, language: str) -> tuple[Cast, dict[str, Traits]]:
    """Everyone in the script with what it says of them."""
    plays = [text for act in acts for text in act.plays]
    told = _narration(acts) if screenplay.form == "prose" else []
    found = gather(screenplay.elements, plays, told, silent=silent, language=language)
    people = list(found.people)
    if _has_orphans(acts) and name_key(ORPHAN_NAME) not in found.by_key:
        people.append(Person(name_key(ORPHAN_NAME), slug(ORPHAN_NAME, prefix="c"), ORPHAN_NAME, True))
    cast = Cast(people, titled=found.titled)
    said = _words_by_person(acts, cast)
    traits = {person.id: read_traits(person, cast, _described_in(screenplay, acts), language, said.get(person.id, ())) for person in people}
    genders = {person: {"female": "f", "male": "m"}.get(known.gender or "", "") for person, known in traits.items()}
    return cast.knowing({person: gender for person, gender in genders.items() if gender}, epithets_of(people, traits)), traits


def _described_in(screenplay: Screenplay, acts: Sequence[Act]) -> list[str]:
    """The texts that tell of people: the action, and what a story's narrator says."""
    return [text for act in acts for text in act.plays] + (_narration(acts) if screenplay.form == "prose" else [])


def _narration(acts: Sequence[Act]) -> list[str]:
    """What a story's narrator tells: it is spoken, and yet it describes people as action does."""
    words = lexicon()
    texts = []
    for act in acts:
        for event in act.events:
            if isinstance(event, Speech) and event.cue is not None:
                relation = words.relations.exact(name_key(event.cue.text))
                if relation is not None and relation.narrator:
                    texts += [plain_text(part.text) for part in event.parts if part.kind in SPOKEN]
    return texts


def _words_by_person(acts: Sequence[Act], cast: Cast) -> dict[str, list[str]]:
    said: dict[str, list[str]] = {}
    for act in acts:
        for event in act.events:
            person = cast.by_key.get(name_key(event.cue.text)) if isinstance(event, Speech) and event.cue is not None else None
            if isinstance(event, Speech) and person is not None:
                texts = said.setdefault(person.id, [])
                texts += [plain_text(part.text) for part in event.parts if part.kind in SPOKEN]
    return said


def _has_orphans(acts: Sequence[Act]) -> bool:
    """Whether a scene opens with words that no cue gives to anybody."""
    for act in acts:
        for event in act.events:
            if isinstance(event, Speech):
                said = any(part.kind in SPOKEN for part in event.parts)
                if said and (event.cue is None or not name_key(event.cue.text)):
                    return True
                if said:
                    break
    return False


def _note(
    person: Person, traits: Traits, drafts: Sequence[_Draft], scenes: Sequence[SceneNote], culture: str, language: str, explicit: bool
) -> CastNote:
    lines = [beat for draft in drafts for beat in draft.made.beats if isinstance(beat, Line) and beat.character == person.id]
    languages: dict[str, int] = {}
    for line in lines:
        languages[line.language] = languages.get(line.language, 0) + len(line.text)
    own = max(sorted(languages), key=lambda tag: languages[tag]) if languages else language
    present = [scene for scene in scenes if person.id in scene.present]
    heard_only = bool(lines) and not present
    around = present[0].culture if present else culture
    return CastNote(
        id=person.id,
        name=person.name,
        lines=len(lines),
        age=traits.age,
        gender=traits.gender,
        culture=culture if explicit else _person_culture(traits, around, own, language),
        language=own,
        description=traits.description,
        role_word=traits.role_word,
        creature=traits.creature,
        seen=not (traits.narrator or heard_only),
        narrator=traits.narrator,
    )


def _person_culture(traits: Traits, around: str, own: str, language: str) -> str:
    """The name's culture; where it has several, or is only a region's, the scene's when they agree; else the scene's."""
    if traits.name is not None:
        cultures = traits.name.cultures
        if around in cultures or any(CULTURES[around].group == CULTURES[culture].group for culture in cultures):
            return around
        return cultures[0]
    described = decide(evidence_in(traits.description, _short(language)), "") if traits.description else ""
    if described:
        return described
    if own != language and language_default(own) != "western":
        return language_default(own)
    return around


# --- scenes -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Draft:
    act: Act
    note: SceneNote
    made: SceneBeats


def _scenes(acts: Sequence[Act], setup: Setup, *, podcast: bool) -> list[_Draft]:
    numbering = Numbering()
    drafts: list[_Draft] = []
    time, sky, weather = "day", Sky(), ""
    for position, act in enumerate(acts):
        opening = [sentence for text in act.plays[:2] for sentence in sentences_of(text)][:2]
        spoken_time = act.heading.time
        if not spoken_time and (position == 0 or not act.written):
            named = next((hour for sentence in opening if (hour := time_of(sentence, _short(setup.language))) in STEPS), "")
            spoken_time = named
        kept = spoken_time in KEPT
        time = following_time(spoken_time, time)
        seen = (weather_of(text, _short(setup.language)) for text in act.plays[:2])
        told = heading_weather(act.written, _short(setup.language)) or next(
            (found for found in seen if found and not (act.heading.inside and found in _OUTDOORS)), ""
        )
        weather = told or (weather if kept else "")
        sky = sky_of(weather) if told or not kept else sky
        scene = numbering.take(_scene_id(act, podcast=podcast))
        made = BeatMaker(setup, scene, numbering).make(act)
        last = position == len(acts) - 1
        drafts.append(_Draft(act, _scene_note(act, scene, position, made, time, sky, weather, setup, podcast=podcast, last=last), made))
    return drafts


def _scene_id(act: Act, *, podcast: bool) -> str:
    """An id from the heading alone: other scenes can come and go."""
    if act.written:
        return slug(act.written, prefix="s")
    return "podcast" if podcast else "opening"


def _scene_note(
    act: Act, scene: str, position: int, made: SceneBeats, time: str, sky: Sky, weather: str, setup: Setup, *, podcast: bool, last: bool
) -> SceneNote:
    language = _short(setup.language)
    place = act.heading.place or ("podcast" if podcast else "" if act.written else _place_in(act.plays))
    inside = act.heading.inside if act.heading.setting else podcast or any(word in _INSIDE for _, _, word in tokens(fold(place)))
    felt = read_mood(
        actions=act.plays,
        heading=act.written,
        dialogue=[plain_text(text) for text in act.spoken],
        emotions=[(felt, strength if felt != "neutral" else 0.0) for felt, strength in made.emotions],
        time=time,
        weather=weather,
        language=language,
    )
    ambience = list(made.ambience)
    for name in ("rain", "storm", "wind"):
        if weather == name and name not in ambience:
            ambience.insert(0, name)
    return SceneNote(
        id=scene,
        number=act.number or str(position + 1),
        heading=act.written,
        setting="interior" if inside else "exterior",
        place=place,
        time_word=time,
        light=light_of(time),
        weather=sky.weather,
        rain=sky.rain,
        mood=felt.mood,
        intensity=felt.intensity,
        entry=act.entry,
        present=tuple(made.present),
        beats=tuple(beat.canonical() for beat in made.beats),
        ambience=tuple(ambience),
        captions=tuple(caption.text for before, caption in made.captions if not _on_a_card(before, caption, made, last=last)),
        cards=_cards([(before, caption) for before, caption in made.captions if _on_a_card(before, caption, made, last=last)], made),
    )


def _on_a_card(before: int, caption: Caption, made: SceneBeats, *, last: bool) -> bool:
    """Whether words are shown where they stand; those that open a scene are set on the first picture of its place.

    A super at the end of a scene has gone to the next one, but there is none after the last.
    """
    if caption.centred:
        return before > 0 or transition_kind(caption.text) == "end"
    return 0 < before < len(made.beats) or (last and before > 0)


def _cards(found: Sequence[tuple[int, Caption]], made: SceneBeats) -> tuple[CardNote, ...]:
    """What is shown within a scene, together what stands together. A super in its middle is set on the picture of the place."""
    together: dict[tuple[int, bool], list[str]] = {}
    for before, caption in found:
        together.setdefault((before, not caption.centred and before < len(made.beats)), []).append(caption.text)
    return tuple(CardNote(after=before, over=over, lines=tuple(lines)) for (before, over), lines in together.items())


def _place_in(plays: Sequence[str]) -> str:
    """The first place that action text speaks of, for a scene without a heading."""
    for text in plays:
        matched = _PLACE.search(fold(text))
        if matched is not None:
            words = matched.group("place").split()
            ends = [index for index, word in enumerate(words) if word in _NO_PLACE]
            return " ".join(words[: ends[0]] if ends else words)
    return ""


# --- culture ------------------------------------------------------------------------------------------------------------


def _scene_evidence(draft: _Draft, traits: Mapping[str, Traits], language: str) -> tuple[Evidence, ...]:
    spoken = [plain_text(text) for text in draft.act.spoken]
    found = list(evidence_in("\n".join([draft.act.written, *draft.act.plays, *spoken]), language))
    for person in draft.made.present:
        name = traits[person].name
        if name is not None:
            found.append(name_evidence(name.cultures, person))
    return tuple(found)


def _film_culture(evidence: Sequence[Sequence[Evidence]], language: str, spoken: Sequence[str]) -> str:
    """The culture of the film: its cues, else its language, else western."""
    told = language_default(language_of(" ".join(spoken)[:2000], language))
    return decide(limited(evidence), told)
