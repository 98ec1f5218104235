"""The same composition made with MoviePy 2, the way its documentation shows: clips over clips, then ``write_videofile``.

A stretch of the studio's own film is made: of every shot as large a part, so that near and far, still and moving cameras,
one figure and two have their share. It has what the film has: the planes of the stage, each a clip, with parallax under the
moving cameras, the cast between them, shadows, the grade, title and credits, fades, speech over music and effects that give
way to it, and the encoder's settings of the film. No mask is made that nothing needs.

It is made twice: layer by layer, as the studio composes it, which finds by itself what stands still; and tuned, as somebody
who knows MoviePy would prepare it by hand for each shot: with what never moves against each other flattened into one image
beforehand, which is not counted, and laid on an opaque ground.

It is the easier film all the same. Figures come as finished drawings, one layer for each, where the studio moves rigs of
many parts; layers stand on whole pixels. Neither is there a master's loudness, nor a room for the voices. Captions are a
track beside the film's picture: MoviePy has none, and nothing is burnt in. Drawing the images and importing MoviePy are
not counted; reading them is, as the studio reads its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from filmbench.moviepy_assets import Assets, Layer, Piece, Place, Sound

MUSIC, UNDER_SPEECH, EFFECTS = 0.5, 0.2, 0.4
"""Volumes: of music where nobody speaks and where somebody does, and of effects."""
DUCK: Final = 0.25
"""Seconds in which music goes down before a line, and comes up after it."""
ROUNDING: Final = 1e-6
"""Seconds: a piece ends a little early, or the frame after its last would be seen; the film a little late, or its last would not."""
BT709: Final = ["-vf", "scale=out_color_matrix=bt709", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"]
"""Colours as the studio's film has them; FFmpeg would take BT.601."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """How long MoviePy took for how much film."""

    seconds: float
    film_seconds: float
    once_seconds: float = 0.0
    """What the stretch and the whole film take alike: reading the images of all shots."""

    def for_length(self, film_seconds: float) -> float:
        """Seconds that a film of this length would take, at the same rate."""
        return self.once_seconds + self.seconds * film_seconds / self.film_seconds


def compose(pieces: Sequence[Piece], assets: Assets, path: Path) -> Stretch:
    """Make the picture of a stretch of the film, at MoviePy's own default of threads.

    Raises:
        ModuleNotFoundError: MoviePy is not installed.
    """
    from moviepy import ImageClip, concatenate_videoclips  # type: ignore[import-untyped, unused-ignore]

    from filmstudio.plugins.picture.encode import PRESETS

    settings = dict(PRESETS["standard"])
    preset = settings.pop("preset")
    params = [word for name, value in settings.items() for word in (f"-{name}", value)]
    started = time.perf_counter()
    plates = {layer.images[0]: ImageClip(str(layer.images[0])) for piece in pieces for layer in piece.layers if not _is_drawn(layer)}
    prepared = time.perf_counter()
    frames = sum(last - first for first, last in (piece.span for piece in pieces))
    film = concatenate_videoclips([_piece(piece, plates, assets) for piece in pieces]).with_duration(frames / assets.fps + ROUNDING)
    params += BT709
    film.write_videofile(str(path), fps=assets.fps, codec="libx264", preset=preset, ffmpeg_params=params, audio=False, logger=None)
    return Stretch(time.perf_counter() - prepared, frames / assets.fps, prepared - started)


def score(assets: Assets, path: Path) -> float:
    """Mix and encode the sound of the whole film; returns the seconds it took.

    Raises:
        ModuleNotFoundError: MoviePy is not installed.
    """
    import moviepy  # type: ignore[import-untyped, unused-ignore]  # noqa: F401

    started = time.perf_counter()
    _soundtrack(assets).write_audiofile(str(path), fps=48_000, codec="aac", bitrate="192k", logger=None)
    return time.perf_counter() - started


def _piece(piece: Piece, plates: dict[Path, Any], assets: Assets) -> Any:
    """A part of a shot: its layers over each other, far to near."""
    from moviepy import CompositeVideoClip, vfx

    fps = assets.fps
    clips = [_layer(layer, piece, plates, fps) for layer in piece.layers]
    # An opaque ground is what the others are laid on; any other is laid on black itself. Either way no mask is made.
    ground: dict[str, Any] = {"use_bgclip": True} if piece.grounded else {"bg_color": (0, 0, 0)}
    shot = CompositeVideoClip(clips, size=assets.size, **ground).with_duration(piece.frames / fps)
    if piece.fade_in:
        shot = shot.with_effects([vfx.FadeIn(piece.fade_in / fps)])
    if piece.fade_out:
        shot = shot.with_effects([vfx.FadeOut(piece.fade_out / fps)])
    first, last = piece.span
    return shot.subclipped(first / fps, last / fps - ROUNDING)


def _layer(layer: Layer, piece: Piece, plates: dict[Path, Any], fps: int) -> Any:
    """One layer as a clip that moves and grows as the camera asks for."""
    from moviepy import ImageSequenceClip, vfx

    if _is_drawn(layer):
        # In memory, where mask and picture are read once; half a frame early, so that rounding shows no drawing late.
        names, seconds = [str(image) for image in layer.images], [held / fps for held in layer.held]
        clip = ImageSequenceClip(names, durations=seconds, with_mask=True, load_images=True).with_start((layer.first - 0.5) / fps)
    else:
        frames = layer.held[0] if layer.held else piece.frames
        clip = plates[layer.images[0]].with_duration(frames / fps).with_start(layer.first / fps)
    if layer.fade:
        clip = clip.with_effects([vfx.CrossFadeIn(layer.fade / fps), vfx.CrossFadeOut(layer.fade / fps)])
    if len(layer.places) == 1:
        return clip.with_position(layer.places[0][1:])
    at = _at(layer.places, clip.start, fps)
    if any(grown != 1 for grown, _, _ in layer.places):
        clip = clip.resized(lambda t: at(t)[0])
    return clip.with_position(lambda t: at(t)[1:])


def _at(places: Sequence[Place], start: float, fps: int) -> Callable[[float], Place]:
    """The place at a time of a clip that begins ``start`` seconds into its shot."""
    return lambda t: places[min(len(places) - 1, max(0, round((start + t) * fps)))]


def _is_drawn(layer: Layer) -> bool:
    return len(layer.images) > 1


def _soundtrack(assets: Assets) -> Any:
    """Speech, music that goes down while somebody speaks, and effects, over the whole film."""
    from moviepy import AudioFileClip, CompositeAudioClip

    def opened(sound: Sound) -> Any:
        return AudioFileClip(str(sound.path)).with_start(sound.start)

    speeches = [opened(sound) for sound in assets.speeches]
    spans = [(clip.start, clip.end) for clip in speeches]
    music = [_ducked(opened(sound), sound.start, spans) for sound in assets.music]
    effects = [opened(sound).with_volume_scaled(EFFECTS) for sound in assets.effects]
    return CompositeAudioClip([*speeches, *music, *effects]).with_duration(assets.seconds)


def _ducked(music: Any, start: float, speech: Sequence[tuple[float, float]]) -> Any:
    """Music at its volume, and under every line at that of music under speech."""

    def volume(t: Any) -> Any:
        gain = np.full(np.shape(t), MUSIC)
        for begin, end in speech:
            ramp = [begin - start - DUCK, begin - start, end - start, end - start + DUCK]
            gain = np.minimum(gain, np.interp(t, ramp, [MUSIC, UNDER_SPEECH, UNDER_SPEECH, MUSIC]))
        return gain

    return music.transform(lambda get_frame, t: get_frame(t) * volume(t)[..., None])
