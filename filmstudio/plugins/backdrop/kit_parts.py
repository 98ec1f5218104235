"""What both seeded kits are drawn from: ground, trees, things that stand about, the stage and its framing tree."""

from __future__ import annotations

import math
from collections.abc import Callable

from filmstudio.plugins.backdrop.brush import Drawing, dab, smooth

LOCAL = {
    "plaster": "#efdcb8", "ochre": "#dfa558", "rose": "#cf8273", "sage": "#9fae84", "blue": "#8fa9bd", "roof": "#b5573d",
    "slate": "#6f7580", "thatch": "#b99350", "wood": "#7b5238", "stone": "#a79a8c", "leaf": "#6e9150", "leafd": "#48704f",
    "grass": "#9aac5e", "path": "#d8bc8a", "hill": "#8fa57c", "red": "#c8452f", "teal": "#2f8484", "flower": "#ec7a6a",
    "lamp": "#ffc15e", "bark": "#66493a", "moss": "#7f9a4a", "water": "#6fa3ad", "cream": "#f6ebcf", "cap": "#d9573f", "snow": "#f6f8ff",
}  # fmt: skip
"""Colours of the materials in neutral light."""
SUN = {
    "dawn": (1500, 520), "day": (1500, 60), "golden": (1420, 330), "dusk": (1300, 520), "night": (1380, 180), "bluehour": (1300, 520),
}  # fmt: skip
"""Where the sun hangs."""


def ground(art: Drawing, height: Callable[[float], float], material: str, face: str = "t") -> None:
    """Land below a line that is not quite even."""
    points: list[tuple[float, float]] = []
    x = -240.0
    while x < 2180:
        points.append((x, height(x) + art.u(-5, 5)))
        x += art.u(60, 120)
    art.path(smooth(points, closed=False) + "L2180 1220L-240 1220Z", material, face)


