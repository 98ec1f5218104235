"""Kinship: who of the cast are of one family, as the action tells it: "AMINA mends a net. Her father YUSUF watches"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from filmstudio.core.requests import CastNote
from filmstudio.plugins.breakdown.lexicon import lexicon
from filmstudio.plugins.breakdown.people import Cast, Mention
from filmstudio.plugins.breakdown.words import fold, sentences_of, word_set

_BLOOD = word_set("father mother son daughter brother sister grandfather grandmother uncle aunt")
"""Relations by the lexicon's head words. Husbands, wives and friends need not look alike."""
_MORE_BLOOD = word_set(
    "twin cousin nephew niece grandson granddaughter grandchild child baby parent siblings twins brothers sisters cousins parents "
    "grandparents fille"
)
_HERS = word_set("her")
_HIS = word_set("his")
_ANYBODYS = word_set("their its our su sus sa son ses suo sua seu sein seine seinem seinen seiner ihr ihre ihrem ihren ihrer")
_HINDI = word_set("उसका उसकी उसके उनका उनकी उनके अपना अपनी अपने")
_POSSESSIVES = "|".join(sorted(_HERS | _HIS | _ANYBODYS | _HINDI))
_WHOSE = re.compile(rf"(?:(?:^|\s)(?P<whose>{_POSSESSIVES})|^(?P<named>'s?))\s+(?:[\w-]+\s+){{0,2}}$")
_OF = re.compile(r"\s*(?:\([^)]*\)\s*|,\s*\d+\s*)?,?\s*(?:an?|the)?\s*(?:[\w-]+\s+){0,2}?(?P<word>[\w-]+)\s+(?:of|to)\s+$")
_AFTER = re.compile(
    r"\s*(?:\([^)]*\)\s*|,\s*\d+\s*)?[,\u2013\u2014-]\s*(?P<whose>her|his|their)\s+(?:[\w-]+\s+){0,2}?(?P<word>[\w-]+)(?=[\s,.;!?)]|$)"
)
_TOGETHER = re.compile(r"\s*(?:\([^)]*\)\s*)?[,(]?\s*(?:are\s+)?(?:[\w-]+\s+){0,2}?(?P<word>twins|siblings|brothers|sisters|cousins)\b")
_BEFORE_TWO = re.compile(r"\b(?:twins|siblings|brothers|sisters|cousins),?\s*$")
_BETWEEN_TWO = re.compile(r"\s*(?:\([^)]*\)\s*|,\s*\d+\s*)?,?\s*(?:and|&|y|et|und|और)\s+$")


def families(cast: Cast, texts: Sequence[str]) -> dict[str, str]:
    """The family of everybody whom the action calls somebody's relative: the id of its first member in the order of the cast."""
    head = {person.id: person.id for person in cast.people}

    def family(person: str) -> str:
        while head[person] != person:
            person = head[person]
        return person

    order = {person.id: place for place, person in enumerate(cast.people)}
    related: set[str] = set()
    for one, other in _pairs(cast, texts):
        first, second = sorted((family(one), family(other)), key=lambda person: order[person])
        head[second] = first
        related |= {one, other}
    return {person: family(person) for person in sorted(related, key=lambda person: order[person])}


def as_families(notes: Sequence[CastNote], family: Mapping[str, str], names: Mapping[str, Sequence[str]]) -> tuple[CastNote, ...]:
    """The notes of a cast with their families. Relatives are of one culture: one that all their names are at home in, else that of the
    first of them. ``names`` are the cultures of people's names, the likeliest first."""
    cultures: dict[str, str] = {}
    for head in dict.fromkeys(family.values()):
        members = [note for note in notes if family.get(note.id) == head]
        named = [names[note.id] for note in members if note.id in names]
        shared = [culture for culture in (named[0] if named else ()) if all(culture in others for others in named)]
        cultures[head] = members[0].culture if members[0].culture in shared or not shared else shared[0]
    return tuple(
        note.model_copy(update={"family": family[note.id], "culture": cultures[family[note.id]]}) if note.id in family else note
        for note in notes
    )


def _pairs(cast: Cast, texts: Sequence[str]) -> list[tuple[str, str]]:
    """Two and two who are said to be relatives."""
    pairs = []
    for text in texts:
        before: list[Mention] = []
        for sentence in sentences_of(text):
            folded = fold(sentence)
            named = cast.mentions(sentence)
            for place, mention in enumerate(named):
                earlier = [*before, *named[:place]]
                own = named[place - 1] if place else None
                pairs += _told_before(folded, mention, own, earlier, cast.genders)
                pairs += _told_after(folded, mention, earlier, cast.genders)
                if own is not None:
                    pairs += _told_of_two(folded, own, mention)
            before = named or before
    return [(one, other) for one, other in pairs if one != other]


def _told_before(
    folded: str, mention: Mention, own: Mention | None, earlier: Sequence[Mention], genders: Mapping[str, str]
) -> list[tuple[str, str]]:
    """The words that lead up to a name: [her father] YUSUF, AMINA[, daughter of] YUSUF, [Asha's brother] RAVI."""
    start = own.end if own is not None else 0
    lead = folded[start : mention.start]
    bare = lead.rstrip(" ,")
    found = next((hit for hit in lexicon().relations.find(bare) if hit.end == len(bare) and hit.value.head in _BLOOD), None)
    at = found.start if found is not None else next((len(bare) - len(word) for word in _MORE_BLOOD if _ends(bare, word)), -1)
    if at >= 0:
        whose = _WHOSE.search(bare[:at])
        if whose is not None:
            named = [own.person] if whose.group("named") and own is not None else []
            return [(owner, mention.person) for owner in named or _owners(whose.group("whose"), earlier, genders)]
    of = _OF.fullmatch(lead)
    if of is not None and own is not None and _is_blood(of.group("word")):
        return [(own.person, mention.person)]
    return []


def _told_after(folded: str, mention: Mention, earlier: Sequence[Mention], genders: Mapping[str, str]) -> list[tuple[str, str]]:
    """The words behind a name: YUSUF[, her father]."""
    after = _AFTER.match(folded, mention.end)
    if after is None or not _is_blood(after.group("word")):
        return []
    return [(owner, mention.person) for owner in _owners(after.group("whose"), earlier, genders)]


def _told_of_two(folded: str, one: Mention, other: Mention) -> list[tuple[str, str]]:
    """Two names that share a word: LENA and IDA, twins; the brothers JAN and PIET."""
    if _BETWEEN_TWO.fullmatch(folded[one.end : other.start]) is None:
        return []
    told = _TOGETHER.match(folded, other.end) is not None or _BEFORE_TWO.search(folded[: one.start]) is not None
    return [(one.person, other.person)] if told else []


def _owners(whose: str | None, earlier: Sequence[Mention], genders: Mapping[str, str]) -> list[str]:
    """Whom a possessive means: the one named last whose gender agrees; for *their*, the last two."""
    if whose in _HERS | _HIS:
        wanted = "f" if whose in _HERS else "m"
        agreeing = [one.person for one in reversed(earlier) if genders.get(one.person, wanted) == wanted]
        return agreeing[:1]
    if whose == "their":
        return [one.person for one in earlier[-2:]]
    return [earlier[-1].person] if earlier and whose is not None else []


def _is_blood(word: str) -> bool:
    relation = lexicon().relations.exact(word)
    return word in _MORE_BLOOD or (relation is not None and relation.head in _BLOOD)


def _ends(text: str, word: str) -> bool:
    return text == word or text.endswith(f" {word}")
