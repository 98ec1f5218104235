"""Dressing: a build, an outfit of the wardrobe and colours become the clothed half of a person."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from pydantic import JsonValue

from filmstudio.plugins.casting.colour import apart, luma
from filmstudio.plugins.casting.part import Part
from filmstudio.plugins.casting.wardrobe import Item, Slots, wardrobe
from filmstudio.plugins.casting.words import Found, tokens

_BODY_KEYS = ("s", "w", "limb", "neck", "stoop")

_PALE = ("white", "cream", "ivory", "powder blue", "beige", "sand", "off-white")
_DARK = ("navy", "charcoal", "slate", "chocolate", "indigo", "bottle green", "maroon")
_FREE = (
    "teal", "rust", "mustard", "indigo", "maroon", "olive", "royal blue", "emerald", "plum", "coral", "marigold", "sage", "sky blue",
    "brick", "peacock", "rose", "lavender", "jade", "saffron", "crimson", "cream", "slate", "magenta", "turquoise",
)  # fmt: skip
_SOBER = ("slate", "navy", "olive", "maroon", "rust", "teal", "cream", "charcoal", "sage", "denim", "plum", "brick", "mustard", "beige")

_PALE_OUTFITS = frozenset(
    [
        "thobe_plain",
        "thobe_vest",
        "dhoti_shawl",
        "dhoti_kurta",
        "dhoti_angavastram",
        "kanzu",
        "durumagi",
        "kurta_pyjama",
        "habesha_kemis",
        "bisht",
        "toga",
        "kimono_white",
    ]
)
_DARK_OUTFITS = frozenset(["suit", "suit_ghutra", "zhongshan", "bandhgala", "frock_coat", "abaya", "long_coat", "gakuran", "blazer_school"])
_SOBER_OUTFITS = frozenset(
    [
        "sweater",
        "hoodie",
        "denim_jacket",
        "shirt_heavy",
        "kimono_plain_m",
        "haori_hakama",
        "yukata",
        "tangzhuang",
        "jiaoling_robe",
        "parka",
        "trench",
        "plain_tunic",
    ]
)
_FIXED = frozenset(
    [
        "lab_coat",
        "doctor_coat",
        "saree_bengali",
        "kente",
        "shuka",
        "armor_knight",
        "spacesuit",
        "king_robe",
        "queen_gown",
        "tuxedo",
        "wizard_robe",
        "hero_suit",
        "witch_rags",
        "pirate_coat",
        "police_uniform",
        "firefighter",
        "builder_hivis",
        "chef_whites",
        "scrubs",
        "veshti_priest",
        "swami_robe",
        "sailor_uniform",
        "school_pinafore",
        "school_shorts",
        "ankara_dress",
        "ankara_jacket",
        "baby_romper",
    ]
)
"""Clothes whose colour says what they are: only the writer's words change it."""

_REJECTED_FOR_CHILDREN = frozenset(["lehenga", "hero_suit"])
_LEGS = ("trouser", "cloth2")


@dataclass(frozen=True, slots=True)
class Clothes:
    """What somebody wears."""

    outfit: Item
    slots: Slots
    body: dict[str, JsonValue]
    said: bool
    """True when the writer named the clothes or their colour."""


def choose_outfit(part: Part, rng: Random) -> tuple[Item, bool]:
    """The outfit for a part, and whether the writer named it.

    A garment that is named beats the role's outfit, the role's beats the everyday clothes of the culture. Nobody is put into
    clothes that were not drawn for their age.
    """
    named = _named_outfits(part)
    role = _role_outfit(part)
    if role is not None and _same_kind(role, part):
        return role, True
    if named:
        return named[0] if len(named) == 1 else _best(named, part, rng), True
    if role is not None:
        return role, False
    return rng.choice(_everyday(part)), False


