"""The part: who somebody is, in the wardrobe's words (age, gender, culture, role, creature), worked out from a note."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, cast, get_args

from filmstudio.core.character import Age, Gender
from filmstudio.core.requests import CastNote
from filmstudio.plugins.breakdown.cultures import art_culture
from filmstudio.plugins.breakdown.words import word_set
from filmstudio.plugins.casting.wardrobe import Relation, wardrobe
from filmstudio.plugins.casting.words import Reading, read, tokens

Sex = Literal["female", "male", "any"]

_LANGUAGE_CULTURES: dict[str, str] = {
    "sw": "east_africa", "am": "east_africa", "so": "east_africa", "fa": "persia", "tr": "turkey", "th": "southeast_asia",
    "vi": "southeast_asia", "id": "southeast_asia", "ms": "southeast_asia",
}  # fmt: skip
_REFINES: dict[str, frozenset[str]] = {
    "middle_east": frozenset({"persia", "turkey", "east_africa"}),
    "west_africa": frozenset({"east_africa"}),
}
"""Cultures of the breakdown that hold several of the wardrobe's."""

_MODERN = frozenset(
    [
        "modern",
        "office",
        "university",
        "laptop",
        "phone",
        "smartphone",
        "programmer",
        "coder",
        "startup",
        "city",
        "corporate",
        "college",
        "engineer",
        "scientist",
        "designer",
        "barista",
        "student",
        "ceo",
        "manager",
        "hacker",
        "gamer",
        "youtuber",
        "podcaster",
        "blogger",
        "jeans",
        "sneakers",
    ]
)
_PERIOD = frozenset(
    [
        "medieval",
        "ancient",
        "victorian",
        "period",
        "samurai",
        "ronin",
        "dynasty",
        "feudal",
        "court",
        "joseon",
        "edo",
        "ottoman",
        "mughal",
        "peasant",
    ]
)

_STAND_INS: dict[str, str] = {
    "lion": "tiger", "lioness": "tiger", "leopard": "tiger", "panther": "cat", "cheetah": "tiger", "jackal": "fox", "hyena": "wolf",
    "coyote": "wolf", "parrot": "crow", "eagle": "owl", "hawk": "owl", "sparrow": "crow", "pigeon": "crow", "bird": "crow", "hen": "crow",
    "peacock": "crane", "swan": "crane", "duck": "crane", "goose": "crane", "mouse": "rabbit", "rat": "rabbit", "squirrel": "rabbit",
    "deer": "dog", "goat": "dog", "sheep": "dog", "lamb": "dog", "pig": "bear", "cow": "elephant", "bull": "elephant", "ox": "elephant",
    "horse": "elephant", "donkey": "dog", "camel": "elephant", "buffalo": "elephant", "rhino": "elephant", "hippo": "elephant",
    "snake": "dragon", "crocodile": "dragon", "lizard": "dragon", "dinosaur": "dragon", "turtle": "frog", "tortoise": "frog",
    "fish": "frog", "alien": "robot", "computer": "robot", "cyborg": "robot", "monster": "bear", "demon": "genie", "devil": "genie",
    "ogre": "bear", "angel": "ghost", "star": "sun", "cloud": "wind", "panda": "bear", "gorilla": "monkey", "chimpanzee": "monkey",
    "puppy": "dog", "kitten": "cat",
}  # fmt: skip

_YOUNG = frozenset(
    {"child", "kid", "baby", "young", "cub", "puppy", "kitten", "pup", "chick", "foal", "calf", "boy", "girl", "son", "daughter"}
)
"""Words that make a creature a child. Old ones are told by the voice alone."""
_FAMILY = "culture_outfits"
_POSSESSIVE = word_set(
    "his her their my your our its to for like of with than du de des au aux del al della dello do da son sa ses su sus sein seine "
    "seinem seinen seiner ihr ihre ihrem ihren ihrer zum zur vom suo sua seu à"
)
"""What stands before the word for somebody else, in several languages."""
_NOT_ROLES = frozenset(
    {
        "miss",
        "ma",
        "master",
        "mama",
        "sister",
        "hero",
        "server",
        "leader",
        "player",
        "ball",
        "guide",
        "machine",
        "child",
        "boy",
        "girl",
        "twin",
        "twins",
        "friend",
    }
)
"""Role words too common in prose to be read out of a description; a cue or role word may still use them."""


