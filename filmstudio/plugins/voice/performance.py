"""How a voice says one line: the catalogue's voice, shifted as cast, coloured by emotion and delivery."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from filmstudio.core.character import VoiceChoice
from filmstudio.core.film import Emotion
from filmstudio.plugins.voice.voices import Colour, Shape, Voice, load_deliveries, load_emotions

RATE_FACTOR: Final = (0.65, 1.45)
PITCH_CHANGE: Final = (-22.0, 22.0)
RANGE_FACTOR: Final = (0.3, 1.9)
"""Limits of all colours of a line together, from voice direction."""
FORMANT_RATIO: Final = (0.90, 1.36)
"""Beyond these a voice stops being a person; a voice whose own ratio lies outside keeps its own."""
GAIN_DB: Final = (-6.0, 3.0)
"""How far a delivery may move a line from the level of all lines: a whisper stays audible over music, a shout under the ceiling."""
SUNG_RATE: Final = 0.8
FULL_STRENGTH: Final = 0.5
"""Strength at which an emotion is exactly as tabled; 1 is half as much again."""
_MOST: Final = 1.5
_SPARE_RATIO: Final = 1.06
_REPLACED: Final = frozenset({"lp", "hp", "breath_db"})

Band = Literal["", "phone", "radio"]


@dataclass(frozen=True, slots=True)
class Performance:
    """Everything that the source and the chain need for one line.

    ``pitch``, ``range`` and ``volume`` are eSpeak's parameters; ``rate`` is words a minute at the source, which the formant
    ratio ``shape.formant_ratio`` then speeds up; ``pause`` is a factor on pauses; ``gain_db`` moves the finished line.
    """

    variant: str
    pitch: float
    range: float
    rate: float
    volume: float
    pause: float
    shape: Shape
    band: Band
    gain_db: float
    missed_semitones: float
    """What the pitch shift could not reach; 0 when it was reached."""


def perform(
    voice: Voice,
    choice: VoiceChoice,
    *,
    emotion: Emotion = "neutral",
    strength: float = FULL_STRENGTH,
    delivery: Iterable[str] = (),
    phone: bool = False,
    sung: bool = False,
) -> Performance:
    """Combine a voice with its shift and colours.

    Pitch and formants move at the source, so no pitch shifter is ever heard: raising the formant ratio raises both, and the
    source speaks lower and slower by as much.
    """
    said = deliveries(delivery)
    colours = [_scaled(load_emotions()[emotion], min(_MOST, strength / FULL_STRENGTH)), *said]
    if sung:
        colours.append(load_deliveries()["singing-like"].model_copy(update={"rate": SUNG_RATE}))
    source = voice.source
    own = voice.shape.formant_ratio
    ratio = _clamp(own * choice.formant, min(own, FORMANT_RATIO[0]), max(own, FORMANT_RATIO[1]))
    # Semitones wanted of the source: the cast shift, less what the new ratio raises by itself.
    semitones = choice.pitch_semitones - 12 * math.log2(ratio / own)
    coloured = _clamp(sum(colour.pitch for colour in colours), *PITCH_CHANGE)
    cast = source.pitch + semitones / voice.pitch_st_per_point
    spare = (cast - _clamp(cast, 0.0, 99.0)) * voice.pitch_st_per_point
    shift = _clamp(2 ** (spare / 12), 1 / _SPARE_RATIO, _SPARE_RATIO)
    ratio *= shift
    missed = spare - 12 * math.log2(shift)
    rate = source.rate * choice.rate * _clamp(math.prod(colour.rate for colour in colours), *RATE_FACTOR)
    return Performance(
        variant=_variant(voice, said),
        pitch=_clamp(_clamp(cast, 0.0, 99.0) + coloured, 0.0, 99.0),
        range=_clamp(source.range * _clamp(math.prod(colour.range for colour in colours), *RANGE_FACTOR), 0.0, 99.0),
        rate=_clamp(rate / ratio, 80.0, 449.0),
        # Never louder than the voice was tuned to, or the source clips; level is given back at the end of the chain.
        volume=_clamp(source.volume * min(1.0, math.prod(colour.volume for colour in colours)), 5.0, 100.0),
        pause=math.prod(colour.pause for colour in colours),
        shape=_shaped(voice.shape, colours, ratio),
        band=_band(said, phone),
        gain_db=_clamp(sum(colour.mix_gain_db for colour in colours), *GAIN_DB),
        missed_semitones=missed if abs(missed) > 0.05 else 0.0,
    )


def deliveries(words: Iterable[str]) -> tuple[Colour, ...]:
    """The colours that delivery words name, each once, in order; words that name none are the actor's business and colour nothing."""
    table = load_deliveries()
    found: dict[str, Colour] = {}
    for word in words:
        text = " ".join(word.casefold().replace("_", " ").split())
        if text in table:
            found.setdefault(text, table[text])
            continue
        for stem, name in _STEMS:
            if stem in text:
                found.setdefault(name, table[name])
                break
    return tuple(found.values())


_STEMS: Final = (
    ("whisper", "whispering"),
    ("sotto voce", "whispering"),
    ("under his breath", "whispering"),
    ("under her breath", "whispering"),
    ("under their breath", "whispering"),
    ("shout", "shouting"),
    ("yell", "shouting"),
    ("scream", "shouting"),
    ("laugh", "laughing"),
    ("chuckl", "laughing"),
    ("giggl", "laughing"),
    ("cry", "crying"),
    ("sob", "crying"),
    ("tearful", "crying"),
    ("weep", "crying"),
    ("slow", "slowly"),
    ("quick", "quickly"),
    ("fast", "quickly"),
    ("hurried", "quickly"),
    ("rapid", "quickly"),
    ("sarcas", "sarcastic"),
    ("dryly", "sarcastic"),
    ("ironic", "sarcastic"),
    ("sing", "singing-like"),
    ("phone", "on phone"),
    ("radio", "over radio"),
    ("intercom", "over radio"),
    ("walkie", "over radio"),
    ("afar", "from afar"),
    ("distan", "from afar"),
    ("calling out", "from afar"),
    ("echo", "echo"),
)


def _scaled(colour: Colour, amount: float) -> Colour:
    return colour.model_copy(
        update={
            "pitch": colour.pitch * amount,
            "range": colour.range**amount,
            "rate": colour.rate**amount,
            "volume": colour.volume**amount,
            "pause": colour.pause**amount,
            "dsp": {
                key: value if key in _REPLACED else value * amount
                for key, value in colour.dsp.items()
                if key not in _REPLACED or amount >= 0.5
            },
        }
    )


def _shaped(shape: Shape, colours: Iterable[Colour], ratio: float) -> Shape:
    changes: dict[str, float] = {}
    for colour in colours:
        changes.update(colour.dsp)
    values = shape.model_dump()
    for key, value in changes.items():
        values[key] = value if key in _REPLACED else values[key] + value
    values["formant_ratio"] = ratio
    values["sat"] = _clamp(values["sat"], 0.0, 0.5)
    values["ratio"] = max(1.0, values["ratio"])
    return Shape(**values)


def _variant(voice: Voice, said: Iterable[Colour]) -> str:
    for colour in said:
        if colour.variant:
            match voice.gender:
                case "female" | "male":
                    return colour.variant[voice.gender]
                case _:
                    return colour.variant["other"]
    return voice.source.variant


def _band(said: Iterable[Colour], phone: bool) -> Band:
    spaces = {colour.space for colour in said}
    if "radio" in spaces:
        return "radio"
    return "phone" if phone or "phone" in spaces else ""


def _clamp(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)