def crown(art: Drawing, x: float, y: float, radius: float, material: str = "leaf", count: int = 22) -> None:
    """Foliage: shaded lumps below, lit ones above."""
    for i in range(count):
        angle, out = art.u(0, 6.3), art.rng.random() ** 0.6
        at = (
            x + math.cos(angle) * radius * out,
            y + math.sin(angle) * radius * 0.72 * out,
            radius * art.u(0.22, 0.42),
            radius * art.u(0.18, 0.32),
        )
        art.blob(at, material, "u" if i < count * 0.45 else art.rng.choice("flab"), 12, 0.13)
    for _ in range(count // 2):
        at = (x + art.u(-0.5, 0.7) * radius, y - art.u(0.1, 0.75) * radius, radius * art.u(0.10, 0.22), radius * art.u(0.07, 0.14))
        art.blob(at, material, art.rng.choice("tr"), 11, 0.14)


def trunk(art: Drawing, x: float, y: float, height: float, width: float, lean: float = 0) -> None:
    """A trunk of bark, shaded on its right."""
    h, w = height, width
    left = [(x - w * 0.9, y + 4), (x - w * 0.45, y - h * 0.12), (x - w * 0.34 + lean * 0.5, y - h * 0.55), (x - w * 0.26 + lean, y - h)]
    right = [(x + w * 0.26 + lean, y - h), (x + w * 0.34 + lean * 0.5, y - h * 0.5), (x + w * 0.5, y - h * 0.10), (x + w, y + 4)]
    shade = [(x + w * 0.3, y), (x + w * 0.12, y - h * 0.12), (x + lean * 0.5, y - h * 0.55), (x + w * 0.05 + lean, y - h)]
    art.path(smooth(left, closed=False) + "L" + smooth(right, closed=False)[1:] + "Z", "bark", "f")
    art.path(smooth([*right, *shade]), "bark", "r")
    marks = [left[1], left[2], left[3], right[0], right[1], right[2]]
    art.dabs(marks, int(h * w / 420) + 4, (3, 7), (14, 46), "bark", "u", 0.5, (-0.15, 0.15))


def prop(art: Drawing, x: float, y: float, kind: str) -> None:
    """A thing on the ground, with its shadow: barrel, well, cart, bush, rock, shroom or fern."""
    art.path(dab(x + 8, y + 2, 110, 14), "dark", "f", 0.35)
    _PROPS[kind](art, x, y)


def stage_floor(art: Drawing, material: str, y: float = 862) -> None:
    """Where the cast stands: calm ground, a little rim light, darkening down to the captions."""
    ground(art, lambda x: y + 8 * math.sin(x / 300), material, "t")
    floor = [(-235, y + 12), (2160, y + 12), (2160, 1200.0), (-235, 1200.0)]
    art.dabs(floor, 120, (30, 130), (3, 8), material, "u", 0.18, (-0.03, 0.03))
    art.dabs(floor, 70, (20, 90), (2, 6), "cream", "t", 0.22, (-0.03, 0.03))
    art.add('<g class="rimlight">')
    glints = (dab(art.rng.gauss(1150, 300), art.u(y + 14, y + 70), art.u(60, 220), art.u(3, 7)) for _ in range(26))
    art.path("".join(glints), "rim", "f", 0.30)
    art.add("</g>")
    dark = art.slot("dark")
    stops = [(0.0, dark, 0.0), (0.12, dark, 0.26), (0.25, dark, 0.5), (0.44, dark, 0.66), (1.0, dark, 0.84)]
    art.wash((-230, 910, 2380, 312), art.linear(stops, (0, 910, 0, 1190)))


def framing_tree(art: Drawing, on_left: bool) -> None:
    """A great tree on one wing only, its branches along the top."""

    def mirrored(x: float) -> float:
        return x if on_left else 1920 - x

    side = 1 if on_left else -1
    trunk(art, mirrored(-70), 1240, 1500, 170, 110 * side)
    trunk(art, mirrored(80), 130, 240, 40, 190 * side)
    for _ in range(16):
        q = art.rng.random()
        crown(art, mirrored(-160 + 720 * q), art.u(-150, 60) - 90 * q, art.u(90, 150) * (1.1 - 0.4 * q), "leafd", 30)


def _barrel(art: Drawing, x: float, y: float) -> None:
    body = [(x - 20, y), (x - 26, y - 28), (x - 20, y - 58), (x + 20, y - 58), (x + 26, y - 28), (x + 20, y)]
    art.path(smooth(body), "wood", "f")
    art.path(smooth([(x + 6, y), (x + 26, y - 28), (x + 20, y - 58), (x + 4, y - 56), (x + 10, y - 28)]), "wood", "r")
    art.rect((x - 24, y - 46, 48, 5), "slate", "u")
    art.rect((x - 24, y - 16, 48, 5), "slate", "u")
    art.path(dab(x, y - 58, 42, 11), "wood", "t")


def _well(art: Drawing, x: float, y: float) -> None:
    art.rect((x - 44, y - 48, 88, 48), "stone", "f")
    art.dabs([(x - 44, y - 48), (x + 44, y - 48), (x + 44, y), (x - 44, y)], 24, (12, 24), (5, 9), "stone", "u", 0.5)
    art.rect((x - 50, y - 56, 100, 12), "stone", "t")
    art.rect((x - 40, y - 132, 7, 80), "wood", "f")
    art.rect((x + 33, y - 132, 7, 80), "wood", "r")
    art.poly([(x - 62, y - 122), (x - 40, y - 172), (x + 40, y - 172), (x + 62, y - 122)], "roof", "f")
    art.poly([(x + 20, y - 122), (x + 16, y - 172), (x + 40, y - 172), (x + 62, y - 122)], "roof", "r")


def _cart(art: Drawing, x: float, y: float) -> None:
    art.poly([(x - 70, y - 62), (x + 62, y - 66), (x + 54, y - 34), (x - 60, y - 30)], "wood", "f")
    art.rect((x - 72, y - 68, 138, 8), "wood", "t")
    art.stroke(f"M{x + 60} {y - 50}L{x + 124} {y - 16}", "wood", "f", 6)
    for i in range(14):
        at = (x - 56 + i * 8.5, y - 70 - art.u(0, 14), 10, 9)
        art.blob(at, art.rng.choice(["flower", "ochre", "sage", "red"]), art.rng.choice("atb"), 7)
    for dx in (-38, 30):
        rim = f"M{x + dx - 24} {y - 24}a24 24 0 1 0 48 0a24 24 0 1 0 -48 0"
        art.stroke(f"{rim}M{x + dx} {y - 48}l0 48M{x + dx - 24} {y - 24}l48 0", "wood", "u", 5)


def _bush(art: Drawing, x: float, y: float) -> None:
    crown(art, x, y - 26, 46, "leafd", 14)


def _rock(art: Drawing, x: float, y: float) -> None:
    art.poly([(x - 52, y), (x - 40, y - 34), (x - 8, y - 52), (x + 30, y - 40), (x + 54, y)], "stone", "f", 2)
    art.poly([(x - 8, y - 52), (x + 30, y - 40), (x + 54, y), (x + 12, y), (x + 6, y - 30)], "stone", "r", 2)
    art.poly([(x - 40, y - 34), (x - 8, y - 52), (x + 30, y - 40), (x + 4, y - 34)], "moss", "t", 2)


def _shroom(art: Drawing, x: float, y: float) -> None:
    for _ in range(4):
        q = art.u(0.6, 1.2)
        a = x + art.u(-40, 40)
        art.rect((a - 3 * q, y - 24 * q, 6 * q, 24 * q), "cream", "f", 0.5)
        art.path(
            f"M{a - 17 * q:.1f} {y - 22 * q:.1f}C{a - 14 * q:.1f} {y - 44 * q:.1f} {a + 14 * q:.1f} {y - 44 * q:.1f}"
            f" {a + 17 * q:.1f} {y - 22 * q:.1f}Q{a:.1f} {y - 16 * q:.1f} {a - 17 * q:.1f} {y - 22 * q:.1f}Z",
            "cap",
            "b",
        )


def _fern(art: Drawing, x: float, y: float) -> None:
    for i in range(11):
        a = math.pi * (i + 0.5) / 11 + art.u(-0.1, 0.1)
        r = art.u(50, 92)
        c, d = math.cos(a) * r, math.sin(a) * r
        out = f"Q{x + c * 0.6 - 5:.1f} {y - d - 4:.1f} {x + c:.1f} {y - d * 0.7:.1f}"
        art.path(
            f"M{x} {y}{out}Q{x + c * 0.6 + 6:.1f} {y - d * 0.8 + 8:.1f} {x} {y}Z",
            art.rng.choice(["leaf", "moss", "leafd"]),
            art.rng.choice("tafb"),
        )


_PROPS: dict[str, Callable[[Drawing, float, float], None]] = {
    "barrel": _barrel, "well": _well, "cart": _cart, "bush": _bush, "rock": _rock, "shroom": _shroom, "fern": _fern,
}  # fmt: skip
