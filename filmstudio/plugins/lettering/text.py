"""Setting text: shaped, ordered and wrapped by Pango, in fonts that travel with the studio, so that it looks the same everywhere."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from filmstudio.core.errors import InputError

Picture = NDArray[np.uint8]
"""(height, width, 4), premultiplied RGBA."""

Align = Literal["left", "centre", "right"]
Family = Literal["sans", "serif"]

_FAMILIES: dict[Family, str] = {"sans": "Noto Sans, Noto Sans Devanagari, Noto Sans Arabic, Studio CJK SemiBold", "serif": "serif"}

_UNWRAPPED = 1 << 16
"""A width that no line of text reaches, pixels."""

_SMALLER, _SMALLEST = 0.7, 4.0
"""A text taller than a canvas of the drawing library can be (32,767 pixels) is set in steps of this, down to this many pixels."""

_UNDRAWN = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0e\ufe0f\u200d\U000e0000-\U000e007f\x00-\x09\x0b-\x1f]")
"""Emoji and controls: no font here draws them, and a box in their place would be worse than nothing."""


@lru_cache(maxsize=1)
def _pango() -> Any:
    """pyvips, with fontconfig pointed at the studio's fonts alone. Must happen before the first text of the process."""
    os.environ["FONTCONFIG_FILE"] = str(files("filmstudio.plugins.lettering") / "fonts" / "fonts.conf")
    import pyvips

    return pyvips


def set_text(
    lines: Sequence[str],
    *,
    size_px: float,
    max_width_px: int,
    color: str = "#FFFFFF",
    language: str = "en",
    weight: Literal["regular", "bold"] = "regular",
    outline_px: float = 0.0,
    align: Align = "centre",
    family: Family | None = None,
    outline_color: str = "#1A1018",
    leading: float = 1.0,
) -> Picture:
    """Set lines of text in any script; lines too long are wrapped, a word too long is broken, a text too long is set smaller.

    Args:
        lines: plain text; emoji and control characters are left out.
        size_px: body size in pixels.
        max_width_px: widest the setting may be, outline included.
        color: ``#RRGGBB``.
        language: BCP 47 tag; chooses letter forms (Chinese or Japanese) and the direction of undecided text.
        weight: regular is the serif of titles, bold the sans of captions, unless ``family`` says otherwise.
        outline_px: width of the outline around letters.
        align: how lines stand to each other.
        family: sans or serif.
        outline_color: ``#RRGGBB``.
        leading: distance between baselines, 1 = as the font has it.

    Returns:
        Premultiplied RGBA, cropped to what is drawn; at least one pixel.

    Raises:
        InputError: the text is too long to be set at all.
    """
    text = "\n".join(" ".join(without_undrawn(line).split()) for line in lines)
    if not text.strip():
        return np.zeros((1, 1, 4), np.uint8)
    chosen: Family = family or ("serif" if weight == "regular" and outline_px == 0 else "sans")
    width = max(8, max_width_px - round(2 * outline_px) - 2)
    alpha = _drawable(text, chosen, size_px, width, language, align, leading)
    margin = int(np.ceil(outline_px)) + 1
    alpha = np.pad(alpha, margin)
    fill = _filled(alpha, color)
    if outline_px <= 0:
        return fill
    under = _filled(_grown(alpha, outline_px), outline_color)
    rest = (255 - fill[..., 3:]).astype(np.uint16)
    over: Picture = (fill + (under * rest + 127) // 255).astype(np.uint8)
    return over


def without_undrawn(text: str) -> str:
    """``text`` without what is left out of pictures: emoji and control characters."""
    return _UNDRAWN.sub("", text)


def width_of(text: str, *, size_px: float, language: str = "en", family: Family = "sans") -> int:
    """Width in pixels of one line that is not wrapped, without an outline."""
    text = " ".join(without_undrawn(text).split())
    return _alpha(text, family, size_px, _UNWRAPPED, language, "left", 1.0).shape[1] if text else 1


def _drawable(text: str, family: Family, size: float, width: int, language: str, align: Align, leading: float) -> NDArray[np.uint8]:
    """The letters at ``size``, or at the next smaller one at which the drawing library can hold them."""
    while True:
        try:
            return _alpha(text, family, size, width, language, align, leading)
        except _pango().Error as error:
            if size < _SMALLEST:
                raise InputError(f"a text of {len(text):,} letters cannot be set in a picture.", remedy="Shorten it.") from error
            size *= _SMALLER


def _alpha(text: str, family: Family, size: float, width: int, language: str, align: Align, leading: float) -> NDArray[np.uint8]:
    pyvips = _pango()
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    tag = re.sub(r"[^A-Za-z0-9-]", "", language) or "en"
    markup = f'<span lang="{tag}">{escaped}</span>'
    options: dict[str, Any] = {
        "font": f"{_FAMILIES[family]} {size:.2f}",
        "dpi": 72,
        "width": width,
        "wrap": "word-char",
        "align": {"left": "low", "centre": "centre", "right": "high"}[align],
    }
    if leading != 1.0:
        options["spacing"] = round(size * (leading - 1.0))
    image = pyvips.Image.text(markup, **options)
    alpha: NDArray[np.uint8] = np.ndarray(buffer=image.write_to_memory(), dtype=np.uint8, shape=(image.height, image.width))
    rows, columns = np.flatnonzero(alpha.any(axis=1)), np.flatnonzero(alpha.any(axis=0))
    if not len(rows):
        return np.zeros((1, 1), np.uint8)
    return alpha[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _grown(alpha: NDArray[np.uint8], by: float) -> NDArray[np.uint8]:
    """The letters grown outwards by ``by`` pixels, with a soft edge."""
    import cv2

    distance = cv2.distanceTransform((alpha < 128).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    grown: NDArray[np.uint8] = np.maximum(alpha, (np.clip(by + 0.5 - distance, 0, 1) * 255).astype(np.uint8))
    return grown


def _filled(alpha: NDArray[np.uint8], color: str) -> Picture:
    red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    tint = np.array([red, green, blue, 255], np.uint16)
    picture: Picture = ((alpha[..., None].astype(np.uint16) * tint + 127) // 255).astype(np.uint8)
    return picture
