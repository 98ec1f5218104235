"""Quoted speech in prose: where it begins and ends, in the quotation marks of many languages and in dash dialogue."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from filmstudio.plugins.screenplay.attribution_words import ARABIC_JOINS
from filmstudio.plugins.screenplay.grammar import continues_word, fold, grammar

_PAIRS: dict[str, str] = {"“": "”", "„": "“”‟", "«": "»", "‹": "›", "「": "」", "『": "』", "‟": "”", "〝": "〟", "＂": "＂"}
_DASHES = "—–―"
_DASH_LINE = re.compile(r"^\s*[—–―]+\s*(?=\S)")
_FINAL = ".!?…。！？،,;:，、；：—–-।॥؟؛'’"
_OPENINGS = frozenset((*_PAIRS, *_PAIRS.values(), '"', "'", "‘"))
_NEAR = 400
"""Letters around a quotation that tell whether it is speech."""


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a paragraph, as offsets into it. Together the spans of a paragraph leave out only quotation marks and spaces."""

    kind: Literal["speech", "text"]
    start: int
    end: int
    open: bool = False
    """The quotation is not closed in this paragraph."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Which marks quote speech in a document: decided once, since an apostrophe or a French closing mark can be another's opening."""

    pairs: dict[str, str]
    single: bool
    dashes: bool


def find_marks(text: str) -> Marks:
    """The quotation marks of ``text``."""
    pairs = dict(_PAIRS)
    first, last = text.find("«"), text.find("»")
    if last >= 0 and (first < 0 or last < first):
        pairs["»"] = "«"
        del pairs["«"]
    if "„" in text or ("”" not in text and "“" in text and _closes_with_opening(text)):
        pairs.pop("“", None)
    strong = any(mark in text for mark in (*pairs, '"'))
    dashes = any(_DASH_LINE.match(line) for line in text.split("\n"))
    return Marks(pairs, not strong and bool(re.search(r"(?:^|[\s(])['‘]\w", text)), dashes)


def split_speech(paragraph: str, marks: Marks) -> list[Span]:
    """Spans of ``paragraph`` in order. Short quotations that are not speech stay in the text around them."""
    if marks.dashes and _DASH_LINE.match(paragraph):
        return _split_dashes(paragraph)
    spans: list[Span] = []
    end = at = 0
    while at < len(paragraph):
        close = _close_of(paragraph, at, marks)
        if close is None:
            at += 1
            continue
        inner_end, after = close
        if _is_speech(paragraph, at, inner_end, after):
            _add_text(spans, paragraph, end, at)
            spans.append(Span("speech", at + 1, inner_end, open=after == inner_end))
            end = after
        at = after
    _add_text(spans, paragraph, end, len(paragraph))
    return spans


def starts_with_quote(paragraph: str, marks: Marks) -> bool:
    """Whether the paragraph opens with a quotation mark or a dialogue dash."""
    head = paragraph.lstrip()[:1]
    return (
        head in marks.pairs
        or head == '"'
        or (marks.dashes and head in _DASHES and head != "")
        or (marks.single and head in "'‘" and head != "")
    )


def leads_to_quotation(name: str, text: str) -> bool:
    """Whether ``name: text``, which looks like a turn, is a sentence of prose: ``The fox said: "…"``, ``狐狸说：“…”``.

    A name in capitals, and a name whose words all begin with one (``Edward Said``), is a name.
    """
    if text[:1] not in _OPENINGS:
        return False
    words = [word for word in name.split() if not word[:1].isupper()]
    if not words:
        return False
    if _wordless(words[-1][-1:]):
        return _ends_with_wordless_verb(words[-1])
    return has_speech_verb(" ".join(words))


def has_speech_verb(text: str) -> bool:
    """Whether ``text`` has a verb of saying in any language of the grammar."""
    folded = fold(text)
    return any(_has_word(folded, verb) for verb in _all_verbs())


@lru_cache(maxsize=1)
def _all_verbs() -> tuple[str, ...]:
    words = grammar().speech
    return tuple(dict.fromkeys(fold(verb) for verbs in (*words.verbs.values(), words.thought_verbs) for verb in verbs))


