"""What the script says of a person: age, gender, role, creature, and the words that introduce them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from filmstudio.plugins.breakdown.ages import plain_age, read_age
from filmstudio.plugins.breakdown.identifiers import name_key
from filmstudio.plugins.breakdown.lexicon import GivenName, lexicon
from filmstudio.plugins.breakdown.people import ARTICLES, QUALITIES, TITLES, Cast, Mention, Person
from filmstudio.plugins.breakdown.words import clean, fold, sentences_of, tokens, word_set

_STOP = word_set(
    "with and to from behind beside toward towards into watches watching sees looks holds holding who whose that while as "
    "near under by in on of at for his her their stands sits walks runs enters is are was has "
    "и а но с со у к на из y e con com en de et avec und mit oder z ze oraz który która qui che que chi"
)
_FEMALE = word_set("she her hers herself elle ella sie 彼女 她 هي")
_MALE = word_set("he him his himself il él er 彼 他 هو")
_FEMALE_TITLES = word_set(
    "dona doña senhora signorina fräulein pani госпожа "
    "mrs ms miss madame madam mme mlle frau señora sra signora lady queen princess mother sister aunt auntie श्रीमती smt"
)
_MALE_TITLES = word_set("senhor dom господин mr sir monsieur herr señor sr signor lord king prince father brother uncle shri श्री")
_ROLE_OF_TITLE = {"dr": "doctor", "doctor": "doctor", "prof": "professor", "professor": "professor", "officer": "police officer",
                  "inspector": "detective", "detective": "detective", "sgt": "soldier", "sergeant": "soldier"}  # fmt: skip
_BY_FIRST_WORD = {"young": "child", "little": "child", "small": "child", "baby": "baby", "teen": "teen", "teenage": "teen", "old": "elder",
                  "elder": "elder", "elderly": "elder", "younger": "young", "older": "elder", "adult": "adult"}  # fmt: skip

_IN_ONE, _LONGEST_IN_ONE = re.compile(r"[\u4e00-\u9fff\uac00-\ud7a3]+"), 5
"""Names of Chinese, Japanese and Korean that are written without a space."""


@dataclass(frozen=True, slots=True)
class Traits:
    """What is known of a person. Age is an age of core.character, gender female or male; None when nothing says it."""

    age: str | None = None
    gender: str | None = None
    role_word: str = ""
    creature: str = ""
    narrator: bool = False
    description: str = ""
    name: GivenName | None = None


def read_traits(person: Person, cast: Cast, actions: Sequence[str], language: str, said: Sequence[str] = ()) -> Traits:
    """Everything the name and the action text say of a person. What a name says outright goes before what a text suggests.

    ``said`` are the person's own words: a HOST who says "I'm Laura" has a name.
    """
    called = _read_name(person, language)
    if called.given is None:
        called = replace(called, given=_own_name(said))
    introduction, sentence, mention = _introduction(person, cast, actions)
    beside = _apposition(sentence, mention, language) if mention is not None else _Beside()
    told = _told_age(sentence, mention, cast) if mention is not None else None
    given = _letter(called.given.gender) if called.given else ""
    animal = _animal(sentence, mention, language) if mention is not None else ""
    gender = (
        _letter(called.gender) or _letter(beside.gender) or given or _pronoun_gender(introduction) or _followed_by(person, cast, actions)
    )
    return Traits(
        age=told or called.age or beside.age or called.usual_age,
        gender={"f": "female", "m": "male"}.get(gender),
        role_word=called.role or beside.role,
        creature=called.creature or animal or (beside.creature if called.given is None else ""),
        narrator=called.narrator,
        description=" ".join(introduction.split()),
        name=called.given,
    )


_OWN_NAME = re.compile(
    r"\b(?:[Ii]['\u2019]m|[Ii] am|[Mm]y name(?:['\u2019]s| is)|[Mm]e llamo|[Jj]e m['\u2019]appelle|[Ii]ch hei\u00dfe|[Ii]ch bin)"
    r"\s+(?P<name>[^\W\d_]+)"
)


def _own_name(said: Sequence[str]) -> GivenName | None:
    """The first name somebody gives as their own."""
    for text in said:
        for matched in _OWN_NAME.finditer(text):
            name = matched.group("name")
            if name[0].isupper() and fold(name) in lexicon().names:
                return lexicon().names[fold(name)]
    return None


@dataclass(frozen=True, slots=True)
class _Called:
    """What a name says by itself."""

    gender: str = ""
    age: str | None = None
    usual_age: str | None = None
    """Of a role, when nothing else tells: a REPORTER is grown up."""
    role: str = ""
    creature: str = ""
    narrator: bool = False
    given: GivenName | None = None


def _read_name(person: Person, language: str) -> _Called:
    words = lexicon()
    called = name_key(person.name) or person.key
    parts = [word for _, _, word in tokens(called)]
    bare = [part for part in parts if part not in ARTICLES and not part.isdigit()]
    if len(bare) > 1 and bare[-1] == "voice":
        # MAN'S VOICE is a man; the voice is only how he is heard.
        bare = [part.removesuffix("'s") for part in bare[:-1]]
    if not bare:
        return _Called()
    core = [part for part in bare if part not in QUALITIES] or bare
    whole = " ".join(core)
    titled = bare[0] in TITLES and len(bare) > 1
    relation = words.relations.exact(" ".join(bare), language) or words.relations.exact(whole, language)
    if relation is None and len(core) > 1:
        relation = words.relations.exact(core[0] if titled else core[-1], language)
    if relation is None and len(core) > 1:
        first = words.relations.exact(core[0], language)  # BABA SENE, GRANDMA LIU
        relation = first if first is not None and first.age != "creature" and not (first.narrator or first.group) else None
    names = (called.replace(" ", ""), *(part for part in core if part not in TITLES or len(core) == 1), *_after_surnames(core))
    given = next((words.names[part] for part in names if part in words.names), None)
    if given is None:  # JO-ANNE, JEAN-PIERRE
        pieces = [words.names[piece] for part in core if "-" in part for piece in part.split("-") if piece in words.names]
        given = next((piece for piece in pieces if _letter(piece.gender)), next(iter(pieces), None))
    if given is None and titled:
        given = words.titled_names.get(core[-1])
    creature = ""
    if not titled and given is None:
        creature = words.creatures.exact(whole, language) or ""
        if not creature and len(core) > 1:
            creature = words.creatures.exact(core[-1], language) or ""
    role = words.roles.exact(whole) or _ROLE_OF_TITLE.get(bare[0], "" if given else words.roles.exact(core[-1]) or "")
    human = relation is not None and not relation.narrator and relation.age != "creature"
    return _Called(
        gender=(_letter(relation.gender) if relation is not None else "") or _title_gender(bare[0]),
        age=(_BY_FIRST_WORD.get(bare[0]) if len(bare) > 1 else None) or plain_age(relation),
        usual_age=relation.age if relation is not None and human else None,
        role=role or (relation.head if relation is not None and human else ""),
        creature=creature,
        narrator=relation is not None and relation.narrator,
        given=given,
    )


def _after_surnames(parts: Sequence[str]) -> list[str]:
    """What may be the given names of names that are written in one word, surname first: 王小明, 김민수, 田中健太."""
    whole = [part for part in parts if 2 <= len(part) <= _LONGEST_IN_ONE and _IN_ONE.fullmatch(part)]
    return [part[surname:] for surname in (1, 2) for part in whole if len(part) > surname]


def _told_age(sentence: str, mention: Mention, cast: Cast) -> str | None:
    """The age that the sentence gives to the person it introduces."""
    start = _part_start(sentence, mention, cast)
    return read_age(_own_part(sentence, mention, cast), mention.end - start, mention.start - start)


def epithets_of(people: Sequence[Person], traits: Mapping[str, Traits]) -> dict[str, str]:
    """What people are called beside their names, by id, where it can mean only one of them: the king, the girl, the old man."""
    claims: dict[str, set[str]] = {}
    keys = {person.key for person in people}
    for person in people:
        for word in _calls(traits[person.id]):
            claims.setdefault(word, set()).add(person.id)
    return {f"the {word}": next(iter(ids)) for word, ids in claims.items() if len(ids) == 1 and not ({word, f"the {word}"} & keys)}


def _calls(traits: Traits) -> tuple[str, ...]:
    calls = [] if traits.narrator else [traits.role_word, traits.creature]
    if traits.gender is not None and not traits.creature:
        female = traits.gender == "female"
        young, grown = ("girl", "woman") if female else ("boy", "man")
        if traits.age in ("child", "teen"):
            calls.append(young)
        elif traits.age == "elder":
            calls += [f"old {grown}", grown]
        elif traits.age is not None:
            calls.append(grown)
    return tuple(dict.fromkeys(call for call in calls if call))


def _letter(gender: str) -> str:
    return gender if gender in ("f", "m") else ""


def _title_gender(first: str) -> str:
    return "f" if first in _FEMALE_TITLES else "m" if first in _MALE_TITLES else ""


def _introduction(person: Person, cast: Cast, actions: Sequence[str]) -> tuple[str, str, Mention | None]:
    """The first sentences that name a person, the very first of them, and where it does. Capitals go before later mentions."""
    best: tuple[str, str, Mention | None] = ("", "", None)
    for text in actions:
        sentences = sentences_of(text)
        for index, sentence in enumerate(sentences):
            for mention in cast.mentions(sentence):
                if mention.person != person.id or mention.possessive:
                    continue
                shouted = clean(sentence)[mention.start : mention.end].isupper() and not sentence.isupper()
                if best[2] is None or shouted:
                    more = sentences[index + 1] if index + 1 < len(sentences) else ""
                    first = tokens(fold(more))[:1]
                    told = first and first[0][2] in _FEMALE | _MALE | {"they", "his", "her"}
                    best = (sentence + more if told else sentence, sentence, mention)
                if shouted:
                    return best
    return best


def _part_start(sentence: str, mention: Mention, cast: Cast) -> int:
    ends = [other.end for other in cast.mentions(sentence) if other.end <= mention.start]
    return max(ends, default=0)


def _own_part(sentence: str, mention: Mention, cast: Cast) -> str:
    """The stretch of a sentence around a name that speaks of nobody else."""
    starts = [other.start for other in cast.mentions(sentence) if other.start >= mention.end]
    return clean(sentence)[_part_start(sentence, mention, cast) : min(starts, default=len(clean(sentence)))]


@dataclass(frozen=True, slots=True)
class _Beside:
    gender: str = ""
    age: str | None = None
    role: str = ""
    creature: str = ""


def _apposition(sentence: str, mention: Mention, language: str) -> _Beside:
    """What stands beside a name and means the same person: ASHA, a girl of nine; the old weaver SALIM."""
    folded = fold(sentence)
    words = lexicon()
    found = _Beside()
    for text in (_beside_after(folded, mention.end), _beside_before(folded, mention.start)):
        relation = next((hit.value for hit in words.relations.find(text, language) if not hit.value.group and not hit.value.narrator), None)
        role = next((hit.value for hit in words.roles.find(text)), "")
        creature = next((hit.value for hit in words.creatures.find(text, language)), "")
        if creature and relation is not None and relation.age != "creature":
            creature = ""
        if relation is None and not role and not creature:
            continue
        gender = found.gender or (relation.gender if relation else "")
        age = found.age or plain_age(relation)
        word = relation.head if relation is not None and relation.age != "creature" else ""
        found = _Beside(gender, age, found.role or role or word, found.creature or creature)
    return found


_BEING = re.compile(r"\s*(?:(?:,|\(|[\u2013\u2014-])\s*(?:\d+\)?,?\s*)?(?:the|an?|his|her|their|our)|the|is an?)\s+(?:[\w'-]+\s+){0,2}?")
_DOING = re.compile(r"\s*(?:$|[,.;:!?()\u2013\u2014-]|(?:with|and|in|on|at|who|that|from|to)\b|[\w'-]+(?:s|ing)\b)")
"""What may follow an animal's word: the end of the clause, or a verb. A dog walker and a cat burglar are people."""
_CLAUSE_ENDS = re.compile(r"\s*(?:$|[.,;!?])")


