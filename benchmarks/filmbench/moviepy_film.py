"""The same composition made with MoviePy 2, the way its documentation shows: clips over clips, then ``write_videofile``.

Two shots share the stretch as still and moving cameras share the film: two people talking, and a slow push-in. It is an
easier film than the studio's: whole figures that drift instead of rigs that act, one flat backdrop that is already painted
instead of planes, speech and music that are already played. Drawing those and importing MoviePy are not counted.
"""

from __future__ import annotations

import math
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from filmstudio.core.film import Film, Performer, Scene, Shot
    from filmstudio.core.store import Store, Take

FADE = 0.5
"""Seconds of the fades of picture and title."""
PUSH = 0.045
"""How much a pushed-in picture grows over its shot, as in the studio's close-ups."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A cut-out figure: a PNG with alpha, and its top left corner in the picture."""

    image: Path
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Assets:
    """What a MoviePy user would have on disk before starting."""

    backdrop: Path
    figures: tuple[Figure, ...]
    speeches: tuple[Path, ...]
    music: Path | None
    font: Path
    title: str
    moving_share: float
    """Share of the film in which the camera moves."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """How long MoviePy took for how much film."""

    seconds: float
    film_seconds: float

    def for_length(self, film_seconds: float) -> float:
        """Seconds that a film of this length would take, at the same rate."""
        return self.seconds * film_seconds / self.film_seconds


def prepare(delivery: Path, cache: Path, folder: Path) -> Assets:
    """Draw the pictures, and fetch the sound of the film's first shot of two people, from the store that rendered it."""
    from filmstudio.app import load_film
    from filmstudio.core.store import Store

    film, store = load_film(delivery / "film.json"), Store(cache)
    scene, shot = next((scene, shot) for scene, shot in film.shots() if shot.size == "two" and len(shot.performers) == 2)
    digests = _digests(delivery / "report.json")
    lines = [line.id for other in scene.shots for line in other.lines]
    speeches = [_sound(store, digests[f"voice:{line}"], folder / f"{line}.wav") for line in lines]
    music = digests.get(f"music:{scene.id}")
    return Assets(
        backdrop=_backdrop(store, digests, scene, shot, folder / "backdrop.png"),
        figures=tuple(_figure(film, performer, shot, folder) for performer in shot.performers),
        speeches=tuple(path for path in speeches if path),
        music=_sound(store, music, folder / "music.wav") if music else None,
        font=_font(),
        title=film.title,
        moving_share=_moving_share(film),
    )


def compose(assets: Assets, path: Path, seconds: float, size: tuple[int, int] = (1920, 1080), fps: int = 24) -> Stretch:
    """Make ``seconds`` of the film with MoviePy 2, at its own default of threads.

    Raises:
        ModuleNotFoundError: MoviePy is not installed.
    """
    from moviepy import CompositeVideoClip, TextClip, concatenate_videoclips, vfx

    started = time.perf_counter()
    moving = round(seconds * assets.moving_share * fps) / fps
    still, shots = seconds - moving, []
    if still:
        words = TextClip(font=str(assets.font), text=assets.title, font_size=90, color="white", margin=(20, 40)).with_duration(still / 2)
        title = words.with_position(("center", size[1] * 0.1)).with_effects([vfx.CrossFadeIn(FADE), vfx.CrossFadeOut(FADE)])
        shots.append(CompositeVideoClip([*_layers(assets, still), title], size=size).with_duration(still))
    if moving:
        pushed = CompositeVideoClip(_layers(assets, moving), size=size).with_duration(moving).resized(lambda t: 1 + PUSH * t / moving)
        shots.append(CompositeVideoClip([pushed.with_position("center")], size=size).with_duration(moving))
    film = concatenate_videoclips(shots).with_effects([vfx.FadeIn(FADE), vfx.FadeOut(FADE)])
    film.with_audio(_soundtrack(assets, seconds)).write_videofile(
        str(path), fps=fps, codec="libx264", preset="veryfast", audio_codec="aac", ffmpeg_params=["-crf", "20"], logger=None,
        temp_audiofile_path=str(path.parent),
    )  # fmt: skip
    return Stretch(time.perf_counter() - started, seconds)


