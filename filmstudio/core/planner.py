"""The planner: one Film and its options become one render graph. Planned once; nothing plans again while it runs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from filmstudio.core.character import Character
from filmstudio.core.estimate import scene_seconds, shot_seconds
from filmstudio.core.film import Film, Happening, Line, Performer, Scene, Shot, StageSet
from filmstudio.core.graph import Ref, RenderGraph, Task, Template
from filmstudio.core.model import Record, digest_of, seed_from
from filmstudio.core.options import LOUDNESS, RenderOptions

SEGMENT_FRAMES = 120
"""Longest piece of a shot that one task draws: short enough to keep workers balanced, long enough to encode well."""

_PORTRAIT_SCALES = (0.125, 0.177, 0.25, 0.354, 0.5, 0.707, 1.0, 1.414, 2.0, 2.828)
"""Pixels for each drawing unit at which figures are drawn: steps of the square root of two, so that shots share portraits."""

CLOSE_ZOOM = 1.4
"""From this zoom on a stage is painted finer: it is behind the people, but it fills the picture."""

CLOSE_SCALE = 1.25


def plan(film: Film, options: RenderOptions, packs: Mapping[str, str] | None = None) -> RenderGraph:
    """The tasks that make ``film``: speech > timing > pictures and music > mix > master > captions > conform > thumbnails.

    ``packs`` has the versions of the installed art packs by name (``pack_versions``), so that what another version of a pack drew
    is drawn again.
    """
    return RenderGraph.of(list(_Planner(film, options, packs or {}).tasks()))


class _Planner:
    """Writes the tasks of one film. Requests hold only what changes the result, so that an edit touches as little as possible."""

    def __init__(self, film: Film, options: RenderOptions, packs: Mapping[str, str]) -> None:
        self._film = film
        self._options = options
        self._packs = packs
        self._width, self._height = options.frame
        self._pixels = self._height / 1080
        self._shared: dict[str, Task] = {}

    def tasks(self) -> Iterator[Task]:
        """Every task of the film."""
        for line in self._film.lines():
            yield self._voice(line)
            yield self._lipsync(line)
        yield self._timing()
        for scene in self._film.scenes:
            yield from self._sound(scene)
            yield self._captions(scene)
            for shot in scene.shots:
                yield from self._pictures(scene, shot)
        yield from self._shared.values()
        yield self._master()
        yield self._conform()
        yield from self._thumbnails()

    # --- speech and time ----------------------------------------------------------------------------------------------

    def _voice(self, line: Line) -> Task:
        character = self._film.character(line.character)
        request = {
            "seed": seed_from(self._film.seed, "voice", line.id),
            "text": line.text,
            "language": line.language,
            "voice": _plain(character.identity.voice) if character.identity.voice else {"voice": ""},
            "emotion": line.emotion,
            "strength": line.strength,
            "delivery": list(line.delivery),
            "presence": line.presence,
            "sung": line.sung,
        }
        return Task(f"voice:{line.id}", "voice", request, weight=0.3)

    def _lipsync(self, line: Line) -> Task:
        loudness = 1.0
        if "shouting" in line.delivery or line.emotion == "angry":
            loudness = 1.3
        elif "whispering" in line.delivery or line.emotion == "sad":
            loudness = 0.7
        request = {
            "seed": 0,
            "speech": Ref(f"voice:{line.id}"),
            "fps": self._options.fps,
            "emotion": line.emotion,
            "strength": line.strength,
            "loudness": loudness,
        }
        return Task(f"lipsync:{line.id}", "lipsync", request, weight=0.02)

    def _timing(self) -> Task:
        request = {
            "film": _plain(timed_part(self._film)),
            "fps": self._options.fps,
            "speech_samples": {line.id: Ref(f"voice:{line.id}", ("samples",)) for line in self._film.lines()},
        }
        return Task("timing", "timing", request, weight=0.05)

    # --- sound ---------------------------------------------------------------------------------------------------------

    def _sound(self, scene: Scene) -> Iterator[Task]:
        timing, seconds = ("scenes", scene.id), float(scene_seconds(scene))
        music: Template = None
        if scene.music is not None:
            request = {
                "seed": seed_from(self._film.seed, "music", scene.id),
                "brief": _plain(scene.music),
                "scene_mood": scene.mood,
                "culture": scene.culture,
                "place": scene.place,
                "light": scene.set.light,
                "samples": Ref("timing", (*timing, "samples")),
                "speech": Ref("timing", (*timing, "speech")),
                "cuts": Ref("timing", (*timing, "cuts")),
                "tonic": 48 + seed_from(self._film.seed, "tonic") % 5,
            }
            yield Task(f"music:{scene.id}", "music", request, weight=0.3 + 0.05 * seconds)
            music = Ref(f"music:{scene.id}")
        effects = {
            "seed": seed_from(self._film.seed, "effects", scene.id),
            "ambience": list(scene.ambience),
            "setting": scene.setting,
            "place": scene.place,
            "light": scene.set.light,
            "weather": scene.set.weather,
            "rain": scene.set.rain,
            "samples": Ref("timing", (*timing, "samples")),
            "hits": Ref("timing", (*timing, "hits")),
        }
        yield Task(f"effects:{scene.id}", "effects", effects, weight=0.2 + 0.02 * seconds)
        mix = {
            "samples": Ref("timing", (*timing, "samples")),
            "speeches": [self._placed(scene, shot, line) for shot in scene.shots for line in shot.lines],
            "music": music,
            "effects": Ref(f"effects:{scene.id}"),
            "setting": scene.setting,
            "place": scene.place,
            "stems": self._options.stems,
        }
        yield Task(f"mix:{scene.id}", "mixing", mix, weight=0.2 + 0.03 * seconds)

    def _placed(self, scene: Scene, shot: Shot, line: Line) -> Template:
        speaker = next((performer for performer in shot.performers if performer.character == line.character), None)
        # A voice leans towards its speaker's side of the picture, by an eighth of the way at most: dialogue stays central.
        across = 0.0 if speaker is None else (speaker.x - shot.camera.start.x) * shot.camera.start.zoom / 960
        return {
            "line": line.id,
            "audio": Ref(f"voice:{line.id}", ("audio",)),
            "start": Ref("timing", ("scenes", scene.id, "beat_samples", line.id)),
            "samples": Ref(f"voice:{line.id}", ("samples",)),
            "presence": line.presence,
            "pan": round(max(-1.0, min(1.0, across)) * 0.125, 3),
        }

    def _master(self) -> Task:
        target, ceiling = LOUDNESS[self._options.loudness]
        request = {
            "scenes": [Ref(f"mix:{scene.id}") for scene in self._film.scenes],
            "loudness_lufs": target,
            "ceiling_dbtp": ceiling,
            "language": self._film.language,
            "stems": self._options.stems,
        }
        return Task("master", "mastering", request, weight=2.0)

    # --- captions ---------------------------------------------------------------------------------------------------------

    def _captions(self, scene: Scene) -> Task:
        timing = ("scenes", scene.id)
        lines: list[Template] = []
        for shot in scene.shots:
            for beat in shot.beats:
                place = {
                    "start": Ref("timing", (*timing, "beat_starts", beat.id)),
                    "samples": Ref("timing", (*timing, "beat_lengths", beat.id)),
                }
                if isinstance(beat, Line):
                    speaker = self._film.character(beat.character).name
                    words = Ref(f"voice:{beat.id}", ("words",))
                    lines.append(
                        {"line": beat.id, "speaker": speaker, "text": beat.text, "language": beat.language, "words": words, **place}
                    )
                elif isinstance(beat, Happening) and beat.caption and beat.text:
                    lines.append({"line": beat.id, "text": beat.text, "language": self._film.language, "action": True, **place})
        request = {
            "lines": lines,
            "frames": Ref("timing", (*timing, "frames")),
            "fps": self._options.fps,
            "shot_spans": Ref("timing", (*timing, "shot_spans")),
        }
        return Task(f"captions:{scene.id}", "subtitles", request, weight=0.02)

    # --- pictures -----------------------------------------------------------------------------------------------------------

    def _pictures(self, scene: Scene, shot: Shot) -> Iterator[Task]:
        """The pieces of a shot."""
        request, parts = self._segment(scene, shot), parts_of(shot, self._options.fps)
        seconds = float(shot_seconds(shot)) / parts
        for part in range(parts):
            task_id = segment_id(shot, part)
            yield Task(task_id, "picture", {**request, "part": part}, weight=0.3 + seconds * 0.7, near=(scene.id, shot.id))

    def _segment(self, scene: Scene, shot: Shot) -> dict[str, Template]:
        """The request for a piece of a shot, all but which piece."""
        drawn = [performer for performer in shot.performers if self._film.character(performer.character).seen]
        captions: Template = []
        if self._options.captions is not None:
            captions = Ref(f"captions:{scene.id}", ("by_shot", shot.id))
        return {
            "seed": seed_from(self._film.seed, "picture", shot.id),
            "scene": _plain(
                scene.model_copy(update={"id": "scene", "number": "", "heading": "", "music": None, "ambience": (), "shots": ()})
            ),
            "shot": _plain(shot),
            "characters": [_plain(silent(self._film.character(performer.character))) for performer in drawn],
            "timing": Ref("timing", ("shots", shot.id)),
            "portraits": {performer.character: self._portrait(performer, shot) for performer in drawn},
            "backdrop": self._backdrop(scene.set, shot),
            "mouths": {line.id: Ref(f"lipsync:{line.id}") for line in shot.lines},
            "width": self._width,
            "height": self._height,
            "fps": self._options.fps,
            "preset": self._options.preset,
            "parts": parts_of(shot, self._options.fps),
            "captions": captions,
            "caption_style": _plain(self._options.captions) if self._options.captions else None,
            "watermark": self._options.watermark,
        }

    def _portrait(self, performer: Performer, shot: Shot) -> Ref:
        pixels = performer.scale * _closest(shot) * self._pixels
        scale = next((step for step in _PORTRAIT_SCALES if step >= pixels * 0.97), _PORTRAIT_SCALES[-1])
        character = silent(self._film.character(performer.character))
        task_id = f"portrait:{performer.character}@{scale:g}"
        version = self._packs.get(character.identity.pack, "")
        request = {"character": _plain(character), "scale": scale, "pack_version": version}
        self._shared.setdefault(task_id, Task(task_id, "portrait", request, weight=0.5))
        return Ref(task_id)

    def _backdrop(self, stage: StageSet, shot: Shot) -> Ref:
        scale = round(self._pixels * (CLOSE_SCALE if _closest(shot) >= CLOSE_ZOOM else 1.0), 4)
        # The note about a stand-in is for the report: it does not change the painting.
        request = {
            "set": _plain(stage.model_copy(update={"stand_in": ""})),
            "scale": scale,
            "pack_version": self._packs.get(stage.pack, ""),
        }
        task_id = f"backdrop:{stage.stage}-{digest_of(request)[:8]}"
        self._shared.setdefault(task_id, Task(task_id, "backdrop", request, weight=2.5))
        return Ref(task_id)

    # --- joining ---------------------------------------------------------------------------------------------------------------

    def _conform(self) -> Task:
        segments = [Ref(segment_id(shot, part)) for _, shot in self._film.shots() for part in range(parts_of(shot, self._options.fps))]
        captions = [
            {"start": Ref("timing", ("scene_starts", scene.id)), "cues": Ref(f"captions:{scene.id}", ("cues",))}
            for scene in self._film.scenes
        ]
        request = {
            "segments": segments,
            "audio": Ref("master", ("audio",)),
            "captions": captions,
            "language": self._film.language,
            "title": self._film.title,
            "fps": self._options.fps,
            "width": self._width,
            "height": self._height,
        }
        return Task("conform", "conform", request, weight=1.0)

    def _thumbnails(self) -> Iterator[Task]:
        shots = key_moments(self._film)
        for index, style in enumerate(("lower", "side", "band") if shots else ()):
            # A film of fewer shots than thumbnails shows them again, at another moment.
            turn, which = divmod(index, len(shots))
            shot = shots[which]
            segment = segment_id(shot, parts_of(shot, self._options.fps) // 2)
            if self._options.captions is not None or self._options.watermark:
                segment = f"clean:{shot.id}"  # words burnt into the film do not belong under a title
                if turn == 0:
                    yield self._clean(shot)
            request = {
                "segment": Ref(segment),
                "at": (0.55, 0.25, 0.8)[turn],
                "title": self._film.title,
                "subtitle": ", ".join(self._film.authors[:2]),
                "language": self._film.language,
                "style": "lower" if style == "side" and len(shot.performers) > 1 else style,  # the other side is somebody's
                "subject": self._across(shot),
            }
            yield Task(f"thumbnail:{index + 1}", "marketing", request, weight=0.3)

    def _clean(self, shot: Shot) -> Task:
        """The middle piece of a shot without captions and watermark."""
        scene = next(scene for scene, other in self._film.shots() if other.id == shot.id)
        request = {**self._segment(scene, shot), "captions": [], "caption_style": None, "watermark": ""}
        request["part"] = parts_of(shot, self._options.fps) // 2
        return Task(f"clean:{shot.id}", "picture", request, weight=2.0, near=(scene.id, shot.id))

    def _across(self, shot: Shot) -> float:
        """How far across the picture the shot's subject stands, 0 to 1."""
        subject = next((one for one in shot.performers if one.character == shot.focus), next(iter(shot.performers), None))
        if subject is None:
            return 0.5
        seen = 1080 * self._width / self._height / shot.camera.start.zoom
        return round(max(0.0, min(1.0, 0.5 + (subject.x - shot.camera.start.x) / seen)), 3)


