"""Breaking text: a speech into captions, and a caption into lines, where a reader would pause."""

from __future__ import annotations

import re
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

_WIDE_SCRIPT = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


def pieces(text: str) -> list[str]:
    """The smallest pieces a caption may be broken between, in order; joined they are the text.

    Words with the space after them; in Chinese and Japanese single characters, with punctuation kept on the left and small kana
    and closing marks never at the start of a line.
    """
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
    parts = pieces(text)
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
    parts = pieces(text.strip())
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
    if best[count] == infinity:
        return _hard_split(text.strip(), rules)
    cuts = [count]
    while cuts[-1] > 0:
        cuts.append(came[cuts[-1]])
    edges = cuts[::-1]
    blocks = ["".join(parts[a:b]).strip() for a, b in pairwise(edges)]
    return [block for block in blocks if block]


def _hard_split(text: str, rules: Rules) -> list[str]:
    """For a word longer than a line: cut where the line is full. Nothing is lost and nothing is added."""
    lines: list[str] = []
    line = ""
    for character in text:
        if length(line + character) > rules.line_length:
            lines.append(line)
            line = ""
        line += character
    lines.append(line)
    return [line.strip() for line in lines if line.strip()]


def joined(blocks: Sequence[str]) -> str:
    """Captions as one text without spaces: what is compared with the words spoken."""
    return "".join("".join(block.split()) for block in blocks)
