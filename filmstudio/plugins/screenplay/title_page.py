"""The title page of a Fountain script: keys and values at its head, the values beside their key or indented under it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from filmstudio.core.screenplay import TitleEntry
from filmstudio.plugins.screenplay.grammar import fold, grammar

_KEY = re.compile(r"^([^\s:：][^:：]{0,39})[:：](.*)$")
_INDENTED = re.compile(r"^(?: {2,}|\t| \t)\s*\S")


def read_title_page(lines: Sequence[str]) -> tuple[tuple[TitleEntry, ...], int]:
    """The entries at the head of a script's first paragraph, and how many lines they take: none when it is no title page.

    It is one as far as every line is ``key: value`` or an indented value, if a key is one that title pages have
    (or the first key has nothing but indented values).
    """
    count = 0
    entries: list[tuple[str, list[str]]] = []
    for line in lines:
        match = _KEY.match(line)
        if match and not line[:1].isspace():
            value = match.group(2).strip()
            entries.append((match.group(1).strip(), [value] if value else []))
        elif entries and _INDENTED.match(line):
            entries[-1][1].append(line.strip())
        else:
            break
        count += 1
    if not entries:
        return (), 0
    known = any(fold(key) in grammar().title_key_set for key, _ in entries)
    first = lines[0]
    indented_first = count > 1 and first.rstrip().endswith((":", "：")) and bool(entries[0][1])
    if not known and not (indented_first and fold(first) not in grammar().transition_by_text and not first.rstrip().endswith("TO:")):
        return (), 0
    return tuple(TitleEntry(key=key, values=tuple(values)) for key, values in entries), count


def write_title_page(entries: Sequence[TitleEntry]) -> list[str]:
    """The lines of a title page."""
    lines: list[str] = []
    for entry in entries:
        key = " ".join(entry.key.replace(":", " ").replace("：", " ").split())[:40].strip() or "Notes"
        values = [line.strip() for value in entry.values for line in value.split("\n") if line.strip()]
        if len(values) == 1 and fold(key) in grammar().title_key_set:
            lines.append(f"{key}: {values[0]}")
        else:
            lines += [f"{key}:", *(f"    {value}" for value in values)]
    return lines
