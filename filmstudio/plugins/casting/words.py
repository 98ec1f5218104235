"""Reading a description: which garments, hair, colours and marks a writer's words name, and which colour belongs to which."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from filmstudio.plugins.casting.tongues import in_english
from filmstudio.plugins.casting.wardrobe import Wardrobe, wardrobe

Part = Literal["hair", "eyes", "skin", "border", "second", "legs", "shoes", "beard", "hat", "clothes"]
"""Something that can have a colour without being an item of the wardrobe."""

_PARTS: dict[str, Part] = {
    "hair": "hair", "haired": "hair", "locks": "hair", "curls": "hair", "head of hair": "hair", "ponytailed": "hair",
    "eyes": "eyes", "eyed": "eyes", "eye": "eyes",
    "skin": "skin", "skinned": "skin", "complexion": "skin", "complexioned": "skin",
    "border": "border", "trim": "border", "edging": "border", "embroidery": "border", "hem": "border", "piping": "border",
    "blouse": "second", "sash": "second", "obi": "second", "lining": "second", "undershirt": "second",
    "trousers": "legs", "pants": "legs", "jeans": "legs", "leggings": "legs", "skirt": "legs", "shorts": "legs",
    "pyjama": "legs", "pyjamas": "legs", "pajamas": "legs", "slacks": "legs", "salwar": "legs", "hakama": "legs",
    "shoes": "shoes", "boots": "shoes", "sandals": "shoes", "sneakers": "shoes", "slippers": "shoes", "chappals": "shoes",
    "beard": "beard", "bearded": "beard", "whiskers": "beard",
    "hat": "hat", "headgear": "hat",
    "clothes": "clothes", "clothing": "clothes", "outfit": "clothes", "dressed": "clothes", "wearing": "clothes", "wears": "clothes",
    "costume": "clothes", "garb": "clothes", "attire": "clothes", "robes": "clothes", "robe": "clothes",
}  # fmt: skip

_SYNONYMS: dict[str, str] = {
    "mustache": "moustache", "moustached": "moustache", "mustached": "moustache", "spectacled": "spectacles",
    "bespectacled": "spectacles", "eyeglasses": "glasses", "gray": "grey", "navy blue": "navy", "golden": "gold",
    "dark blue": "navy", "dark green": "bottle green", "light blue": "powder blue", "pale blue": "powder blue",
    "bright red": "red", "deep red": "crimson", "dark red": "maroon", "light green": "mint", "dark grey": "charcoal",
    "bright yellow": "yellow", "wine": "burgundy", "off white": "off-white", "blond": "blonde", "redhead": "red hair",
    "red haired": "red hair", "t shirt": "t-shirt", "tshirt": "t-shirt", "tee shirt": "t-shirt", "saris": "saree", "sarees": "saree",
    "wool cap": "beanie", "woolly hat": "beanie", "knit cap": "beanie", "knitted cap": "beanie", "wool hat": "beanie",
    "leather jacket": "denim jacket", "jacket": "denim jacket", "business suit": "suit", "headscarfed": "headscarf",
    "labcoat": "lab coat", "trenchcoat": "trench coat", "kameez": "salwar kameez", "tuxedoed": "tuxedo", "dreadlocked": "dreadlocks",
    "curly": "curly hair", "curly haired": "curly hair", "long haired": "long hair", "short haired": "short hair",
    "wavy haired": "wavy hair", "straight haired": "straight hair", "pigtail": "pigtails", "pony tail": "ponytail", "man bun": "topknot",
    "unshaven": "stubble", "freckle": "freckles", "scarred": "scar", "plaid shirt": "shirt", "white shirt": "white shirt",
    "cardigan": "sweater", "hooded": "hood", "pullover": "sweater", "flannel shirt": "work shirt", "nightgown": "long dress",
    "overcoat": "long coat", "space suit": "spacesuit", "raincoat": "trench coat", "armour": "armour", "armor": "armour",
    "headtie": "head tie", "bowler hat": "top hat", "bowler": "top hat", "fedora": "top hat", "pajamas": "pyjamas",
    "nightshirt": "pyjamas", "hospital gown": "pyjamas",
    "frock": "dress", "ball gown": "evening gown", "school clothes": "school uniform", "burqa": "abaya", "niqab": "abaya",
}  # fmt: skip

_MORE_WORDS = {
    "kurta": ("kurta_pyjama", "kurta_jeans"),
    "dress": ("sundress",),
    "shirt": ("shirt_heavy", "shorts_tee", "shorts_stripes"),
    "t-shirt": ("shorts_tee", "shorts_stripes"),
    "tee": ("shorts_tee", "shorts_stripes"),
    "robes": ("jiaoling_robe",),
    "uniform": ("blazer_school",),
    "pyjamas": ("plain_tunic",),
}
"""Words that the index gives to one outfit only and that several answer to."""
_COLOURLESS = frozenset({"white coat", "white robot", "red dot", "black tie"})
_NOT = frozenset({"no", "not", "without", "never", "lost", "neither"})
_SKIP_IN_ITEMS = frozenset(
    {"shirt", "uniform", "curl", "machine", "ball", "guide", "big", "small", "strong", "young", "old", "little", "child", "wave", "waves"}
)
_BUILD = frozenset({"slim", "thin", "slender", "lean", "heavy", "fat", "stout", "plump", "tall", "lanky", "muscular", "brawny", "pregnant",
                    "expecting", "burly", "big", "strong", "heavyset", "skinny", "frail", "chubby", "portly"})  # fmt: skip
_BUILD_AS = {"burly": "muscular", "heavyset": "heavy", "portly": "heavy", "skinny": "slim", "chubby": "plump"}
_BREAKS = frozenset(",;:.()[]/!?—–|\n")


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase that names items of the wardrobe, or a coloured part, and the colour that was said of it."""

    phrase: str
    items: tuple[str, ...] = ()
    part: Part | None = None
    colour: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a description names."""

    found: tuple[Found, ...] = ()
    denied: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    build: str = ""
    skin: str = ""
    text: str = ""

    def colour_of(self, part: Part) -> str:
        """The colour word said of a part, or an empty text."""
        house = wardrobe()
        kind = {"hair": "hair", "beard": "beard", "hat": "headwear"}.get(part)
        for found in self.found:
            named = kind and any((item := house.item(item_id)) and item.kind == kind for item_id in found.items)
            if found.colour and (found.part == part or named):
                return found.colour
        return ""

    def names(self, part: Part) -> bool:
        """Whether the part is mentioned."""
        return any(found.part == part for found in self.found)


@lru_cache(maxsize=8192)
def tokens(text: str) -> tuple[str, ...]:
    """Lower-case words of any script, with ``,`` standing for every mark that ends a clause; hyphens part words."""
    spaced: list[str] = []
    for char in unicodedata.normalize("NFC", text).lower():
        if char in _BREAKS:
            spaced.append(" , ")
        elif char.isalnum() or unicodedata.category(char).startswith("M") or char in "'’":
            spaced.append("'" if char == "’" else char)
        else:
            spaced.append(" ")
    return tuple("".join(spaced).split())


def says(text: str, phrase: str) -> bool:
    """Whether ``phrase`` stands in ``text`` as whole words; scripts without spaces match anywhere."""
    if any(ord(char) >= 0x2E80 for char in phrase):
        return phrase in text
    return f" {' '.join(tokens(phrase))} " in f" {' '.join(tokens(text))} "


@lru_cache(maxsize=1)
def _phrases() -> dict[tuple[str, ...], tuple[str, ...]]:
    """Item ids by the tokens of each phrase that names them, in the order of the index."""
    house: Wardrobe = wardrobe()
    known: dict[tuple[str, ...], list[str]] = {}
    colours = {name for table in house.colours.values() for name in table}
    for item in house.items:
        if item.kind in ("creature", "body", "prop"):
            continue
        for word in item.words:
            key = tokens(word)
            # "white beard" is a beard and a colour; the colour is read by itself. A white coat is a thing of its own.
            if (key[0] in colours and len(key) > 1 and item.kind in ("beard", "hair", "headwear")) or key == ("machine",):
                key = key[1:]
            if key == ("hat",):
                key = tokens(word)  # "black hat" is the gat's; a hat of another colour, or of none, is any hat
            if key and not (len(key) == 1 and key[0] in _SKIP_IN_ITEMS - {"shirt", "uniform"}):
                known.setdefault(key, []).append(item.id)
    for word, ids in _MORE_WORDS.items():
        known.setdefault(tokens(word), []).extend(ids)
    return {key: tuple(dict.fromkeys(ids)) for key, ids in known.items()}


@lru_cache(maxsize=1)
def _colours() -> dict[tuple[str, ...], str]:
    house = wardrobe()
    return {tokens(name): name for table in house.colours.values() for name in table}


def _synonym(words: tuple[str, ...], at: int) -> tuple[tuple[str, ...], int] | None:
    for length in (2, 1):
        said = " ".join(words[at : at + length])
        if said in _SYNONYMS and len(words) >= at + length:
            return tokens(_SYNONYMS[said]), length
    return None


def _plain(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words with synonyms replaced by the words of the index."""
    out: list[str] = []
    at = 0
    while at < len(words):
        swap = _synonym(words, at)
        if swap:
            out.extend(swap[0])
            at += swap[1]
        else:
            out.append(words[at])
            at += 1
    return tuple(out)