def _same_kind(role: Item, part: Part) -> bool:
    """Whether the garment that is named is what the role wears anyway: a queen's "purple gown" is a queen's gown."""
    last = {tokens(word)[-1] for word in role.words if tokens(word)}
    house = wardrobe()
    outfits = [f for f in part.reading.found if f.part == "clothes" or any(house.item(i, "outfit") for i in f.items)]
    return bool(outfits) and all(f.phrase.split()[-1] in last for f in outfits if f.part != "clothes")


def _fits(item: Item, part: Part, *, culture: bool, any_cut: bool = False) -> bool:
    if item.id == "suit_ghutra" and part.culture != "middle_east":
        return False
    if any_cut:
        worn_there = part.culture if culture else None
        sex_fits = any(item.suits(gender=sex, age=part.wardrobe_age, culture=worn_there) for sex in ("female", "male"))
    else:
        sex_fits = item.suits(gender=part.sex, age=part.wardrobe_age, culture=part.culture if culture else None)
    if part.sex == "any" and not any_cut:
        sex_fits = "any" in item.gender and item.suits(gender="any", age=part.wardrobe_age, culture=part.culture if culture else None)
    return sex_fits and not ("pregnant build only" in item.conflicts and part.reading.build not in ("pregnant", "expecting"))


def _named_outfits(part: Part) -> list[Item]:
    house = wardrobe()
    # Somebody whose gender the script leaves open wears what it names, of whichever cut it was drawn in.
    tries = [(True, False), (False, False)] + ([(True, True), (False, True)] if part.sex == "any" else [])
    for culture, any_cut in tries:
        votes: dict[str, int] = {}
        for found in part.reading.found:
            for item_id in found.items:
                item = house.item(item_id, "outfit")
                if item is not None and _fits(item, part, culture=culture, any_cut=any_cut) and not _worn_over(found, part):
                    votes[item_id] = votes.get(item_id, 0) + len(found.phrase.split())
        if votes:
            most = max(votes.values())
            return [item for item in house.of_kind("outfit") if votes.get(item.id) == most]
    # Nothing of that name was drawn for this age or cut: the nearest thing of the same last word.
    lasts = [f.phrase.split()[-1] for f in part.reading.found if any(house.item(i, "outfit") for i in f.items) and not _worn_over(f, part)]
    near = [item for item in house.of_kind("outfit") if _fits(item, part, culture=True) and any(tokens(w)[-1] in lasts for w in item.words)]
    return near


def _worn_over(found: Found, part: Part) -> bool:
    """A shawl, a scarf or a tie is an accessory when something else is worn beneath it."""
    house = wardrobe()
    accessory = any(house.item(item_id, "accessory") for item_id in found.items)
    others = [other for other in part.reading.found if other is not found and any(house.item(i, "outfit") for i in other.items)]
    return accessory and bool(others)


_ANYWHERE = frozenset({"any", "western"})
"""Cultures of clothes that are worn all over the world."""


def _best(items: list[Item], part: Part, rng: Random) -> Item:
    """Among outfits of one word, those of the culture first, then those of no other, then the plainest; the rest is chance."""
    own = [item for item in items if part.culture in item.culture] or [item for item in items if set(item.culture) <= _ANYWHERE] or items
    sarees = {item.id: item for item in own if item.id.startswith("saree_")}
    if sarees:
        return _saree(sarees, part)
    plain = [item for item in own if item.formality in ("everyday", "casual")]
    own = plain or own
    plain = [item for item in own if item.era != "period" or part.period] or own
    return rng.choice(plain)


def _saree(sarees: dict[str, Item], part: Part) -> Item:
    """The drape of the region: Bengal in the east, nine yards for the elders of the west, nivi elsewhere."""
    colours = {found.colour for found in part.reading.found if found.colour}
    if part.region == "indian_east" and colours <= {"white", "red", "cream"} and "saree_bengali" in sarees:
        return sarees["saree_bengali"]
    if part.region == "indian_west" and part.age == "elder" and "saree_nauvari" in sarees:
        return sarees["saree_nauvari"]
    return sarees.get("saree_nivi") or next(iter(sarees.values()))


