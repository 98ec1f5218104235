"""What speech does to the rest of the person: stress on brow and head, breath before the words, and the choice of gestures."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from filmstudio.core.film import Line
from filmstudio.core.requests import Mouth
from filmstudio.plugins.picture.acting.track import DATA_FPS, Track


@dataclass(frozen=True, slots=True)
class Phrase:
    """A breath group of a line, in data frames of the shot."""

    start: float
    end: float
    stresses: tuple[float, ...]
    accent: float | None
    """The stress that carries the phrase; the others get 40 % of it."""
    text: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """A line with the times of its speech."""

    line: Line
    start: float
    end: float
    phrases: tuple[Phrase, ...]

    @property
    def stresses(self) -> tuple[float, ...]:
        """Times of all stressed syllables."""
        return tuple(stress for phrase in self.phrases for stress in phrase.stresses)


def deliver(line: Line, start: int, end: int, mouth: Mouth | None, fps: int, rng: random.Random) -> Delivery:
    """Find phrases, stresses and accents of a line that begins at frame ``start`` of the shot."""
    scale = DATA_FPS / fps
    first, last = start * scale, end * scale
    spans = [(first + a * scale, first + b * scale) for a, b in mouth.phrases] if mouth and mouth.phrases else [(first, last)]
    stresses = [first + stress * scale for stress in mouth.stresses] if mouth else []
    texts = _texts(line.text, len(spans))
    phrases: list[Phrase] = []
    for (begin, finish), text in zip(spans, texts, strict=True):
        inside = tuple(stress for stress in stresses if begin - 1 <= stress < finish)
        accent = None
        if inside:
            # English and most of its neighbours stress the last content word of a phrase; now and then the one before.
            accent = inside[-2] if len(inside) > 2 and rng.random() < 0.3 else inside[-1]
        phrases.append(Phrase(begin, finish, inside, accent, text))
    return Delivery(line, first, last, tuple(phrases))


def _texts(text: str, count: int) -> list[str]:
    """The words of each breath group: by punctuation when that gives ``count`` pieces, else by equal shares of the words."""
    pieces = [piece for piece in re.split(r"(?<=[.!?,;:—।。、！？])\s*", text) if piece.strip()]
    if len(pieces) == count:
        return pieces
    words = text.split()
    return [" ".join(words[len(words) * i // count : len(words) * (i + 1) // count]) or text for i in range(count)]


class Accents:
    """Brow and head on the stressed syllables (``motion.json``, speech.stress)."""

    def __init__(self) -> None:
        self.brow, self.head, self.pitch = Track(0.0), Track(0.0), Track(0.0)

    def stress(self, time: float, size: float, *, frown: bool) -> None:
        """Brow 2 frames before the stress, head 1 after; ``size`` 1 is the one big accent of a phrase."""
        height = (4.0 if frown else -12.0) * size
        self.brow.to(time - 6, time - 2, height, "out")
        self.brow.key(time + 5, 0.0)
        self.head.to(time - 3, time + 1, 5.0 * size, "inout")
        self.head.key(time + 9, 0.0)
        self.pitch.to(time - 3, time + 1, -0.13 * size, "inout")
        self.pitch.key(time + 9, 0.0)

    def echo(self, time: float, size: float) -> None:
        """A listener's brow answers a speaker's."""
        self.brow.to(time, time + 4, -12.0 * size, "out")
        self.brow.key(time + 14, 0.0)


class Breathing:
    """Breath drawn before the first word: 12 frames in, out over the phrase."""

    def __init__(self) -> None:
        self.hy, self.shr, self.lean = Track(0.0), Track(0.0), Track(0.0)

    def inhale(self, start: float, end: float) -> None:
        """Breathe in before ``start`` and out until ``end``."""
        for track, value in ((self.hy, -4.0), (self.shr, 2.0), (self.lean, -1.0)):
            track.to(start - 12, start - 1, value)
            track.key(max(start + 10, end), 0.0)


_WORDS: tuple[tuple[str, str], ...] = (
    (r"\b(shh+|hush|quiet|secret|whisper)\b", "hush"),
    (r"\b(stop|wait|enough|halt|don't move)\b", "stop"),
    (r"\b(listen|hear that|what was that|hark)\b", "cup_ear"),
    (r"\b(come here|come on|come with|come closer|follow me|come)\b", "beckon"),
    (r"\b(thank|thanks|love|sorry|forgive|grateful|dear)\b", "heart"),
    (r"\b(nonsense|never mind|forget it|whatever|rubbish|who cares)\b", "dismiss"),
    (r"\b(no more|never again|nothing|finished|over|never)\b", "refuse"),
    (r"\b(forgot|headache|oh no|remember)\b", "temple"),
    (r"\b(idea|i have it|i know|eureka|of course|once)\b", "idea"),
    (r"\b(huge|big|enormous|small|tiny|wide|this long)\b", "size"),
    (r"\b(first|second|third|one|two|three)\b", "count"),
    (r"\b(on the other hand|either|maybe|perhaps|or)\b", "weigh"),
    (r"\b(must|will|shall|promise|fight|swear)\b", "resolve"),
    (r"\b(there|look|over there|see that|up there|horizon)\b", "point_there"),
    (r"\b(i|me|my|mine|myself|i'm|i've)\b", "point_self"),
    (r"\b(you|your|yours|you're)\b", "point_you"),
)
"""What a phrase says, and the gesture that says it; the first that fits wins. English only: other languages use the plain gestures."""

_PLAIN = ("present", "beat", "both_open", "present", "beat")
_GENTLE = ("sad", "warm", "thoughtful", "afraid")


class Gesticulation:
    """Chooses at most one gesture for a phrase, rests one phrase after two, and does not repeat itself."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._run = 0
        self._last = ""

    def choose(self, phrase: Phrase, line: Line, drive: float) -> tuple[str, bool] | None:
        """The name of a gesture and whether to mirror it; None to keep the hands down. ``drive`` is the mood's size of gestures."""
        if phrase.accent is None or phrase.end - phrase.start < 12:
            return None
        if self._run >= 2 or self._rng.random() > 0.35 + 0.5 * drive:
            self._run = 0
            return None
        name = self._named(phrase.text.lower(), line)
        mirror = name in ("present", "beat") and self._rng.random() < 0.4
        if name == self._last and name not in ("beat", "present"):
            name = "beat"
        self._run += 1
        self._last = name
        return name, mirror

    def _named(self, text: str, line: Line) -> str:
        if {"whispering", "whisper"} & set(line.delivery) and self._last != "hush":
            return "hush"
        if line.language.startswith("en"):
            for pattern, gesture in _WORDS:
                if re.search(pattern, text) and self._fits(gesture, line):
                    return gesture
        if text.rstrip().endswith(("?", "？", "؟")):
            return "both_open"
        return self._rng.choice(_PLAIN)

    def _fits(self, gesture: str, line: Line) -> bool:
        if gesture == self._last:
            return False
        if gesture in ("point_you", "point_self", "count", "size", "weigh", "resolve", "beckon"):
            # Pronouns and small words are everywhere; a hand for each of them is a mime.
            if line.emotion in _GENTLE and gesture in ("point_you", "resolve"):
                return False
            return self._rng.random() < 0.45
        return True


def rest_of(stresses: Sequence[float], accent: float | None) -> list[float]:
    """The stresses that are not the accent."""
    return [stress for stress in stresses if stress != accent]
