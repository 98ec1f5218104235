"""Weather that falls: snow and rain as strokes on the frame, and lightning. Everything is a function of the frame number."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Final

import numpy as np

from filmstudio.plugins.backdrop.extras import Lightning, ParticleLayer, Particles
from filmstudio.plugins.backdrop.stage import VIEW_BOX
from filmstudio.plugins.picture import kernels
from filmstudio.plugins.picture.canvas import Frame, Numbers, yuv_of
from filmstudio.plugins.picture.view import View

SWAY_HZ: Final = 0.4
SINES: Final = 4096
"""Steps of the table of sines: whole numbers, so that every processor sways alike."""
_SINE: Final[Numbers] = np.array([round(math.sin(2 * math.pi * step / SINES) * 65536) for step in range(SINES)], np.int64)
STAGE_UNIT: Final = 256
"""Positions are whole 1/256 of a stage unit."""
FLAKE_LEAST: Final = 0.9
"""Pixels: a smaller flake would twinkle as it falls from pixel to pixel; it is drawn at this size and thinner."""


class Fall:
    """One depth of falling snow or rain."""

    def __init__(self, particles: Particles, layer: ParticleLayer, view: View, seed: int) -> None:
        self._view, self._layer, self._particles = view, layer, particles
        self._colour = yuv_of(*particles.colour)
        rng = np.random.Generator(np.random.PCG64(seed))
        left, top, width, height = VIEW_BOX
        self._width, self._height = round(width * STAGE_UNIT), round(height * STAGE_UNIT)
        self._left, self._top = round(left * STAGE_UNIT), round(top * STAGE_UNIT)
        count = layer.count
        self._x = rng.integers(0, self._width, count)
        self._y = rng.integers(0, self._height, count)
        self._phase = rng.integers(0, SINES, count)
        low, high = layer.size_spread
        self._size = rng.integers(round(low * 1024), round(high * 1024) + 1, count)
        low, high = layer.opacity_spread
        self._opacity = rng.integers(round(low * 1024), round(high * 1024) + 1, count) * round(255 * layer.opacity) >> 10
        self._speed = rng.integers(922, 1127, count) * round(layer.speed * STAGE_UNIT) >> 10
        """1/256 units a second, each by up to a tenth faster or slower."""

    def lay(self, number: int, frame: Frame) -> None:
        """Draw it as it is in a frame of the shot."""
        fallen = self._speed * number // self._view.fps
        y = (self._y + fallen) % self._height + self._top
        x = self._x
        if self._particles.slant:
            x = x - (fallen * round(self._particles.slant * 1024) >> 10)
        x = x % self._width + self._left
        if self._particles.sway:
            turn = self._phase + number * round(SWAY_HZ * SINES) // self._view.fps
            x = x + (_SINE[turn % SINES] * round(self._particles.sway * STAGE_UNIT) >> 16)
        (scale, _, left), (_, _, top) = self._view.matrix(self._layer.z, number)
        fixed = round(scale * 65536)
        pixel_x = (x * fixed >> 16) + round(left * 256)
        pixel_y = (y * fixed >> 16) + round(top * 256)
        if self._particles.kind == "snow":
            self._lay_flakes(frame, pixel_x, pixel_y, scale)
        else:
            self._lay_drops(frame, pixel_x, pixel_y, scale)

    def _lay_flakes(self, frame: Frame, x: Numbers, y: Numbers, scale: float) -> None:
        radius = self._size * round(self._layer.size * scale * 256) >> 10
        least = round(FLAKE_LEAST * 256)
        alpha = np.where(radius < least, self._opacity * radius // least, self._opacity)
        radius = np.maximum(radius, least)
        table = np.zeros((x.shape[0], 11), np.int64)
        table[:, 0], table[:, 1] = x, y
        # Somewhat larger than it is, because it fades out at its edge.
        shown = radius * 5 >> 2
        table[:, 2] = table[:, 5] = (1 << 24) // shown
        table[:, 6] = table[:, 7] = (shown >> 8) + 1
        table[:, 8], table[:, 9] = alpha, np.minimum(1024, 256 + radius)
        for plane, half in ((frame.y, 0), (frame.u, 1), (frame.v, 1)):
            level = self._colour[0 if plane is frame.y else 1 if plane is frame.u else 2]
            kernels.dab(plane, frame.width >> half, table, level, half)

    def _lay_drops(self, frame: Frame, x: Numbers, y: Numbers, scale: float) -> None:
        table = np.zeros((x.shape[0], 6), np.int64)
        table[:, 0], table[:, 1] = x, y
        table[:, 2] = self._size * round(self._layer.size * scale * 256) >> 10
        table[:, 3] = -round(self._particles.slant * 65536)
        table[:, 4] = max(256, round(self._layer.width * scale * 256))
        table[:, 5] = self._opacity
        for plane, half in ((frame.y, 0), (frame.u, 1), (frame.v, 1)):
            level = self._colour[0 if plane is frame.y else 1 if plane is frame.u else 2]
            kernels.streak(plane, frame.width >> half, table, level, half)


class Storm:
    """Bolts of lightning at seeded times, and the flash that follows each."""

    def __init__(self, lightning: Lightning, view: View, seed: int) -> None:
        self._lightning, self._view = lightning, view
        rng = np.random.Generator(np.random.PCG64(seed))
        low, high = (round(second * view.fps) for second in lightning.every_s)
        at, strikes = int(rng.integers(low // 4, max(low // 4 + 1, low))), []
        while at < view.frames:
            strikes.append(at)
            at += int(rng.integers(low, high + 1))
        self.strikes = tuple(strikes)
        """Frames of the shot in which a bolt comes."""

    def lay(self, number: int, frame: Frame) -> None:
        """Draw the bolt, while there is one."""
        if not any(0 <= number - strike < self._lightning.bolt_frames for strike in self.strikes):
            return
        (scale, _, left), (_, _, top) = self._view.matrix(self._lightning.z, number)
        points = [(x * scale + left, y * scale + top) for x, y in self._lightning.points]
        rows = []
        for (x0, y0), (x1, y1) in pairwise(points):
            if y1 > y0:
                # Each stroke reaches a little over its ends, where strokes thin out.
                reach = (y1 - y0) * 0.25
                slant = (x1 - x0) / (y1 - y0)
                for width, alpha in ((self._lightning.width * 4, 70), (self._lightning.width, 250)):
                    rows.append(
                        (
                            round((x0 - slant * reach) * 256),
                            round((y0 - reach) * 256),
                            round((y1 - y0 + 2 * reach) * 256),
                            round(slant * 65536),
                            max(256, round(width * scale * 256)),
                            alpha,
                        )
                    )
        table = np.array(rows, np.int64)
        y, u, v = yuv_of(*self._lightning.colour)
        kernels.streak(frame.y, frame.width, table, y, 0)
        kernels.streak(frame.u, frame.width // 2, table, u, 1)
        kernels.streak(frame.v, frame.width // 2, table, v, 1)

    def flash(self, number: int, frame: Frame) -> None:
        """Brighten the whole picture after a bolt."""
        length = self._lightning.flash_frames
        for strike in self.strikes:
            since = number - strike
            if 0 <= since < length:
                y, u, v = yuv_of(*self._lightning.colour)
                strength = self._lightning.flash * (length - since) / length
                frame.fade(round(256 * (1 - strength)), None, y, u, v)
