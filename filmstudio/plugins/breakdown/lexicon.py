"""The word lists of the breakdown, loaded once: typed, folded and ready for searching."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from filmstudio.plugins.breakdown.words import Phrases, fold
from filmstudio.plugins.screenplay.grammar import grammar

SPOKEN_LANGUAGES = ("en", "hi", "es", "fr", "de", "ar", "ja", "zh")
"""Languages that the lists of emotions and actions cover."""

ACTION_LANGUAGES = (*SPOKEN_LANGUAGES, "ko")
"""Languages whose action text is understood."""


@dataclass(frozen=True, slots=True)
class Feeling:
    """What a word says of a speaker: an emotion of the lexicon and how strongly."""

    emotion: str
    weight: float


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a parenthetical asks for. ``word`` is the English head word of all entries that ask for the same."""

    word: str
    kind: str
    emotion: str = ""
    action: str = ""
    volume: float = 1.0
    rate: float = 1.0
    pause: float = 0.0
    strength: float = 1.0
    offscreen: bool = False
    narration: bool = False


@dataclass(frozen=True, slots=True)
class ActionPattern:
    """A way of writing an action of the motion data."""

    action: str
    sound: str = ""
    prop: str = ""
    pair: bool = False
    receives: bool = False
    explicit: bool = False
    one_word: bool = False


@dataclass(frozen=True, slots=True)
class Sound:
    """A sound of the lexicon. ``bus`` is fx, ambience or music."""

    name: str
    bus: str
    loop: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class GivenName:
    """What a first name suggests. ``cultures`` is in order of likelihood; gender is f, m or any."""

    cultures: tuple[str, ...]
    gender: str


@dataclass(frozen=True, slots=True)
class Relation:
    """What a word such as grandmother or teacher says of a person. ``head`` is the English word for the same."""

    word: str
    head: str
    gender: str
    age: str
    narrator: bool = False
    group: bool = False


