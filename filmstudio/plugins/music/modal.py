"""Cues in the modes of the Arab world, East Asia and Africa: the film's motif as steps of the mode, each tradition in its own manner."""

from __future__ import annotations

import itertools
import math
import random
from dataclasses import replace

from filmstudio.plugins.music.accompaniment import ostinato, rolls, strokes
from filmstudio.plugins.music.drone import held, seated
from filmstudio.plugins.music.form import Bars, Passage, lay
from filmstudio.plugins.music.knowledge import ensembles
from filmstudio.plugins.music.manners import Manner, manner_of
from filmstudio.plugins.music.motif import Motif, motif_of
from filmstudio.plugins.music.ornaments import glide, inflect
from filmstudio.plugins.music.score import Note, Part, Score
from filmstudio.plugins.music.situation import Situation


def compose(scene: Situation, plan: list[Passage]) -> Score:
    """A modal score for the passages of a scene."""
    manner = manner_of(scene)
    holds = manner.pad or replace(ensembles()["japan_snow"]["drone"], level_db=-20.0)
    lead: list[Note] = []
    second: list[Note] = []
    pad: list[Note] = []
    drums: list[Note] = []
    figures: list[Note] = []
    beats: list[float] = []
    for turn, passage in enumerate(plan):
        draw = random.Random(scene.seed * 41 + turn)
        pulsed = bool(manner.pulse) and passage.length > 6 and scene.spoken(passage.start, passage.end) < 0.4
        bars = lay(passage, manner.tempo, manner.cycle, scene.intensity)
        fifth = min(manner.rests, key=lambda cents: abs(cents - 700)) if manner.rests else 700.0
        low = scene.tonic - 12 if scene.tonic > 50 else scene.tonic
        tones = (float(low), low + fifth / 100) if abs(fifth - 700) < 60 else (float(low),)
        if manner.pad is not None or passage.kind == "drone":
            pad += held(tuple(seated(tone, holds) for tone in tones), passage.start, passage.end, 52)
        if passage.kind == "drone":
            continue
        line = _Line(scene, manner, passage, bars, draw)
        lead += line.written()
        if pulsed:
            beats += [bars.at(0, beat) for beat in range(bars.count * bars.beats + 1)]
            drums += strokes(scene, manner, bars, draw)
        if manner.figure is not None:
            figures += rolls(scene, manner, manner.figure, bars, draw)
        if manner.ostinato and manner.second is not None and bars.count:
            second += ostinato(scene, manner, bars, passage.start, draw)
        elif manner.second is not None:
            second += line.answers(lead)
    parts = [Part(manner.lead, tuple(sorted(lead, key=_when)))]
    if manner.second is not None:
        parts.append(Part(manner.second, tuple(sorted(second, key=_when))))
    parts.append(Part(replace(holds, release=0.8), tuple(sorted(pad, key=_when))))
    if manner.figure is not None:
        parts.append(Part(manner.figure, tuple(sorted(figures, key=_when))))
    if manner.drums is not None:
        parts.append(Part(manner.drums, tuple(sorted(drums, key=_when))))
    steps = sorted({cents % 1200 for cents in (*manner.rising, *manner.falling)})
    return Score(manner.title, scene.tonic, tuple(steps), tuple(parts), scene.seconds, "hall", tuple(beats))


def _when(note: Note) -> tuple[float, float]:
    return note.start, note.pitch


