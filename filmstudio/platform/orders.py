"""What a client asks for: a screenplay or a film, with the options that the command line has, checked all at once."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field, JsonValue, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from filmstudio.core.errors import ConfigError
from filmstudio.core.estimate import film_seconds, least_seconds, line_seconds, script_seconds
from filmstudio.core.film import LANGUAGE_TAG, Aspect, Film
from filmstudio.core.model import Record
from filmstudio.core.options import RenderOptions, Size
from filmstudio.core.requests import Preset, TextStyle
from filmstudio.core.wishes import MAX_SCRIPT_BYTES, Wishes, caption_style, parse_duration
from filmstudio.scheduler.tiers import TERMS, Tier

SCRIPT_NAME: Final = "screenplay"
"""What problems call the screenplay of an order; a part of its reading's digest."""

_INK: Final = re.compile("[^\\s\\0\u200b-\u200f\u2060\ufeff]")
"""Something to be read: neither a space of any kind nor a mark that is not seen."""

Word = Annotated[str, StringConstraints(min_length=1, max_length=200)]


def _length(value: str | int | float) -> str | int | float:
    try:
        parse_duration(value)
    except ConfigError as error:
        raise PydanticCustomError("duration", "{why}", {"why": _said(error)}) from error
    return value


def _style(value: str | TextStyle) -> str | TextStyle:
    try:
        if isinstance(value, str):
            caption_style(value)
    except ConfigError as error:
        raise PydanticCustomError("captions", "{why}", {"why": _said(error)}) from error
    return value


def _not_blank(value: str | None) -> str | None:
    if value is not None and _INK.search(value) is None:
        raise PydanticCustomError("blank", "the screenplay is blank")
    return value


def _said(error: ConfigError) -> str:
    return f"{error.problem.message} {error.problem.remedy}".replace("--", "").rstrip()  # here options have no dashes


class FilmOptions(Record):
    """How the film is to be made: the options of ``studio render``, by the same names."""

    size: Size | None = Field(default=None, description="the shorter side; 1080p unless given")
    aspect: Aspect | None = Field(default=None, description="16:9 unless given, or the film's own")
    fps: Literal[24, 25, 30] | None = None
    preset: Preset | None = Field(default=None, description="draft encodes fast and coarse, master best and slowest")
    voice: dict[Word, Word] | None = Field(default=None, max_length=200, description="voice by the name of who speaks")
    engine: dict[Word, Word] | None = Field(default=None, max_length=50, description="engine by role, where not the default")
    duration: Annotated[str | int | float, AfterValidator(_length)] | None = Field(
        default=None, description="length to aim for: 90, 1:30 or 1m30s", examples=["1:30"]
    )
    culture: Word | None = None
    style: Word | None = None
    language: str | None = Field(default=None, pattern=LANGUAGE_TAG, max_length=35)
    seed: int | None = Field(default=None, ge=0, lt=1 << 63)
    title: Word | None = None
    captions: Annotated[str | TextStyle, AfterValidator(_style)] | None = Field(
        default=None, description="burn captions in: 'burn', a list such as 'size=large,position=top', or an object"
    )
    watermark: str | None = Field(default=None, max_length=60)
    stems: bool | None = None
    loudness: Literal["youtube", "podcast", "broadcast", "cinema"] | None = None
    fallback: bool | None = None

    def render_options(self, tier: Tier, film: Film | None = None) -> RenderOptions:
        """How it is made: with the tier's watermark where it has one, and in a given film's own aspect unless another is asked for."""
        named = ("size", "aspect", "fps", "preset", "watermark", "stems", "loudness", "fallback")
        fields: dict[str, Any] = {key: value for key in named if (value := getattr(self, key)) is not None}
        if film is not None:
            fields.setdefault("aspect", film.aspect)
        if TERMS[tier].watermark:
            fields["watermark"] = TERMS[tier].watermark
        captions = caption_style(self.captions) if isinstance(self.captions, str) else self.captions
        return RenderOptions(**fields, captions=captions, engines=dict(self.engine or {}))

    def wishes(self) -> Wishes:
        """What is asked of the film's content."""
        return Wishes(
            title=self.title,
            language=self.language,
            culture=self.culture,
            style=self.style or "drawn",
            seed=self.seed or 0,
            duration=parse_duration(self.duration),
            voices=dict(self.voice or {}),
        )


