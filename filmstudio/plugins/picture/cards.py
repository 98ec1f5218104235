"""Words in the picture: cards (title, place, super, credits, end), burnt captions and the watermark.

Where they stand, in a picture 1080 high: a title in the sky, the end in the middle, place low on the left inside title safe (96 px, 54 px),
supers and captions in the band the stages keep dark for them, the watermark in the lower right
corner, or in the upper one where captions are burnt in below. Words over the picture lie on a soft scrim, so that they
read on snow as on night.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from filmstudio.core.film import Card
from filmstudio.core.requests import BurntCaption, TextStyle
from filmstudio.plugins.picture.canvas import FULL, Box, Cel, Frame, lit, pixels_of

Picture = NDArray[np.uint8]
"""(h, w, 4), premultiplied RGBA."""

SAFE_X: Final = 96
SAFE_Y: Final = 54
"""Title safe of the art direction, pixels of a picture 1080 high."""
CAPTION_BOTTOM: Final = 1044
CAPTION_BOTTOM_TALL: Final = 880
"""Lower edge of captions; in upright pictures the players' own buttons lie below."""
_SMALLEST: Final = 8.0
"""Below this a caption is no longer made smaller."""
CAPTION_SIZES: Final = {"small": 36, "medium": 44, "large": 54}
IVORY: Final = "#FFF8EC"
SCRIM: Final = (0.045, 0.035, 0.06)
"""The scrim is a warm near-black: pure black is in none of the stages."""
TITLE_AT: Final = 0.29
"""Share of the height at which a title over a stage stands: in the sky, above everybody's head."""
TITLE_HIGH: Final = 0.46
CARD_HIGH: Final = 0.86
BAND_HIGH: Final = 0.30
"""Share of the height that a title over a stage, a card, and words in the lower band may take; longer ones are set smaller."""
_SMALLEST_FACTOR: Final = 0.16
FADE_SECONDS: Final = 0.6
PASSING_SECONDS: Final = 3.6
"""How long a place or a super stays."""
ROLL_PIXELS: Final = 2
"""Of a picture 1080 high: credits that do not fit roll by this much a frame."""


@dataclass(frozen=True, slots=True)
class Words:
    """A cel of words, shown from frame ``start`` to ``end`` of the shot, fading over ``fade`` frames at both ends."""

    cel: Cel
    start: int
    end: int
    fade: int = 0
    roll: int = 0
    """Even pixels by which it climbs each frame."""

    def opacity(self, number: int) -> int:
        """0 to 256 in a frame of the shot."""
        if not self.start <= number < self.end:
            return 0
        if self.fade <= 0:
            return FULL
        step = min(self.fade, number - self.start + 1, self.end - number)
        share = step / self.fade
        return round(FULL * share * share * (3 - 2 * share))

    def lay(self, number: int, frame: Frame, box: Box | None = None) -> None:
        """Draw it as it is in a frame of the shot."""
        opacity = self.opacity(number)
        if opacity:
            cel = replace(self.cel, y=self.cel.y - self.roll * (number - self.start)) if self.roll else self.cel
            cel.lay(frame, opacity, box)


def words_of(
    card: Card | None,
    captions: Sequence[BurntCaption],
    style: TextStyle | None,
    watermark: str,
    *,
    width: int,
    height: int,
    fps: int,
    frames: int,
    language: str,
    on_stage: bool,
) -> tuple[Words, ...]:
    """Everything written in a shot, in the order in which it is laid."""
    page = _Page(width, height, language, on_stage, bool(captions))
    made: list[Words] = []
    if card is not None and any(line.strip() for line in card.lines):
        made += page.card(card, frames, fps)
    made += [page.caption(caption, style or TextStyle()) for caption in captions if caption.end > caption.start and any(caption.lines)]
    if watermark.strip():
        low = bool(captions) and (style or TextStyle()).position == "bottom"
        made.append(page.watermark(watermark.strip(), frames, high=low))
    return tuple(made)