def _role_outfit(part: Part) -> Item | None:
    relation = part.relation
    if relation is None or isinstance(relation.outfit, str):
        return None
    house = wardrobe()
    wanted = relation.outfit.get(part.culture) or relation.outfit.get("any")
    item = house.item(wanted, "outfit") if wanted else None
    if item is None:
        return None
    foreign = part.culture not in relation.outfit and part.culture not in (*item.culture, "western", "fantasy")
    if foreign and not part.modern and item.era == "modern" and item.formality in ("casual", "everyday"):
        # A storyteller of Baghdad does not wear the sweater of one from nowhere in particular: only clothes of a trade travel.
        return None
    if not item.ages or part.wardrobe_age in item.ages:
        if part.sex == "any" or "any" in item.gender or part.sex in item.gender:
            return item
        # The same work in clothes of the other cut, where they were drawn for this age.
        other = house.item(_OTHER_CUT.get(item.id, ""), "outfit")
        return other if other and (not other.ages or part.wardrobe_age in other.ages) else None
    if "student" in part.role or part.role.startswith("school"):
        return house.item("hoodie", "outfit")
    return None


_OTHER_CUT = {
    "suit": "office_skirt", "office_skirt": "suit", "tuxedo": "evening_gown", "shirt_heavy": "apron", "school_shorts": "school_pinafore",
    "gakuran": "sailor_uniform", "school_pinafore": "school_shorts", "kurta_nehru": "kurti_churidar", "kurta_waistcoat": "salwar_kameez",
    "lungi_shirt": "saree_nauvari", "dhoti_kurta": "saree_nauvari", "dhoti_shawl": "saree_bengali", "bandhgala": "kameez_palazzo",
    "kurti_churidar": "kurta_pyjama", "sherwani": "lehenga", "lehenga": "sherwani", "agbada": "boubou_f", "kente": "boubou_f",
    "kimono_plain_m": "kimono_everyday", "jiaoling_robe": "song_beizi", "tangzhuang": "qipao", "durumagi": "hanbok_f",
    "hanbok_f": "hanbok_m", "hanbok_m": "hanbok_f", "thobe_vest": "abaya_open", "thobe_plain": "abaya", "bisht": "kaftan",
    "suit_ghutra": "abaya_open", "turk_sirwal": "maxi_dress", "qaba": "manteau", "haori_hakama": "kimono_everyday", "kanzu": "ankara_dress",
    "frock_coat": "bustle_dress", "bustle_dress": "frock_coat", "king_robe": "queen_gown", "queen_gown": "king_robe",
    "saree_nivi": "kurta_nehru", "salwar_kameez": "kurta_pyjama", "shuka": "ankara_dress", "zhongshan": "qipao",
}  # fmt: skip


def _everyday(part: Part) -> list[Item]:
    house = wardrobe()
    culture = "any" if part.modern and part.culture not in ("south_asia", "middle_east", "persia") else part.culture
    by_sex = house.culture_outfits.get(culture, house.culture_outfits["any"])
    sexes = ("female", "male") if part.sex == "any" else (part.sex,)
    ids = [item_id for sex in sexes for item_id in by_sex[sex].get(part.wardrobe_age, ())]
    if part.culture == "south_asia" and part.modern and part.age in ("young", "adult", "teen"):
        ids = ["kurta_jeans"] if part.sex == "male" else ["kurti_churidar", "kameez_palazzo"]
    if part.culture == "south_asia" and part.age == "young" and not part.modern:
        ids = ["kurta_jeans", "kurta_waistcoat", *ids] if part.sex == "male" else ["salwar_kameez", "kurti_churidar", *ids]
    if part.region != "indian_east" and len(ids) > 1:
        ids = ["saree_nivi" if item_id == "saree_bengali" else item_id for item_id in ids]
    if part.region != "indian_west" and part.culture == "south_asia":
        ids = ["saree_nivi" if item_id == "saree_nauvari" else item_id for item_id in ids]
    choices = [item for item_id in ids if (item := house.item(item_id, "outfit")) is not None]
    neutral = [item for item in choices if "any" in item.gender] if part.sex == "any" else choices
    if part.age == "child":
        neutral = [item for item in neutral if item.id not in _REJECTED_FOR_CHILDREN] or neutral
    plain = [item for item in neutral if item.formality not in ("ceremonial", "royal")]
    if plain or neutral:
        return plain or neutral
    if part.culture not in ("western", "fantasy"):
        # Clothes of the place, of whichever cut, before a parka.
        own = [item for item in choices if item.formality not in ("ceremonial", "royal", "work")] or choices
        if own:
            return own
    return [item for item in house.of_kind("outfit") if "any" in item.gender and "any" in item.culture and part.wardrobe_age in item.ages
            and item.formality == "casual"]  # fmt: skip


