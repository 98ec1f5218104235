"""Breaking text: a speech into captions, and a caption into lines, where a reader would pause."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from itertools import accumulate, pairwise

from filmstudio.plugins.subtitles.rules import MAX_LINES, MAX_SECONDS, Rules, length

_STOP = ".!?…।॥。！？؟"
_PAUSE = ",;:、，；：،—–-"
_CLOSERS = "\"'”’»」』)）]"
_WEAK = frozenset(
    re.findall(
        r"\S+",
        "a an the of to in on at by for and or but with from as is are was were my your his her our their this that i we you he she it "
        "they not de la le les un une des du et à el los las y en con der die das den dem ein eine und mit zu von",
    )
)
"""Words that lean on the next one: a line should not end in them."""

_VIRAMA = 9
"""Canonical combining class of the signs that join the letter before them to the one after."""

_WIDE_SCRIPT = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")

_UNSPACED = re.compile(r"[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\ua9e0-\ua9ff\uaa60-\uaa7f]")
"""Thai, Lao, Tibetan, Burmese and Khmer: a space there ends a phrase, not a word."""
_LEADING = frozenset("เแโใไເແໂໃໄ")
"""Vowels of Thai and Lao that are written before their consonant, and said after it."""
_FOLLOWING = frozenset("ะาำๅๆฯະາຳຽໆຯ")
_FINAL = re.compile(r"[\u1000-\u1021\u1075-\u1081]\u1037?[\u1039\u103a]")
"""A Burmese consonant that ends the syllable before it, or is stacked below it."""

_LOCALE = "en"
"""ICU's rules for lines and letters, and its dictionaries of Thai, Lao, Khmer and Burmese, are those of any language."""

_STAY = MAX_SECONDS - 0.5
"""Seconds that the words of a caption may last: it stays a little longer than they do."""


def pieces(text: str, rules: Rules, moment: Callable[[int], float] = lambda character: 0.0) -> list[str]:
    """The smallest pieces a caption may be broken between, in order; joined they are the text.

    Words with the space after them, found by dictionary where no space parts them; in Chinese and Japanese single characters, with
    punctuation kept on the left and small kana and closing marks never at the start of a line. A word longer than a line is cut
    where the line is full, and a number that is longer spoken than a caption stays, where its digits are grouped. ``moment`` is the
    second at which a character is spoken.
    """
    found: list[str] = []
    position = 0
    for whole in _unbroken(text):
        lasts = moment(position + len(whole)) - moment(position)
        parts = _counted_out(whole, math.ceil(lasts / _STAY)) if lasts > _STAY else [whole]
        found += (part for each in parts for part in _cut(each, rules.line_length))
        position += len(whole)
    return found


def _counted_out(word: str, count: int) -> list[str]:
    """A long number in ``count`` parts, cut behind the marks that group its digits, or between groups of three; another word whole."""
    number = re.search(r"\d(?:[\d,.'’_\u00a0\u202f\u066b\u066c]*\d)?", word)
    if number is None or number.end() - number.start() < count:
        return [word]
    places: list[int] = []
    for run in re.finditer(r"\d+", number.group()):
        start, end = number.start() + run.start(), number.start() + run.end()
        places += range(end - 3, start, -3) if run.start() == 0 else range(start, end, 3)  # a fraction counts from its mark
    places = sorted(places) or list(range(number.start() + 1, number.end()))
    step = (number.end() - number.start()) / count
    ideal = [number.start() + step * part for part in range(1, count)]
    cuts = sorted({min(places, key=lambda place, at=at: abs(place - at)) for at in ideal})  # type: ignore[misc]
    return [word[start:end] for start, end in pairwise([0, *cuts, len(word)])]


def _cut(piece: str, most: int) -> list[str]:
    """A piece in parts of at most ``most`` characters as a reader counts them; no letter is parted from its marks."""
    if length(piece.rstrip()) <= most:
        return [piece]
    parts: list[str] = [""]
    for letter in _letters(piece, most):
        if parts[-1] and length((parts[-1] + letter).rstrip()) > most:
            parts.append("")
        parts[-1] += letter
    return parts


def _letters(piece: str, most: int) -> list[str]:
    """Letters with their marks, what a virama ties to them or their syllable needs, and the space after; none longer than a line."""
    found: list[str] = []
    for cluster in _clusters(piece):
        if length(cluster) > most:
            found += cluster
            continue
        tied = bool(found) and (
            cluster.isspace()
            or unicodedata.category(cluster[0])[0] in "MC"
            or unicodedata.combining(found[-1][-1]) == _VIRAMA
            or found[-1][-1] in _LEADING
            or cluster[0] in _FOLLOWING
            or _FINAL.match(cluster) is not None
        )
        if tied and (cluster.isspace() or length(found[-1] + cluster) <= most):
            found[-1] += cluster
        else:
            found.append(cluster)
    return found


def _unbroken(text: str) -> list[str]:
    """Words, and the clusters of Chinese and Japanese, however long."""
    return [part for word in re.findall(r"\S+\s*|\s+", text) for part in _words(word)]


