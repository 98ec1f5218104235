"""Who is in the script: everyone with a cue, and those who are only seen; and where a text speaks of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from filmstudio.core.screenplay import Element
from filmstudio.plugins.breakdown.identifiers import character_ids, name_key
from filmstudio.plugins.breakdown.lexicon import lexicon, transition_kind
from filmstudio.plugins.breakdown.words import Phrases, clean, fold, is_letter, sentences_of, tokens, word_set

TITLES = word_set(
    "mr mrs ms miss dr doctor prof professor sir lady lord madame madam mme monsieur mlle herr frau señor señora sr sra signor signora "
    "captain capt colonel col general major lieutenant lt sergeant sgt commander inspector detective officer constable agent father sister "
    "brother saint st rev king queen prince princess emperor uncle aunt auntie chief judge mayor president senator coach nurse dj sheikh "
    "don dona doña dom senhor senhora signorina fräulein pani господин госпожа pandit ustad guru swami shri sri smt श्री श्रीमती डॉ"
)
ARTICLES = word_set("the a an el la los las le les der die das ein eine un une al")
QUALITIES = word_set("young old little big small first second third other tall short elder younger older baby teen teenage adult")
EVERYBODY = word_set(
    "both all everyone everybody together chorus ensemble beide alle todos ambos tous ensemble सब दोनों सभी الجميع 全員 众人 二人"
)
"""Cues that stand for those present."""

_VOICES = word_set("voice voix voz voce stimme голос głos stem röst ses आवाज़ आवाज صوت")
LARGEST_SILENT_CAST = 12
_SKY = frozenset({"sun", "moon", "wind", "tree", "computer"})

_AND = re.compile(r"\s*(?:&|/|\+)\s*|\s+(?:and|y|et|und|और|و)\s+|、|\s*,\s+")
_CAPITALS = re.compile(r"(?<![^\W_])[^\W\d_a-z](?:[^\W\d_]|['.\u2019\-])+(?:\s+(?:#?\d+|[^\W\d_](?:[^\W\d_]|['.\u2019\-])*))*")


_NICKNAMED = re.compile(r"(?<![^\W_])[^\W\d_a-z]{2}[^\s]*\s+[\"“«'‘][^\"”»'’]{1,24}[\"”»'’]\s+$")
"""What stands before a surname behind a nickname: JO "JOJO" MCALLISTER is JO."""
_NICKNAME = re.compile(r"\s+[\"“«][^\"”»]{1,24}[\"”»](?:\s+[^\W\d_a-z][^\s,.(]+)+")
_APPOSED = re.compile(r"\s*(?:,|\(|[\u2013\u2014-])\s*(?:\d+\)?,?\s*)?(?:an?|the|his|her|their)\s+(?:[\w'-]+,?\s+){0,3}")


@dataclass(frozen=True, slots=True)
class Person:
    """Someone of the cast: the key that makes two cues one person, the id, the name as written, whether they have a cue."""

    key: str
    id: str
    name: str
    speaks: bool


@dataclass(frozen=True, slots=True)
class Mention:
    """Where a text names a person, in its folded form."""

    start: int
    end: int
    person: str
    possessive: bool


class Cast:
    """The people of a script, by key, and their names ready for finding in text."""

    def __init__(
        self,
        people: Sequence[Person],
        genders: Mapping[str, str] | None = None,
        epithets: Mapping[str, str] | None = None,
        titled: Mapping[str, str] | None = None,
    ) -> None:
        self.people = tuple(people)
        self.epithets = dict(epithets or {})
        self.titled = dict(titled or {})
        self.by_key = {person.key: person for person in people}
        self.by_key |= {key: self.by_key[bare] for key, bare in self.titled.items() if bare in self.by_key}
        self.genders = dict(genders or {})
        self._names = Phrases(self._aliases())
        self._found: dict[str, list[Mention]] = {}

    def knowing(self, genders: Mapping[str, str], epithets: Mapping[str, str]) -> Cast:
        """The same people with what was found of them: genders (f or m) for pronouns, and what else they are called ("the king")."""
        return Cast(self.people, genders, epithets, self.titled)

    def mentions(self, text: str) -> list[Mention]:
        """Everyone named in ``text``, left to right. A name is written with a capital where its script has them."""
        known = self._found.get(text)
        if known is not None:
            return known
        cleaned, folded = clean(text), fold(text)
        found: list[Mention] = []
        for hit in self._names.find(folded):
            person, common = hit.value
            first = cleaned[hit.start]
            if first.islower() and not common and cleaned != folded:
                continue
            if common and first.islower() and found and _APPOSED.fullmatch(folded, found[-1].end, hit.start):
                continue  # "SALIM, a thin man" speaks of one person
            nickname = _NICKNAME.match(cleaned, hit.end)
            end = nickname.end() if nickname else hit.end
            found.append(Mention(hit.start, end, person, folded.startswith("'s", end) or folded.startswith("' ", end)))
        self._found[text] = found
        return found

    def _aliases(self) -> Iterable[tuple[str, tuple[str, bool]]]:
        """Full names, then the parts of a name that no other name has. A role such as "old man" needs no capital."""
        claims: dict[str, set[str]] = {}
        for person in self.people:
            for part in _parts(person.key):
                claims.setdefault(part, set()).add(person.id)
        words = lexicon()
        for person in self.people:
            common = words.relations.exact(person.key) is not None or words.roles.exact(person.key) is not None
            bare = " ".join(part for part in person.key.split() if part not in ARTICLES) or person.key
            common = common or words.relations.exact(bare) is not None or words.roles.exact(bare) is not None
            common = common or words.creatures.exact(bare) is not None
            yield person.key, (person.id, common)
            if bare != person.key and bare not in self.by_key:
                yield bare, (person.id, common)
            for part in _parts(person.key):
                if len(claims[part]) == 1 and part not in self.by_key:
                    yield part, (person.id, False)
        for key in self.titled:
            yield key, (self.by_key[key].id, False)
        for phrase, person_id in self.epithets.items():
            yield phrase, (person_id, True)


def _parts(key: str) -> list[str]:
    """Parts of a name that may stand for it: no title, article, quality, role or number."""
    words = lexicon()
    parts = [word for _, _, word in tokens(key)]
    if len(parts) < 2 or is_voice(key):
        return []
    return [
        part
        for part in parts
        if len(part) > 2
        and part not in TITLES | ARTICLES | QUALITIES
        and not any(char.isdigit() for char in part)
        and words.relations.exact(part) is None
        and words.roles.exact(part) is None
    ]


@dataclass(frozen=True, slots=True)
class CueReading:
    """A cue: the keys of those it names, whether it stands for everybody present, or only for somebody's voice."""

    keys: tuple[str, ...]
    everybody: bool = False
    voice: bool = False


