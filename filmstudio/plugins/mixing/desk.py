"""The mixing desk: dialogue first and central, music at least 12 dB under it while someone speaks, effects where they belong."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from filmstudio.core.engine import Desk, Needs, SingleEngine
from filmstudio.core.media import MediaRef
from filmstudio.core.rational import SAMPLE_RATE
from filmstudio.core.requests import MixRequest, SceneMix
from filmstudio.plugins.sound.waves import Wave, decibels, read_wave, stereo, write_wave

DIALOGUE_LUFS = -18.0
"""Where each line of dialogue is put; the master moves everything together from there."""

MUSIC_UNDER_SPEECH = 15.0
"""LU that music lies under dialogue while someone speaks: 12 is the limit, the rest is for quiet syllables."""

LEAST_UNDER_LINE = 13.0
"""LU that music lies under each single line, however quiet the line or loud the bar: the limit, and one for the master's limiter."""

MUSIC_ALONE_LUFS = -21.5
"""Music where nobody speaks: present, and never louder than the people."""

MOST_LIFT = 9.0
"""Music comes up by at most this many dB from under speech, so that it breathes instead of jumping."""

EFFECTS_UNDER_SPEECH = 15.0
TAIL = 4 * SAMPLE_RATE
"""Longest ring of music and rooms past the end of a scene, in samples."""

_PRESENCE_DB = {"on": 0.0, "vo": 0.0, "os": -5.0, "phone": -1.5}


class MixingDesk(SingleEngine[MixRequest, SceneMix]):
    """Mixes one scene in float; nothing is limited here, so nothing is lost before the master."""

    name: ClassVar[str] = "desk"
    version: ClassVar[str] = "5"
    role: ClassVar[str] = "mixing"
    summary: ClassVar[str] = "Dialogue in its room, music and effects ducked under it."
    needs: ClassVar[Needs] = Needs(memory_mb=500)

    def make(self, request: MixRequest, desk: Desk) -> SceneMix:
        """Mix one scene."""
        dialogue, loudness = _dialogue(request, desk)
        speech = [(placed.start, placed.start + placed.samples) for placed in request.speeches]
        music = _under_each_line(_music(request, desk, speech, loudness), dialogue, speech)
        effects = _effects(request, desk, speech, loudness)
        mix = dialogue + music
        mix += effects
        tail = _ring(mix, request.samples)
        length = request.samples + tail
        measured = {"dialogue_lufs": round(loudness, 2), "peak_dbfs": round(20 * float(np.log10(np.abs(mix).max(initial=1e-6) + 1e-9)), 2)}
        return SceneMix(
            audio=_keep(mix[:length], desk),
            samples=request.samples,
            tail=tail,
            dialogue=_keep(dialogue[:length], desk) if request.stems else None,
            music=_keep(music[:length], desk) if request.stems else None,
            effects=_keep(effects[:length], desk) if request.stems else None,
            measured=measured,
        )


def _dialogue(request: MixRequest, desk: Desk) -> tuple[Wave, float]:
    """The dialogue of the scene in its room, and its loudness while someone speaks, LUFS."""
    from filmstudio.plugins.mixing.room import in_room, room_for
    from filmstudio.plugins.sound.meter import loudness_of

    total = request.samples + TAIL
    near, far = np.zeros((total, 2), np.float32), np.zeros((total, 2), np.float32)
    levels: list[float] = []
    for placed in request.speeches:
        voice = np.asarray(read_wave(desk.path(placed.audio)), np.float32)[: max(0, total - placed.start)]
        if not len(voice):
            continue
        level = loudness_of(stereo(voice))
        # Half of a line's own level stays: a whisper remains quieter than a shout, but both are understood.
        target = DIALOGUE_LUFS + max(-4.0, min(4.0, 0.5 * (level - DIALOGUE_LUFS))) if level > -60 else level
        levels.append(target)
        gain = decibels(target - level + _PRESENCE_DB[placed.presence])
        angle = (placed.pan + 1) * np.pi / 4
        sides = np.array([np.cos(angle), np.sin(angle)], np.float32) * np.float32(np.sqrt(2) * gain)
        bus = far if placed.presence == "vo" else near
        bus[placed.start : placed.start + len(voice)] += voice[:, None] * sides
    if not levels:
        return near, DIALOGUE_LUFS
    wet = in_room(near, room_for(request.setting, request.place), request.place)
    near += far
    near += wet[:total]
    return near, float(np.mean(levels))


