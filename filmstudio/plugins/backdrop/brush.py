"""The drawing vocabulary of seeded stages: planes, slots, edges drawn by hand, brush dabs, glows. Everything is SVG text.

No shape has a colour: its class is ``material_face_plane``, and ``relight`` writes the style sheet. Alpha of a shape is paint
alpha (``fill-opacity``), never a layer.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Mapping, Sequence

from filmstudio.plugins.backdrop.stage import VIEW_BOX

Points = Sequence[tuple[float, float]]
Range = tuple[float, float]
Stop = tuple[float, str, float]
"""Offset, slot and opacity of a gradient stop."""

GLOW_STOPS = ((0, 0.95), (0.18, 0.55), (0.45, 0.18), (1, 0))
SUN_STOPS = ((0, 0.9), (0.08, 0.62), (0.25, 0.30), (0.55, 0.10), (1, 0))
SKY_STOPS: tuple[Stop, ...] = ((0, "sky0", 1), (0.32, "sky1", 1), (0.6, "sky2", 1), (0.83, "sky3", 1), (1, "sky4", 1))
BLURS = (2, 6, 14, 30, 60)


class Drawing:
    """A stage being drawn, from one seed: the order of random draws is part of the picture."""

    def __init__(self, seed: int, local: Mapping[str, str], sun: Mapping[str, Sequence[float]], *, air: float, title: str) -> None:
        self.rng = random.Random(seed)
        self._title = title
        self._local = local
        self._slots = {"local": dict(local), "sun": {light: list(at) for light, at in sun.items()}, "air": air}
        self._definitions: list[str] = []
        self._planes: list[tuple[str, float, list[str]]] = []
        self._gradients = 0
        self._glows: dict[tuple[str, int], str] = {}

    def u(self, least: float, most: float) -> float:
        """A number between two, evenly."""
        return self.rng.uniform(least, most)

    def plane(self, name: str, z: float) -> None:
        """Begin the next nearer plane."""
        self._planes.append((name, z, []))

    def add(self, markup: str) -> None:
        """Put markup on the plane."""
        self._planes[-1][2].append(markup)

    def slot(self, material: str, face: str = "f") -> str:
        """The class of a material and facing on this plane."""
        return material if material.startswith("sky") else f"{material}_{face}_{len(self._planes) - 1}"

    def path(self, data: str, material: str, face: str = "f", opacity: float = 1) -> None:
        """A filled path."""
        alpha = f' fill-opacity="{opacity:.2f}"' if opacity < 1 else ""
        self.add(f'<path d="{data}" class="{self.slot(material, face)}"{alpha}/>')

    def stroke(self, data: str, material: str, face: str = "f", width: float = 2) -> None:
        """A line with round ends."""
        slot = f"k-{self.slot(material, face)}"
        self.add(f'<path d="{data}" class="{slot}" stroke-width="{width:.1f}" stroke-linecap="round" stroke-linejoin="round"/>')

    def hand(self, points: Points, jitter: float = 1.4, longest: float = 70) -> str:
        """Path data of a polygon whose edges breathe: subdivided and nudged so that none is machine-straight."""
        made = []
        for i, (x, y) in enumerate(points):
            x2, y2 = points[(i + 1) % len(points)]
            length = math.hypot(x2 - x, y2 - y)
            pieces = max(1, int(length / longest))
            nudge = jitter if length > 12 else 0
            for k in range(pieces):
                t = k / pieces
                made.append((x + (x2 - x) * t + self.u(-nudge, nudge), y + (y2 - y) * t + self.u(-nudge, nudge)))
        return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in made) + "Z"

    def poly(self, points: Points, material: str, face: str = "f", jitter: float = 1.4, opacity: float = 1) -> None:
        """A polygon drawn by hand."""
        self.path(self.hand(points, jitter), material, face, opacity)

    def rect(self, at: tuple[float, float, float, float], material: str, face: str = "f", jitter: float = 1.2, opacity: float = 1) -> None:
        """A rectangle (x, y, width, height) drawn by hand."""
        x, y, width, height = at
        self.poly([(x, y), (x + width, y), (x + width, y + height), (x, y + height)], material, face, jitter, opacity)

    def blob(
        self,
        at: tuple[float, float, float, float],
        material: str,
        face: str = "f",
        points: int = 9,
        jitter: float = 0.16,
        opacity: float = 1,
    ) -> None:
        """A soft-cornered lump (x, y, radius across, radius down)."""
        x, y, rx, ry = at
        made = []
        for i in range(points):
            angle = 2 * math.pi * i / points + self.u(-0.1, 0.1)
            k = 1 + self.u(-jitter, jitter)
            made.append((x + math.cos(angle) * rx * k, y + math.sin(angle) * ry * k))
        self.path(smooth(made), material, face, opacity)

    def dabs(
        self,
        inside: Points,
        count: int,
        width: Range,
        height: Range,
        material: str,
        face: str = "f",
        opacity: float = 0.5,
        angle: Range = (0, 0),
    ) -> None:
        """Brush marks inside a polygon, as one path: the texture that replaces gradients."""
        xs, ys = [x for x, _ in inside], [y for _, y in inside]
        data, made, tries = "", 0, 0
        while made < count and tries < count * 8:
            tries += 1
            x, y = self.u(min(xs), max(xs)), self.u(min(ys), max(ys))
            if _contains(inside, x, y):
                data += dab(x, y, self.u(*width), self.u(*height), self.u(*angle))
                made += 1
        if data:
            self.path(data, material, face, opacity)

    def linear(self, stops: Sequence[Stop], along: tuple[float, float, float, float] | None = None) -> str:
        """A linear gradient, down the shape or along (x1, y1, x2, y2) in stage units; returns its ``url(#…)``."""
        self._gradients += 1
        drawn = "".join(f'<stop offset="{offset}" class="{slot}" stop-opacity="{opacity}"/>' for offset, slot, opacity in stops)
        x1, y1, x2, y2 = along or (0, 0, 0, 1)
        units = "userSpaceOnUse" if along else "objectBoundingBox"
        line = f'x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" gradientUnits="{units}"'
        self._definitions.append(f'<linearGradient id="g{self._gradients}" {line}>{drawn}</linearGradient>')
        return f"url(#g{self._gradients})"

    def radial(self, slot: str, stops: Sequence[tuple[float, float]] = GLOW_STOPS) -> str:
        """A radial gradient of one slot that fades out; returns its ``url(#…)``."""
        self._gradients += 1
        drawn = "".join(f'<stop offset="{offset}" class="{slot}" stop-opacity="{opacity}"/>' for offset, opacity in stops)
        self._definitions.append(f'<radialGradient id="g{self._gradients}">{drawn}</radialGradient>')
        return f"url(#g{self._gradients})"

    def wash(self, at: tuple[float, float, float, float], fill: str) -> None:
        """A rectangle (x, y, width, height) of a gradient."""
        x, y, width, height = at
        self.add(f'<rect x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{height:.0f}" fill="{fill}"/>')

    def mist(self, top: float, bottom: float, opacity: float) -> None:
        """A band of air across the stage, thickest at three quarters."""
        air = self.slot("haze")
        left, _, width, _ = VIEW_BOX
        self.wash((left, top, width, bottom - top), self.linear([(0, air, 0), (0.75, air, opacity), (1, air, 0)]))

    def glow(self, x: float, y: float, radius: float, material: str, opacity: float) -> None:
        """Light around a lamp; it goes out with the lamps."""
        key = (material, len(self._planes) - 1)
        if key not in self._glows:
            self._glows[key] = self.radial(self.slot(material, "g"))
        shape = (
            f'<ellipse cx="{x:.0f}" cy="{y:.0f}" rx="{radius:.0f}" ry="{radius:.0f}" fill="{self._glows[key]}" fill-opacity="{opacity}"/>'
        )
        self.add(f'<g class="halo">{shape}</g>')

    def sky(self, foot: float, stars: int = 120) -> None:
        """The sky down to ``foot``: gradient, stars, and the sun, which ``relight`` hangs."""
        left, top, width, height = VIEW_BOX
        self.wash((left, top, width, height), self.linear(SKY_STOPS, (0, -130, 0, foot)))
        dots = "".join(
            f'<circle cx="{self.u(-230, 2150):.0f}" cy="{-130 + 560 * self.rng.random() ** 1.5:.0f}" r="{self.u(0.7, 2.2):.1f}"'
            f' fill="#fff" fill-opacity="{self.u(0.25, 0.9):.2f}"/>'
            for _ in range(stars)
        )
        self.add(f'<g class="star">{dots}</g>')
        halo = self.radial(self.slot("sun"), SUN_STOPS)
        self.add(
            f'<g class="sundisc"><g id="sun" transform="translate(0,0)"><circle r="640" fill="{halo}" style="mix-blend-mode:screen"/>'
            f'<circle r="46" class="{self.slot("sun")}"/></g></g>'
        )

    def cloud(self, x: float, y: float, width: float) -> None:
        """A streaky cloud: a stack of lens-shaped dabs, lit edge below shaded body."""
        for face, down, k, opacity in (("u", 0, 1, 0.42), ("t", 4, 0.9, 0.55), ("t", 7, 0.5, 0.8)):
            data = ""
            for _ in range(16):
                q = self.rng.gauss(0, 0.2)
                data += dab(
                    x + q * width,
                    y + down + (self.u(-0.05, 0.05) - abs(q) * 0.06) * width,
                    width * self.u(0.06, 0.5) * k,
                    width * self.u(0.008, 0.034),
                    self.u(-0.05, 0.03),
                )
            self.path(data, "cloud", face, opacity)

    def svg(self) -> str:
        """The drawing, unlit."""
        left, top, width, height = (f"{value:g}" for value in VIEW_BOX)
        blurs = "".join(
            f'<filter id="soft{k}" x="-60%" y="-60%" width="220%" height="220%"><feGaussianBlur stdDeviation="{k}"/></filter>'
            for k in BLURS
        )
        lines = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left} {top} {width} {height}" width="{width}" height="{height}">'
            f"<title>{self._title}</title>",
            f'<metadata id="slots">{json.dumps(self._slots)}</metadata>',
            "<style></style>",
            f"<defs>{blurs}{''.join(self._definitions)}</defs>",
        ]
        for i, (name, z, markup) in enumerate(self._planes):
            lines.append(f'<g id="p{i}-{name}" data-z="{z}" data-parallax="{1 / z:.3f}">\n' + "\n".join(markup) + "\n</g>")
        lines.append('<g id="grade"></g></svg>')
        return "\n".join(lines)


