"""Thumbnails: a key moment of the film with its title set on it, bold enough to be read at the size of a stamp."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from filmstudio.core.engine import Desk, Needs, SingleEngine
from filmstudio.core.errors import EngineError
from filmstudio.core.requests import Thumbnail, ThumbnailRequest

Picture = NDArray[np.uint8]

_QUALITY = 92
_CLOSER = 1.3
"""How much closer the picture comes when its subject makes room for a title."""

_NIGHT = np.array([18, 10, 22], np.float32)
_GOLD = np.array([255, 199, 96], np.float32)


class KeyMoments(SingleEngine[ThumbnailRequest, Thumbnail]):
    """A frame of the film, darkened where the title stands."""

    name: ClassVar[str] = "key-moments"
    version: ClassVar[str] = "5"
    role: ClassVar[str] = "marketing"
    summary: ClassVar[str] = "Thumbnails: key moments of the film with the title set on them."
    needs: ClassVar[Needs] = Needs(memory_mb=300, licence="Apache-2.0 AND GPL-2.0-or-later")

    def make(self, request: ThumbnailRequest, desk: Desk) -> Thumbnail:
        """Make one thumbnail.

        Raises:
            EngineError: the segment holds no frame.
        """
        import cv2

        from filmstudio.plugins.lettering.coverage import told_missing

        segment = request.segment
        frame = _frame_at(desk.path(segment.video), _moment(request.at, segment.frames, segment.blinks))
        picture = _beside(frame, request) if request.style == "side" else _covering(frame, request.width, request.height)
        picture = _titled(picture, request)
        done, data = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, _QUALITY, cv2.IMWRITE_JPEG_OPTIMIZE, 1])
        if not done:
            raise EngineError("the thumbnail could not be encoded.")
        unlettered = (*told_missing("the title", request.title), *told_missing("the line under the title", _subtitle(request)))
        return Thumbnail(image=desk.keep_bytes(data.tobytes(), "image/jpeg"), degraded=unlettered)


def _subtitle(request: ThumbnailRequest) -> str:
    return request.subtitle if request.style != "band" else ""


def _moment(at: float, frames: int, blinks: Sequence[int]) -> int:
    """The frame at a share of a segment, or the nearest to it in which nobody blinks."""
    wanted = max(0, min(frames - 1, round(at * frames)))
    shut = frozenset(blinks)
    return min((number for number in range(frames) if number not in shut), key=lambda number: abs(number - wanted), default=wanted)


def _frame_at(path: Path, number: int) -> Picture:
    """A frame of the segment, RGB. Of the frames before it only those are decoded that others are made from."""
    import av

    from filmstudio.plugins.conform.remux import UNDECODED

    with av.open(str(path), stream_options=UNDECODED) as source:
        stream: Any = source.streams.video[0]
        packets = [packet for packet in source.demux(stream) if packet.size]
        shown = sorted(packet.pts for packet in packets)
        wanted = shown[min(number, len(shown) - 1)] if shown else None
        decoder = stream.codec_context
        decoder.thread_count = 1
        decoded: list[Any] = []
        for packet in packets:
            decoder.skip_frame = "DEFAULT" if packet.pts == wanted else "NONREF"
            decoded += decoder.decode(packet)
            if packet.pts == wanted:
                break
        found = next((frame for frame in [*decoded, *decoder.decode(None)] if frame.pts == wanted), None)
    if found is None:
        raise EngineError("the segment holds no frame.")
    picture: Picture = found.to_ndarray(format="rgb24")
    return picture


def _covering(frame: Picture, width: int, height: int) -> Picture:
    """The frame scaled to cover the thumbnail, cropped about its upper middle, where faces are; a tall one stands on itself, blurred."""
    import cv2

    high, wide = frame.shape[:2]
    if high > wide:
        side = round(wide * height / high)
        backing: Picture = cv2.GaussianBlur(_covering(frame[: round(wide * height / width)], width, height), (0, 0), 24).astype(np.uint8)
        inner = cv2.resize(frame, (side, height), interpolation=cv2.INTER_AREA)
        left = (width - side) // 2
        backing = (backing * 0.6).astype(np.uint8)
        backing[:, left : left + side] = inner
        return backing
    scale = max(width / wide, height / high)
    size = (max(width, round(wide * scale)), max(height, round(high * scale)))
    scaled = cv2.resize(frame, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    top, left = round((size[1] - height) * 0.35), (size[0] - width) // 2
    cropped: Picture = np.ascontiguousarray(scaled[top : top + height, left : left + width])
    return cropped


def _beside(frame: Picture, request: ThumbnailRequest) -> Picture:
    """The frame closer, with its subject moved to one side, so that the title has the other to itself."""
    high, wide = frame.shape[:2]
    if high > wide:
        return _covering(frame, request.width, request.height)
    part = round(wide / _CLOSER)
    wanted = request.subject * wide - part * (0.7 if _title_left(request) else 0.3)
    left = round(max(0, min(wide - part, wanted)))
    top = round((high - high / _CLOSER) * 0.3)
    return _covering(frame[top : top + round(high / _CLOSER), left : left + part], request.width, request.height)


def _title_left(request: ThumbnailRequest) -> bool:
    return request.subject >= 0.5


def _titled(picture: Picture, request: ThumbnailRequest) -> Picture:
    """The title on a shade that leaves the faces alone: below, beside, or on a band of gold."""
    from filmstudio.plugins.lettering.text import set_text

    width, height, style = request.width, request.height, request.style
    across, down = np.linspace(0, 1, width, dtype=np.float32)[None, :, None], np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    left_side = _title_left(request)
    if style == "side":
        away = across if left_side else 1 - across
        shade = np.clip((0.6 - away) / 0.45, 0, 1) * 0.8
    else:
        shade = np.clip((down - 0.52) / 0.48, 0, 1) ** 1.3 * (0.85 if style == "lower" else 0.3)
    canvas = picture * (1 - shade)
    canvas += _NIGHT * shade
    room = round(width * (0.44 if style == "side" else 0.86))
    ink, line = ("#2A1420", 0) if style == "band" else ("#FFF6E4", 3)
    title = set_text(
        [request.title], size_px=_fitting_size(request.title, room), max_width_px=room, language=request.language, weight="bold", color=ink,
        outline_px=line, align=("left" if left_side else "right") if style == "side" else "centre",
    )  # fmt: skip
    blocks = [title]
    if subtitle := _subtitle(request):
        small = set_text([subtitle], size_px=30, max_width_px=room, language=request.language, weight="bold", color="#FFC766", outline_px=2)
        blocks.append(small)
    total = sum(block.shape[0] for block in blocks) + 18 * (len(blocks) - 1)
    top = (height - total) // 2 if style == "side" else height - 46 - total
    if style == "band":
        canvas[top - 26 : top + total + 26] = _GOLD
    for block in blocks:
        edge = 56 if left_side else width - 56 - block.shape[1]
        _lay(canvas, block, max(8, edge if style == "side" else (width - block.shape[1]) // 2), max(8, top))
        top += block.shape[0] + 18
    canvas += np.float32(0.5)
    result: Picture = np.clip(canvas, 0, 255, out=canvas).astype(np.uint8)
    return result


def _fitting_size(title: str, width: float) -> float:
    """A size at which an ordinary title takes one or two lines."""
    letters = max(6, len(title))
    return float(np.clip(1.75 * width / letters, 54, 118)) if letters <= 26 else float(np.clip(3.0 * width / letters, 44, 84))


def _lay(canvas: NDArray[np.float32], block: Picture, left: int, top: int) -> None:
    """Lay premultiplied words over the picture, cut at its edges."""
    height, width = min(block.shape[0], canvas.shape[0] - top), min(block.shape[1], canvas.shape[1] - left)
    if height <= 0 or width <= 0:
        return
    piece = block[:height, :width].astype(np.float32)
    region = canvas[top : top + height, left : left + width]
    region *= 1 - piece[..., 3:] / 255
    region += piece[..., :3]