def read_cue(text: str, alone: frozenset[str]) -> CueReading:
    """Read a cue. ``alone`` holds the keys of cues that name one person; "A AND B" is a chorus when both are such."""
    key = name_key(text)
    if key in EVERYBODY:
        return CueReading((key,), everybody=True)
    parts = [part for part in (name_key(part) for part in _AND.split(key)) if part]
    if len(parts) > 1 and all(part in alone or fold(part) in lexicon().names for part in parts):
        return CueReading(tuple(dict.fromkeys(parts)))
    owner = key.removesuffix("'s voice")
    if owner != key:
        return CueReading((owner if owner in alone else key,), voice=True)
    if is_voice(key):
        return CueReading((key,), voice=True)
    return CueReading((key,)) if key else CueReading(())


def is_voice(key: str) -> bool:
    """Whether a cue names what is heard rather than somebody: VOICE ON PHONE, WOMAN'S VOICE, ГОЛОС."""
    words = [word for _, _, word in tokens(key)]
    return len(words) > 1 and (words[0] in _VOICES or words[-1] in _VOICES)


def gather(elements: Sequence[Element], actions: Sequence[str], told: Sequence[str] = (), *, silent: bool, language: str) -> Cast:
    """Everyone in the script, in order of appearance: those with a cue first, then those who are only seen.

    ``told`` is a story's narration: people it names more than once are seen, whether they speak or not.
    """
    written: dict[str, str] = {}
    cues = [element.text for element in elements if element.kind == "character"]
    alone = frozenset(key for cue in cues if len(_AND.split(key := name_key(cue))) == 1)
    for cue in cues:
        reading = read_cue(cue, alone)
        names = [part.strip() for part in _AND.split(_unbracketed(cue))] if len(reading.keys) > 1 else [_unbracketed(cue)]
        for key, name in zip(reading.keys, names, strict=False):
            if key and not reading.everybody:
                written.setdefault(key, name or key)
    if not written and any(name_key(cue) in EVERYBODY for cue in cues):
        cue = next(cue for cue in cues if name_key(cue) in EVERYBODY)
        written[name_key(cue)] = _unbracketed(cue)
    speaking = set(written)
    for name in _seen_only(actions, speaking, silent=silent, language=language):
        written.setdefault(name_key(name), name)
    for name in _named_often(told):
        if name_key(name) not in {part for key in written for part in (key, *_parts(key))}:
            written.setdefault(name_key(name), name)
    titled = _titled(written, speaking)
    for key, bare in titled.items():
        # One person under two names: the id is the bare name's, the name shown is the fuller one.
        written = {bare if known == key else known: name for known, name in written.items() if known != bare or key not in written}
        speaking |= {bare} if key in speaking else set()
    ids = character_ids(written)
    return Cast([Person(key, ids[key], name, key in speaking) for key, name in written.items() if key], titled=titled)


