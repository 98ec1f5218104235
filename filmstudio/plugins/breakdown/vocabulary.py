"""The words of a film that the breakdown writes, for telling those that a person wrote and nobody knows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files

from filmstudio.core.vocabulary import Kind, Known
from filmstudio.plugins.breakdown.actions import PROPS
from filmstudio.plugins.breakdown.cultures import CULTURES, DEFAULT, culture_named
from filmstudio.plugins.music.moods import FAMILIES, family

_SET_WITH = frozenset({"stool"})
"""Furniture that the director brings."""


def vocabulary() -> Mapping[Kind, Known]:
    """Cultures and the traditions of music they have, moods, ways of speaking, and things that are held."""
    # Not the whole lexicon: its phrases take a quarter of a second to prepare, and only names are wanted.
    data = json.loads(files("filmstudio.plugins.breakdown").joinpath("data/lexicon.json").read_text("utf-8"))
    traditions = frozenset(culture.music for culture in CULTURES.values())
    return {
        "culture": Known(frozenset(CULTURES), _is_culture),
        "tradition": Known(traditions, lambda word: word.strip().lower() in traditions),
        "mood": Known(frozenset(FAMILIES), _is_mood),
        "delivery": Known(frozenset(data["parentheticals"]["entries"])),
        "prop": Known(PROPS | _SET_WITH),
    }


def _is_culture(word: str) -> bool:
    return culture_named(word) != DEFAULT or word.casefold() in CULTURES[DEFAULT].aliases


def _is_mood(word: str) -> bool:
    """Whether music knows the mood: then what it falls back on does not matter."""
    return family(word, "sad") == family(word, "epic")
