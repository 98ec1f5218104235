"""Affine maps of the plane as six plain floats, in the order of SVG: x' = a x + c y + e, y' = b x + d y + f.

Each function answers ``m`` followed, in the drawing's own space, by one more step, as nested SVG groups do.
"""

from __future__ import annotations

import math
from typing import Final

from filmstudio.plugins.portrait.layer import Matrix

IDENTITY: Final[Matrix] = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)

_RADIANS: Final = math.pi / 180.0


def moved(m: Matrix, x: float, y: float) -> Matrix:
    """``m`` after a shift."""
    a, b, c, d, e, f = m
    return (a, b, c, d, a * x + c * y + e, b * x + d * y + f)


def scaled(m: Matrix, x: float, y: float) -> Matrix:
    """``m`` after a scale about the origin."""
    a, b, c, d, e, f = m
    return (a * x, b * x, c * y, d * y, e, f)


def scaled_at(m: Matrix, x: float, y: float, px: float, py: float) -> Matrix:
    """``m`` after a scale about (px, py)."""
    return moved(scaled(moved(m, px, py), x, y), -px, -py)


def turned(m: Matrix, degrees: float) -> Matrix:
    """``m`` after a turn about the origin, clockwise on screen."""
    if degrees == 0.0:
        return m
    a, b, c, d, e, f = m
    angle = degrees * _RADIANS
    cos, sin = math.cos(angle), math.sin(angle)
    return (a * cos + c * sin, b * cos + d * sin, c * cos - a * sin, d * cos - b * sin, e, f)


def turned_at(m: Matrix, degrees: float, px: float, py: float) -> Matrix:
    """``m`` after a turn about (px, py)."""
    if degrees == 0.0:
        return m
    return moved(turned(moved(m, px, py), degrees), -px, -py)


def sheared(m: Matrix, slope: float, py: float) -> Matrix:
    """``m`` after a slant that moves x by ``slope`` for each unit below ``py``."""
    a, b, c, d, e, f = m
    return (a, b, a * slope + c, b * slope + d, e - a * slope * py, f - b * slope * py)


def at(m: Matrix, x: float, y: float) -> tuple[float, float]:
    """Where ``m`` takes a point."""
    return (m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5])