@dataclass(frozen=True, slots=True)
class Cue:
    """A word that points to a culture."""

    culture: str
    category: str
    weight: float
    weak: bool


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Everything the breakdown knows about words."""

    feelings: dict[str, Phrases[Feeling]]
    feelings_ignored: Phrases[None]
    negators: dict[str, frozenset[str]]
    negation_effect: dict[str, tuple[str, float]]
    negation_stops: frozenset[str]
    negation_exempt: Phrases[None]
    intensifiers: dict[str, Phrases[float]]
    diminishers: dict[str, Phrases[float]]
    tie_order: tuple[str, ...]
    faces: dict[str, str]
    deliveries: Phrases[Delivery]
    actions: dict[str, Phrases[ActionPattern]]
    actions_ignored: Phrases[None]
    blockers: Phrases[None]
    nouns_before: frozenset[str]
    action_kinds: dict[str, str]
    sounds: Phrases[Sound]
    sound_by_name: dict[str, Sound]
    moods: Phrases[str]
    moods_ignored: Phrases[None]
    times: Phrases[str]
    lights: dict[str, str]
    weathers: Phrases[str]
    weather_ignored: Phrases[None]
    weather_stage: dict[str, str]
    seasons: Phrases[str]
    cues: Phrases[tuple[Cue, ...]]
    culture_by_script: dict[str, str]
    culture_by_language: dict[str, str]
    names: dict[str, GivenName]
    titled_names: dict[str, GivenName]
    """Family names that are also words: names behind a title."""
    relations: Phrases[Relation]
    ages: Phrases[str]
    age_bands: dict[str, tuple[int, int]]
    roles: Phrases[str]
    creatures: Phrases[str]
    settings: dict[str, str]
    transitions: dict[str, str]
    extensions: dict[str, str]
    months: frozenset[str]


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The lexicon that comes with the package."""
    data: dict[str, Any] = json.loads(files("filmstudio.plugins.breakdown").joinpath("data/lexicon.json").read_text("utf-8"))
    bound = {fold(word): frozenset(languages) for word, languages in data["language_bound"]["words"].items()}
    written = grammar()  # hours and headings are those that the readers of scripts know
    emotions, actions, cultures = data["emotions"], data["actions"], data["cultures"]
    negation = emotions["negation"]
    sounds = {
        name: Sound(name, entry["bus"], bool(entry["loop"]), float(entry["seconds"])) for name, entry in data["sounds"]["ids"].items()
    }

    def by_language(table: dict[str, dict[str, float]]) -> dict[str, Phrases[float]]:
        return {language: Phrases((word, float(factor)) for word, factor in words.items()) for language, words in table.items()}

    return Lexicon(
        feelings={
            language: Phrases((word, Feeling(entry[0], float(entry[1]))) for word, entry in words.items())
            for language, words in emotions["words"].items()
        },
        feelings_ignored=Phrases((word, None) for words in emotions["ignore_phrases"].values() for word in words),
        negators={language: frozenset(fold(word) for word in words) for language, words in negation["words"].items()},
        negation_effect={emotion: (effect[0], float(effect[1])) for emotion, effect in negation["effect"].items()},
        negation_stops=frozenset(fold(word) for word in negation["stop_at"]),
        negation_exempt=Phrases((phrase, None) for phrase in negation["exempt_phrases"]),
        intensifiers=by_language(emotions["intensifiers"]),
        diminishers=by_language(emotions["diminishers"]),
        tie_order=tuple(emotions["tie_order"]),
        faces=dict(emotions["motion_face"]),
        deliveries=Phrases(_deliveries(data["parentheticals"]["entries"])),
        actions={
            language: Phrases(
                ((pattern["pattern"], _pattern(pattern)) for pattern in actions["patterns"] if language in pattern["languages"]),
                inflect=True,
            )
            for language in ACTION_LANGUAGES
        },
        actions_ignored=Phrases((phrase, None) for phrase in actions["ignore_phrases"]),
        blockers=Phrases((word, None) for word in actions["blockers"]["before"]),
        nouns_before=frozenset(actions["blockers"]["noun_before"]),
        action_kinds=dict(actions["kinds"]),
        sounds=Phrases(((word, sounds[name]) for name, entry in data["sounds"]["ids"].items() for word in entry["words"]), bound=bound),
        sound_by_name=sounds,
        moods=Phrases(((word, mood) for mood, entry in data["moods"]["list"].items() for word in entry["words"]), bound=bound),
        moods_ignored=Phrases((phrase, None) for phrase in data["moods_ignore"]),
        times=Phrases(((word, time) for time, entry in written.times.items() for word in entry.words), bound=bound),
        lights={time: entry.light for time, entry in written.times.items()},
        weathers=Phrases(((word, weather) for weather, words in data["weather"].items() for word in words), bound=bound),
        weather_ignored=Phrases((phrase, None) for phrase in data["weather_ignore"]),
        weather_stage=dict(data["weather_stage"]),
        seasons=Phrases(((word, season) for season, words in data["seasons"].items() for word in words), bound=bound),
        cues=_cues(cultures, bound),
        culture_by_script=dict(cultures["decision"]["script"]),
        culture_by_language=dict(cultures["decision"]["language"]),
        names={
            fold(name): GivenName((entry["culture"], *entry.get("also", ())), entry["gender"])
            for name, entry in data["names"]["list"].items()
        },
        titled_names={fold(name): GivenName((culture,), "any") for name, culture in data["names"]["behind_titles"].items()},
        relations=Phrases(
            ((word, _relation(word, data["relation_heads"].get(word, word), entry)) for word, entry in data["relations"].items()),
            bound=bound,
        ),
        ages=Phrases(((word, age) for age, words in data["age_words"]["words"].items() for word in words), bound=bound),
        age_bands={age: (int(band[0]), int(band[1])) for age, band in data["age_words"]["bands"].items()},
        roles=Phrases((word, _role(word, role)) for role, words in data["roles"].items() for word in (role, *words)),
        creatures=Phrases(((word, creature) for creature, words in data["creatures"].items() for word in words), bound=bound),
        settings={_heading_key(word): setting for setting, words in written.headings.items() for word in words},
        transitions={_transition_key(word): kind for kind, words in written.transitions.items() for word in words},
        extensions={extension_key(word): kind for kind, words in written.extensions.items() for word in words},
        months=frozenset(data["months"]),
    )


