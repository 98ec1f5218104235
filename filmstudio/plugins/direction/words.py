"""Words of action text that a director listens for: who comes in, who goes out."""

from __future__ import annotations

import re

_ENTER = re.compile(
    r"\b(?:enters?|entering|comes? in|walks? in|runs? in|steps? in|arrives?|bursts? in|rushes in|appears?|approach(?:es)?"
    r"|returns?|comes? back|walks? up|entra|entre|betritt|kommt herein|tritt ein)\b"
    r"|प्रवेश|आता है|आती है|आते हैं|आती हैं"
    r"|يدخل|تدخل|入ってくる|やってくる|进来|走进|现れる",
    re.IGNORECASE,
)
_LEAVE = re.compile(
    r"\b(?:exits?|leaves|leave|walks? (?:off|out|away)|runs? (?:off|out|away)|goes out|steps? out|departs?|storms? (?:off|out)"
    r"|hurries? (?:off|out|away)|disappears?|sale|sort|verlässt|geht hinaus)\b"
    r"|चला जाता|चली जाती|चले जाते|يخرج|تخرج|出ていく|去っていく|离开|走出",
    re.IGNORECASE,
)
_NOT = re.compile(r"\b(?:doesn't|does not|never|almost|about to|wants to|tries to|stops before)\s+\w*\s*$", re.IGNORECASE)


def enters(text: str) -> bool:
    """Whether somebody comes into the picture."""
    return _said(_ENTER, text)


def leaves(text: str) -> bool:
    """Whether somebody goes out of the picture."""
    return _said(_LEAVE, text)


def _said(pattern: re.Pattern[str], text: str) -> bool:
    return any(not _NOT.search(text[: match.start()]) for match in pattern.finditer(text))
