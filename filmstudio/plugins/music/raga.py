"""Cues in a raga: alap over the tanpura from pakad and fragments of the ascent and descent; a gat over theka where there is a pulse."""

from __future__ import annotations

import math
import random
from dataclasses import replace

from filmstudio.plugins.music.drone import TANPURA, tanpura
from filmstudio.plugins.music.form import Passage, lay
from filmstudio.plugins.music.knowledge import Raga, Tala, ensembles, ragas, talas
from filmstudio.plugins.music.moods import CARNATIC, HINDUSTANI
from filmstudio.plugins.music.ornaments import glide, oscillation
from filmstudio.plugins.music.score import Curve, Instrument, Note, Part, Score
from filmstudio.plugins.music.situation import Situation

JUST = (0.0, 112.0, 204.0, 316.0, 386.0, 498.0, 590.0, 702.0, 814.0, 884.0, 996.0, 1088.0)
"""Cents of the twelve notes (ragas.json: just_cents)."""
_HOURS = {
    "dawn": ("predawn", "dawn", "morning"), "morning": ("morning", "late_morning", "dawn"),
    "day": ("late_morning", "noon", "afternoon", "any"),
    "noon": ("noon", "afternoon"), "golden": ("late_afternoon", "sunset"), "sunset": ("sunset", "dusk", "late_afternoon"),
    "dusk": ("dusk", "sunset", "evening"), "evening": ("evening", "dusk"), "night": ("night", "deep_night", "evening"),
}  # fmt: skip
_LIVELY = frozenset({"joyful", "comic", "epic", "triumphant", "action", "hopeful", "wonder"})
_TALAS: dict[str, dict[str, tuple[str, ...]]] = {
    "hindustani": {"short": ("keherwa", "dadra"), "long": ("teental", "rupak", "jhaptal", "keherwa"), "grave": ("ektal", "jhaptal")},
    "carnatic": {"short": ("chatusra_eka", "adi"), "long": ("adi", "rupaka"), "grave": ("adi", "misra_chapu")},
}
_TABLA = Instrument("percussion", "Tabla", sound="tabla", low=60, high=64, level_db=-18.0, pan=0.12, reverb=0.15)
_LONG_WAIT = 5.0
"""Seconds of drone before sam that want a phrase."""
_WIDEST_MEEND = 5.0
"""Semitones over which the lead glides into a note."""
_GRAVE = frozenset({"epic", "menace", "tense"})
_SLOW_OSCILLATION: dict[str, tuple[int, ...]] = {"darbari_kanada": (3, 8), "bhairav": (1, 8), "todi": (3,), "bilaskhani_todi": (3,)}
"""Notes that are swung slowly: andolan."""


def choose(scene: Situation) -> Raga:
    """The raga of a scene: by mood first, then by the hour; the film's seed decides between equals."""
    table = CARNATIC if scene.tradition == "carnatic" else HINDUSTANI
    options = [ragas()[name] for name in table[scene.mood].split()]
    hours = _HOURS.get(scene.light, ())
    fitting = [raga for raga in options if raga.time in hours]
    if fitting:
        return fitting[0]
    return options[scene.theme % min(2, len(options))]


def compose(scene: Situation, plan: list[Passage]) -> Score:
    """A score in a raga for the passages of a scene."""
    raga = choose(scene)
    carnatic = scene.tradition == "carnatic"
    lead, second = _players(scene, carnatic)
    drone: list[Note] = []
    melody: list[Note] = []
    answer: list[Note] = []
    drums: list[Note] = []
    beats: list[float] = []
    for turn, passage in enumerate(plan):
        draw = random.Random(scene.seed * 37 + turn)
        drone += tanpura(scene.tonic, raga.first_string, passage.start, passage.end, draw)
        if passage.kind == "drone":
            continue
        tala = _tala(scene, passage)
        line = _Line(scene, raga, passage, draw, lead)
        if tala is None:
            melody += line.alap()
        else:
            low, high = tala.tempo["madhya"]
            bars = lay(passage, (low, min(high, low * 1.5)), tala.beats, scene.intensity)
            beats += [bars.at(0, beat) for beat in range(bars.count * bars.beats + 1)]
            drums += _theka(scene, tala, bars.start, bars.last, bars.beat, draw)
            melody += line.gat(bars.start, bars.last, bars.beat)
        if second is not None and scene.intensity > 0.3:
            answer += _echo(scene, melody, passage, second)
    parts = [
        Part(replace(TANPURA, level_db=-18.0 if scene.purpose == "drone" else TANPURA.level_db), tuple(drone)),
        Part(lead, tuple(melody)),
    ]
    if second is not None:
        parts.append(Part(second, tuple(answer)))
    parts.append(Part(_TABLA, tuple(drums)))
    return Score(
        title=f"{raga.name}",
        tonic=scene.tonic,
        steps=tuple(JUST[step] for step in sorted(raga.allowed | {raga.first_string % 12})),
        parts=tuple(parts),
        seconds=scene.seconds,
        room="hall",
        beats=tuple(beats),
    )


