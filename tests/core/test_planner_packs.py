"""What another version of an art pack drew is drawn again, and nothing else is."""

from __future__ import annotations

from filmstudio.core.character import Character, Identity
from filmstudio.core.film import Camera, CameraPose, Film, Performer, Scene, Shot, StageSet
from filmstudio.core.options import RenderOptions
from filmstudio.core.planner import plan


def test_a_pack_of_another_version_is_drawn_anew_and_others_are_found() -> None:
    camera = Camera(start=CameraPose(x=960, y=540))
    people = tuple(Character(id=pack, name=pack, identity=Identity(seed=1, pack=pack)) for pack in ("house", "ink"))
    cast = tuple(Performer(character=person.id, x=600, ground=950) for person in people)
    scenes = tuple(
        Scene(id=pack, number="1", set=StageSet(pack=pack, stage="park"), shots=(Shot(id=f"{pack}-shot", camera=camera, performers=cast),))
        for pack in ("house", "ink")
    )
    film = Film(title="Two hands", characters=people, scenes=scenes)

    def drawings(**packs: str) -> dict[str, str]:
        tasks = plan(film, RenderOptions(), packs).tasks.values()
        asked = [task.request for task in tasks if task.role in ("portrait", "backdrop")]
        return {repr({**request, "pack_version": ""}): str(request["pack_version"]) for request in asked}

    before, after = drawings(ink="1.0.0"), drawings(ink="1.1.0")
    assert set(before) == set(after)
    changed = {name for name in before if before[name] != after[name]}
    assert len(before) == 4
    assert len(changed) == 2
    assert {(before[name], after[name]) for name in changed} == {("1.0.0", "1.1.0")}
