"""What somebody who makes the studio's film with MoviePy has on disk before starting: its layers as images, its sound as WAV.

They are the film's own pictures, drawn by the studio's own engines from the store that rendered it; drawing them is not
counted. Every plane of a stage is an image of its own, and so is the grade. A figure is one drawing, a new one wherever the
film draws anew. Beside that stands what somebody who knows MoviePy would have prepared by hand: where the camera stands
still, everything behind the cast flattened into one image, and everything before it, with the grade, into another.
"""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from numpy.typing import NDArray

from filmbench.delivered import makings_of
from filmstudio.core.rational import SAMPLE_RATE, frames_in

if TYPE_CHECKING:
    from filmstudio.core.film import Film
    from filmstudio.core.requests import Backdrop, FilmTiming, SegmentRequest
    from filmstudio.core.store import StoreDesk, Take
    from filmstudio.plugins.backdrop.camera import Affine, Size
    from filmstudio.plugins.picture.canvas import Cel, Frame
    from filmstudio.plugins.picture.filming import Shoot
    from filmstudio.plugins.picture.view import View

Span = tuple[int, int]
"""[first, last) frames of a shot."""
Lengths = tuple[int, int, int]
"""Of a shot, of its fade in, and of its fade out; frames."""
Place = tuple[float, float, float]
"""How many times its size a layer is, and where its upper left corner lies, pixels."""
Image = NDArray[np.uint8]
"""(rows, columns, 4): RGBA, colours not multiplied by alpha. Or (rows, columns): one component."""
AT_CORNER: Final = (1.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Layer:
    """One image, or drawings of one size that take each other's place; at one place, or at one for each frame of the shot."""

    images: tuple[Path, ...]
    places: tuple[Place, ...]
    first: int = 0
    """Frame of the shot in which the first image is seen."""
    held: tuple[int, ...] = ()
    """How many frames each image is seen; none = the only image is seen to the end of the shot."""
    fade: int = 0
    """Frames over which it appears, and over which it goes."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a shot, as layers from far to near."""

    layers: tuple[Layer, ...]
    frames: int
    """Of the whole shot."""
    span: Span
    grounded: bool
    """The farthest layer is opaque and fills the picture in every frame, so that the others can be laid on it."""
    fade_in: int = 0
    fade_out: int = 0


@dataclass(frozen=True, slots=True)
class Sound:
    """A WAV, and the second of the film at which it begins."""

    path: Path
    start: float


@dataclass(frozen=True, slots=True)
class Assets:
    """A stretch of the film, a piece of every shot, and the sound of the whole film."""

    pieces: tuple[Piece, ...]
    """Layer by layer, as the studio's film is composed."""
    tuned: tuple[Piece, ...]
    """The same with what stands still flattened."""
    speeches: tuple[Sound, ...]
    music: tuple[Sound, ...]
    effects: tuple[Sound, ...]
    seconds: float
    """Of the whole film."""
    size: tuple[int, int]
    fps: int


@dataclass(frozen=True, slots=True)
class _Cutting:
    """A part of a picture, and the pixel at which its upper left corner lies."""

    x: int
    y: int
    image: Image


@dataclass(slots=True)
class _Drawings:
    """What a figure, or the shadows of all, look like in the frames of a piece."""

    cuttings: list[_Cutting] = field(default_factory=list)
    held: list[int] = field(default_factory=list)

    def add(self, cutting: _Cutting) -> None:
        self.cuttings.append(cutting)
        self.held.append(1)

    def hold(self) -> None:
        self.held[-1] += 1


def prepare(delivery: Path, cache: Path, folder: Path, seconds: float) -> Assets:
    """Draw the layers of about ``seconds`` of a delivered film, and fetch its sound, from the store that rendered it."""
    from filmstudio.core.planner import segment_id
    from filmstudio.core.requests import FilmTiming
    from filmstudio.core.store import Store, StoreDesk

    makings, store = makings_of(delivery, cache), Store(cache)
    film, options = makings.film, makings.options
    requests = [makings.segment(segment_id(shot, 0)) for _, shot in film.shots()]
    fades = [tuple(frames_in(fade, options.fps) for fade in (request.shot.fade_in, request.shot.fade_out)) for request in requests]
    lengths = [(request.timing.frames, fade_in, fade_out) for request, (fade_in, fade_out) in zip(requests, fades, strict=True)]
    pieces = []
    for index, (request, span) in enumerate(zip(requests, spans_of(lengths, round(seconds * options.fps)), strict=True)):
        folder_of_shot = folder / f"shot-{index}"
        folder_of_shot.mkdir(parents=True)
        pieces.append(_pieces(request, span, StoreDesk(store), folder_of_shot))
    fetch = _Fetch(film, FilmTiming.model_validate(makings.results["timing"]), makings.takes, StoreDesk(store), folder)
    length = sum(frames for frames, _, _ in lengths) / options.fps
    layered, tuned = zip(*pieces, strict=True)
    sounds = fetch.speeches(), fetch.of_scenes("music"), fetch.of_scenes("effects")
    return Assets(layered, tuned, *sounds, length, options.frame, options.fps)


def spans_of(shots: Sequence[Lengths], wanted: int) -> list[Span]:
    """A part of each shot, as long a share of ``wanted`` frames as the shot is of the film, and one frame at least.

    They lie ever farther into their shots, so that what happens early and late in shots has its share. So have fades, which
    cost MoviePy much: of the fade of the first shot, and of that of the last, as large a part is taken as of the film.
    """
    total, spans, begin = sum(length for length, _, _ in shots), [], 0
    for index, (length, fade_in, fade_out) in enumerate(shots):
        end = begin + length
        taken = min(length, max(1, round(wanted * end / total) - round(wanted * begin / total)))
        left_out = 1 - taken / length
        earliest, latest = fade_in * left_out, length - taken - fade_out * left_out
        first = round(earliest + (latest - earliest) * index / max(1, len(shots) - 1))
        spans.append((first, first + taken))
        begin = end
    return spans


# --- pictures ---------------------------------------------------------------------------------------------------------------


def _pieces(request: SegmentRequest, span: Span, desk: StoreDesk, folder: Path) -> tuple[Piece, Piece]:
    """A part of a shot layer by layer, and the same with what stands still flattened."""
    from filmstudio.plugins.picture.filming import prepare as rehearse

    shoot = rehearse(request, desk)
    view = shoot.view
    # The cast is drawn as a still camera sees it: where the camera moves, its layers grow and shift like the planes.
    camera = request.shot.camera.model_copy(update={"end": None, "handheld": 0.0})
    held = shoot if view.still else rehearse(request.model_copy(update={"shot": request.shot.model_copy(update={"camera": camera})}), desk)
    cast, shadows = _cast(held, span)
    lasting = shadows.cuttings[0] if len(shadows.cuttings) == 1 else None
    between = [] if lasting else [_drawn(shadows, span[0], view, folder / "shadow")]
    between += [_drawn(drawings, span[0], view, folder / f"figure-{index}") for index, drawings in enumerate(cast)]
    words = tuple(_words(shoot, folder))

    def piece(back: Sequence[Layer], front: Sequence[Layer], *, grounded: bool) -> Piece:
        return Piece((*back, *between, *front, *words), view.frames, span, grounded, shoot.fade_in, shoot.fade_out)

    layered = piece(*_planes(view, request.backdrop, lasting, desk, folder), grounded=False) if request.backdrop else None
    if layered and not view.still:
        return layered, layered
    flat = piece(*_flat(shoot, lasting, folder), grounded=True)
    return layered or flat, flat


def _words(shoot: Shoot, folder: Path) -> Iterator[Layer]:
    """What is written in the shot; words that come and go together are one image."""
    together = groupby(shoot.words, lambda words: (words.start, words.end, words.fade, words.roll))
    for index, ((start, end, fade, roll), group) in enumerate(together):
        page = np.zeros((shoot.size.height, shoot.size.width, 4), np.uint8)
        cels = [words.cel for words in group]
        for cel in cels:
            page = _with(page, _Cutting(cel.x, cel.y, _straight_of(cel)))
        if roll:  # rolling words may be longer than the picture
            (cel,) = cels
            seen = _Cutting(cel.x, cel.y, _straight_of(cel))
        else:
            seen = _cropped(page)
        places = tuple((1.0, float(seen.x), float(seen.y - roll * (number - start))) for number in range(shoot.view.frames))
        image = _saved(seen.image, folder / f"words-{index}.png")
        yield Layer((image,), places if roll else places[:1], start, (end - start,), fade)


def _cast(shoot: Shoot, span: Span) -> tuple[list[_Drawings], _Drawings]:
    """The drawings of every figure, and of the shadows, in the frames of a span."""
    from filmstudio.plugins.picture.shade import cast_shadows, same_shadows

    frame, shown = _blank(shoot.size), None
    cast, shadows = [_Drawings() for _ in shoot.players], _Drawings()
    for number in range(*span):
        shoot.draw(number, frame)
        for player, drawings in zip(shoot.players, cast, strict=True):
            if drawings.held and not player.figure.changed:
                drawings.hold()
            else:
                cel = player.figure.cel.trimmed()
                drawings.add(_Cutting(cel.x, cel.y, _straight_of(cel)))
        (scale, _, left), _ = shoot.view.matrix(1.0, number)
        dabs = shoot._shadows(number, scale, left)
        if shown is not None and same_shadows(dabs, shown):
            shadows.hold()
            continue
        shown = dabs
        cutting = _cropped(matte(partial(cast_shadows, dabs=dabs, light=shoot.light), shoot.size))
        # In a close shot there is ground, and shadow, in none.
        if shadows.cuttings and not cutting.image.any() and not shadows.cuttings[-1].image.any():
            shadows.hold()
        else:
            shadows.add(cutting)
    return cast, shadows


def _drawn(drawings: _Drawings, first: int, view: View, stem: Path) -> Layer:
    """Drawings as images of one size."""
    cuttings = drawings.cuttings
    left, top = min(cutting.x for cutting in cuttings), min(cutting.y for cutting in cuttings)
    right = max(cutting.x + cutting.image.shape[1] for cutting in cuttings)
    bottom = max(cutting.y + cutting.image.shape[0] for cutting in cuttings)
    images = []
    for number, cutting in enumerate(cuttings):
        page, x, y = np.zeros((bottom - top, right - left, 4), np.uint8), cutting.x - left, cutting.y - top
        page[y : y + cutting.image.shape[0], x : x + cutting.image.shape[1]] = cutting.image
        images.append(_saved(page, stem.with_name(f"{stem.name}-{number}.png")))
    return Layer(tuple(images), _places(view, 1.0, left, top), first, tuple(drawings.held))


def _flat(shoot: Shoot, shadows: _Cutting | None, folder: Path) -> tuple[list[Layer], list[Layer]]:
    """Of a camera that stands still: all that lies behind the cast, and all that lies before it, as one image each."""
    from filmstudio.plugins.picture.filming import DARK_YUV
    from filmstudio.plugins.picture.sharing import no_tiles

    floor, scenery = _blank(shoot.size), shoot.scenery
    if scenery is None:
        floor.fade(0, None, *DARK_YUV)
    else:
        scenery.lay_back(0, floor, no_tiles(shoot.size))
    opaque = np.full_like(floor.y, 255), np.full_like(floor.u, 255)
    behind = _with(_straight(floor.y, opaque[0], floor.u, floor.v, opaque[1]), shadows)
    before = matte(lambda under: scenery.lay_front(0, under) if scenery else None, shoot.size)
    front = [Layer((_saved(before, folder / "front.png"),), (AT_CORNER,))] if before[..., 3].any() else []
    return [Layer((_saved(behind, folder / "back.png"),), (AT_CORNER,))], front


def _planes(view: View, backdrop: Backdrop, shadows: _Cutting | None, desk: StoreDesk, folder: Path) -> tuple[list[Layer], list[Layer]]:
    """Every plane that the camera sees: those behind the cast, and those before it with the grade."""
    import cv2

    from filmstudio.plugins.backdrop.camera import defocus, plane_matrix, wing_opacity
    from filmstudio.plugins.backdrop.still import extras_of, sheet_matrix, sheets_of

    size, back, front = view.size, list[Layer](), list[Layer]()
    layers, cast_after = back, extras_of(backdrop).cast_after
    for sheet in sheets_of(backdrop, desk):
        matrix = plane_matrix(sheet.z, view.base, view.base, size)
        left, top, right, bottom = _seen(view, sheet.z, matrix, sheet.box)
        opacity = wing_opacity(sheet.z, view.base.zoom)
        if opacity > 0 and left < right and top < bottom:
            onto = sheet_matrix(sheet.box, sheet.pixels.shape, matrix) - [[0, 0, left], [0, 0, top]]
            pixels = cv2.warpAffine(sheet.pixels, onto, (right - left, bottom - top), borderMode=cv2.BORDER_REPLICATE).astype(np.float32)
            blur = defocus(sheet.z, view.base.zoom) * size.height / 1080
            image = _unmultiplied((cv2.GaussianBlur(pixels, (0, 0), blur) if blur else pixels) * opacity)
            if sheet.id == cast_after and shadows is not None:
                image = _with(image, replace(shadows, x=shadows.x - left, y=shadows.y - top))
            seen = _cropped(image)
            path = _saved(seen.image, folder / f"plane-{sheet.id}.png")
            layers.append(Layer((path,), _places(view, sheet.z, left + seen.x, top + seen.y)))
        if sheet.id == cast_after:
            layers = front
    if backdrop.grade:
        grade = cv2.resize(np.load(desk.path(backdrop.grade), allow_pickle=False), (size.width, size.height)).astype(np.float32)
        front.append(Layer((_saved(_unmultiplied(grade), folder / "grade.png"),), (AT_CORNER,)))
    return back, front


def _seen(view: View, z: float, base: Affine, box: tuple[float, float, float, float]) -> tuple[int, int, int, int]:
    """What is ever seen of a plane, as pixels of the picture in which the camera has not moved yet: left, top, right, bottom."""
    places = _places(view, z, 0, 0)
    (scale, _, x), (_, _, y) = base
    room = 2  # MoviePy places and sizes layers by whole pixels
    return (
        max(math.floor(min(-at / grown for grown, at, _ in places)) - room, math.floor(box[0] * scale + x)),
        max(math.floor(min(-at / grown for grown, _, at in places)) - room, math.floor(box[1] * scale + y)),
        min(math.ceil(max((view.size.width - at) / grown for grown, at, _ in places)) + room, math.ceil((box[0] + box[2]) * scale + x)),
        min(math.ceil(max((view.size.height - at) / grown for grown, _, at in places)) + room, math.ceil((box[1] + box[3]) * scale + y)),
    )


def _places(view: View, z: float, x: int, y: int) -> tuple[Place, ...]:
    """Where an image at (x, y) of the picture, drawn before the camera moves, is in each frame; one place where it does not."""
    from filmstudio.plugins.backdrop.camera import plane_matrix

    if view.still:
        return ((1.0, float(x), float(y)),)
    (scale, _, left), (_, _, top) = plane_matrix(z, view.base, view.base, view.size)
    places = []
    for number in range(view.frames):
        (now, _, left_now), (_, _, top_now) = view.matrix(z, number)
        grown = now / scale
        places.append((grown, (x - left) * grown + left_now, (y - top) * grown + top_now))
    return tuple(places)


def _blank(size: Size) -> Frame:
    from filmstudio.plugins.picture.canvas import Frame

    return Frame.blank(size.width, size.height)


def matte(lay: Callable[[Frame], None], size: Size) -> Image:
    """What ``lay`` lays over a frame, found by laying it over the darkest and over the brightest: what differs shines through."""
    dark, bright = _blank(size), _blank(size)
    for frame, value in ((dark, 0), (bright, 255)):
        for plane in (frame.y, frame.u, frame.v):
            plane[:] = value
        lay(frame)
    return _straight(dark.y, 255 - (bright.y - dark.y), dark.u, dark.v, 255 - (bright.u - dark.u))


def _straight_of(cel: Cel) -> Image:
    return _straight(cel.luma, 255 - cel.clear, cel.blue, cel.red, 255 - cel.clear_half)


def _straight(luma: Image, alpha: Image, blue: Image, red: Image, alpha_half: Image) -> Image:
    """RGBA of BT.709 limited range Y, U, V that are multiplied by their alpha (ITU-R BT.709-6, items 3.2 and 3.4)."""
    import cv2

    def plain(plane: Image, opacity: Image) -> NDArray[np.float32]:
        return np.minimum(255, plane.astype(np.float32) * 255 / np.maximum(opacity, 1))

    size = luma.shape[1], luma.shape[0]
    u, v = (cv2.resize(np.where(alpha_half > 0, plain(plane, alpha_half), 128) - 128, size) / 224 for plane in (blue, red))
    y = (plain(luma, alpha) - 16) / 219
    colours = np.dstack([y + 1.5748 * v, y - 0.18732 * u - 0.46812 * v, y + 1.8556 * u])
    return np.dstack([np.rint(np.clip(colours * 255, 0, 255)).astype(np.uint8), alpha])


def _unmultiplied(pixels: NDArray[np.float32]) -> Image:
    """Of RGBA from 0 to 255 in which colours are multiplied by alpha."""
    colours = pixels[..., :3] * 255 / np.maximum(pixels[..., 3:], 1)
    image: Image = np.rint(np.clip(np.dstack([colours, pixels[..., 3]]), 0, 255)).astype(np.uint8)
    return image


def _with(below: Image, above: _Cutting | None) -> Image:
    """An image with another laid over it."""
    if above is None:
        return below
    page = np.zeros(below.shape, np.float32)
    x0, y0 = max(0, above.x), max(0, above.y)
    part = above.image[y0 - above.y :, x0 - above.x :][: max(0, below.shape[0] - y0), : max(0, below.shape[1] - x0)]
    page[y0 : y0 + part.shape[0], x0 : x0 + part.shape[1]] = part
    under = below.astype(np.float32)
    for image in (under, page):
        image[..., :3] *= image[..., 3:] / 255
    return _unmultiplied(page + under * (1 - page[..., 3:] / np.float32(255)))


def _cropped(image: Image) -> _Cutting:
    """The part of it in which there is something."""
    rows, columns = np.flatnonzero(image[..., 3].any(axis=1)), np.flatnonzero(image[..., 3].any(axis=0))
    if not rows.size:
        return _Cutting(0, 0, image[:1, :1])
    return _Cutting(int(columns[0]), int(rows[0]), image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])


