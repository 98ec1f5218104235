"""Cues in the modes of the Arab world, East Asia and Africa: the film's motif as steps of the mode, each tradition in its own manner."""

from __future__ import annotations

import itertools
import math
import random
from dataclasses import dataclass, replace

from filmstudio.plugins.music.drone import held
from filmstudio.plugins.music.form import Bars, Passage, lay
from filmstudio.plugins.music.knowledge import african_modes, asian_modes, ensembles, iqaat, maqamat, timelines
from filmstudio.plugins.music.moods import AFRICA, CHINA, JAPAN, KOREA, MAQAM
from filmstudio.plugins.music.motif import Motif, motif_of
from filmstudio.plugins.music.ornaments import glide, inflect
from filmstudio.plugins.music.score import Instrument, Note, Part, Score
from filmstudio.plugins.music.situation import Situation

_SOFT = 62
_LIVELY = frozenset({"joyful", "comic", "epic", "triumphant", "action", "hopeful", "tense", "menace"})


@dataclass(frozen=True, slots=True)
class Manner:
    """How a tradition plays in one scene."""

    title: str
    rising: tuple[float, ...]
    """Cents of the mode going up, from 0, without the octave."""
    falling: tuple[float, ...]
    rests: tuple[float, ...]
    """Cents of the tones on which phrases rest."""
    lead: Instrument
    second: Instrument | None
    pad: Instrument | None
    drums: Instrument | None
    pulse: tuple[tuple[float, int, int], ...]
    """Strokes of a cycle: beat, drum key, velocity; empty for music without a pulse."""
    cycle: int
    """Beats to a cycle."""
    tempo: tuple[float, float]
    silence: tuple[float, float]
    """Beats of rest after a phrase."""
    lively: bool = False
    figure: Instrument | None = None
    """Who rolls the central tones under the lead."""
    steady: int = 0
    """The drum key whose pattern never changes: the bell."""
    ostinato: bool = False


def compose(scene: Situation, plan: list[Passage]) -> Score:
    """A modal score for the passages of a scene."""
    manner = _manner(scene)
    lead: list[Note] = []
    second: list[Note] = []
    pad: list[Note] = []
    drums: list[Note] = []
    rolls: list[Note] = []
    beats: list[float] = []
    for turn, passage in enumerate(plan):
        draw = random.Random(scene.seed * 41 + turn)
        pulsed = bool(manner.pulse) and passage.length > 6 and scene.spoken(passage.start, passage.end) < 0.4
        bars = lay(passage, manner.tempo, manner.cycle, scene.intensity)
        fifth = min(manner.rests, key=lambda cents: abs(cents - 700)) if manner.rests else 700.0
        low = scene.tonic - 12 if scene.tonic > 50 else scene.tonic
        tones = (float(low), low + fifth / 100) if abs(fifth - 700) < 60 else (float(low),)
        if manner.pad is not None or passage.kind == "drone":
            pad += held(tones, passage.start, passage.end, 52)
        if passage.kind == "drone":
            continue
        line = _Line(scene, manner, passage, bars, draw)
        lead += line.written()
        if pulsed:
            beats += [bars.at(0, beat) for beat in range(bars.count * bars.beats + 1)]
            drums += _strokes(scene, manner, bars, draw)
        if manner.figure is not None:
            rolls += _rolls(scene, manner, manner.figure, bars, draw)
        if manner.ostinato and manner.second is not None and bars.count:
            second += _ostinato(scene, manner, bars, passage.start, draw)
        elif manner.second is not None:
            second += line.answers(lead)
    parts = [Part(manner.lead, tuple(sorted(lead, key=_when)))]
    if manner.second is not None:
        parts.append(Part(manner.second, tuple(sorted(second, key=_when))))
    player = manner.pad or replace(ensembles()["japan_snow"]["drone"], level_db=-20.0)
    parts.append(Part(replace(player, release=0.8), tuple(sorted(pad, key=_when))))
    if manner.figure is not None:
        parts.append(Part(manner.figure, tuple(sorted(rolls, key=_when))))
    if manner.drums is not None:
        parts.append(Part(manner.drums, tuple(sorted(drums, key=_when))))
    steps = sorted({cents % 1200 for cents in (*manner.rising, *manner.falling)})
    return Score(manner.title, scene.tonic, tuple(steps), tuple(parts), scene.seconds, "hall", tuple(beats))


def _when(note: Note) -> tuple[float, float]:
    return note.start, note.pitch


def _manner(scene: Situation) -> Manner:
    match scene.tradition:
        case "maqam":
            return _arab(scene)
        case "japan" | "china" | "korea":
            return _east_asian(scene)
        case _:
            return _african(scene)


def _pick(words: str, scene: Situation) -> str:
    options = words.split()
    return options[scene.theme % len(options)]


def _arab(scene: Situation) -> Manner:
    maqam = maqamat()[_pick(MAQAM[scene.mood], scene)]
    takht = ensembles()["arab_takht"]
    name = "Ayyub" if scene.mood in {"action", "tense"} else "Maqsum" if scene.mood in _LIVELY else "Wahda"
    iqa = iqaat()[name]
    keys = {"D": (64, 80), "T": (60, 70), "k": (60, 52)}
    lively = scene.mood in _LIVELY or scene.intensity > 0.5
    return Manner(
        title=f"Maqam {maqam.name}",
        rising=tuple(cents for cents in maqam.ascent if cents < 1200),
        falling=tuple(cents for cents in maqam.descent if cents < 1200),
        rests=(0.0, maqam.ghammaz),
        lead=replace(takht["melody"], release=0.35, name="Oud"),
        second=replace(takht["counter"], release=0.3, name="Nay"),
        pad=takht["pad"],
        drums=takht["percussion"],
        pulse=tuple((beat, *keys[stroke]) for beat, stroke in iqa.strokes) if lively else (),
        cycle=max(2, math.ceil(iqa.beats)),
        tempo=iqa.bpm,
        silence=(0.5, 2.0),
        lively=lively,
    )


