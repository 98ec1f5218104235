"""Sample requests for every role: small, valid, and complete with their media, to try an engine with before any film is made.

They are made by the studio alone, so that an engine of any role can be tried where no other engine is installed. Two for each
role that takes more than one kind of work, shortest first.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final

from filmstudio.core import requests as r
from filmstudio.core.character import Character, Identity, VoiceChoice
from filmstudio.core.engine import Request
from filmstudio.core.errors import ConfigError
from filmstudio.core.film import Camera, CameraPose, Card, Film, Happening, Line, MusicBrief, Scene, Shot, StageSet
from filmstudio.core.media import MediaRef
from filmstudio.core.rational import SAMPLE_RATE
from filmstudio.core.roles import ROLES
from filmstudio.core.screenplay import Element, Screenplay, TitleEntry
from filmstudio.core.store import Store
from filmstudio.core.wavefile import wave_bytes

if TYPE_CHECKING:
    from filmstudio.core.store import Keeper

FPS: Final = 24
SIZE: Final = (320, 180)
TEXT: Final = "Title: Rain\n\nINT. CAFE - DAY\n\nRain on the window.\n\nLENA\nIt rains.\n\nOTTO\nIt stops, too.\n"
_VOICES: Final = {"LENA": "en-us-claire", "OTTO": "en-gb-rupert"}


def sample_requests(role: str, root: Path) -> list[Request]:
    """Requests that any engine of ``role`` should be able to serve; their media are put into a store at ``root``.

    Raises:
        ConfigError: there is no such role.
    """
    if role not in ROLES:
        raise ConfigError(f"there is no role {role!r}.", remedy=f"Roles: {', '.join(ROLES)}.")
    return list(_SAMPLES[role](Store(root)))


def screenplay() -> Screenplay:
    """The sample script, read."""
    elements = (
        Element(kind="heading", text="INT. CAFE - DAY", line=3),
        Element(kind="action", text="Rain on the window.", line=5),
        Element(kind="character", text="LENA", line=7),
        Element(kind="dialogue", text="It rains.", line=8),
        Element(kind="character", text="OTTO", line=10),
        Element(kind="dialogue", text="It stops, too.", line=11),
    )
    return Screenplay(title_page=(TitleEntry(key="Title", values=("Rain",)),), elements=elements, source_name="rain.fountain")


def breakdown() -> r.BreakdownResult:
    """The sample script, broken down."""
    cast = tuple(
        r.CastNote(id=name.lower(), name=name, lines=1, age=age, gender=gender)
        for name, age, gender in (("LENA", "young", "female"), ("OTTO", "elder", "male"))
    )
    beats = tuple(beat.canonical() for beat in _beats())
    note = r.SceneNote(
        id="cafe", number="1", heading="INT. CAFE - DAY", setting="interior", place="CAFE", present=("lena", "otto"), beats=beats
    )
    return r.BreakdownResult(title="Rain", logline="It rains in a cafe.", cast=cast, scenes=(note,))


def characters() -> tuple[Character, ...]:
    """The sample script, cast. Nobody is drawn: looks belong to an art pack."""
    return tuple(
        Character(
            id=note.id, name=note.name, seen=False, identity=Identity(seed=7, pack="house", voice=VoiceChoice(voice=_VOICES[note.name]))
        )
        for note in breakdown().cast
    )


def film() -> Film:
    """The sample script as a film: a card, and a shot with two lines."""
    middle = CameraPose(x=960, y=540)
    card = Shot(id="card", size="card", camera=Camera(start=middle), card=Card(lines=("Rain", "a film")), hold=Fraction(1))
    talk = Shot(id="talk", size="medium", camera=Camera(start=middle), beats=_beats(), hold=Fraction(1, 2))
    scene = Scene(
        id="cafe", number="1", heading="INT. CAFE - DAY", setting="interior", place="CAFE", set=StageSet(pack="house", stage="cafe"),
        music=MusicBrief(), shots=(card, talk),
    )  # fmt: skip
    return Film(title="Rain", characters=characters(), scenes=(scene,))


def _beats() -> tuple[Happening | Line, ...]:
    return (
        Happening(id="h1", text="Rain on the window.", seconds=Fraction(1, 2)),
        Line(id="l1", character="lena", text="It rains."),
        Line(id="l2", character="otto", text="It stops, too.", emotion="warm"),
    )


# --- by role ----------------------------------------------------------------------------------------------------------------


def _screenplay(keeper: Keeper) -> Sequence[Request]:
    return [r.ReadRequest(script=keeper.put_bytes(TEXT.encode(), "text/plain"), name="rain.fountain")]


def _breakdown(keeper: Keeper) -> Sequence[Request]:
    return [r.BreakdownRequest(screenplay=screenplay())]


def _casting(keeper: Keeper) -> Sequence[Request]:
    cast = breakdown().cast
    return [r.CastRequest(cast=cast[:1]), r.CastRequest(cast=cast, scenes_together=(("lena", "otto"),), seed=3)]


def _direction(keeper: Keeper) -> Sequence[Request]:
    return [r.DirectRequest(breakdown=breakdown(), characters=characters())]


def _voice(keeper: Keeper) -> Sequence[Request]:
    short = r.SpeakRequest(text="It rains.", voice=VoiceChoice(voice=_VOICES["LENA"]))
    return [short, r.SpeakRequest(text="It stops, too, in the end.", voice=VoiceChoice(voice=_VOICES["OTTO"], rate=1.1), emotion="warm")]


def _speech(keeper: Keeper, text: str = "It rains.") -> r.Speech:
    """A tone with the times of words and of one phoneme a letter."""
    each, at = SAMPLE_RATE // 12, 0
    phonemes: list[r.Phoneme] = []
    words: list[r.SpokenWord] = []
    for index, word in enumerate(text.split()):
        begin, first = at, text.index(word, words[-1].last if words else 0)
        for letter in filter(str.isalpha, word):
            phonemes.append(r.Phoneme(sign=letter.lower(), start=at, end=at + each, stressed=index == 0))
            at += each
        words.append(r.SpokenWord(first=first, last=first + len(word), start=begin, end=at))
    audio = keeper.put_bytes(_tone(at, 220.0, 0.3), "audio/wav")
    return r.Speech(audio=audio, samples=at, phonemes=tuple(phonemes), words=tuple(words))


def _lipsync(keeper: Keeper) -> Sequence[Request]:
    speech = _speech(keeper)
    return [r.LipsyncRequest(speech=speech, fps=FPS), r.LipsyncRequest(speech=speech, fps=30, emotion="happy", loudness=1.3)]


def _timing(keeper: Keeper) -> Sequence[Request]:
    return [r.TimingRequest(film=film(), fps=FPS, speech_samples={"l1": 30_000, "l2": 45_000})]


def _portrait(keeper: Keeper) -> Sequence[Request]:
    someone = characters()[0].model_copy(update={"seen": True})
    return [r.PortraitRequest(character=someone, scale=0.125)]


def _backdrop(keeper: Keeper) -> Sequence[Request]:
    day, night = StageSet(pack="house", stage="cafe"), StageSet(pack="house", stage="cafe", light="night", weather="snow")
    return [r.BackdropRequest(set=day, scale=0.25), r.BackdropRequest(set=night, scale=0.25)]


def _picture(keeper: Keeper) -> Sequence[Request]:
    scene = film().scenes[0]
    common = {"scene": scene.model_copy(update={"shots": ()}), "shot": scene.shots[0], "width": SIZE[0], "height": SIZE[1], "fps": FPS}
    timing = r.ShotTiming(frames=12)
    first = r.SegmentRequest.model_validate({**common, "timing": timing, "preset": "draft"})
    second = r.SegmentRequest.model_validate({**common, "timing": timing, "preset": "draft", "part": 1, "parts": 2})
    return [second, first]


def _music(keeper: Keeper) -> Sequence[Request]:
    tense = MusicBrief(mood="tense", intensity=0.8, purpose="sting")
    return [r.CueRequest(brief=tense, samples=SAMPLE_RATE), r.CueRequest(brief=MusicBrief(), samples=3 * SAMPLE_RATE, tonic=57)]


def _effects(keeper: Keeper) -> Sequence[Request]:
    rain = r.EffectsRequest(ambience=("rain",), rain=True, samples=2 * SAMPLE_RATE, hits=(("knock", SAMPLE_RATE),), seed=5)
    return [r.EffectsRequest(setting="interior", samples=SAMPLE_RATE), rain]


def _mixing(keeper: Keeper) -> Sequence[Request]:
    speech, samples = _speech(keeper), 2 * SAMPLE_RATE
    placed = r.PlacedSpeech(line="l1", audio=speech.audio, start=SAMPLE_RATE // 4, samples=speech.samples)
    cue = r.Cue(audio=keeper.put_bytes(_tone(samples, 110.0, 0.1, 2), "audio/wav"), samples=samples)
    return [r.MixRequest(samples=samples, speeches=(placed,)), r.MixRequest(samples=samples, speeches=(placed,), music=cue, stems=True)]


def _mastering(keeper: Keeper) -> Sequence[Request]:
    samples = 2 * SAMPLE_RATE
    scene = r.SceneMix(audio=keeper.put_bytes(_tone(samples, 330.0, 0.2, 2), "audio/wav"), samples=samples)
    return [r.MasterRequest(scenes=(scene,)), r.MasterRequest(scenes=(scene, scene), loudness_lufs=-16.0)]


def _subtitles(keeper: Keeper) -> Sequence[Request]:
    line = r.CaptionLine(line="l1", speaker="LENA", text="It rains.", start=6, samples=30_000, words=_speech(keeper).words)
    long = r.CaptionLine(
        line="l2", text="It rains, and it rains, and after that it rains again and does not stop.", start=40, samples=200_000
    )
    spans = {"card": (0, 24), "talk": (24, 240)}
    return [
        r.CaptionRequest(lines=(line,), frames=96, fps=FPS, shot_spans={"talk": (0, 96)}),
        r.CaptionRequest(lines=(line, long), frames=240, fps=FPS, shot_spans=spans),
    ]


def _conform(keeper: Keeper) -> Sequence[Request]:
    segment = _segment(keeper)
    cue = r.CaptionCue(start=0, end=10, lines=("It rains.",))
    common = {"fps": FPS, "width": SIZE[0], "height": SIZE[1], "title": "Rain"}
    captions = (r.PlacedCaptions(start=0, cues=(cue,)),)
    return [
        r.ConformRequest.model_validate({**common, "segments": (segment,)}),
        r.ConformRequest.model_validate({**common, "segments": (segment, segment), "captions": captions}),
    ]


def _marketing(keeper: Keeper) -> Sequence[Request]:
    return [r.ThumbnailRequest(segment=_segment(keeper), title="Rain", width=320, height=180)]


_SAMPLES: Final[dict[str, Callable[[Keeper], Sequence[Request]]]] = {
    "screenplay": _screenplay,
    "breakdown": _breakdown,
    "casting": _casting,
    "direction": _direction,
    "voice": _voice,
    "lipsync": _lipsync,
    "timing": _timing,
    "portrait": _portrait,
    "backdrop": _backdrop,
    "picture": _picture,
    "music": _music,
    "effects": _effects,
    "mixing": _mixing,
    "mastering": _mastering,
    "subtitles": _subtitles,
    "conform": _conform,
    "marketing": _marketing,
}


def _tone(samples: int, hertz: float, level: float, channels: int = 1) -> bytes:
    wave = (level * math.sin(2 * math.pi * hertz * index / SAMPLE_RATE) for index in range(samples))
    return wave_bytes((value for value in wave for _ in range(channels)), channels)


def _segment(keeper: Keeper) -> r.Segment:
    """Half a second of grey growing light, encoded as a picture engine's segment."""
    import av

    frames, folder = FPS // 2, keeper.scratch()
    path = folder / "segment.mp4"
    try:
        with av.open(str(path), "w", format="mp4", options={"fflags": "+bitexact"}) as out:
            stream = out.add_stream("libx264", rate=FPS, options={"preset": "ultrafast", "threads": "1"})
            stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
            for index in range(frames):
                frame = av.VideoFrame(*SIZE, "yuv420p")
                for plane, value in zip(frame.planes, (60 + 8 * index, 128, 128), strict=True):
                    plane.update(bytes([value]) * plane.buffer_size)
                out.mux(stream.encode(frame))
            out.mux(stream.encode(None))
        return r.Segment(video=_moved(keeper, path), frames=frames)
    finally:
        folder.rmdir()


def _moved(keeper: Keeper, path: Path) -> MediaRef:
    return keeper.put_file(path, "video/mp4")
