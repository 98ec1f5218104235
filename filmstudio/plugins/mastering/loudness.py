"""Mastering: join the scenes, reach the loudness, stay under the ceiling, encode, and measure what was encoded."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from filmstudio.core.engine import Desk, Needs, SingleEngine
from filmstudio.core.errors import EngineError
from filmstudio.core.media import MediaRef
from filmstudio.core.rational import SAMPLE_RATE
from filmstudio.core.requests import Master, MasterRequest, SceneMix
from filmstudio.plugins.sound.waves import Wave, decibels, read_wave, stereo, write_blocks

if TYPE_CHECKING:
    from filmstudio.plugins.sound.meter import Meter

_BLOCK = 10 * SAMPLE_RATE
_ENCODER_MARGIN_DB = 1.5
"""AAC moves peaks: the limiter aims this far under the ceiling, and further if the decoded file still goes over."""

_MOST_GAIN_DB = 30.0
"""A scene of room tone alone is not made as loud as speech."""

_CLOSE_ENOUGH_LU = 0.15
_PASSES = 5
_MUCH_LIMITING_DB = 4.0
"""Peaks this far over the ceiling are many enough to change the loudness; lesser ones are a few samples."""


class LoudnessMaster(SingleEngine[MasterRequest, Master]):
    """Loudness and true peak to the target, verified on the decoded file. Streams: memory does not grow with the film."""

    name: ClassVar[str] = "loudness"
    version: ClassVar[str] = "4"
    role: ClassVar[str] = "mastering"
    summary: ClassVar[str] = "Joins scenes, reaches target loudness under a true-peak ceiling, measures the encoded file."
    needs: ClassVar[Needs] = Needs(memory_mb=400, licence="Apache-2.0 AND GPL-2.0-or-later")

    def make(self, request: MasterRequest, desk: Desk) -> Master:
        """Master the film.

        Raises:
            EngineError: there are no scenes, or the ceiling cannot be held.
        """
        from filmstudio.plugins.sound.meter import Meter

        if not request.scenes:
            raise EngineError("there is nothing to master: the film has no scenes.")
        samples = sum(scene.samples for scene in request.scenes)
        source = Meter()
        for block, _, _ in _film_blocks(request.scenes, desk):
            source.add(block)
        silent = source.integrated < -70
        ceiling_db = request.ceiling_dbtp - _ENCODER_MARGIN_DB
        gain_db = 0.0 if silent else _within(request.loudness_lufs - source.integrated)
        if not silent and source.true_peak_db + gain_db > ceiling_db + _MUCH_LIMITING_DB:
            # A limiter that works hard takes loudness away: find out how much before encoding, so that encoding is done once.
            limited = Meter(peaks=False)
            for wave in _mastered(request.scenes, desk, gain_db, ceiling_db):
                limited.add(wave)
            gain_db = _within(gain_db + request.loudness_lufs - limited.integrated)
        target = desk.scratch(".mp4")
        for _ in range(_PASSES):
            _encode(_mastered(request.scenes, desk, gain_db, ceiling_db), target, samples, request.bitrate)
            meter = _measure(target, samples)
            miss = 0.0 if silent else request.loudness_lufs - meter.integrated
            over = meter.true_peak_db - (request.ceiling_dbtp - 0.02)
            if over <= 0 and (abs(miss) <= _CLOSE_ENOUGH_LU or _within(gain_db + miss) == gain_db):
                break
            gain_db = _within(gain_db + miss)
            ceiling_db -= over + 0.1 if over > 0 else 0.0
        notes: tuple[str, ...] = ()
        if not silent and abs(miss) > 0.3:
            notes = (f"reached {meter.integrated:.1f} LUFS, asked for {request.loudness_lufs:g}.",)
        return Master(
            audio=desk.keep(target, "audio/mp4"),
            samples=samples,
            integrated_lufs=round(meter.integrated, 3),
            true_peak_dbtp=round(meter.true_peak_db, 3),
            loudness_range_lu=round(meter.range_lu, 2),
            stems=_stems(request, desk, gain_db) if request.stems else {},
            degraded=notes,
            measured={"gain_db": round(gain_db, 3), "source_lufs": round(source.integrated, 3)},
        )


def _within(gain_db: float) -> float:
    return max(-_MOST_GAIN_DB, min(_MOST_GAIN_DB, gain_db))


def _film_blocks(scenes: tuple[SceneMix, ...], desk: Desk, stem: str = "audio") -> Iterator[tuple[Wave, int, int]]:
    """The joined scenes in blocks (samples, 2), each scene's tail ringing into the next; with first and last sample."""
    tail = np.zeros((0, 2), np.float32)
    at = 0
    for scene in scenes:
        media: MediaRef | None = getattr(scene, stem)
        wave = stereo(read_wave(desk.path(media))) if media is not None else np.zeros((scene.samples, 2), np.float32)
        for start in range(0, scene.samples, _BLOCK):
            stop = min(start + _BLOCK, scene.samples)
            block = np.zeros((stop - start, 2), np.float32)
            piece = wave[start:stop]
            block[: len(piece)] = piece
            ring = tail[: stop - start]
            block[: len(ring)] += ring
            tail = tail[stop - start :]
            yield block, at, at + len(block)
            at += len(block)
        rest = np.asarray(wave[scene.samples :])
        if len(rest) > len(tail):
            tail = np.concatenate([tail, np.zeros((len(rest) - len(tail), 2), np.float32)])
        tail = tail.copy()
        tail[: len(rest)] += rest


