"""What carries a western tune: held chords that lead their voices, a bass, a figure, drums at the joints."""

from __future__ import annotations

from dataclasses import replace

from filmstudio.plugins.music.drone import held, seated
from filmstudio.plugins.music.frame import Frame
from filmstudio.plugins.music.harmony import bass_line, voice
from filmstudio.plugins.music.score import Curve, Note, Role

_FIGURES = {4: ((0, 1, 2, 1, 3, 2, 1, 2), (0, 2, 1, 2, 3, 1, 2, 1), (0, 1, 2, 3, 2, 1, 3, 2)), 3: ((0, 1, 2, 3, 2, 1), (0, 2, 1, 3, 1, 2))}
_DRONE: tuple[tuple[Role, tuple[float, ...], int], ...] = (("bass", (0.0,), 46), ("pad", (7.0, 12.0), 48))
"""Of a drone: who holds which semitones above its lowest, at which velocity."""
_OSTINATO = (0, 0, 1, 0, 0, 2, 0, 1)
_ACCENTS = (0, 3, 6)
"""3 + 3 + 2 eighths."""
_FIGURE_FROM = 0.18
"""Intensity at which the figure joins."""
_DRUMS_FROM = 0.42
_HIT_GAP = 15.0
"""Least seconds between two accents on cuts: four a minute."""
_LONGEST_TIE = 6.0


def write_texture(frame: Frame, notes: dict[Role, list[Note]]) -> None:
    """Add pad, bass, figure and drums."""
    if frame.passage.kind == "drone":
        low = frame.scene.tonic - 12 if frame.scene.tonic >= 45 else frame.scene.tonic
        for role, tones, velocity in _DRONE:
            pitches = tuple(seated(low + tone, frame.players[role]) for tone in tones)
            notes[role] += held(pitches, frame.passage.start, frame.passage.end, velocity)
        return
    if frame.mood.id == "comic":
        _two_beat(frame, notes)
    else:
        _chords(frame, notes)
    if "arpeggio" in notes and frame.mood.id not in {"fear", "grief"}:
        notes["arpeggio"] += _ostinato(frame) if frame.mood.id in {"tense", "action", "menace"} else _figure(frame)
    if "percussion" in notes:
        notes["percussion"] += _drums(frame)


def _chords(frame: Frame, notes: dict[Role, list[Note]]) -> None:
    """Held chords and their bass. The intro is their lowest voice and the bass, sneaking in."""
    bars, passage, pad = frame.bars, frame.passage, frame.players["pad"]
    uppers = voice(frame.chords, frame.scene.tonic, max(50, pad.low), min(76, max(pad.high, 72)))
    bass = frame.players["bass"]
    basses = bass_line(frame.chords, frame.scene.tonic, max(31, bass.low), min(48, bass.high))
    intro = bars.start - passage.start
    if intro > 0.2:
        rise: Curve = ((0.0, -20.0), (min(2.5, intro), 0.0))
        notes["bass"].append(Note(passage.start + 0.02, intro, basses[0], frame.level(passage.start, 0.5), swell=rise))
        for which in (0, 1):
            start = passage.start + which * min(0.8, intro * 0.3)
            notes["pad"].append(Note(start, bars.start - start, uppers[0][which], frame.level(start, 0.55), swell=rise))
    for place in range(bars.count + 1):
        closing = place == bars.count
        at = bars.last if closing else bars.at(place)
        held = passage.end - passage.last if closing else bars.bar
        thin = frame.intensity(at) < 0.22 and not closing
        for which, pitch in enumerate(uppers[place]):
            if which == 2 and thin:
                continue
            if closing or not _tie(notes["pad"], at, held, pitch):
                notes["pad"].append(Note(at, held, pitch, frame.level(at, 0.62) - 3 * which, swell=_breath(held)))
        if closing or not _tie(notes["bass"], at, held, basses[place]):
            notes["bass"].append(Note(at, held, basses[place], frame.level(at, 0.62), swell=_breath(held)))


def _breath(held: float) -> Curve:
    return ((0.0, -4.0), (held * 0.45, 0.0), (held, -3.0))


def _tie(written: list[Note], at: float, held: float, pitch: int) -> bool:
    """Lengthen the voice that already sounds this pitch, up to 6 s; longer, it is played anew."""
    for index in range(len(written) - 1, max(-1, len(written) - 7), -1):
        note = written[index]
        if note.pitch == pitch and abs(note.end - at) < 0.02 and note.length + held <= _LONGEST_TIE:
            swell = note.swell if note.swell and note.swell[0][1] < -10 else _breath(note.length + held)
            written[index] = replace(note, length=note.length + held, swell=swell)
            return True
    return False


def _ladder(frame: Frame, place: int, low: int) -> list[int]:
    """Chord tones of a bar from ``low`` upwards; no thirds below C3."""
    player, tones = frame.players["arpeggio"], set(frame.chords[place].tones)
    pitches = range(max(player.low, low), player.high + 1)
    ladder = [pitch for pitch in pitches if (pitch - frame.scene.tonic) % 12 in tones]
    return ladder or [frame.scene.tonic + 12]