def _animal(sentence: str, mention: Mention, language: str) -> str:
    """The animal that somebody with a person's name is: OSCAR the cat sleeps; OSCAR, an old tabby cat; her dog REX."""
    folded = fold(sentence)
    first = not folded[: mention.start].strip(" \"'") or folded[: mention.start].rstrip().endswith((",", "and", ".", ";"))
    before = _beside_before(folded, mention.start)
    if not before and _CLAUSE_ENDS.match(folded, mention.end):
        before = folded[: mention.start].rstrip(" ,")  # "strokes her cat, OSCAR."
    for hit in lexicon().creatures.find(before, language):
        if hit.end == len(before.rstrip(" ,")):
            return hit.value
    for hit in lexicon().creatures.find(folded, language):
        being = _BEING.fullmatch(folded, mention.end, hit.start)
        plain = being is not None and being.group().lstrip().startswith("the")  # "gives ASHA the cat" speaks of two
        if being is not None and (first or not plain) and _DOING.match(folded, hit.end):
            return hit.value
    return ""


_OPENING = re.compile(r"\s*(?:,|\(|\uff08|[\u2013\u2014-]|is an?\b|is the\b)\s*(?:(?:the|an?|his|her|their|\d+)\b,?)?\s*")
_BREAK = re.compile(r"[,.;:()\uff08\uff09\u2014]")