@dataclass(frozen=True, slots=True)
class Part:
    """Somebody to cast."""

    id: str
    name: str
    age: Age
    gender: Gender
    sex: Sex
    culture: str
    region: str
    reading: Reading
    role: str = ""
    relation: Relation | None = None
    creature: str = ""
    stand_in: str = ""
    small: bool = False
    family: str = ""
    """The same for relatives, who look alike."""
    heritage: str = ""
    """A skin word that was said of a relative."""
    modern: bool = False
    period: bool = False

    @property
    def wardrobe_age(self) -> str:
        """The age the wardrobe knows: a young adult wears what adults wear."""
        return "adult" if self.age == "young" else self.age


def part_of(note: CastNote) -> Part:
    """Work out the part of ``note``. Depends on the note alone."""
    own = own_words(note)
    reading = read(own, note.language)
    creature, stand_in = _creature(note)
    role = "" if creature else _role(note, reading)
    relation = wardrobe().relations.get(role)
    age = _age(note, reading, relation)
    gender = _gender(note, reading, relation)
    return Part(
        id=note.id,
        name=note.name,
        age=age,
        gender=gender,
        sex="any" if gender == "nonbinary" else gender,
        culture=culture_of(note, reading),
        region=note.culture.lower(),
        reading=reading,
        role=role,
        relation=relation,
        creature=creature,
        stand_in=stand_in,
        family=note.family,
        small=bool(reading.words & {"little", "tiny", "small", "toddler"}) or bool(re.search(r"\b[3-6]\b", own)),
        modern=bool(reading.words & _MODERN),
        period=bool(reading.words & _PERIOD) or role in ("samurai", "knight", "king", "queen", "prince", "princess", "minister"),
    )


_SENTENCE = re.compile(r"(?<=[.!?;।。！？])\s*")
_SHOUTED = re.compile(r"\b[^\W\d_][^\W\d_a-z'-]{2,}\b")


def own_words(note: CastNote) -> str:
    """The part of the description that is about this person.

    Action text introduces people in capitals: a sentence about somebody else is dropped ("Her grandfather DADA, white beard"),
    and one that goes on to somebody else is cut there. A description without anybody's name is all about its owner.
    """
    mine = set(tokens(note.name))
    kept: list[str] = []
    for sentence in _SENTENCE.split(note.description):
        named = [match for match in _SHOUTED.finditer(sentence) if match.group().isupper()]
        own = next((match for match in named if set(tokens(match.group())) & mine), None)
        others = [match for match in named if not set(tokens(match.group())) & mine]
        if own is None and others:
            continue
        before = next((match for match in reversed(others) if own and match.start() < own.start()), None)
        start = _own_start(sentence, before.end(), own.start()) if before and own else 0
        end = next((match.start() for match in others if own and match.start() > own.start()), len(sentence))
        kept.append(sentence[start:end])
    return " ".join(kept)


_LEADS = re.compile(r"\b(?:and|for|to|at|with|of|towards?|beside|behind|by|near|from|over|past|before|after|while|as|then)\b")


def _own_start(sentence: str, after: int, name: int) -> int:
    """Where the words about somebody begin who is named at ``name``, in a sentence that named another person up to ``after``.

    The clauses between the two names tell of the first ("MEENA, in a red frock, tugs the sleeve of her grandmother NANI"), except
    the words that lead up to the second name, or the clause before a name set off by a comma ("and an old man in grey, JOE").
    """
    between = sentence[after:name]
    clauses = [match.end() for match in re.finditer(r"[,;:()\u2013\u2014]", between)]
    attached = clauses[-1] if clauses else 0
    if between[attached:].strip():
        leads = [match.end() for match in _LEADS.finditer(between, attached)]
        return after + (leads[-1] if leads else attached)
    joined = [match.end() for match in re.finditer(r"\band\b", between)]
    return after + (joined[-1] if joined else clauses[-2] if len(clauses) > 1 else 0)


def culture_of(note: CastNote, reading: Reading) -> str:
    """The wardrobe's culture: the note's own, refined by a place in the description or the language where it holds several."""
    house = wardrobe()
    key = note.culture.lower().replace("-", "_").replace(" ", "_")
    base = key if key in house.culture_outfits and key != "any" else art_culture(note.culture)
    said = f" {reading.text} "
    named = next((culture for culture, words in house.culture_words.items() if any(f" {word} " in said for word in words)), "")
    by_language = _LANGUAGE_CULTURES.get(note.language.split("-")[0], "")
    for better in (named, by_language):
        if better and (better in _REFINES.get(base, frozenset()) or (better == named and base == "western" and better != "fantasy")):
            return better
    return base


