"""What carries a modal line: drums that join one by one, rolls of the central tones, a kumbengo."""

from __future__ import annotations

import random

from filmstudio.plugins.music.form import Bars
from filmstudio.plugins.music.manners import Manner
from filmstudio.plugins.music.score import Instrument, Note
from filmstudio.plugins.music.situation import Situation

_SOFT = 62
"""Strokes softer than this come and go."""


def strokes(scene: Situation, manner: Manner, bars: Bars, draw: random.Random) -> list[Note]:
    """The cycle's strokes. Drums join one after another, a bar apart; soft strokes come and go; the last is the downbeat alone."""
    found = []
    order = list(dict.fromkeys(key for _, key, _ in sorted(manner.pulse, key=lambda stroke: stroke[2])))
    joins = {key: place if bars.count >= 2 * len(order) else 0 for place, key in enumerate(order)}
    for place in range(bars.count):
        for beat, key, velocity in manner.pulse:
            if beat >= bars.beats or place < joins[key] or (velocity < _SOFT and draw.random() < 0.15 and manner.steady != key):
                continue
            at = bars.at(place, beat) + (0.0 if beat == 0 else draw.uniform(-0.004, 0.006))
            found.append(Note(at, 0.4, float(key), round(velocity * (0.7 + 0.4 * scene.intensity)) + draw.randint(-6, 6)))
    if bars.count:
        beat, key, velocity = max(manner.pulse, key=lambda stroke: (stroke[0] == 0, stroke[2]))
        found.append(Note(bars.last, 0.6, float(key), velocity))
    return found


def rolls(scene: Situation, manner: Manner, player: Instrument, bars: Bars, draw: random.Random) -> list[Note]:
    """A roll of the central tones on the first beat of a bar; in lively music the mode's tones run on in quavers every other bar."""
    base = min((scene.tonic + 12 * octave for octave in range(3)), key=lambda pitch: abs(pitch - player.low - 6))
    tones = [base + 12 * octave + cents / 100 for octave in (0, 1) for cents in manner.rests]
    ladder = [base + 12 * octave + cents / 100 for octave in (0, 1, 2) for cents in manner.rising]
    found = []
    for place in range(bars.count):
        if not manner.lively and place % 2 and scene.intensity < 0.6:
            continue
        at = bars.at(place)
        level = 44 + 24 * scene.intensity
        found += [
            Note(at + 0.07 * index, 1.6, tone, round(level - 3 * index) + draw.randint(-3, 3))
            for index, tone in enumerate(tones)
            if player.low <= tone <= player.high
        ]
        if manner.lively and place % 2:
            start = draw.randrange(0, 4)
            run = [ladder[start + step] for step in (2, 3, 4, 3, 2, 4)]
            found += [
                Note(bars.at(place, 1 + 0.5 * index), 0.7, tone, round(level * 0.85) + draw.randint(-4, 4))
                for index, tone in enumerate(run)
                if player.low <= tone <= player.high
            ]
    return found


def ostinato(scene: Situation, manner: Manner, bars: Bars, start: float, draw: random.Random) -> list[Note]:
    """A kumbengo from ``start``: thumbs on the bass, fingers above, twelve pulses to a cycle; changed at every fourth turn."""
    player, scale = manner.second, manner.rising
    if player is None:
        return []
    base = min((scene.tonic + 12 * octave for octave in (-1, 0, 1)), key=lambda pitch: abs(pitch - player.low - 8))
    size = len(scale)
    theme = random.Random(scene.theme + 1)
    figures = [[theme.choice((0, 2, 4, 1, 3)) + size for _ in range(4)] for _ in range(2)]
    found = []
    for place in range(-2, bars.count):
        figure = figures[1 if place % 4 == 3 else 0]
        bass = 0 if place % 2 == 0 else size // 2
        for pulse in range(12):
            at = bars.at(place, pulse / 3) + draw.uniform(-0.006, 0.008)
            if at < start:
                continue
            if pulse in {0, 7}:
                degree = bass if pulse == 0 else size - 1
            elif pulse % 3 != 1 and (scene.intensity > 0.3 or pulse % 2 == 0):
                degree = figure[(pulse // 3) % 4] + (pulse % 2)
            else:
                continue
            octave, index = divmod(degree, size)
            pitch = base + 12 * octave + scale[index] / 100
            found.append(Note(at, 0.5, pitch, (66 if pulse == 0 else 54) + draw.randint(-5, 5)))
    return found
