"""A master of one gain: scenes joined, brought to the loudness asked for, held under the ceiling, and measured again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from filmstudio.core.engine import Desk, Needs, SingleEngine
from filmstudio.core.errors import EngineError
from filmstudio.core.rational import SAMPLE_RATE
from filmstudio.core.requests import Master, MasterRequest
from filmstudio.core.wavefile import wave_bytes, wave_samples

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MARGIN_DB = 2.0
"""Peaks aim this far under the ceiling: AAC moves them."""
SILENT_LUFS = -70.0
"""Nothing under it is heard (the absolute gate of ITU-R BS.1770-4)."""


class Newcomer(SingleEngine[MasterRequest, Master]):
    """Finds the gain by measuring, and says what it measured on the encoded file."""

    name: ClassVar[str] = "newcomer"
    version: ClassVar[str] = "1"
    role: ClassVar[str] = "mastering"
    summary: ClassVar[str] = "Joins scenes and brings them to a loudness by one gain, as far as the ceiling lets it."
    needs: ClassVar[Needs] = Needs(memory_mb=1_500, licence="MIT AND LGPL-2.1-or-later")

    def make(self, request: MasterRequest, desk: Desk) -> Master:
        """Master one film.

        Raises:
            EngineError: there are no scenes.
        """
        import numpy as np

        if not request.scenes:
            raise EngineError("there is nothing to master: the film has no scenes.")
        parts = [np.asarray(wave_samples(desk.path(scene.audio))[0], np.float32).reshape(-1, 2) for scene in request.scenes]
        film = np.concatenate([part[: scene.samples] for part, scene in zip(parts, request.scenes, strict=True)])
        raw = desk.scratch(".wav")
        raw.write_bytes(wave_bytes(film.ravel().tolist(), 2))
        loudness, peak = _measure(raw)
        silent = loudness < SILENT_LUFS
        gain = 0.0 if silent else min(request.loudness_lufs - loudness, request.ceiling_dbtp - MARGIN_DB - peak)
        encoded = desk.scratch(".mp4")
        _encode(film * np.float32(10 ** (gain / 20)), encoded, request.bitrate)
        loudness, peak = _measure(encoded)
        short = () if silent or abs(loudness - request.loudness_lufs) < 0.3 else (f"it is {loudness:.1f} LUFS loud; peaks allow no more",)
        return Master(
            audio=desk.keep(encoded, "audio/mp4"), samples=len(film), integrated_lufs=loudness, true_peak_dbtp=peak, degraded=short
        )


def _encode(film: NDArray[np.float32], path: Path, bitrate: int) -> None:
    import av

    with av.open(str(path), "w", format="mp4", options={"fflags": "+bitexact"}) as out:
        stream = out.add_stream("aac", rate=SAMPLE_RATE, layout="stereo")
        stream.bit_rate = bitrate
        for begin in range(0, len(film), 1024):
            frame = av.AudioFrame.from_ndarray(film[begin : begin + 1024].T.copy(), format="fltp", layout="stereo")
            frame.sample_rate, frame.pts = SAMPLE_RATE, begin
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


def _measure(path: Path) -> tuple[float, float]:
    """Integrated loudness, LUFS, and true peak, dBTP, of a sound file, by FFmpeg's EBU R 128 filter."""
    import av
    import av.filter

    def number(metadata: dict[str, str], key: str) -> float:
        value = float(metadata.get(key, "-inf"))
        return max(-120.0, value)

    loudness, peak = -120.0, -120.0
    with av.open(str(path)) as source:
        stream = source.streams.audio[0]
        graph = av.filter.Graph()
        graph.link_nodes(
            graph.add_abuffer(template=stream), graph.add("ebur128", "metadata=1:peak=true"), graph.add("abuffersink")
        ).configure()
        for frame in source.decode(stream):
            graph.push(frame)
            while True:
                try:
                    metadata = dict(graph.pull().metadata)
                except (BlockingIOError, EOFError):
                    break
                loudness = number(metadata, "lavfi.r128.I")
                peak = max(peak, *(_decibels(number(metadata, f"lavfi.r128.true_peaks_ch{channel}")) for channel in (0, 1)))
    return loudness, peak


def _decibels(level: float) -> float:
    import math

    return 20 * math.log10(level) if level > 1e-6 else -120.0
