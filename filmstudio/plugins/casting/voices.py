"""Casting voices: language first, then age, gender and character, and never two alike in a film."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from filmstudio.core.character import VoiceChoice
from filmstudio.core.errors import InputError
from filmstudio.core.requests import CastNote
from filmstudio.plugins.casting.ears import Heard, Voice, VoiceAge, catalogue, distances, hear
from filmstudio.plugins.casting.part import Part
from filmstudio.plugins.casting.wardrobe import creatures

IN_FILM, IN_SCENE, LEADS, HOSTS = 2.2, 3.0, 3.5, 4.0
"""Distances that two voices keep: anywhere in a film, in one scene, as two leads, as two hosts."""

_SAME_SEX_F0, _SAME_SEX_RATE = 3.0, 0.12
_LEAST_RATIO, _MOST_RATIO = 0.90, 1.36
"""Formant ratios outside these smear consonants."""

_BASES: dict[str, tuple[str, ...]] = {
    "zh": ("cmn",),
    "no": ("nb",),
    "nn": ("nb",),
    "he": ("en",),
    "th": ("en",),
    "tl": ("id",),
    "sa": ("hi",),
    "bho": ("hi",),
}
_NO_VOICE = frozenset({"he", "th"})
_ACCENTS: dict[str, str] = {"south_asia": "en-IN"}
_PLACES: dict[str, str] = {
    "british": "en-GB", "english": "en-GB", "london": "en-GB", "england": "en-GB", "oxford": "en-GB", "scottish": "en-GB-scotland",
    "scotland": "en-GB-scotland", "scots": "en-GB-scotland", "hebrides": "en-GB-scotland", "mexican": "es-419", "mexico": "es-419",
    "argentinian": "es-419", "colombian": "es-419", "spain": "es-ES", "lisbon": "pt-PT", "portugal": "pt-PT", "portuguese": "pt-PT",
}  # fmt: skip

_AGES: dict[str, VoiceAge] = {"baby": "child", "child": "child", "teen": "teen", "young": "adult", "adult": "adult", "elder": "mature"}
_STEPS: dict[VoiceAge, int] = {"baby": 0, "child": 1, "teen": 2, "adult": 3, "mature": 4}

_CHARACTERS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("kind", "soft", "mother", "gentle", "grandmother", "loving", "nurse"), ("warm", "gentle")),
    (("villain", "thief", "fox", "cunning", "sly", "jackal", "witch"), ("sly", "gravelly")),
    (("king", "queen", "judge", "priest", "proud", "noble", "emperor", "lion", "tiger", "sage", "minister"), ("regal",)),
    (("soldier", "teacher", "boss", "strict", "stern", "police", "principal", "guard", "captain"), ("stern", "crisp")),
    (("comic", "funny", "pet", "imp", "playful", "cheeky", "mischievous", "monkey", "clown", "rabbit"), ("playful", "bright")),
    (("drunk", "pirate", "miner", "gruff", "rough", "fisherman", "sailor", "bear", "blacksmith"), ("gravelly",)),
    (("scholar", "poet", "professor", "writer", "dreamer", "quiet", "wise", "owl"), ("dreamy", "wry", "calm")),
    (("host", "presenter", "interviewer", "reporter", "journalist"), ("crisp", "warm")),
    (("big", "jolly", "hearty", "cheerful", "cook", "baker", "elephant"), ("hearty",)),
    (("shy", "coward", "nervous", "timid", "anxious"), ("nervous", "gentle")),
)
_APART = (
    (0.0, 1.0, 1.0),
    (3.0, 1.04, 1.08),
    (-3.0, 0.96, 0.92),
    (3.0, 1.04, 0.92),
    (-3.0, 0.96, 1.08),
    (4.5, 1.06, 1.1),
    (-4.5, 0.94, 0.9),
)
"""Steps that set one voice apart from itself: semitones, formant factor, rate."""
_HUGE = frozenset({"huge", "giant", "enormous", "hulking", "massive"})
_TINY = frozenset({"tiny", "wee", "miniature"})


@dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody who needs a voice."""

    note: CastNote
    part: Part
    lead: bool
    host: bool = False


