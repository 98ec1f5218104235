"""How long things take: actions, action text, and the silences between lines."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from filmstudio.core.film import Business
from filmstudio.plugins.breakdown.words import count_words

MOTION_FPS = 24
LOOP_SECONDS = Fraction(3)
"""How long a looping action plays when nothing else ends it (grammar, section 7)."""

FRAMES: dict[str, int] = {
    "walk": 0, "run": 0, "idle": 0, "clap": 0, "dance": 0, "sleep": 0,
    "wave": 48, "point": 40, "nod": 26, "shake_head": 32, "shrug": 40, "think": 72, "laugh": 60, "cry": 84, "bow": 56, "namaste": 56,
    "salaam": 52, "sit": 44, "stand_up": 40, "kneel": 40, "jump": 44, "pick_up": 56, "give": 48, "strike_match": 44, "hold_lamp": 60,
    "read": 72, "drink": 60, "phone": 72, "embrace": 60, "fall": 48, "look_around": 84, "cower": 60, "sit_floor": 48, "kneel_seiza": 52,
    "present": 33, "both_open": 38, "beat": 20, "count": 50, "point_you": 28, "point_self": 31, "point_there": 35, "heart": 45,
    "dismiss": 28, "stop": 33, "size": 36, "hush": 41, "idea": 36, "cup_ear": 42, "refuse": 32, "beckon": 37, "resolve": 32,
    "temple": 44, "weigh": 43, "listen_tilt": 41,
}  # fmt: skip
"""Frames of every action and gesture of motion.json at 24 a second; 0 = loops."""

SECONDS_A_WORD = Fraction(35, 100)
SHORTEST, LONGEST = Fraction(3, 2), Fraction(6)
CAPTION_SECONDS_A_WORD, CAPTION_EXTRA = Fraction(3, 10), Fraction(1)

BETWEEN_SPEAKERS, SENTENCE, TRAILING, INTERRUPTED = Fraction(1, 4), Fraction(2, 5), Fraction(7, 10), Fraction(0)
"""Silence after a line, seconds (grammar, section 7): a change of speaker, a full stop, an ellipsis, a cut-off line."""


def seconds_of(text: str, actions: Sequence[str], *, caption: bool = False) -> Fraction:
    """How long a stretch of action lasts: its actions one after another, or the time its words take."""
    words = count_words(text)
    if actions:
        lasting = sum((Fraction(FRAMES[action], MOTION_FPS) if FRAMES.get(action) else LOOP_SECONDS for action in actions), Fraction(0))
        lasting = max(SHORTEST, lasting)
    else:
        lasting = min(LONGEST, max(SHORTEST, SECONDS_A_WORD * words))
    return max(lasting, CAPTION_SECONDS_A_WORD * words + CAPTION_EXTRA) if caption else lasting


def one_after_another(business: Sequence[Business]) -> list[str]:
    """Actions in time: what several people do at once counts once."""
    actions: list[str] = []
    doing: set[str] = set()
    for deed in business:
        if actions and deed.action == actions[-1] and deed.character not in doing:
            doing.add(deed.character)
            continue
        actions.append(deed.action)
        doing = {deed.character}
    return actions


def pause_after(text: str, *, last: bool) -> Fraction:
    """The silence after a line, seconds; ``last`` says whether it ends the speech."""
    bare = text.rstrip(" \"'\u201d\u2019\u00bb\u300d\u300f)")
    if bare.endswith(("--", "\u2014", "\u2013", " -")):
        return INTERRUPTED
    if bare.endswith(("...", "\u2026", "\u0965")):
        return TRAILING
    return BETWEEN_SPEAKERS if last else SENTENCE
