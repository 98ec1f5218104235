"""Flaws of looks: whoever the pack and casting draw has none."""

from __future__ import annotations

import pytest

from filmstudio.plugins.art.pack import house_pack
from filmstudio.plugins.portrait.flaws import flaws


def test_nobody_whom_the_pack_draws_has_a_flaw() -> None:
    pack = house_pack()
    assert {name: told for name, look in pack.people.items() if isinstance(look, dict) and (told := flaws(look, pack))} == {}


def test_no_creature_of_the_pack_has_a_flaw() -> None:
    pack = house_pack()
    cast = pack.creatures["cast"] if isinstance(pack.creatures, dict) else None
    assert isinstance(cast, dict)
    assert {name: told for name in cast if (told := flaws({"creature": name}, pack))} == {}


@pytest.mark.parametrize(
    ("look", "said"),
    [
        ({"creature": "fox", "wear": {"tail": "bow"}}, "wear.tail: creatures wear nothing there."),
        ({"creature": "fox", "slots": {"furr": "#FFFFFF"}}, "slots.furr: nothing has this colour, and it is passed over."),
        ({"creature": "fox", "preset": "handstand"}, "preset: 'fox' has no body 'handstand'."),
    ],
)
def test_what_means_nothing_to_a_creature_is_a_warning(look: dict[str, object], said: str) -> None:
    (told,) = flaws(look, house_pack())  # type: ignore[arg-type]
    assert (told.message, told.severity) == (said, "warning")
