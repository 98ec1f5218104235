"""Whether a film holds together: what it refers to is in it, and no id is used twice."""

from __future__ import annotations

from filmstudio.core.errors import InputError, Place, Problem
from filmstudio.core.film import Film


def check_film(film: Film, name: str) -> Film:
    """See that everything a film refers to is in it: characters by id, and no id used twice.

    Raises:
        InputError: every dangling reference and doubled id.
    """
    place, people = Place(file=name), {character.id for character in film.characters}
    problems: list[Problem] = []
    seen: set[tuple[str, str]] = set()

    def once(kind: str, identity: str) -> None:
        if (kind, identity) in seen:
            problems.append(Problem(f"two {kind}s have the id {identity!r}.", "Give each its own.", place))
        seen.add((kind, identity))

    def known(where: str, identity: str | None) -> None:
        if identity is not None and identity not in people:
            problems.append(Problem(f"{where} names {identity!r}, who is not among the characters.", "Correct the id.", place))

    for character in film.characters:
        once("character", character.id)
    for scene in film.scenes:
        once("scene", scene.id)
        for shot in scene.shots:
            once("shot", shot.id)
            for performer in shot.performers:
                known(f"shot {shot.id}", performer.character)
                known(f"shot {shot.id}", performer.look_at)
            for beat in shot.beats:
                once("beat", beat.id)
                if beat.kind == "line":
                    known(f"line {beat.id}", beat.character)
                    known(f"line {beat.id}", beat.listener)
                else:
                    for business in beat.business:
                        known(f"beat {beat.id}", business.character)
    if not any(scene.shots for scene in film.scenes):
        problems.append(Problem("the film has no shots.", "Give at least one scene a shot.", place))
    if problems:
        raise InputError(f"{name} is not a film.", problems=tuple(problems))
    return film
