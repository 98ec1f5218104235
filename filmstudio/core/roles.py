"""The roles of the studio: what each engine is asked for and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass
from types import UnionType
from typing import Any, Final, Union, get_args, get_origin

from pydantic import BaseModel

from filmstudio.core import requests as r
from filmstudio.core.engine import Request, Result


@dataclass(frozen=True, slots=True)
class Role:
    """One kind of work, with its request and result models."""

    name: str
    does: str
    request: type[Request]
    result: type[Result]
    default: str
    """Name of the embedded engine that plays this role unless the user names another."""
    common: bool = False
    """Its takes may be shared between tenants: its requests name the installation's art, and hold nothing of a tenant's."""


ROLES: Final[dict[str, Role]] = {
    role.name: role
    for role in (
        Role("screenplay", "reads a script", r.ReadRequest, r.ReadResult, "reader"),
        Role("breakdown", "finds cast, places, moods and beats", r.BreakdownRequest, r.BreakdownResult, "analyst"),
        Role("casting", "gives everyone a face and a voice", r.CastRequest, r.CastResult, "drawn-cast"),
        Role("direction", "stages scenes and divides them into shots", r.DirectRequest, r.DirectResult, "director"),
        Role("voice", "speaks lines", r.SpeakRequest, r.Speech, "espeak"),
        Role("lipsync", "turns speech into a mouth", r.LipsyncRequest, r.Mouth, "visemes"),
        Role("timing", "decides when everything happens", r.TimingRequest, r.FilmTiming, "pacing"),
        Role("portrait", "draws characters", r.PortraitRequest, r.Portrait, "drawn-cast"),
        Role("backdrop", "paints and lights stages", r.BackdropRequest, r.Backdrop, "drawn-stage", common=True),
        Role("picture", "draws and encodes shots", r.SegmentRequest, r.Segment, "cutout"),
        Role("music", "composes and plays cues", r.CueRequest, r.Cue, "composer"),
        Role("effects", "makes ambience and sound effects", r.EffectsRequest, r.Effects, "foley"),
        Role("mixing", "mixes scenes", r.MixRequest, r.SceneMix, "desk"),
        Role("mastering", "masters the film's sound", r.MasterRequest, r.Master, "loudness"),
        Role("subtitles", "times and breaks captions", r.CaptionRequest, r.Captions, "aligned"),
        Role("conform", "joins segments and sound", r.ConformRequest, r.Movie, "remux"),
        Role("marketing", "makes thumbnails", r.ThumbnailRequest, r.Thumbnail, "key-moments"),
    )
}


def has_field(role: str, field: str) -> bool:
    """Whether requests of a role have, or may have, a field such as ``voice.voice``."""
    forms: list[Any] = [ROLES[role].request]
    for step in field.split("."):
        found = [form.model_fields[step].annotation for form in forms if _is_record(form) and step in form.model_fields]
        if not found:
            return False
        forms = [member for form in found for member in (get_args(form) if get_origin(form) in (Union, UnionType) else (form,))]
    return True


def _is_record(form: Any) -> bool:
    return isinstance(form, type) and issubclass(form, BaseModel)
