"""Strikes: sounds that happen once. Each makes a mono wave with its loudest moment near the start, peak 1."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from filmstudio.core.rational import SAMPLE_RATE
from filmstudio.plugins.effects.matter import Mono, Rng, band, drift, fade, level, lows, noise, pink, samples, scattered, struck, tone


def _peak(wave: Mono) -> Mono:
    high = float(np.abs(wave).max(initial=0.0))
    return wave / high if high > 1e-9 else wave


def _series(hits: list[tuple[float, Mono]], seconds: float) -> Mono:
    wave = np.zeros(samples(seconds))
    for at, hit in hits:
        start = samples(at) if at else 0
        end = min(len(wave), start + len(hit))
        wave[start:end] += hit[: end - start]
    return _peak(wave)


def _wood(rng: Rng, pitch: float) -> Mono:
    size = samples(0.18)
    body = struck(size, [(pitch, 1.0, 0.12), (pitch * 2.3, 0.5, 0.07), (pitch * 3.9, 0.3, 0.04)])
    return body + 0.4 * band(noise(rng, size), 600, 4000) * fade(size, 0.0005, 0.02)


def knock(rng: Rng) -> Mono:
    """Three knocks on wood."""
    return _series([(at, _wood(rng, rng.uniform(150, 175)) * loud) for at, loud in ((0.0, 1.0), (0.21, 0.85), (0.43, 0.95))], 0.8)


def door(rng: Rng) -> Mono:
    """A latch, a creak and a shut."""
    size = samples(0.5)
    creak = band(np.sign(tone(drift(rng, size, 0.09, 55, 140), size)), 500, 2400) * np.hanning(size) * 0.3
    return _series([(0.0, _wood(rng, 700) * 0.5), (0.1, creak), (0.62, _wood(rng, 92) * 1.2)], 1.2)


def steps(rng: Rng, gap: float) -> Mono:
    """Six steps."""
    hits = []
    for index in range(6):
        size = samples(0.12)
        heel = lows(noise(rng, size), 320) * fade(size, 0.002, 0.07) * 2
        sole = band(noise(rng, size), 900, 4200) * fade(size, 0.01, 0.06) * 0.35
        hits.append((index * gap + rng.uniform(-0.015, 0.015) * (index > 0), (heel + sole) * rng.uniform(0.75, 1.0)))
    return _series(hits, 6 * gap + 0.2)


def thunder(rng: Rng) -> Mono:
    """A crack and its roll."""
    size = samples(4.5)
    roll = lows(pink(rng, size), 140) * drift(rng, size, 0.35, 0.2, 1.0) * fade(size, 0.05, 4.2)
    crack = band(noise(rng, size), 300, 3500) * fade(size, 0.004, 0.5) * 0.5
    return _peak(level(roll) + crack)


def bell(rng: Rng, pitch: float) -> Mono:
    """A bell, with the partials of a church bell: hum, prime, tierce, quint, nominal."""
    modes = [
        (pitch * ratio, loud, decay)
        for ratio, loud, decay in ((0.5, 0.5, 4.5), (1, 1, 3.2), (1.2, 0.7, 2.6), (1.5, 0.4, 2), (2, 0.8, 1.6), (2.7, 0.3, 0.9))
    ]
    return _peak(struck(samples(4.0), modes) * np.minimum(1, np.arange(samples(4.0)) / 60))


def match(rng: Rng) -> Mono:
    """A match struck and flaring."""
    size = samples(0.9)
    scrape = band(noise(rng, size), 2500, 9000) * fade(size, 0.02, 0.16)
    flare = band(pink(rng, size), 400, 5000) * np.concatenate([np.zeros(samples(0.12)), fade(size - samples(0.12), 0.05, 0.9)])
    return _peak(scrape + 1.3 * flare)


def glass(rng: Rng) -> Mono:
    """Glass that breaks and falls."""
    shards = [struck(samples(0.3), [(rng.uniform(2200, 9000), 1, rng.uniform(0.05, 0.25)) for _ in range(3)]) for _ in range(8)]
    size = samples(1.0)
    return _peak(
        band(noise(rng, size), 2500, 12000) * fade(size, 0.001, 0.15) * 2 + scattered(rng, size, 0.035, shards) * fade(size, 0.001, 0.9)
    )


def clink(rng: Rng) -> Mono:
    """Two cups."""
    return _peak(struck(samples(0.8), [(2310 * rng.uniform(0.97, 1.03), 1, 0.6), (3720, 0.6, 0.4), (5900, 0.4, 0.25)]))


def phone(rng: Rng) -> Mono:
    """A telephone, two rings."""
    size = samples(0.8)
    time = np.arange(size) / SAMPLE_RATE
    ring = (np.sin(2 * np.pi * 1180 * time) + np.sin(2 * np.pi * 1420 * time)) * (0.6 + 0.4 * np.sign(np.sin(2 * np.pi * 22 * time)))
    ring *= np.minimum(1, np.minimum(time, 0.8 - time) * 80)
    return _series([(0.0, ring), (1.2, ring)], 2.1)


def horn(rng: Rng) -> Mono:
    """A car or ship horn."""
    size = samples(0.9)
    time = np.arange(size) / SAMPLE_RATE
    wave = sum(np.tanh(2 * np.sin(2 * np.pi * pitch * time)) for pitch in (233, 294))
    return _peak(lows(np.asarray(wave), 1800) * np.minimum(1, np.minimum(time, 0.9 - time) * 30))


def dog(rng: Rng) -> Mono:
    """Two barks."""
    size = samples(0.18)
    bark = band(np.sign(tone(np.linspace(420, 250, size), size)) + 0.6 * noise(rng, size), 350, 2400) * fade(size, 0.01, 0.16)
    return _series([(0.0, bark), (0.34, bark * 0.85)], 0.7)


def cat(rng: Rng) -> Mono:
    """A mew."""
    size = samples(0.6)
    pitch = np.interp(np.linspace(0, 1, size), [0, 0.35, 1], [520, 760, 480])
    return _peak(band(np.sign(tone(pitch, size)), 600, 3200) * np.hanning(size))


def horse(rng: Rng) -> Mono:
    """Hooves at a walk."""
    return _series(
        [(beat * 0.5 + offset, _wood(rng, rng.uniform(380, 460)) * 0.8) for beat in range(4) for offset in (0, 0.11, 0.25, 0.36)], 2.2
    )


def claps(rng: Rng, people: int, seconds: float) -> Mono:
    """Hands that clap, by a number of people."""
    hand = [band(noise(rng, samples(0.03)), f, f * 3) * fade(samples(0.03), 0.0005, 0.025) for f in (700, 950, 1250)]
    size = samples(seconds)
    return _peak(
        scattered(rng, size, 0.3 / people, hand)
        * np.minimum(1, np.minimum(np.arange(size) / samples(0.3), (size - np.arange(size)) / samples(0.8)))
    )


def thud(rng: Rng) -> Mono:
    """Something heavy falls."""
    size = samples(0.5)
    return _peak(
        tone(np.linspace(78, 42, size), size) * fade(size, 0.003, 0.35) + 0.4 * lows(noise(rng, size), 500) * fade(size, 0.001, 0.1)
    )


def blast(rng: Rng, seconds: float) -> Mono:
    """A shot or an explosion."""
    size = samples(seconds)
    return _peak(
        lows(noise(rng, size), 900) * fade(size, 0.001, seconds * 0.7) + band(noise(rng, size), 800, 6000) * fade(size, 0.0005, 0.12)
    )


def paper(rng: Rng) -> Mono:
    """A page turned."""
    size = samples(0.6)
    return _peak(band(noise(rng, size), 1800, 9000) * np.abs(drift(rng, size, 0.05, -0.5, 1.0)) * np.hanning(size))


def keys(rng: Rng) -> Mono:
    """A bunch of keys."""
    tings = [struck(samples(0.2), [(rng.uniform(3500, 8000), 1, 0.12), (rng.uniform(5000, 11000), 0.6, 0.08)]) for _ in range(5)]
    size = samples(0.7)
    return _peak(scattered(rng, size, 0.06, tings) * np.hanning(size))


def siren(rng: Rng) -> Mono:
    """A siren that rises and falls."""
    size = samples(3.0)
    pitch = 720 + 240 * np.sin(2 * np.pi * np.arange(size) / SAMPLE_RATE / 1.5)
    return _peak(lows(np.tanh(2 * tone(pitch, size)), 2400) * np.hanning(size))


def sword(rng: Rng) -> Mono:
    """Steel on steel."""
    return _peak(struck(samples(1.0), [(rng.uniform(1400, 1700), 0.8, 0.7), (2900, 1, 0.6), (4700, 0.8, 0.5), (7300, 0.6, 0.3)]))


def drum(rng: Rng) -> Mono:
    """Three strokes on a frame drum."""
    size = samples(0.5)
    stroke = tone(np.linspace(140, 88, size), size) * fade(size, 0.002, 0.35) + 0.2 * band(noise(rng, size), 400, 2500) * fade(
        size, 0.001, 0.04
    )
    return _series([(0.0, stroke), (0.4, stroke * 0.7), (0.6, stroke * 0.9)], 1.3)


def blown(rng: Rng, pitch: float, seconds: float, breath: float) -> Mono:
    """A conch, flute or whistle: a tone with breath in it."""
    size = samples(seconds)
    time = np.arange(size) / SAMPLE_RATE
    base = pitch * (1 + 0.006 * np.sin(2 * np.pi * 5 * time) * np.minimum(1, time))
    wave = sum(tone(base * k, size) / k**1.6 for k in range(1, 6)) + breath * band(noise(rng, size), pitch * 0.8, min(pitch * 4, 18000))
    return _peak(np.asarray(wave) * np.minimum(1, np.minimum(time / 0.12, (seconds - time) / 0.3)))


def pour(rng: Rng, seconds: float) -> Mono:
    """Water into a cup."""
    size = samples(seconds)
    pitch = np.linspace(420, 900, size) * drift(rng, size, 0.06, 0.92, 1.08)
    return _peak((band(pink(rng, size), 500, 5000) + 0.8 * tone(pitch, size) * drift(rng, size, 0.05, 0, 1)) * np.hanning(size))


STRIKES: dict[str, Callable[[Rng], Mono]] = {
    "knock": knock,
    "door": door,
    "footsteps": lambda rng: steps(rng, 0.5),
    "running": lambda rng: steps(rng, 0.28),
    "thunder": thunder,
    "bell": lambda rng: bell(rng, 520.0),
    "match": match,
    "glass": glass,
    "clink": clink,
    "phone": phone,
    "horn": horn,
    "dog": dog,
    "cat": cat,
    "horse": horse,
    "applause": lambda rng: claps(rng, 30, 3.0),
    "clap": lambda rng: claps(rng, 1, 1.5),
    "thud": thud,
    "gunshot": lambda rng: blast(rng, 0.8),
    "explosion": lambda rng: blast(rng, 2.5),
    "paper": paper,
    "keys": keys,
    "siren": siren,
    "sword": sword,
    "drum": drum,
    "conch": lambda rng: blown(rng, 236.0, 2.6, 0.25),
    "flute": lambda rng: blown(rng, 587.0, 1.6, 0.12),
    "whistle": lambda rng: blown(rng, 1480.0, 0.7, 0.08),
    "pour": lambda rng: pour(rng, 1.4),
    "sip": lambda rng: pour(rng, 0.4) * 0.5,
}
"""Strikes by the lexicon's word for them."""
