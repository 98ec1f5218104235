"""The records delivered beside a film: ``report.json`` (what made it and how well) and ``metadata.json`` (what to publish)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from filmstudio.core.model import Record

Verdict = Literal["passed", "degraded", "failed"]


class FilmFacts(Record):
    """The delivered picture."""

    title: str
    duration: float = Field(description="seconds")
    width: int
    height: int
    fps: int
    size: int = Field(description="bytes of film.mp4")
    frames: int
    audio_offset_ms: float = Field(description="length of the sound minus length of the picture")


class LoudnessFacts(Record):
    """Loudness of the decoded final file (ITU-R BS.1770, EBU R 128). None where the film is silent."""

    integrated_lufs: float | None
    true_peak_dbtp: float | None
    range_lu: float | None = None
    target_lufs: float
    ceiling_dbtp: float


class CaptionFacts(Record):
    """Captions and what breaks the timing rules."""

    count: int
    violations: tuple[str, ...] = ()


class LipsyncFacts(Record):
    """Sync of mouth and voice."""

    worst_offset_ms: float = Field(description="of the worst line")
    moving_in_silence_percent: float
    lines: int = Field(description="lines spoken on screen")


class TaskFacts(Record):
    """One task."""

    task: str
    role: str
    engine: str
    version: str
    digest: str
    cached: bool
    seconds: float
    verdict: Verdict
    notes: tuple[str, ...] = ()


class Totals(Record):
    """The render as a whole."""

    seconds: float
    realtime_factor: float = Field(description="seconds of film for each second of rendering")
    cached: int
    computed: int
    peak_rss_mb: float = Field(description="peaks of all processes added up")
    workers: int


class Check(Record):
    """One thing that was held against its limit."""

    name: str
    passed: bool
    detail: str


class Report(Record):
    """``report.json``."""

    schema_version: Literal["1.0"] = "1.0"
    verdict: Verdict
    film: FilmFacts
    loudness: LoudnessFacts
    captions: CaptionFacts
    lipsync: LipsyncFacts
    checks: tuple[Check, ...]
    notes: tuple[str, ...] = Field(default=(), description="everything that fell short, in words")
    tasks: tuple[TaskFacts, ...]
    totals: Totals
    files: dict[str, str] = Field(default_factory=dict, description="SHA-256 of each file written beside this one, by name")
    kept: tuple[str, ...] = Field(
        default=(), description="files that a person edited in the delivery before this one, under their names here"
    )


class EngineFacts(Record):
    """An engine that made part of the film."""

    role: str
    name: str
    version: str
    plugin: str
    licence: str


class VideoFacts(Record):
    """Technical data of the picture and sound."""

    container: str = "mp4"
    video_codec: str = "h264"
    audio_codec: str = "aac"
    audio_bitrate: int = 192_000
    sample_rate: int = 48_000
    channels: int = 2
    width: int
    height: int
    fps: int
    duration: float
    size: int
    sha256: str


class Metadata(Record):
    """``metadata.json``: the same bytes for the same film, so it holds no date."""

    schema_version: Literal["1.0"] = "1.0"
    title: str
    description: str
    tags: tuple[str, ...]
    category: str = "Film & Animation"
    authors: tuple[str, ...]
    language: str
    culture: str
    kind: str
    cast: tuple[str, ...]
    captions: tuple[str, ...]
    credits: int
    seed: int
    technical: VideoFacts
    engines: tuple[EngineFacts, ...]
