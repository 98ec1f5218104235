"""The tune of a western passage: the film's motif and what the mood makes of it, in the stretches where nobody speaks."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from filmstudio.plugins.music.frame import Frame, arc
from filmstudio.plugins.music.motif import Motif, motif_of
from filmstudio.plugins.music.ornaments import vibrato
from filmstudio.plugins.music.score import Curve, Note, Role


@dataclass(frozen=True, slots=True)
class _Treatment:
    """How a mood transforms the motif (western.json: leitmotif.by_emotion)."""

    stretch: float = 1.0
    touch: float = 0.97
    """Share of its time that a note sounds."""
    height: float = 0.45
    """Where in the instrument's range it lies, 0 to 1."""
    rest: float = 1.0
    """Bars of breath after a phrase."""
    notes: int = 7
    """Most notes of a phrase."""
    doubled: bool = False
    """Doubled an octave below."""


_PLAIN = _Treatment()
_TREATMENTS = {
    "sad": _Treatment(stretch=1.5, height=0.4),
    "grief": _Treatment(stretch=2.0, height=0.2, rest=1.5, notes=4),
    "tender": _Treatment(stretch=1.25, height=0.35),
    "peaceful": _Treatment(stretch=1.5, height=0.3, rest=1.5),
    "nostalgic": _Treatment(stretch=1.25, height=0.55),
    "romantic": _Treatment(stretch=1.25, height=0.4),
    "tense": _Treatment(height=0.1, rest=2.0, notes=3),
    "fear": _Treatment(stretch=1.5, height=0.05, rest=2.5, notes=2),
    "menace": _Treatment(height=0.05, rest=1.5, notes=3),
    "mystery": _Treatment(stretch=1.25, height=0.4, rest=1.5, notes=4),
    "comic": _Treatment(stretch=0.75, touch=0.5, height=0.5, rest=0.5),
    "joyful": _Treatment(height=0.5, rest=0.5),
    "action": _Treatment(height=0.4, rest=1.0, doubled=True),
    "heroic": _Treatment(height=0.5, doubled=True),
    "triumph": _Treatment(height=0.6, rest=0.5, doubled=True),
}
_LEAST = 0.9
"""Shortest phrase, seconds."""
_GESTURE = 3
"""Notes of a sting before its answer."""
_SHORTEST = 0.25
"""Shortest last note of a phrase that has to stop for words, seconds."""


def write_tune(frame: Frame, notes: dict[Role, list[Note]]) -> None:
    """Add the tune, its close on the tonic and, at the peak, its doubling and counter line."""
    treatment = _TREATMENTS.get(frame.mood.id, _PLAIN)
    line = list(_phrases(frame, treatment))
    out = notes["melody"]
    for phrase in line:
        out += phrase
        if treatment.doubled and frame.intensity(phrase[0].start) > 0.4:
            out += [
                Note(note.start + 0.012, note.length, note.pitch - 12, max(16, note.velocity - 14))
                for note in phrase
                if note.pitch - 12 >= frame.players["melody"].low
            ]
    _close(frame, out)
    if "counter" in notes:
        notes["counter"] += _counter(frame, line)