def cast_voices(
    speakers: Sequence[Speaker], chosen: Mapping[str, str], together: Sequence[Sequence[str]]
) -> tuple[dict[str, VoiceChoice], tuple[tuple[str, str, bool], ...]]:
    """A voice for everyone, and remarks (about, text, degraded) where the catalogue fell short.

    Leads come first, then the rest by number of lines, the narrator last: a narrator takes a voice that no character has.
    ``chosen`` is the user's choice by character id and wins over everything; ``together`` are the ids that share a scene.

    Raises:
        InputError: a chosen voice or a character it is chosen for does not exist; near matches are named.
    """
    voices = {voice.id: voice for voice in catalogue()}
    wanted = _checked(chosen, speakers, voices)
    given: dict[str, Heard] = {}
    for speaker in speakers:
        if speaker.note.id in wanted:
            given[speaker.note.id] = hear(voices[wanted[speaker.note.id]], VoiceChoice(voice=wanted[speaker.note.id]))
    remarks: list[tuple[str, str, bool]] = []
    order = sorted(
        (speaker for speaker in speakers if speaker.note.id not in given),
        key=lambda speaker: (speaker.note.narrator, not speaker.lead, -speaker.note.lines, speaker.note.id),
    )
    by_id = {speaker.note.id: speaker for speaker in speakers}
    for speaker in order:
        takes, spoken = _takes(speaker)
        if not spoken:
            remarks.append((speaker.note.name, f"no voice speaks {speaker.note.language}; an English voice reads the lines.", True))
        rivals = [_rival(speaker, by_id[other], heard, together) for other, heard in given.items()]
        apart = distances([take.heard for take in takes], [rival.heard for rival in rivals])
        languages, clashes = _languages(speaker) or ("en-US",), _clashes(takes, rivals, apart)
        costed = [
            (round(_fit(take, speaker, languages) + float(clashes[index]), 6), take.heard.voice.id, take.effort, index)
            for index, take in enumerate(takes)
        ]
        chosen_take = min(costed)[3]
        best = takes[chosen_take].heard
        nearest = float(apart[chosen_take].min()) if rivals else IN_FILM
        if nearest < IN_FILM:
            remarks.append((speaker.note.name, f"sounds much like somebody else (distance {nearest:.1f} of {IN_FILM}).", True))
        given[speaker.note.id] = best
    return {key: given[key].choice for key in given}, tuple(remarks)


def _checked(chosen: Mapping[str, str], speakers: Sequence[Speaker], voices: Mapping[str, Voice]) -> dict[str, str]:
    ids = {speaker.note.id: speaker.note.id for speaker in speakers}
    ids.update({speaker.note.name.casefold(): speaker.note.id for speaker in speakers})
    wanted: dict[str, str] = {}
    for who in sorted(chosen):
        voice = chosen[who]
        person = ids.get(who) or ids.get(who.casefold())
        if person is None:
            raise InputError(f"nobody in the film is called {who}.", remedy=_near(who, sorted({s.note.id for s in speakers})))
        if voice not in voices:
            raise InputError(f"there is no voice {voice}.", remedy=_near(voice, [*voices, *(v.name for v in voices.values())]))
        wanted[person] = voice
    return wanted


def _near(word: str, known: Sequence[str]) -> str:
    folded = {name.casefold(): name for name in known}
    near = [folded[name] for name in difflib.get_close_matches(word.casefold(), list(folded), n=3, cutoff=0.4)]
    return f"Near it: {', '.join(near)}." if near else "`studio voices` lists them all."