def _saved(image: Image, path: Path) -> Path:
    """A PNG, without alpha where nothing shines through."""
    import cv2

    pixels = cv2.cvtColor(image, cv2.COLOR_RGBA2BGR if (image[..., 3] == 255).all() else cv2.COLOR_RGBA2BGRA)
    cv2.imwrite(str(path), pixels, [cv2.IMWRITE_PNG_COMPRESSION, 1])
    return path


# --- sound ------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Fetch:
    """Takes of sound, as WAV under names that MoviePy can open."""

    film: Film
    timing: FilmTiming
    takes: Mapping[str, Take]
    desk: StoreDesk
    folder: Path

    def speeches(self) -> tuple[Sound, ...]:
        found = []
        for scene in self.film.scenes:
            for shot in scene.shots:
                for line in shot.lines:
                    begin = self._start(scene.id) + self.timing.scenes[scene.id].beat_samples[line.id] / SAMPLE_RATE
                    found += self._sound(f"voice:{line.id}", begin)
        return tuple(found)

    def of_scenes(self, role: Literal["music", "effects"]) -> tuple[Sound, ...]:
        return tuple(sound for scene in self.film.scenes for sound in self._sound(f"{role}:{scene.id}", self._start(scene.id)))

    def _start(self, scene: str) -> float:
        return self.timing.scene_starts[scene] / self.timing.fps

    def _sound(self, task: str, start: float) -> list[Sound]:
        take = self.takes.get(task)
        if take is None or not take.media:
            return []
        path = self.folder / f"{task.replace(':', '-')}.wav"
        shutil.copyfile(self.desk.path(take.media[0]), path)
        return [Sound(path, start)]
