"""Grooming: hair, beard, headwear, jewels and marks of a person, by word, role, culture and lot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from filmstudio.plugins.casting.colour import LINE, mix
from filmstudio.plugins.casting.part import Part
from filmstudio.plugins.casting.wardrobe import Item, wardrobe

Lot = Callable[[str], Random]

_RARE_HAIR = frozenset({"mohawk", "undercut", "buzz", "under_hat", "bald", "tuft", "man_topknot", "locs", "side_bun_kanzashi", "pixie"})
"""Worn only when the writer, a role or a headwear asks."""
_COILED = frozenset({"afro", "coils", "box_braids", "locs"})
_DEEP_SKIN = frozenset({"T6", "T7", "T8"})
_COVERED = frozenset({"hijab", "hijab_wrap", "shayla", "dupatta", "roosari"})
_LOOSE_GIRLS = frozenset({"bowl", "curly_short", "buzz", "plain_crop", "undercut"})
_WORK_HATS = frozenset({"peaked_cap", "hard_hat", "toque", "fire_helmet", "space_helmet", "knight_helm", "straw_hat", "cap"})
"""Headwear that belongs to a role's own clothes."""
_GLASSES = frozenset({"glasses", "glasses_round", "glasses_square", "glasses_half", "sunglasses"})


@dataclass(frozen=True, slots=True)
class Grooming:
    """Everything of a person above the collar that is not bone, and jewels."""

    hair: str
    hair_colour: str
    eye_colour: str
    back: tuple[str, ...]
    front: tuple[str, ...]
    brow_colour: str = ""
    headwear: str = ""
    hat_slots: dict[str, str] = field(default_factory=dict)
    no_ears: bool = False
    beard: str = ""
    beard_part: str = ""
    stache_part: str = ""
    beard_faces: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    over_eyes: tuple[str, ...] = ()
    ear_part: str = ""
    body_parts: tuple[tuple[str, str], ...] = ()
    accessories: tuple[str, ...] = ()


def groom(part: Part, skin: str, outfit: Item, lot: Lot) -> Grooming:
    """Groom ``part``, whose skin tone is ``skin`` (T1 to T8) and who wears ``outfit``."""
    asked = _asked(part)
    headwear = _headwear(part, asked, outfit, lot("headwear"))
    hair = _hair(part, skin, asked, lot("hair"))
    hair_colour = _hair_colour(part, skin, lot("hair colour"))
    beard = _beard(part, asked, lot("beard"))
    back, front = list(hair.lists().get("back", [])), list(hair.lists().get("front", []))
    hat_slots: dict[str, str] = {}
    if headwear is not None:
        back, front = _under(headwear, part, hair)
        hat_slots = _hat_colours(headwear, part)
    marks, over_eyes, ears, body_parts, names = _extras(part, asked, headwear, lot)
    front += [mark for mark in marks if mark == "sindoor"] + [name for name in names if name in ("maang_tikka", "h_gajra", "kanzashi")]
    back += [name for name in names if name == "pin_binyeo"]
    grey = hair_colour in {wardrobe().colours["hair"][name] for name in ("grey", "white", "silver", "salt and pepper")}
    parts = beard.named() if beard else {}
    return Grooming(
        hair=hair.id,
        hair_colour=hair_colour,
        eye_colour=_eye_colour(part, skin, lot("eyes")),
        back=tuple(back),
        front=tuple(dict.fromkeys(front)),
        brow_colour=mix(hair_colour, LINE, 0.18) if grey else "",
        headwear=headwear.id if headwear else "",
        hat_slots=hat_slots,
        no_ears=bool(headwear and headwear.no_ears),
        beard=beard.id if beard else "",
        beard_part=parts.get("beard", ""),
        stache_part=parts.get("stache", ""),
        beard_faces=tuple(beard.fits.face) if beard and isinstance(beard.fits.face, list) else (),
        marks=tuple(mark for mark in marks if mark != "sindoor"),
        over_eyes=tuple(over_eyes),
        ear_part="" if headwear and headwear.no_ears else ears,
        body_parts=tuple(body_parts),
        accessories=tuple(names),
    )


