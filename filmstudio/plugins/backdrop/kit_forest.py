"""The forest kit: a colonnade of trunks, and a clearing whose hero is stones, an oak or a pond, by seed modulo 3."""

from __future__ import annotations

import math

from filmstudio.plugins.backdrop.brush import Drawing, dab, smooth
from filmstudio.plugins.backdrop.kit_parts import LOCAL, SUN, crown, framing_tree, ground, prop, stage_floor, trunk

HEROES = ("stones", "oak", "pond")
_TREES = ((9, 34, 15, 720), (5, 22, 30, 760), (3, 12, 52, 800))
"""Depth, trunks, width and foot of the three rows of trees."""


def draw_forest(seed: int) -> tuple[str, float]:
    """The drawing of a forest clearing (SVG text, unlit), and the x of its focal point, the hero."""
    art = Drawing(seed, LOCAL, SUN, air=1.3, title="Forest")
    hero_x = art.rng.choice([680, 1260]) + art.u(-60, 60)
    hero = HEROES[seed % 3]
    art.plane("sky", 100)
    art.sky(800, 60)
    for z, count, width, foot in _TREES:
        art.plane("trees", z)
        _trees(art, (z, count, width, foot), hero_x)
    art.plane("hero", 2.2)
    ground(art, lambda x: 822 + 12 * math.sin(x / 240 + seed), "grass", "t")
    {"stones": _stones, "oak": _oak, "pond": _pond}[hero](art, hero_x)
    for _ in range(7):
        x = art.rng.choice([art.u(-150, 520), art.u(1400, 2060)])
        prop(art, x, 862 + art.u(-8, 6), art.rng.choice(["fern", "fern", "rock", "shroom", "bush"]))
    art.plane("shafts", 1.4)
    _shafts(art)
    art.plane("stage", 1)
    stage_floor(art, "grass")
    for x, thing in [(art.u(60, 240), "fern"), (art.u(1660, 1860), "shroom")]:
        prop(art, x, 890 + art.u(0, 30), thing)
    art.plane("frame", 0.72)
    framing_tree(art, on_left=seed % 2 == 1)
    return art.svg(), hero_x


def _trees(art: Drawing, row: tuple[int, int, int, int], hero_x: float) -> None:
    z, count, width, foot = row
    for i in range(count):
        x = -200 + 2350 * (i + art.u(-0.4, 0.4)) / count
        # The clearing around the hero stays open.
        if abs(x - hero_x) >= (240 if z < 9 else 120):
            trunk(art, x, foot + art.u(-6, 8), art.u(920, 1060), width * art.u(0.7, 1.4), art.u(-50, 50))
    for _ in range(int(count * 0.7) + 12):
        x = art.u(-230, 2150)
        away = min(1, abs(x - hero_x) / 700)
        y = -130 + (250 * away + 60 * (z == 9)) * art.rng.random() + 60 * away
        crown(art, x, y, art.u(90, 170) * (1.35 - z / 16), art.rng.choice(["leaf", "leaf", "leafd"]), 24)
    for _ in range(count):
        x, y = art.u(-230, 2150), foot + art.u(-6, 14)
        crown(art, x, y, art.u(26, 60) * (1.4 - z / 14), art.rng.choice(["leafd", "moss", "leaf"]), 10)
    ground(art, lambda x: foot + 14 * math.sin(x / 260 + z), "moss", "t")
    art.mist(foot - 240, foot + 90, 0.5)


def _stones(art: Drawing, hero_x: float) -> None:
    for dx, h, w in ((-190, 190, 60), (-60, 270, 74), (90, 230, 66), (210, 150, 60)):
        x = hero_x + dx
        right = [(x + w * 0.5, 850 - h * 0.93), (x + w * 0.9, 850 - h * 0.4), (x + w, 850.0)]
        art.poly([(x - w, 850), (x - w * 0.8, 850 - h * 0.7), (x - w * 0.3, 850 - h), *right], "stone", "f", 3)
        art.poly([(x + w * 0.1, 850), (x + w * 0.2, 850 - h * 0.6), *right], "stone", "r", 3)
        cap = [(x - w * 0.75, 850 - h * 0.74), (x - w * 0.3, 850.0 - h - 4), (x + w * 0.5, 850 - h * 0.95), (x, 850 - h * 0.86)]
        art.poly(cap, "moss", "t", 3)


def _oak(art: Drawing, hero_x: float) -> None:
    trunk(art, hero_x, 850, 560, 96, 40)
    trunk(art, hero_x + 50, 470, 220, 40, 150)
    for _ in range(9):
        crown(art, hero_x + art.u(-330, 360), art.u(60, 330), art.u(110, 170), "leaf", 24)


def _pond(art: Drawing, hero_x: float) -> None:
    x = hero_x
    shore = [(x - 380, 838.0), (x - 120, 818.0), (x + 230, 822.0), (x + 400, 842.0), (x + 120, 872.0), (x - 230, 868.0)]
    art.path(smooth(shore), "water", "t")
    glints = (dab(x + art.u(-300, 320), art.u(826, 864), art.u(50, 150), 3.4) for _ in range(34))
    art.path("".join(glints), "glint", "f", 0.7)
    for dx in (-390, -330, 390):
        prop(art, x + dx, 852, "rock")


def _shafts(art: Drawing) -> None:
    art.add('<g class="shaft">')
    key = art.slot("key")
    for i in range(4):
        x = 600 + i * 230 + art.u(-60, 60)
        w = art.u(40, 120)
        beam = art.hand([(x + 380, -130), (x + 380 + w, -130), (x + w * 1.8 - 120, 960), (x - 140, 960)], 2)
        fill = art.linear([(0, key, 0.5), (0.6, key, 0.28), (1, key, 0)])
        art.add(f'<path d="{beam}" fill="{fill}" fill-opacity=".6"/>')
    art.add("</g>")
