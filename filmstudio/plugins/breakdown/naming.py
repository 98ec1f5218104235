"""Which words of the lexicon call somebody, and which name a season, a weather or a sound: for readers of scripts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Naming:
    """Words as they are written."""

    given: frozenset[str]
    """Given names."""
    people: frozenset[str]
    """What people and talking creatures are: mother, king, fox."""
    things: frozenset[str]


@lru_cache(maxsize=1)
def naming() -> Naming:
    """The words, without the rest of the lexicon, whose phrases take a quarter of a second to prepare."""
    data = json.loads(files("filmstudio.plugins.breakdown").joinpath("data/lexicon.json").read_text("utf-8"))
    tables = (data["roles"], data["creatures"])
    people = {*data["relations"], *data["relation_heads"], *(word for table in tables for words in table.values() for word in words)}
    sounds = (word for sound in data["sounds"]["ids"].values() for word in sound["words"])
    skies = (word for table in (data["weather"], data["seasons"]) for words in table.values() for word in words)
    return Naming(
        given=frozenset(data["names"]["list"]),
        people=frozenset(people),
        things=frozenset(word.rstrip("*") for word in (*sounds, *skies)),
    )
