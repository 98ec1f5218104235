"""A conform without captions: packets of every segment, one after another, beside the sound."""

from __future__ import annotations

from fractions import Fraction
from typing import ClassVar

from filmstudio.core.engine import Desk, Needs, SingleEngine
from filmstudio.core.errors import EngineError
from filmstudio.core.requests import ConformRequest, Movie


class Newcomer(SingleEngine[ConformRequest, Movie]):
    """Joins by remuxing: nothing is encoded again."""

    name: ClassVar[str] = "newcomer"
    version: ClassVar[str] = "1"
    role: ClassVar[str] = "conform"
    summary: ClassVar[str] = "Joins segments and sound packet by packet; leaves captions to their own files."
    needs: ClassVar[Needs] = Needs(memory_mb=400, licence="MIT AND LGPL-2.1-or-later")

    def make(self, request: ConformRequest, desk: Desk) -> Movie:
        """Join one film.

        Raises:
            EngineError: there are no segments.
        """
        import av

        if not request.segments:
            raise EngineError("there is nothing to join: the film has no segments.")
        path, frame = desk.scratch(".mp4"), Fraction(1, request.fps)
        with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart", "fflags": "+bitexact"}) as out:
            out.metadata["title"] = request.title
            with av.open(str(desk.path(request.segments[0].video))) as first:
                picture = out.add_stream_from_template(first.streams.video[0])
            sound = av.open(str(desk.path(request.audio))) if request.audio is not None else None
            heard = out.add_stream_from_template(sound.streams.audio[0]) if sound is not None else None
            begin = 0
            for segment in request.segments:
                with av.open(str(desk.path(segment.video))) as source:
                    for packet in source.demux(source.streams.video[0]):
                        if packet.pts is None or packet.dts is None:
                            continue
                        pts, dts = (round(Fraction(at) * packet.time_base / frame) for at in (packet.pts, packet.dts))
                        packet.time_base = frame
                        packet.pts, packet.dts, packet.duration, packet.stream = begin + pts, begin + dts, 1, picture
                        out.mux_one(packet)
                begin += segment.frames
            if sound is not None and heard is not None:
                with sound:
                    for track in sound.demux(sound.streams.audio[0]):
                        if track.dts is not None:
                            track.stream = heard
                            out.mux_one(track)
        seconds = begin * frame
        with av.open(str(path)) as made:
            audio = [stream.duration * stream.time_base for stream in made.streams.audio if stream.duration and stream.time_base]
        missing = ("the film has no subtitle track",) if any(scene.cues for scene in request.captions) else ()
        return Movie(
            video=desk.keep(path, "video/mp4"), frames=begin, seconds=max([seconds, *audio]), video_seconds=seconds,
            audio_seconds=audio[0] if audio else Fraction(0), degraded=missing,
        )  # fmt: skip
