"""What a line is said with: the emotion of its words, weighed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from filmstudio.core.film import Emotion
from filmstudio.plugins.breakdown.lexicon import SPOKEN_LANGUAGES, Feeling, lexicon
from filmstudio.plugins.breakdown.words import Hit, fold, is_letter, tokens

MINIMUM = 1.5
"""A lower score is neutral (lexicon: emotions.minimum_score)."""

FULL_STRENGTH = 6.0
"""Score at which an emotion is shown with all its strength (grammar, section 9)."""

WINDOW = 3
"""Words before a feeling in which a negator turns it."""

PARENTHETICAL, ACTION_BEFORE, DIALOGUE, SCENE_MOOD = 3.0, 1.0, 1.0, 0.5
"""Weights of the places a feeling is read from (lexicon: emotions.source_weight)."""

CARRIED_LINES = 2
"""Lines over which an emotion lingers, at half strength each."""

_FACES: dict[str, Emotion] = {
    "neutral": "neutral",
    "happy": "happy",
    "sad": "sad",
    "angry": "angry",
    "afraid": "afraid",
    "surprised": "surprised",
    "disgusted": "disgusted",
    "thoughtful": "thoughtful",
    "tender": "warm",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """An emotion of the lexicon (tender, not warm) and its score."""

    emotion: str = "neutral"
    score: float = 0.0

    @property
    def face(self) -> Emotion:
        """The emotion as the motion data names it."""
        return _FACES.get(self.emotion, "neutral")

    @property
    def strength(self) -> float:
        """0 to 1, to two decimal places."""
        return round(min(1.0, self.score / FULL_STRENGTH), 2)


def read_emotion(text: str, language: str = "en", others: Sequence[tuple[str, float]] = ()) -> Reading:
    """The emotion of a line. ``others`` are scores from elsewhere (a parenthetical, the action before), already weighted."""
    scores = score_words(_own_words(text), language)
    for emotion, score in others:
        scores[emotion] = scores.get(emotion, 0.0) + score
    boost, alone = _punctuation(text)
    scores = {emotion: score * boost for emotion, score in scores.items() if emotion != "neutral"}
    reading = best_of(scores)
    if reading.emotion != "neutral" or alone is None:
        return reading
    scores[alone[0]] = scores.get(alone[0], 0.0) + alone[1]
    return best_of(scores)


_QUOTED = re.compile(r"[\"\u201c\u00ab\u300c][^\"\u201d\u00bb\u300d]{1,60}[\"\u201d\u00bb\u300d]")


def _own_words(text: str) -> str:
    """A line without the words that it only quotes: who says that one always says "oh no" is not afraid."""
    own = _QUOTED.sub(" ", text)
    return own if has_letters(own) else text


def best_of(scores: dict[str, float]) -> Reading:
    """The emotion with the highest score that reaches the minimum; ties by the lexicon's order."""
    order = lexicon().tie_order
    ranked = sorted(scores.items(), key=lambda pair: (-round(pair[1], 6), order.index(pair[0]) if pair[0] in order else len(order)))
    if ranked and ranked[0][1] >= MINIMUM:
        return Reading(ranked[0][0], round(ranked[0][1], 3))
    return Reading()


def score_words(text: str, language: str = "en") -> dict[str, float]:
    """Score by emotion of the words alone, negation and intensifiers counted in."""
    words = lexicon()
    spoken = language.split("-", maxsplit=1)[0].lower()
    spoken = {"mr": "hi", "ne": "hi", "ur": "ar", "fa": "ar"}.get(spoken, spoken)
    if spoken not in SPOKEN_LANGUAGES:
        return {}
    folded = fold(text)
    taken = bytearray(len(folded))
    feelings = words.feelings[spoken]
    if spoken == "en":
        # A feeling that is longer than the phrase to be ignored keeps its words: "what kind" against "kind of you".
        longer = [hit for hit in feelings.find(folded, spoken) if " " in hit.key]
        ignored = bytearray(len(folded))
        for phrase in words.feelings_ignored.find(folded):
            wider = [other for other in longer if other.start <= phrase.start and phrase.end <= other.end]
            if not any(other.end - other.start > phrase.end - phrase.start for other in wider):
                ignored[phrase.start : phrase.end] = b"\x01" * (phrase.end - phrase.start)
        taken[:] = ignored
    hits = feelings.find(folded, spoken, taken)
    scores: dict[str, float] = {}
    for hit in hits:
        emotion, factor = _modified(hit.value.emotion, folded, hit.start, hit.end, spoken, hits)
        scores[emotion] = scores.get(emotion, 0.0) + hit.value.weight * factor
    return {emotion: score for emotion, score in scores.items() if score > 0}