def build(part: Part, outfit: Item, rng: Random) -> dict[str, JsonValue]:
    """The measures of a body: ``s`` height, ``w`` width, ``limb``, ``neck``, ``stoop``, kept inside what the outfit was drawn for."""
    house = wardrobe()
    preset = house.age_presets[part.wardrobe_age].body
    if part.age == "child":
        preset = "child5" if part.small else "child9"
    elif part.age in ("young", "adult") and part.reading.build:
        named = [item for item in house.of_kind("body") if part.reading.build in item.words]
        preset = named[0].id if named else preset
    elif part.age == "young":
        preset = "slim" if part.sex != "male" else "average"
    measures = next(item for item in house.of_kind("body") if item.id == preset).measures()
    width = float(str(measures["w"]))
    if part.age in ("young", "adult") and preset == "average":
        width *= house.gender_presets[part.sex].w
    if part.age in ("teen", "elder"):
        width *= {"heavy": 1.14, "fat": 1.14, "stout": 1.12, "plump": 1.1, "muscular": 1.08, "thin": 0.94}.get(part.reading.build, 1.0)
    if outfit.fits.w:
        width = min(outfit.fits.w[1], max(outfit.fits.w[0], width))
    height = float(str(measures["s"])) * (1 if part.age == "baby" else 1 + rng.uniform(-0.025, 0.025))
    if part.sex == "female" and part.age in ("young", "adult") and preset in ("average", "slim"):
        height *= 0.965
    body: dict[str, JsonValue] = {key: measures[key] for key in _BODY_KEYS if key in measures}
    body.update({"s": round(height, 3), "w": round(width, 3)})
    parts = outfit.measures()
    body.update({"bottom": [], "torso": [], "over": [], **parts})
    return body


def dress(part: Part, outfit: Item, skin: str, hair: str, rng: Random, *, said: bool) -> Clothes:
    """Clothes in their colours: the writer's where given, the outfit's own or a variation of them elsewhere.

    ``skin`` and ``hair`` are hex colours the cloth must stand out from.
    """
    house = wardrobe()
    slots = dict(outfit.colours)
    words = _spoken_colours(part, outfit)
    main = outfit.slots[0] if outfit.slots else "cloth1"
    if main not in words:
        choice = _variation(outfit, slots.get(main, ""), skin, hair, rng)
        if choice:
            slots = _recoloured(slots, main, choice)
    for slot, name in words.items():
        slots = _recoloured(slots, slot, house.colours["cloth"].get(name) or house.colours["hair"][name])
    if outfit.id == "kurta_pyjama" and part.sex == "male" and "cloth2" not in words:
        slots = _recoloured(slots, "cloth2", house.colours["cloth"]["off-white"])
    second = next((slot for slot in outfit.slots[1:] if slot in ("cloth2", "vest", "trouser", "cloth1") and slot not in words), None)
    if (
        second
        and outfit.id not in _PALE_OUTFITS | _FIXED
        and second in slots
        and main in slots
        and apart(slots[main], slots[second]) < 0.13
    ):
        slots = _recoloured(slots, second, _contrasting(slots[main], rng))
    return Clothes(outfit, slots, build(part, outfit, rng), said or bool(words))