def _players(scene: Situation, carnatic: bool) -> tuple[Instrument, Instrument | None]:
    if carnatic:
        violin = ensembles()["carnatic_dance"]["melody"]
        return replace(violin, release=0.25, level_db=-15.0), None
    if scene.mood in _LIVELY or scene.mood in _GRAVE:
        sitar = replace(ensembles()["hindustani_gat"]["melody"], release=0.5)
        santoor = replace(ensembles()["hindustani_gat"]["arpeggio"], role="counter", release=0.6)
        return sitar, santoor
    flute = replace(ensembles()["hindustani_alap"]["melody"], release=0.3, name="Bansuri")
    sarangi = replace(ensembles()["hindustani_alap"]["counter"], release=0.4, name="Sarangi", level_db=-22.0)
    return flute, sarangi


def _tala(scene: Situation, passage: Passage) -> Tala | None:
    """The tala of a real cue; none for an alap: slow moods, quiet scenes, short passages and talk."""
    pulsed = scene.mood in _LIVELY or scene.mood in _GRAVE or (scene.mood in {"romantic", "tense"} and scene.intensity > 0.45)
    if not pulsed or passage.length < 9 or scene.spoken(passage.start, passage.end) > 0.35:
        return None
    kinds = _TALAS["carnatic" if scene.tradition == "carnatic" else "hindustani"]
    names = kinds["short"] if passage.length < 30 else kinds["grave"] if scene.mood in _GRAVE else kinds["long"]
    return talas()[names[scene.theme % len(names)]]


def _theka(scene: Situation, tala: Tala, start: float, last: float, beat: float, draw: random.Random) -> list[Note]:
    """The cycle's strokes from sam to the last sam, where the final stroke lands."""
    pitch = float(scene.tonic + 12)
    level = 0.75 + 0.3 * scene.intensity
    found = []
    cycles = round((last - start) / (tala.beats * beat))
    for cycle in range(cycles):
        for place, bol in tala.strokes:
            if bol == "-":
                continue
            at = start + (cycle * tala.beats + place) * beat
            accent = 1.1 if place == 0 else 1.0 if place == int(place) else 0.8
            late = 0.0 if place == 0 else draw.uniform(0, 0.006)
            found.append(Note(at + late, 0.5, pitch, round(74 * level * accent) + draw.randint(-6, 6), stroke=bol))
    if cycles:
        found.append(Note(last, 0.8, pitch, round(92 * level), stroke="Tha" if tala.tradition == "carnatic" else "Dha"))
    return found