def _ends_with_wordless_verb(text: str) -> bool:
    """Whether Chinese or Japanese ends with a verb of saying: ``狐狸说``, ``狐は言った``."""
    return any(text.endswith(verb) and len(text) > len(verb) for verb in _all_verbs() if _wordless(verb))


def _has_word(folded: str, word: str) -> bool:
    at = folded.find(word)
    while at >= 0:
        before, after = folded[at - 1 : at], folded[at + len(word) : at + len(word) + 1]
        if before in ARABIC_JOINS and _arabic(word):
            before = folded[at - 2 : at - 1]
        if (not word[0].isascii() and _wordless(word)) or not (continues_word(before) or continues_word(after)):
            return True
        at = folded.find(word, at + 1)
    return False


def _wordless(word: str) -> bool:
    """Han and kana, which are written without spaces."""
    return any("\u3040" <= char <= "\u9fff" for char in word)


def _arabic(word: str) -> bool:
    return "\u0600" <= word[0] <= "\u06ff"


def _closes_with_opening(text: str) -> bool:
    return re.search(r"“\s*[,.]?\s*[,.]", text) is not None


def _close_of(paragraph: str, at: int, marks: Marks) -> tuple[int, int] | None:
    """Where the quotation that opens at ``at`` ends: the offset of its closing mark and the one after; None when none opens."""
    mark = paragraph[at]
    before, following = paragraph[at - 1 : at], paragraph[at + 1 : at + 2]
    if mark in marks.pairs:
        closers = marks.pairs[mark]
        depth = 1
        for seek in range(at + 1, len(paragraph)):
            if paragraph[seek] in closers:
                depth -= 1
                if depth == 0:
                    return seek, seek + 1
            elif paragraph[seek] == mark:
                depth += 1
        return len(paragraph), len(paragraph)
    if mark == '"' and (not before or not before.isalnum()) and following and not following.isspace():
        close = paragraph.find('"', at + 1)
        return (close, close + 1) if close >= 0 else (len(paragraph), len(paragraph))
    if marks.single and mark in "'‘" and not before.isalnum() and following and not following.isspace():
        closers = "'" if mark == "'" else "’"
        for seek in range(at + 2, len(paragraph)):
            ends = not paragraph[seek + 1 : seek + 2].isalnum() and paragraph[seek - 1] in _FINAL
            if paragraph[seek] in closers and ends:
                return seek, seek + 1
    return None


def _is_speech(paragraph: str, opening: int, inner_end: int, after: int) -> bool:
    quoted = paragraph[opening + 1 : inner_end].strip()
    if not quoted:
        return False
    around_start, around_end = max(0, opening - _NEAR), after + _NEAR
    outside = (paragraph[around_start:opening] + paragraph[after:around_end]).strip(" \t\n.,!?…—–-")
    if not outside or after == inner_end:
        return True
    lead, tail = paragraph[around_start:opening].rstrip(), paragraph[after:around_end].lstrip()
    short = len(quoted.split()) < 3 and (not _wordless(quoted) or len(quoted) <= 6)
    leads = lead.endswith((",", ":", "：", "，", "،", "、")) or _ends_with_wordless_verb(lead.removesuffix("。"))
    if not short or quoted[-1] in _FINAL or leads:
        return True
    near = tail.lstrip(" ,.，。、").split("\n")[0]
    return has_speech_verb(_first_words(near)) or (not lead and bool(tail[:1] in (",", "，", "،", "と")))


def _first_words(text: str) -> str:
    clause = re.split(r"[.!?。！？;；:：]", text, maxsplit=1)[0]
    return clause[:12] if _wordless(clause[:12]) else " ".join(clause.split()[:4])


def _add_text(spans: list[Span], paragraph: str, start: int, end: int) -> None:
    if paragraph[start:end].strip():
        spans.append(Span("text", start, end))


