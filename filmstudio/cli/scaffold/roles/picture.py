"""A picture of plain cards: a colour for the scene's mood, and a bar that fills as the shot goes by."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from filmstudio.core.engine import Desk, Needs, SingleEngine
from filmstudio.core.model import seed_from
from filmstudio.core.requests import Segment, SegmentRequest

if TYPE_CHECKING:
    import av

BAR = 0.04
"""Share of the picture's height that the bar takes."""
_QUALITY = {"draft": ("ultrafast", "30"), "standard": ("veryfast", "20"), "master": ("medium", "18")}


class Newcomer(SingleEngine[SegmentRequest, Segment]):
    """Draws no one: it says honestly that people are missing."""

    name: ClassVar[str] = "newcomer"
    version: ClassVar[str] = "1"
    role: ClassVar[str] = "picture"
    summary: ClassVar[str] = "A plain card for every shot, in the colour of its mood, with a bar that fills."
    needs: ClassVar[Needs] = Needs(memory_mb=400, licence="MIT AND GPL-2.0-or-later")

    def make(self, request: SegmentRequest, desk: Desk) -> Segment:
        """Draw and encode one piece of a shot: one encoder thread, BT.709, a keyframe first."""
        import av

        total = request.timing.frames
        first, last = total * request.part // request.parts, total * (request.part + 1) // request.parts
        preset, crf = _QUALITY[request.preset]
        options = {"preset": preset, "crf": crf, "threads": "1", "x264-params": "open-gop=0:keyint=infinite:scenecut=0:bframes=0"}
        path = desk.scratch(".mp4")
        with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart", "fflags": "+bitexact"}) as out:
            stream = out.add_stream("libx264", rate=request.fps, options=options)
            stream.width, stream.height, stream.pix_fmt = request.width, request.height, "yuv420p"
            context = stream.codec_context
            context.color_primaries = context.color_trc = context.colorspace = 1  # BT.709
            context.color_range = 1  # limited
            for frame in range(first, last):
                out.mux(stream.encode(_card(request, (frame + 1) / total)))
            out.mux(stream.encode(None))
        missing = ("the people of this shot are not drawn",) if request.shot.performers else ()
        return Segment(video=desk.keep(path, "video/mp4"), frames=last - first, degraded=missing)


def _card(request: SegmentRequest, filled: float) -> av.VideoFrame:
    """One frame: luma and chroma from the mood, and the bar along the lower edge."""
    import av
    import numpy as np

    hue = seed_from("mood", request.scene.mood)
    frame = av.VideoFrame(request.width, request.height, "yuv420p")
    for index, plane in enumerate(frame.planes):
        ground, ink = ((70, 200), (104 + hue % 48, 128), (104 + hue // 48 % 48, 128))[index]
        rows = np.full((plane.height, plane.line_size), ground, np.uint8)
        rows[round(plane.height * (1 - BAR)) :, : round(plane.width * filled)] = ink
        plane.update(rows.tobytes())
    return frame