def _languages(speaker: Speaker) -> tuple[str, ...]:
    """Catalogue languages for a speaker, the best accent first."""
    tag = speaker.note.language
    base = tag.split("-")[0].lower()
    roots = _BASES.get(base, (base,))
    listed = list(dict.fromkeys(voice.language for voice in catalogue()))
    fitting = [language for language in listed if language.split("-")[0].lower() in roots]
    first = [language for language in fitting if language.lower() == tag.lower()]
    place = [_PLACES[word] for word in sorted(speaker.part.reading.words) if word in _PLACES]
    by_place = [language for language in place if language in fitting]
    accent = _ACCENTS.get(speaker.part.culture, "") if base == "en" else ""
    if base == "es" and speaker.part.region.startswith("latin"):
        accent = "es-419"
    by_culture = [language for language in fitting if language == accent]
    return tuple(dict.fromkeys([*by_place, *first, *by_culture, *fitting]))


@dataclass(frozen=True, slots=True)
class _Take:
    """A voice as this person would have it; ``effort`` counts how far it was moved only to stay apart from others."""

    heard: Heard
    effort: int


def _takes(speaker: Speaker) -> tuple[list[_Take], bool]:
    languages = _languages(speaker)
    spoken = bool(languages) and speaker.note.language.split("-")[0].lower() not in _NO_VOICE
    pool = [voice for voice in catalogue() if voice.language in (languages or ("en-US",)) and voice.age != "baby"]
    return [take for voice in pool for take in _takes_of(voice, speaker)], spoken


def _takes_of(voice: Voice, speaker: Speaker) -> list[_Take]:
    """The voice as it is for this person, and shifted by the steps that keep two people apart."""
    pitch, formant, rate = _person_shift(voice, speaker)
    takes = []
    for effort, (semis, factor, pace) in enumerate(_APART):
        ratio = min(_MOST_RATIO, max(_LEAST_RATIO, voice.dsp.formant_ratio * formant * factor))
        choice = VoiceChoice(
            voice=voice.id,
            pitch_semitones=round(min(12.0, max(-12.0, pitch + semis)), 2),
            formant=round(min(1.4, max(0.8, ratio / voice.dsp.formant_ratio)), 4),
            rate=round(min(1.25, max(0.78, rate * pace)), 4),
        )
        takes.append(_Take(hear(voice, choice), effort))
    return takes


def _person_shift(voice: Voice, speaker: Speaker) -> tuple[float, float, float]:
    """Semitones, formant factor and rate that age and body ask of a voice drawn for somebody else."""
    want = _AGES[speaker.part.age]
    pitch, formant, rate = 0.0, 1.0, 1.0
    if want == "child" and voice.age in ("adult", "mature"):
        pitch, formant, rate = (4.0, 1.14, 0.96) if voice.gender != "male" else (9.0, 1.22, 0.96)
    elif want == "child" and voice.age == "teen":
        pitch, formant = 2.5, 1.08
    elif want == "teen" and voice.age in ("adult", "mature"):
        pitch, formant = 2.0, 1.06
    elif want == "teen" and voice.age == "child":
        pitch, formant = -2.0, 0.95
    elif want == "mature" and voice.age in ("adult", "teen"):
        pitch, formant, rate = -1.5, 0.98, 0.88
    elif want == "adult" and voice.age == "mature":
        pitch, rate = 1.0, 1.06
    elif speaker.part.age == "young" and voice.age == "adult":
        pitch, rate = 0.5, 1.02
    scale = creatures()[speaker.part.creature].scale if speaker.part.creature else None
    words = speaker.part.reading.words
    if words & _HUGE or (scale or 1.0) >= 1.5:
        pitch, formant = pitch - 2, formant * 0.96
    elif words & _TINY or (scale or 1.0) <= 0.7:
        pitch, formant = pitch + 2, formant * 1.05
    return pitch, formant, rate