def _modified(emotion: str, folded: str, start: int, end: int, language: str, hits: Sequence[Hit[Feeling]]) -> tuple[str, float]:
    """A feeling after its negator and its intensifiers: the emotion it becomes and the factor on its weight."""
    words = lexicon()
    factor = 1.0
    before, after = folded[:start], folded[end:]
    window = _window(before)
    for table in (words.intensifiers, words.diminishers):
        for found in table[language].find(window):
            if language in ("ja", "zh") or len(tokens(window[found.end :])) <= 1:
                factor *= found.value
                break
    if _negated(window, before, after, language, start, folded, hits):
        turned, strength = words.negation_effect.get(emotion, (emotion, 1.0))
        return turned, factor * strength
    return emotion, factor


def _window(before: str) -> str:
    """The three words before, not past a stop."""
    stops = lexicon().negation_stops
    cut = 0
    for position in range(len(before) - 1, -1, -1):
        if before[position] in ",;.!?:\u3002\uff01\uff1f\u060c\u0964\n":
            cut = position + 1
            break
    clause = tokens(before[cut:])[-WINDOW:]
    for index in range(len(clause) - 1, -1, -1):
        if clause[index][2] in stops:
            clause = clause[index + 1 :]
            break
    return before[cut + clause[0][0] :] if clause else before[cut:]


def _negated(window: str, before: str, after: str, language: str, start: int, folded: str, hits: Sequence[Hit[Feeling]]) -> bool:
    negators = lexicon().negators[language]
    if language == "zh":
        return any(before.endswith(word) or window[-4:].find(word) >= 0 for word in negators)
    if language == "ja":
        return any(after[: len(word) + 3].find(word) >= 0 for word in negators)
    exempt = bytearray(len(folded))
    lexicon().negation_exempt.find(folded, language, exempt)
    first = start - len(window)
    for position, stop, word in tokens(window):
        parts = {word, *word.replace("'", "' ").split(" ")}
        absolute = first + position
        inside = any(hit.start <= absolute < hit.end for hit in hits) or exempt[absolute]
        if parts & negators and not inside and stop:
            return True
    return False


_CAPITALS = re.compile(r"[^\W\d_]{2,}")


def _punctuation(text: str) -> tuple[float, tuple[str, float] | None]:
    """The factor on all scores, and the emotion that the marks speak for when no word does."""
    ends = text.replace("\uff01", "!").replace("\uff1f", "?").replace("\u061f", "?").replace("\u203d", "?!")
    words = _CAPITALS.findall(text)
    cased = [word for word in words if word.upper() != word.lower()]
    boost, alone = 1.0, None
    if "\u2026" in ends or "..." in ends:
        alone = ("thoughtful", 1.0)
    if "?!" in ends or "!?" in ends:
        alone = ("surprised", 2.0)
    elif "??" in ends:
        alone = ("surprised", 1.0)
    elif "!!" in ends:
        boost, alone = 1.5, ("angry", 1.0)
    elif "!" in ends:
        boost, alone = 1.25, ("surprised", 1.0)
    if len(cased) >= 3 and all(word.isupper() for word in cased):
        boost, alone = max(boost, 1.5), ("angry", 1.0)
    return boost, alone


_EMOJI: dict[str, tuple[str, float]] = {
    **dict.fromkeys("😀😃😄😁😆😂🤣😊🙂😎🥳🎉", ("happy", 2.0)),
    **dict.fromkeys("😢😭☹🙁😞😔💔", ("sad", 2.0)),
    **dict.fromkeys("😠😡🤬", ("angry", 2.0)),
    **dict.fromkeys("😨😰😱👻", ("afraid", 2.0)),
    **dict.fromkeys("😮😲🤯", ("surprised", 2.0)),
    **dict.fromkeys("🤢🤮", ("disgusted", 2.0)),
    **dict.fromkeys("🤔", ("thoughtful", 2.0)),
    **dict.fromkeys("❤💕😍🥰😘", ("tender", 2.0)),
}


def emoji_feelings(text: str) -> list[tuple[str, float]]:
    """What the emoji of a line say of it: they are a hint to the actor and are never spoken."""
    return list(dict.fromkeys(_EMOJI[char] for char in text if char in _EMOJI))


class Mood:
    """Remembers each speaker's last emotion, which lingers at half strength. Surprise passes by itself."""

    def __init__(self) -> None:
        self._last: dict[str, tuple[Reading, int]] = {}

    def settle(self, speaker: str, reading: Reading) -> Reading:
        """What the speaker shows: the reading, or what is left of the last one."""
        if reading.emotion != "neutral":
            self._last[speaker] = (reading, 0 if reading.emotion == "surprised" else CARRIED_LINES)
            return reading
        last, lines = self._last.get(speaker, (Reading(), 0))
        if lines <= 0:
            return Reading()
        self._last[speaker] = (Reading(last.emotion, last.score / 2), lines - 1)
        return Reading(last.emotion, round(last.score / 2, 3))


def has_letters(text: str) -> bool:
    """Whether there is anything to say in a text."""
    return any(is_letter(char) for char in text)
