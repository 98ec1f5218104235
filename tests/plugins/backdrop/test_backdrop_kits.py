"""Stages drawn from a seed."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from filmstudio.plugins.backdrop.kit_forest import HEROES, draw_forest
from filmstudio.plugins.backdrop.kit_village import draw_village
from filmstudio.plugins.backdrop.planes import layers_of


def test_one_seed_is_one_drawing() -> None:
    assert draw_village(11) == draw_village(11)
    assert draw_forest(11) == draw_forest(11)
    assert draw_village(11) != draw_village(12)


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 2**63 - 1))
def test_the_tower_of_any_village_stands_on_a_third(seed: int) -> None:
    _, x = draw_village(seed)
    assert 520 <= x <= 700 or 1180 <= x <= 1400


def test_the_hero_of_a_forest_follows_its_seed() -> None:
    assert len(HEROES) == 3
    for seed in (3, 4, 5):
        drawing, x = draw_forest(seed)
        assert 620 <= x <= 740 or 1200 <= x <= 1320
        assert ("water_t_4" in drawing) == (HEROES[seed % 3] == "pond")


def test_the_planes_of_a_kit_are_the_same_for_every_seed() -> None:
    for draw in (draw_village, draw_forest):
        assert len({tuple((layer.name, layer.z) for layer in layers_of(draw(seed)[0])[1]) for seed in range(2)}) == 1
