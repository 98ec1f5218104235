"""The words of a film that engines must know to act on them, and the telling of those that none of them knows.

``film.json`` is written by hand too, and a word that means nothing to an engine would be passed over in silence: a music of no
tradition, a gesture that is not in the motion data. Plugins offer the words they know through ``filmstudio_words``. What no engine
can do without, such as a voice, is not passed over: ``core.preflight`` refuses it before any work.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from filmstudio.core.film import Film, Line, Shot

Kind = Literal[
    "culture", "mood", "tradition", "ambience", "delivery", "action", "prop", "sound", "style", "language", "voice", "stage", "pack"
]
"""What a word of a film is: ``tradition`` of music, ``action`` of a business (gestures too), ``prop`` of a business or performer,
``voice`` the id of one, ``stage`` one with its pack, ``PACK/STAGE``, and ``pack`` the art pack of somebody's look."""

INDISPENSABLE: Final[frozenset[Kind]] = frozenset({"language", "voice", "stage", "pack"})
"""Kinds whose unknown words cannot be passed over: there is nothing to speak with, or nothing to draw."""

_NEAREST, _LISTED = 4, 12
"""How many words are named where some are near, and where none is."""


@dataclass(frozen=True, slots=True)
class Known:
    """Words of one kind. ``means`` tells of a word that is not among them whether it is understood all the same."""

    words: Collection[str]
    means: Callable[[str], bool] = lambda word: False
    called: Mapping[str, str] = field(default_factory=dict)
    """Other names by which people may look for a word, such as ``Hindi`` for ``hi``."""


def unknown_words(film: Film, offered: Iterable[Mapping[Kind, Known]]) -> tuple[str, ...]:
    """What is said of every word of ``film`` that nobody knows and that is passed over: where it stands first, and what is near it.

    A kind that nobody offers words of is not looked at: any word may do for the engines that are installed.
    """
    known: dict[Kind, list[Known]] = {}
    for words in offered:
        for kind, offer in words.items():
            known.setdefault(kind, []).append(offer)
    return tuple(
        f"{place}: no {kind} is called {word!r}, and it is passed over; {_near(word, known[kind])}."
        for kind, word, place in words_in(film)
        if kind in known and kind not in INDISPENSABLE and not is_known(word, known[kind])
    )


def is_known(word: str, offers: Iterable[Known]) -> bool:
    """Whether one of the offers has the word, or understands it."""
    return any(word in offer.words or offer.means(word) for offer in offers)


def words_near(word: str, offers: Iterable[Known]) -> list[str]:
    """The words that somebody who wrote ``word`` may have meant, the likeliest first."""
    names = {
        name.casefold(): meant for offer in offers for name, meant in (*zip(offer.words, offer.words, strict=True), *offer.called.items())
    }
    near = difflib.get_close_matches(word.casefold(), sorted(names), n=_NEAREST, cutoff=0.6)
    return list(dict.fromkeys(names[name] for name in near))


def words_in(film: Film) -> Iterator[tuple[Kind, str, str]]:
    """Every word of the film once, with its kind and where it stands, in the film's order."""
    places: dict[tuple[Kind, str], list[str]] = {}
    for kind, word, place in _words_of(film):
        places.setdefault((kind, word), []).append(place)
    for (kind, word), (first, *more) in places.items():
        yield kind, word, f"{first} and in {len(more)} more place{'s' if len(more) > 1 else ''}" if more else first


def _words_of(film: Film) -> Iterator[tuple[Kind, str, str]]:
    names = {character.id: character.name for character in film.characters}
    speaking = {line.character for line in film.lines()}
    playing = {performer.character for _, shot in film.shots() for performer in shot.performers}
    yield "culture", film.culture, "the film"
    yield "style", film.style, "the film"
    for character in film.characters:
        where, identity = f"character {character.name}", character.identity
        yield "culture", character.culture, where
        if character.id in speaking:
            yield "voice", identity.voice.voice if identity.voice else "", where
        if character.id in playing:
            yield "pack", identity.pack, where
    for scene in film.scenes:
        where = f"scene {scene.number}"
        yield "culture", scene.culture, where
        yield "mood", scene.mood, where
        yield "stage", f"{scene.set.pack}/{scene.set.stage}", where
        if scene.music is not None:
            yield "tradition", scene.music.tradition, f"the music of {where}"
            yield "mood", scene.music.mood, f"the music of {where}"
        for sound in scene.ambience:
            yield "ambience", sound, where
        for shot in scene.shots:
            yield from _words_of_shot(shot, f"{where}, shot {shot.id}", names)


def _words_of_shot(shot: Shot, where: str, names: Mapping[str, str]) -> Iterator[tuple[Kind, str, str]]:
    for performer in shot.performers:
        for prop in performer.props:
            yield "prop", prop, f"{where}, {names.get(performer.character, performer.character)}"
    for beat in shot.beats:
        if isinstance(beat, Line):
            line = f"{where}, line {beat.id} of {names.get(beat.character, beat.character)}"
            yield "language", beat.language, line
            for word in beat.delivery:
                yield "delivery", word, line
            continue
        for sound in beat.sounds:
            yield "sound", sound, f"{where}, beat {beat.id}"
        for business in beat.business:
            who = f"{where}, beat {beat.id}, {names.get(business.character, business.character)}"
            yield "action", business.action, who
            if business.prop is not None:
                yield "prop", business.prop, who


def _near(word: str, offers: list[Known]) -> str:
    if near := words_near(word, offers):
        return f"near it: {', '.join(near)}"
    words = sorted({known for offer in offers for known in offer.words})
    return f"known: {', '.join(words[:_LISTED])}{', …' if len(words) > _LISTED else ''}"
