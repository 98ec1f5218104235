"""The words of a film that engines must know to act on them, and the telling of those that none of them knows.

``film.json`` is written by hand too, and a word that means nothing to an engine would be passed over in silence: a music of no
tradition, a gesture that is not in the motion data. Plugins offer the words they know through ``filmstudio_words``.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from filmstudio.core.film import Film, Line, Shot

Kind = Literal["culture", "mood", "tradition", "ambience", "delivery", "action", "prop", "sound"]
"""What a word of a film is: ``tradition`` of music, ``action`` of a business (gestures too), ``prop`` of a business or performer."""

_NEAREST, _LISTED = 4, 12
"""How many words are named where some are near, and where none is."""


@dataclass(frozen=True, slots=True)
class Known:
    """Words of one kind. ``means`` tells of a word that is not among them whether it is understood all the same."""

    words: Collection[str]
    means: Callable[[str], bool] = lambda word: False


def unknown_words(film: Film, offered: Iterable[Mapping[Kind, Known]]) -> tuple[str, ...]:
    """What is said of every word of ``film`` that nobody knows: where it stands first, and what is near it.

    A kind that nobody offers words of is not looked at: any word may do for the engines that are installed.
    """
    known: dict[Kind, list[Known]] = {}
    for words in offered:
        for kind, offer in words.items():
            known.setdefault(kind, []).append(offer)
    places: dict[tuple[Kind, str], list[str]] = {}
    for kind, word, place in _words_of(film):
        if kind in known:
            places.setdefault((kind, word), []).append(place)
    return tuple(
        _told(kind, word, found, known[kind])
        for (kind, word), found in places.items()
        if not any(word in offer.words or offer.means(word) for offer in known[kind])
    )


def _words_of(film: Film) -> Iterator[tuple[Kind, str, str]]:
    """Every word of the film with its kind and place, in the film's order."""
    names = {character.id: character.name for character in film.characters}
    yield "culture", film.culture, "the film"
    for character in film.characters:
        yield "culture", character.culture, f"character {character.name}"
    for scene in film.scenes:
        where = f"scene {scene.number}"
        yield "culture", scene.culture, where
        yield "mood", scene.mood, where
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
            for word in beat.delivery:
                yield "delivery", word, f"{where}, line {beat.id} of {names.get(beat.character, beat.character)}"
            continue
        for sound in beat.sounds:
            yield "sound", sound, f"{where}, beat {beat.id}"
        for business in beat.business:
            who = f"{where}, beat {beat.id}, {names.get(business.character, business.character)}"
            yield "action", business.action, who
            if business.prop is not None:
                yield "prop", business.prop, who


def _told(kind: Kind, word: str, places: list[str], offers: list[Known]) -> str:
    words = sorted({known for offer in offers for known in offer.words})
    near = difflib.get_close_matches(word.casefold(), words, n=_NEAREST, cutoff=0.6)
    more = ", …" if len(words) > _LISTED else ""
    named = f"near it: {', '.join(near)}" if near else f"known: {', '.join(words[:_LISTED])}{more}"
    elsewhere = f" and in {len(places) - 1} more place{'s' if len(places) > 2 else ''}" if len(places) > 1 else ""
    return f"{places[0]}{elsewhere}: no {kind} is called {word!r}, and it is passed over; {named}."
