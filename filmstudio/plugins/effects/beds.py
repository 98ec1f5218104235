"""Beds: sounds that go on. Each makes ``count`` samples of mono at about unit power; the engine sets levels and width."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from filmstudio.core.rational import SAMPLE_RATE
from filmstudio.plugins.effects.matter import Mono, Rng, band, drift, fade, level, lows, noise, pink, samples, scattered, tone


def room_tone(rng: Rng, count: int) -> Mono:
    """A quiet room: air, and the building far away."""
    return level(lows(pink(rng, count), 900) + 0.25 * band(pink(rng, count), 40, 120))


def air(rng: Rng, count: int) -> Mono:
    """Open air by day."""
    return level(band(pink(rng, count), 90, 2600) * drift(rng, count, 4, 0.6, 1.0))


def wind(rng: Rng, count: int) -> Mono:
    """Wind that rises and falls, with a whistle in its gusts."""
    gust = drift(rng, count, 2.6, 0.12, 1.0) ** 2
    whistle = band(noise(rng, count), 420, 760, 1) * gust**2 * 0.5
    return level(lows(pink(rng, count), 520) * gust + whistle)


def rain(rng: Rng, count: int) -> Mono:
    """Steady rain with drops near by."""
    drops = [
        level(band(noise(rng, samples(0.012)), f, f * 1.8), 1.0) * fade(samples(0.012), 0.0005, 0.012) for f in (1400, 2200, 3400, 5000)
    ]
    return level(band(pink(rng, count), 500, 9000) + 1.4 * scattered(rng, count, 0.02, drops))


def storm(rng: Rng, count: int) -> Mono:
    """Rain and wind together."""
    return level(rain(rng, count) + 0.9 * wind(rng, count))


def water(rng: Rng, count: int) -> Mono:
    """Running water: bubbles of many sizes."""
    bubbles = []
    for base in (420, 560, 760, 980, 1300):
        size = samples(0.05)
        rise = np.linspace(base, base * 1.5, size)
        bubbles.append(tone(rise, size) * fade(size, 0.003, 0.06))
    return level(0.5 * band(pink(rng, count), 300, 3500) + scattered(rng, count, 0.018, bubbles))


def waves(rng: Rng, count: int) -> Mono:
    """Waves on a shore, one about every seven seconds."""
    time = np.arange(count) / SAMPLE_RATE
    period = rng.uniform(6, 8)
    phase = (time / period + rng.uniform()) % 1
    swell = np.where(phase < 0.35, (phase / 0.35) ** 2, np.exp(-(phase - 0.35) * 4.5))
    return level(band(pink(rng, count), 120, 5000) * (0.12 + swell))


def fire(rng: Rng, count: int) -> Mono:
    """A hearth: a low roar and crackles."""
    snaps = [band(noise(rng, samples(0.006)), f, min(f * 2.2, 15000)) * fade(samples(0.006), 0.0002, 0.005) for f in (1200, 2600, 5200)]
    return level(lows(pink(rng, count), 260) * drift(rng, count, 0.7, 0.6, 1.0) + 2.2 * scattered(rng, count, 0.09, snaps))


def crickets(rng: Rng, count: int) -> Mono:
    """Crickets: three singers, each with its own pitch and pulse."""
    time = np.arange(count) / SAMPLE_RATE
    wave = np.zeros(count)
    for pitch in (4100, 4550, 4900):
        own = pitch * rng.uniform(0.98, 1.02)
        pulse = np.clip(np.sin(2 * np.pi * rng.uniform(28, 34) * time), 0, 1) ** 2
        chirp = (np.sin(2 * np.pi * rng.uniform(1.1, 1.9) * time + rng.uniform(0, 6)) > 0.1).astype(float)
        wave += np.sin(2 * np.pi * own * time) * pulse * lows(chirp, 30) * rng.uniform(0.4, 1.0)
    return level(wave + 0.04 * pink(rng, count))


def birds(rng: Rng, count: int) -> Mono:
    """Small birds: swept whistles in short phrases with silence between."""
    songs = []
    for _ in range(7):
        notes = []
        for _ in range(int(rng.integers(2, 6))):
            size = samples(rng.uniform(0.05, 0.14))
            start, end = rng.uniform(2400, 5200), rng.uniform(2400, 5200)
            notes.append(tone(np.linspace(start, end, size), size) * np.hanning(size))
            notes.append(np.zeros(samples(rng.uniform(0.03, 0.09))))
        songs.append(np.concatenate(notes))
    return level(scattered(rng, count, 1.5, songs) + 0.03 * pink(rng, count))


def crowd(rng: Rng, count: int) -> Mono:
    """People talking at a distance: voices without words."""
    wave = np.zeros(count)
    for _ in range(6):
        pitch = rng.uniform(95, 230) * drift(rng, count, 0.5, 0.9, 1.15)
        buzz = np.sign(tone(pitch, count)) * 0.3 + noise(rng, count) * 0.15
        formant = rng.uniform(420, 900)
        words = np.clip(np.sin(2 * np.pi * rng.uniform(2.6, 4.2) * np.arange(count) / SAMPLE_RATE + rng.uniform(0, 6)), 0, 1)
        wave += band(buzz, formant * 0.7, formant * 2.6, 1) * lows(words, 12) * drift(rng, count, 2.5, 0.0, 1.0)
    return level(lows(wave, 2200))


def traffic(rng: Rng, count: int) -> Mono:
    """A town: a low hum and cars that pass."""
    passing = drift(rng, count, 3.5, 0.0, 1.0) ** 3
    return level(lows(pink(rng, count), 180) + 0.7 * band(pink(rng, count), 200, 1400) * passing)


def machine(rng: Rng, count: int) -> Mono:
    """A machine room or ship: hum with its overtones, and a fan."""
    time = np.arange(count) / SAMPLE_RATE
    hum = sum(np.sin(2 * np.pi * 58 * k * time + rng.uniform(0, 6)) / k**1.4 for k in range(1, 7))
    return level(np.asarray(hum) + 0.5 * band(pink(rng, count), 200, 1600))


def train(rng: Rng, count: int) -> Mono:
    """Wheels over rail joints."""
    clack = level(band(noise(rng, samples(0.07)), 180, 1500)) * fade(samples(0.07), 0.001, 0.07)
    wave = 0.4 * lows(pink(rng, count), 300)
    for beat in range(0, count, samples(0.62)):
        for offset in (0.0, 0.13):
            start = beat + samples(offset)
            end = min(count, start + len(clack))
            if end > start:
                wave[start:end] += clack[: end - start]
    return level(wave)


def clock(rng: Rng, count: int) -> Mono:
    """A clock: tick and tock."""
    wave = np.zeros(count)
    for index, start in enumerate(range(0, count, samples(0.5))):
        size = min(samples(0.03), count - start)
        pitch = 2600 if index % 2 == 0 else 2100
        wave[start : start + size] += np.sin(2 * np.pi * pitch * np.arange(size) / SAMPLE_RATE) * fade(size, 0.0005, 0.03)
    return level(wave + 0.02 * noise(rng, count))


def heartbeat(rng: Rng, count: int) -> Mono:
    """A heart, 66 beats a minute."""
    thump = np.sin(2 * np.pi * np.linspace(62, 44, samples(0.14)) * np.arange(samples(0.14)) / SAMPLE_RATE) * np.hanning(samples(0.14))
    wave = 0.01 * lows(noise(rng, count), 200)
    for beat in range(0, count, samples(0.91)):
        for offset, loud in ((0.0, 1.0), (0.28, 0.7)):
            start = beat + samples(offset)
            end = min(count, start + len(thump))
            if end > start:
                wave[start:end] += thump[: end - start] * loud
    return level(wave)


BEDS: dict[str, Callable[[Rng, int], Mono]] = {
    "room": room_tone,
    "air": air,
    "wind": wind,
    "rain": rain,
    "storm": storm,
    "water": water,
    "boat": water,
    "waves": waves,
    "fire": fire,
    "crickets": crickets,
    "birds": birds,
    "crowd": crowd,
    "traffic": traffic,
    "car": traffic,
    "machine": machine,
    "steam": machine,
    "train": train,
    "clock": clock,
    "heartbeat": heartbeat,
}
"""Beds by the lexicon's word for them."""
