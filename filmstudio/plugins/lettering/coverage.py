"""Which letters the studio's fonts have, read from their own tables: a box in a film is told in its report."""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files

from filmstudio.plugins.lettering.text import without_undrawn

_MOST_TOLD = 5
_LONGEST_PLACE = 60
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zs", "Zl", "Zp"})
_HANGUL = range(0xAC00, 0xD7A4)
"""Syllables that no font sets from their parts."""


def missing_letters(text: str) -> tuple[str, ...]:
    """The letters of ``text`` that no font of the studio has, each once, in order; a box is drawn for each."""
    return tuple(dict.fromkeys(char for char in without_undrawn(text) if not _is_drawn(char)))


def told_missing(where: str, text: str) -> tuple[str, ...]:
    """A note for the report on the letters that ``text`` lacks: which they are, and where it stands. Empty when there are none."""
    missing = missing_letters(text)
    if not missing:
        return ()
    named = ", ".join(f"{char} (U+{ord(char):04X}, {unicodedata.name(char, 'no name').lower()})" for char in missing[:_MOST_TOLD])
    more = f" and {len(missing) - _MOST_TOLD} others" if len(missing) > _MOST_TOLD else ""
    place = " ".join(text.split())
    place = place if len(place) <= _LONGEST_PLACE else f"{place[: _LONGEST_PLACE - 1]}…"
    return (f"no font of the studio has {named}{more}: a box stands for it in {where} “{place}”.",)


def _is_drawn(char: str) -> bool:
    if char.isascii() or ord(char) in _letters() or unicodedata.category(char) in _INVISIBLE or "\ufe00" <= char <= "\ufe0f":
        return True
    parts = unicodedata.normalize("NFD", char)
    return parts != char and ord(char) not in _HANGUL and all(ord(part) in _letters() for part in parts)


@lru_cache(maxsize=1)
def _letters() -> frozenset[int]:
    """The code points of all fonts that text is set in."""
    found: set[int] = set()
    for font in files("filmstudio.plugins.lettering").joinpath("fonts").iterdir():
        if font.name.endswith((".ttf", ".otf")):
            found.update(_code_points(font.read_bytes()))
    return frozenset(found)


def _code_points(font: bytes) -> Iterator[int]:
    """The code points of an OpenType font: its ``cmap`` table, formats 4 and 12 (OpenType 1.9.1, cmap)."""
    for at in range(12, 12 + 16 * struct.unpack_from(">H", font, 4)[0], 16):
        tag, _, start, _ = struct.unpack_from(">4sIII", font, at)
        if tag == b"cmap":
            records = (struct.unpack_from(">HHI", font, start + 4 + 8 * n) for n in range(struct.unpack_from(">H", font, start + 2)[0]))
            tables = {start + offset for platform, _, offset in records if platform in (0, 3)}
            forms = {struct.unpack_from(">H", font, table)[0]: table for table in tables}
            if found := forms.get(12) or forms.get(4):  # what has both has all of it in the first
                yield from _subtable(font, found)


def _subtable(font: bytes, at: int) -> Iterator[int]:
    if struct.unpack_from(">H", font, at)[0] == 12:
        for group in range(struct.unpack_from(">I", font, at + 12)[0]):
            first, last, glyph = struct.unpack_from(">III", font, at + 16 + 12 * group)
            yield from range(first + (glyph == 0), last + 1)
    else:
        count = struct.unpack_from(">H", font, at + 6)[0] // 2
        lasts = struct.unpack_from(f">{count}H", font, at + 14)
        firsts = struct.unpack_from(f">{count}H", font, at + 16 + 2 * count)
        deltas = struct.unpack_from(f">{count}H", font, at + 16 + 4 * count)
        ranges = at + 16 + 6 * count
        for number, (first, last, delta) in enumerate(zip(firsts, lasts, deltas, strict=True)):
            offset = struct.unpack_from(">H", font, ranges + 2 * number)[0]
            for code in range(first, last + 1):
                place = ranges + 2 * number + offset + 2 * (code - first)
                glyph = struct.unpack_from(">H", font, place)[0] if offset and place + 2 <= len(font) else 0
                if code != 0xFFFF and (glyph if offset else (code + delta) & 0xFFFF):
                    yield code
