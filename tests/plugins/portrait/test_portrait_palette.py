"""Palettes derive what a person leaves unsaid, and paint slots as colours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmstudio.core.errors import InputError
from filmstudio.plugins.art.pack import house_pack
from filmstudio.plugins.portrait.palette import Palette, channels, light_of, mix, remapped, shade_of
from filmstudio.plugins.portrait.person import Body, Person, dress

COLOURS = st.from_regex(r"#[0-9A-F]{6}", fullmatch=True)


def test_dark_cloth_takes_the_deep_shade_and_pale_cloth_the_light_one() -> None:
    assert shade_of("#646464") == "#4E4750"  # 100 x (.78 .71 .80)
    assert shade_of("#F0F0F0") == "#CEC5CE"  # 240 x (.86 .82 .86)


def test_light_goes_to_warm_white() -> None:
    assert light_of("#000000") == "#4C4840"


@given(COLOURS, COLOURS)
def test_mixing_nothing_or_all_gives_either_colour(first: str, second: str) -> None:
    assert mix(first, second, 0) == first
    assert mix(first, second, 1) == second


@given(COLOURS)
def test_a_shade_is_never_lighter_and_a_light_never_darker_in_red(colour: str) -> None:
    assert all(shaded <= plain for shaded, plain in zip(channels(shade_of(colour)), channels(colour), strict=True))
    assert channels(light_of(colour))[0] >= channels(colour)[0]


def test_palms_are_lighter_on_dark_skin_only() -> None:
    ramps = house_pack().ramps
    dark, pale = Palette.of({}, ramps["T7"]).slots, Palette.of({}, ramps["T1"]).slots
    assert sum(channels(dark["palm"])) > sum(channels(dark["skin"]))
    assert sum(channels(pale["palm"])) < sum(channels(pale["skin"]))


def test_paint_fills_slots_and_strokes_and_tints_the_far_side() -> None:
    palette = Palette.of({"cloth1": "#646464"}, house_pack().ramps["T1"])
    assert palette.paint('<path class="cloth1"/>') == '<path fill="#646464"/>'
    assert palette.paint('<path class="cloth1_s"/>') == '<path fill="none" stroke="#646464"/>'
    assert palette.paint('<path class="cloth1"/>', far=True) == '<path fill="#5D5B5E"/>'


def test_paint_refuses_a_slot_that_the_look_lacks() -> None:
    with pytest.raises(InputError, match="acc_gold"):
        Palette.of({}, house_pack().ramps["T1"]).paint('<path class="acc_gold"/>')


def test_slots_are_exchanged_all_at_once() -> None:
    swapped = remapped('<a class="cloth1"/><a class="cloth2_shade"/><a class="cloth1_s"/>', {"cloth1": "cloth2", "cloth2": "cloth1"})
    assert swapped == '<a class="cloth2"/><a class="cloth1_shade"/><a class="cloth2_s"/>'


@pytest.mark.parametrize("colour", ["red", "#12345", '#000000"/><script>'])
def test_a_colour_that_is_none_is_refused(colour: str) -> None:
    with pytest.raises(InputError):
        Palette.of({"skin": colour})
    with pytest.raises(InputError):
        Person.of({**house_pack().people["asha"], "slots": {"hair": colour}})  # type: ignore[dict-item]


def test_a_head_keeps_its_own_cloth_in_new_clothes() -> None:
    pack = house_pack()
    salim = Person.of(pack.people["salim"])  # type: ignore[arg-type]
    coat = Person.of(pack.people["emma"]).body  # type: ignore[arg-type]
    dressed = dress(salim, Body.model_validate(coat.canonical()), {"cloth1": "#102030"}, pack)
    old, new = salim.palette(pack).slots, dressed.palette(pack).slots
    assert new["cloth1"] == "#102030"
    assert dressed.body.s == salim.body.s
    kept = dressed.head.remap["*"]
    assert {new[other] for other in kept.values()} == {old[slot] for slot in kept}