def segment_id(shot: Shot, part: int) -> str:
    """Id of the task that draws one part of a shot."""
    return f"picture:{shot.id}.{part}"


def parts_of(shot: Shot, fps: int) -> int:
    """How many tasks draw a shot, from its estimated length; each then draws its share of the real length."""
    return max(1, math.ceil(shot_seconds(shot) * fps / SEGMENT_FRAMES))


def silent(character: Character) -> Character:
    """The character without voice and words: what a picture depends on."""
    identity = character.identity.model_copy(update={"voice": None})
    return character.model_copy(update={"identity": identity, "description": "", "version": 1, "stage": "casting"})


def timed_part(film: Film) -> Film:
    """The film with only what timing reads, so that a new costume does not time the film again."""
    scenes = tuple(scene.model_copy(update={"music": None, "ambience": (), "heading": "", "place": ""}) for scene in film.scenes)
    return film.model_copy(update={"characters": (), "remarks": (), "logline": "", "tags": (), "scenes": scenes})


_TELLING = {
    "close": 3.0,
    "two": 2.6,
    "medium": 2.4,
    "extreme": 2.2,
    "over_shoulder": 2.0,
    "group": 2.0,
    "full": 1.6,
    "wide": 1.4,
    "reaction": 1.2,
}


def key_moments(film: Film, count: int = 3) -> list[Shot]:
    """The shots that tell the film best: people in view, strong feeling, different scenes where there are enough."""
    ranked: list[tuple[float, int, str, Shot]] = []
    for index, (scene, shot) in enumerate(film.shots()):
        if shot.card is not None or not shot_seconds(shot):
            continue
        feeling = max((line.strength for line in shot.lines if line.emotion != "neutral"), default=0.0)
        score = _TELLING.get(shot.size, 0.5) + 1.5 * feeling + scene.intensity - (0 if shot.performers else 1.5)
        ranked.append((-score, index, scene.id, shot))
    ranked.sort(key=lambda entry: entry[:2])
    chosen: list[tuple[int, Shot]] = []
    for once in (True, False):
        seen = {film_scene for _, index, film_scene, _ in ranked if any(index == taken for taken, _ in chosen)}
        for _, index, scene_id, shot in ranked:
            if len(chosen) == count:
                break
            if any(index == taken for taken, _ in chosen) or (once and scene_id in seen):
                continue
            chosen.append((index, shot))
            seen.add(scene_id)
    if not chosen:
        chosen = [(index, shot) for index, (_, shot) in enumerate(film.shots())][:count]
    return [shot for _, shot in chosen]


def _closest(shot: Shot) -> float:
    return max(shot.camera.start.zoom, shot.camera.end.zoom if shot.camera.end else 0.0)


def _plain(record: Record) -> Template:
    return record.canonical()
