"""Segments: closed, tagged, joinable, the same bytes."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from filmstudio.core.requests import Preset
from filmstudio.plugins.picture.encode import BT709, PRESETS, segment


def encode(path: Path, frames: int, preset: Preset = "standard", fps: int = 24) -> Path:
    with segment(path, 96, 64, fps, preset) as encoder:
        for number in range(frames):
            encoder.frame.y[:, :96] = (np.arange(96) * 2 + number * 5) % 200 + 20
            encoder.send()
    return path


def packets(path: Path) -> list[tuple[int, int, bool]]:
    """pts and dts in frames, and whether a keyframe, in the order of decoding."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert stream.time_base is not None
        frame = 1 / (stream.time_base * 24)
        return [
            (int(packet.pts / frame), int(packet.dts / frame), packet.is_keyframe)
            for packet in container.demux(stream)
            if packet.pts is not None and packet.dts is not None
        ]


@pytest.mark.parametrize("preset", ["draft", "standard", "master"])
@pytest.mark.parametrize("frames", [1, 2, 3, 25])
def test_a_segment_has_its_frames_and_one_keyframe_first(tmp_path: Path, preset: Preset, frames: int) -> None:
    found = packets(encode(tmp_path / "a.mp4", frames, preset))
    assert sorted(pts for pts, _, _ in found) == list(range(frames))
    assert [key for _, _, key in found] == [True] + [False] * (frames - 1)
    assert all(dts <= pts for pts, dts, _ in found)


@pytest.mark.parametrize("preset", ["draft", "standard", "master"])
def test_segments_join_with_rising_decoding_times(tmp_path: Path, preset: Preset) -> None:
    start, times = 0, []
    for number, frames in enumerate((2, 25, 1, 1, 7, 2, 30)):
        found = packets(encode(tmp_path / f"{number}.mp4", frames, preset))
        times += [dts + start for _, dts, _ in found]
        start += frames
    assert all(later > earlier for earlier, later in pairwise(times))


@pytest.mark.parametrize("preset", ["draft", "standard", "master"])
def test_segments_of_a_film_have_one_parameter_set(tmp_path: Path, preset: Preset) -> None:
    sets = set()
    for frames in (1, 30):
        with av.open(str(encode(tmp_path / f"{frames}.mp4", frames, preset))) as container:
            context = container.streams.video[0].codec_context
            sets.add((context.extradata, context.profile))
    assert len(sets) == 1
    assert sets.pop()[1] == "High"


def test_the_stream_says_bt709_limited_and_its_rate(tmp_path: Path) -> None:
    with av.open(str(encode(tmp_path / "a.mp4", 5, fps=25))) as container:
        stream = container.streams.video[0]
        context = stream.codec_context
        assert (context.color_primaries, context.color_trc, context.colorspace, context.color_range) == (BT709, BT709, BT709, 1)
        assert stream.average_rate == 25
        assert (context.width, context.height, context.pix_fmt) == (96, 64, "yuv420p")


def test_equal_frames_give_equal_bytes_whatever_lies_in_fresh_memory(tmp_path: Path) -> None:
    script = """
import sys
from pathlib import Path
import numpy as np
from filmstudio.plugins.picture.encode import PRESETS, segment
for preset in PRESETS:
    with segment(Path(sys.argv[1] + preset), 96, 64, 24, preset) as encoder:
        for number in range(20):
            encoder.frame.y[:, :96] = (np.arange(96) * 2 + number * 5) % 200 + 20
            encoder.send()
"""
    # glibc fills fresh memory with the complement of this byte: an encoder that reads what it did not write shows it.
    for byte in ("85", "170"):
        subprocess.run([sys.executable, "-c", script, str(tmp_path / byte)], check=True, env={**os.environ, "MALLOC_PERTURB_": byte})
    for preset in PRESETS:
        here = encode(tmp_path / "here.mp4", 20, preset).read_bytes()
        assert here == (tmp_path / f"85{preset}").read_bytes() == (tmp_path / f"170{preset}").read_bytes()


def test_what_is_drawn_is_what_is_decoded(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.mp4", 12, "master")
    with av.open(str(path)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            y = frame.to_ndarray()[:64]
            expected = (np.arange(96) * 2 + number * 5) % 200 + 20
            assert np.abs(y.astype(int) - expected).mean() < 4