def _titled(written: Mapping[str, str], speaking: set[str]) -> dict[str, str]:
    """Fuller names of people by what they are called: DR. RAO for the cue RAO, DR. LENA WEISS for the cue DR. WEISS.

    Only where one fuller name goes with a cue. Two cues are one person when nothing but a title tells them apart; of a name
    that is only met in the action, the cue's own words have to be part.
    """
    found: dict[str, list[str]] = {}
    for key in written:
        title, _, bare = key.partition(" ")
        if title.rstrip(".") in TITLES and bare in written:
            found.setdefault(bare, []).append(key)
            continue
        names = [cue for cue in speaking if key not in speaking and _is_short_for(cue, key)]
        if len(names) == 1:
            found.setdefault(names[0], []).append(key)
    return {keys[0]: bare for bare, keys in found.items() if len(keys) == 1}


def _is_short_for(cue: str, full: str) -> bool:
    """Whether every word of a cue stands in a fuller name, and one of them is a name rather than a title or a trade."""
    words, fuller = [word for _, _, word in tokens(cue)], [word for _, _, word in tokens(full)]
    own = [word for word in words if word not in TITLES | ARTICLES | QUALITIES]
    named = any(lexicon().relations.exact(word) is None and lexicon().roles.exact(word) is None for word in own)
    return len(fuller) > len(words) and named and set(words) <= set(fuller)


def _unbracketed(cue: str) -> str:
    return " ".join(re.sub(r"[(\uff08][^)\uff09]*[)\uff09]?", " ", cue).replace("^", " ").split())


def _seen_only(actions: Sequence[str], speaking: set[str], *, silent: bool, language: str) -> list[str]:
    """Names in the action of people who never speak: introduced in capitals; in a silent script, named or described at all."""
    known = set(speaking) | {part for key in speaking for part in _parts(key)}
    found: dict[str, str] = {}
    for text in actions:
        for name in _introduced(text):
            if name_key(name) not in known:
                found.setdefault(name_key(name), name)
    if not silent:
        return list(found.values())
    known |= set(found) | {part for key in found for part in _parts(key)}
    for text in actions:
        for sentence in sentences_of(text):
            for name in _subjects(sentence, known, language):
                if name_key(name) not in known and len(found) < LARGEST_SILENT_CAST:
                    found.setdefault(name_key(name), name)
    return list(found.values())