def _shapes(frame: Frame, treatment: _Treatment) -> list[Motif]:
    """The motif's forms in turn. It is complete under titles, in triumph and at the end; elsewhere its fragments speak first."""
    motif = motif_of(frame.scene.theme).stretched(treatment.stretch * (0.5 if frame.bars.beat > 1.1 else 1.0))
    motif = motif.fragment(treatment.notes)
    half = motif.fragment(max(2, len(motif.steps) // 2))
    answer = Motif((*motif.steps[:-1], 0), motif.beats)
    if frame.passage.kind in {"statement", "theme", "closing"} or frame.mood.id in {"triumph", "heroic"}:
        return [motif, answer, half.moved(1), half.moved(2), motif.inverted(), answer]
    return [half, half.moved(1), motif.fragment(max(2, len(motif.steps) - 1)), half.inverted(), half.moved(-1), motif, answer]


def _phrases(frame: Frame, treatment: _Treatment) -> Iterable[list[Note]]:
    passage, bars, scene = frame.passage, frame.bars, frame.scene
    prompt = passage.kind in {"statement", "theme", "sting"}
    at = frame.beat_after(passage.start + (0.8 if prompt else 2.0)) if passage.length > 6 else passage.start
    shapes = _shapes(frame, treatment)
    player = frame.players["melody"]
    low = max(player.low, min(frame.mood.melody[0], player.high - 14))
    high = min(player.high, max(frame.mood.melody[1], low + 14))
    if passage.kind == "sting":
        gesture = shapes[0].fragment(_GESTURE)
        spans = [(passage.last - passage.start) / len(gesture.steps)] * len(gesture.steps)
        if scene.windows(passage.start, passage.last, sum(spans) - 0.05):
            yield list(_phrase(frame, gesture, spans, passage.start, treatment, (low, high), (low + high) / 2))
        return
    turn = 0
    while at < passage.last - 1.5 * bars.beat:
        window = next((each for each in scene.windows(at, passage.last - 0.15, _LEAST) if each[1] > at + _LEAST), None)
        if window is None:
            return
        if window[0] > at + 0.02:
            at = frame.beat_after(window[0], 0.5)
        shape = shapes[turn % len(shapes)]
        spans = [beats * bars.beat for beats in shape.beats]
        room = window[1] - at
        while len(spans) > 2 and sum(spans) - spans[-1] * 0.5 > room:
            spans.pop()
        cut = min(spans[-1], room - sum(spans[:-1]))
        if cut < min(spans[-1], _SHORTEST):
            at = frame.beat_after(window[1] + 0.2)
            continue
        spans[-1] = cut
        centre = low + (high - low) * min(0.85, treatment.height * 0.75 + 0.35 * arc(frame.share(at)))
        yield list(_phrase(frame, shape, spans, at, treatment, (low, high), centre))
        at = frame.beat_after(at + sum(spans) + treatment.rest * bars.bar * frame.draw.choice((0.5, 0.75, 1.0)))
        turn += 1


def _phrase(
    frame: Frame, shape: Motif, spans: list[float], at: float, treatment: _Treatment, reach: tuple[int, int], centre: float
) -> Iterable[Note]:
    degree = _degree_near(frame, frame.chord_at(at).tones, centre - max(shape.steps))
    peak = max(range(len(spans)), key=lambda index: shape.steps[index])
    before = None
    for index, span in enumerate(spans):
        strong = abs(((at - frame.bars.start) / frame.bars.beat) % 1) < 0.02 or index == len(spans) - 1
        pitch = _pitch(frame, degree + shape.steps[index])
        if strong:
            pitch = nearest(pitch, frame.chord_at(at).tones, frame.scene.tonic)
        while pitch > reach[1]:
            pitch -= 12
        while pitch < reach[0]:
            pitch += 12
        weight = 0.72 + 0.2 * (1 - abs(index - peak) / len(spans))
        slide: Curve = ()
        if span > 0.9 and treatment.touch > 0.9:
            slide = vibrato(span, frame.draw.uniform(4.9, 5.6), frame.draw.uniform(9, 14))
        swell: Curve = ((0.0, -2.5), (span * 0.4, 0.0), (span, -4.0)) if span > 0.8 else ()
        yield Note(at, span * treatment.touch, pitch, frame.level(at, weight) + (2 if pitch != before else -4), bend=slide, swell=swell)
        before = pitch
        at += span


def _close(frame: Frame, out: list[Note]) -> None:
    """The last note, on the tonic or its fifth where the cue ends open; none where somebody speaks."""
    passage = frame.passage
    hold = max(0.4, passage.end - passage.last)
    if not frame.scene.windows(passage.last, passage.last + min(0.8, hold), min(0.8, hold) - 0.1):
        return
    player = frame.players["melody"]
    from_pitch = out[-1].pitch if out else (player.low + player.high) / 2
    last = nearest(from_pitch, frame.chords[-1].tones[:1], frame.scene.tonic)
    while last > player.high:
        last -= 12
    while last < player.low:
        last += 12
    if frame.mood.id == "comic":
        hold = min(hold, 0.4)
    out.append(Note(passage.last, hold, last, frame.level(passage.last, 0.75), swell=((0.0, -1.0), (hold * 0.3, 0.0), (hold, -5.0))))


def _counter(frame: Frame, line: list[list[Note]]) -> Iterable[Note]:
    """A long third above or below in the gaps of the tune, in the second half, when the scene is warm enough."""
    player = frame.players["counter"]
    for here, after in itertools.pairwise(line):
        start, end = frame.beat_after(here[-1].end - 0.05), after[0].start
        if end - start < 1.5 * frame.bars.beat or frame.share(start) < 0.35 or frame.intensity(start) < 0.35:
            continue
        if not frame.scene.windows(start, end, end - start - 0.1):
            continue
        pitch = nearest(player.low + 7, frame.chord_at(start).tones[1:2] or frame.chord_at(start).tones, frame.scene.tonic)
        length = min(3.5, end - start, frame.bars.bar - ((start - frame.bars.start) % frame.bars.bar))
        if length > 0.7:
            yield Note(start, length, pitch, frame.level(start, 0.55), swell=((0.0, -9.0), (length * 0.5, 0.0), (length, -8.0)))


def nearest(pitch: float, tones: tuple[int, ...], tonic: int) -> int:
    """The MIDI note nearest to ``pitch`` whose class above the tonic is one of ``tones``."""
    around = range(round(pitch) - 6, round(pitch) + 7)
    return min((each for each in around if (each - tonic) % 12 in tones), key=lambda each: (abs(each - pitch), each))


def _degree_near(frame: Frame, tones: tuple[int, ...], centre: float) -> int:
    size = len(frame.scale)
    degrees = range(-2 * size, 4 * size)
    options = [degree for degree in degrees if frame.scale[degree % size] in tones] or [0, size]
    return min(options, key=lambda degree: abs(_pitch(frame, degree) - centre))


def _pitch(frame: Frame, degree: int) -> int:
    octave, index = divmod(degree, len(frame.scale))
    return frame.scene.tonic + 12 * octave + frame.scale[index]
