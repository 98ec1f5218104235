"""The floor: what encoding the same frames costs when nothing has to be drawn, spoken, mixed or joined.

The delivered film is decoded a segment at a time, and the frames are encoded again by the studio's own encoder: the same
settings, the same segments, the same number of processes at the same time. Only the encoder's time counts.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

    from filmstudio.plugins.picture.encode import Encoder

Span = tuple[int, int]
"""[first, last) frames."""

Spent = tuple[float, float]
"""Seconds by the clock, and seconds of the processor."""

ROUND_SECONDS = 300.0
"""Longest that one process waits for the others to decode or encode a segment."""


@dataclass(frozen=True, slots=True)
class Floor:
    """Encoding alone."""

    seconds: float
    """Encoder time of all frames, shared evenly by the processes."""
    cpu_seconds: float
    """Processor time of the encoders, all processes added up."""
    frames: int
    segments: int


def encoding_floor(film: Path, scratch: Path, workers: int, preset: str = "standard") -> Floor:
    """Measure the floor of a delivered film.

    Raises:
        RuntimeError: a process died.
    """
    spans = segments_of(film)
    shares = share_out(spans, workers)
    rounds = max(len(share) for share in shares)
    context = get_context("spawn")
    barrier, answers = context.Barrier(workers), context.SimpleQueue()
    processes = [
        context.Process(target=_encode_share, args=(film, share, rounds, scratch / f"floor-{index}.mp4", preset, barrier, answers))
        for index, share in enumerate(shares)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    if any(process.exitcode for process in processes):
        raise RuntimeError("a process that encoded the floor died; see its message above")
    spent = [answers.get() for _ in processes]
    return Floor(sum(wall for wall, _ in spent) / workers, sum(cpu for _, cpu in spent), spans[-1][1], len(spans))


def segments_of(film: Path) -> list[Span]:
    """The closed segments a film was joined from: each begins with a keyframe, and has no other."""
    import av

    keys, frames = [], 0
    with av.open(str(film)) as container:
        for packet in container.demux(video=0):
            if packet.size:
                keys += [frames] if packet.is_keyframe else []
                frames += 1
    return list(zip(keys, [*keys[1:], frames], strict=True))


def share_out(spans: Sequence[Span], workers: int) -> list[list[Span]]:
    """Spans for each worker: the longest first, always to whoever has least."""
    shares: list[list[Span]] = [[] for _ in range(workers)]
    for span in sorted(spans, key=lambda span: (span[0] - span[1], span[0])):
        min(shares, key=lambda share: sum(last - first for first, last in share)).append(span)
    return shares


def _encode_share(
    film: Path, share: Sequence[Span], rounds: int, path: Path, preset: str, barrier: Barrier, answers: SimpleQueue[Spent]
) -> None:
    wall = cpu = 0.0
    for turn in range(rounds):
        frames = _decode(film, share[turn]) if turn < len(share) else []
        barrier.wait(ROUND_SECONDS)  # nobody encodes while another still decodes
        spent = _encode(frames, path, preset) if frames else (0.0, 0.0)
        wall, cpu = wall + spent[0], cpu + spent[1]
        barrier.wait(ROUND_SECONDS)
    answers.put((wall, cpu))


def _decode(film: Path, span: Span) -> list[VideoFrame]:
    import av

    first, last = span
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        stream.thread_count = 1
        rate, base = stream.average_rate, stream.time_base
        assert rate is not None and base is not None
        container.seek(round(first / rate / base), stream=stream)
        frames: list[VideoFrame] = []
        for frame in container.decode(stream):
            assert frame.pts is not None
            number = round(frame.pts * base * rate)
            if number >= last:
                break
            if number >= first:
                frames.append(frame)
    if len(frames) != last - first:
        raise RuntimeError(f"the film gave {len(frames)} of the frames {first} to {last}")
    return frames


def _encode(frames: Sequence[VideoFrame], path: Path, preset: str) -> Spent:
    """Encode frames as one segment; returns the encoder's time, copying the frames into its picture not counted."""
    from filmstudio.plugins.picture.encode import segment

    width, height, fps = frames[0].width, frames[0].height, 24
    wall = cpu = 0.0
    with ExitStack() as stack:
        encoder = stack.enter_context(segment(path, width, height, fps, preset))
        for step in range(len(frames) + 1):
            if step < len(frames):
                _copy(frames[step], encoder)
            started, busy = time.perf_counter(), time.process_time()
            if step < len(frames):
                encoder.send()
            else:
                stack.close()
            wall, cpu = wall + time.perf_counter() - started, cpu + time.process_time() - busy
    return wall, cpu


def _copy(frame: VideoFrame, encoder: Encoder) -> None:
    import numpy as np

    picture = encoder.frame
    for plane, target, width in zip(
        frame.planes, (picture.y, picture.u, picture.v), (frame.width, frame.width // 2, frame.width // 2), strict=True
    ):
        rows = np.frombuffer(memoryview(plane), np.uint8)[: plane.line_size * plane.height].reshape(plane.height, plane.line_size)
        target[:, :width] = rows[:, :width]
