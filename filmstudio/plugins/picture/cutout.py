"""The cut-out picture engine: a shot's stage, cast, weather and words, drawn and encoded as a closed segment."""

from __future__ import annotations

from typing import ClassVar

from filmstudio.core.engine import Desk, Needs, SingleEngine
from filmstudio.core.errors import Unsupported
from filmstudio.core.requests import Segment, SegmentRequest

VIDEO_TYPE = "video/mp4"
SIDE_MOST = 8192
"""Pixels: H.264 level 6.2 ends here."""
FPS_MOST = 120


class Cutout(SingleEngine[SegmentRequest, Segment]):
    """Cut-out animation: the drawn cast on the drawn stages."""

    name: ClassVar[str] = "cutout"
    version: ClassVar[str] = "9"
    role: ClassVar[str] = "picture"
    summary: ClassVar[str] = "Cut-out animation: the drawn cast on drawn stages, encoded as H.264."
    # x264 is GPL: what this engine loads is licensed so, though its own code is not.
    needs: ClassVar[Needs] = Needs(cpu=1.0, memory_mb=700, licence="Apache-2.0 AND GPL-2.0-or-later", modules=("av", "numba"))

    def load(self) -> None:
        """Import the encoder and compile the pixel loops (once for a machine; later runs read them from the disk)."""
        import filmstudio.plugins.picture.filming  # noqa: F401 - heavy

    def make(self, request: SegmentRequest, desk: Desk) -> Segment:
        """Draw and encode a segment.

        Raises:
            Unsupported: the size is odd or out of bounds, or a portrait or backdrop has a form that is not drawn here.
        """
        from filmstudio.plugins.picture.filming import film

        _check(request)
        path = desk.scratch(".mp4")
        shown = film(request, desk, path)
        video = desk.keep(path, VIDEO_TYPE)
        return Segment(
            video=video, frames=shown.frames, mouth_frames=shown.mouth_frames, blinks=shown.blinks, degraded=shown.degraded
        )  # fmt: skip


def _check(request: SegmentRequest) -> None:
    if request.width % 2 or request.height % 2:
        raise Unsupported(f"a picture of {request.width} x {request.height} is odd.", remedy="Choose an even width and height.")
    if not (64 <= request.width <= SIDE_MOST and 64 <= request.height <= SIDE_MOST and 1 <= request.fps <= FPS_MOST):
        raise Unsupported(
            f"{request.width} x {request.height} at {request.fps} frames a second cannot be encoded.",
            remedy=f"Choose 64 to {SIDE_MOST} pixels a side and 1 to {FPS_MOST} frames a second.",
        )
    if request.part >= request.parts:
        raise Unsupported(f"there is no part {request.part} of {request.parts}.", remedy="Parts count from 0.")