def _asked(part: Part) -> tuple[Item, ...]:
    """Items that the words, then the role, ask for, that suit the person; words first."""
    house = wardrobe()
    ids: list[str] = []
    for found in part.reading.found:
        fitting = [i for i in found.items if (item := house.item(i)) and item.kind != "outfit" and _suits(item, part)]
        own = [i for i in fitting if (item := house.item(i)) and part.culture in item.culture and "any" not in item.culture]
        own = own or [i for i in fitting if (item := house.item(i)) and "any" in item.culture] or fitting
        if found.phrase == "black hat":
            own = [i for i in own if (item := house.item(i)) and part.culture in item.culture]
        # One phrase names one thing: the culture's own first, else the first of the index.
        for kind in ("headwear", "hair", "beard", "mark", "accessory"):
            first = next((i for i in own if (item := house.item(i)) and item.kind == kind), None)
            if first:
                ids.append(first)
                break
    relation = part.relation
    if relation is not None:
        own_clothes = any((item := house.item(i)) and item.kind == "outfit" for found in part.reading.found for i in found.items)
        by_culture = relation.add_by_culture.get(part.culture, relation.add_by_culture.get("any", ()))
        ids.extend(i for i in (*relation.add, *by_culture) if (item := house.item(i)) and _suits(item, part, loose=True)
                   and not (own_clothes and item.id in _WORK_HATS))  # fmt: skip
    return tuple(item for i in dict.fromkeys(ids) if (item := house.item(i)) and i not in part.reading.denied)


def _suits(item: Item, part: Part, *, loose: bool = False) -> bool:
    if item.kind == "beard":
        return part.sex == "male" and part.wardrobe_age in item.ages
    culture = None if not loose else part.culture
    if part.sex == "any":
        return "any" in item.gender and item.suits(gender="any", age=part.wardrobe_age)
    return item.suits(gender=part.sex, age=part.wardrobe_age, culture=culture if item.kind == "mark" else None)


def _headwear(part: Part, asked: tuple[Item, ...], outfit: Item, rng: Random) -> Item | None:
    house = wardrobe()
    if part.age == "baby":
        return None
    said = {i for found in part.reading.found for i in found.items}
    named = [item for item in asked if item.kind == "headwear"]
    if part.reading.denied & {"hat"} or any(item.id in part.reading.denied for item in named):
        return None
    if outfit.fits.with_:
        return house.item(outfit.fits.with_, "headwear")
    sikh = "sikh" in part.reading.words or "singh" in part.name.lower().split()
    if sikh and part.sex == "male" and part.age not in ("child",):
        return house.item("dastar", "headwear")
    if named:
        return named[0]
    hat = part.reading.names("hat") or any(found.phrase == "black hat" for found in part.reading.found)
    if hat and part.wardrobe_age in ("child", "teen", "adult", "elder"):
        return house.item({"western": "wool_cap"}.get(part.culture, "straw_hat"), "headwear")
    if any((item := house.item(i)) and item.kind == "hair" for i in said) or part.reading.colour_of("hair"):
        return None
    if outfit.id == "abaya" and part.sex == "female":
        return house.item("shayla", "headwear")
    if outfit.id == "manteau":
        return house.item("roosari", "headwear")
    if (outfit.id in ("bisht", "suit_ghutra") and part.culture == "middle_east") or (
        outfit.id in ("thobe_plain", "thobe_vest") and part.age != "child" and rng.random() < 0.55
    ):
        return house.item("ghutra", "headwear")
    if outfit.id == "boubou_f" or (
        part.culture == "west_africa" and part.sex == "female" and part.age in ("adult", "elder") and rng.random() < 0.35
    ):
        return house.item("gele" if outfit.id == "boubou_f" else "head_tie", "headwear")
    if outfit.id == "agbada":
        return house.item("fila", "headwear")
    if outfit.id == "durumagi" and part.age == "elder":
        return house.item("gat", "headwear")
    if part.culture == "middle_east" and part.sex == "female" and part.age in ("adult", "elder", "young") and rng.random() < 0.6:
        return house.item("hijab", "headwear")
    return None