def _split_dashes(paragraph: str) -> list[Span]:
    """``—Hola —dijo Ana—. Pasa.``, ``— Reste, dit Claire.``, ``— Привет, — сказал Иван. — Заходи.``"""
    head = _DASH_LINE.match(paragraph)
    first = head.end() if head else 0
    cuts = [match for match in re.finditer(rf"\s*[{_DASHES}]+\s*", paragraph[first:])]
    edges = [first, *(edge + first for match in cuts for edge in match.span()), len(paragraph)]
    pieces = [(edges[at], edges[at + 1]) for at in range(0, len(edges), 2)]
    spans: list[Span] = []
    speaking = first
    number = 1
    end = pieces[0][1]
    while number < len(pieces):
        start, stop = pieces[number]
        # A narrator goes on in small letters behind what was asked or exclaimed; and behind a sentence of a speaker who was told already.
        exclaimed = paragraph[end - 1] in "!?…" and paragraph[start : start + 1].islower()
        ended = bool(spans) and paragraph[end - 1] in ".!?…" and paragraph[start : start + 1].isalpha()
        if exclaimed or ended or has_speech_verb(_first_words(paragraph[start:stop])):
            _add_speech(spans, paragraph, speaking, end)
            _add_text(spans, paragraph, start, stop)
            number += 1
            if number >= len(pieces):
                return spans
            speaking = pieces[number][0]
        end = pieces[number][1]
        number += 1
    _add_speech(spans, paragraph, speaking, end)
    return spans


def _add_speech(spans: list[Span], paragraph: str, start: int, end: int) -> None:
    """A speech, and after it the attribution that only a comma or closing mark sets off, as in French, and what is said after that."""
    for match in re.finditer(r"[,!?…]\s+", paragraph[start:end]):
        begin = start + match.end()
        tail = paragraph[begin:end]
        if re.match(r"[^\W\d_]+(?:-t)?(?:-(?:il|elle|je|ils|elles))?\b", tail) and tail[:1].islower() and _begins_with_verb(tail):
            again = begin + _goes_on(tail)
            comma = match.group()[0] == ","
            paused = again < end and paragraph[:again].rstrip().endswith(",")  # "Je pars, [dit Marie,] et je reviens."
            spans.append(Span("speech", start, start + match.start() + (1 if paused or not comma else 0)))
            _add_text(spans, paragraph, begin, again)
            if again < end:
                _add_speech(spans, paragraph, again, end)
            return
    if paragraph[start:end].strip():
        spans.append(Span("speech", start, end))


def _goes_on(attribution: str) -> int:
    """Where the speaker goes on behind an attribution without dashes; its length where nothing more is said.

    ``dit Marie, et je reviens.``, ``dit Marie, les yeux fermés. Je dors.`` No mark tells it from the narrator's ``dit Marie, en riant. Elle
    sortit.``: words of the first and second person are a speaker's, and so is an exclamation or a question.
    """
    for match in re.finditer(r"[,.!?…]+\s+", attribution):
        rest = attribution[match.end() :]
        if match.group()[0] == "," and not _TELLS.match(rest.lower()):
            return match.end()
        if _SPEAKERS.search(re.split(r"[.!?…]", rest, maxsplit=1)[0].lower()) or re.match(r"[^.!?…]{1,80}[!?]", rest):
            return match.end()
    return len(attribution)


_SPEAKERS = re.compile(
    r"(?<![\w'’-])(?:je|tu|nous|vous|moi|toi|mon|ma|mes|ton|ta|tes|notre|nos|votre|vos|me|te|[jmt]['’]\w+|oui|non|parce qu\w*|car|merci)"
    r"(?![\w-])"
)
"""French words that a speaker uses and a narrator of a third person does not."""
_TELLS = re.compile(
    r"(?:en|d['’]une?|avec|sans|l[ea]s?|l['’]\w+|une?|son|sa|ses|qui|puis|tout|toute|à|aux?|sur|dans|tandis|pendant|avant|après|toujours|soudain"
    r"|tête|visage|et (?:il|elle|se|s['’])|\w+(?:ée?s?|ant)|et \w+(?:a|it|ut)|surprise?|assise?|debout|pensi(?:f|ve)|furieu(?:x|se)"
    r"|inqui[eè]te?)\b"
)
"""How a narrator goes on behind a comma: the manner, what is done besides."""


def _begins_with_verb(text: str) -> bool:
    folded = fold(text)
    return any(folded.startswith(verb) and not folded[len(verb) : len(verb) + 1].isalpha() for verb in _all_verbs())
