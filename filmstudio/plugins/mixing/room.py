"""The room that dialogue is heard in: seeded early reflections and a short tail for interiors, almost none outdoors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from filmstudio.core.model import seed_from
from filmstudio.core.rational import SAMPLE_RATE
from filmstudio.plugins.sound.convolution import answered
from filmstudio.plugins.sound.filters import butterworth, through
from filmstudio.plugins.sound.waves import Wave, decibels


@dataclass(frozen=True, slots=True)
class Room:
    """How a place answers. ``decay`` is seconds until the tail is 60 dB down; ``level`` is the reverberation against the voice, dB."""

    decay: float
    level: float
    predelay: float
    damping: float
    """Cut-off of the tail in Hz: soft rooms are dull."""


_OUTDOORS = Room(0.35, -34.0, 0.030, 4200.0)
_ROOM = Room(0.45, -23.0, 0.008, 5200.0)

_BY_WORD = {
    "hall": Room(1.9, -17.0, 0.024, 4200.0),
    "temple": Room(2.1, -16.0, 0.026, 3800.0),
    "church": Room(2.6, -16.0, 0.030, 3600.0),
    "palace": Room(1.7, -18.0, 0.022, 4200.0),
    "cave": Room(2.0, -15.0, 0.020, 3000.0),
    "deck": Room(0.8, -20.0, 0.010, 6500.0),
    "kitchen": Room(0.5, -21.0, 0.006, 7000.0),
    "hospital": Room(0.7, -20.0, 0.010, 6500.0),
    "classroom": Room(0.7, -20.0, 0.010, 5600.0),
    "bedroom": Room(0.28, -26.0, 0.005, 3600.0),
    "studio": Room(0.16, -32.0, 0.003, 4800.0),
    "podcast": Room(0.16, -32.0, 0.003, 4800.0),
    "office": Room(0.5, -23.0, 0.008, 5600.0),
    "lab": Room(0.55, -22.0, 0.008, 6200.0),
    "street": Room(0.6, -28.0, 0.045, 4800.0),
    "souk": Room(0.5, -28.0, 0.025, 4200.0),
    "forest": Room(0.5, -31.0, 0.050, 3600.0),
}


def room_for(setting: str, place: str) -> Room:
    """The room of a scene, from words of its place, else from whether it is indoors."""
    words = place.casefold()
    for word, room in _BY_WORD.items():
        if word in words:
            return room
    return _ROOM if setting == "interior" else _OUTDOORS


def impulse(room: Room, seed: int) -> Wave:
    """The room's answer to a click, stereo (samples, 2), without the click itself."""
    rng = np.random.Generator(np.random.PCG64(seed))
    length = int((room.decay + room.predelay) * SAMPLE_RATE)
    time = np.arange(length) / SAMPLE_RATE
    tail = rng.standard_normal((length, 2)) * (10 ** (-3 * time / room.decay))[:, None]
    start = int(room.predelay * SAMPLE_RATE)
    # The diffuse tail grows over the first reflections instead of starting at once.
    tail[: start + 1] = 0
    rise = min(length - start, int(0.012 * SAMPLE_RATE))
    tail[start : start + rise] *= np.linspace(0, 1, rise)[:, None]
    for _ in range(6):
        at = start + int(rng.uniform(0, 0.028) * SAMPLE_RATE)
        if at < length:
            side = rng.uniform(0.3, 0.7)
            tail[at] += np.array([side, 1 - side]) * rng.uniform(6, 14)
    damped = through(butterworth(2, (160, room.damping), "band"), tail)
    energy = np.sqrt((damped**2).sum(axis=0).mean())
    wave: Wave = (damped / max(energy, 1e-9)).astype(np.float32)
    return wave


def in_room(dialogue: Wave, room: Room, place: str) -> Wave:
    """The reverberation of stereo ``dialogue``, as long as it plus the room's decay."""
    answer = impulse(room, seed_from("room", place.casefold())) * np.float32(decibels(room.level))
    mono = (dialogue[:, 0] + dialogue[:, 1]) * np.float32(0.5)
    return answered(mono, answer)
