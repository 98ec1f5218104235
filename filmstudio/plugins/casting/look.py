"""The look: a complete person of the house pack (skin, slots, head, body, pose), drawn by lot from a note and a seed alone."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from pydantic import JsonValue

from filmstudio.core.model import seed_from
from filmstudio.plugins.casting.colour import light, mix, rgb, shade
from filmstudio.plugins.casting.dressing import Clothes, choose_outfit, dress
from filmstudio.plugins.casting.grooming import Grooming, Lot, groom
from filmstudio.plugins.casting.part import Part
from filmstudio.plugins.casting.wardrobe import Item, creatures, skin_ramps, wardrobe

Look = dict[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Person:
    """A finished look, and what an eye tells people apart by."""

    look: Look
    outfit: str = ""
    colour: str = ""
    hair: str = ""
    hair_colour: str = ""
    face: str = ""
    extras: tuple[str, ...] = ()


def look_of(part: Part, seed: int, attempt: int = 0) -> Person:
    """The person of ``part`` for this seed; ``attempt`` counts re-rolls that keep two people of a film distinguishable.

    Every feature has a lot of its own, so that a new word about the coat does not change the nose. What runs in a family has one lot
    for all of it.
    """

    def lot(feature: str) -> Random:
        if part.family and feature in _INHERITED:
            return Random(seed_from(seed, part.family, feature))
        return Random(seed_from(seed, part.id, feature, attempt))

    if part.creature:
        return _creature(part)
    skin_name, skin = _skin(part, Random(seed_from(seed, part.family or part.id, "skin")))
    outfit, said = choose_outfit(part, lot("outfit"))
    grooming = groom(part, skin_name, outfit, lot)
    clothes = dress(part, outfit, skin, grooming.hair_colour, lot("cloth"), said=said)
    body = _with_accessories(clothes, grooming)
    slots = {
        "hair": grooming.hair_colour,
        "eye": grooming.eye_colour,
        "lip": mix(skin, "#B23A4E", 0.42 if part.sex == "female" and part.age not in ("child", "baby") else 0.30),
        **clothes.slots,
        **_hat_slots(grooming, clothes),
    }
    if grooming.brow_colour:
        slots["brow"] = grooming.brow_colour
    head, face = _head(part, grooming, lot)
    look: Look = {
        "skin": skin_name,
        "slots": {key: slots[key] for key in sorted(slots)},
        "head": head,
        "body": body,
        "pose": _pose(part, outfit, lot("pose")),
    }
    return Person(
        look=look,
        outfit=outfit.id,
        colour=clothes.slots.get(outfit.slots[0] if outfit.slots else "cloth1", ""),
        hair=grooming.headwear or grooming.hair,
        hair_colour=str(slots.get("hat", grooming.hair_colour)) if grooming.headwear else grooming.hair_colour,
        face=face,
        extras=tuple(sorted((grooming.beard, *grooming.accessories))),
    )


_INHERITED = frozenset({"hair colour", "eyes"})

ALIKE = 4
"""Points from which two people are taken for each other: clothes and their colour, or as much of the rest."""


def likeness(one: Person, other: Person) -> int:
    """Points in which two people agree at a glance, 0 to 9: clothes, their colour and hair 2 each, hair colour, face and extras 1."""
    if not one.outfit or not other.outfit:
        return 9 * int(one.look == other.look)
    points = 2 * (one.outfit == other.outfit) + 2 * (one.colour == other.colour) + 2 * (one.hair == other.hair)
    return points + (one.hair_colour == other.hair_colour) + (one.face == other.face) + (one.extras == other.extras)


def _skin(part: Part, rng: Random) -> tuple[str, str]:
    house, ramps = wardrobe(), skin_ramps()
    said = part.reading.skin or part.heritage
    if said:
        name = house.skin_words[said]
        if said == "dark" and part.culture in ("south_asia", "southeast_asia", "middle_east"):
            name = "T6"
        return name, ramps[name][0]
    if part.culture == "western" and "ginger" in part.reading.words | {part.reading.colour_of("hair")}:
        return "T1", ramps["T1"][0]
    tones = house.skin_by_culture.get(part.culture, house.skin_by_culture["western"])
    if part.region.startswith("latin"):
        tones = ("T3", "T4", "T5")
    elif part.region == "indian_south":
        tones = ("T5", "T6", "T5")
    name = rng.choice(tones)
    return name, ramps[name][0]


def _head(part: Part, grooming: Grooming, lot: Lot) -> tuple[dict[str, JsonValue], str]:
    house = wardrobe()
    preset = house.age_presets[part.wardrobe_age]
    grown = part.age in ("young", "adult", "elder", "teen")
    by_gender = house.gender_presets[part.sex]
    head: dict[str, JsonValue] = dict(preset.head)
    eye = dict(head["eye"]) if isinstance(head["eye"], dict) else {}
    if part.age in ("young", "adult"):
        eye.update(by_gender.eye)
        head["mouth_s"] = by_gender.mouth_s
    elif part.age in ("elder", "teen") and part.sex == "female":
        eye.update({"lash": 5.5, "flick": 4})
        head["mouth_s"] = 0.86
    rng = lot("face")
    faces = _of_gender(preset.faces, "face", part)
    if part.age in ("young", "adult"):
        faces = [face for face in by_gender.faces if face in preset.faces or part.sex != "any"] or faces
    elif part.age == "teen" and part.sex == "male":
        faces = ["face_narrow", "face_oval", "face_round", "face_square"]
    elif part.age == "elder":
        faces = {"female": ["face_granny"], "male": ["face_long", "face_broad", "face_square"], "any": ["face_long", "face_round"]}[
            part.sex
        ]
    said_faces = [
        i
        for found in part.reading.found
        for i in found.items
        if (item := house.item(i, "face")) and item.suits(gender=part.sex, age=part.wardrobe_age)
    ]
    if grooming.beard_faces and not set(grooming.beard_faces) & set(said_faces):
        faces = [face for face in faces if face in grooming.beard_faces] or [grooming.beard_faces[0]]
    face = said_faces[0] if said_faces else str(rng.choice(faces))
    noses = _of_gender(preset.noses, "nose", part)
    noses = _noses_of(part, noses)
    said_noses = [i for found in part.reading.found for i in found.items if house.item(i, "nose")]
    brows = [
        brow
        for brow in _of_gender(preset.brows, "brow", part)
        if not grown or part.age == "elder" or part.sex == "any" or brow in by_gender.brows
    ]
    head.update(
        {
            "eye": {
                **eye,
                "x": round(float(str(eye["x"])) + rng.uniform(-1.2, 1.2), 2),
                "tilt": round(float(str(eye["tilt"])) + rng.uniform(-0.5, 2.5), 2),
            },
            "face": face,
            "nose": said_noses[0] if said_noses else str(lot("nose").choice(noses)),
            "brow": str(lot("brow").choice(brows or list(preset.brows))),
            "back": list(grooming.back),
            "front": list(grooming.front),
            "feat": list(grooming.marks),
        }
    )
    for key, value in (("beard", grooming.beard_part), ("stache", grooming.stache_part), ("ear_part", grooming.ear_part)):
        if value:
            head[key] = value
    if grooming.over_eyes:
        head["over_eyes"] = list(grooming.over_eyes)
    if grooming.no_ears:
        head["no_ears"] = True
    return head, face


def _noses_of(part: Part, noses: list[str]) -> list[str]:
    """Noses common in the culture, as far as the pack draws them; every culture has several."""
    common = {
        "west_africa": ("nose_broad", "nose_wide", "nose_soft"), "east_africa": ("nose_wide", "nose_soft", "nose_strong"),
        "japan": ("nose_low", "nose_soft"), "china": ("nose_low", "nose_soft", "nose_wide"), "korea": ("nose_low", "nose_soft"),
        "southeast_asia": ("nose_low", "nose_wide", "nose_soft"), "middle_east": ("nose_aquiline", "nose_strong", "nose_soft"),
        "persia": ("nose_aquiline", "nose_strong", "nose_soft"), "turkey": ("nose_aquiline", "nose_strong", "nose_soft"),
        "south_asia": ("nose_soft", "nose_strong", "nose_aquiline", "nose_wide"),
    }.get(part.culture)  # fmt: skip
    return [nose for nose in noses if common and nose in common] or noses


def _of_gender(ids: tuple[str, ...], kind: str, part: Part) -> list[str]:
    house = wardrobe()
    fitting = [i for i in ids if (item := house.item(i)) is None or item.kind != kind or item.suits(gender=part.sex, age=part.wardrobe_age)]
    return fitting or list(ids)


def _with_accessories(clothes: Clothes, grooming: Grooming) -> dict[str, JsonValue]:
    body = dict(clothes.body)
    for key, value in grooming.body_parts:
        worn = body.get(key)
        if value == "o_tie" and clothes.outfit.formality in ("formal", "work"):
            continue
        if key == "over":
            # Necklaces lie beneath a drape.
            body["over"] = (
                [value, *worn]
                if isinstance(worn, list) and value.startswith(_NECKWEAR)
                else [*(worn if isinstance(worn, list) else []), value]
            )
        elif isinstance(worn, str) and value not in worn.split("+"):
            body[key] = f"{worn}+{value}"
    return body


_NECKWEAR = ("o_pearls", "o_coral", "o_mangalsutra", "o_chain", "o_haar", "o_choker", "o_rudraksha", "o_silver", "o_bead", "o_maasai")


def _hat_slots(grooming: Grooming, clothes: Clothes) -> dict[str, str]:
    if not grooming.hat_slots:
        return {}
    if grooming.hat_slots == {"vest": ""}:
        # A shayla or roosari is of the abaya's own cloth unless a colour was said.
        return {} if "vest" in clothes.outfit.slots else {"vest": clothes.slots.get("cloth1", "#2B2630")}
    return dict(grooming.hat_slots)


def _pose(part: Part, outfit: Item, rng: Random) -> dict[str, JsonValue]:
    """A rest pose: weight on the near leg, the two hands never alike."""
    if part.age == "baby":
        return {"near": [26, -60, -10, "hand_relaxed"], "far": [-96, -30, 0, "hand_open"], "legs": [], "lean": 0, "sway": 1.5, "tilt": -6,
                "emo": "happy", "bottom": ["b_babysit"], "ground": 420}  # fmt: skip
    most = outfit.fits.legs_max if outfit.fits.legs_max is not None else 12.0
    legs: list[list[float]] = [[3, 1], [-8, 8]]
    if most < 8:
        legs = [[1, 0], [-most + 0.5, 2]]
    near: list[JsonValue] = [rng.choice((10, 12, 14)), rng.choice((-14, -16, -18)), -6, "hand_relaxed"]
    far: list[JsonValue] = [rng.choice((-10, -14, -18)), rng.choice((-20, -24, -30)), -4, "hand_relaxed"]
    lean = 4 if part.age == "elder" else rng.choice((0, 0, 1, -1))
    return {
        "near": near,
        "far": far,
        "legs": [list(leg) for leg in legs],
        "lean": lean,
        "sway": 1.5,
        "tilt": rng.choice((-3, -2, 2, 3)),
        "emo": "neutral",
    }


def _creature(part: Part) -> Person:
    """A creature of the pack; a colour word gives it a coat of that colour."""
    look: Look = {"creature": part.creature}
    house = wardrobe()
    name = next((f.colour for f in part.reading.found if f.colour and f.part in ("skin", "hair", "clothes", None)), "")
    if not name:
        colours = house.colours["cloth"]
        name = next((word for word in part.reading.text.split() if word in colours), "")
    coat = house.colours["cloth"].get(name) or house.colours["hair"].get(name)
    if coat and not _already(part.creature, coat):
        look["slots"] = {"skin": coat, "skin_shade": shade(coat), "skin_light": light(coat)}
    return Person(look=look, face=part.creature)


def _already(creature: str, coat: str) -> bool:
    drawn = creatures()[creature].slots.get("skin", "")
    return bool(drawn) and max(abs(a - b) for a, b in zip(rgb(drawn), rgb(coat), strict=True)) < 60
