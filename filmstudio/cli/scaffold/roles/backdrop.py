"""A backdrop of two planes: a sky the colour of the hour, and the ground."""

from __future__ import annotations

import struct
import zlib
from typing import ClassVar

from filmstudio.core.engine import Desk, Needs, SingleEngine
from filmstudio.core.requests import Backdrop, BackdropRequest, Plane

Colour = tuple[int, int, int]
WIDTH, HEIGHT, HORIZON = 1920, 1080, 700
"""Of a stage, in its units."""
_SKIES: dict[str, tuple[Colour, Colour]] = {
    "dawn": ((90, 110, 160), (250, 190, 150)),
    "day": ((90, 160, 230), (210, 230, 245)),
    "golden": ((120, 130, 170), (255, 200, 120)),
    "dusk": ((60, 60, 110), (230, 130, 110)),
    "night": ((8, 10, 30), (40, 44, 80)),
    "bluehour": ((20, 40, 90), (90, 120, 170)),
}


class Newcomer(SingleEngine[BackdropRequest, Backdrop]):
    """Paints the sky from top to horizon, and one ground."""

    name: ClassVar[str] = "newcomer"
    version: ClassVar[str] = "1"
    role: ClassVar[str] = "backdrop"
    summary: ClassVar[str] = "A sky the colour of the hour over plain ground, for any stage."
    needs: ClassVar[Needs] = Needs(memory_mb=128, licence="MIT")

    def make(self, request: BackdropRequest, desk: Desk) -> Backdrop:
        """Paint one stage."""
        width, sky, ground = (max(2, round(units * request.scale)) for units in (WIDTH, HORIZON, HEIGHT - HORIZON))
        top, low = _SKIES[request.set.light]
        earth = (220, 225, 235) if request.set.weather == "snow" else (low[0] // 3, low[1] // 2, low[2] // 4)
        paint = [_between(top, low, row / sky) for row in range(sky)]
        dim = 0.45 if request.set.light == "night" else 1.0
        return Backdrop(
            form="newcomer",
            planes=(
                Plane(id="sky", z=8.0, image=desk.keep_bytes(_png(width, paint), "image/png"), box=(0, 0, WIDTH, HORIZON), opaque=True),
                Plane(
                    id="ground",
                    z=1.0,
                    image=desk.keep_bytes(_png(width, [earth] * ground), "image/png"),
                    box=(0, HORIZON, WIDTH, HEIGHT - HORIZON),
                    opaque=True,
                ),
            ),
            scale=request.scale,
            cast_tint=(dim, dim, min(1.0, dim + 0.1)),
        )


def _between(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _png(width: int, rows: list[Colour]) -> bytes:
    """A PNG (https://www.w3.org/TR/png-3/) whose rows are each of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, len(rows), 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + bytes(colour) * width for colour in rows), 6)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
