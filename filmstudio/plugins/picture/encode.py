"""Encoding: frames become a closed H.264 segment in an MP4, one encoder thread, the same bytes everywhere.

Segments of one size, rate and preset have equal parameter sets, so they join by remuxing: give the packets of segment k
the offset of all frames before it, on both pts and dts. Packet n of every segment has dts n - 2 frames (n at the draft preset,
which has no B frames), however short the segment, so dts stay strictly rising over a join.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import av.logging
import numpy as np
from av.video.frame import VideoFrame
from av.video.plane import VideoPlane
from av.video.stream import VideoStream
from numpy.typing import NDArray

from filmstudio.core.requests import Preset
from filmstudio.plugins.picture.canvas import Frame

BT709: Final = 1
"""Colour primaries, transfer and matrix of BT.709 (ITU-T H.273, tables 2 to 4)."""
LIMITED: Final = 1
"""AVCOL_RANGE_MPEG."""
_CLOSED: Final = "open-gop=0:scenecut=0:keyint=infinite:min-keyint=1:mbtree=0"
"""One keyframe, first. And no macroblock tree: x264 computes it in floating point, in AVX-512 with bytes that nobody wrote
(MALLOC_PERTURB_ shows it), elsewhere with each processor's own reciprocal, so that equal frames gave unequal files. Without
it, SSSE3, SSE4.2, AVX2 and AVX-512 give the same bytes (SSE2 alone, of processors before 2006, gives others). What the tree
gained in bits, a finer keyframe (ipratio) that all others copy from, and a steadier quantiser (qcomp), gain as well."""
PRESETS: Final[dict[Preset, dict[str, str]]] = {
    # 8x8 transforms make ultrafast a High profile stream like the others, at 2 % of its time.
    "draft": {"preset": "ultrafast", "crf": "27", "x264-params": f"{_CLOSED}:8x8dct=1"},
    "standard": {
        "preset": "veryfast",
        "tune": "animation",
        "crf": "20",
        "x264-params": f"{_CLOSED}:rc-lookahead=10:ipratio=2.6:pbratio=1.6:qcomp=0.8",
    },
    "master": {"preset": "medium", "tune": "animation", "crf": "20", "x264-params": f"{_CLOSED}:ipratio=2.0:qcomp=0.8"},
}
"""libx264 options by preset. Standard is what the design measures by, veryfast at crf 20: at 1080p about 1.5 Mbit/s at 53 dB.
Superfast would take 15 % more bits for as much."""
REORDER_DELAY: Final[dict[Preset, int]] = {"draft": 0, "standard": 2, "master": 2}
"""Frames by which dts lie before pts: x264's with B pyramids. A segment of one or two frames would come without it."""


@dataclass(slots=True)
class Encoder:
    """An open segment. ``frame`` is the encoder's own picture: draw into it, then ``send()`` it, as often as there are frames."""

    frame: Frame
    _container: av.container.OutputContainer
    _stream: VideoStream
    _picture: VideoFrame
    _delay: int
    sent: int = 0
    _written: int = 0

    def send(self) -> None:
        """Encode the picture as it is now. libx264 copies it, so it may be drawn over at once."""
        self._picture.pts = self.sent
        self._picture.time_base = self._stream.codec_context.time_base
        # A picture that was encoded keeps the type it got; 0 lets the encoder choose again.
        self._picture.pict_type = 0
        self._write(self._picture)
        self.sent += 1

    def finish(self) -> None:
        """Write what the encoder still holds."""
        self._write(None)

    def _write(self, picture: VideoFrame | None) -> None:
        for packet in self._stream.encode(picture):
            packet.dts = self._written - self._delay
            self._written += 1
            self._container.mux(packet)


@contextmanager
def segment(path: Path, width: int, height: int, fps: int, preset: Preset) -> Iterator[Encoder]:
    """Open a segment for writing; it is complete when the block ends."""
    av.logging.set_level(av.logging.ERROR)
    container = av.open(str(path), "w", format="mp4", options={"movflags": "+faststart", "fflags": "+bitexact"})
    try:
        stream = container.add_stream("libx264", rate=Fraction(fps), options={**PRESETS[preset], "profile": "high"})
        context = stream.codec_context
        context.width, context.height, context.pix_fmt = width, height, "yuv420p"
        context.time_base = Fraction(1, fps)
        context.thread_count, context.thread_type = 1, "FRAME"
        context.color_primaries, context.color_trc, context.colorspace, context.color_range = BT709, BT709, BT709, LIMITED
        picture = VideoFrame(width, height, "yuv420p")
        picture.colorspace, picture.color_range = BT709, LIMITED
        y, u, v = (_rows(plane) for plane in picture.planes)
        encoder = Encoder(Frame(y, u, v, width, height), container, stream, picture, REORDER_DELAY[preset])
        encoder.frame.y[:], encoder.frame.u[:], encoder.frame.v[:] = 16, 128, 128
        yield encoder
        encoder.finish()
    finally:
        container.close()


def _rows(plane: VideoPlane) -> NDArray[np.uint8]:
    """The encoder's own bytes of a plane, rows as long as it wants them."""
    return np.frombuffer(memoryview(plane), np.uint8)[: plane.line_size * plane.height].reshape(plane.height, plane.line_size)
