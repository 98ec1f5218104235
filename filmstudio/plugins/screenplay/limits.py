"""How long a script may be: told before any work is done on it."""

from __future__ import annotations

from filmstudio.core.requests import ReadProblem

MAX_BYTES = 4_000_000
MAX_WORDS = 25_000
"""About three hours of film: a feature has 20,000 words at most."""

MAX_LETTERS = 400_000
MAX_LINE_LETTERS = 20_000
"""A line of more letters is no paragraph that anybody wrote: it is damage, and the work on it would not be proportional to it."""

_SPACELESS_LETTERS_A_WORD = 2


def count_words(text: str) -> int:
    """Words of ``text``: runs between spaces; in scripts without spaces two letters count as a word."""
    dense = sum(1 for char in text if "\u3040" <= char <= "\u9fff") if not text.isascii() else 0
    return len(text.split()) + dense // _SPACELESS_LETTERS_A_WORD


def too_many_bytes(size: int) -> ReadProblem | None:
    """The problem of a file of ``size`` bytes, if it is one."""
    if size <= MAX_BYTES:
        return None
    return ReadProblem(
        message=f"The script has {size:,} bytes; the limit is {MAX_BYTES:,}.", remedy="Split it into parts and make a film of each."
    )


def too_many_words(text: str) -> ReadProblem | None:
    """The problem of a text with too many words, if it is one."""
    words = count_words(text)
    if words <= MAX_WORDS:
        return None
    return ReadProblem(
        message=f"The script has {words:,} words; the limit is {MAX_WORDS:,}.", remedy="Split it into parts and make a film of each."
    )


def too_many_letters(text: str) -> tuple[ReadProblem, ...]:
    """The problems of a text that is too long in letters, as a whole or in a line; all of them."""
    problems: list[ReadProblem] = []
    if len(text) > MAX_LETTERS:
        message = f"The script has {len(text):,} letters and spaces; the limit is {MAX_LETTERS:,}."
        problems.append(ReadProblem(message=message, remedy="Split it into parts and make a film of each."))
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > MAX_LINE_LETTERS:
            message = f"This line has {len(line):,} letters; the limit is {MAX_LINE_LETTERS:,}."
            problems.append(ReadProblem(message=message, remedy="Divide it into paragraphs.", line=number, column=1))
    return tuple(problems)
