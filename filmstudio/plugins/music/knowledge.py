"""What the composer knows of the world's music: the JSON data of this package, typed and read once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from filmstudio.plugins.music.score import Instrument, Role


@dataclass(frozen=True, slots=True)
class Raga:
    """A raga. Pitches are semitones above Sa; phrases keep their octave."""

    id: str
    name: str
    tradition: str
    ascent: tuple[int, ...]
    descent: tuple[int, ...]
    allowed: frozenset[int]
    rising: frozenset[int]
    falling: frozenset[int]
    rests: tuple[int, ...]
    """Vadi and samvadi, or the jiva swaras: where phrases come to rest."""
    pakad: tuple[tuple[int, ...], ...]
    first_string: int
    """Semitones of the tanpura's first string from Sa."""
    time: str
    moods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tala:
    """A rhythmic cycle: strokes at beats counted from sam."""

    id: str
    tradition: str
    beats: int
    strokes: tuple[tuple[float, str], ...]
    tempo: dict[str, tuple[float, float]]
    """Matras a minute by name of the tempo."""


@dataclass(frozen=True, slots=True)
class Maqam:
    """A maqam: cents above its tonic, rising and falling."""

    id: str
    name: str
    ascent: tuple[float, ...]
    descent: tuple[float, ...]
    ghammaz: float
    moods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Iqa:
    """An Arab rhythmic cycle: strokes D (dum), T (tak) and k at beats of a quarter."""

    name: str
    beats: float
    strokes: tuple[tuple[float, str], ...]
    bpm: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Mode:
    """A mode of East Asia or Africa: cents above the first degree."""

    id: str
    name: str
    region: str
    cents: tuple[float, ...]
    central: tuple[float, ...]
    moods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """A bell pattern: onsets in pulses of a cycle."""

    name: str
    region: str
    pulses: int
    onsets: tuple[int, ...]
    bpm: tuple[float, float]


@dataclass(frozen=True, slots=True)
class WesternMood:
    """How a mood is written in functional harmony."""

    id: str
    mode: str
    progressions: tuple[tuple[str, ...], ...]
    tempo: tuple[float, float]
    melody: tuple[int, int]
    density: tuple[float, float]
    velocity: tuple[int, int]
    metres: tuple[str, ...]


@lru_cache(maxsize=1)
def ragas() -> dict[str, Raga]:
    """Every raga by id."""
    found = {}
    for row in _read("ragas")["ragas"]:
        rests = [row[key]["semitone"] for key in ("vadi", "samvadi") if row.get(key)] or _swaras(row.get("jiva_swaras"))
        found[row["id"]] = Raga(
            id=row["id"],
            name=row["name"],
            tradition=row["tradition"],
            ascent=tuple(row["ascent"]["semitones"]),
            descent=tuple(row["descent"]["semitones"]),
            allowed=frozenset(row["allowed_pitch_classes"]),
            rising=frozenset(row["ascent_pitch_classes"]),
            falling=frozenset(row["descent_pitch_classes"]),
            rests=tuple(rests) or (0,),
            pakad=tuple(tuple(phrase["semitones"]) for phrase in row["pakad"]),
            first_string=_first_string(row["tanpura"]),
            time=row["time_of_day"],
            moods=tuple(row["moods"]),
        )
    return found


@lru_cache(maxsize=1)
def talas() -> dict[str, Tala]:
    """Every tala by id."""
    return {
        row["id"]: Tala(
            id=row["id"],
            tradition=row["tradition"],
            beats=row["beats"],
            strokes=tuple((float(event["beat"]), event["bol"]) for event in row["events"]),
            tempo={name: (float(low), float(high)) for name, (low, high) in row["tempo_matra_bpm"].items()},
        )
        for row in _read("talas")["talas"]
    }


@lru_cache(maxsize=1)
def strokes() -> dict[str, dict[str, Any]]:
    """Tabla and mridangam strokes by name, as talas.json describes them."""
    return dict(_read("talas")["strokes"])


@lru_cache(maxsize=1)
def stroke_recipes() -> dict[str, dict[str, Any]]:
    """How strokes are made of partials and noise."""
    return {name: recipe for name, recipe in _read("talas")["tabla_synth"].items() if name != "note"}


@lru_cache(maxsize=1)
def maqamat() -> dict[str, Maqam]:
    """Every maqam by id."""
    return {
        row["id"]: Maqam(
            id=row["id"],
            name=row["name"],
            ascent=tuple(float(cents) for cents in row["ascent_cents"]),
            descent=tuple(float(cents) for cents in row["descent_cents"]),
            ghammaz=float(row["ghammaz_cents"]),
            moods=tuple(row["moods"]),
        )
        for row in _read("maqamat")["maqamat"]
    }