Tag = tuple[Literal["colour", "thing", "break", "no"], str, tuple[str, ...], Part | None]


def _tags(words: tuple[str, ...]) -> Iterator[Tag]:
    phrases, colours = _phrases(), _colours()
    at = 0
    while at < len(words):
        word = words[at]
        if word == ",":
            yield ("break", "", (), None)
            at += 1
            continue
        if word in _NOT:
            yield ("no", word, (), None)
            at += 1
            continue
        for length in range(min(4, len(words) - at), 0, -1):
            key = words[at : at + length]
            single = (*key[:-1], key[-1][:-1]) if key[-1].endswith("s") and len(key[-1]) > 3 else key
            ids = phrases.get(key) or phrases.get(single)
            part = _PARTS.get(" ".join(key))
            if ids or part:
                yield ("thing", " ".join(key), ids or (), part)
                at += length
                break
            if key in colours:
                yield ("colour", colours[key], (), None)
                at += length
                break
        else:
            at += 1


def read(description: str, language: str = "") -> Reading:
    """Read a description in English, or with the casting words of the other languages that ``tongues`` knows.

    ``language`` is what the person speaks: a hint at the language of the description.

    A colour belongs to the next thing named in its clause ("a red silk saree", "gold border"), else to the thing before it
    in the clause ("hair white as snow"), else, after *in* or *wearing*, to the clothes.
    """
    text = in_english(description, language)
    words = _plain(tokens(text))
    found: list[Found] = []
    denied: set[str] = set()
    waiting = ""
    clause: list[int] = []
    negated = False

    def settle() -> None:
        nonlocal waiting
        if waiting:
            coloured = [index for index in clause if not found[index].colour]
            hair_word = waiting in wardrobe().colours["hair"] and waiting not in wardrobe().colours["cloth"]
            if hair_word:
                found.append(Found("hair", part="hair", colour=waiting))
            elif coloured:
                last = found[coloured[-1]]
                found[coloured[-1]] = Found(last.phrase, last.items, last.part, waiting)
            elif f"in {waiting}" in " ".join(words) or f"wearing {waiting}" in " ".join(words) or f"all {waiting}" in " ".join(words):
                found.append(Found("clothes", part="clothes", colour=waiting))
        waiting = ""

    for kind, phrase, ids, part in _tags(words):
        if kind == "break":
            settle()
            clause, negated = [], False
        elif kind == "no":
            negated = True
        elif kind == "colour":
            if waiting:
                settle()
            waiting = phrase
        elif negated:
            denied.update(ids)
            denied.update({part} if part else set())
            negated = False
        else:
            clause.append(len(found))
            # "White kimono" and "black hat" are in the index as they stand: the colour is said all the same.
            own = phrase.split()[0] if ids and phrase not in _COLOURLESS else ""
            found.append(Found(phrase, ids, part, waiting or (own if own in wardrobe().colours["cloth"] else "")))
            waiting = ""
    settle()
    said = frozenset(words)
    if "clean shaven" in " ".join(words) or "beardless" in said:
        denied.add("beard")
    build = next((word for word in words if word in _BUILD), "")
    return Reading(tuple(found), frozenset(denied), said, _BUILD_AS.get(build, build), _skin(words), " ".join(words))


def _skin(words: tuple[str, ...]) -> str:
    """The skin word, said of skin or of a person: "dark skinned", "wheatish", "a Black woman"."""
    ramp = wardrobe().skin_words
    joined = f" {' '.join(words)} "
    for name in sorted(ramp, key=len, reverse=True):
        if any(f" {name} {noun} " in joined for noun in ("skin", "skinned", "complexion", "complexioned", "faced")):
            return name
    for name in ("wheatish", "ebony", "pale", "fair"):
        if f" {name} " in joined and f" {name} hair" not in joined and f" {name} blue" not in joined:
            return name
    if any(f" black {noun} " in joined for noun in ("woman", "man", "girl", "boy", "american", "teenager", "lady")):
        return "dark"
    return ""
