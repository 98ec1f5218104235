"""Colours of a person: shade, light and contrast, as the art direction of the house pack defines them."""

from __future__ import annotations

WARM_WHITE = "#FFF1D6"
LINE = "#3B2230"
"""The darkest tone of the house style: never black."""

_SHADE = (0.78, 0.71, 0.80)
_PALE_SHADE = (0.86, 0.82, 0.86)


def rgb(colour: str) -> tuple[int, int, int]:
    """Red, green and blue, 0 to 255, of ``#RRGGBB``."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def to_hex(red: float, green: float, blue: float) -> str:
    """``#RRGGBB`` of channels, rounded and held to 0 to 255."""
    return "#" + "".join(f"{min(255, max(0, round(value))):02X}" for value in (red, green, blue))


def mix(first: str, second: str, share: float) -> str:
    """``first`` with ``share`` (0 to 1) of ``second`` mixed in, in sRGB."""
    a, b = rgb(first), rgb(second)
    red, green, blue = (x + (y - x) * share for x, y in zip(a, b, strict=True))
    return to_hex(red, green, blue)


def shade(colour: str) -> str:
    """The shade side of a cloth; pale cloth takes a lighter one."""
    channels = rgb(colour)
    pale = min(1.0, max(0.0, (sum(channels) / 3 - 120) / 110))
    red, green, blue = (c * (k + (q - k) * pale) for c, k, q in zip(channels, _SHADE, _PALE_SHADE, strict=True))
    return to_hex(red, green, blue)


def light(colour: str) -> str:
    """The lit side of a cloth: 30 % towards warm white."""
    return mix(colour, WARM_WHITE, 0.30)


def luma(colour: str) -> float:
    """Perceived lightness of an sRGB colour, 0 to 1 (Rec. 709 weights on gamma-encoded channels)."""
    red, green, blue = rgb(colour)
    return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255


def apart(first: str, second: str) -> float:
    """How far two colours are apart, 0 to about 1: weighted RGB distance ("redmean", Riemersma), over white to black."""
    a, b = rgb(first), rgb(second)
    mean = (a[0] + b[0]) / 2
    red, green, blue = (x - y for x, y in zip(a, b, strict=True))
    square = (2 + mean / 256) * red * red + 4 * green * green + (2 + (255 - mean) / 256) * blue * blue
    return float(square**0.5 / 764.8)