class _Line:
    """The lead's line through one passage."""

    def __init__(self, scene: Situation, raga: Raga, passage: Passage, draw: random.Random, lead: Instrument) -> None:
        self._scene, self._raga, self._passage, self._draw, self._lead = scene, raga, passage, draw, lead
        middle = (lead.low + lead.high) / 2 - 4
        self._sa = min((scene.tonic + 12 * octave for octave in range(-1, 4)), key=lambda sa: abs(sa + 5 - middle))
        self._used: list[tuple[int, ...]] = []

    def alap(self) -> list[Note]:
        """Free phrases in the stretches where nobody speaks: low first, highest at two thirds, home to Sa."""
        passage = self._passage
        if passage.kind == "sting":
            room = passage.last - passage.start
            phrase = self._phrase(0.2)[:3] if self._scene.windows(passage.start, passage.last, room - 0.05) else ()
            return self._play(phrase, [room / 3] * len(phrase), passage.start, 0.5) + self._home() if phrase else self._home()
        return self._free(passage.last - 0.4) + self._home()

    def _free(self, until: float) -> list[Note]:
        """Free phrases from the first cycle of the drone to ``until``."""
        passage = self._passage
        begin = passage.start + min(1.8 if passage.kind == "statement" else 4.0, passage.length * 0.2)
        notes: list[Note] = []
        pace = 0.62 - 0.2 * self._scene.intensity
        for first, last in self._scene.windows(begin, until, 2.2):
            at = first
            while last - at > 2.0:
                share = (at - passage.start) / max(1.0, passage.length)
                phrase = self._phrase(share)
                spans = [pace * self._weight(step, index) for index, step in enumerate(phrase)]
                spans[-1] = max(1.4, spans[-1] * 2.2)
                if at + sum(spans) > last + 0.2:
                    phrase, spans = self._shortened(phrase, spans, last - at)
                if not phrase:
                    break
                notes += self._play(phrase, spans, at, share)
                at += sum(spans) + self._draw.uniform(0.9, 2.2) * (1.3 - 0.6 * self._scene.intensity)
        return notes

    def gat(self, start: float, last: float, beat: float) -> list[Note]:
        """Phrases on the beat; each ends with a rest, and the last falls to Sa on sam. A long wait for sam is filled by an alap."""
        notes = self._free(start - 2.5 * beat) if start - self._passage.start > _LONG_WAIT else []
        closing, tail = (last, []) if self._passage.kind != "closing" and self._scene.mood != "triumphant" else self.tihai(last, beat)
        total = int((closing - start) / beat + 1e-6)
        at = -2.0 if start - self._passage.start > 2.2 * beat else 0.0
        while at < total - 2:
            share = 0.1 + 0.85 * at / max(1, total)
            phrase = self._phrase(share)
            spans = [self._draw.choice((0.5, 0.5, 1.0)) if step % 12 not in self._rests() else 1.0 for step in phrase]
            spans[-1] = 1.5 if self._draw.random() < 0.5 else 2.0
            spans = _whole(spans)
            seconds = [span * beat for span in spans]
            begin = start + at * beat
            free = any(
                first <= begin + 0.05 and end >= begin + sum(seconds) - 0.1 for first, end in self._scene.windows(begin, last + 9, 0.5)
            )
            if at + sum(spans) <= total and free:
                notes += self._play(phrase, seconds, begin, share)
            at = math.ceil(at + sum(spans)) + self._draw.choice((1, 1, 2))
        return notes + tail + self._home()

    def _home(self) -> list[Note]:
        passage = self._passage
        hold = max(0.5, passage.end - passage.last)
        if not self._scene.windows(passage.last, passage.last + min(1.0, hold), min(1.0, hold) - 0.1):
            return []
        below = max((step for step in self._raga.falling | self._raga.rising if step), default=10)
        bend: Curve = ((0.0, -100.0 * (12 - below) if 12 - below <= 2 else 0.0), (0.12, 0.0))
        return [Note(passage.last, hold, float(self._sa), 66, bend=bend, swell=((0.0, -2.0), (0.4, 0.0), (hold, -5.0)))]

    def _rests(self) -> tuple[int, ...]:
        return tuple(step % 12 for step in self._raga.rests)

    def _weight(self, step: int, index: int) -> float:
        resting = 1.8 if step % 12 in self._rests() or step % 12 == 0 else 1.0
        return resting * self._draw.uniform(0.85, 1.25) * (1.2 if index == 0 else 1.0)

    def _phrase(self, share: float) -> tuple[int, ...]:
        """A phrase of the raga whose height suits this share of the passage, unlike the last two."""
        want = 1 + 9 * (share / 0.65 if share < 0.65 else max(0.0, 1 - (share - 0.65) / 0.35))
        options = [*self._raga.pakad, *_fragments(self._raga)]
        fresh = [each for each in options if each not in self._used[-3:]] or options
        scored = sorted(fresh, key=lambda each: (abs(max(each) - want) + abs(sum(each) / len(each) - want * 0.7), each))
        phrase = self._draw.choice(scored[: max(2, len(scored) // 3)])
        self._used.append(phrase)
        return phrase

    def _shortened(self, phrase: tuple[int, ...], spans: list[float], room: float) -> tuple[tuple[int, ...], list[float]]:
        while len(phrase) > 2 and sum(spans) > room:
            phrase, spans = phrase[:-1], [*spans[:-2], max(spans[-2], 0.9)]
        return (phrase, spans) if sum(spans) <= room else ((), [])

    def _play(self, phrase: tuple[int, ...], spans: list[float], at: float, share: float) -> list[Note]:
        notes = []
        peak = max(range(len(phrase)), key=lambda index: phrase[index])
        for index, (step, span) in enumerate(zip(phrase, spans, strict=True)):
            octave, place = divmod(step, 12)
            pitch = self._sa + 12 * octave + JUST[place] / 100
            lift = 1.0 + 0.12 * (1 - abs(index - peak) / len(phrase)) + 0.1 * min(1.0, share / 0.65)
            velocity = round(min(100, 58 * lift * (0.85 + 0.3 * self._scene.intensity))) + self._draw.randint(-4, 4)
            interval = 0.0
            if index:
                before = phrase[index - 1]
                interval = 12 * (before // 12) + JUST[before % 12] / 100 - (12 * octave + JUST[place] / 100)
            bend = self._ornament(step, interval, span)
            notes.append(
                Note(at, span * (1.04 if index < len(phrase) - 1 else 0.98), pitch, velocity, bend=bend, swell=_phrase_swell(span))
            )
            at += span
        return notes

    def _ornament(self, step: int, interval: float, span: float) -> Curve:
        """Meend into the note from the one before it; slow andolan or a kampita where the raga asks for one."""
        knots: list[tuple[float, float]] = []
        slide = 0.0
        if 0 < abs(interval) <= _WIDEST_MEEND and span > 0.25:
            slide = min(0.35, 0.3 * span) if abs(interval) <= 2.5 else min(0.5, 0.4 * span)
            knots = glide(100 * interval, slide)
        elif interval == 0 and span > 0.4 and self._draw.random() < 0.4:
            slide = 0.06
            knots = [(0.0, self._kan(step)), (0.03, self._kan(step)), (slide, 0.0)]
        else:
            knots = [(0.0, 0.0)]
        swung = step % 12 in _SLOW_OSCILLATION.get(self._raga.id, ())
        if self._scene.tradition == "carnatic" and step % 12 not in {0, 7}:
            knots += oscillation(slide + 0.12, span, self._draw.uniform(4.0, 5.2), 90, 40)
        elif swung and span > 0.8:
            knots += oscillation(slide + 0.2, span, 1.7, 25, 45)
        elif span > 1.2:
            knots += oscillation(slide + 0.5, span, 5.0, 9, 9)
        return tuple(knots)

    def _kan(self, step: int) -> float:
        """Cents of the grace note from which a note is touched: its neighbour above in the falling line."""
        above = sorted((place - step) % 12 for place in self._raga.falling if (place - step) % 12)
        return 100.0 * above[0] if above and above[0] <= 3 else 0.0

    def tihai(self, last: float, beat: float) -> tuple[float, list[Note]]:
        """A short phrase that falls to Sa, three times with equal gaps, the last Sa on sam; and when it begins.

        3 p + 2 g beats: the landing stroke is the home note itself.
        """
        falls = [line for line in (*self._raga.pakad, *_fragments(self._raga)) if 3 <= len(line) <= 4 and line[-1] == 0]
        if not falls:
            return last, []
        phrase = self._draw.choice(sorted(falls))
        size, gap = 0.5 * len(phrase), 1.0
        begin = last - (2 * (size + gap) + size - 0.5) * beat
        if begin < self._passage.start + 4 or not self._scene.windows(begin, last + 0.5, last - begin):
            return last, []
        notes: list[Note] = []
        for turn in range(3):
            said = phrase if turn < 2 else phrase[:-1]
            notes += self._play(said, [0.5 * beat] * len(said), begin + turn * (size + gap) * beat, 0.9)
        return begin, notes


def _phrase_swell(span: float) -> Curve:
    return () if span < 0.9 else ((0.0, -2.0), (span * 0.35, 0.0), (span, -5.0))


def _fragments(raga: Raga) -> list[tuple[int, ...]]:
    """Stretches of the ascent and descent that end on a resting note or on Sa."""
    ends = {step % 12 for step in raga.rests} | {0}
    found = []
    for line in (raga.ascent, raga.descent):
        for size in (3, 4, 5):
            found += [line[at : at + size] for at in range(len(line) - size + 1) if line[at + size - 1] % 12 in ends]
    return found


def _whole(spans: list[float]) -> list[float]:
    """The spans with the last lengthened to a whole number of beats."""
    over = sum(spans) % 1
    return [*spans[:-1], spans[-1] + (1 - over if over > 0.01 else 0.0)]


def _echo(scene: Situation, melody: list[Note], passage: Passage, player: Instrument) -> list[Note]:
    """The second player follows the longest notes softly, an octave down where it must, 0.4 s late."""
    found = []
    for note in melody:
        if note.length < 1.1 or note.start < passage.start + passage.length * 0.3 or not passage.start <= note.start < passage.last:
            continue
        if not scene.windows(note.start + 0.4, note.end, note.length - 0.5):
            continue
        pitch = note.pitch
        while pitch > player.high - 6:
            pitch -= 12
        while pitch < player.low:
            pitch += 12
        found.append(
            Note(note.start + 0.42, max(0.4, note.length - 0.45), pitch, max(20, note.velocity - 16), swell=_phrase_swell(note.length))
        )
    return found
