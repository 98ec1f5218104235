"""Requests of the speaking phase: lines become speech, mouths, and the times of everything."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from filmstudio.core.character import VoiceChoice
from filmstudio.core.engine import Request, Result
from filmstudio.core.film import Emotion, Film
from filmstudio.core.media import Sound
from filmstudio.core.model import Record


class SpeakRequest(Request):
    """Speak one line."""

    text: str
    language: str = "en"
    voice: VoiceChoice
    emotion: Emotion = "neutral"
    strength: float = Field(default=0.5, ge=0, le=1)
    delivery: tuple[str, ...] = ()
    presence: Literal["on", "vo", "os", "phone"] = "on"
    sung: bool = False


class Phoneme(Record):
    """A sounding phoneme: its sign (eSpeak mnemonic or IPA), and its samples in the audio."""

    sign: str
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    stressed: bool = False


class SpokenWord(Record):
    """A word of the text, by character range, and its samples in the audio."""

    first: int = Field(ge=0, description="index of its first character in the text")
    last: int = Field(ge=0, description="index after its last character")
    start: int = Field(ge=0)
    end: int = Field(ge=0)


class Speech(Result):
    """Speech of one line: mono 32-bit float WAV at 48 kHz, no silence at either end, peak at most 0 dBFS."""

    audio: Sound
    samples: int = Field(ge=0)
    phonemes: tuple[Phoneme, ...] = ()
    words: tuple[SpokenWord, ...] = ()


class LipsyncRequest(Request):
    """Work out the mouth for one line at a frame rate. Frame 0 is the frame in which the speech begins."""

    speech: Speech
    fps: int = Field(ge=1, le=120)
    emotion: Emotion = "neutral"
    strength: float = 0.5
    loudness: float = Field(default=1.0, ge=0, le=2, description="1 = spoken, above = shouted, below = whispered")


class Mouth(Result):
    """Mouth shapes by frame, from ``lead`` frames before the speech to its end; all tuples have one length."""

    fps: int
    lead: int = Field(default=0, ge=0, description="frames before the speech that are already moving")
    shapes: tuple[str, ...] = Field(description="viseme by frame: MBP AI E O UW FV L TH SD laugh, or rest")
    width: tuple[float, ...] = Field(default=(), description="scale of the shape's width, 1 = as drawn")
    height: tuple[float, ...] = Field(default=(), description="scale of the shape's height, 1 = as drawn")
    stresses: tuple[int, ...] = Field(default=(), description="frames on which a stressed vowel begins, from the start of speech")
    phrases: tuple[tuple[int, int], ...] = Field(default=(), description="[first, last) frames of breath groups, from the start of speech")


class TimingRequest(Request):
    """Time the film, from the length of every line."""

    film: Film
    fps: int = Field(ge=1, le=120)
    speech_samples: dict[str, int] = Field(default_factory=dict, description="samples of each line's speech, by line id")


class BeatTiming(Record):
    """When a beat happens, in frames of its shot. Speech begins exactly at ``start``."""

    start: int
    end: int


class ShotTiming(Record):
    """A shot's length and its beats, in frames from its own start: nothing here changes when another shot does."""

    frames: int = Field(ge=1)
    beats: dict[str, BeatTiming] = Field(default_factory=dict)


class SceneTiming(Record):
    """A scene's length, where its shots and beats lie in it, and its speech: all that sound and captions need of it."""

    frames: int = Field(ge=1)
    samples: int = Field(ge=1)
    shot_spans: dict[str, tuple[int, int]] = Field(default_factory=dict, description="[first, last) frames of each shot")
    beat_starts: dict[str, int] = Field(default_factory=dict, description="frame at which each line's speech, or happening, begins")
    beat_samples: dict[str, int] = Field(default_factory=dict, description="the same in samples")
    beat_lengths: dict[str, int] = Field(default_factory=dict, description="samples that each line's speech, or happening, lasts")
    speech: tuple[tuple[int, int], ...] = Field(default=(), description="[start, end) samples of speech, in order")
    cuts: tuple[int, ...] = Field(default=(), description="samples at which shots begin, the first excepted")
    hits: tuple[tuple[str, int], ...] = Field(default=(), description="sound effects and the samples at which they start")


class FilmTiming(Result):
    """Timing of the whole film. Other tasks refer to one shot or scene of it."""

    fps: int
    frames: int
    shots: dict[str, ShotTiming]
    scenes: dict[str, SceneTiming]
    scene_starts: dict[str, int]