def _heading_key(word: str) -> str:
    return fold(word).replace(" ", "").rstrip(".。")


def _transition_key(word: str) -> str:
    return fold(word).strip().rstrip(".:：。").strip()


def extension_key(text: str) -> str:
    """An extension as it is looked up: folded, without full stops."""
    return " ".join(fold(text).replace(".", "").split())


def heading_setting(word: str) -> str:
    """INT, EXT, INT/EXT or EST for the first word of a heading; empty for any other word."""
    return lexicon().settings.get(_heading_key(word), "")


def transition_kind(text: str) -> str:
    """cut, dissolve, fade_in, fade_out, wipe or end for a transition line; empty when it is none known."""
    return lexicon().transitions.get(_transition_key(text), "")


_OWN_HEADS = frozenset({"crying", "sobbing", "in tears", "from afar"})
"""Deliveries that sound unlike the others that ask for the same."""


def _deliveries(entries: dict[str, dict[str, Any]]) -> list[tuple[str, Delivery]]:
    heads: dict[str, str] = {}
    found = []
    for word, entry in entries.items():
        signature = json.dumps(entry, sort_keys=True, ensure_ascii=False)
        head = word if entry["kind"] == "language" or word in _OWN_HEADS else heads.setdefault(signature, word)
        found.append(
            (
                word,
                Delivery(
                    word=head,
                    kind=entry["kind"],
                    emotion=entry.get("emotion", ""),
                    action=entry.get("action", ""),
                    volume=float(entry.get("volume", 1.0)),
                    rate=float(entry.get("rate", 1.0)),
                    pause=float(entry.get("pause_s", 0.0)),
                    strength=float(entry.get("strength", 1.0)),
                    offscreen=bool(entry.get("offscreen", False)),
                    narration=entry.get("voice") == "narration",
                ),
            )
        )
    return found


def _relation(word: str, head: str, entry: dict[str, Any]) -> Relation:
    return Relation(word, head, entry["gender"], entry["age"], bool(entry.get("narrator")), bool(entry.get("group")))


def _role(word: str, role: str) -> str:
    """The role of a word; waitress and policewoman say more than waiter and police officer."""
    return word if word.endswith(("ess", "woman")) else role


_PROPS = {"lamp", "cup", "match", "paper", "phone", "mat", "prop"}


def _pattern(entry: dict[str, Any]) -> ActionPattern:
    wanted = str(entry.get("object", ""))
    return ActionPattern(
        action=entry["id"],
        sound=entry.get("sound", ""),
        prop=wanted if wanted in _PROPS else "",
        pair=bool(entry.get("pair", False)),
        receives="recipient" in entry or wanted.startswith("person") or wanted == "thing or person",
        explicit=bool(entry.get("explicit", False)),
        one_word=" " not in entry["pattern"],
    )


def _cues(cultures: dict[str, Any], bound: dict[str, frozenset[str]]) -> Phrases[tuple[Cue, ...]]:
    decision = cultures["decision"]
    weak = set(decision["ambiguous"])
    found: dict[str, list[Cue]] = {}
    for culture, categories in cultures["cues"].items():
        for category, words in categories.items():
            for word in words:
                short = word.isascii() is False and len(word) == 1
                cue = Cue(culture, category, float(decision["weights"][category]), word in weak or short)
                found.setdefault(word, []).append(cue)
    return Phrases(((word, tuple(cues)) for word, cues in found.items()), bound=bound)
