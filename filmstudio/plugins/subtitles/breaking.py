"""Breaking text: a speech into captions, and a caption into lines, where a reader would pause."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import accumulate, pairwise

from filmstudio.plugins.subtitles.rules import MAX_LINES, Rules, length

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


def pieces(text: str, rules: Rules) -> list[str]:
    """The smallest pieces a caption may be broken between, in order; joined they are the text.

    Words with the space after them; in Chinese and Japanese single characters, with punctuation kept on the left and small kana
    and closing marks never at the start of a line. A word longer than a line is cut where the line is full.
    """
    return [part for whole in _unbroken(text) for part in _cut(whole, rules.line_length)]


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
    """Letters with their marks, what a joiner or a virama ties to them, and the space after them; none longer than a line."""
    found: list[str] = []
    for character in piece:
        tied = bool(found) and (
            character.isspace()
            or unicodedata.category(character)[0] in "MC"
            or found[-1][-1] == "\u200d"
            or unicodedata.combining(found[-1][-1]) == _VIRAMA
        )
        if tied and (character.isspace() or length(found[-1] + character) <= most):
            found[-1] += character
        else:
            found.append(character)
    return found


def _unbroken(text: str) -> list[str]:
    """Words, and the clusters of Chinese and Japanese, however long."""
    parts: list[str] = []
    for word in re.findall(r"\S+\s*|\s+", text):
        if not _WIDE_SCRIPT.search(word):
            parts.append(word)
            continue
        for cluster in re.findall(
            r"[「『（(“‘]*(?:[A-Za-z0-9]+|[^\s「『（(“‘])[ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ、。，．！？!?」』）)”’…：；\s]*", word
        ):
            parts.append(cluster)
    if "".join(parts) != text:  # a cluster the pattern does not know: fall back to words, which always join
        return re.findall(r"\S+\s*|\s+", text)
    return parts


def break_lines(text: str, rules: Rules) -> tuple[str, ...] | None:
    """The text as one line, or as two at the best place; None when it does not fit in two."""
    text = text.strip()
    if length(text) <= rules.line_length:
        return (text,)
    parts = pieces(text, rules)
    best: tuple[float, tuple[str, ...]] | None = None
    for index in range(1, len(parts)):
        first, second = "".join(parts[:index]).strip(), "".join(parts[index:]).strip()
        if not first or not second or max(length(first), length(second)) > rules.line_length:
            continue
        cost = (
            break_cost(first) + abs(length(first) - length(second)) / rules.line_length + (0.3 if length(first) > length(second) else 0.0)
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
    last = re.split(r"\s", stripped)[-1].casefold()
    return 1.6 if last in _WEAK else 0.9


def split_speech(text: str, rules: Rules, seconds: float) -> list[str]:
    """Divide a speech into captions that fit two lines each, breaking where it reads best.

    ``seconds`` is how long the speech lasts: a long slow speech is divided further, so that no caption stays beyond seven
    seconds. The captions joined are the speech, spaces at the breaks aside.
    """
    parts = pieces(text.strip(), rules)
    if not parts:
        return []
    total = max(1, length(text))
    longest = max(1.0, total * 6.5 / seconds) if seconds > 6.5 else float(total)
    count = len(parts)
    ends = [0, *accumulate(length(part) for part in parts)]
    spaces = [length(part) - length(part.rstrip()) for part in parts]

    def span(start: int, end: int) -> int:
        """Characters of a stretch of pieces, without the space after it."""
        return ends[end] - ends[start] - spaces[end - 1]

    def fits(start: int, end: int) -> bool:
        whole = span(start, end)
        if end - start > 1 and whole > longest:
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
