"""Turns as Japanese scripts and games write them: the words in corner brackets behind the name, ``太郎「おはよう」``."""

from __future__ import annotations

import re

from filmstudio.plugins.screenplay.quotes import leads_to_quotation

_TURN = re.compile(
    r"^(?P<name>[^\s「」『』（）()、。！？…:：\"“”]{1,12})\s*(?P<note>[(（][^()（）]*[)）])?\s*"
    r"(?:「(?P<rest>(?:[^「」]|「[^「」]*」)*)」|『(?P<other>(?:[^『』]|『[^『』]*』)*)』)\s*$"
)
"""``太郎「おはよう」``: how Japanese scripts and games write it. Nothing stands behind the quotation, as it does in prose."""
_PARTICLES = ("は", "が", "も", "を")
"""What a name does not end with, and a subject does."""


def quoted_turn(line: str) -> re.Match[str] | None:
    """The turn that ``line`` is, with groups *name*, *note*, and *rest* or *other* for its words; or None."""
    found = _TURN.match(line) if line[:1] not in "!@\\" else None
    return found if found and not found["name"].endswith(_PARTICLES) and not leads_to_quotation(found["name"], "「") else None