def _mastered(scenes: tuple[SceneMix, ...], desk: Desk, gain_db: float, ceiling_db: float) -> Iterator[Wave]:
    """Blocks with gain and limiter applied. Each block is limited with context from its neighbours."""
    from filmstudio.plugins.mastering.limiter import CONTEXT, limit

    gain, ceiling = np.float32(decibels(gain_db)), decibels(ceiling_db)
    before = np.zeros((0, 2), np.float32)
    current: Wave | None = None
    for block, _, _ in _film_blocks(scenes, desk):
        louder = block * gain
        if current is not None:
            after = louder[:CONTEXT]
            yield limit(np.concatenate([before, current, after]), len(before), len(after), ceiling)
            before = np.concatenate([before, current])[-CONTEXT:]
        current = louder
    if current is not None:
        yield limit(np.concatenate([before, current]), len(before), 0, ceiling)


def _encode(blocks: Iterator[Wave], target: Path, samples: int, bitrate: int) -> None:
    """AAC-LC in MP4. The coder is FFmpeg's own "fast", which its manual recommends at high bit rates."""
    import av

    with av.open(str(target), "w", format="mp4", options={"fflags": "+bitexact"}) as out:
        stream = out.add_stream("aac", rate=SAMPLE_RATE, options={"aac_coder": "fast"})
        stream.layout = "stereo"
        stream.bit_rate = bitrate
        stream.time_base = Fraction(1, SAMPLE_RATE)
        at = 0
        for block in blocks:
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block.T), format="fltp", layout="stereo")
            frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, at, Fraction(1, SAMPLE_RATE)
            at += len(block)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    if at != samples:
        raise EngineError(f"the mastered sound is {at} samples long, {samples} were planned.")


def _measure(path: Path, samples: int) -> Meter:
    """What the encoded file decodes to, measured."""
    import av

    from filmstudio.plugins.sound.meter import Meter

    meter = Meter()
    gathered: list[Wave] = []
    with av.open(str(path)) as source:
        for frame in source.decode(audio=0):
            gathered.append(frame.to_ndarray().astype(np.float32, copy=False))
            if len(gathered) >= 200:
                _add_planar(meter, gathered, samples)
                gathered.clear()
    if gathered:
        _add_planar(meter, gathered, samples)
    return meter


def _add_planar(meter: Meter, blocks: list[Wave], samples: int) -> None:
    """Measure blocks of shape (2, n), up to the end of the film."""
    meter.add(np.concatenate(blocks, axis=1).T[: max(0, samples - meter.samples)])


def _stems(request: MasterRequest, desk: Desk, gain_db: float) -> dict[str, MediaRef]:
    """Dialogue, music and effects over the whole film, at the gain of the master, before the limiter."""
    gain, samples = np.float32(decibels(gain_db)), sum(scene.samples for scene in request.scenes)
    stems: dict[str, MediaRef] = {}
    for stem in ("dialogue", "music", "effects"):
        path = desk.scratch(".wav")
        write_blocks(path, (block * gain for block, _, _ in _film_blocks(request.scenes, desk, stem)), samples, 2)
        stems[stem] = desk.keep(path, "audio/wav")
    return stems