def _figure(frame: Frame) -> list[Note]:
    """A broken chord in eighths, or quarters where it is quiet; another figure every four bars; silent in the last bar of four."""
    bars, found = frame.bars, []
    figures = _FIGURES[3 if bars.beats == 3 else 4]
    first = frame.draw.randrange(len(figures))
    for place in range(bars.count):
        at = bars.at(place)
        if frame.intensity(at) < _FIGURE_FROM or (place == 0 and bars.count > 4):
            continue
        busy = 2 if frame.intensity(at) >= 0.4 and bars.beat > 0.3 else 1
        ladder = _ladder(frame, place, 53)
        figure = figures[(first + place // 4) % len(figures)]
        offset = 1 if place % 2 and len(ladder) > 4 else 0
        count = bars.beats * busy
        for step in range(count):
            if place % 4 == 3 and step >= count // 2:
                break
            pitch = ladder[min(len(ladder) - 1, offset + figure[(step * (2 // busy)) % len(figure)])]
            moment = bars.at(place, step / busy)
            wave = 0.42 + 0.12 * (step == 0) - 0.06 * (step % 2)
            found.append(Note(moment, bars.beat / busy * 1.7, pitch, frame.level(moment, wave)))
    return found


def _ostinato(frame: Frame) -> list[Note]:
    """Eighths on root and fifth, accented 3 + 3 + 2, that thin out and come back; every fourth bar leaves a hole."""
    bars, found = frame.bars, []
    for place in range(bars.count):
        if frame.intensity(bars.at(place)) < _FIGURE_FROM or (place == 0 and bars.count > 3):
            continue
        ladder = _ladder(frame, place, 43)
        for step in range(bars.beats * 2):
            if place % 4 == 3 and step >= bars.beats:
                break
            if frame.intensity(bars.at(place)) < 0.4 and step % 2:
                continue
            pitch = ladder[min(len(ladder) - 1, _OSTINATO[(step + (place % 2) * 2) % len(_OSTINATO)])]
            moment = bars.at(place, step / 2)
            found.append(Note(moment, bars.beat * 0.4, pitch, frame.level(moment, 0.75 if step in _ACCENTS else 0.45)))
    return found


def _two_beat(frame: Frame, notes: dict[Role, list[Note]]) -> None:
    """Comedy: bass on the beat, plucked chords off it, a hole at the end of each phrase."""
    bars, bass = frame.bars, frame.players["bass"]
    uppers = voice(frame.chords, frame.scene.tonic, 53, 74)
    basses = bass_line(frame.chords, frame.scene.tonic, max(31, bass.low), min(48, bass.high))
    for place in range(bars.count):
        for beat in range(bars.beats):
            if place % 4 == 3 and beat >= bars.beats - 2:
                continue
            at = bars.at(place, beat)
            if beat % 2 == 0:
                fifth = basses[place] + (7 if beat and basses[place] + 7 <= bass.high else 0)
                tone = fifth if (fifth - frame.scene.tonic) % 12 in frame.chords[place].tones else basses[place]
                notes["bass"].append(Note(at, bars.beat * 0.6, tone, frame.level(at, 0.65)))
            else:
                notes["pad"] += [Note(at, 0.18, pitch, frame.level(at, 0.5) - 3 * which) for which, pitch in enumerate(uppers[place])]
    last = frame.passage.last
    notes["bass"].append(Note(last, 0.5, basses[-1], frame.level(last, 0.8)))
    notes["pad"] += [Note(last, 0.3, pitch, frame.level(last, 0.7)) for pitch in uppers[-1]]


def _drums(frame: Frame) -> list[Note]:
    """Drums at the ends of phrases and on the last note; every bar in action; on a cut now and then where the scene is hot."""
    bars, player, found = frame.bars, frame.players["percussion"], []
    tuned = min(range(player.low, player.high + 1), key=lambda pitch: ((pitch - frame.scene.tonic) % 12, pitch))
    for place in range(bars.count):
        at = bars.at(place)
        if frame.intensity(at) < _DRUMS_FROM:
            continue
        if frame.mood.id == "action":
            for step in _ACCENTS:
                if place % 4 != 3 or step == 0:
                    moment = bars.at(place, step / 2)
                    found.append(Note(moment, 0.5, player.low + (2 if step == 0 else 7), frame.level(moment, 0.85 if step == 0 else 0.6)))
        elif frame.mood.id == "comic":
            if place % 4 == 3:
                found.append(Note(bars.at(place, bars.beats - 1), 0.2, player.low + 7, frame.level(at, 0.6)))
        elif place % 4 == 3:
            found += [Note(bars.at(place, beat), 0.8, tuned, frame.level(at, 0.6)) for beat in (bars.beats - 1, bars.beats - 0.5)]
    if found and frame.mood.id != "comic":
        found.append(Note(bars.last, 1.2, tuned, frame.level(bars.last, 0.75)))
    if frame.mood.id in {"action", "tense", "menace", "heroic", "triumph"} and frame.scene.intensity > 0.6:
        before = -_HIT_GAP
        for cut in frame.scene.cuts[::3]:
            if cut - before >= _HIT_GAP and frame.passage.start + 2 < cut < frame.passage.last - 1:
                found.append(Note(cut, 0.9, tuned, frame.level(cut, 0.85)))
                before = cut
    return found
