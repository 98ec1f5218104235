"""The village kit: a row of gables with one gap for the sky, a tower in the gap, a path that winds to it.

Rules that hold for every seed: the hero on a third, no two neighbours of one height or colour, a calm lower fifth, framing
on one wing only, detail falling with depth.
"""

from __future__ import annotations

import math

from filmstudio.plugins.backdrop.brush import Drawing, dab
from filmstudio.plugins.backdrop.kit_house import Plot, house
from filmstudio.plugins.backdrop.kit_parts import LOCAL, SUN, crown, framing_tree, ground, prop, stage_floor

WALLS = ("plaster", "ochre", "rose", "sage", "blue")


def draw_village(seed: int) -> tuple[str, float]:
    """The drawing of a village street (SVG text, unlit), and the x of its focal point, the tower."""
    art = Drawing(seed, LOCAL, SUN, air=1, title="Village street")
    phase = art.u(0, 6)
    art.plane("sky", 100)
    # Drawn before the sky is: the order of draws is the picture.
    clouds = [(art.u(100, 1800), art.u(60, 420), art.u(400, 800)) for _ in range(5)]
    art.sky(720)
    for cloud in clouds:
        art.cloud(*cloud)
    _hills(art, phase)
    tower_x = _far_town(art)
    _row(art, tower_x)
    _path(art, tower_x)
    art.plane("props", 1.5)
    places = [art.u(-60, 420), art.u(300, 620), art.u(1300, 1560), art.u(1560, 1950)]
    things = art.rng.sample(["well", "cart", "barrel", "bush", "bush", "barrel"], 4)
    for x, thing in zip(places, things, strict=True):
        prop(art, x, 858 + art.u(-6, 6), thing)
    art.plane("stage", 1)
    stage_floor(art, "path")
    art.plane("frame", 0.72)
    framing_tree(art, on_left=seed % 2 == 1)
    return art.svg(), tower_x


def _hills(art: Drawing, phase: float) -> None:
    for z, y, height in ((14, 560, 70), (9, 610, 46)):
        art.plane("hills", z)

        def line(x: float, z: float = z, y: float = y, height: float = height) -> float:
            return y - height * math.sin(x / art.u(420, 440) + phase + z) - height * 0.5 * math.sin(x / 170 + phase * z)

        ground(art, line, "hill", "f")
        slope = [(-230.0, y + 40.0), (2150.0, y + 40.0), (2150.0, y + 120.0), (-230.0, y + 120.0)]
        art.dabs(slope, 40, (60, 200), (6, 16), "leafd", "f", 0.35)
        art.mist(y - 40, y + 150, 0.5)


def _far_town(art: Drawing) -> float:
    """Small houses around a hill with a tower; returns the tower's x."""
    art.plane("far", 5.5)
    tower_x = art.rng.choice([art.u(520, 700), art.u(1180, 1400)])

    def rise(x: float) -> float:
        return 70 * math.exp(-(((x - tower_x) / 330) ** 2))

    ground(art, lambda x: 668 - rise(x), "grass", "t")
    for _ in range(11):
        x = tower_x + art.u(-380, 380)
        width = art.u(60, 96)
        plot = Plot(x, 690 - rise(x), width, art.u(44, 70))
        house(art, plot, art.rng.choice(["plaster", "rose", "ochre"]), art.rng.choice(["roof", "slate"]), "eave")
    foot = 640
    art.rect((tower_x - 24, foot - 190, 48, 200), "plaster", "a")
    art.rect((tower_x + 8, foot - 190, 16, 200), "plaster", "r")
    art.poly([(tower_x - 34, foot - 186), (tower_x, foot - 310), (tower_x + 34, foot - 186)], "slate", "l")
    art.poly([(tower_x, foot - 310), (tower_x + 34, foot - 186), (tower_x + 6, foot - 186)], "slate", "r")
    art.path(dab(tower_x - 6, foot - 150, 15, 34), "lamp", "g")
    for _ in range(9):
        crown(art, art.u(-200, 2120), 690 + art.u(-10, 10), art.u(30, 60), art.rng.choice(["leaf", "leafd"]), 12)
    art.mist(560, 760, 0.4)
    return tower_x


def _row(art: Drawing, gap: float) -> None:
    """The row of houses, open where the tower is seen."""
    art.plane("row", 2.4)
    ground(art, lambda x: 790 + 8 * math.sin(x / 200), "grass", "t")
    for _ in range(16):
        bush_x = art.u(-230, 2150)
        if abs(bush_x - gap) > 270:
            crown(art, bush_x, 640 + art.u(-60, 60), art.u(70, 130), art.rng.choice(["leaf", "leafd"]), 26)
    x = -250.0
    last_wall, last_height = "", 0.0
    while x < 2140:
        width = art.u(230, 350)
        away = abs(x + width / 2 - gap)
        if away < 320:
            x += 50
            continue
        height = art.u(190, 280) * (0.84 + 0.5 * min(1, away / 900))
        if last_height and abs(height - last_height) < 40:
            height *= art.rng.choice([1.24, 0.78])
        wall = art.rng.choice([material for material in WALLS if material != last_wall])
        plot = Plot(x, 826 + art.u(-8, 6), width, height)
        house(art, plot, wall, art.rng.choice(["roof", "roof", "thatch", "slate"]), art.rng.choice(["gable", "eave"]))
        last_wall, last_height = wall, height
        x += width + art.rng.choice([-6, 6, 20, 64])


def _path(art: Drawing, gap: float) -> None:
    s = art.rng.choice((-1, 1))
    art.path(
        f"M{gap - 10:.0f} 722C{gap + s * 120:.0f} 752 {gap - s * 210 - 60:.0f} 786 {gap - s * 60 - 250:.0f} 884"
        f"L{gap - s * 60 + 270:.0f} 884C{gap - s * 150 + 150:.0f} 792 {gap + s * 170 + 20:.0f} 758 {gap + 10:.0f} 722Z",
        "path",
        "t",
    )
    art.dabs([(gap - 30, 760), (gap + 20, 760), (gap + 240, 860), (gap - 240, 860)], 26, (20, 90), (2, 5), "cream", "t", 0.4)
    for _ in range(30):
        x = art.u(-200, 2120)
        if abs(x - gap) > 300:
            tufts = (dab(x + art.u(-26, 26), 846 + art.u(-10, 10), art.u(4, 8), art.u(14, 34), art.u(-0.3, 0.3)) for _ in range(7))
            art.path("".join(tufts), art.rng.choice(["grass", "leaf", "sage"]), art.rng.choice("tf"))
