"""The film as a scene graph: what the film *is*. Film > Scene > Shot > performers, camera, beats. Saved as ``film.json``."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from filmstudio.core.character import Character
from filmstudio.core.model import Record
from filmstudio.core.rational import Pause

SCHEMA_VERSION = "1.0"

LANGUAGE_TAG = r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"
"""The form of a language tag (BCP 47); the film's own stands in names of files."""
MOST_CARD_LINES, MOST_CARD_LETTERS = 200, 4_000
"""What a card may hold: already more than a picture shows at once, and no more than can be set in the largest."""
FARTHEST = 100_000.0
"""Bound of places on a stage, stage units: fifty pictures away, where nothing is seen any more."""

Emotion = Literal["neutral", "happy", "sad", "angry", "afraid", "surprised", "disgusted", "thoughtful", "warm"]
Light = Literal["dawn", "day", "golden", "dusk", "night", "bluehour"]
Weather = Literal["clear", "snow", "fog", "storm"]
Aspect = Literal["16:9", "9:16", "1:1"]
Facing = Literal["left", "right"]
Posture = Literal["stand", "sit", "sit_floor", "kneel", "lie"]
ShotSize = Literal[
    "establishing", "wide", "full", "two", "group", "medium", "close", "extreme", "over_shoulder", "insert", "reaction", "card"
]
Presence = Literal["on", "vo", "os", "phone"]
"""How a line is heard: spoken on screen, voice-over, from off screen, through a telephone."""


class Line(Record):
    """A spoken line. ``text`` is the writer's, word for word; captions equal it."""

    kind: Literal["line"] = "line"
    id: str
    character: str = Field(description="id of the character who speaks")
    text: str = Field(max_length=20_000)
    language: str = "en"
    emotion: Emotion = "neutral"
    strength: float = Field(default=0.5, ge=0, le=1)
    delivery: tuple[str, ...] = Field(default=(), description="how it is said, as words of the delivery table: whispering, shouting …")
    presence: Presence = "on"
    listener: str | None = Field(default=None, description="id of the character it is said to")
    with_previous: bool = Field(default=False, description="dual dialogue: starts together with the line before it")
    sung: bool = False
    pause_before: Pause = Fraction(0)
    pause_after: Pause = Field(default=Fraction(1, 4), description="silence after the line, seconds")


class Business(Record):
    """Something a performer does: an action of the motion data, such as walk, sit or hand_over."""

    character: str
    action: str
    target: str | None = None
    prop: str | None = None


class Happening(Record):
    """A beat without speech: something is done or seen. ``text`` is the writer's action text and is never spoken."""

    kind: Literal["happening"] = "happening"
    id: str
    text: str = ""
    business: tuple[Business, ...] = ()
    sounds: tuple[str, ...] = Field(default=(), description="sound effects of the lexicon, such as knock or thunder")
    caption: bool = Field(default=False, description="shown as an action caption (films without speech)")
    seconds: Pause = Fraction(2)


Beat = Annotated[Line | Happening, Field(discriminator="kind")]


class Performer(Record):
    """A character in a shot, in stage units (frame 1920 x 1080, y down, origin top left)."""

    character: str
    x: float = Field(ge=-FARTHEST, le=FARTHEST, description="where the feet stand")
    ground: float = Field(ge=-FARTHEST, le=FARTHEST, description="y of the ground line under the feet")
    scale: float = Field(
        default=0.27, gt=0, le=20, description="stage units for each drawing unit of the figure at this depth; the stage's rule gives it"
    )
    facing: Facing = "right"
    posture: Posture = "stand"
    emotion: Emotion = "neutral"
    look_at: str | None = Field(default=None, description="id of the character looked at; none = ahead")
    enters: Literal["left", "right"] | None = None
    exits: Literal["left", "right"] | None = None
    props: tuple[str, ...] = ()


class CameraPose(Record):
    """What the camera sees: the point of the stage at the centre of the picture, and how far it is pushed in."""

    x: float = Field(ge=-FARTHEST, le=FARTHEST)
    y: float = Field(ge=-FARTHEST, le=FARTHEST)
    zoom: float = Field(default=1.0, ge=0.1, le=20, description="1 = 1080 stage units fill the height of the picture")


class Camera(Record):
    """A camera held or moved from ``start`` to ``end`` over the shot."""

    start: CameraPose
    end: CameraPose | None = None
    ease: Literal["linear", "smooth"] = "smooth"
    handheld: float = Field(default=0.0, ge=0, le=1)


