"""Filming: everything a shot holds, brought together frame by frame and handed to the encoder."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from filmstudio.core.engine import Desk
from filmstudio.core.errors import Unsupported
from filmstudio.core.film import Performer
from filmstudio.core.media import MediaRef
from filmstudio.core.model import canonical_json, digest_of, seed_from
from filmstudio.core.rational import frames_in
from filmstudio.core.requests import Backdrop, Portrait, SegmentRequest
from filmstudio.plugins.art.pack import house_pack
from filmstudio.plugins.backdrop.camera import Size, wing_opacity
from filmstudio.plugins.backdrop.engine import FORM as STAGE_FORM
from filmstudio.plugins.backdrop.extras import StageExtras
from filmstudio.plugins.lettering.coverage import told_missing
from filmstudio.plugins.picture.acting import MotionData, Performance, StagedPose, load_motion
from filmstudio.plugins.picture.canvas import FULL, Box, Cel, Frame, Matrix, Numbers, yuv_of
from filmstudio.plugins.picture.cards import Words, words_of
from filmstudio.plugins.picture.encode import segment
from filmstudio.plugins.picture.figure import HOLD, HOLD_BETWEEN, Figure
from filmstudio.plugins.picture.recent import Recent
from filmstudio.plugins.picture.rects import merged
from filmstudio.plugins.picture.scenery import PaintedPlane, Scenery, grade_cel
from filmstudio.plugins.picture.shade import CastLight, Footing, boxes_of_shadows, cast_shadows, same_shadows, shadows
from filmstudio.plugins.picture.sharing import hide, no_tiles
from filmstudio.plugins.picture.sprites import ReadySheet
from filmstudio.plugins.picture.view import View
from filmstudio.plugins.portrait.pose import Pose
from filmstudio.plugins.portrait.sheet import FORM as SHEET_FORM
from filmstudio.plugins.portrait.sheet import SpriteSheet

ADULT_UNITS: Final = 1250.0
"""Standing height of an adult in drawing units: what the stage's height of a figure is the height of."""
FOOT_UNITS: Final = 150.0
"""Length of a shoe."""
DARK_YUV: Final = yuv_of(0.055, 0.045, 0.075)
MOUTH_OPEN: Final = 0.08
"""Opening above which a drawn mouth is seen to be open."""
LIDS_SHUT, LIDS_OPEN = 0.45, 0.65
"""Openings of the lids below which eyes look shut, and above which they look open."""
BLINK_SECONDS: Final = 0.4
"""Eyes that were open so shortly before or are so shortly after only blink."""

