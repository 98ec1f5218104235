"""Who does it: the subject of an action, by name, by pronoun, or by who was named last."""

from __future__ import annotations

import re
from collections.abc import Sequence

from filmstudio.plugins.breakdown.lexicon import ActionPattern, lexicon
from filmstudio.plugins.breakdown.people import Cast, Mention
from filmstudio.plugins.breakdown.words import Hit, fold, is_letter, tokens, word_set

_SHE = word_set("she her elle ella sie वह هي 彼女 她")
_HE = word_set("he him il él er हे هو 彼 他")
_THEY = word_set(
    "they both everyone everybody all tous toutes todos todas alle सब الجميع ils elles ellos ellas sie वे दोनों هم 彼ら 他们 她们 二人"
)
_ALL = word_set("all everyone everybody tous toutes todos todas alle सब الجميع")
_PRONOUNS = (_SHE - {"her"}) | (_HE - {"him"}) | _THEY | {"i", "we", "ich", "je", "yo", "मैं", "उसने", "वह"}
_PREPOSITIONS = word_set(
    "to at from with by of for past toward towards beside behind near after into onto on over under against around before "
    "between among like about through across without than as zu mit von bei con a de à avec vers sur"
)
_BRACKETED = re.compile(r"[(\uff08][^)\uff09]*[)\uff09]")
_LIGHT = word_set("then slowly quickly gently suddenly and but now still again finally quietly softly carefully")


class Stage:
    """Who was named last, for pronouns and sentences without a subject. One for each scene."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.named: list[str] = []

    def name(self, person: str) -> None:
        """Take note that a person was named or spoke."""
        if person in self.named:
            self.named.remove(person)
        self.named.append(person)

    def last(self, gender: str = "") -> str | None:
        """The person named last, of a gender (f, m) when one is given; someone of unknown gender if nobody is known to fit."""
        for person in reversed(self.named):
            if not gender or self.cast.genders.get(person) == gender:
                return person
        return next((person for person in reversed(self.named) if not self.cast.genders.get(person)), None)


def find_movers(
    folded: str,
    cleaned: str,
    hit: Hit[ActionPattern],
    mentions: Sequence[Mention],
    hits: Sequence[Hit[ActionPattern]],
    stage: Stage,
    language: str,
    moved: tuple[str, ...],
) -> tuple[str, ...] | None:
    """Who does it: ids of the cast; an empty tuple for a person outside it; None when no person does."""
    if language.startswith("ar"):
        # In Arabic who does it stands behind the verb: تأتي ليلى
        behind = [mention for mention in mentions if mention.start >= hit.end and not folded[hit.end : mention.start].strip()]
        if behind and not behind[0].possessive:
            return (behind[0].person,)
    left = [mention for mention in mentions if mention.end <= hit.start and not mention.possessive]
    left = [mention for mention in left if not _is_object(folded, mention, hits)] or left[:1]
    pronoun = _last_pronoun(folded[: hit.start])
    inside = _last_pronoun(folded[hit.start : hit.end])
    if inside and not left and pronoun is None:
        pronoun = inside
    if left and (pronoun is None or pronoun[0] < left[-1].start):
        return () if _stranger(folded[left[-1].end : hit.start], language) else _joined(folded, left)
    if pronoun is not None:
        return _resolve(pronoun[1], stage, moved, folded[hit.start : hit.end])
    between = [word for _, _, word in tokens(folded[: hit.start])]
    if hit.value.explicit:
        return () if _described(folded[: hit.start], language) else None
    if not between or all(word in _LIGHT or word.endswith("ly") for word in between):
        last = stage.last()
        return moved or ((last,) if last else ())
    if _described(folded[: hit.start], language) or _named(cleaned[: hit.start]):
        return ()
    if not folded[hit.start].isascii() and is_letter(folded[hit.start]):
        # Scripts without capitals: a name the lists do not hold cannot be told from a thing.
        return ()
    return None


def _is_object(folded: str, mention: Mention, hits: Sequence[Hit[ActionPattern]]) -> bool:
    """Whether a name stands behind a preposition or directly behind a verb: looks at RAVI, hands RAVI the cup."""
    before = tokens(folded[: mention.start])
    if before and before[-1][2] in _PREPOSITIONS:
        return True
    if any(hit.start >= mention.end and not folded[mention.end : hit.start].strip() for hit in hits):
        return False  # "Asha watches Ravi walk away": Ravi walks
    return any(hit.end <= mention.start and not folded[hit.end : mention.start].strip() for hit in hits)


def _joined(folded: str, left: Sequence[Mention]) -> tuple[str, ...]:
    """The last name to the left, with those joined to it by and or a comma."""
    group = [left[-1].person]
    for index in range(len(left) - 2, -1, -1):
        link = _BRACKETED.sub("", folded[left[index].end : left[index + 1].start]).strip()
        if link not in ("and", "&", ",", ", and", "y", "et", "und", "और", "و", "と", "和"):
            break
        group.insert(0, left[index].person)
    return tuple(dict.fromkeys(group))


def _last_pronoun(before: str) -> tuple[int, str] | None:
    found = [(start, word) for start, _, word in tokens(before) if word in _PRONOUNS]
    if found:
        return found[-1]
    for word in ("彼女", "她们", "他们", "她", "他", "彼"):
        position = before.rfind(word)
        if position >= 0:
            return position, word
    return None


def _stranger(between: str, language: str) -> bool:
    """Whether somebody outside the cast stands directly before the verb: Asha sees [a man] running."""
    words = lexicon()
    found = [hit.end for hit in words.relations.find(between, language)] + [hit.end for hit in words.creatures.find(between, language)]
    return bool(found) and not between[max(found) :].strip()


def _resolve(pronoun: str, stage: Stage, moved: tuple[str, ...], verb: str) -> tuple[str, ...]:
    if pronoun in _THEY and pronoun not in _SHE:
        return tuple(stage.named if pronoun in _ALL else stage.named[-2:])
    gender = "f" if pronoun in _SHE and pronoun != "वह" else "m" if pronoun in _HE else ""
    if pronoun in ("वह", "वे", "उसने"):
        # Hindi pronouns have no gender; its verbs do.
        gender = "f" if "ती" in verb else "m" if "ता" in verb else ""
    if moved and (not gender or stage.cast.genders.get(moved[-1], gender) == gender):
        return moved[-1:]
    person = stage.last(gender)
    return (person,) if person else ()


def _described(before: str, language: str) -> bool:
    words = lexicon()
    return bool(
        [
            hit
            for hit in words.relations.find(before, language)
            if not hit.value.narrator and hit.value.word not in ("sun", "moon", "wind", "tree")
        ]
        or words.roles.find(before)
        or [hit for hit in words.creatures.find(before, language) if hit.value not in ("sun", "moon", "wind", "tree")]
    )


def _named(before: str) -> bool:
    """Whether a word to the left is a name: one of the list, or a capital inside the sentence."""
    names = lexicon().names
    found = tokens(fold(before))
    if any(word in names and (before[start].isupper() or not word.isascii()) for start, _, word in found):
        return True
    if any(not name.isascii() and name in before for name in names if len(name) > 1):
        return True
    return any(start > 0 and before[start].isupper() and end - start > 1 for start, end, _ in found[1:])
