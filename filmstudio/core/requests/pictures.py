"""Requests of the picture phase: portraits, backdrops, and encoded segments."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, JsonValue

from filmstudio.core.character import Character
from filmstudio.core.engine import Request, Result
from filmstudio.core.film import Scene, Shot, StageSet
from filmstudio.core.media import MediaRef, Video
from filmstudio.core.model import Record
from filmstudio.core.requests.captions import BurntCaption
from filmstudio.core.requests.speech import Mouth, ShotTiming

Preset = Literal["draft", "standard", "master"]


class PortraitRequest(Request):
    """Draw (or generate) the pictures of a character that a picture engine will move."""

    character: Character
    scale: float = Field(gt=0, description="pixels for each drawing unit (an adult is about 1250 units tall)")
    pack_version: str = Field(default="", description="version of the art pack that it is drawn from")


class Portrait(Result):
    """The pictures of one character. ``form`` names the format, so that a picture engine can refuse what it cannot move."""

    form: str
    sheet: MediaRef
    scale: float
    height_units: float = Field(gt=0, description="standing height in drawing units, crown to sole")


class BackdropRequest(Request):
    """Paint a stage: its planes, lit, at a scale."""

    set: StageSet
    scale: float = Field(default=1.0, gt=0, description="pixels for each stage unit")
    pack_version: str = Field(default="", description="version of the art pack that it is drawn from")


class Plane(Record):
    """One painted plane: 8-bit premultiplied image covering ``box`` of the stage, at depth ``z`` (1 = where the cast stands)."""

    id: str
    z: float = Field(gt=0)
    image: MediaRef
    box: tuple[float, float, float, float] = Field(description="x, y, width, height in stage units")
    opaque: bool = False


class Backdrop(Result):
    """A lit stage."""

    form: str
    planes: tuple[Plane, ...] = Field(description="far to near")
    scale: float
    cast_tint: tuple[float, float, float] = Field(default=(1.0, 1.0, 1.0), description="RGB factors that light the cast")
    rim: tuple[float, float, float, float] = Field(default=(1.0, 1.0, 1.0, 0.0), description="RGB 0-1 of the rim light, and its alpha")
    rim_from: Literal["left", "right"] = "left"
    dark: tuple[float, float, float] = Field(default=(0.1, 0.08, 0.12), description="RGB 0-1 of contact shadows")
    grade: MediaRef | None = Field(default=None, description="image laid over everything, the cast too")
    extra: dict[str, JsonValue] = Field(default_factory=dict, description="what only the matching picture engine reads")


class TextStyle(Record):
    """How words burnt into the picture look."""

    font: Literal["sans", "serif"] = "sans"
    size: Literal["small", "medium", "large"] = "medium"
    color: str = Field(default="#FFFFFF", pattern=r"^#[0-9A-Fa-f]{6}$")
    position: Literal["bottom", "top"] = "bottom"
    background: Literal["none", "translucent", "solid"] = "none"


class SegmentRequest(Request):
    """Draw and encode part ``part`` of ``parts`` of one shot as a closed segment."""

    scene: Scene = Field(description="the scene without its shots: place, set, mood")
    shot: Shot
    characters: tuple[Character, ...] = Field(default=(), description="those in the shot")
    timing: ShotTiming
    portraits: dict[str, Portrait] = Field(default_factory=dict, description="by character id")
    backdrop: Backdrop | None = None
    mouths: dict[str, Mouth] = Field(default_factory=dict, description="by line id")
    width: int
    height: int
    fps: int
    preset: Preset = "standard"
    part: int = Field(default=0, ge=0)
    parts: int = Field(default=1, ge=1, description="part p covers frames [frames*p//parts, frames*(p+1)//parts) of the shot")
    captions: tuple[BurntCaption, ...] = ()
    caption_style: TextStyle | None = None
    watermark: str = ""


class Segment(Result):
    """A closed piece of H.264 video in an MP4, one encoder thread, BT.709 limited range, starting with a keyframe."""

    video: Video
    frames: int = Field(ge=0)
    mouth_frames: dict[str, tuple[int, ...]] = Field(
        default_factory=dict, description="by line id: frames of the shot in which the drawn mouth was open, for the sync check"
    )
    blinks: tuple[int, ...] = Field(default=(), description="frames of the segment in which somebody's eyes are shut for a moment")
