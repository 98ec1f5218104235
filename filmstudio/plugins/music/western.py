"""Western cues: a motif over functional harmony, in the moods of western.json."""

from __future__ import annotations

import random
from dataclasses import replace

from filmstudio.plugins.music.form import Passage, lay
from filmstudio.plugins.music.frame import Frame
from filmstudio.plugins.music.harmony import Chord, chord, scale_of
from filmstudio.plugins.music.knowledge import WesternMood, ensembles, western_moods
from filmstudio.plugins.music.moods import WESTERN
from filmstudio.plugins.music.score import Instrument, Note, Part, Role, Score
from filmstudio.plugins.music.situation import Situation
from filmstudio.plugins.music.texture import write_texture
from filmstudio.plugins.music.tune import write_tune

_ENSEMBLE = {
    "hopeful": "orchestra_hopeful", "joyful": "orchestra_hopeful", "tender": "chamber_sad", "sad": "chamber_sad", "grief": "chamber_sad",
    "nostalgic": "chamber_sad", "tense": "suspense", "fear": "suspense", "mystery": "suspense", "wonder": "orchestra_hopeful",
    "heroic": "orchestra_hopeful", "action": "action", "comic": "comic_pizz", "romantic": "orchestra_hopeful", "peaceful": "chamber_sad",
    "triumph": "orchestra_hopeful", "menace": "suspense", "melancholy_acceptance": "chamber_sad",
}  # fmt: skip
_WIND = {"tender": 73, "peaceful": 73, "nostalgic": 71, "romantic": 40, "joyful": 73, "wonder": 73}
"""Home instruments of the tune where the ensemble's own would be too heavy: flute, clarinet, violin."""
_WIND_NAMES = {73: "Flute", 71: "Clarinet", 40: "Violin"}
_CADENCES = {"hopeful": "IV", "joyful": "V", "tender": "IV", "nostalgic": "iv", "sad": "iv", "wonder": "bVI", "heroic": "bVII",
             "triumph": "bVII", "romantic": "V", "peaceful": "IV", "comic": "V", "action": "V", "menace": "bII", "mystery": "IV",
             "melancholy_acceptance": "IV"}  # fmt: skip
"""The chord before the last, by mood (western.json: cadence); moods that are not here do not close."""
_RELEASES: dict[Role, float] = {"pad": 0.7, "bass": 0.5, "melody": 0.3, "counter": 0.5, "arpeggio": 0.4}
_OPEN_END = frozenset({"grief", "fear", "menace"})
"""Moods that end on a bare fifth."""


def compose(scene: Situation, plan: list[Passage]) -> Score:
    """A western score for the passages of a scene."""
    mood = western_moods()[WESTERN[scene.mood]]
    players = _players(scene, mood)
    notes: dict[Role, list[Note]] = {role: [] for role in players}
    steps: set[int] = set()
    beats: list[float] = []
    for turn, passage in enumerate(plan):
        draw = random.Random(scene.seed * 31 + turn)
        metre = 3 if "3/4" in mood.metres and random.Random(scene.theme).random() < 0.4 else 4
        bars = lay(passage, mood.tempo, metre, 0.25 + 0.5 * scene.intensity)
        minor, chords = _harmony(mood, bars.count, draw)
        scale = scale_of(mood.mode, minor=minor)
        frame = Frame(scene, mood, passage, bars, tuple(chords), scale, players, draw)
        write_texture(frame, notes)
        if passage.kind != "drone":
            write_tune(frame, notes)
        steps |= {*scale, *(tone for each in chords for tone in (*each.tones, each.bass))}
        beats += [bars.at(0, beat) for beat in range(bars.count * bars.beats + 1)]
    parts = tuple(Part(players[role], tuple(sorted(played, key=lambda note: (note.start, note.pitch)))) for role, played in notes.items())
    return Score(
        title=mood.id.replace("_", " "),
        tonic=scene.tonic,
        steps=tuple(float(100 * step) for step in sorted(steps)),
        parts=parts,
        seconds=scene.seconds,
        room="room" if mood.id in {"comic", "action"} else "hall",
        beats=tuple(beats),
    )


def _players(scene: Situation, mood: WesternMood) -> dict[Role, Instrument]:
    """The ensemble of the mood with a pad, a bass and a tune, whatever the data leaves out."""
    name = "podcast_minimal" if scene.purpose == "theme" else _ENSEMBLE[mood.id]
    found: dict[Role, Instrument] = {role: player for role, player in ensembles()[name].items() if role != "drone"}
    found.setdefault("pad", replace(ensembles()["chamber_sad"]["pad"], level_db=-24.0))
    found.setdefault("bass", replace(ensembles()["orchestra_hopeful"]["bass"], level_db=-22.0))
    if "melody" not in found:
        found["melody"] = replace(found["arpeggio"] if scene.purpose == "theme" else ensembles()["chamber_sad"]["melody"], role="melody")
    if scene.purpose != "theme" and mood.id in _WIND and scene.intensity < 0.6:
        program = _WIND[mood.id]
        found["melody"] = replace(found["melody"], program=program, name=_WIND_NAMES[program], low=60, high=83, level_db=-16.0)
    if mood.id == "comic":
        found["pad"] = replace(found["pad"], release=0.12)
        found["melody"] = replace(found["melody"], release=0.12)
        return found
    if found["pad"].program in {48, 49}:
        found["pad"] = replace(found["pad"], layer=97 - found["pad"].program)
    return {role: replace(player, release=_RELEASES.get(role, player.release)) for role, player in found.items()}


def _harmony(mood: WesternMood, bars: int, draw: random.Random) -> tuple[bool, list[Chord]]:
    """Whether it is minor; and a chord for every bar: the mood's progressions, another at each return, a cadence, the tonic."""
    usable = [line for line in mood.progressions if any(_is_tonic(name) for name in line)] or list(mood.progressions)
    first = draw.choice(usable)
    minor = _minor(mood, first)
    same = [line for line in usable if _minor(mood, line) == minor and line != first] or [first]
    names: list[str] = []
    while len(names) < bars:
        names += first if not names or draw.random() < 0.5 else draw.choice(same)
    names = names[:bars]
    if bars >= 3 and mood.id in _CADENCES:
        names[-1] = _CADENCES[mood.id]
    tonic = ("i" if minor else "I") + ("5" if mood.id in _OPEN_END else "")
    return minor, [chord(name, minor=minor) for name in [*names, tonic]]


def _is_tonic(name: str) -> bool:
    return name.removeprefix("pedal:") in {"i", "I", "I6", "i5", "Iadd9", "Imaj7"}


def _minor(mood: WesternMood, line: tuple[str, ...]) -> bool:
    return mood.mode in {"minor", "phrygian", "atonal centre"} or any(name.removeprefix("pedal:") in {"i", "i5"} for name in line)