class Card(Record):
    """Words set on the picture: a title, a place, the credits."""

    style: Literal["title", "place", "super", "credits", "end"] = "title"
    lines: tuple[str, ...] = Field(json_schema_extra={"maxItems": MOST_CARD_LINES})

    @field_validator("lines", mode="after")
    @classmethod
    def _settable(cls, lines: tuple[str, ...]) -> tuple[str, ...]:
        letters = sum(map(len, lines))
        if len(lines) > MOST_CARD_LINES or letters > MOST_CARD_LETTERS:
            raise PydanticCustomError(
                "card_too_long",
                "a card holds at most {most_lines} lines and {most_letters} letters, and this one {lines} and {letters}; "
                "divide it among several shots",
                {"most_lines": MOST_CARD_LINES, "most_letters": MOST_CARD_LETTERS, "lines": len(lines), "letters": letters},
            )
        return lines


class Shot(Record):
    """What one camera sees between two cuts."""

    id: str
    size: ShotSize = "medium"
    camera: Camera
    performers: tuple[Performer, ...] = ()
    beats: tuple[Beat, ...] = ()
    card: Card | None = None
    focus: str | None = Field(default=None, description="id of the character the shot is about")
    lead_in: Pause = Field(default=Fraction(0), description="seconds held before the first beat")
    hold: Pause = Field(default=Fraction(0), description="seconds held after the last beat")
    fade_in: Pause = Fraction(0)
    fade_out: Pause = Fraction(0)

    @property
    def lines(self) -> tuple[Line, ...]:
        """The spoken lines of the shot, in order."""
        return tuple(beat for beat in self.beats if isinstance(beat, Line))


class StageSet(Record):
    """The stage a scene plays on and how it is lit."""

    pack: str
    stage: str
    light: Light = "day"
    weather: Weather = "clear"
    rain: bool = Field(default=False, description="rain without the violence of a storm")
    seed: int = Field(default=0, ge=0)
    stand_in: str = Field(default="", description="what it stands in for, when the pack has no drawing of the place; reported as degraded")


class MusicBrief(Record):
    """What the composer is asked for. None on a scene means no music there."""

    purpose: Literal["underscore", "title", "credits", "sting", "drone", "theme"] = "underscore"
    tradition: str = Field(default="western", description="western, hindustani, carnatic, maqam, japan, china, korea, africa …")
    mood: str = "calm"
    intensity: float = Field(default=0.3, ge=0, le=1)
    reason: str = ""


class Scene(Record):
    """A place and a stretch of time."""

    id: str
    number: str
    heading: str = ""
    setting: Literal["interior", "exterior"] = "exterior"
    place: str = ""
    set: StageSet
    mood: str = "calm"
    intensity: float = Field(default=0.3, ge=0, le=1)
    culture: str = "western"
    music: MusicBrief | None = None
    ambience: tuple[str, ...] = ()
    entry: Literal["cut", "dissolve", "fade"] = "cut"
    shots: tuple[Shot, ...] = ()


class Remark(Record):
    """Something the makers of the film should know: a stand-in stage, an unresolved speaker."""

    about: str
    text: str
    degraded: bool = False


class Film(Record):
    """A film before it is made. Immutable; edit ``film.json`` by hand and render it with ``--film``."""

    schema_version: Literal["1.0"] = "1.0"
    title: str = Field(max_length=20_000)
    authors: tuple[str, ...] = ()
    logline: str = ""
    tags: tuple[str, ...] = ()
    kind: Literal["film", "podcast", "poem", "silent"] = "film"
    language: str = Field(default="en", pattern=LANGUAGE_TAG)
    culture: str = "western"
    style: str = "drawn"
    aspect: Aspect = "16:9"
    seed: int = Field(default=0, ge=0)
    target: Pause | None = Field(default=None, description="seconds the film should last; pauses are stretched to meet it")
    characters: tuple[Character, ...] = ()
    scenes: tuple[Scene, ...] = ()
    remarks: tuple[Remark, ...] = ()

    def character(self, character_id: str) -> Character:
        """The character with this id.

        Raises:
            KeyError: nobody in the film has this id.
        """
        for character in self.characters:
            if character.id == character_id:
                return character
        raise KeyError(character_id)

    def shots(self) -> Iterator[tuple[Scene, Shot]]:
        """Every shot with its scene, in the order of the film."""
        for scene in self.scenes:
            for shot in scene.shots:
                yield scene, shot

    def lines(self) -> Iterator[Line]:
        """Every spoken line, in the order of the film."""
        for _, shot in self.shots():
            yield from shot.lines