def _named_often(told: Sequence[str]) -> list[str]:
    """First names that a narration names at least twice."""
    counts: dict[str, int] = {}
    for text in told:
        cleaned, folded = clean(text), fold(text)
        for start, end, word in tokens(folded):
            bare = word.removesuffix("'s")
            if bare in lexicon().names and cleaned[start].isupper() and end > start and lexicon().relations.exact(bare) is None:
                name = cleaned[start : start + len(bare)]
                counts[name] = counts.get(name, 0) + 1
    return [name for name, times in counts.items() if times > 1]


def _introduced(text: str) -> list[str]:
    """Names written in capitals in a text that is not all capitals: ASHA (10) …, OLD MAN …"""
    cleaned = clean(text)
    if cleaned.isupper() or cleaned.upper() == cleaned.lower():
        return []
    words = lexicon()
    names = []
    for matched in _CAPITALS.finditer(cleaned):
        begins = matched.start() + _first_capitals(matched.group())
        phrase = _capital_run(cleaned[begins : matched.end()])
        if not phrase or transition_kind(phrase) or _NICKNAMED.search(cleaned[:begins]):
            continue
        parts = [part for part in fold(phrase).split() if part.strip(".") not in ARTICLES]
        bare = " ".join(part for part in parts if part.strip(".") not in QUALITIES) or " ".join(parts)
        after = cleaned[begins + len(phrase) :]
        aged = re.match(r"\s*(?:\(\s*\d{1,3}\b|,\s*(?:\d{1,3}\s*,|(?:late|early|mid)\b))", after)
        relation = words.relations.exact(bare)
        alive = relation is not None and not relation.group and not relation.narrator and bare not in _SKY
        person = alive or words.roles.exact(bare) is not None
        article = re.search(r"\b(?:an?|the|his|her|their|of)\s+$", cleaned[:begins], re.IGNORECASE)
        named = any(part.strip(".,'") in words.names for part in parts) and len(parts) <= 3 and article is None
        if aged or person or named:
            names.append(" ".join(word for word in phrase.split() if fold(word) not in ("a", "an", "the")))
    return [name for name in names if name]


def _first_capitals(phrase: str) -> int:
    """Where the first word in capitals begins: "Stars. CAPTAIN OBI" begins a sentence with a capital letter only."""
    return next((word.start() for word in re.finditer(r"\S+", phrase) if word.group().isupper() and len(word.group()) > 1), 0)


def _capital_run(phrase: str) -> str:
    """The leading words of a match that are all capitals (one-letter words do not count by themselves)."""
    run: list[str] = []
    for word in phrase.split():
        letters = "".join(char for char in word if is_letter(char))
        if not letters or (letters.isupper() and (len(letters) > 1 or run or fold(word) == "a")) or (run and letters.isdigit()):
            run.append(word.strip(",;:"))
        else:
            break
    joined = " ".join(run).rstrip(".'-")
    return joined if len("".join(char for char in joined if is_letter(char))) >= 3 else ""


def _subjects(sentence: str, known: set[str], language: str) -> list[str]:
    """Whom a sentence of a silent script is about: first names it knows, or the first person or creature described."""
    words = lexicon()
    cleaned, folded = clean(sentence), fold(sentence)
    names = []
    spans = tokens(folded)
    for start, end, word in spans:
        bare = word.removesuffix("'s")
        if bare in known:
            return []
        if bare in words.names and cleaned[start].isupper() and words.relations.exact(bare) is None:
            names.append(cleaned[start : start + len(bare)] if end else bare)
    unspaced = [name for name in words.names if len(name) > 1 and not name.isascii() and name in folded and name not in known]
    names += sorted((name for name in unspaced if Phrases([(name, None)]).find(folded)), key=folded.index)[:3]
    if names:
        return names
    table = words.actions.get(language, words.actions["en"])
    people = words.relations.find(folded, language)
    spots = [(hit.start, hit.end) for hit in people if not (hit.value.group or hit.value.narrator or hit.value.age == "creature")]
    spots += [(hit.start, hit.end) for hit in words.creatures.find(folded, language)]
    if not spots:
        return []
    first, end = min(spots)
    if folded.startswith("'s", end) or not any(hit.start > first for hit in table.find(folded, language)):
        return []
    return [cleaned[first:end]]
