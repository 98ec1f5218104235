"""Colours as three numbers from 0 to 1, display-referred sRGB: the small algebra that light is written in."""

from __future__ import annotations

RGB = tuple[float, float, float]

GREY_WEIGHTS: RGB = (0.3, 0.59, 0.11)
"""Red, green and blue in the lightness of a colour (BT.601, rounded)."""
WHITE: RGB = (1.0, 1.0, 1.0)


def rgb(text: str) -> RGB:
    """``#rrggbb`` as numbers from 0 to 1."""
    return (int(text[1:3], 16) / 255, int(text[3:5], 16) / 255, int(text[5:7], 16) / 255)


def hexadecimal(colour: RGB) -> str:
    """``#rrggbb``, clipped to what a screen can show."""
    return "#" + "".join(f"{round(255 * min(1, max(0, value))):02x}" for value in colour)


def mix(a: RGB, b: RGB, t: float) -> RGB:
    """``a`` at t = 0, ``b`` at t = 1."""
    return (a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t)


def times(a: RGB, b: RGB) -> RGB:
    """Channel by channel: ``a`` seen in light ``b``."""
    return (a[0] * b[0], a[1] * b[1], a[2] * b[2])


def plus(a: RGB, b: RGB) -> RGB:
    """Two lights together."""
    return (a[0] + b[0], a[1] + b[1], a[2] + b[2])


def scaled(a: RGB, k: float) -> RGB:
    """``a`` at ``k`` times its strength."""
    return (a[0] * k, a[1] * k, a[2] * k)


def grey_of(colour: RGB) -> float:
    """Lightness as the art direction weighs it."""
    red, green, blue = GREY_WEIGHTS
    return red * colour[0] + green * colour[1] + blue * colour[2]


def saturated(colour: RGB, k: float) -> RGB:
    """Pull a colour to its grey (k < 1) or away from it (k > 1)."""
    grey = grey_of(colour)
    return (grey + (colour[0] - grey) * k, grey + (colour[1] - grey) * k, grey + (colour[2] - grey) * k)
