"""The request and result of every role: the contract between the studio and its engines.

A request is complete: the dispatcher fills in the results it depends on before an engine sees it, so an engine can be
called, tested and served with nothing but a request. Frames count from 0; ranges are half-open; samples are at 48 kHz.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, JsonValue

from filmstudio.core.character import Character, VoiceChoice
from filmstudio.core.engine import Request, Result
from filmstudio.core.errors import Severity
from filmstudio.core.film import Aspect, Emotion, Film, MusicBrief, Scene, Shot, StageSet
from filmstudio.core.media import MediaRef
from filmstudio.core.model import Record
from filmstudio.core.rational import Time
from filmstudio.core.screenplay import Screenplay

Preset = Literal["draft", "standard", "master"]

# --- screenplay: bytes become a Screenplay -----------------------------------------------------------------------------


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


# --- breakdown: a Screenplay becomes cast, scenes and beats ------------------------------------------------------------


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
    seen: bool = True
    narrator: bool = False


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
    captions: tuple[str, ...] = Field(default=(), description="SUPER: texts to set on the picture")


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


# --- casting: notes become Characters with an identity ------------------------------------------------------------------


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


# --- direction: a broken-down script becomes the Film -------------------------------------------------------------------


class DirectRequest(Request):
    """Stage, block and shoot: choose stages, place performers, divide scenes into shots."""

    breakdown: BreakdownResult
    characters: tuple[Character, ...]
    aspect: Aspect = "16:9"
    style: str = "drawn"
    target: Time | None = None


class DirectResult(Result):
    """The film."""

    film: Film


# --- voice: a line becomes speech ---------------------------------------------------------------------------------------


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

    audio: MediaRef
    samples: int = Field(ge=0)
    phonemes: tuple[Phoneme, ...] = ()
    words: tuple[SpokenWord, ...] = ()


# --- lipsync: speech becomes a mouth --------------------------------------------------------------------------------------


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


# --- timing: when everything happens -------------------------------------------------------------------------------------


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


# --- portrait: a character's drawing at a size --------------------------------------------------------------------------


class PortraitRequest(Request):
    """Draw (or generate) the pictures of a character that a picture engine will move."""

    character: Character
    scale: float = Field(gt=0, description="pixels for each drawing unit (an adult is about 1250 units tall)")


class Portrait(Result):
    """The pictures of one character. ``form`` names the format, so that a picture engine can refuse what it cannot move."""

    form: str
    sheet: MediaRef
    scale: float
    height_units: float = Field(gt=0, description="standing height in drawing units, crown to sole")


# --- backdrop: a stage in its light ---------------------------------------------------------------------------------------


class BackdropRequest(Request):
    """Paint a stage: its planes, lit, at a scale."""

    set: StageSet
    scale: float = Field(default=1.0, gt=0, description="pixels for each stage unit")


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


# --- picture: a piece of a shot becomes encoded frames ---------------------------------------------------------------------


class TextStyle(Record):
    """How words burnt into the picture look."""

    font: str = "sans"
    size: Literal["small", "medium", "large"] = "medium"
    color: str = Field(default="#FFFFFF", pattern=r"^#[0-9A-Fa-f]{6}$")
    position: Literal["bottom", "top"] = "bottom"
    background: Literal["none", "translucent", "solid"] = "none"


class BurntCaption(Record):
    """A caption to draw into the picture, in frames of the shot."""

    start: int
    end: int
    lines: tuple[str, ...]


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

    video: MediaRef
    frames: int = Field(ge=0)
    mouth_frames: dict[str, tuple[int, ...]] = Field(
        default_factory=dict, description="by line id: frames of the shot in which the drawn mouth was open, for the sync check"
    )


# --- music, effects, mixing, mastering ------------------------------------------------------------------------------------


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

    audio: MediaRef | None = None
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

    audio: MediaRef | None = None
    samples: int = 0


class PlacedSpeech(Record):
    """A line's speech in a scene."""

    line: str
    audio: MediaRef
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

    audio: MediaRef
    samples: int
    tail: int = 0
    dialogue: MediaRef | None = None
    music: MediaRef | None = None
    effects: MediaRef | None = None


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

    audio: MediaRef = Field(description="AAC-LC in MP4 (audio/mp4), 48 kHz stereo")
    samples: int
    integrated_lufs: float
    true_peak_dbtp: float
    loudness_range_lu: float = 0.0
    stems: dict[str, MediaRef] = Field(default_factory=dict, description="dialogue, music, effects as WAV when asked for")


# --- subtitles ------------------------------------------------------------------------------------------------------------


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


# --- conform and marketing ---------------------------------------------------------------------------------------------------


class PlacedCaptions(Record):
    """The captions of a scene that begins at frame ``start`` of the film, for the soft subtitle track."""

    start: int
    cues: tuple[CaptionCue, ...]


class ConformRequest(Request):
    """Join segments and sound into the film, without encoding anything again."""

    segments: tuple[Segment, ...]
    audio: MediaRef | None = None
    captions: tuple[PlacedCaptions, ...] = ()
    language: str = "en"
    title: str = ""
    fps: int
    width: int
    height: int


class Movie(Result):
    """The film: MP4 with the index first, video, sound and a soft subtitle track."""

    video: MediaRef
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

    image: MediaRef