def _recoloured(slots: Slots, slot: str, colour: str) -> Slots:
    """A new colour brings its own shade and light."""
    kept = {key: value for key, value in slots.items() if not key.startswith(f"{slot}_")}
    return {**kept, slot: colour}


def _spoken_colours(part: Part, outfit: Item) -> Slots:
    """Colour words by the slot of this outfit they belong to."""
    order = outfit.slots or ("cloth1",)
    spoken: Slots = {}
    house = wardrobe()
    for found in part.reading.found:
        if not found.colour or found.part in ("hair", "eyes", "skin", "beard", "hat"):
            continue
        kinds = {item.kind for item_id in found.items if (item := house.item(item_id))}
        if found.phrase in ("tie", "necktie") and outfit.id in ("suit", "suit_ghutra"):
            slot = "accent"
        elif found.part == "shoes":
            slot = "shoe"
        elif found.part == "border":
            slot = "accent" if "accent" in order or "accent" in outfit.colours else order[-1]
        elif found.part == "legs" and outfit.id not in found.items:
            slot = next((leg for leg in _LEGS if leg in order and leg != order[0]), order[0])
        elif found.part == "second":
            slot = "cloth2" if "cloth2" in order and order[0] != "cloth2" else order[min(1, len(order) - 1)]
        elif found.part == "clothes" or outfit.id in found.items:
            slot = _slot_of_phrase(found.phrase, outfit)
        elif "outfit" in kinds and not spoken and not kinds & {"accessory", "headwear"}:
            # A garment that could not be worn (a child in "a red saree") leaves its colour behind.
            slot = order[0]
        elif "accessory" in kinds and "cloth2" in order and found.phrase in ("shawl", "dupatta", "scarf", "waistcoat", "sash"):
            slot = "vest" if "vest" in order else "cloth2"
        else:
            continue
        spoken.setdefault(slot, found.colour)
    return spoken


def _slot_of_phrase(phrase: str, outfit: Item) -> str:
    """Most words colour the first slot; a word for the outer layer colours that."""
    last = phrase.rsplit(maxsplit=1)[-1]
    if last in ("jacket", "waistcoat", "vest", "cloak", "apron", "haori", "shawl") and "vest" in outfit.slots:
        return "vest"
    if last in ("shawl", "dupatta") and "cloth2" in outfit.slots:
        return "cloth2"
    if last == "shirt" and "cloth1" in outfit.slots:
        return "cloth1"
    if last in ("jeans", "trousers") and "trouser" in outfit.slots:
        return "trouser"
    return outfit.slots[0] if outfit.slots else "cloth1"


def _variation(outfit: Item, drawn: str, skin: str, hair: str, rng: Random) -> str:
    """Another colour for the main cloth, or an empty text to keep the drawn one."""
    draw = rng.random()
    if outfit.id in _FIXED or outfit.formality in ("work", "sacred", "royal") or draw < 0.3:
        return ""
    names: tuple[str, ...]
    if outfit.id in _PALE_OUTFITS:
        names = _PALE
    elif outfit.id in _DARK_OUTFITS:
        names = _DARK
    else:
        names = _SOBER if outfit.id in _SOBER_OUTFITS else _FREE
    cloth = wardrobe().colours["cloth"]
    clear = [
        cloth[name]
        for name in names
        if apart(cloth[name], skin) > 0.16 and (abs(luma(cloth[name]) - luma(hair)) > 0.07 or apart(cloth[name], hair) > 0.2)
        and (not drawn or apart(cloth[name], drawn) > 0.05)
    ]  # fmt: skip
    return rng.choice(clear) if clear else ""


def _contrasting(colour: str, rng: Random) -> str:
    cloth = wardrobe().colours["cloth"]
    far = [cloth[name] for name in ("cream", "navy", "charcoal", "chocolate", "beige") if apart(cloth[name], colour) > 0.3]
    return rng.choice(far)