def smooth(points: Points, closed: bool = True) -> str:
    """Path data of a Catmull-Rom curve through points."""
    count = len(points)

    def at(k: int) -> tuple[float, float]:
        return points[k % count] if closed else points[min(max(k, 0), count - 1)]

    data = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for i in range(count if closed else count - 1):
        a, b, c, d = at(i - 1), at(i), at(i + 1), at(i + 2)
        data += (
            f"C{b[0] + (c[0] - a[0]) / 6:.1f} {b[1] + (c[1] - a[1]) / 6:.1f} {c[0] - (d[0] - b[0]) / 6:.1f} {c[1] - (d[1] - b[1]) / 6:.1f}"
            f" {c[0]:.1f} {c[1]:.1f}"
        )
    return data + ("Z" if closed else "")


def dab(x: float, y: float, width: float, height: float, angle: float = 0) -> str:
    """Path data of one lens-shaped brush mark."""
    cosine, sine = math.cos(angle), math.sin(angle)
    corners = [(-width / 2, 0.0), (0.0, -height / 2), (width / 2, 0.0), (0.0, height / 2)]
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = [(x + a * cosine - b * sine, y + a * sine + b * cosine) for a, b in corners]
    return f"M{x0:.1f} {y0:.1f}Q{x1:.1f} {y1:.1f} {x2:.1f} {y2:.1f}Q{x3:.1f} {y3:.1f} {x0:.1f} {y0:.1f}Z"


def _contains(polygon: Points, x: float, y: float) -> bool:
    inside = False
    for i, (x1, y1) in enumerate(polygon):
        x2, y2 = polygon[i - 1]
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside
