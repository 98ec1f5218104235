"""What an attribution is, and the verbs that make one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from filmstudio.plugins.screenplay.grammar import fold, grammar

ARABIC_JOINS = ("و", "ف")
"""*And* and *so*, which Arabic writes on the word behind them."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """A clause that tells who speaks. Offsets are into the text that was given."""

    subject: str
    """As written: a name, ``the old man``, a pronoun; empty when the clause has a verb alone."""
    start: int
    end: int
    thought: bool = False


@lru_cache(maxsize=64)
def verbs_of(language: str) -> tuple[tuple[str, ...], ...]:
    """Verbs of saying and thinking of ``language`` as folded words, longest first; of all languages when it has no list."""
    words = grammar().speech
    own = words.verbs.get(language)
    listed = own if own is not None else tuple(verb for verbs in words.verbs.values() for verb in verbs)
    verbs = {tuple(fold(verb).split()) for verb in (*listed, *words.thought_verbs)}
    return tuple(sorted(verbs, key=lambda verb: (-len(verb), verb)))
