"""Ids that do not change when something else in the script does: made from what is named, not from where it stands."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable

from filmstudio.plugins.breakdown.words import clean

LONGEST = 40
"""Letters of a slug; ids become parts of file names."""


def short_hash(*parts: str) -> str:
    """Eight hex digits of the parts' SHA-256 in NFC."""
    joined = "\x1f".join(unicodedata.normalize("NFC", part) for part in parts)
    return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def slug(text: str, *, prefix: str) -> str:
    """``text`` in ``[a-z0-9-]``. Text that Latin letters cannot say is ``prefix-`` and a hash."""
    decomposed = unicodedata.normalize("NFKD", text).lower()
    spelled = "".join(_SPELLED.get(char, char) for char in decomposed if not unicodedata.combining(char))
    if any(unicodedata.category(char)[0] == "L" and not char.isascii() for char in spelled):
        return f"{prefix}-{short_hash(text)}"
    plain = re.sub(r"[^a-z0-9]+", "-", spelled).strip("-")
    if not plain:
        return f"{prefix}-{short_hash(text)}"
    return plain if len(plain) <= LONGEST else f"{plain[: LONGEST - 9].rstrip('-')}-{short_hash(text)}"


_SPELLED = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i"}


def name_key(name: str) -> str:
    """What makes two cues one person: the name without brackets, dual mark, case, harakat and spare spaces."""
    bare = re.sub(r"[(\uff08][^)\uff09]*[)\uff09]?", " ", clean(name)).replace("^", " ")
    return " ".join(bare.casefold().split())


def character_ids(keys: Iterable[str]) -> dict[str, str]:
    """An id for each name key. Where two names spell alike, those that had to be respelled carry a hash."""
    wanted: dict[str, list[str]] = {}
    for key in dict.fromkeys(keys):
        wanted.setdefault(slug(key, prefix="c"), []).append(key)
    ids: dict[str, str] = {}
    for spelled, sharing in wanted.items():
        for key in sharing:
            ids[key] = spelled if len(sharing) == 1 or key == spelled else f"{spelled}-{short_hash(key)}"
    return ids


class Numbering:
    """Gives each id once: the second asker for the same gets ``-2``."""

    def __init__(self) -> None:
        self._times: dict[str, int] = {}
        self._given: set[str] = set()

    def take(self, wanted: str) -> str:
        """``wanted``, or the first of ``wanted-2``, ``wanted-3`` … that nobody has."""
        times = self._times.get(wanted, 0) + 1
        given = wanted if times == 1 else f"{wanted}-{times}"
        while given in self._given:
            times += 1
            given = f"{wanted}-{times}"
        self._times[wanted] = times
        self._given.add(given)
        return given