@lru_cache(maxsize=1)
def iqaat() -> dict[str, Iqa]:
    """Every iqa by name."""
    found = {}
    for row in _read("maqamat")["iqaat"]:
        step, cells = (0.5, row["eighths"].split()) if "eighths" in row else (0.25, row["sixteenths"].split())
        hits = tuple((step * place, cell) for place, cell in enumerate(cells) if cell != "-")
        found[row["name"]] = Iqa(row["name"], step * len(cells), hits, (float(row["bpm"][0]), float(row["bpm"][1])))
    return found


@lru_cache(maxsize=1)
def asian_modes() -> dict[str, Mode]:
    """The modes of Japan, China and Korea by id."""
    return {
        row["id"]: Mode(
            id=row["id"],
            name=row["name"],
            region=row["tradition"],
            cents=tuple(100.0 * step for step in row["semitones"]),
            central=tuple(100.0 * step for step in row["central_tones"]),
            moods=tuple(row["moods"]),
        )
        for row in _read("modes_east_asia")["modes"]
    }


@lru_cache(maxsize=1)
def african_modes() -> dict[str, Mode]:
    """African modes and tunings by id."""
    return {
        row["id"]: Mode(
            id=row["id"],
            name=row["name"],
            region=row["region"],
            cents=tuple(float(cents) for cents in row["cents"]),
            central=(0.0, min((float(cents) for cents in row["cents"]), key=lambda cents: abs(cents - 700))),
            moods=tuple(row["moods"]),
        )
        for row in _read("african")["modes"]
    }


@lru_cache(maxsize=1)
def timelines() -> dict[str, Timeline]:
    """African bell patterns by name."""
    return {
        row["name"]: Timeline(
            row["name"],
            row["region"],
            row["pulses"],
            tuple(row["onsets"]),
            (float(row["dotted_beat_bpm"][0]), float(row["dotted_beat_bpm"][1])),
        )
        for row in _read("african")["timelines"]
    }


@lru_cache(maxsize=1)
def western_moods() -> dict[str, WesternMood]:
    """Moods of functional harmony by id."""
    return {
        row["id"]: WesternMood(
            id=row["id"],
            mode=row["mode"],
            progressions=tuple(tuple(chords) for chords in row["progressions"]),
            tempo=(float(row["tempo_bpm"][0]), float(row["tempo_bpm"][1])),
            melody=(row["melody_midi"][0], row["melody_midi"][1]),
            density=(float(row["density_notes_per_s"][0]), float(row["density_notes_per_s"][1])),
            velocity=(row["velocity"][0], row["velocity"][1]),
            metres=tuple(row["metres"]),
        )
        for row in _read("western")["moods"]
    }


@lru_cache(maxsize=1)
def ensembles() -> dict[str, dict[Role, Instrument]]:
    """Every ensemble by id: its instruments by role."""
    found: dict[str, dict[Role, Instrument]] = {}
    for row in _read("orchestration")["ensembles"]:
        found[row["id"]] = {
            each["role"]: Instrument(
                role=each["role"],
                name=each["name"],
                program=max(0, each["gm_program"]),
                sound="drums" if each["gm_program"] < 0 else "font",
                low=each["range_midi"][0],
                high=each["range_midi"][1],
                level_db=float(each["mix_db_vs_dialogue"]),
                pan=float(each["pan"]),
                reverb=float(each["reverb_send"]),
            )
            for each in row["instruments"]
        }
    return found


@lru_cache(maxsize=8)
def _read(name: str) -> dict[str, Any]:
    text = resources.files("filmstudio.plugins.music").joinpath("data", f"{name}.json").read_text(encoding="utf-8")
    table: dict[str, Any] = json.loads(text)
    return table


_SARGAM = {letter: step for step, letter in enumerate("SrRgGmMPdDnN")}


def _swaras(words: Any) -> list[int]:
    """Semitones of notes named in sargam: a text, or a list of texts or records."""
    if not words:
        return []
    if isinstance(words, str):
        return [_SARGAM[letter] for letter in words if letter in _SARGAM]
    found: list[int] = []
    for word in words:
        found += [int(word)] if isinstance(word, int) else [int(word["semitone"])] if isinstance(word, dict) else _swaras(str(word))
    return found


def _first_string(words: str) -> int:
    strings = {"P": -5, "m": -7, "M": -7, "N": -1}
    return strings.get(words.split("-", maxsplit=1)[0].strip()[:1], -5)