def _east_asian(scene: Situation) -> Manner:
    table = {"japan": JAPAN, "china": CHINA, "korea": KOREA}[scene.tradition]
    mode = asian_modes()[_pick(table[scene.mood], scene)]
    lively = scene.mood in _LIVELY and scene.intensity > 0.35
    pulse: tuple[tuple[float, int, int], ...]
    drums: Instrument | None
    figure: Instrument | None = None
    if scene.tradition == "japan":
        band = ensembles()["japan_snow"]
        lead, second, pad = band["melody"], band["counter"], band["drone"]
        drums = replace(ensembles()["japan_festival"]["percussion"], level_db=-19.0)
        pulse, silence, tempo = ((0.0, 40, 74), (1.5, 44, 52), (2.0, 40, 60)), (1.5, 3.5), (50.0, 66.0)
    elif scene.tradition == "china":
        band = ensembles()["china_lyric"]
        lead, second, pad, drums = replace(band["melody"], name="Erhu"), replace(band["counter"], name="Dizi"), None, None
        figure = replace(band["arpeggio"], release=0.8, name="Yangqin")
        pulse, silence, tempo = (), (0.5, 2.0), (60.0, 84.0)
        pad = replace(ensembles()["japan_snow"]["drone"], level_db=-27.0)
    else:
        band = ensembles()["korea_court"]
        lead, second, drums = replace(band["melody"], name="Gayageum"), replace(band["counter"], name="Haegeum"), band["percussion"]
        pad = replace(ensembles()["japan_snow"]["drone"], level_db=-27.0)
        pulse, silence, tempo = ((0.0, 43, 66), (1.5, 50, 44), (2.0, 50, 50)), (1.0, 2.5), (54.0, 80.0)
    return Manner(
        title=mode.name,
        rising=mode.cents,
        falling=mode.cents,
        rests=mode.central,
        lead=replace(lead, release=0.9 if lead.program in {106, 107} else 0.3),
        second=replace(second, release=0.4),
        pad=pad,
        drums=drums,
        pulse=pulse if lively else (),
        cycle=4,
        tempo=(tempo[0] * 1.4, tempo[1] * 1.5) if lively else tempo,
        silence=silence if not lively else (0.5, 1.5),
        figure=figure,
        lively=lively,
    )


def _african(scene: Situation) -> Manner:
    where = f"{scene.culture} {scene.place}"
    ethiopian = any(word in where for word in ("ethiopia", "addis", "eritrea", "axum", "lalibela"))
    southern = any(word in where for word in ("zimbabwe", "shona", "harare", "south_africa", "southern_africa"))
    region = "ethiopia" if ethiopian else "southern" if southern else "east" if "east" in where else "mande"
    mode = african_modes()[_pick(AFRICA[region][scene.mood], scene)]
    bell = timelines()["Standard bell (Agbadza)"] if region != "mande" else timelines()["Five-stroke 12/8"]
    mbira = mode.id.startswith("mbira")
    band = ensembles()["southern_africa_mbira" if mbira else "west_africa_kora"]
    lively = scene.mood in _LIVELY
    pulse: tuple[tuple[float, int, int], ...] = ()
    if lively:
        strokes = [(onset / 3, 68, 54) for onset in bell.onsets]
        strokes += [(beat, 82, 50 if beat % 2 else 58) for beat in range(4)]
        strokes += [(0.0, 64, 74), (2.0, 64, 66), (2 + 2 / 3, 63, 60), (1 + 1 / 3, 62, 50), (3 + 1 / 3, 63, 56)]
        pulse = tuple(sorted(strokes))
    melody = replace(band["melody"], release=0.3, level_db=-16.0)
    if region == "ethiopia":
        melody = replace(ensembles()["korea_court"]["counter"], role="melody", name="Masenqo", low=52, high=76, level_db=-16.0)
    return Manner(
        title=mode.name,
        rising=mode.cents,
        falling=mode.cents,
        rests=mode.central,
        lead=melody,
        second=replace(
            band["arpeggio"], release=0.4, level_db=-18.5, name="Mbira" if mbira else "Krar" if region == "ethiopia" else "Kora"
        ),
        pad=band.get("pad") if scene.intensity > 0.55 else None,
        drums=band["percussion"],
        pulse=pulse,
        cycle=4,
        tempo=(88.0, 120.0) if lively else (60.0, 84.0),
        silence=(1.0, 3.0),
        lively=lively,
        ostinato=True,
        steady=68,
    )


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
        while at < passage.last - 1.2 * beat:
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


def _strokes(scene: Situation, manner: Manner, bars: Bars, draw: random.Random) -> list[Note]:
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


def _rolls(scene: Situation, manner: Manner, player: Instrument, bars: Bars, draw: random.Random) -> list[Note]:
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


def _ostinato(scene: Situation, manner: Manner, bars: Bars, start: float, draw: random.Random) -> list[Note]:
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