@dataclass(frozen=True, slots=True)
class _Page:
    width: int
    height: int
    language: str
    on_stage: bool
    captioned: bool

    def px(self, units: float) -> float:
        """Pixels of a length in a picture 1080 high; in an upright picture, 1080 wide and a little more."""
        return units * min(self.height, self.width * 1.15) / 1080

    def card(self, card: Card, frames: int, fps: int) -> list[Words]:
        fade = max(1, min(round(FADE_SECONDS * fps), frames // 3))
        if card.style == "title":
            return [self._centred(card.lines, 128, 48, frames, fade, y=TITLE_AT if self.on_stage else 0.47)]
        if card.style == "end":
            return [self._centred(card.lines, 104, 48, frames, fade)]
        if card.style == "credits":
            return self._credits(card.lines, frames, fade)
        passing = min(frames, round(PASSING_SECONDS * fps))
        if card.style == "place":
            return [self._place(card.lines, passing, fade)]
        return [self._super(card.lines, passing, fade)]

    def caption(self, caption: BurntCaption, style: TextStyle) -> Words:
        outline = 0.0 if style.background == "solid" else max(1.5, self.px(3.2))
        lines, size = self._fitting(caption.lines, CAPTION_SIZES[style.size], 0.86, outline, style.font)
        text = self._set(lines, size, 0.86, color=style.color, outline=outline, weight="bold", family=style.font)
        if style.background != "none":
            text = _on_panel(text, round(self.px(14)), 255 if style.background == "solid" else 150)
        left = (self.width - text.shape[1]) // 2
        if style.position == "top":
            top = round(self.px(SAFE_Y))
        else:
            tall = self.height > self.width
            top = round((CAPTION_BOTTOM_TALL if tall else CAPTION_BOTTOM) * self.height / 1080) - text.shape[0]
        return Words(_cel(text, left, top), caption.start, caption.end)

    def _fitting(
        self, lines: Sequence[str], size: float, share: float, outline: float, family: Literal["sans", "serif"]
    ) -> tuple[Sequence[str], float]:
        """Lines and size with which a caption keeps to two lines: broken anew where the picture is narrow, then set smaller."""
        from filmstudio.plugins.lettering.text import width_of

        def too_wide(rows: Sequence[str], size: float) -> float:
            # Pango wraps by advances, which reach a little beyond the ink.
            ink = max(width_of(row, size_px=self.px(size), language=self.language, family=family) for row in rows)
            return (ink + 0.2 * self.px(size)) / (self.width * share - 2 * outline - 4)

        chosen = tuple(lines)
        words = " ".join(lines).split()
        if too_wide(chosen, size) > 1 and len(words) > 1 and not any(line.lstrip().startswith("-") for line in lines):
            breaks = [(" ".join(words[:at]), " ".join(words[at:])) for at in range(1, len(words))]
            chosen = min(breaks, key=lambda rows: max(map(len, rows)))
        while (excess := too_wide(chosen, size)) > 1 and size > _SMALLEST:  # widths do not scale evenly: letters stand on whole pixels
            size /= max(excess, 1.02)
        return chosen, size

    def watermark(self, text: str, frames: int, *, high: bool = False) -> Words:
        drawn = self._set((text,), 26, 0.4, outline=max(1.0, self.px(1.6)), family="sans")
        faint = ((drawn.astype(np.uint16) * 150 + 127) // 255).astype(np.uint8)
        margin = round(self.px(40))
        top = margin if high else self.height - faint.shape[0] - margin
        return Words(_cel(faint, self.width - faint.shape[1] - margin, top), 0, frames)

    def _centred(self, lines: Sequence[str], large: float, small: float, frames: int, fade: int, *, y: float = 0.47) -> Words:
        def drawn(factor: float) -> Picture:
            parts = [self._set(lines[:1], large * factor, 0.82)]
            if any(line.strip() for line in lines[1:]):
                rule = _rule(round(self.px(150)), max(2, round(self.px(3))))
                parts += [_gap(round(self.px(26))), rule, _gap(round(self.px(24))), self._set(lines[1:], small * factor, 0.82)]
            return _stacked(parts)

        block = self._within(drawn, TITLE_HIGH if y == TITLE_AT else CARD_HIGH)
        page = _veil(self.width, self.height, 0.5, y, 0.62, 0.50, 0.46 if self.on_stage else 0.0)
        _over(page, block, (self.width - block.shape[1]) // 2, self._inside(round(self.height * y - block.shape[0] / 2), block))
        return Words(_cel(page, 0, 0), 0, frames, fade)

    def _within(self, drawn: Callable[[float], Picture], share: float) -> Picture:
        """What ``drawn`` makes of a factor for its sizes, which is below 1 where it would be higher than a share of the picture."""
        factor, block = 1.0, drawn(1.0)
        while (excess := block.shape[0] / (self.height * share)) > 1 and factor > _SMALLEST_FACTOR:
            # Smaller letters have fewer rows as well, so that the height falls about with the square.
            factor = max(_SMALLEST_FACTOR, factor / max(excess**0.5, 1.05))
            block = drawn(factor)
        return block

    def _inside(self, top: int, block: Picture) -> int:
        """Where a block that should begin at ``top`` does, so as to lie in title safe; what is higher than that begins at its edge."""
        edge = round(self.px(SAFE_Y))
        return max(edge, min(top, self.height - edge - int(block.shape[0])))

    def _place(self, lines: Sequence[str], frames: int, fade: int) -> Words:
        def drawn(factor: float) -> Picture:
            parts = [self._set(lines[:1], 60 * factor, 0.7, align="left")]
            if any(line.strip() for line in lines[1:]):
                parts += [_gap(round(self.px(8))), self._set(lines[1:], 36 * factor, 0.7, align="left")]
            return _stacked(parts, align="left")

        block = self._within(drawn, BAND_HIGH)
        bar = max(3, round(self.px(5)))
        inset = bar + round(self.px(20))
        left, top = round(self.px(SAFE_X)), round(self.height - self.px(SAFE_Y + 66)) - block.shape[0]
        page = _veil(self.width, self.height, 0.12, 0.88, 0.60, 0.34, 0.62 if self.on_stage else 0.0)
        strip = np.zeros((block.shape[0], bar, 4), np.uint8)
        strip[:] = (0xF2, 0xB5, 0x4A, 0xFF)
        _over(page, strip, left, top)
        _over(page, block, left + inset, top)
        return Words(_cropped(page), 0, frames, fade)

    def _super(self, lines: Sequence[str], frames: int, fade: int) -> Words:
        block = self._within(lambda factor: self._set(lines, 56 * factor, 0.8), BAND_HIGH)
        # Captions have the lower band to themselves.
        y = 0.70 if self.captioned else 0.84
        page = _veil(self.width, self.height, 0.5, y, 0.70, 0.30, 0.58 if self.on_stage else 0.0)
        _over(page, block, (self.width - block.shape[1]) // 2, self._inside(round(self.height * y) - block.shape[0] // 2, block))
        return Words(_cropped(page), 0, frames, fade)

    def _credits(self, lines: Sequence[str], frames: int, fade: int) -> list[Words]:
        page = np.zeros((self.height, self.width, 4), np.uint8)
        page[:] = _scrim_pixel(0.72 if self.on_stage else 0.0)
        veil = Words(_cel(page, 0, 0), 0, frames, fade)
        head = self._set(lines[:1], 92, 0.8)
        block = _stacked([head, _gap(round(self.px(30))), self._set(lines[1:], 48, 0.8, leading=1.3)] if any(lines[1:]) else [head])
        left = (self.width - block.shape[1]) // 2
        if block.shape[0] <= self.height * 0.86:
            return [veil, Words(_cel(block, left, (self.height - block.shape[0]) // 2), 0, frames, fade)]
        step = max(2, round(self.px(ROLL_PIXELS) / 2) * 2)
        # The last line leaves the picture as the shot ends, where the shot is long enough for that.
        needed = (self.height + block.shape[0]) // step
        step = step if needed <= frames else (self.height + block.shape[0]) // frames // 2 * 2 + 2
        return [veil, Words(_cel(block, left, self.height), 0, frames, fade, roll=step)]

    def _set(
        self,
        lines: Sequence[str],
        size: float,
        share: float,
        *,
        color: str = IVORY,
        outline: float = 0.0,
        weight: Literal["regular", "bold"] = "regular",
        align: Literal["left", "centre", "right"] = "centre",
        family: Literal["sans", "serif"] = "serif",
        leading: float = 1.0,
    ) -> Picture:
        from filmstudio.plugins.lettering.text import set_text

        return set_text(
            lines,
            size_px=self.px(size),
            max_width_px=round(self.width * share),
            color=color,
            language=self.language,
            weight=weight,
            outline_px=outline,
            align=align,
            family=family,
            leading=leading,
        )


def _cel(picture: Picture, left: int, top: int) -> Cel:
    """A cel whose corner is even; the picture is padded to it."""
    pad_x, pad_y = left & 1, top & 1
    height, width = picture.shape[0] + pad_y, picture.shape[1] + pad_x
    padded = np.zeros((height + (height & 1), width + (width & 1), 4), np.uint8)
    padded[pad_y : pad_y + picture.shape[0], pad_x : pad_x + picture.shape[1]] = picture
    return Cel.of(lit(pixels_of(padded, 0)), left - pad_x, top - pad_y)


def _cropped(page: Picture) -> Cel:
    """A cel of the part of a page that shows."""
    rows, columns = np.flatnonzero(page[..., 3].any(axis=1)), np.flatnonzero(page[..., 3].any(axis=0))
    top, bottom, left, right = int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
    return _cel(page[top:bottom, left:right], left, top)


def _veil(width: int, height: int, x: float, y: float, reach_x: float, reach_y: float, alpha: float) -> Picture:
    """A soft ellipse of scrim: centre and reach as shares of the picture. Dithered, or its shallow slope would show steps."""
    across = ((np.arange(width) + 0.5) / width - x) / reach_x
    across *= across
    dice = np.random.Generator(np.random.PCG64(0))
    page = np.empty((height, width, 4), np.uint8)
    tones = np.array([[round(level * tone) for tone in SCRIM] + [level] for level in range(256)], np.uint8)
    for row in range(height):  # by rows, which stay in the processor's cache
        down = ((row + 0.5) / height - y) / reach_y
        inside = np.clip(1 - np.sqrt(across + down * down), 0, 1)
        field = alpha * inside * inside * (3 - 2 * inside) * 255
        page[row] = tones[np.floor(field + dice.random(width)).astype(np.uint8)]
    return page


def _scrim_pixel(alpha: float) -> tuple[int, int, int, int]:
    return (round(255 * alpha * SCRIM[0]), round(255 * alpha * SCRIM[1]), round(255 * alpha * SCRIM[2]), round(255 * alpha))


def _over(page: Picture, picture: Picture, left: int, top: int) -> None:
    """Lay a premultiplied picture over a page, cut to it."""
    x0, y0 = max(0, left), max(0, top)
    x1, y1 = min(page.shape[1], left + picture.shape[1]), min(page.shape[0], top + picture.shape[0])
    if x0 >= x1 or y0 >= y1:
        return
    above = picture[y0 - top : y1 - top, x0 - left : x1 - left].astype(np.uint16)
    below = page[y0:y1, x0:x1].astype(np.uint16)
    page[y0:y1, x0:x1] = (above + (below * (255 - above[..., 3:]) + 127) // 255).astype(np.uint8)


def _stacked(parts: Sequence[Picture], align: Literal["left", "centre"] = "centre") -> Picture:
    width = max(part.shape[1] for part in parts)
    block = np.zeros((sum(part.shape[0] for part in parts), width, 4), np.uint8)
    top = 0
    for part in parts:
        left = 0 if align == "left" else (width - part.shape[1]) // 2
        block[top : top + part.shape[0], left : left + part.shape[1]] = part
        top += part.shape[0]
    return block


def _gap(height: int) -> Picture:
    return np.zeros((height, 1, 4), np.uint8)


def _rule(width: int, height: int) -> Picture:
    rule = np.zeros((height, width, 4), np.uint8)
    rule[:] = (0xF2, 0xB5, 0x4A, 0xFF)
    return rule


def _on_panel(text: Picture, pad: int, alpha: int) -> Picture:
    panel = np.zeros((text.shape[0] + pad, text.shape[1] + 2 * pad, 4), np.uint8)
    panel[:] = _scrim_pixel(alpha / 255)
    _over(panel, text, pad, pad // 2)
    return panel
