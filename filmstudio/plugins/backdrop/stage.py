"""A stage as data: what a pack's ``stages.json`` tells of each of its stages, validated once and typed from there on."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, field_validator

from filmstudio.core.errors import InputError, Place, Problem
from filmstudio.core.film import Light, Weather
from filmstudio.core.model import Record

FRAME = (0.0, 0.0, 1920.0, 1080.0)
"""The picture at rest, in stage units: x, y, width, height."""
VIEW_BOX = (-230.0, -130.0, 2380.0, 1340.0)
"""What a stage is drawn over, 12 % beyond the frame on every side: x, y, width, height."""
CAST_HEIGHT_PER_DEPTH = 1.1
"""Height of a standing adult per unit of distance between the ground under the feet and the horizon."""

Point = tuple[float, float]
Span = tuple[float, float]


class Signature(Record):
    """A light and a weather in which a stage is at its best."""

    mood: Light
    weather: Weather = "clear"


class Focal(Record):
    """What the eye goes to. ``x`` is None where it depends on the seed of a kit."""

    x: float | None
    y: float
    what: str


class StagePlane(Record):
    """A layer of the drawing at depth ``z``; 1 is where the cast stands."""

    id: str
    z: float = Field(gt=0)


class CameraLimits(Record):
    """How far the camera may go before the drawing ends."""

    max_x: float = Field(ge=0, description="stage units to either side")
    max_y: float = Field(ge=0, description="stage units up or down")
    max_zoom: float = Field(ge=1, description="push-in within a shot")


class Crop(Record):
    """A narrower picture cut out of the frame. ``centre_x`` is None where it follows the focal x of a kit's seed."""

    width: float = Field(gt=0)
    centre_x: float | None
    seen: bool = Field(description="somebody judged this crop by eye")

    @field_validator("centre_x", mode="before")
    @classmethod
    def _rule_of_a_kit(cls, value: object) -> object:
        # Seeded kits hold a sentence here in place of a number.
        return None if isinstance(value, str) else value


class CaptionBand(Record):
    """Where captions lie, and how white text reads there in clear weather."""

    band: tuple[float, float, float, float] = Field(description="x0, y0, x1, y1 in stage units")
    text: str = "#ffffff"
    contrast_mean: dict[Light, float] = Field(description="WCAG contrast of the text against the mean of the band, by light")
    contrast_worst: dict[Light, float] = Field(description="the same against the lightest 2 % of the band")
    outline_needed: tuple[Light, ...] = ()


class Fallback(Record):
    """A heading that this stage may stand in for."""

    heading: str
    degraded: bool = True
    preferred: bool = False
    note: str


class Kit(Record):
    """A stage that is drawn anew from every seed."""

    script: str
    name: Literal["village", "forest"]
    usage: str = ""


class Stage(Record):
    """One stage: what it shows, which headings it answers, where the cast may stand, how it may be lit and filmed.

    Lengths are stage units: one is a pixel of the frame 1920 x 1080, y grows downwards.
    """

    id: str
    file: str | None = Field(default=None, description="its drawing, beside stages.json; None for a kit")
    kit: Kit | None = None
    source: str = ""
    place: Literal["interior", "exterior"]
    words: tuple[str, ...] = Field(description="headings it answers to, in several languages")
    default_for: tuple[str, ...] = Field(default=(), description="bare headings it wins when stages tie")
    culture: str
    region: str
    era: str
    moods: tuple[Light, ...]
    signature: Signature
    signature_alternatives: tuple[Signature, ...] = ()
    weathers: tuple[Weather, ...]
    weather_outside_only: bool = Field(description="weather is drawn behind the window plane only")
    horizon_y: float
    ground_y: float
    walk_band: Span = Field(description="y range in which feet may stand")
    cast_height_at_ground: float = Field(gt=0)
    clear_x: tuple[Span, ...] = Field(description="x ranges that are free for the cast")
    focal: Focal
    sun: dict[Light, Point] = Field(description="where the sun or moon hangs, by light")
    seats: tuple[Point, ...] = ()
    bed: Point | None = Field(default=None, description="where the head of somebody lying rests")
    planes: tuple[StagePlane, ...] = Field(description="far to near")
    planes_note: str = ""
    camera: CameraLimits
    safe_crops: dict[Literal["1:1", "9:16"], Crop]
    caption: CaptionBand
    fallback_for: tuple[Fallback, ...] = ()
    raster_s: float = Field(default=1.0, gt=0, description="CPU seconds to paint it at one pixel per unit")

    def cast_height(self, ground_y: float) -> float:
        """Height of a standing adult whose feet are at ``ground_y``, in stage units."""
        return CAST_HEIGHT_PER_DEPTH * (ground_y - self.horizon_y)


class _StageList(Record):
    version: Literal[1]
    frame: tuple[float, float, float, float]
    viewBox: tuple[float, float, float, float]  # noqa: N815 - the name in the file
    moods: tuple[Light, ...]
    weathers: tuple[Weather, ...]
    rule: str
    stages: tuple[Stage, ...]


def load_stages(pack_folder: Path) -> dict[str, Stage]:
    """The stages of the art pack in ``pack_folder``, by id, in the order of its ``stages/stages.json``.

    Raises:
        InputError: the file is missing or wrong; every wrong entry is named.
    """
    path = pack_folder / "stages" / "stages.json"
    try:
        listed = _StageList.model_validate_json(path.read_bytes())
    except OSError as error:
        raise InputError(f"the art pack has no {path.name}: {error.strerror}.", remedy="Name a complete art pack.") from error
    except ValidationError as error:
        problems = tuple(_problem(wrong["loc"], wrong["msg"], path) for wrong in error.errors())
        raise InputError("the stages of the art pack are described wrongly.", place=Place(file=path.name), problems=problems) from error
    problems = _contradictions(listed, path)
    if problems:
        raise InputError("the stages of the art pack contradict themselves.", place=Place(file=path.name), problems=problems)
    return {stage.id: stage for stage in listed.stages}


def _problem(where: tuple[int | str, ...], what: str, path: Path) -> Problem:
    return Problem(f"{'.'.join(str(part) for part in where)}: {what}.", place=Place(file=path.name))


def _contradictions(listed: _StageList, path: Path) -> tuple[Problem, ...]:
    said: list[str] = []
    if listed.viewBox != VIEW_BOX or listed.frame != FRAME:
        said.append(f"stages must be drawn over viewBox {VIEW_BOX} with the frame {FRAME}.")
    seen: set[str] = set()
    for stage in listed.stages:
        if stage.id in seen:
            said.append(f"stage {stage.id} is listed twice.")
        seen.add(stage.id)
        if (stage.file is None) == (stage.kit is None):
            said.append(f"stage {stage.id} needs either a file or a kit.")
        missing = [mood for mood in stage.moods if mood not in stage.sun]
        if missing:
            said.append(f"stage {stage.id} has no sun for {', '.join(missing)}.")
        depths = [plane.z for plane in stage.planes]
        if depths != sorted(depths, reverse=True):
            said.append(f"the planes of stage {stage.id} are not listed far to near.")
    return tuple(Problem(text, place=Place(file=path.name)) for text in said)


def crop_centre(stage: Stage, aspect: Literal["1:1", "9:16"], focal_x: float) -> float:
    """Where to centre a narrower picture: the pack's own choice, or the focal x held inside the frame."""
    crop = stage.safe_crops[aspect]
    half = crop.width / 2
    return crop.centre_x if crop.centre_x is not None else min(FRAME[2] - half, max(half, focal_x))
