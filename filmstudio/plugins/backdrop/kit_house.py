"""A village house: walls, roof, chimney with smoke, windows that light up, and snow for its roof."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from filmstudio.plugins.backdrop.brush import Drawing, dab

RoofKind = Literal["gable", "eave"]


@dataclass(frozen=True, slots=True)
class Plot:
    """Where a house stands: left edge, foot, width, and height to the eaves."""

    x: float
    foot: float
    width: float
    height: float


def house(art: Drawing, plot: Plot, wall: str, roof: str, kind: str) -> None:
    """Draw a house, its gable to the viewer (``gable``) or its long side (``eave``)."""
    x, yb, w, h = plot.x, plot.foot, plot.width, plot.height
    u = art.u
    s = u(-8, 8)
    shutters = art.rng.choice(["teal", "red", "sage", None])
    rh = h * u(0.42, 0.62)
    walls = [(x, yb), (x + s, yb - h), (x + w + s * 0.4, yb - h + u(-5, 5)), (x + w, yb)]
    if art.rng.random() < 0.7:
        _chimney(art, plot, rh)
    art.poly(walls, wall, "f", 1.6)
    art.poly([(x + w * 0.86, yb), (x + w * 0.86 + s * 0.5, yb - h), walls[2], walls[3]], wall, "r", 1.4)
    art.dabs(walls, int(w * h / 1300), (12, 36), (3, 7), wall, "t", 0.35, (-0.05, 0.05))
    art.dabs(walls, int(w * h / 2200), (8, 26), (4, 9), wall, "u", 0.25)
    art.poly([(x, yb), (x, yb - h * 0.14), (x + w, yb - h * 0.12), (x + w, yb)], "stone", "f", 3, 0.8)
    if kind == "gable":
        _gable(art, plot, wall, roof, s, rh)
    else:
        _eave(art, plot, wall, roof, s, rh)
    _openings(art, plot, shutters)
    art.add('<g class="cap">')
    snow = [
        (x - 16, yb - h + 4),
        (x + w * 0.2, yb - h - rh * 0.9),
        (x + w * 0.5 + s, yb - h - rh - 20),
        (x + w * 0.86, yb - h - rh * 0.9),
        (x + w + 16, yb - h + 2),
        (x + w * 0.7, yb - h - rh * 0.4),
        (x + w * 0.3, yb - h - rh * 0.5),
    ]
    art.poly(snow, "snow", "t", 3)
    art.add("</g>")


def _chimney(art: Drawing, plot: Plot, rh: float) -> None:
    x, yb, w, h = plot.x, plot.foot, plot.width, plot.height
    cx = x + w * art.u(0.2, 0.75)
    art.rect((cx, yb - h - rh * 0.95, w * 0.09, rh * 0.8), "stone", "a")
    art.rect((cx + w * 0.055, yb - h - rh * 0.95, w * 0.035, rh * 0.8), "stone", "r")
    art.rect((cx - 4, yb - h - rh * 0.98, w * 0.09 + 8, 8), "stone", "t")
    for i in range(5):
        at = (cx + 12 + i * 15 + art.u(-5, 5), yb - h - rh - 20 - i * 34, 11.0 + i * 7, 9.0 + i * 5)
        art.blob(at, "cream", "f", 9, 0.2, 0.30 - i * 0.05)


def _gable(art: Drawing, plot: Plot, wall: str, roof: str, s: float, rh: float) -> None:
    x, yb, w, h = plot.x, plot.foot, plot.width, plot.height
    art.poly([(x + s, yb - h + 2), (x + w * 0.5 + s, yb - h - rh), (x + w + s * 0.4, yb - h + 2)], wall, "f", 1)
    _window(art, (x + w * 0.5 + s, yb - h - rh * 0.18), (w * 0.15, rh * 0.34), None, False)
    top = (x + w * 0.5 + s, yb - h - rh - 12)
    for eave, face, inwards in (((x - 20 + s, yb - h + 16), "l", 16), ((x + w + 18, yb - h + 16), "t", -16)):
        art.poly([eave, top, (top[0], top[1] + 28), (eave[0] + inwards, eave[1] + 10)], roof, face, 1.4)
    if art.rng.random() < 0.6:
        for q in (0.0, 0.33, 0.66, 0.97):
            beam = [(x + w * q + s * 0.5, yb - h), (x + w * q + 8 + s * 0.5, yb - h), (x + w * q + 8, yb), (x + w * q, yb)]
            art.poly(beam, "wood", "f", 1.4)
        art.rect((x, yb - h - 3, w, 10), "wood", "f")
        art.rect((x, yb - h * 0.5, w, 8), "wood", "f")


def _eave(art: Drawing, plot: Plot, wall: str, roof: str, s: float, rh: float) -> None:
    x, yb, w, h = plot.x, plot.foot, plot.width, plot.height
    u = art.u
    slope = [
        (x - 22, yb - h + 18),
        (x + w * 0.1 + s, yb - h - rh),
        (x + w * 0.9 + s, yb - h - rh * u(0.94, 1.05)),
        (x + w + 22, yb - h + 16),
    ]
    a, b, c, d = slope
    art.poly(slope, roof, "f", 1.8)
    art.poly([(c[0] - w * 0.12, c[1]), c, d, (d[0] - w * 0.2, d[1])], roof, "r", 1.5)
    for row in range(1, 7):
        t = row / 7
        places = (u(0, 1) for _ in range(int(w / 13)))
        tiles = (dab(b[0] + (a[0] - b[0]) * t + (w * 0.8 + (w * 0.24) * t) * q, b[1] + (a[1] - b[1]) * t, u(14, 34), 3.4) for q in places)
        art.path("".join(tiles), roof, "u", 0.6)
    art.dabs(slope, 26, (10, 26), (3, 7), roof, "t", 0.5)
    art.poly([a, d, (d[0], d[1] + 7), (a[0], a[1] + 8)], roof, "u", 1)
    art.poly([(x, yb - h + 22), (x + w, yb - h + 20), (x + w, yb - h + 36), (x, yb - h + 40)], wall, "u", 1, 0.6)


def _openings(art: Drawing, plot: Plot, shutters: str | None) -> None:
    """One door, and windows with at least one missing."""
    x, yb, w, h = plot.x, plot.foot, plot.width, plot.height
    floors = 2 if h > 190 else 1
    columns = max(2, int(w / 86))
    door = art.rng.randrange(columns)
    for floor in range(floors):
        for column in range(columns):
            cx = x + w * 0.86 * (column + 0.5) / columns + w * 0.03
            y = yb - h * (0.26 if floors == 1 else 0.20 + 0.46 * floor)
            if floor == 0 and column == door:
                arch = f"M{cx - 24:.1f} {yb}L{cx - 23:.1f} {yb - 66}Q{cx:.1f} {yb - 96} {cx + 23:.1f} {yb - 66}L{cx + 24:.1f} {yb}Z"
                leaf = f"M{cx - 17:.1f} {yb}L{cx - 17:.1f} {yb - 63}Q{cx:.1f} {yb - 86} {cx + 17:.1f} {yb - 63}L{cx + 17:.1f} {yb}Z"
                art.path(arch, "stone", "t")
                art.path(leaf, shutters or "wood", "f")
                art.glow(cx + 32, yb - 84, 70, "lamp", 0.9)
            elif art.rng.random() < 0.88:
                size = (min(34, w / columns * 0.36), h * (0.3 if floors == 1 else 0.19))
                _window(art, (cx, y), size, shutters, art.rng.random() < 0.5)


def _window(art: Drawing, at: tuple[float, float], size: tuple[float, float], shutters: str | None, flowers: bool) -> None:
    x, y = at
    w, h = size
    art.rect((x - w / 2 - 4, y - h - 4, w + 8, h + 8), "wood", "f", 0.8)
    art.rect((x - w / 2, y - h, w, h), "slate", "u", 0.5)
    art.rect((x - w / 2, y - h, w, h), "lamp", "g", 0.5, 0.9)
    art.rect((x - 1.5, y - h, 3, h), "wood", "f", 0.3)
    art.rect((x - w / 2, y - h * 0.55, w, 3), "wood", "f", 0.3)
    if shutters:
        art.rect((x - w * 1.05, y - h - 2, w * 0.48, h + 4), shutters, "f", 1)
        art.rect((x + w * 0.57, y - h - 2, w * 0.48, h + 4), shutters, "b", 1)
    if flowers:
        art.rect((x - w * 0.62, y + 3, w * 1.24, 8), "wood", "t", 0.5)
        for _ in range(8):
            bloom = (x + art.u(-0.55, 0.55) * w, y - art.u(-2, 7), 5, 5)
            art.blob(bloom, art.rng.choice(["leaf", "flower", "leafd", "red"]), "t", 7)