def _music(request: MixRequest, desk: Desk, speech: list[tuple[int, int]], loudness: float) -> Wave:
    """The cue, levelled and ducked. Its low mids give way to the voice while it sounds."""
    from filmstudio.plugins.mixing.ducking import envelope
    from filmstudio.plugins.sound.meter import loudness_of

    total = request.samples + TAIL
    music = np.zeros((total, 2), np.float32)
    if request.music is None or request.music.audio is None:
        return music
    cue = stereo(read_wave(desk.path(request.music.audio)))[:total]
    music[: len(cue)] = cue
    level = loudness_of(music[: request.samples])
    if level < -65:
        return music
    if not speech:
        return music * np.float32(decibels(MUSIC_ALONE_LUFS - level))
    amount = envelope(speech, total)[:, None]
    spoken = _only(music, speech)
    under = loudness - MUSIC_UNDER_SPEECH - loudness_of(spoken) if len(spoken) else MUSIC_ALONE_LUFS - level
    alone = min(MUSIC_ALONE_LUFS - level, under + MOST_LIFT)
    low = min(under, alone)
    notched = _notched(music)
    gain = np.float32(decibels(alone)) * (1 - amount) + np.float32(decibels(low)) * amount
    music *= (1 - amount) * gain
    notched *= amount * gain
    music += notched
    return music


def _under_each_line(music: Wave, dialogue: Wave, speech: list[tuple[int, int]]) -> Wave:
    """The music, lower still around lines that it would lie less than the limit under: a murmur, or a line under a swell."""
    from filmstudio.plugins.mixing.ducking import envelope, joined
    from filmstudio.plugins.sound.meter import loudness_of

    gain = np.ones(len(music), np.float32)
    for first, last in joined(speech):
        lines = [(start, stop) for start, stop in speech if first <= start < last and stop > start]
        spoken = [(loudness_of(dialogue[start:stop]), start, stop) for start, stop in lines]
        over = max((loudness_of(music[a:b]) + LEAST_UNDER_LINE - level for level, a, b in spoken if level > -60), default=0.0)
        if over > 0:
            lower = 1 - envelope([(first, last)], len(music)) * np.float32(1 - decibels(-over))
            gain = np.minimum(gain, lower)
    wave: Wave = music * gain[:, None]
    return wave


def _effects(request: MixRequest, desk: Desk, speech: list[tuple[int, int]], loudness: float) -> Wave:
    from filmstudio.plugins.mixing.ducking import envelope
    from filmstudio.plugins.sound.meter import loudness_of

    total = request.samples + TAIL
    effects = np.zeros((total, 2), np.float32)
    if request.effects is None or request.effects.audio is None:
        return effects
    sound = stereo(read_wave(desk.path(request.effects.audio)))[:total]
    effects[: len(sound)] = sound
    spoken = _only(effects, speech)
    over = loudness_of(spoken) - (loudness - EFFECTS_UNDER_SPEECH) if len(spoken) else 0.0
    if over > 0:
        effects *= 1 - envelope(speech, total)[:, None] * np.float32(1 - decibels(-over))
    return effects


def _only(wave: Wave, speech: list[tuple[int, int]]) -> Wave:
    """What sounds while someone speaks, end to end."""
    pieces = [wave[first:last] for first, last in speech if last > first]
    return np.concatenate(pieces) if pieces else np.zeros((0, 2), np.float32)


def _notched(wave: Wave) -> Wave:
    """4 dB less between 300 Hz and 3 kHz, where words live: a broad peaking filter (Audio EQ Cookbook) at 950 Hz."""
    from filmstudio.plugins.sound.kernels import biquad

    amplitude, omega = 10 ** (-4.0 / 40), 2 * np.pi * 950 / SAMPLE_RATE
    alpha = np.sin(omega) / (2 * 0.5)
    lead = 1 + alpha / amplitude
    section = 1 + alpha * amplitude, -2 * np.cos(omega), 1 - alpha * amplitude, -2 * np.cos(omega), 1 - alpha / amplitude
    filtered = wave.copy()
    biquad(filtered, np.array(section) / lead)
    return filtered


def _ring(mix: Wave, samples: int) -> int:
    """How many samples past the end of the scene are still heard (above -72 dBFS); the last 20 ms of them fade."""
    after = np.abs(mix[samples:])
    heard = np.flatnonzero(np.maximum(after[:, 0], after[:, 1]) > decibels(-72))
    ring = int(heard[-1]) + 1 if len(heard) else 0
    fade = min(ring, SAMPLE_RATE // 50)
    if fade:
        mix[samples + ring - fade : samples + ring] *= np.linspace(1, 0, fade, dtype=np.float32)[:, None]
    return ring


def _keep(wave: Wave, desk: Desk) -> MediaRef:
    path = desk.scratch(".wav")
    write_wave(path, wave)
    return desk.keep(path, "audio/wav")