def _beside_after(folded: str, edge: int) -> str:
    """Up to eight words behind a name, as far as they can speak of the same person: ASHA, [a girl of nine], runs."""
    opening = _OPENING.match(folded, edge)
    if opening is None:
        return ""
    start = last = opening.end()
    for first, end, word in tokens(folded[start:])[:8]:
        if last > start and (word in _STOP or _BREAK.search(folded[last : start + first])):
            break
        last = start + end
    return folded[start:last]


_POSSESSIVES = word_set("his her their")


def _beside_before(folded: str, edge: int) -> str:
    """Up to five words before a name, as far as they can speak of the same person: [the old weaver] SALIM."""
    head = folded[:edge].rstrip()
    if head.endswith((".", ";", ":")):
        return ""
    apart = head.endswith(",")
    head = re.sub(r"(?:,|called|named|known as)$", "", head).rstrip(" ,")
    first_kept = len(head)
    for first, end, word in reversed(tokens(head)[-5:]):
        if first_kept < len(head) and _BREAK.search(head[end:first_kept]):
            break
        if word in _STOP:
            # "Beside his mother, ASHA" speaks of two; "his mother ASHA" of one.
            begins = word in _POSSESSIVES and (not head[:first].strip() or head[:first].rstrip().endswith(","))
            return "" if apart and not begins else head[first_kept:]
        first_kept = first
    return head[first_kept:]


_HE_SHE = {"he": "m", "she": "f", "elle": "f", "er": "m", "él": "m", "ella": "f", "он": "m", "она": "f"}


def _followed_by(person: Person, cast: Cast, actions: Sequence[str]) -> str:
    """The gender of the pronouns that begin the sentences behind those that name only this person: The fox ran. He stole a rope."""
    found: set[str] = set()
    for text in actions:
        sentences = sentences_of(text)
        for sentence, after in pairwise(sentences):
            first = tokens(fold(after))[:1]
            sex = _HE_SHE.get(first[0][2], "") if first else ""
            if sex and {mention.person for mention in cast.mentions(sentence)} == {person.id}:
                found.add(sex)
    return found.pop() if len(found) == 1 else ""


def _pronoun_gender(text: str) -> str:
    """The gender of the pronouns of an introduction; none when both occur."""
    found = [word for _, _, word in tokens(fold(text))]
    female = sum(word in _FEMALE for word in found) + sum(text.count(word) for word in ("彼女", "她"))
    male = sum(word in _MALE for word in found) + sum(text.count(word) for word in ("彼は", "他"))
    return "f" if female and not male else "m" if male and not female else ""
