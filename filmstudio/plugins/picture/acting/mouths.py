"""Mouths: the stepped shape and its continuous opening, for speech and for silence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from filmstudio.core.requests import Mouth
from filmstudio.plugins.picture.acting.mood import GRAVE, MOUTH_DELAY, MoodScore
from filmstudio.plugins.picture.acting.motion import MouthShape

CLOSED: Mapping[str, str] = {
    "neutral": "m_MBP",
    "happy": "m_smile",
    "sad": "m_sad",
    "angry": "m_angry",
    "afraid": "m_blank",
    "surprised": "m_blank",
    "disgusted": "m_sad",
    "thoughtful": "m_think",
    "warm": "m_smile",
}
"""The shut mouth of each emotion. ``m_blank`` is the straight line: ``m_MBP`` at .42 of its height."""
OPEN: Mapping[str, tuple[str, float]] = {
    "happy": ("m_laugh", 40.0),
    "surprised": ("m_O", 24.0),
    "afraid": ("m_afraid", 60.0),
    "disgusted": ("m_disgust", 40.0),
}
"""The open mouth with which an emotion arrives, and the frames it may stay: an open mouth that is held longer is a mask."""
QUIET = 12.0
"""Frames before and after one's own speech in which only the shut mouth shows."""
BLANK = 0.42
UNSMILING = ("sad", "angry", "afraid", "disgusted")
_WIDE_KERNEL = (0.10, 0.22, 0.36, 0.22, 0.10)


@dataclass(frozen=True, slots=True)
class MouthFrame:
    """The mouth in one frame."""

    shape: str
    width: float
    height: float
    jaw: float | None
    opening: float
    """0..1 of the widest mouth."""
    line: str = ""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A line this person speaks on screen, with its mouth; frames of the shot."""

    line: str
    start: int
    end: int
    mouth: Mouth


def mouth_frames(
    frames: int,
    rate: float,
    spoken: Sequence[Spoken],
    moods: MoodScore,
    clip_mouths: Sequence[str | None],
    shapes: Mapping[str, MouthShape],
) -> list[MouthFrame]:
    """The mouth of every frame. ``rate`` is data frames a frame; ``clip_mouths`` are mouths that actions ask for, by frame."""
    speech = _speech(frames, spoken)
    silent = _silent(frames, rate, spoken, moods, clip_mouths, speech)
    sequence = [said[0] if said else quiet for said, quiet in zip(speech, silent, strict=True)]
    drawn = [shapes["m_MBP" if name == "m_blank" else name] for name in sequence]
    widths = _smooth([shape.half_width for shape in drawn])
    heights = _smooth([shape.opening for shape in drawn])
    corners = _smooth(_smooth([0.1 if name == "m_blank" else shape.corner for name, shape in zip(sequence, drawn, strict=True)]))
    widest = max(shape.opening for shape in shapes.values())
    result: list[MouthFrame] = []
    for frame in range(frames):
        said, shape = speech[frame], drawn[frame]
        if said:
            name, width, height, line = said
            if name == "m_MBP" and moods.change_at(frame * rate).emotion in UNSMILING:
                height = min(height, 0.5)  # as drawn, the shut mouth smiles
            opening = shape.opening * height / widest
            result.append(MouthFrame(name, width, height, shape.jaw * min(1.2, height) if shape.opening else 0.0, min(1.0, opening), line))
            continue
        width = min(1.16, max(0.82, widths[frame] / shape.half_width))
        if shape.opening:
            height = min(1.2, max(0.5, heights[frame] / shape.opening))
        elif sequence[frame] == "m_blank":
            height, width = BLANK, width * 0.9
        else:
            height = min(1.0, max(0.28, corners[frame] / shape.corner)) if shape.corner else 1.0
        name = "m_MBP" if sequence[frame] == "m_blank" else sequence[frame]
        result.append(
            MouthFrame(name, width, height, shape.jaw * height if shape.opening else 0.0, min(1.0, shape.opening * height / widest))
        )
    return result


def _speech(frames: int, spoken: Sequence[Spoken]) -> list[tuple[str, float, float, str] | None]:
    """Shape, width, height and line of every frame in which the mouth speaks; None where it rests."""
    said: list[tuple[str, float, float, str] | None] = [None] * frames
    for one in spoken:
        mouth = one.mouth
        first = one.start - mouth.lead
        for index, shape in enumerate(mouth.shapes):
            frame = first + index
            if shape == "rest" or not 0 <= frame < frames:
                continue
            width = mouth.width[index] if index < len(mouth.width) else 1.0
            height = mouth.height[index] if index < len(mouth.height) else 1.0
            said[frame] = (f"m_{shape}", width, height, one.line)
    return said


def _silent(
    frames: int, rate: float, spoken: Sequence[Spoken], moods: MoodScore, clip_mouths: Sequence[str | None], speech: Sequence[object]
) -> list[str]:
    """The mouth of every frame as it would be in silence."""
    near_speech = [False] * frames
    margin = round(QUIET / rate)
    for one in spoken:
        for frame in range(max(0, one.start - one.mouth.lead - margin), min(frames, one.end + margin)):
            near_speech[frame] = True
    names: list[str] = []
    for frame in range(frames):
        time = frame * rate
        change = moods.change_at(time)
        late = MOUTH_DELAY + (4.0 if change.emotion in GRAVE else 0.0)
        if time < change.time + late and change is not moods.changes[0]:
            change = moods.changes[moods.changes.index(change) - 1]
        name = CLOSED.get(change.emotion, "m_MBP")
        since = time - max(change.time, 0.0)
        opens = OPEN.get(change.emotion)
        if opens and not near_speech[frame] and change.weight >= 0.6 and since < opens[1] and (change.time > 0 or not spoken):
            name = opens[0]
        asked = clip_mouths[frame]
        if asked and not (near_speech[frame] and speech[frame] is None and asked not in CLOSED.values()):
            name = asked
        names.append(name)
    return _through_a_flat_line(names, rate)


_CORNER = {"m_smile": 1.0, "m_MBP": 0.6, "m_think": 0.3, "m_laugh": 1.0, "m_sad": -1.0, "m_angry": -0.7}


def _through_a_flat_line(names: list[str], rate: float) -> list[str]:
    """Open mouths shut through E; corners change sides only through the straight line, held 6 frames."""
    shaped = list(names)
    flat, closing = round(6 / rate), round(2 / rate)
    opened = {"m_laugh", "m_O", "m_afraid", "m_disgust"}
    for frame in range(1, len(names)):
        before, after = names[frame - 1], names[frame]
        if before == after:
            continue
        place = frame
        if before in opened and after not in opened and not after.startswith(("m_E", "m_SD")):
            for index in range(place, min(len(names), place + closing)):
                shaped[index] = "m_E" if before in ("m_laugh", "m_disgust") else "m_UW"
            place += closing
        if _CORNER.get(before, 0.0) * _CORNER.get(after, 0.0) < 0:
            for index in range(place, min(len(names), place + flat)):
                if names[index] == after:
                    shaped[index] = "m_blank"
    return shaped


def _smooth(values: Sequence[float]) -> list[float]:
    """``values`` under the kernel of acting mouths, edges repeated."""
    padded = [values[0], values[0], *values, values[-1], values[-1]]
    a, b, c, d, e = _WIDE_KERNEL
    return [padded[i] * a + padded[i + 1] * b + padded[i + 2] * c + padded[i + 3] * d + padded[i + 4] * e for i in range(len(values))]