def _under(headwear: Item, part: Part, hair: Item) -> tuple[list[str], list[str]]:
    """The head's lists with the hair that the headwear was drawn over."""
    sample = headwear.fits.sample or {"back": [], "front": []}
    back, front = list(sample.get("back", [])), list(sample.get("front", []))
    low = {"plain_bob", "bob", "low_bun", "side_bun", "plain_crop"}
    if headwear.fits.hair == "short":
        if part.sex == "female":
            # Hats drawn over short hair also sit on a bob that stays inside the brim.
            swap = {"north_crop_back": "north_bob_back", "north_crop_front": "north_bob_front",
                    "north_swept_back": "north_bob_back", "north_swept_front": "north_bob_front"}  # fmt: skip
        else:
            swap = {"north_bob_front": "north_crop_front", "north_bob_back": "north_crop_back"}
        back, front = [swap.get(p, p) for p in back], [swap.get(p, p) for p in front]
    elif headwear.fits.hair == "low hair" and part.sex != "female":
        swap = {"h_lowbun_back": "north_swept_back", "h_lowbun_front": "north_swept_front"}
        back, front = [swap.get(p, p) for p in back], [swap.get(p, p) for p in front]
    elif headwear.fits.hair in ("bun", "low hair", "any low") and hair.id in low:
        hat_back = [p for p in headwear.lists().get("back", [])]
        back = [*hat_back, *hair.lists().get("back", [])]
        front = [*hair.lists().get("front", []), *headwear.lists().get("front", [])]
    return back, front


def _hat_colours(headwear: Item, part: Part) -> dict[str, str]:
    house = wardrobe()
    said = next((f.colour for f in part.reading.found if f.colour and (headwear.id in f.items or f.part == "hat")), "")
    slot = headwear.slots[0] if headwear.slots else "hat"
    if said:
        colour = house.colours["cloth"].get(said) or house.colours["hair"][said]
        return {slot: colour} if slot in ("hat", "vest") else {}
    if slot == "vest":
        return {"vest": ""}
    return dict(headwear.colours)


def _hair(part: Part, skin: str, asked: tuple[Item, ...], rng: Random) -> Item:
    house = wardrobe()
    named = [item for item in asked if item.kind == "hair"]
    if named:
        return named[0]
    if part.age == "baby":
        return house.item("tuft", "hair") or house.of_kind("hair")[0]
    styles = [
        item
        for item in house.of_kind("hair")
        if item.id not in _RARE_HAIR
        and item.suits(gender=part.sex, age=part.wardrobe_age, culture=part.culture)
        and (item.era != "period" or part.period)
        and not (part.age == "elder" and item.id in ("swept", "ponytail", "high_bun"))
    ]
    if part.sex == "any":
        styles = [item for item in styles if "any" in item.gender]
    if skin in _DEEP_SKIN and part.culture in ("west_africa", "east_africa", "western", "fantasy"):
        unasked = {"locs"} if part.sex == "female" else {"locs", "box_braids"}
        coiled = [
            item for item in house.of_kind("hair") if item.id in _COILED - unasked and item.suits(gender=part.sex, age=part.wardrobe_age)
        ]
        short = [item for item in (house.item("curly_short", "hair"), house.item("buzz", "hair")) if item] if part.sex == "male" else []
        styles = [*coiled, *short] if part.culture != "western" or skin in ("T7", "T8") else [*styles, *coiled]
        if part.sex == "female" and part.age in ("young", "adult", "elder", "teen"):
            styles += [item for item in (house.item("low_bun", "hair"),) if item and (item.suits(gender="female", age=part.wardrobe_age))]
        if part.age == "child" and part.sex == "female":
            styles += [item for item in (house.item("twin_buns", "hair"),) if item]
    elif part.culture in ("japan", "china", "korea", "southeast_asia"):
        styles = [item for item in styles if item.id not in ("curly_short", "wavy_long", *_COILED)]
    else:
        styles = [item for item in styles if item.id not in _COILED]
    if part.sex == "female":
        # Cuts of either sex are for women to ask for; girls and women are drawn with what reads at phone size.
        own = [item for item in styles if "female" in item.gender or item.id in _COILED]
        styles = own or styles
        traditional = [item for item in styles if part.culture in item.culture]
        if part.culture == "south_asia":
            styles = [*styles, *traditional, *[i for i in styles if i.id in ("low_bun", "straight_long", "ponytail")]]
            if part.age != "teen":
                styles = [item for item in styles if item.id != "plait_gajra"] or styles
        elif traditional and part.culture == "korea" and not part.modern:
            styles = traditional
    elif part.sex == "male":
        styles = [item for item in styles if item.id not in ("bowl",) or part.age == "child"]
        if part.age in ("young", "teen"):
            styles = [item for item in styles if item.id not in ("ring", "elder_fringe")]
        elif part.age == "adult":
            styles = [
                *[item for item in styles if item.id != "ring"],
                *[item for item in styles if item.id in ("crop", "side_part", "plain_crop")],
            ]
    return rng.choice(styles or [item for item in house.of_kind("hair") if item.id == "plain_crop"])