class _Line:
    """The lead's line through one passage: the motif, its sequence, its fragment, its inversion; rests between; home at the end."""

    def __init__(self, scene: Situation, manner: Manner, passage: Passage, bars: Bars, draw: random.Random) -> None:
        self._scene, self._manner, self._passage, self._bars, self._draw = scene, manner, passage, bars, draw
        middle = (manner.lead.low + manner.lead.high) / 2
        self._base = min((scene.tonic + 12 * octave for octave in range(-1, 4)), key=lambda base: abs(base + 5 - middle))

    def written(self) -> list[Note]:
        """The whole line."""
        motif = motif_of(self._scene.theme)
        beat = self._bars.beat
        if beat > 0.95:
            motif = motif.stretched(0.75)
        passage = self._passage
        prompt = passage.kind in {"statement", "theme", "sting"} or not self._bars.count
        at = self._on_grid(passage.start + min(0.8, 0.15 * passage.length)) if prompt else self._bars.start
        if not prompt and self._manner.ostinato and self._bars.count >= 6:
            at += 2 * self._bars.bar
        home = len(self._manner.rising)
        shapes: list[tuple[Motif, int]] = [
            (motif, 0),
            (motif.fragment(3), 2),
            (motif.moved(1), 0),
            (motif.inverted(), home - 1),
            (motif, home // 2),
            (motif.fragment(max(2, len(motif.steps) - 1)), 1),
        ]
        if self._manner.lively:
            quick = motif.stretched(0.5)
            shapes = [
                (motif, 0),
                (quick.joined(quick.moved(1)), 0),
                (quick.joined(motif.fragment(2)), 2),
                (quick.inverted().joined(quick.moved(-2)), home),
                (motif, home // 2),
                (quick.moved(2).joined(quick), 0),
            ]
        notes: list[Note] = []
        turn = 0
        if passage.kind == "sting" and self._scene.windows(passage.start, passage.last, passage.last - passage.start - 0.05):
            notes += self._phrase(motif.fragment(3), 0, [(passage.last - passage.start) / 3] * 3, passage.start)
        while passage.kind != "sting" and at < passage.last - 1.2 * beat:
            shape, degree = shapes[turn % len(shapes)]
            turn += 1
            spans = [span * beat for span in shape.beats]
            window = next((each for each in self._scene.windows(at, passage.last - 0.2, 0.8) if each[1] > at), None)
            if window is None:
                break
            if window[0] > at + 0.02:
                at = self._on_grid(window[0])
            while len(spans) > 2 and at + sum(spans) > window[1]:
                spans.pop()
            if at + sum(spans) > window[1]:
                if window[1] >= passage.last - 0.3:
                    break
                at = self._on_grid(window[1] + 0.3)
                continue
            notes += self._phrase(shape, degree, spans, at)
            pause = self._draw.uniform(*self._manner.silence) * (1.3 - 0.5 * self._scene.intensity)
            at = self._on_grid(at + sum(spans) + pause * beat)
        hold = max(0.5, passage.end - passage.last)
        if self._scene.windows(passage.last, passage.last + min(1.0, hold), min(1.0, hold) - 0.1):
            notes.append(Note(passage.last, hold, float(self._base), 62, swell=((0.0, 0.0), (hold * 0.3, 0.0), (hold, -5.0))))
        return notes

    def answers(self, lead: list[Note]) -> list[Note]:
        """The second player: one long note on a central tone in some rests, or the lead's long note held on, softly."""
        player, found = self._manner.second, []
        if player is None or self._scene.intensity < 0.2:
            return []
        inside = [note for note in lead if self._passage.start <= note.start <= self._passage.last]
        for here, after in itertools.pairwise(inside):
            gap = after.start - here.end
            if gap < 0.9 or self._draw.random() < 0.35:
                continue
            cents = self._draw.choice(self._manner.rests)
            pitch = self._base + cents / 100
            while pitch < player.low:
                pitch += 12
            while pitch > player.high:
                pitch -= 12
            length = min(3.4, gap + 0.8)
            start = here.end - 0.15
            if not self._scene.windows(start, start + length, length - 0.3):
                continue
            swell = ((0.0, -14.0), (length * 0.45, 0.0), (length, -12.0))
            found.append(Note(start, length, pitch, 52, bend=tuple(glide(-80.0, 0.2)) if player.program == 77 else (), swell=swell))
        return found

    def _on_grid(self, at: float) -> float:
        """The next half beat at or after ``at``."""
        half = self._bars.beat / 2
        return self._bars.start + math.ceil((at - self._bars.start) / half - 1e-6) * half

    def _phrase(self, shape: Motif, degree: int, spans: list[float], at: float) -> list[Note]:
        notes: list[Note] = []
        steps = shape.steps[: len(spans)]
        peak = max(range(len(steps)), key=lambda index: steps[index])
        for index, (step, span) in enumerate(zip(steps, spans, strict=True)):
            rising = index == 0 or step >= steps[index - 1]
            last = index == len(steps) - 1
            pitch = self._pitch(degree + step, self._manner.rising if rising else self._manner.falling)
            if last:
                pitch = self._rest_near(pitch)
            velocity = round(62 + 22 * self._scene.intensity - 3 * abs(index - peak)) + self._draw.randint(-4, 4)
            interval = notes[-1].pitch - pitch if notes else 0.0
            tonic = abs((pitch - self._base) % 12) < 0.01
            bend = inflect(self._scene.tradition, self._draw, span=span, interval=interval, resting=last, tonic=tonic)
            if last and self._scene.tradition == "maqam" and span > 1.0 and self._draw.random() < 0.4:
                notes += _tremolo(at, span * 0.95, pitch, velocity, self._draw)
            else:
                notes.append(Note(at, span * 0.97, pitch, velocity, bend=bend))
            at += span
        return notes

    def _pitch(self, degree: int, scale: tuple[float, ...]) -> float:
        octave, index = divmod(degree, len(scale))
        pitch = self._base + 12 * octave + scale[index] / 100
        while pitch > self._manner.lead.high:
            pitch -= 12
        while pitch < self._manner.lead.low:
            pitch += 12
        return pitch

    def _rest_near(self, pitch: float) -> float:
        tones = [self._base + 12 * octave + cents / 100 for octave in (-1, 0, 1, 2) for cents in self._manner.rests]
        inside = [tone for tone in tones if self._manner.lead.low <= tone <= self._manner.lead.high]
        return min(inside or tones, key=lambda tone: (abs(tone - pitch), tone))


def _tremolo(at: float, span: float, pitch: float, velocity: int, draw: random.Random) -> list[Note]:
    """An oud's tremolo: 9 to 13 strokes a second that swell and sink."""
    rate = draw.uniform(9, 12)
    count = max(3, int(span * rate))
    return [
        Note(
            at + index / rate, 0.9 / rate, pitch, round(velocity * (0.72 + 0.25 * math.sin(math.pi * index / count))) + draw.randint(-3, 3)
        )
        for index in range(count)
    ]
