"""Requests of the last phase: the film is joined, and thumbnails are made of it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from filmstudio.core.engine import Request, Result
from filmstudio.core.media import EncodedSound, Photo, Video
from filmstudio.core.model import Record
from filmstudio.core.rational import Time
from filmstudio.core.requests.captions import CaptionCue
from filmstudio.core.requests.pictures import Segment


class PlacedCaptions(Record):
    """The captions of a scene that begins at frame ``start`` of the film, for the soft subtitle track."""

    start: int
    cues: tuple[CaptionCue, ...]


class ConformRequest(Request):
    """Join segments and sound into the film, without encoding anything again."""

    segments: tuple[Segment, ...]
    audio: EncodedSound | None = None
    captions: tuple[PlacedCaptions, ...] = ()
    language: str = "en"
    title: str = ""
    fps: int
    width: int
    height: int


class Movie(Result):
    """The film: MP4 with the index first, video, sound and a soft subtitle track."""

    video: Video
    frames: int
    seconds: Time
    video_seconds: Time
    audio_seconds: Time


class ThumbnailRequest(Request):
    """Set the title on a key moment."""

    segment: Segment
    at: float = Field(default=0.5, ge=0, le=1, description="where in the segment the frame is taken")
    title: str
    subtitle: str = ""
    language: str = "en"
    style: Literal["lower", "side", "band"] = "lower"
    subject: float = Field(default=0.5, ge=0, le=1, description="how far across the picture the person it is about stands")
    width: int = 1280
    height: int = 720


class Thumbnail(Result):
    """A JPEG."""

    image: Photo
