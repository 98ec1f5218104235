"""Every film has three thumbnails, however few its shots."""

from __future__ import annotations

import pytest

from filmstudio.core.character import Character, Identity
from filmstudio.core.film import Camera, CameraPose, Film, Happening, Performer, Scene, Shot, StageSet
from filmstudio.core.options import RenderOptions
from filmstudio.core.planner import plan


@pytest.mark.parametrize("shots", [1, 2, 3, 7])
def test_a_film_has_three_thumbnails_and_no_two_alike(shots: int) -> None:
    camera = Camera(start=CameraPose(x=960, y=540))
    made = tuple(Shot(id=f"shot-{n}", camera=camera, beats=(Happening(id=f"beat-{n}"),)) for n in range(shots))
    scene = Scene(id="scene", number="1", set=StageSet(pack="house", stage="park"), shots=made)
    graph = plan(Film(title="Short", scenes=(scene,)), RenderOptions())
    thumbnails = {name: task.request for name, task in graph.tasks.items() if task.role == "marketing"}
    assert set(thumbnails) == {"thumbnail:1", "thumbnail:2", "thumbnail:3"}
    assert len({repr((request["segment"], request["at"])) for request in thumbnails.values()}) == 3


def test_a_title_stands_beside_somebody_only_where_nobody_else_is() -> None:
    camera = Camera(start=CameraPose(x=960, y=540))
    for people in (1, 2):
        crowd = tuple(Performer(character=f"one-{n}", x=600 + 700 * n, ground=950) for n in range(people))
        made = tuple(Shot(id=f"shot-{n}", camera=camera, performers=crowd, beats=(Happening(id=f"beat-{n}"),)) for n in range(3))
        scene = Scene(id="scene", number="1", set=StageSet(pack="house", stage="park"), shots=made)
        cast = tuple(Character(id=f"one-{n}", name=f"One {n}", identity=Identity(seed=n, pack="house")) for n in range(people))
        graph = plan(Film(title="Short", characters=cast, scenes=(scene,)), RenderOptions())
        styles = {str(task.request["style"]) for task in graph.tasks.values() if task.role == "marketing"}
        assert ("side" in styles) == (people == 1)
