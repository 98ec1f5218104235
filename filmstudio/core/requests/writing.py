"""Requests of the writing phase: a script becomes a screenplay, notes, a cast and a film."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, JsonValue

from filmstudio.core.character import Character
from filmstudio.core.engine import Request, Result
from filmstudio.core.errors import Severity
from filmstudio.core.film import Aspect, Film
from filmstudio.core.media import MediaRef
from filmstudio.core.model import Record
from filmstudio.core.rational import Time
from filmstudio.core.screenplay import Screenplay


class ReadRequest(Request):
    """Read a script. ``form`` is found from the text unless given."""

    script: MediaRef
    name: str = Field(default="script", description="the file's name, for messages; its suffix may decide the form")
    form: Literal["auto", "fountain", "fdx", "dialogue", "prose"] = "auto"
    language: str | None = Field(default=None, description="BCP 47 tag when the user named one")


class ReadProblem(Record):
    """Something wrong in the script, with its place."""

    message: str
    remedy: str = ""
    line: int | None = None
    column: int | None = None
    severity: Severity = Severity.ERROR


class ReadResult(Result):
    """The screenplay, or the problems that prevent one (then ``screenplay`` is None). Warnings come beside a screenplay."""

    screenplay: Screenplay | None
    problems: tuple[ReadProblem, ...] = ()


class CastNote(Record):
    """What the script says of one person."""

    id: str
    name: str
    lines: int = 0
    age: str | None = Field(default=None, description="an age of core.character.Age when the script gives one")
    gender: str | None = None
    culture: str = "western"
    language: str = "en"
    description: str = Field(default="", description="the writer's words about this person, for casting")
    role_word: str = Field(default="", description="mother, weaver, king … when the script says so")
    creature: str = Field(default="", description="fox, robot … when not a human being")
    family: str = Field(default="", description="the same for all whom the script calls relatives: the id of the first of them")
    seen: bool = True
    narrator: bool = False


class CardNote(Record):
    """Words that the script shows at one point of a scene."""

    after: int = Field(ge=0, description="how many of the scene's beats come before it")
    lines: tuple[str, ...]
    over: bool = Field(default=False, description="set on the picture of the place, as a SUPER is, rather than on a dark ground")


class SceneNote(Record):
    """One scene as the script tells it: beats in order, not yet shots."""

    id: str
    number: str
    heading: str = ""
    setting: Literal["interior", "exterior"] = "exterior"
    place: str = ""
    time_word: str = "day"
    light: str = "day"
    weather: str = "clear"
    rain: bool = False
    mood: str = "calm"
    intensity: float = Field(default=0.3, ge=0, le=1)
    culture: str = "western"
    entry: Literal["cut", "dissolve", "fade"] = "cut"
    present: tuple[str, ...] = Field(default=(), description="ids of those on stage, in order of appearance")
    beats: tuple[JsonValue, ...] = Field(default=(), description="beats of core.film in canonical form, in script order")
    ambience: tuple[str, ...] = ()
    captions: tuple[str, ...] = Field(default=(), description="SUPER: texts that open the scene, to set on the picture of its place")
    cards: tuple[CardNote, ...] = Field(default=(), description="texts that stand after beats: THE END, a SUPER in mid-scene")


class BreakdownRequest(Request):
    """Analyse a screenplay."""

    screenplay: Screenplay
    culture: str | None = None
    language: str | None = None
    title: str | None = None


class BreakdownResult(Result):
    """Cast, scenes, and words about the whole film."""

    title: str
    authors: tuple[str, ...] = ()
    logline: str = ""
    tags: tuple[str, ...] = ()
    kind: Literal["film", "podcast", "poem", "silent"] = "film"
    language: str = "en"
    culture: str = "western"
    cast: tuple[CastNote, ...] = ()
    scenes: tuple[SceneNote, ...] = ()
    remarks: tuple[tuple[str, str, bool], ...] = Field(default=(), description="about, text, degraded")


class CastRequest(Request):
    """Cast everyone of a film together, so that no two look or sound alike. A look depends on the note and the seed alone."""

    cast: tuple[CastNote, ...]
    style: str = "drawn"
    voices: dict[str, str] = Field(default_factory=dict, description="voice by character id, chosen by the user")
    scenes_together: tuple[tuple[str, ...], ...] = Field(default=(), description="ids that share a scene, for keeping voices apart")


class CastResult(Result):
    """The cast, in the order of the notes."""

    characters: tuple[Character, ...]
    remarks: tuple[tuple[str, str, bool], ...] = ()


class DirectRequest(Request):
    """Stage, block and shoot: choose stages, place performers, divide scenes into shots."""

    breakdown: BreakdownResult
    characters: tuple[Character, ...]
    aspect: Aspect = "16:9"
    style: str = "drawn"
    target: Time | None = None
    packs: dict[str, str] = Field(default_factory=dict, description="versions of the installed art packs by name; none = the studio's own")


class DirectResult(Result):
    """The film."""

    film: Film
