"""A thumbnail without words: the frame itself, at the size that is asked for."""

from __future__ import annotations

from fractions import Fraction
from typing import ClassVar

from filmstudio.core.engine import Desk, Needs, SingleEngine
from filmstudio.core.errors import EngineError
from filmstudio.core.requests import Thumbnail, ThumbnailRequest


class Newcomer(SingleEngine[ThumbnailRequest, Thumbnail]):
    """Takes one frame of a segment and makes a JPEG of it."""

    name: ClassVar[str] = "newcomer"
    version: ClassVar[str] = "1"
    role: ClassVar[str] = "marketing"
    summary: ClassVar[str] = "The frame itself, without a title."
    needs: ClassVar[Needs] = Needs(memory_mb=400, licence="MIT AND LGPL-2.1-or-later")

    def make(self, request: ThumbnailRequest, desk: Desk) -> Thumbnail:
        """Take one thumbnail.

        Raises:
            EngineError: the segment holds no frame.
        """
        import av

        wanted, found = round(request.at * (request.segment.frames - 1)), None
        with av.open(str(desk.path(request.segment.video))) as source:
            for index, frame in enumerate(source.decode(video=0)):
                found = frame
                if index >= wanted:
                    break
        if found is None:
            raise EngineError("the segment holds no frame.")
        picture = found.reformat(width=request.width, height=request.height, format="yuvj420p", interpolation="BICUBIC")
        encoder = av.CodecContext.create("mjpeg", "w")
        encoder.width, encoder.height, encoder.pix_fmt = request.width, request.height, "yuvj420p"
        encoder.options = {"qscale": "3", "flags": "+bitexact"}
        picture.pts, encoder.framerate = 0, Fraction(1)
        data = b"".join(bytes(packet) for packet in [*encoder.encode(picture), *encoder.encode(None)])
        return Thumbnail(image=desk.keep_bytes(data, "image/jpeg"), degraded=("the title is not set on it",))
