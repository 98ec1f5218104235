"""Kinship: relatives are found as writers tell of them, and are of one culture."""

from __future__ import annotations

import pytest

from filmstudio.plugins.breakdown.kinship import families
from filmstudio.plugins.breakdown.people import Cast, Person

GENDERS = {"amina": "f", "yusuf": "m", "lena": "f", "ida": "f", "otto": "m", "paul": "m", "मीना": "f", "रमेश": "m"}


def cast_of(*names: str) -> Cast:
    people = [Person(name.lower(), name.lower(), name.upper(), True) for name in names]
    return Cast(people, {name.lower(): GENDERS[name.lower()] for name in names})


@pytest.mark.parametrize(
    ("text", "one", "other"),
    [
        ("AMINA (34), a fisherwoman, mends a net. Her father YUSUF (70) watches.", "amina", "yusuf"),
        ("AMINA (30), a cook in a green dress, and her son YUSUF (7).", "amina", "yusuf"),
        ("AMINA mends a net. YUSUF (70), her father, watches.", "amina", "yusuf"),
        ("Amina's brother YUSUF runs.", "amina", "yusuf"),
        ("AMINA (10), daughter of YUSUF, runs.", "amina", "yusuf"),
        ("The sisters LENA and IDA wait.", "lena", "ida"),
        ("LENA (8) and IDA (8), twins, wait.", "lena", "ida"),
        ("OTTO sees LENA. Her twin brother PAUL laughs.", "lena", "paul"),
        ("OTTO entre. Sa fille IDA rit.", "otto", "ida"),
        ("मीना बैठी है। उसके पिता रमेश आते हैं।", "मीना", "रमेश"),
    ],
)
def test_relatives_are_found(text: str, one: str, other: str) -> None:
    names = [name for name in GENDERS if name in text.lower()]
    assert families(cast_of(*names), [text]) == {one: one, other: one} or families(cast_of(*names), [text]) == {one: other, other: other}


def test_a_child_joins_two_parents() -> None:
    found = families(cast_of("Lena", "Otto", "Ida"), ["LENA and OTTO come in. Their daughter IDA follows."])
    assert set(found) == {"lena", "otto", "ida"} and len(set(found.values())) == 1


@pytest.mark.parametrize(
    "text",
    [
        "LENA kisses her husband OTTO.",
        "OTTO holds her hand.",
        "Beside his mother, LENA, sits OTTO.",
        "LENA meets her friend IDA.",
        "OTTO is kind. LENA, the baker, is not.",
    ],
)
def test_those_who_only_meet_are_no_relatives(text: str) -> None:
    names = [name for name in GENDERS if name in text.lower()]
    assert families(cast_of(*names), [text]) == {}
