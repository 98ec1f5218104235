"""Western cues: a motif over functional harmony, in the moods of western.json."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from filmstudio.plugins.music.form import Bars, Passage, lay
from filmstudio.plugins.music.harmony import Chord, bass_line, chord, scale_of, voice
from filmstudio.plugins.music.knowledge import WesternMood, ensembles, western_moods
from filmstudio.plugins.music.moods import WESTERN
from filmstudio.plugins.music.motif import motif_of
from filmstudio.plugins.music.score import Instrument, Note, Part, Role, Score
from filmstudio.plugins.music.situation import Situation

_ENSEMBLE = {
    "hopeful": "orchestra_hopeful", "joyful": "orchestra_hopeful", "tender": "chamber_sad", "sad": "chamber_sad", "grief": "chamber_sad",
    "nostalgic": "chamber_sad", "tense": "suspense", "fear": "suspense", "mystery": "suspense", "wonder": "orchestra_hopeful",
    "heroic": "orchestra_hopeful", "action": "action", "comic": "comic_pizz", "romantic": "orchestra_hopeful", "peaceful": "chamber_sad",
    "triumph": "orchestra_hopeful", "menace": "suspense", "melancholy_acceptance": "chamber_sad",
}  # fmt: skip
_FIGURES = {4: (0, 1, 2, 1, 3, 2, 1, 2), 3: (0, 1, 2, 3, 2, 1)}


@dataclass(frozen=True, slots=True)
class _Harmony:
    chords: tuple[Chord, ...]
    """One for each bar, and the last chord."""
    scale: tuple[int, ...]


def compose(scene: Situation, plan: list[Passage]) -> Score:
    """A western score for the passages of a scene."""
    mood = western_moods()[WESTERN[scene.mood]]
    players = _players(scene, mood)
    notes: dict[Role, list[Note]] = {role: [] for role in players}
    steps: set[int] = set()
    beats: list[float] = []
    for turn, passage in enumerate(plan):
        draw = random.Random(scene.seed * 31 + turn)
        metre = 3 if "3/4" in mood.metres and draw.random() < 0.35 else 4
        bars = lay(passage, mood.tempo, metre, 0.3 + 0.5 * scene.intensity)
        harmony = _harmony(mood, bars.count, draw)
        steps |= {*harmony.scale, *(tone for each in harmony.chords for tone in (*each.tones, each.bass))}
        beats += [bars.at(0, beat) for beat in range(bars.count * bars.beats + 1)]
        _write(scene, mood, passage, bars, harmony, players, notes, draw)
    parts = tuple(Part(players[role], tuple(sorted(played, key=lambda note: (note.start, note.pitch)))) for role, played in notes.items())
    return Score(
        title=f"{mood.id.replace('_', ' ')}",
        tonic=scene.tonic,
        steps=tuple(float(100 * step) for step in sorted(steps)),
        parts=parts,
        seconds=scene.seconds,
        room="hall" if mood.id not in {"comic", "action"} else "room",
        beats=tuple(beats),
    )


def _players(scene: Situation, mood: WesternMood) -> dict[Role, Instrument]:
    name = "podcast_minimal" if scene.purpose == "theme" else _ENSEMBLE[mood.id]
    found = dict(ensembles()[name])
    if "pad" not in found:
        found["pad"] = replace(ensembles()["chamber_sad"]["pad"], level_db=-24.0)
    if "bass" not in found:
        found["bass"] = replace(ensembles()["orchestra_hopeful"]["bass"], level_db=-23.0)
    if "melody" not in found:
        borrowed = ensembles()["podcast_minimal"]["arpeggio"] if scene.purpose == "theme" else ensembles()["chamber_sad"]["melody"]
        found["melody"] = replace(borrowed, role="melody")
    if mood.id in {"tender", "peaceful"}:
        found["melody"] = replace(found["melody"], program=73, name="Flute", low=60, high=84)
    for role in ("pad", "bass", "drone"):
        if role in found:
            found[role] = replace(found[role], release=0.6)
    if found["pad"].program in {48, 49}:
        found["pad"] = replace(found["pad"], layer=97 - found["pad"].program)
    found["melody"] = replace(found["melody"], release=0.3)
    return found


def _harmony(mood: WesternMood, bars: int, draw: random.Random) -> _Harmony:
    """Chords for every bar: the mood's progressions, another at each return, and the tonic for the last note."""
    usable = [line for line in mood.progressions if any(name.lower().startswith("i") for name in line)] or list(mood.progressions)
    first = draw.choice(usable)
    minor = any(name.removeprefix("pedal:") in {"i", "i5"} for name in first) or mood.mode in {"minor", "phrygian", "atonal centre"}
    same = [line for line in usable if any(name.removeprefix("pedal:") in {"i", "i5"} for name in line) == minor] or usable
    names: list[str] = []
    turn = 0
    while len(names) < bars:
        line = first if turn % 3 != 1 else draw.choice(same)
        names += line
        turn += 1
    names = names[:bars]
    if bars >= 3 and mood.id not in {"fear", "grief", "tense"}:
        names[-1] = {"minor": "V", "phrygian": "bII", "major pentatonic": "IV"}.get(mood.mode, "iv" if mood.id == "nostalgic" else "V")
    tonic = "i" if minor else "I"
    if mood.id in {"grief", "fear", "menace"}:
        tonic += "5"
    return _Harmony(tuple(chord(name, minor=minor) for name in [*names, tonic]), scale_of(mood.mode, minor=minor))