def _fit(take: _Take, speaker: Speaker, languages: Sequence[str]) -> float:
    """How little a take suits the person, whoever else is cast: accent, age, gender, character, and how far it was moved."""
    voice, part = take.heard.voice, speaker.part
    cost = 2.0 * languages.index(voice.language)
    want = _AGES[part.age]
    cost += 2.5 * abs(_STEPS[want] - _STEPS[voice.age])
    if part.sex == "any" and part.creature:
        cost += _CREATURE_PITCH * abs(float(np.log2(take.heard.f0 / _creature_f0(part.creature))))
    if part.sex == "any":
        cost += 0.0 if voice.gender == "non-binary" or part.creature else 1.0
    elif voice.gender == "non-binary":
        cost += 2.5
    elif voice.gender != part.sex:
        # Before the voice breaks, a girl's and a boy's are near each other.
        cost += 2.0 if want == "child" and voice.gender == "female" else 9.0
    cost -= 1.5 * _character(voice, speaker)
    return cost + (0.0 if take.effort == 0 else 0.8 + 0.1 * take.effort)


_CREATURE_PITCH = 2.0
"""Cost of each octave between a creature's voice and the pitch its size suggests."""


def _creature_f0(creature: str) -> float:
    """The pitch, Hz, that the size of a creature suggests: large ones low, small ones high."""
    scale = creatures()[creature].scale or 1.0
    return 105.0 if scale >= 1.4 else 150.0 if scale >= 1.0 else 220.0


@dataclass(frozen=True, slots=True)
class _Rival:
    """Somebody already cast, as the next speaker must be told from them."""

    heard: Heard
    needed: float
    same_sex_scene: bool
    narrates: bool


def _rival(speaker: Speaker, other: Speaker, heard: Heard, together: Sequence[Sequence[str]]) -> _Rival:
    share = _share(speaker, other, together)
    return _Rival(
        heard,
        needed=_needed(speaker, other, share=share),
        same_sex_scene=share and speaker.part.sex == other.part.sex,
        narrates=speaker.note.narrator or other.note.narrator,
    )


def _clashes(takes: Sequence[_Take], rivals: Sequence[_Rival], apart: NDArray[np.float64]) -> NDArray[np.float64]:
    """How much each take is mistaken for those already cast; ``apart`` holds its distance to each, shape (takes, rivals)."""
    cost = np.zeros(len(takes))
    f0, rate = (np.array([getattr(take.heard, cue) for take in takes]) for cue in ("f0", "rate"))
    voices = np.array([take.heard.voice.id for take in takes])
    for rival, distance in zip(rivals, apart.T, strict=True):
        cost += 4.0 * np.maximum(0.0, rival.needed - distance)
        cost += np.where(voices == rival.heard.voice.id, 6.0 if rival.narrates else 3.0, 0.0)
        if rival.same_sex_scene:
            close = np.abs(12 * np.log2(f0 / rival.heard.f0)) < _SAME_SEX_F0
            cost += np.where(close & (np.abs(rate / rival.heard.rate - 1) < _SAME_SEX_RATE), 1.5, 0.0)
    return cost


def _needed(one: Speaker, other: Speaker, *, share: bool) -> float:
    if one.host and other.host:
        return HOSTS
    if one.lead and other.lead:
        return LEADS
    return IN_SCENE if share else IN_FILM


def _share(one: Speaker, other: Speaker, together: Sequence[Sequence[str]]) -> bool:
    return any(one.note.id in scene and other.note.id in scene for scene in together)


def _character(voice: Voice, speaker: Speaker) -> float:
    """1 when the description asks for this character of voice, 0 otherwise."""
    said = speaker.part.reading.words | {speaker.part.role, speaker.part.creature, *speaker.part.name.lower().split()}
    for words, characters in _CHARACTERS:
        if said & set(words):
            return float(voice.character in characters)
    return 0.5 * float(speaker.note.narrator and voice.character in ("warm", "calm"))