def _layers(assets: Assets, seconds: float) -> list[Any]:
    """A shot's clips, far to near: the backdrop, and the figures drifting."""
    from moviepy import ImageClip

    clips = [ImageClip(str(assets.backdrop)).with_duration(seconds)]
    for index, figure in enumerate(assets.figures):
        clips.append(ImageClip(str(figure.image)).with_duration(seconds).with_position(_drift(figure, index)))
    return clips


def _soundtrack(assets: Assets, seconds: float) -> Any:
    """As many of the lines as fit, one after another, over the music."""
    from moviepy import AudioFileClip, CompositeAudioClip

    sounds: list[Any] = []
    begin = 0.5
    for speech in assets.speeches:
        spoken = AudioFileClip(str(speech))
        if begin + spoken.duration > seconds:
            break
        sounds.append(spoken.with_start(begin))
        begin += spoken.duration + 0.25
    if assets.music is not None:
        music = AudioFileClip(str(assets.music))
        sounds.append(music.subclipped(0, min(seconds, music.duration)).with_volume_scaled(0.3))
    return CompositeAudioClip(sounds).with_duration(seconds) if sounds else None


def _drift(figure: Figure, index: int) -> Any:
    return lambda t: (figure.x + 12 * math.sin(2 * t + index), figure.y + 3 * math.sin(5 * t + index))


def _moving_share(film: Film) -> float:
    from filmstudio.core.estimate import shot_seconds

    lengths = [(float(shot_seconds(shot)), shot.camera.end is not None) for _, shot in film.shots()]
    return sum(seconds for seconds, moving in lengths if moving) / sum(seconds for seconds, _ in lengths)


def _digests(report: Path) -> dict[str, str]:
    """Digests of the film's tasks, by task id."""
    from filmstudio.core.report import Report

    return {task.task: task.digest for task in Report.model_validate_json(report.read_bytes()).tasks}


def _take(store: Store, digest: str) -> Take:
    take = store.take(digest)
    if take is None:
        raise FileNotFoundError(f"the store has no take {digest[:12]}")
    return take


def _sound(store: Store, digest: str, path: Path) -> Path | None:
    """The sound of a take under a name that MoviePy can open."""
    for media in _take(store, digest).media:
        shutil.copyfile(store.path(media), path)
        return path
    return None


def _backdrop(store: Store, digests: dict[str, str], scene: Scene, shot: Shot, path: Path) -> Path:
    import cv2

    from filmstudio.core.requests import Backdrop
    from filmstudio.core.store import StoreDesk
    from filmstudio.plugins.backdrop.camera import Pose, Size
    from filmstudio.plugins.backdrop.still import still_of

    digest = next(digest for task, digest in sorted(digests.items()) if task.startswith(f"backdrop:{scene.set.stage}-"))
    backdrop = Backdrop.model_validate(_take(store, digest).result)
    pose = Pose(shot.camera.start.x, shot.camera.start.y, shot.camera.start.zoom)
    picture = still_of(backdrop, StoreDesk(store), Size(1920, 1080), pose, pose, scene.set.seed)
    cv2.imwrite(str(path), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    return path


def _figure(film: Film, performer: Performer, shot: Shot, folder: Path) -> Figure:
    import cv2
    import numpy as np

    from filmstudio.plugins.art.shelf import installed_pack
    from filmstudio.plugins.portrait.pose import Pose
    from filmstudio.plugins.portrait.still import draw_still

    camera, identity = shot.camera.start, film.character(performer.character).identity
    scale = performer.scale * camera.zoom
    sprite = draw_still(identity.look, Pose(), scale, installed_pack(identity.pack))
    pixels = sprite.pixels.astype(np.float32)
    pixels[..., :3] *= 255 / np.maximum(pixels[..., 3:], 1)
    path = folder / f"{performer.character}.png"
    cv2.imwrite(str(path), cv2.cvtColor(np.clip(np.rint(pixels), 0, 255).astype(np.uint8), cv2.COLOR_RGBA2BGRA))
    x = 960 + (performer.x - camera.x) * camera.zoom + sprite.x * scale
    return Figure(path, x, 540 + (performer.ground - camera.y) * camera.zoom + sprite.y * scale)


def _font() -> Path:
    from filmstudio.plugins import lettering

    return Path(str(lettering.__file__)).parent / "fonts" / "NotoSans-SemiBold.ttf"
