"""What the end-to-end tests read out of a delivered film, with tools that are not the studio's own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import pyloudnorm


@dataclass(frozen=True)
class Probe:
    """A delivered film, decoded."""

    frames: int
    seconds: float
    width: int
    height: int
    pts_in_order: bool
    colour: tuple[int, int, int, int]
    profile: str
    subtitles: list[str]
    sound: np.ndarray
    loudness: float
    index_first: bool


def probe(folder: Path) -> Probe:
    """Decode ``film.mp4`` of a delivery."""
    path = folder / "film.mp4"
    with av.open(str(path)) as film:
        video = film.streams.video[0]
        video.thread_type = "AUTO"
        profile, width, height, rate = video.profile, video.width, video.height, video.average_rate
        pts = []
        first = None
        for frame in film.decode(video):
            first = first or frame
            pts.append(round(float(frame.pts * frame.time_base * rate)))
        colour = (int(first.colorspace), int(first.color_range), int(first.color_primaries), int(first.color_trc))
    with av.open(str(path)) as film:
        sound = np.concatenate([frame.to_ndarray() for frame in film.decode(audio=0)], axis=1).T
    with av.open(str(path)) as film:
        subtitles = []
        if film.streams.subtitles:
            for packet in film.demux(film.streams.subtitles[0]):
                data = bytes(packet)
                if len(data) > 2 and packet.duration:
                    subtitles.append(data[2 : 2 + int.from_bytes(data[:2], "big")].decode())
    head = path.read_bytes()[: 1 << 20]
    return Probe(
        frames=len(pts), seconds=len(pts) / float(rate), width=width, height=height,
        pts_in_order=pts == list(range(len(pts))), colour=colour,
        profile=profile, subtitles=subtitles, sound=sound, loudness=pyloudnorm.Meter(48_000).integrated_loudness(sound.astype(np.float64)),
        index_first=head.find(b"moov") < head.find(b"mdat") or b"mdat" not in head,
    )  # fmt: skip


def longest_silence(sound: np.ndarray, below_db: float = -60.0) -> float:
    """Longest stretch, in seconds, in which 50 ms blocks stay under a level."""
    block = 2400
    count = len(sound) // block
    level = np.sqrt((sound[: count * block].reshape(count, -1) ** 2).mean(axis=1) + 1e-12)
    longest = run = 0
    for quiet in 20 * np.log10(level) < below_db:
        run = run + 1 if quiet else 0
        longest = max(longest, run)
    return longest * block / 48_000


def squeezed(text: str) -> str:
    """Text without any space: what captions and lines are compared by."""
    return "".join(text.split())


def load(folder: Path, name: str) -> dict:
    """A JSON file of a delivery."""
    return json.loads((folder / name).read_text(encoding="utf-8"))
