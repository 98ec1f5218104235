"""Requests of the subtitles role."""

from __future__ import annotations

from pydantic import Field

from filmstudio.core.engine import Request, Result
from filmstudio.core.model import Record
from filmstudio.core.requests.speech import SpokenWord


class CaptionLine(Record):
    """A line (or, in a film without speech, a happening) to caption: its first frame in the scene and its length in samples."""

    line: str
    speaker: str = ""
    text: str
    language: str = "en"
    start: int = Field(ge=0)
    samples: int = Field(ge=0)
    words: tuple[SpokenWord, ...] = ()
    action: bool = False


class CaptionRequest(Request):
    """Caption one scene."""

    lines: tuple[CaptionLine, ...]
    frames: int
    fps: int
    shot_spans: dict[str, tuple[int, int]] = Field(default_factory=dict, description="[first, last) frames of each shot of the scene")


class BurntCaption(Record):
    """A caption to draw into the picture, in frames of the shot."""

    start: int
    end: int
    lines: tuple[str, ...]


class CaptionCue(Record):
    """One caption: first frame, frame after the last, its lines of text."""

    start: int
    end: int
    lines: tuple[str, ...]
    line: str = Field(default="", description="id of the spoken line it comes from")
    speaker: str = ""


class Captions(Result):
    """Captions of one scene, in frames of the scene, and the same cut at the shots for burning in."""

    cues: tuple[CaptionCue, ...] = ()
    by_shot: dict[str, tuple[BurntCaption, ...]] = Field(default_factory=dict, description="in frames of each shot")
    violations: tuple[str, ...] = ()