def _words(word: str) -> list[str]:
    """What stands between two spaces, divided where its script divides words without them."""
    if _UNSPACED.search(word):
        from icu4py.breakers import LineBreaker

        return list(LineBreaker(word, _LOCALE))
    if not _WIDE_SCRIPT.search(word):
        return [word]
    parts = re.findall(
        r"[「『（(“‘]*(?:[A-Za-z0-9]+|[^\s「『（(“‘])[ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ、。，．！？!?」』）)”’…：；\s]*", word
    )
    if "".join(parts) != word:  # a cluster the pattern does not know
        return [word]
    edges = set(accumulate(len(cluster) for cluster in _clusters(word)))
    whole, position = [""], 0
    for part in parts:
        if position in edges:
            whole.append("")
        whole[-1] += part
        position += len(part)
    return whole


def _clusters(text: str) -> list[str]:
    """The text in letters as a reader counts them: grapheme clusters (UAX 29)."""
    from icu4py.breakers import CharacterBreaker

    return list(CharacterBreaker(text, _LOCALE))


def break_lines(text: str, rules: Rules) -> tuple[str, ...] | None:
    """The text as one line, or as two at the best place; None when it does not fit in two."""
    text = text.strip()
    if length(text) <= rules.line_length:
        return (text,)
    parts = pieces(text, rules)
    best: tuple[float, tuple[str, ...]] | None = None
    for index in range(1, len(parts)):
        before = "".join(parts[:index])
        first, second = before.strip(), "".join(parts[index:]).strip()
        if not first or not second or max(length(first), length(second)) > rules.line_length:
            continue
        cost = (
            break_cost(before) + abs(length(first) - length(second)) / rules.line_length + (0.3 if length(first) > length(second) else 0.0)
        )
        if best is None or cost < best[0]:
            best = (cost, (first, second))
    return best[1] if best else None


def break_cost(before: str) -> float:
    """How badly a break after this text reads, 0 (after a sentence) and up."""
    stripped = before.rstrip().rstrip(_CLOSERS)
    if not stripped:
        return 3.0
    if stripped[-1] in _STOP:
        return 0.0
    if stripped[-1] in _PAUSE:
        return 0.35
    if _UNSPACED.match(stripped[-1]):
        return 0.35 if before[-1].isspace() else 0.9
    last = re.split(r"\s", stripped)[-1].casefold()
    return 1.6 if last in _WEAK else 0.9


def split_speech(text: str, rules: Rules, seconds: float, moment: Callable[[int], float] | None = None) -> list[str]:
    """Divide a speech into captions that fit two lines each, breaking where it reads best.

    ``seconds`` is how long the speech lasts, and ``moment`` the second at which a character of it is spoken, evenly unless given: a
    slow stretch is divided further, so that no caption stays beyond seven seconds. The captions joined are the speech, spaces at the
    breaks aside.
    """
    skipped, text, total = len(text) - len(text.lstrip()), text.strip(), max(1, length(text))
    counted = [0, *accumulate(length(character) for character in text)]

    def spoken(character: int) -> float:
        return moment(skipped + character) if moment is not None else seconds * counted[character] / total

    parts = pieces(text, rules, spoken)
    if not parts:
        return []
    moments = [spoken(position) for position in accumulate((len(part) for part in parts), initial=0)]
    count = len(parts)
    ends = [0, *accumulate(length(part) for part in parts)]
    spaces = [length(part) - length(part.rstrip()) for part in parts]

    def span(start: int, end: int) -> int:
        """Characters of a stretch of pieces, without the space after it."""
        return ends[end] - ends[start] - spaces[end - 1]

    def fits(start: int, end: int) -> bool:
        whole = span(start, end)
        if end - start > 1 and moments[end] - moments[start] > _STAY:
            return False
        if whole <= rules.line_length:
            return True
        halves = range(start + 1, end)
        return any(span(start, half) <= rules.line_length and span(half, end) <= rules.line_length for half in halves)

    ideal = rules.line_length * MAX_LINES * 0.75
    infinity = float("inf")
    best = [infinity] * (count + 1)
    came = [0] * (count + 1)
    best[0] = 0.0
    for start in range(count):
        if best[start] == infinity:
            continue
        for end in range(start + 1, count + 1):
            whole = span(start, end)
            if end > start + 1 and whole > rules.line_length * MAX_LINES:
                break
            if not fits(start, end):
                continue
            short = max(0.0, (ideal - whole) / ideal) if end < count or start > 0 else 0.0
            cost = best[start] + 1.0 + 0.6 * short + (break_cost(parts[end - 1]) * 1.5 if end < count else 0.0)
            if cost < best[end]:
                best[end], came[end] = cost, start
    cuts = [count]
    while cuts[-1] > 0:
        cuts.append(came[cuts[-1]])
    edges = cuts[::-1]
    blocks = ["".join(parts[a:b]).strip() for a, b in pairwise(edges)]
    return [block for block in blocks if block]


def joined(blocks: Sequence[str]) -> str:
    """Captions as one text without spaces: what is compared with the words spoken."""
    return "".join("".join(block.split()) for block in blocks)