def _write(
    scene: Situation,
    mood: WesternMood,
    passage: Passage,
    bars: Bars,
    harmony: _Harmony,
    players: dict[Role, Instrument],
    notes: dict[Role, list[Note]],
    draw: random.Random,
) -> None:
    chords = harmony.chords
    pad = players["pad"]
    uppers = voice(chords, scene.tonic, max(50, pad.low), min(76, pad.high + 4))
    basses = bass_line(chords, scene.tonic, max(31, players["bass"].low), min(48, players["bass"].high))
    soft, loud = mood.velocity
    ring = passage.end - passage.last

    def level(at: float, share: float) -> int:
        rise = _arc((at - passage.start) / max(0.1, passage.length))
        return round(max(18, min(118, soft + (loud - soft) * share * (0.45 + 0.55 * rise) * (0.55 + 0.45 * scene.intensity))))

    # The intro: one low note that sneaks in.
    intro = bars.start - passage.start
    root = basses[0]
    if intro > 0.25:
        swell = ((0.0, -22.0), (min(2.5, intro), 0.0))
        notes["pad"].append(Note(passage.start, intro + 0.05, uppers[0][0], level(passage.start, 0.5), swell=swell))
        notes["bass"].append(Note(passage.start + 0.02, intro + 0.05, root, level(passage.start, 0.45), swell=swell))
    for place in range(bars.count + 1):
        at = bars.at(place) if place < bars.count else bars.last
        held = bars.bar if place < bars.count else ring
        closing = place == bars.count
        before = uppers[place - 1] if place else None
        for which, pitch in enumerate(uppers[place]):
            if which == 2 and scene.intensity < 0.25 and not closing:
                continue
            velocity = level(at, 0.6) - 3 * which
            tied = before is not None and before[which] == pitch and _tie(notes["pad"], at, held, pitch)
            if not tied:
                notes["pad"].append(Note(at, held + 0.06, pitch, velocity, swell=_breath(held)))
        notes["bass"].append(Note(at, held, basses[place], level(at, 0.65)))
    if "arpeggio" in players and scene.intensity >= 0.2 and mood.id not in {"fear", "grief"}:
        _arpeggio(scene, bars, chords, players["arpeggio"], notes["arpeggio"], level, draw)
    _melody(scene, mood, passage, bars, harmony, players["melody"], notes["melody"], level, draw)
    if "percussion" in players and scene.intensity >= 0.45:
        _percussion(scene, mood, bars, players["percussion"], notes["percussion"], level, draw)


def _arc(share: float) -> float:
    """Rise to 65 % of a passage, then fall: 0 to 1."""
    return share / 0.65 if share < 0.65 else max(0.0, 1 - (share - 0.65) / 0.45)


def _breath(held: float) -> tuple[tuple[float, float], ...]:
    return ((0.0, -5.0), (held * 0.45, 0.0), (held, -3.5))


def _tie(written: list[Note], at: float, held: float, pitch: int) -> bool:
    """Lengthen the voice that already sounds this pitch, up to 6 s; longer, it is played anew."""
    for index in range(len(written) - 1, max(-1, len(written) - 7), -1):
        note = written[index]
        if note.pitch == pitch and abs(note.end - 0.06 - at) < 0.01 and note.length < 6.0:
            length = note.length + held
            written[index] = replace(note, length=length, swell=_breath(length))
            return True
    return False


def _arpeggio(scene, bars, chords, player, out, level, draw):  # type: ignore[no-untyped-def]
    figure = _FIGURES[3 if bars.beats == 3 else 4]
    busy = 2 if scene.intensity >= 0.4 else 1
    for place in range(bars.count):
        tones = sorted({tone for tone in chords[place].tones})
        base = scene.tonic
        ladder = [base + tone + 12 * octave for octave in (-1, 0, 1, 2) for tone in tones]
        ladder = [pitch for pitch in ladder if max(player.low, 50) <= pitch <= player.high] or [base + 12 + tones[0]]
        start = draw.randrange(0, 2)
        for step in range(bars.beats * busy):
            if busy == 1 and step % 2 and scene.intensity < 0.3:
                continue
            if place % 4 == 3 and step >= bars.beats * busy - busy:
                continue
            pitch = ladder[min(len(ladder) - 1, start + figure[step % len(figure)])]
            at = bars.at(place, step / busy)
            out.append(Note(at, bars.beat / busy * 1.6, pitch, level(at, 0.45) + (6 if step == 0 else 0)))


