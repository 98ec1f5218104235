"""Ages: what numbers and words of a description say of how old somebody is."""

from __future__ import annotations

import re

from filmstudio.plugins.breakdown.lexicon import Relation, lexicon
from filmstudio.plugins.breakdown.words import fold, tokens

_NUMBERS = [
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen"),
    *("fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
]
_TENS = {"twenties": 20, "thirties": 30, "forties": 40, "fifties": 50, "sixties": 60, "seventies": 70, "eighties": 80, "nineties": 90}
_TEN_WORDS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_WRITTEN = "|".join([*_NUMBERS[::-1], *(f"{ten}[- ](?:{'|'.join(_NUMBERS[1:10])})" for ten in _TEN_WORDS), *_TEN_WORDS])
_AGE = rf"(?P<age>\d{{1,3}}|{_WRITTEN})"

_MEASURES = r"\s*(?:minutes?|hours?|days?|weeks?|months?|times|steps|feet|metres?|meters?|miles|km)\b"
_DIRECTLY_AFTER = re.compile(
    rf"^\s*[,(\uff08\u2013\u2014-]?\s*(?:aged?\s+)?{_AGE}(?![\w:.%/]|{_MEASURES})"
    r"(?:\s*[,.;)\uff09\u2013\u2014-]|\s*$|\s+and\b)"
)
_YEARS_OLD = re.compile(rf"(?<!\w){_AGE}[- ]years?[- ]old")
_AGED = re.compile(rf"\baged?\s+{_AGE}\b|\bturn(?:s|ed|ing)\s+{_AGE.replace('age', 'turned')}\b")
_DECADE = re.compile(
    r"(?:\bin\s+(?:his|her|their|its)\s+(?P<part>early|mid|late)?|(?P<bare>\b(?:early|mid|late))|(?<![\d\w]))[- ]?"
    rf"(?:(?P<tens>[2-9]0)'?s|(?P<word>{'|'.join(_TENS)}))(?!\w)"
)
_OTHER_YEARS = re.compile(r"(?P<age>\d{1,3})\s*(?:साल|वर्ष|años|ans\b|jahre|歳|才|岁|歲|سنة|سنوات|عام|anni|anos|лет|살|세)")


def age_band(years: int) -> str:
    """The age of core.character.Age for a number of years."""
    for age, (low, high) in lexicon().age_bands.items():
        if low <= years <= high:
            return age
    return "elder"


def read_age(text: str, after: int = 0, before: int | None = None) -> str | None:
    """The age that a description gives. The name it belongs to stands at ``[before, after)`` when it has one."""
    folded = fold(text)
    tail, head = folded[after:], folded[: before if before is not None else 0]
    matched = _DIRECTLY_AFTER.match(tail) if before is not None else None
    for found in (
        matched,
        _YEARS_OLD.search(tail),
        _AGED.search(tail),
        _OTHER_YEARS.search(tail),
        _YEARS_OLD.search(head),
        _OTHER_YEARS.search(head),
    ):
        if found is not None:
            return age_band(_years(next(value for value in found.groups() if value)))
    decade = _DECADE.search(tail) or _DECADE.search(head)
    if decade is not None:
        named = decade.groupdict()
        years = int(named["tens"]) if named["tens"] else _TENS[named["word"]]
        part = named["part"] or named["bare"] or "mid"
        return age_band(years + {"early": 2, "mid": 5, "late": 8}[part])
    return _age_word(folded, after, before)


def _years(written: str) -> int:
    if written.isdigit():
        return int(written)
    tens, _, ones = written.replace("-", " ").partition(" ")
    if tens in _TEN_WORDS:
        return _TEN_WORDS[tens] + (_NUMBERS.index(ones) if ones in _NUMBERS else 0)
    return _NUMBERS.index(tens)


def _age_word(folded: str, after: int, before: int | None) -> str | None:
    words = lexicon()
    spans = tokens(folded)
    for hit in words.ages.find(folded):
        following = [word for start, _, word in spans if start >= hit.end]
        if before is not None:
            distance = len([1 for start, end, _ in spans if (hit.end <= start and end <= before) or (after <= start and end <= hit.start)])
            if distance > (2 if hit.end <= before else 7):
                continue
        if hit.key in ("old", "little", "young", "aged", "ancient", "child", "small", "alt", "petit", "petite") and following:
            gap = folded[hit.end :].lstrip(" ")[:1]
            nxt = following[0]
            person = words.relations.exact(nxt) is not None or words.roles.exact(nxt) is not None or nxt in ("and", "but", "enough")
            named = before is not None and hit.end <= before and folded[hit.end : before].strip() == ""
            if hit.key != "child" and not (person or named or gap in ",.;()"):
                continue
        return hit.value
    relation = next((hit.value for hit in words.relations.find(folded) if before is None and hit.value.age in words.age_bands), None)
    return relation.age if relation is not None and relation.age != "adult" else None


def plain_age(relation: Relation | None) -> str | None:
    """The age of a relation; adult says too little to count."""
    return relation.age if relation is not None and relation.age in lexicon().age_bands and relation.age != "adult" else None
