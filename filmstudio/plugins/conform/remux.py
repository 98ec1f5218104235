"""Conform by remuxing: packets of closed segments, offset in time, beside the mastered sound and a soft subtitle track.

Nothing is decoded or encoded, so the picture in the film is the picture that was drawn, bit for bit.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from filmstudio.core.captionfiles import timed_text
from filmstudio.core.engine import Desk, Needs, SingleEngine
from filmstudio.core.errors import EngineError
from filmstudio.core.requests import ConformRequest, Movie, PlacedCaptions

if TYPE_CHECKING:
    import av

_MILLISECOND = Fraction(1, 1000)

UNDECODED: Any = [{"skip_frame": "all"}]
"""Options of streams for opening a file: FFmpeg otherwise decodes some of it, to learn what nobody asks. (PyAV's type says texts.)"""

_SUBTITLE_HEADER = (
    "[Script Info]\nScriptType: v4.00+\nPlayResX: 384\nPlayResY: 288\n\n[V4+ Styles]\n"
    "Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, "
    "ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding\n"
    "Style: Default,Arial,18,&Hffffff,&Hffffff,&H0,&H0,0,0,0,0,100,100,0,0,1,1,0,2,10,10,10,1\n\n[Events]\n"
    "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
)
"""The style of the track, from which the muxer writes its sample description (3GPP TS 26.245)."""

_ISO_639_2 = {
    "en": "eng", "hi": "hin", "sa": "san", "ta": "tam", "te": "tel", "bn": "ben", "mr": "mar", "gu": "guj", "pa": "pan", "kn": "kan",
    "ml": "mal", "ur": "urd", "ne": "nep", "ar": "ara", "fa": "fas", "he": "heb", "tr": "tur", "es": "spa", "fr": "fra", "de": "deu",
    "it": "ita", "pt": "por", "nl": "nld", "ru": "rus", "uk": "ukr", "pl": "pol", "cs": "ces", "sv": "swe", "da": "dan", "nb": "nob",
    "no": "nor", "fi": "fin", "el": "ell", "ja": "jpn", "zh": "zho", "ko": "kor", "vi": "vie", "th": "tha", "id": "ind", "sw": "swa",
}  # fmt: skip
"""Three-letter language codes, which MP4 wants."""


class Remux(SingleEngine[ConformRequest, Movie]):
    """Joins segments, sound and captions into one MP4 with its index first."""

    name: ClassVar[str] = "remux"
    version: ClassVar[str] = "2"
    role: ClassVar[str] = "conform"
    summary: ClassVar[str] = "Joins segments and sound packet by packet; adds a soft subtitle track."
    needs: ClassVar[Needs] = Needs(memory_mb=256, licence="Apache-2.0 AND GPL-2.0-or-later")

    def make(self, request: ConformRequest, desk: Desk) -> Movie:
        """Write the film.

        Raises:
            EngineError: there are no segments, or one of them cannot be joined to the others.
        """
        import av

        if not request.segments:
            raise EngineError("there is nothing to join: the film has no segments.")
        target = desk.scratch(".mp4")
        language = _ISO_639_2.get(request.language.split("-")[0], "und")
        options = {"movflags": "+faststart", "fflags": "+bitexact"}
        with av.open(str(target), "w", format="mp4", options=options) as out:
            out.metadata["title"] = request.title
            streams: list[Iterator[av.Packet[Any]]] = []
            with av.open(str(desk.path(request.segments[0].video))) as first:
                picture = out.add_stream_from_template(first.streams.video[0])
            picture.time_base = Fraction(1, request.fps)
            sound_source = None
            if request.audio is not None:
                sound_source = av.open(str(desk.path(request.audio)))
                sound = out.add_stream_from_template(sound_source.streams.audio[0])
                sound.metadata["language"] = language
            captions = None
            if any(scene.cues for scene in request.captions):
                captions = out.add_stream("mov_text")
                captions.codec_context.time_base = _MILLISECOND
                captions.time_base = _MILLISECOND
                captions.codec_context.subtitle_header = _SUBTITLE_HEADER.encode()
                captions.metadata["language"] = language
            frames = sum(segment.frames for segment in request.segments)
            paths = [(desk.path(segment.video), segment.frames) for segment in request.segments]
            streams.append(_pictures(paths, picture, request.fps))
            if sound_source is not None:
                streams.append(_sounds(sound_source, sound))
            if captions is not None:
                streams.append(_captions(request.captions, captions, request.fps, frames))
            for packet in _interleaved(streams):
                out.mux_one(packet)
            if sound_source is not None:
                sound_source.close()
        video_seconds, audio_seconds = _lengths(target)
        movie = desk.keep(target, "video/mp4")
        return Movie(
            video=movie,
            frames=frames,
            seconds=max(video_seconds, audio_seconds),
            video_seconds=video_seconds,
            audio_seconds=audio_seconds,
        )


def _pictures(paths: list[tuple[Path, int]], stream: Any, fps: int) -> Iterator[av.Packet[Any]]:
    """Video packets of all segments, each moved to its place in the film. One file is open at a time."""
    import av

    begin, frame = 0, Fraction(1, fps)
    parameters: bytes | None = None
    for path, frames in paths:
        with av.open(str(path), stream_options=UNDECODED) as source:
            video = source.streams.video[0]
            ticks = float(1 / (fps * (video.time_base or 1)))
            extradata = bytes(video.codec_context.extradata or b"")
            if parameters is not None and extradata != parameters:
                raise EngineError("segments were encoded with different parameters.", remedy="Clear the cache and render again.")
            parameters = extradata
            count = 0
            for packet in source.demux(video):
                if packet.dts is None or packet.pts is None:
                    continue
                pts, dts = round(packet.pts / ticks), round(packet.dts / ticks)
                packet.time_base = frame
                packet.pts, packet.dts, packet.duration = begin + pts, begin + dts, 1
                packet.stream = stream
                count += 1
                yield packet
            if count != frames:
                raise EngineError(f"a segment holds {count} frames, {frames} were promised.", remedy="Clear the cache and render again.")
        begin += frames


def _sounds(source: av.container.InputContainer, stream: Any) -> Iterator[av.Packet[Any]]:
    for packet in source.demux(source.streams.audio[0]):
        if packet.dts is not None:
            packet.stream = stream
            yield packet


def _captions(scenes: tuple[PlacedCaptions, ...], stream: Any, fps: int, frames: int) -> Iterator[av.Packet[Any]]:
    """Text samples (3GPP timed text): a 16-bit length and UTF-8. The muxer itself fills the gaps with empty samples."""
    import av

    def sample(text: str, start: int, end: int) -> av.Packet[Any]:
        data = text.encode("utf-8")[:65535]
        packet = av.Packet(len(data).to_bytes(2, "big") + data)
        packet.time_base = _MILLISECOND
        packet.pts = packet.dts = round(Fraction(start * 1000, fps))
        packet.duration = round(Fraction(end * 1000, fps)) - packet.pts
        packet.is_keyframe = True
        packet.stream = stream
        return packet

    cursor = 0
    cues = sorted(
        ((scene.start + cue.start, scene.start + cue.end, cue.lines) for scene in scenes for cue in scene.cues), key=lambda c: c[0]
    )
    for begin, end, lines in cues:
        start, last = max(begin, cursor), min(end, frames)
        if last > start:
            yield sample(timed_text(lines), start, last)
            cursor = last


def _interleaved(streams: list[Iterator[av.Packet[Any]]]) -> Iterator[av.Packet[Any]]:
    """Packets of all streams in order of decoding time: the muxer then holds next to nothing."""
    return heapq.merge(*streams, key=_decoding_time)


def _decoding_time(packet: av.Packet[Any]) -> float:
    """Seconds. Division of whole numbers is rounded correctly, so equal times of different clocks stay equal."""
    return (packet.dts or 0) * packet.time_base.numerator / packet.time_base.denominator


def _lengths(path: Path) -> tuple[Fraction, Fraction]:
    """Seconds of picture and of sound in the written file; sound is 0 where there is none.

    Sound is counted from time 0 to the end of its last packet: what an AAC encoder puts before 0 to prime itself is not heard.
    """
    import av

    with av.open(str(path), stream_options=UNDECODED) as film:
        video = film.streams.video[0]
        seconds = Fraction(video.duration or 0) * (video.time_base or 0)
        audio = next(iter(film.streams.audio), None)
        heard = Fraction(0)
        if audio is not None:
            ends = (packet.pts + (packet.duration or 0) for packet in film.demux(audio) if packet.pts is not None)
            heard = max(ends, default=0) * Fraction(audio.time_base or 0)
    return seconds, heard