class FilmOrder(Record):
    """Make a film: of a screenplay, or of a film that was planned before."""

    screenplay: Annotated[str | None, AfterValidator(_not_blank)] = Field(
        default=None, description="Fountain, Final Draft XML, Markdown or NAME: text dialogue, or prose; up to 4 MB of UTF-8"
    )
    film: Film | None = Field(default=None, description="a film.json, as `studio plan --save` writes it")
    options: FilmOptions = FilmOptions()
    priority: int = Field(default=0, ge=-100, le=100, description="higher goes first, among your own films")

    @model_validator(mode="after")
    def _one_source(self) -> FilmOrder:
        if (self.screenplay is None) == (self.film is None):
            raise PydanticCustomError("source", "give either a screenplay or a film")
        if (
            self.screenplay is not None
            and len(self.screenplay) > MAX_SCRIPT_BYTES // 4
            and len(self.screenplay.encode()) > MAX_SCRIPT_BYTES
        ):
            raise PydanticCustomError("too_long", "the screenplay is longer than {most} MB", {"most": MAX_SCRIPT_BYTES >> 20})
        return self

    def spec(self) -> JsonValue:
        """The order as it is kept with its job: what was given, and nothing that was not."""
        spec: dict[str, JsonValue] = {"options": self.options.model_dump(mode="json", exclude_defaults=True), "priority": self.priority}
        if self.film is not None:
            return spec | {"film": self.film.canonical()}
        return spec | {"screenplay": self.screenplay}

    @property
    def title(self) -> str:
        """A title to know the job by before there is a film."""
        if self.options.title or self.film is not None:
            return (self.options.title or (self.film.title if self.film else ""))[:200]
        for line in (self.screenplay or "")[:2000].splitlines():
            name, colon, text = line.partition(":")
            if colon and name.strip().casefold() == "title" and text.strip():
                return text.strip().strip("*_")[:200]
        return ""

    def estimate(self, tier: Tier) -> float:
        """Resource-seconds that making it will take, roughly; what was measured replaces it afterwards."""
        return resource_seconds(float(self.likely_seconds(tier)), self.options.render_options(tier, self.film))

    def likely_seconds(self, tier: Tier) -> Fraction:
        """About how long the film will be: no longer than its tier allows, as longer ones are not made."""
        if self.film is not None:
            return length_of(self.film)
        wanted = parse_duration(self.options.duration)
        return min(wanted or script_seconds(self.screenplay or ""), Fraction(TERMS[tier].longest_seconds))

    def too_long_for(self, tier: Tier) -> str:
        """Which part says that the film is longer than the tier allows, as a JSON pointer; empty when none does."""
        longest = TERMS[tier].longest_seconds
        wanted = parse_duration(self.options.duration)
        if wanted is not None and wanted > longest:
            return "/options/duration"
        return "/film" if self.film is not None and length_of(self.film) > longest else ""

    def may_be_too_long_for(self, tier: Tier) -> bool:
        """Whether there are more words in the screenplay than a film of the tier has time for: some may not be spoken."""
        longest, script = TERMS[tier].longest_seconds, self.screenplay or ""
        likely = script_seconds(script)
        return likely > _FAR * longest or (likely > longest and least_seconds(script) > longest)


_FAR = 4
"""So many times too long a script need not be looked at word by word."""
_SECONDS_A_FILM = 6.0
"""Whatever the length: reading, casting, portraits, stages, joining."""
_PER_SECOND = {"draft": 0.35, "standard": 0.6, "master": 2.0}
"""Processor seconds for a second of 1080p, measured on two cores; other sizes in proportion to their pixels."""


def resource_seconds(film: float, options: RenderOptions) -> float:
    """Resource-seconds of a film that is ``film`` seconds long."""
    width, height = options.frame
    return _SECONDS_A_FILM + film * _PER_SECOND[options.preset] * max(0.2, width * height / (1920 * 1080))


def length_of(film: Film) -> Fraction:
    """Seconds the film will last: as it is estimated, and never less than its lines take, whatever target it names."""
    return max(film_seconds(film), sum((line_seconds(line) for line in film.lines()), Fraction(0)))