_SHEETS = Recent[str, SpriteSheet](6)
_LIT_SHEETS = Recent[tuple[str, bytes], ReadySheet](6)
_SCENERIES = Recent[str, Scenery](2)
_GRADES = Recent[tuple[str, Size], Cel](2)
_PERFORMANCES = Recent[str, tuple[StagedPose, ...]](8)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a segment shows."""

    frames: int
    mouth_frames: dict[str, tuple[int, ...]]
    blinks: tuple[int, ...] = ()
    """Frames of the segment in which somebody blinks."""
    degraded: tuple[str, ...] = ()


@dataclass(slots=True)
class _Player:
    """A performer with their figure."""

    performer: Performer
    figure: Figure
    poses: tuple[StagedPose, ...]
    unit: float
    """Stage units for each drawing unit."""
    height_units: float
    never_mirror: bool
    placed: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    _standing: tuple[Pose, tuple[tuple[float, float], tuple[float, float]]] | None = None

    def feet(self, number: int) -> tuple[tuple[float, float], tuple[float, float]]:
        """Where the near and the far foot are in a frame, in drawing units."""
        pose = self.poses[number].pose
        if self._standing is None or self._standing[0] != pose:
            rig = self.figure.rig
            self._standing = (pose, (rig.point(pose, "foot_near"), rig.point(pose, "foot_far")))
        return self._standing[1]

    def blinks(self, number: int, around: int) -> bool:
        """Whether the eyes are shut in a frame and open in one not more than ``around`` away."""
        if self.poses[number].pose.up >= LIDS_SHUT:
            return False
        return any(staged.pose.up > LIDS_OPEN for staged in self.poses[max(0, number - around) : number + around + 1])


@dataclass(slots=True)
class Shoot:
    """One shot, ready to be drawn in any of its frames."""

    size: Size
    view: View
    scenery: Scenery | None
    light: CastLight
    players: list[_Player]
    words: tuple[Words, ...]
    fade_in: int
    fade_out: int
    degraded: tuple[str, ...] = ()
    _floor: Frame | None = field(default=None, repr=False)
    """The stage with the shadows on it, where both are still."""
    _shadow: Numbers | None = field(default=None, repr=False)
    _worded: tuple[int, ...] = field(default=(), repr=False)

    def draw(self, number: int, frame: Frame) -> None:
        """Draw a frame of the shot, given that ``frame`` holds what was drawn last."""
        (scale, _, left), (_, _, top) = self.view.matrix(1.0, number)
        for player in self.players:
            self._pose(player, number, scale, left, top)
        shadow = self._shadows(number, scale, left)
        if self.scenery is None or self.scenery.still:
            for box in self._stale(number, frame, shadow):
                self._compose(number, frame, box)
            return
        hidden = no_tiles(self.size)
        for player in self.players:
            hide(player.figure.cel, self.size, hidden)
        self.scenery.lay_back(number, frame, hidden)
        cast_shadows(frame, shadow, self.light)
        self._lay(number, frame, frame.box)

    def _stale(self, number: int, frame: Frame, shadow: Numbers) -> tuple[Box, ...]:
        """The boxes of the picture that are not what they were, given a stage that does not move."""
        worded = (self._kept(number), *(words.opacity(number) * (1 + number * words.roll) for words in self.words))
        stale = [box for player in self.players for box in player.figure.changed]
        if self._floor is None or self._shadow is None:
            self._floor, self._shadow = frame.like(), shadow
            self._lay_floor(number, self._floor, None)
            cast_shadows(self._floor, shadow, self.light)
            stale = [frame.box]
        elif not same_shadows(shadow, self._shadow):
            for box in merged(boxes_of_shadows(self._shadow), frame.box):
                self._lay_floor(number, self._floor, box)
            cast_shadows(self._floor, shadow, self.light)
            stale += [*boxes_of_shadows(self._shadow), *boxes_of_shadows(shadow)]
            self._shadow = shadow
        if worded != self._worded:
            stale = [frame.box]
        self._worded = worded
        return tuple(merged(stale, frame.box))

    def _lay_floor(self, number: int, floor: Frame, box: Box | None) -> None:
        """Draw the stage, or a box of it, without shadows, given that it is still."""
        if self.scenery:
            self.scenery.lay_back(number, floor, no_tiles(self.size), box)
        elif box is None:
            _dark(floor)
        else:
            floor.fade(0, box, *DARK_YUV)

    def _compose(self, number: int, frame: Frame, box: Box) -> None:
        if self._floor is not None:
            frame.show(self._floor, box)
        self._lay(number, frame, box)

    def _lay(self, number: int, frame: Frame, box: Box) -> None:
        """Lay cast, nearer planes and words over the stage, and fade."""
        for player in self.players:
            player.figure.lay(frame, box)
        if self.scenery:
            self.scenery.lay_front(number, frame, box)
        for words in self.words:
            words.lay(number, frame, box)
        kept = self._kept(number)
        if kept < FULL:
            frame.fade(kept, box)

    def _kept(self, number: int) -> int:
        """Of 256, what a fade leaves of the picture."""
        last = self.view.frames - 1
        share = 1.0
        if self.fade_in and number < self.fade_in:
            share = min(share, (number + 0.5) / self.fade_in)
        if self.fade_out and last - number < self.fade_out:
            share = min(share, (last - number + 0.5) / self.fade_out)
        return round(256 * share)

    def _pose(self, player: _Player, number: int, scale: float, left: float, top: float) -> None:
        staged = player.poses[number]
        size = player.unit * scale
        x, y = (player.performer.x + staged.dx) * scale + left, player.performer.ground * scale + top
        mirror = -1.0 if staged.facing_left and not player.never_mirror else 1.0
        player.placed = (size * mirror, 0.0, 0.0, size, x, y)
        # Before a moving stage a held figure would tremble.
        between = number % 2 == 1 and self.view.still
        player.figure.pose(staged.pose, player.placed, HOLD_BETWEEN if between else HOLD)

    def _shadows(self, number: int, scale: float, left: float) -> Numbers:
        feet = []
        for player in self.players:
            staged = player.poses[number]
            size = player.unit * scale
            a, _, _, _, x, y = player.placed
            near, far = player.feet(number)
            middle = (near[0] + far[0]) / 2
            width = (min(900.0, abs(near[0] - far[0])) + FOOT_UNITS) * size
            lift = max(0.0, -max(near[1], far[1])) * size
            feet.append(Footing(x + a * middle, y, width, player.height_units * size, min(lift, staged.pose.air * size)))
        return shadows(feet, self.light, (scale, left))


def film(request: SegmentRequest, desk: Desk, path: Path) -> Shown:
    """Draw and encode a segment into ``path``.

    Raises:
        Unsupported: a portrait or backdrop has a form that is not drawn here.
    """
    shoot = prepare(request, desk)
    frames = request.timing.frames
    first, last = frames * request.part // request.parts, frames * (request.part + 1) // request.parts
    mouths: dict[str, list[int]] = {}
    blinks: list[int] = []
    around = round(BLINK_SECONDS * request.fps)
    with segment(path, request.width, request.height, request.fps, request.preset) as encoder:
        for number in range(first, last):
            shoot.draw(number, encoder.frame)
            encoder.send()
            if any(player.blinks(number, around) for player in shoot.players):
                blinks.append(number - first)
            for player in shoot.players:
                staged = player.poses[number]
                if staged.line and staged.mouth_open > MOUTH_OPEN:
                    mouths.setdefault(staged.line, []).append(number)
    mouth_frames = {line: tuple(found) for line, found in sorted(mouths.items())}
    return Shown(last - first, mouth_frames, tuple(blinks), shoot.degraded)


def prepare(request: SegmentRequest, desk: Desk) -> Shoot:
    """Set up a shot: its stage, its cast in their places, and its words."""
    size = Size(request.width, request.height)
    frames, fps, shot = request.timing.frames, request.fps, request.shot
    seed = seed_from(request.seed, shot.id)
    view = View.of(shot.camera, frames, size, fps, seed)
    scenery, light = (None, CastLight()) if request.backdrop is None else _stage(request.backdrop, view, seed, desk)
    language = shot.lines[0].language if shot.lines else "en"
    words = words_of(
        shot.card, request.captions, request.caption_style, request.watermark,
        width=size.width, height=size.height, fps=fps, frames=frames, language=language, on_stage=scenery is not None,
    )  # fmt: skip
    players, degraded = _players(request, view, light, desk)
    degraded += _unlettered(request)
    fade_in, fade_out = frames_in(shot.fade_in, fps), frames_in(shot.fade_out, fps)
    return Shoot(size, view, scenery, light, players, words, fade_in, fade_out, degraded)


def _unlettered(request: SegmentRequest) -> tuple[str, ...]:
    """Letters of this segment's words that no font has. What runs through the shot is told with its first segment."""
    first, last = (request.timing.frames * part // request.parts for part in (request.part, request.part + 1))
    captions = [("the caption", " ".join(caption.lines)) for caption in request.captions if first <= caption.start < last]
    card = request.shot.card.lines if request.shot.card else ()
    through = [*(("the card", line) for line in card), ("the watermark", request.watermark)] if request.part == 0 else []
    return tuple(dict.fromkeys(note for where, text in (*through, *captions) for note in told_missing(where, text)))


def _stage(backdrop: Backdrop, view: View, seed: int, desk: Desk) -> tuple[Scenery, CastLight]:
    if backdrop.form != STAGE_FORM:
        raise Unsupported(
            f"a backdrop of the form {backdrop.form!r} cannot be drawn by cutout.", remedy="Use the backdrop engine drawn-stage."
        )
    extras = StageExtras.model_validate(backdrop.extra)
    light = CastLight.of(backdrop, extras)

    def build() -> Scenery:
        planes = [
            PaintedPlane(plane.id, plane.z, np.load(desk.path(plane.image), mmap_mode="r", allow_pickle=False), plane.box)
            for plane in backdrop.planes
        ]
        return Scenery(planes, extras, _grade(backdrop.grade, view.size, desk) if backdrop.grade else None, view, seed)

    # What stands still in a still picture does not ask for how long, nor in which shot; a half-faded wing is drawn frame by frame.
    fading = any(0.0 < wing_opacity(plane.z, view.base.zoom) < 1.0 for plane in backdrop.planes)
    moving = not view.still or fading or bool(extras.drifts or extras.particles or extras.lightning)
    looks = [seed, repr(view.poses)] if moving else repr(view.base)
    key = digest_of([backdrop.canonical(), view.size.width, view.size.height, view.fps, looks])
    return _SCENERIES.get(key, build), light


def _grade(grade: MediaRef, size: Size, desk: Desk) -> Cel:
    def make() -> Cel:
        return grade_cel(np.load(desk.path(grade), allow_pickle=False), size)

    return _GRADES.get((grade.digest, size), make)


def _players(request: SegmentRequest, view: View, light: CastLight, desk: Desk) -> tuple[list[_Player], tuple[str, ...]]:
    shot, motion = request.shot, _motion()
    characters = {character.id: character for character in request.characters}
    others = {performer.character: performer for performer in shot.performers}
    heights, units = {}, {}
    degraded = []
    for performer in shot.performers:
        portrait = request.portraits.get(performer.character)
        if portrait is None or performer.character not in characters:
            continue
        if portrait.form != SHEET_FORM:
            raise Unsupported(
                f"a portrait of the form {portrait.form!r} cannot be moved by cutout.", remedy="Use the portrait engine drawn-cast."
            )
        units[performer.character] = performer.scale
        heights[performer.character] = units[performer.character] * portrait.height_units
    players = []
    # Who stands farther back is drawn first; at one depth, the order of the shot decides.
    for performer in sorted(shot.performers, key=lambda performer: performer.ground):
        name = performer.character
        if name not in units:
            degraded.append(f"{name} has no portrait and is not in the picture of shot {shot.id}.")
            continue
        portrait, unit = request.portraits[name], units[name]
        sheet = _sheet(portrait, light, desk)
        poses = _rehearsed(request, performer, others, heights, unit, motion)
        figure = Figure(sheet, view.size.width, view.size.height, light)
        players.append(_Player(performer, figure, poses, unit, portrait.height_units, sheet.rig.never_mirror))
    return players, tuple(degraded)


def _motion() -> MotionData:
    pack = house_pack()
    if pack.manifest.files.motion is None:
        raise Unsupported(f"the art pack {pack.name!r} has no acting data.", remedy="Add motion to its manifest.")
    return load_motion(pack.folder / pack.manifest.files.motion)


def _sheet(portrait: Portrait, light: CastLight, desk: Desk) -> ReadySheet:
    digest = portrait.sheet.digest

    def make() -> ReadySheet:
        # The sheet keeps what it draws on demand, eyes, for the next light.
        return ReadySheet(_SHEETS.get(digest, lambda: SpriteSheet.open(desk.path(portrait.sheet))), light.light)

    return _LIT_SHEETS.get((digest, light.light.tobytes()), make)


def _rehearsed(
    request: SegmentRequest,
    performer: Performer,
    others: dict[str, Performer],
    heights: dict[str, float],
    unit: float,
    motion: MotionData,
) -> tuple[StagedPose, ...]:
    """What a performer does in the shot; parts of one shot share it."""
    name = performer.character
    character = next(character for character in request.characters if character.id == name)
    apart = {other: other_performer for other, other_performer in others.items() if other != name}

    def rehearse() -> tuple[StagedPose, ...]:
        return Performance.of(
            performer, request.shot, request.timing, character, apart, request.mouths, request.fps, request.seed, heights[name], motion,
            heights=heights, unit=unit,
        ).poses()  # fmt: skip

    said = [request.shot.canonical(), request.timing.canonical(), performer.canonical(), character.canonical(), request.fps, request.seed]
    mouths = {line: mouth.canonical() for line, mouth in request.mouths.items()}
    key = canonical_json([*said, mouths, heights, unit])
    return _PERFORMANCES.get(digest_of(key), rehearse)


def _dark(frame: Frame) -> None:
    """A quiet dark ground for a card without a stage. Flat: a slope so dark would show as steps."""
    frame.y[:, : frame.width] = DARK_YUV[0]
    frame.u[:, : frame.width // 2], frame.v[:, : frame.width // 2] = DARK_YUV[1], DARK_YUV[2]
