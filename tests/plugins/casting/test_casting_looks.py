"""Casting looks: a note and a seed make a person; words win over chance; nobody is dressed against age."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filmstudio.core.requests import CastNote, CastRequest
from filmstudio.plugins.casting.engine import DrawnCast, _distinguishable
from filmstudio.plugins.casting.look import look_of
from filmstudio.plugins.casting.part import part_of
from filmstudio.plugins.casting.wardrobe import creatures, wardrobe
from filmstudio.plugins.casting.words import read

CULTURES = (
    "indian_north",
    "indian_south",
    "japanese",
    "chinese",
    "korean",
    "middle_eastern",
    "persian",
    "turkish",
    "african",
    "western",
    "fantasy",
)
AGES = ("baby", "child", "teen", "young", "adult", "elder")
HOUSE = wardrobe()


def note(name: str = "SITA", description: str = "", **more: Any) -> CastNote:
    return CastNote(id=more.pop("id", name.lower().replace(" ", "-")), name=name, description=description, **more)


def look(name: str = "SITA", description: str = "", seed: int = 1, **more: Any) -> dict[str, Any]:
    return dict(look_of(part_of(note(name, description, **more)), seed).look)


def cloth(name: str) -> str:
    return HOUSE.colours["cloth"][name]


def test_a_red_saree_with_a_gold_border_is_red_with_gold() -> None:
    sita = look(description="a woman in a red silk saree, gold border", culture="indian_north", gender="female")
    assert "o_saree_nivi" in sita["body"]["over"]
    assert sita["slots"]["cloth1"] == cloth("red")
    assert sita["slots"]["accent"] == cloth("gold")


def test_the_weaver_of_lucknow_is_old_and_wears_a_green_kurta() -> None:
    person = part_of(note("WEAVER", "An old weaver in a green kurta, Lucknow", culture="indian_north", gender="male"))
    assert (person.age, person.role, person.culture) == ("elder", "weaver", "south_asia")
    made = look_of(person, 3)
    assert "kurta" in made.outfit
    assert made.colour == cloth("green")


@pytest.mark.parametrize(
    ("words", "key", "part"),
    [
        ("round glasses", "over_eyes", "glasses_round"),
        ("a short beard", "beard", "beard_short"),
        ("a handlebar moustache", "stache", "moustache_handlebar"),
        ("an eyepatch", "over_eyes", "eyepatch"),
    ],
)
def test_what_the_writer_puts_on_a_face_is_on_it(words: str, key: str, part: str) -> None:
    worn = look(description=f"40, {words}", gender="male", age="adult")["head"][key]
    assert part in worn


def test_no_beard_means_no_beard_for_any_seed() -> None:
    for seed in range(12):
        head = look(description="a man with no beard, no glasses", gender="male", culture="middle_eastern", seed=seed)["head"]
        assert "beard" not in head and "stache" not in head and "over_eyes" not in head


@pytest.mark.parametrize(
    ("words", "colour"), [("white hair", "white"), ("hair white as snow", "white"), ("a red-haired woman", "red"), ("blonde", "blonde")]
)
def test_hair_has_the_colour_that_is_said(words: str, colour: str) -> None:
    assert look(description=words, gender="female", age="adult")["slots"]["hair"] == HOUSE.colours["hair"][colour]


def test_a_colour_belongs_to_the_thing_it_stands_before() -> None:
    reading = read("a blue turban, white kurta and brown eyes")
    assert {found.phrase: found.colour for found in reading.found} == {"turban": "blue", "white kurta": "white", "eyes": "brown"}


def test_descriptions_in_other_scripts_are_read() -> None:
    sita = look(description="लाल साड़ी, सफ़ेद बाल", culture="indian_north", gender="female", age="elder", language="hi")
    assert sita["slots"]["cloth1"] == cloth("red")
    assert sita["slots"]["hair"] == HOUSE.colours["hair"]["white"]
    assert look(description="赤い着物", culture="japanese", gender="female", age="adult")["slots"]["cloth1"] == cloth("red")


def test_a_colour_that_follows_its_noun_is_not_read_of_the_next_one() -> None:
    reading = read("mujer de vestido rojo y pelo negro")
    assert {found.phrase: found.colour for found in reading.found} == {"dress": "red", "hair": "black"}
    hijab = look("LAYLA", "فتاة ترتدي حجابا أزرق", culture="middle_eastern", gender="female", age="young")
    assert hijab["slots"]["hat"] == cloth("blue")


@pytest.mark.parametrize(
    ("words", "language", "role", "hair", "outfit"),
    [
        ("manteau rouge, cheveux courts, boit un café", "fr", "", "short hair", "long_coat"),
        ("serveur en tablier, essuie un verre", "fr", "waiter", "", ""),
        ("una maestra con vestido azul y pelo rizado", "es", "teacher", "curly hair", ""),
        ("ein Bauer mit weißem Bart und Strohhut", "de", "farmer", "", ""),
        ("capelli lunghi, cappotto verde", "it", "", "long hair", "long_coat"),
        ("uma enfermeira de cabelo curto", "pt", "nurse", "short hair", ""),
        ("крестьянин в красной рубахе", "ru", "farmer", "", ""),
        ("眼鏡をかけた漁師", "ja", "fisherman", "", ""),
        ("戴眼镜的医生，长发", "zh", "doctor", "long hair", ""),
        ("안경을 쓴 요리사", "ko", "cook", "", ""),
    ],
)
def test_casting_words_of_many_languages_are_understood(words: str, language: str, role: str, hair: str, outfit: str) -> None:
    person = part_of(note("SITA", words, language=language, gender="female"))
    assert person.role == role
    if hair:
        assert look_of(person, 1).hair in {item.id for item in HOUSE.of_kind("hair") if hair in item.words}
    if outfit:
        assert look_of(person, 1).outfit == outfit


@pytest.mark.parametrize("culture", ["western", "japanese", "indian_north", "african", "middle_eastern"])
@pytest.mark.parametrize("words", ["a boy (7) in a yellow shirt", "a boy (7) in a t-shirt", "a man (40) in a white shirt"])
def test_a_plain_shirt_is_no_dress_of_one_people(culture: str, words: str) -> None:
    for seed in range(6):
        outfit = HOUSE.item(look_of(part_of(note("TOM", words, culture=culture, gender="male")), seed).outfit)
        assert outfit is not None and set(outfit.culture) <= {"any", "western"}


def test_whom_somebody_speaks_to_is_not_what_somebody_is() -> None:
    assert part_of(note("MARC", "une femme parle au roi", language="fr")).role == ""


def test_relatives_have_one_skin_and_one_eye_colour_and_strangers_need_not() -> None:
    family = [note(name, family="mira", culture="western", gender=gender) for name, gender in (("MIRA", "female"), ("TOBY", "male"))]
    for seed in range(12):
        mother, son = (look_of(part_of(one), seed).look for one in family)
        assert mother["skin"] == son["skin"]
        assert mother["slots"]["eye"] == son["slots"]["eye"]
    apart = [{look_of(part_of(note(name, culture="western")), seed).look["skin"] for name in ("MIRA", "TOBY")} for seed in range(12)]
    assert any(len(skins) == 2 for skins in apart)


def test_what_is_said_of_a_mothers_skin_is_her_sons_too() -> None:
    family = (note("MIRA", "a dark-skinned woman", family="mira"), note("TOBY", "a boy", family="mira"))
    cast = DrawnCast().make(CastRequest(cast=family), None).characters
    assert cast[0].identity.look["skin"] == cast[1].identity.look["skin"] != look("TOBY", "a boy")["skin"]


def test_german_rot_is_a_colour_and_english_rot_is_not() -> None:
    assert "red" in {found.colour for found in read("Kleid rot, Brille").found}
    assert not read("the rot has set in").found


@settings(max_examples=120, deadline=None)
@given(
    st.sampled_from(CULTURES),
    st.sampled_from(AGES),
    st.sampled_from(("female", "male", "nonbinary")),
    st.integers(0, 10_000),
    st.sampled_from(
        ("", "a red saree", "a king", "in a black suit", "a farmer, straw hat", "pirate", "a nurse", "school uniform", "green kurta")
    ),
)
def test_everyone_is_dressed_in_what_was_drawn_for_their_age(culture: str, age: str, gender: str, seed: int, words: str) -> None:
    part = part_of(note("PERSON", words, culture=culture, age=age, gender=gender))
    made = look_of(part, seed)
    outfit = next(item for item in HOUSE.items if item.id == made.outfit)
    sexes = HOUSE.culture_outfits[part.culture].values()
    everyday = {outfit for by_age in sexes for outfit in by_age.get(part.wardrobe_age, ())}
    assert not outfit.ages or part.wardrobe_age in outfit.ages or outfit.id in everyday
    head, body = made.look["head"], made.look["body"]
    assert isinstance(head, dict) and isinstance(body, dict)
    assert {"scale", "face", "nose", "brow", "eye", "back", "front", "feat"} <= head.keys()
    assert {"s", "w", "limb", "neck", "bottom", "torso", "over", "upper", "lower", "foot"} <= body.keys()
    if gender != "male" or age in ("baby", "child"):
        assert "beard" not in head


def test_an_old_queen_of_india_is_not_dressed_as_a_bride() -> None:
    assert look_of(part_of(note("PERSON", "a king", culture="indian_north", age="elder", gender="female")), 0).outfit != "lehenga"


def test_a_look_depends_on_the_note_and_the_seed_and_on_nobody_else() -> None:
    alone = DrawnCast().make(CastRequest(cast=(note("ANNA", "a doctor", gender="female"),), seed=5), None)  # type: ignore[arg-type]
    crowd = (note("BRUNO", "a tall baker", gender="male"), note("CARLO", "", gender="male"), note("ANNA", "a doctor", gender="female"))
    among = DrawnCast().make(CastRequest(cast=crowd, seed=5), None)  # type: ignore[arg-type]
    assert alone.characters[0].identity.look == among.characters[2].identity.look
    other = DrawnCast().make(CastRequest(cast=(note("ANNA", "a doctor", gender="female"),), seed=6), None)  # type: ignore[arg-type]
    assert other.characters[0].identity.look != alone.characters[0].identity.look


def test_ten_people_of_the_same_words_can_still_be_told_apart() -> None:
    cast = tuple(note(f"MAN {n}", "a man", gender="male", age="adult") for n in range(10))
    made = DrawnCast().make(CastRequest(cast=cast, seed=2), None).characters  # type: ignore[arg-type]
    seen = {(str(c.identity.look["body"]), str(c.identity.look["slots"]), str(c.identity.look["head"])) for c in made}
    assert len(seen) == 10
    clothes = [(str(c.identity.look["body"]["torso"]), str(c.identity.look["slots"]["cloth1"])) for c in made]  # type: ignore[index,call-overload]
    assert len(set(clothes)) >= 8


def test_a_creature_takes_the_coat_that_is_said_and_a_stranger_gets_a_stand_in() -> None:
    assert look("CAT", "a ginger cat", creature="cat") == {"creature": "ginger_cat"}
    assert look("CAT", "a green cat", creature="cat")["slots"]["skin"] == cloth("green")
    lion = DrawnCast().make(CastRequest(cast=(note("LEO", "a lion", creature="lion"),)), None)  # type: ignore[arg-type]
    assert lion.characters[0].identity.look["creature"] in creatures()
    assert lion.degraded and "lion" in lion.degraded[0]


def test_a_role_dresses_as_its_culture_does() -> None:
    assert "t_kandura" in look("KING", "an old king", culture="middle_eastern", gender="male")["body"]["torso"]
    assert "hat_crown" in look("KING", "an old king", culture="western", gender="male")["head"]["front"]


def test_a_small_robot_is_grown_up_and_a_young_dog_is_not() -> None:
    assert part_of(note("ROBOT", "A small ROBOT rolls in.", creature="robot")).age == "adult"
    assert part_of(note("REX", "a dog, only a child", creature="dog")).age == "child"


def test_a_red_beard_grows_on_a_red_head_and_a_white_one_need_not() -> None:
    assert look("VOSS", "a large man with a red beard", gender="male")["slots"]["hair"] == HOUSE.colours["hair"]["red"]


def test_two_hosts_do_not_wear_the_same_clothes() -> None:
    cast = (note("MAYA", gender="female"), note("TOM", gender="male"))
    for seed in range(12):
        parts = [part_of(each) for each in cast]
        people = _distinguishable(parts, seed)
        assert people[0].outfit != people[1].outfit


TWO_WOMEN = "MEENA (6), a tiny girl in a red frock, tugs the sleeve of her grandmother NANI (75), white saree, round spectacles."


def test_clothes_of_the_one_named_first_are_not_put_on_the_one_named_second() -> None:
    nani = look("NANI", TWO_WOMEN, culture="indian_north", gender="female", age="elder")
    meena = look("MEENA", TWO_WOMEN, culture="indian_north", gender="female", age="child")
    assert nani["slots"]["cloth1"] == cloth("white")
    assert meena["slots"]["cloth1"] == cloth("red")


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("KENJI", "KENJI (17), an apprentice."),
        ("JOE", "an old man in a grey coat, JOE, limps in."),
        ("TOM", "her brother TOM (5) creep closer."),
    ],
)
def test_own_words_begin_where_the_words_about_somebody_begin(name: str, own: str) -> None:
    from filmstudio.plugins.casting.part import own_words

    sentence = {
        "KENJI": "OKAMI (68), an innkeeper in a grey kimono, pours tea for KENJI (17), an apprentice.",
        "JOE": "MARA in a red dress and an old man in a grey coat, JOE, limps in.",
        "TOM": "ELSA (9) and her brother TOM (5) creep closer.",
    }[name]
    assert own_words(note(name, sentence)).strip() == own


def test_a_sister_of_nine_is_not_as_small_as_her_brother_of_five() -> None:
    both = "ELSA (9) and her brother TOM (5) creep closer."
    assert not part_of(note("ELSA", both, age="child")).small
    assert part_of(note("TOM", both, age="child")).small


@pytest.mark.parametrize("seed", range(6))
def test_somebody_whose_gender_is_open_wears_what_is_named_and_what_the_place_wears(seed: int) -> None:
    named = look_of(part_of(note("OKAMI", "an old innkeeper in a grey kimono", culture="japanese")), seed)
    assert "kimono" in named.outfit
    assert named.colour == cloth("grey")
    unnamed = HOUSE.item(look_of(part_of(note("OKAMI", "an old innkeeper", culture="japanese", age="elder")), seed).outfit, "outfit")
    assert unnamed is not None
    assert "japan" in unnamed.culture


@pytest.mark.parametrize("seed", range(6))
def test_a_storyteller_of_baghdad_wears_what_baghdad_wears(seed: int) -> None:
    person = look_of(part_of(note("LAYLA", "a storyteller", culture="middle_eastern", gender="female", age="young")), seed)
    outfit = HOUSE.item(person.outfit, "outfit")
    assert outfit is not None
    assert "middle_east" in outfit.culture


@pytest.mark.parametrize(
    ("words", "culture"), [("a grey suit, a bowler hat", "western"), ("a black hat", "western"), ("a felt hat", "western")]
)
def test_nobody_in_paris_wears_a_korean_hat(words: str, culture: str) -> None:
    assert "hat_gat" not in look("MARCEL", words, culture=culture, gender="male", age="adult")["head"]["front"]


def test_a_moustache_that_is_named_is_worn_under_a_turban() -> None:
    head = look("RAGHAV", "a fat man with a big moustache and a blue turban", culture="indian_north", gender="male", age="adult")["head"]
    assert "stache" in head
    assert "beard" not in head


def test_pyjamas_are_not_a_winter_sweater() -> None:
    joe = look_of(part_of(note("JOE", "an old man in blue pyjamas", culture="western", gender="male")), 1)
    assert joe.outfit == "plain_tunic"
    assert joe.look["slots"]["cloth1"] == cloth("blue")  # type: ignore[index,call-overload]