def _creature(note: CastNote) -> tuple[str, str]:
    """The drawn creature, and the animal it stands in for when the pack has no drawing of that one."""
    if not note.creature:
        return "", ""
    house = wardrobe()
    drawn = house.of_kind("creature")
    # The coat may stand in the description: "cat", "a ginger cat".
    said = " ".join(tokens(f"{note.description} {note.creature}"))
    wanted = " ".join(tokens(note.creature))
    best: tuple[int, str] = (0, "")
    for item in drawn:
        for word in (item.id.replace("_", " "), *item.words):
            phrase = " ".join(tokens(word))
            same_animal = wanted.split()[-1] in phrase.split() or phrase == wanted
            if same_animal and f" {phrase} " in f" {said} " and len(phrase) > best[0]:
                best = (len(phrase), item.id)
    if best[1]:
        return best[1], ""
    for relation in house.relations.values():
        if relation.creature and any(wanted == " ".join(tokens(word)) for word in relation.words):
            return relation.creature, ""
    nearest = next((_STAND_INS[word] for word in reversed(wanted.split()) if word in _STAND_INS), "mascot")
    return nearest, note.creature


def _role(note: CastNote, reading: Reading) -> str:
    """The relation this person is: by role word, then by name ("OLD WEAVER", "DR RAO"), then by the description."""
    for source in (note.role_word, note.name):
        found = _longest_role(tokens(source), everything=True)
        if found:
            return found
    title = next((_TITLES[word] for word in tokens(note.name)[:1] if word in _TITLES), "")
    words = tuple(word for word in reading.text.split())
    head: list[str] = []
    for index, word in enumerate(words):
        if word == ",":
            head.append(word)
            continue
        before = words[index - 1] if index else ""
        owned = (before in _POSSESSIVE and index > 0) or (index + 1 < len(words) and words[index + 1] == "'s") or word.endswith("'s")
        head.append("," if owned else word)
    return _longest_role(tuple(head), everything=False) or title


_TITLES = {
    "dr": "doctor",
    "prof": "professor",
    "inspector": "detective",
    "captain": "pilot",
    "officer": "police officer",
    "sgt": "police officer",
}


def _longest_role(words: tuple[str, ...], *, everything: bool) -> str:
    said = f" {' '.join(words)} "
    best: tuple[tuple[int, int], str] = ((0, 0), "")
    for name, relation in wardrobe().relations.items():
        if relation.creature:
            continue
        for word in (name, *relation.words):
            phrase = " ".join(tokens(word))
            if not everything and phrase in _NOT_ROLES:
                continue
            if f" {phrase} " in said or f" {phrase}s " in said:
                # A profession says more of clothes than a place in a family does.
                rank = (int(relation.outfit != _FAMILY), len(phrase))
                if rank > best[0]:
                    best = (rank, name)
    return best[1]


def _age(note: CastNote, reading: Reading, relation: Relation | None) -> Age:
    ages = get_args(Age)
    if note.age in ages:
        return cast(Age, note.age)
    if note.creature and not _YOUNG.intersection(tokens(f"{note.description} {note.name} {note.role_word}")):
        return "adult"  # a small robot is small, not young
    number = re.search(r"(?<![\d.])(\d{1,3})(?![\d.])", note.description)
    if number:
        return age_of_years(int(number.group(1)))
    words = wardrobe().age_words
    said = f" {' '.join(tokens(f'{note.description} {note.name} {note.role_word}'))} "
    # "Little old man" is old: age nouns win over size.
    order = ("elder", "baby", "adult", "teen", "child")
    hits = {words[word] for word in words if f" {word} " in said}
    if "young" in said.split() and hits <= {"teen", "adult"} and not any(f" {word} " in said for word in ("girl", "boy", "teen", "youth")):
        return "young"
    for age in order:
        if age in hits and not (age == "adult" and hits & {"teen", "child"} and not hits & {"elder"} and "man" not in said.split()):
            return cast(Age, age)
    if relation is not None and relation.age in ages:
        return cast(Age, relation.age)
    return "adult"


def age_of_years(years: int) -> Age:
    """The age of somebody this many years old."""
    for limit, age in ((2, "baby"), (12, "child"), (19, "teen"), (29, "young"), (59, "adult")):
        if years <= limit:
            return cast(Age, age)
    return "elder"


def _gender(note: CastNote, reading: Reading, relation: Relation | None) -> Gender:
    if note.gender in ("female", "male", "nonbinary"):
        return cast(Gender, note.gender)
    if {"they", "them", "nonbinary"} & reading.words:
        return "nonbinary"
    said = tokens(f"{note.role_word} {note.name}") + tuple(reading.text.split())
    words = wardrobe().gender_words
    for word in said:
        if words.get(word) in ("female", "male"):
            return cast(Gender, words[word])
    if relation is not None and relation.gender in ("female", "male"):
        return cast(Gender, relation.gender)
    return "nonbinary"
