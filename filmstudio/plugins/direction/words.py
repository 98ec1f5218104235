"""Words of action text that a director listens for: who comes in, who goes out."""

from __future__ import annotations

import re

_ENTER = re.compile(
    r"\b(?:enter(?:s|ed|ing)?|(?:comes?|came) (?:in|out|back|up|over|home|running|to|from|down|through)|arriv(?:es?|ed|ing)"
    r"|(?:walk|run|step|burst|dash|roll|hop|trot|shuffl|stumbl|stagger|glid|slip|creep|float|hurr|march|strid|wander|drift)"
    r"(?:s|es|e|ed|ies|y)? (?:in|into|up|back)|rushes in|flies in|ran in|ran up|steps? out (?:of|from)|walks? out of|emerg(?:es?|ed)"
    r"|appear(?:s|ed)?|approach(?:es|ed)?|return(?:s|ed)?|entra|entre|llega|llegan|arrive|betritt|kommt (?:herein|herbei|zurück)"
    r"|tritt ein)\b"
    r"|प्रवेश|आता है|आती है|आते हैं|आती हैं|आ रह|निकलता है|निकलती है|लौट"
    r"|يدخل|تدخل|يأتي|تأتي|جاء|يقترب|تقترب|يصل|تصل|يعود|تعود"
    r"|入って|出てくる|出てきた|やって(?:くる|きた)|走ってくる|帰ってくる|近づいて|現れ|进来|走进|走来|过来|跑来|出现|回来"
    r"|들어온|들어오|나온다|나오|온다|다가온|돌아온",
    re.IGNORECASE,
)
_LEAVE = re.compile(
    r"\b(?:exits?|leaves|leave|walks? (?:off|out|away)|runs? (?:off|out|away)|goes out|steps? out|departs?|storms? (?:off|out)"
    r"|hurries? (?:off|out|away)|disappears?|sale|sort|verlässt|geht hinaus)\b"
    r"|चला जाता|चली जाती|चले जाते|يخرج|تخرج|يغادر|تغادر|出ていく|去っていく|离开|走出|나간다|나가|떠난다",
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