def _melody(scene, mood, passage, bars, harmony, player, out, level, draw):  # type: ignore[no-untyped-def]
    """The motif, then what becomes of it: sequence, fragment, inversion, return; every bar in which nobody speaks."""
    motif = motif_of(scene.theme)
    slow = mood.density[1] < 1.6
    if slow and motif.length < 6:
        motif = motif.stretched(1.5)
    scale = harmony.scale
    low = max(player.low, min(mood.melody[0], player.high - 12))
    high = min(player.high, max(mood.melody[1], low + 12))
    span = 2
    shapes = [motif, motif.moved(1), motif.fragment(max(2, len(motif.steps) // 2)), motif.inverted(), motif.moved(-1), motif]
    turn = 0
    place = 1 if bars.count > 2 and passage.kind != "sting" else 0
    while place < bars.count:
        at = bars.at(place)
        until = bars.at(min(place + span, bars.count))
        shape = shapes[turn % len(shapes)]
        begin = at
        free = scene.windows(at, until, 0.0)
        fits = any(first <= at + 0.01 and last >= until - 0.6 for first, last in free)
        if fits and not (scene.intensity < 0.2 and turn % 2):
            degree = _degree_near(scene, scale, harmony.chords[place].tones, low + (high - low) * (0.35 + 0.3 * _arc(place / bars.count)))
            for index, (step, beats) in enumerate(zip(shape.steps, shape.beats, strict=True)):
                seconds = beats * bars.beat
                if begin + seconds > until + 0.01:
                    break
                bar = min(bars.count - 1, int((begin - bars.start + 0.001) / bars.bar))
                strong = abs(((begin - bars.start) / bars.beat) % 1) < 0.01
                pitch = _pitch(scene, scale, degree + step)
                if strong:
                    pitch = _nearest(pitch, harmony.chords[bar].tones, scene.tonic)
                while pitch > high:
                    pitch -= 12
                while pitch < low:
                    pitch += 12
                weight = 0.8 + (0.15 if index == len(shape.steps) // 2 else 0)
                bend = _vibrato(seconds, draw) if seconds > 0.9 else ()
                out.append(Note(begin, seconds * 0.96, pitch, level(begin, weight), bend=bend))
                begin += seconds
        place += span
        turn += 1
    if not scene.windows(passage.last, passage.last + 0.8, 0.7):
        return
    last = _nearest(out[-1].pitch if out else (low + high) // 2, harmony.chords[-1].tones[:1], scene.tonic)
    while last > high:
        last -= 12
    out.append(Note(passage.last, max(0.4, passage.end - passage.last), last, level(passage.last, 0.7)))


def _degree_near(scene: Situation, scale: tuple[int, ...], tones: tuple[int, ...], centre: float) -> int:
    size = len(scale)
    options = [octave * size + index for octave in range(-2, 4) for index, step in enumerate(scale) if step in tones]
    options = options or [octave * size for octave in range(-2, 4)]
    return min(options, key=lambda degree: abs(_pitch(scene, scale, degree) - centre))


def _pitch(scene: Situation, scale: tuple[int, ...], degree: int) -> int:
    octave, index = divmod(degree, len(scale))
    return scene.tonic + 12 * octave + scale[index]


def _nearest(pitch: float, tones: tuple[int, ...], tonic: int) -> int:
    around = range(round(pitch) - 6, round(pitch) + 7)
    return min((each for each in around if (each - tonic) % 12 in tones), key=lambda each: (abs(each - pitch), each))


def _vibrato(seconds: float, draw: random.Random) -> tuple[tuple[float, float], ...]:
    """A vibrato of 12 to 20 cents that begins after a third of a second."""
    rate, depth = draw.uniform(4.9, 5.6), draw.uniform(9, 15)
    knots, at, sign = [(0.0, 0.0), (0.32, 0.0)], 0.32, 1
    while at < seconds:
        at += 0.5 / rate
        knots.append((at, sign * depth * min(1.0, (at - 0.3) / 0.6)))
        sign = -sign
    return tuple(knots)


def _percussion(scene, mood, bars, player, out, level, draw):  # type: ignore[no-untyped-def]
    accents = (0.0, 1.5, 3.0) if mood.id in {"action"} else (0.0,)
    for place in range(bars.count):
        if mood.id not in {"action", "comic"} and place % 4 not in {3}:
            continue
        for beat in accents:
            at = bars.at(place, beat)
            pitch = player.low + 5 if beat == 0 else player.low + 9
            out.append(Note(at, 0.6, pitch, level(at, 0.8 if beat == 0 else 0.6)))
