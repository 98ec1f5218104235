"""A title page without keys, as Final Draft centres it: title, credit, authors, then how to reach them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from filmstudio.core.screenplay import TitleEntry

_CREDIT = re.compile(
    r"^(?:(?:screenplay|teleplay|story|script|written)\s+)?(?:and\s+\w+\s+)?by$|^(?:par|von|por|द्वारा|作|脚本)$", re.IGNORECASE
)
_CREDIT_AND_NAME = re.compile(r"^((?:(?:screenplay|teleplay|story|script|written)\s+)?by)\s+(.+)$", re.IGNORECASE)
_SOURCE = re.compile(r"^(?:based (?:on|upon)|from the|adapted from)\b", re.IGNORECASE)


def title_entries(lines: Sequence[str]) -> tuple[TitleEntry, ...]:
    """Keys for the lines of a title page: the first is the title, names follow a credit, the rest is the contact."""
    values: dict[str, list[str]] = {}
    expects_author = False
    for line in (line.strip() for line in lines if line.strip()):
        match = _CREDIT_AND_NAME.match(line)
        if "Title" not in values:
            values["Title"] = [line]
        elif _CREDIT.match(line):
            values.setdefault("Credit", []).append(line)
            expects_author = True
        elif match and "Author" not in values:
            values.setdefault("Credit", []).append(match.group(1))
            values["Author"] = [match.group(2)]
        elif _SOURCE.match(line):
            values.setdefault("Source", []).append(line)
        elif expects_author:
            values.setdefault("Author", []).append(line)
            expects_author = False
        else:
            values.setdefault("Contact", []).append(line)
    return tuple(TitleEntry(key=key, values=tuple(found)) for key, found in values.items())
