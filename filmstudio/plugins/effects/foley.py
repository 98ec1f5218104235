"""Foley: a bed of air for every scene, the ambience its script asks for, and effects where they happen."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from filmstudio.core.engine import Desk, Needs, SingleEngine
from filmstudio.core.model import seed_from
from filmstudio.core.rational import SAMPLE_RATE
from filmstudio.core.requests import Effects, EffectsRequest
from filmstudio.plugins.effects.names import BED_NAMES, UNVOICED
from filmstudio.plugins.sound.waves import Wave, decibels, write_wave

_BED_DB = -46.0
"""Level of the air of a place, dBFS RMS: felt when it is missing, never noticed."""

_AMBIENCE_DB = -38.0
_STRIKE_DB = -12.0
_QUIETER = {
    "footsteps": -12.0,
    "running": -9.0,
    "paper": -8.0,
    "sip": -8.0,
    "pour": -6.0,
    "match": -4.0,
    "clink": -6.0,
    "keys": -6.0,
    "thunder": 3.0,
}
"""Levels against the others, dB: what is small in life stays small."""

_LOOP, _CROSSFADE = 14 * SAMPLE_RATE, SAMPLE_RATE
"""Beds repeat after 14 seconds: longer than anyone remembers a wind, and the work no longer grows with the scene."""

_PLACES: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("beach", "shore", "sea", "ocean"), ("waves",)),
    (("harbour", "harbor", "quay", "pier", "boat", "ghat", "river", "lake"), ("water",)),
    (("street", "city", "road", "rooftop", "market", "traffic"), ("traffic",)),
    (("souk", "bazaar", "market", "cafe", "café", "restaurant", "station"), ("crowd",)),
    (("ship", "deck", "engine", "lab", "laboratory", "hospital", "factory"), ("machine",)),
    (("desert", "heath", "mountain", "pass", "moor", "steppe"), ("wind",)),
    (("hearth", "fireplace", "campfire", "tea house"), ("fire",)),
)


class Foley(SingleEngine[EffectsRequest, Effects]):
    """Room tone, ambience and effects, all made from seeded noise and struck bodies."""

    name: ClassVar[str] = "foley"
    version: ClassVar[str] = "2"
    role: ClassVar[str] = "effects"
    summary: ClassVar[str] = "Air, weather, crowds and water under every scene; knocks, bells and steps where they happen."
    needs: ClassVar[Needs] = Needs(memory_mb=400)

    def make(self, request: EffectsRequest, desk: Desk) -> Effects:
        """Make the effects of one scene."""
        from filmstudio.plugins.effects.strikes import STRIKES

        total = request.samples
        sound = np.zeros((total, 2), np.float32)
        for name, level in beds_for(request):
            sound += _bed(name, total, request.seed, level)
        missing: list[str] = []
        for index, (name, at) in enumerate(request.hits):
            maker = STRIKES.get(name)
            if maker is None:
                missing.append(name)
                continue
            rng = _rng(request.seed, f"{name}{index}")
            strike = maker(rng).astype(np.float32) * np.float32(decibels(_STRIKE_DB + _QUIETER.get(name, 0.0)))
            side = rng.uniform(0.42, 0.58)
            end = min(total, at + len(strike))
            if at < total:
                sound[at:end] += strike[: end - at, None] * np.array([1 - side, side], np.float32) * 1.4
        _soften(sound)
        path = desk.scratch(".wav")
        write_wave(path, sound)
        unheard = sorted({name for name in missing if name not in UNVOICED and name not in BED_NAMES})
        return Effects(
            audio=desk.keep(path, "audio/wav"),
            samples=total,
            degraded=tuple(f"there is no sound for {name}." for name in unheard),
        )


def beds_for(request: EffectsRequest) -> list[tuple[str, float]]:
    """The beds of a scene and their levels, dBFS RMS: the air first, then place, hour, weather, and what the script names."""
    outdoors = request.setting == "exterior"
    beds: dict[str, float] = {"air" if outdoors else "room": _BED_DB}
    words = request.place.casefold()
    for names, sounds in _PLACES:
        if any(name in words for name in names):
            for sound in sounds:
                beds[sound] = _AMBIENCE_DB - 3
    if outdoors and request.weather == "clear":
        living = {"dawn": "birds", "day": "birds", "golden": "birds", "night": "crickets", "dusk": "crickets", "bluehour": "crickets"}
        beds.setdefault(living[request.light], _AMBIENCE_DB - 8)
    inside = 0.0 if outdoors else -9.0
    if request.rain or request.weather == "storm":
        beds["storm" if request.weather == "storm" else "rain"] = _AMBIENCE_DB + 3 + inside
    elif request.weather == "snow":
        beds["wind"] = _AMBIENCE_DB - 6 + inside
    for name in request.ambience:
        if name in BED_NAMES:
            beds[name] = max(beds.get(name, -90.0), _AMBIENCE_DB)
    return sorted(beds.items())


def _bed(name: str, total: int, seed: int, level: float) -> Wave:
    """A bed in stereo: two takes of the same sound, partly shared, so that it is wide and still holds in mono."""
    from filmstudio.plugins.effects.beds import BEDS

    made = min(total, _LOOP + _CROSSFADE)
    left, right = (BEDS[name](_rng(seed, f"{name}-{side}"), made) for side in ("left", "right"))
    pair = (np.stack([left + 0.5 * right, right + 0.5 * left], axis=1) * (decibels(level) / 1.12)).astype(np.float32)
    return _looped(pair, total)


def _looped(bed: Wave, total: int) -> Wave:
    """The bed repeated to a length, each turn crossfaded into the next at equal power."""
    if len(bed) >= total:
        return bed[:total]
    angle = np.linspace(0, np.pi / 2, _CROSSFADE, dtype=np.float32)[:, None]
    turn = bed.copy()
    turn[:_CROSSFADE] = turn[:_CROSSFADE] * np.sin(angle) + bed[_LOOP:] * np.cos(angle)
    wave = np.resize(turn[:_LOOP], (total, 2))
    wave[: min(_LOOP, total)] = bed[: min(_LOOP, total)]
    return wave


def _soften(sound: Wave) -> None:
    """Open and close the scene over 120 ms, so that a cut between two places does not click."""
    edge = min(len(sound) // 2, int(0.12 * SAMPLE_RATE))
    ramp = np.linspace(0, 1, edge, dtype=np.float32)[:, None]
    sound[:edge] *= ramp
    sound[len(sound) - edge :] *= ramp[::-1]


def _rng(seed: int, name: str) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed_from(seed, name)))
