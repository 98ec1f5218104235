"""The mood of a scene and how intense it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from filmstudio.plugins.breakdown.emotions import MINIMUM
from filmstudio.plugins.breakdown.lexicon import lexicon
from filmstudio.plugins.breakdown.words import fold

ACTION, HEADING, DIALOGUE = 1.0, 1.5, 0.5
"""Points of a word by where it stands (lexicon: moods.rule)."""

_AGREEING = {"happy": "joyful", "tender": "tender", "afraid": "tense", "sad": "sad"}
_FELT = 0.7
"""Points of a line felt with all strength (lexicon: moods.rule; half of them at half strength)."""
_LATER = 1.5
"""How much more the second half of a scene's lines says of it than the first: a scene is what it comes to."""
_LEANT = 0.7
"""How much of its heat a mood keeps that only the feeling of the lines speaks for."""
_LEANING = 0.7
"""Points from which the feeling of the lines decides where the words say nothing."""
_ORDER = ("epic", "tense", "eerie", "sad", "triumphant", "devotional", "romantic", "comic", "joyful", "mysterious", "tender", "calm")
_HEAT = {"epic": 0.8, "tense": 0.75, "triumphant": 0.75, "eerie": 0.55, "joyful": 0.55, "comic": 0.5, "sad": 0.4, "romantic": 0.4,
         "devotional": 0.35, "mysterious": 0.4, "tender": 0.3, "calm": 0.2, "neutral": 0.3}  # fmt: skip
"""How intense a mood is by itself, 0 to 1."""


@dataclass(frozen=True, slots=True)
class MoodReading:
    """A mood of the lexicon and its intensity, 0 to 1."""

    mood: str
    intensity: float


def read_mood(
    *,
    actions: Sequence[str],
    heading: str = "",
    dialogue: Sequence[str] = (),
    emotions: Sequence[tuple[str, float]] = (),
    time: str = "day",
    weather: str = "",
    language: str = "",
) -> MoodReading:
    """Read the mood of a scene from its words, the emotions of its lines (with strengths), its hour and its weather."""
    points: dict[str, float] = {}
    for texts, weight in ((actions, ACTION), ((heading,), HEADING), (dialogue, DIALOGUE)):
        for text in texts:
            folded = fold(text)
            taken = bytearray(len(folded))
            lexicon().moods_ignored.find(folded, language, taken)
            for hit in lexicon().moods.find(folded, language, taken):
                points[hit.value] = points.get(hit.value, 0.0) + weight
    felt = _felt(emotions)
    for mood, total in felt.items():
        points[mood] = points.get(mood, 0.0) + total
    ranked = {mood: total for mood, total in points.items() if total > 0}
    if time == "night":
        for mood in ("eerie", "mysterious"):
            ranked[mood] = ranked.get(mood, 0.0) + 0.5
    if weather == "storm":
        ranked["tense"] = ranked.get("tense", 0.0) + 0.5
    best = min(ranked, key=lambda mood: (-ranked[mood], _ORDER.index(mood) if mood in _ORDER else len(_ORDER)), default="")
    leaning = ""
    if not best or ranked[best] < MINIMUM:
        strongest = max(felt, key=lambda mood: (felt[mood], mood), default="")
        leaning = strongest if strongest and felt[strongest] >= _LEANING else ""
        best = leaning or ("mysterious" if time == "night" and not dialogue else "calm")
    if leaning == "joyful" and (time in ("dawn", "dusk", "evening", "night") or weather in ("snow", "rain", "fog")):
        best = "tender"  # a smile in the dusk is no dance
    heat = _intensity(best, emotions, weather)
    return MoodReading(best, round(_LEANT * heat, 2) if leaning else heat)


def _felt(emotions: Sequence[tuple[str, float]]) -> dict[str, float]:
    """Points of every mood that agrees with what the lines are said with, the later ones heavier."""
    felt: dict[str, float] = {}
    for position, (emotion, strength) in enumerate(emotions):
        mood = _AGREEING.get(emotion)
        if mood is not None:
            late = _LATER if 2 * position >= len(emotions) else 1.0
            felt[mood] = felt.get(mood, 0.0) + _FELT * strength * late
    return felt


def _intensity(mood: str, emotions: Sequence[tuple[str, float]], weather: str) -> float:
    """The mood's own heat, raised by how strongly people feel (the stronger half of the lines counts)."""
    strengths = sorted((strength for _, strength in emotions), reverse=True)
    felt = strengths[: max(1, len(strengths) // 2)]
    heat = _HEAT.get(mood, 0.3) + 0.3 * (sum(felt) / len(felt) if felt else 0.0) + (0.1 if weather == "storm" else 0.0)
    return round(min(1.0, heat), 2)
