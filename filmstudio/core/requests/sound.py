"""Requests of the sound phase: cues, effects, mixes and the master."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from filmstudio.core.engine import Request, Result
from filmstudio.core.film import MusicBrief
from filmstudio.core.media import EncodedSound, Sound
from filmstudio.core.model import Record


class CueRequest(Request):
    """Compose and play the music of one scene."""

    brief: MusicBrief
    scene_mood: str = "calm"
    culture: str = "western"
    place: str = ""
    light: str = "day"
    samples: int = Field(gt=0, description="length of the scene")
    speech: tuple[tuple[int, int], ...] = Field(default=(), description="[start, end) samples of speech")
    cuts: tuple[int, ...] = Field(default=(), description="samples at which shots begin")
    tonic: int = Field(default=50, ge=36, le=71, description="MIDI note of the film's tonic")


class Cue(Result):
    """Stereo 32-bit float WAV at 48 kHz; may ring on after the scene by up to 4 s."""

    audio: Sound | None = None
    samples: int = 0
    title: str = ""


class EffectsRequest(Request):
    """Make the room tone, ambience and sound effects of one scene."""

    ambience: tuple[str, ...] = ()
    setting: Literal["interior", "exterior"] = "exterior"
    place: str = ""
    light: str = "day"
    weather: str = "clear"
    rain: bool = False
    samples: int = Field(gt=0)
    hits: tuple[tuple[str, int], ...] = Field(default=(), description="sound of the lexicon and the sample at which it starts")


class Effects(Result):
    """Stereo 32-bit float WAV at 48 kHz."""

    audio: Sound | None = None
    samples: int = 0


class PlacedSpeech(Record):
    """A line's speech in a scene."""

    line: str
    audio: Sound
    start: int = Field(description="sample of the scene")
    samples: int
    presence: Literal["on", "vo", "os", "phone"] = "on"
    pan: float = Field(default=0.0, ge=-1, le=1)


class MixRequest(Request):
    """Mix one scene: dialogue to its level, music and effects ducked under it."""

    samples: int = Field(gt=0)
    speeches: tuple[PlacedSpeech, ...] = ()
    music: Cue | None = None
    effects: Effects | None = None
    setting: Literal["interior", "exterior"] = "exterior"
    place: str = ""
    stems: bool = False


class SceneMix(Result):
    """A mixed scene: stereo 32-bit float WAV at 48 kHz, ``samples`` long plus ``tail`` samples that ring into the next."""

    audio: Sound
    samples: int
    tail: int = 0
    dialogue: Sound | None = None
    music: Sound | None = None
    effects: Sound | None = None


class MasterRequest(Request):
    """Join the scenes, bring them to a loudness, encode AAC."""

    scenes: tuple[SceneMix, ...]
    loudness_lufs: float = -14.0
    ceiling_dbtp: float = -1.0
    bitrate: int = 192_000
    language: str = "en"
    stems: bool = False


class Master(Result):
    """The mastered sound, measured on what the encoded file decodes to."""

    audio: EncodedSound
    samples: int
    integrated_lufs: float
    true_peak_dbtp: float
    loudness_range_lu: float = 0.0
    stems: dict[str, Sound] = Field(default_factory=dict, description="dialogue, music, effects as WAV when asked for")