_GREYS = frozenset({"grey", "silver", "white", "salt and pepper"})
"""Colours that a beard takes before the hair does."""


def _hair_colour(part: Part, skin: str, rng: Random) -> str:
    house = wardrobe()
    table = house.colours["hair"]
    beard = part.reading.colour_of("beard")
    said = part.reading.colour_of("hair") or (beard if part.age == "elder" or beard not in _GREYS else "")
    for name in (said, {"gold": "golden", "yellow": "blonde", "orange": "ginger", "cream": "platinum", "purple": "pink"}.get(said, "")):
        if name in table:
            if name in ("grey", "silver", "white") and part.age == "child":
                continue
            return table[name]
    if part.age == "elder":
        return table[rng.choice(house.age_presets["elder"].hair_colours)]
    names = list(house.hair_by_culture.get(part.culture, house.hair_by_culture["any"]))
    if part.culture in ("western", "fantasy") and skin not in ("T1", "T2", "T3"):
        names = ["black", "dark brown", "jet black"] if skin in ("T7", "T8") else ["black", "dark brown", "brown"]
    elif skin == "T3":
        names = [name for name in names if name not in ("ginger", "blonde", "red", "auburn")]
    if part.age == "adult" and part.sex == "male" and "middle" in part.reading.words and rng.random() < 0.5:
        names = ["salt and pepper"]
    return table[rng.choice(names)]


def _eye_colour(part: Part, skin: str, rng: Random) -> str:
    table = wardrobe().colours["eye"]
    said = part.reading.colour_of("eyes")
    if said in table:
        return table[said]
    names = ["dark brown", "brown", "black"]
    if part.culture in ("western", "fantasy") and skin in ("T1", "T2"):
        names = ["brown", "blue", "green", "hazel", "grey", "brown"]
    elif part.culture in ("western", "turkey", "persia", "middle_east", "fantasy") and skin == "T3":
        names = ["brown", "dark brown", "hazel", "green"]
    return table[rng.choice(names)]


def _beard(part: Part, asked: tuple[Item, ...], rng: Random) -> Item | None:
    house = wardrobe()
    if part.sex != "male" or part.age in ("baby", "child", "teen"):
        return None
    named = [item for item in asked if item.kind == "beard"]
    role_only = {item.id for item in named} - {i for f in part.reading.found for i in f.items}
    if "beard" in part.reading.denied or ("moustache" in part.reading.denied and not part.reading.names("beard")):
        return None
    if "sikh" in part.reading.words or "singh" in part.name.lower().split():
        return house.item("full_beard", "beard")
    if any(item.id == "dastar" for item in asked) and not (named and named[0].id not in role_only):
        return house.item("full_beard", "beard")
    if named and (named[0].id not in role_only or not part.reading.names("beard")):
        return named[0]
    if part.reading.names("beard"):
        if "long" in part.reading.words or (part.age == "elder" and "short" not in part.reading.words):
            return house.item("long_beard", "beard")
        return house.item(rng.choice(("short_beard", "full_beard", "curly_beard")), "beard")
    chance, styles = _BEARDS.get(part.culture, _BEARDS["western"])
    if part.age == "elder":
        chance, styles = min(0.8, chance + 0.2), ("long_beard", "round_grey_beard", "chevron", "short_beard", "walrus")
        if part.culture in ("japan", "china", "korea"):
            styles = ("wispy_beard", "wispy_beard", "short_beard")
        elif part.culture == "south_asia":
            styles = ("long_beard", "handlebar", "chevron", "round_grey_beard")
    elif part.age == "young":
        chance *= 0.5
        styles = tuple(style for style in styles if style in ("short_beard", "stubble", "stubble_slim", "goatee", "trim_moustache")) or (
            "stubble_slim",
        )
    return house.item(rng.choice(styles), "beard") if rng.random() < chance else None


_BEARDS: dict[str, tuple[float, tuple[str, ...]]] = {
    "south_asia": (0.6, ("chevron", "chevron", "trim_moustache", "short_beard", "stubble")),
    "middle_east": (0.8, ("short_beard", "short_beard", "full_beard", "goatee", "chevron")),
    "persia": (0.7, ("short_beard", "pointed_beard", "stubble")),
    "turkey": (0.7, ("chevron", "short_beard", "stubble")),
    "west_africa": (0.4, ("goatee", "short_beard", "stubble")),
    "east_africa": (0.3, ("goatee", "stubble")),
    "japan": (0.1, ("stubble_slim",)),
    "china": (0.12, ("wispy_moustache", "goatee")),
    "korea": (0.12, ("goatee",)),
    "southeast_asia": (0.2, ("trim_moustache",)),
    "western": (0.4, ("short_beard", "stubble", "stubble_slim", "goatee", "full_beard")),
    "fantasy": (0.5, ("short_beard", "full_beard", "pointed_beard")),
}


def _extras(
    part: Part, asked: tuple[Item, ...], headwear: Item | None, lot: Lot
) -> tuple[list[str], list[str], str, list[tuple[str, str]], list[str]]:
    """Marks, things over the eyes, the ear part, parts on the body, and the names of everything put on."""
    house = wardrobe()
    rng = lot("extras")
    chosen = [item for item in asked if item.kind in ("accessory", "mark")]
    has_glasses = any(item.id in _GLASSES for item in chosen)
    if not has_glasses and "glasses" not in part.reading.denied and part.age in ("adult", "elder", "young"):
        if rng.random() < (0.22 if part.age == "elder" else 0.1):
            style = house.item(
                "glasses_half" if part.age == "elder" else rng.choice(("glasses", "glasses_round", "glasses_square")), "accessory"
            )
            chosen += [style] if style else []
    else:
        rng.random()
    woman = part.sex == "female" and part.age in ("young", "adult", "elder", "teen")
    covered = headwear is not None and headwear.id in _COVERED
    muslim = covered or (headwear is not None and headwear.id == "kufi")
    if part.culture == "south_asia" and part.sex == "female" and not muslim and not any(i.id.startswith("bindi") for i in chosen):
        share = {"child": 0.25, "teen": 0.4, "young": 0.45, "adult": 0.75, "elder": 0.8}.get(part.age, 0.0)
        if rng.random() < share and "bindi" not in part.reading.denied and not part.modern:
            mark = house.item("bindi_big" if part.age == "elder" else rng.choice(("bindi", "bindi_small")), "mark")
            chosen += [mark] if mark else []
    if woman and not covered and not any("ear_part" in i.named() for i in chosen) and rng.random() < 0.6:
        names = {"south_asia": ("earring_jhumka", "earring_stud"), "west_africa": ("earring_hoop", "earring_beads")}.get(
            part.culture, ("earring_stud", "earring_pearl" if part.age == "elder" else "earring_stud", "earring_drop")
        )
        ear = house.item(rng.choice(names), "accessory")
        chosen += [ear] if ear else []
    marks = [value for item in chosen if item.kind == "mark" for value in item.named().values()]
    if part.age == "elder":
        marks = ["lines_granny" if part.sex == "female" else "wrinkles", *[m for m in marks if m not in ("wrinkles", "lines_granny")]]
    elif part.culture == "western" and part.age in ("child", "teen") and rng.random() < 0.25 and not marks:
        marks = ["freckles"]
    over_eyes: list[str] = []
    ears = ""
    body: list[tuple[str, str]] = []
    for item in chosen:
        for key, value in item.named().items():
            if item.kind == "mark":
                continue
            if key == "over_eyes" and not (item.id in _GLASSES and over_eyes and over_eyes[0] in _GLASSES):
                over_eyes.append(value)
            elif key == "ear_part":
                ears = ears or value
            elif key in ("over", "lower", "foot"):
                body.append((key, value))
    return marks, over_eyes, ears, body, [item.id for item in chosen if item.kind != "mark"]
