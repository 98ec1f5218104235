"""Framing: where the camera stands for a size of shot, so that faces are on the upper third and everyone meant to be seen is.

A tighter shot is made as on a set: the camera comes closer *and* the people step towards it. Their feet go out of the
picture; the horizon, which is the eye level of a standing adult, stays behind their eyes, and the stage is enlarged no more
than its drawing bears. ``near`` is how much larger a figure is than on the ground line of the wide shot.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from filmstudio.core.film import Aspect, Camera, CameraPose, Performer, ShotSize
from filmstudio.core.model import seed_from
from filmstudio.plugins.backdrop.camera import Pose, Size, within_drawing
from filmstudio.plugins.backdrop.stage import FRAME, Stage, crop_centre
from filmstudio.plugins.direction.blocking import Mark
from filmstudio.plugins.direction.figures import Figure, stage_scale

PICTURES: dict[Aspect, Size] = {"16:9": Size(1920, 1080), "9:16": Size(608, 1080), "1:1": Size(1080, 1080)}
FRAME_HEIGHT = FRAME[3]

EYES_AT = 0.37
"""Eyes lie this share of the picture's height below its top edge: the upper third, with room for hair and hats."""

MOST_ZOOM = 4.6
PUSH_IN = 1.045
"""How much closer the camera comes in a slow push-in."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a size is framed: the height of the picture in heights of the figure, but at least ``least`` drawing units (faces are
    of one size at every age), how near people step, and where the eyes lie."""

    field: float
    least: float
    near: float
    eyes: float = EYES_AT


_PLANS: dict[ShotSize, Plan] = {
    "wide": Plan(2.05, 1800, 1.3),
    "full": Plan(1.42, 1150, 1.7, 0.27),
    "two": Plan(0.86, 780, 2.5, 0.37),
    "group": Plan(0.95, 860, 2.2, 0.36),
    "over_shoulder": Plan(0.66, 700, 2.8, 0.38),
    "medium": Plan(0.63, 660, 2.9, 0.37),
    "reaction": Plan(0.50, 600, 3.0, 0.40),
    "close": Plan(0.42, 510, 3.0, 0.42),
    "extreme": Plan(0.31, 400, 3.1, 0.44),
    "insert": Plan(0.74, 720, 2.7, 0.30),
}
_SMALL = 1.3
"""A small animal's picture is at most this many of its own heights high."""
_LYING_NEAR = 1.5
"""Somebody who lies on the ground comes this much nearer: further, and the ground would be outside the drawing."""
_SEATED_FIELD = 1.25
"""People in drawn seats cannot step forward: pictures of them are wider, or the stage would be enlarged beyond its drawing."""
_FEET = frozenset({"wide", "full"})
"""Sizes that show the ground under the feet."""
NARROWEST_PAIR = 0.9
"""Pictures narrower than this show the speaker alone where others show a listener's shoulder."""
_HIGHEST_EYES, _LOWEST_EYES = 0.20, 0.66
"""Shares of the height between which a listener's face is whole and clear of the captions."""
_HEAD = 150.0
"""Half of a head with its hair, drawing units."""
_UPRIGHT = 1.18
"""In an upright picture singles take this much more height, or shoulders and hands would be cut."""
_LOOK_ROOM = 0.06
"""Share of the picture's width left in front of a face."""
_SEAT_SIDE = 0.32
"""The same in drawn seats, which have arms and knees beside them."""
_SIDE = 0.10
"""Room beside the outermost figures, in heights of a figure."""


@dataclass(frozen=True, slots=True)
class Framed:
    """A framed picture: the camera, and the people as they stand for it."""

    camera: Camera
    performers: tuple[Performer, ...]


@dataclass(frozen=True, slots=True)
class Set:
    """What framing must know of a scene's set: the stage, the shape of the picture, and everybody's measures."""

    stage: Stage
    aspect: Aspect
    figures: Mapping[str, Figure]
    focal_x: float

    @property
    def ratio(self) -> float:
        """Width of the picture over its height."""
        size = PICTURES[self.aspect]
        return size.width / size.height

    @property
    def fixed(self) -> bool:
        """Whether people sit in drawn seats and cannot step towards the camera."""
        return bool(self.stage.seats)


def wide(on: Set, marks: Sequence[Mark], zoom: float = 1.0, *, push: bool = False) -> Framed:
    """The whole stage, people on its ground line, the drawing's own composition."""
    ratio = on.ratio
    seen = FRAME_HEIGHT / zoom * ratio
    centre = FRAME[2] / 2 if on.aspect == "16:9" else crop_centre(on.stage, "9:16" if on.aspect == "9:16" else "1:1", on.focal_x)
    if marks:
        left, right = _extent(on, marks)
        centre = min(left + seen / 2, max(right - seen / 2, centre)) if right - left <= seen else (left + right) / 2
    # What is cut off is cut from the sky: people stand in the lower half.
    pose = CameraPose(x=round(centre, 2), y=round(FRAME_HEIGHT / 2 * (1 + 0.4 * (1 - 1 / zoom)), 2), zoom=zoom)
    performers = tuple(performer(on, mark, 1.0, mark.x, mark.ground) for mark in marks)
    return Framed(_camera(on, pose, push=push, about=(centre, on.stage.horizon_y)), performers)


def view_of_place(on: Set, marks: Sequence[Mark], key: str, nth: int = 0) -> Framed:
    """A picture of the place while nobody in it is the subject: the whole, what the eye goes to, or a slow pan; all of them move
    a little, for nothing else does. ``key`` (a beat's id) decides the first of a scene, ``nth`` counts those before it."""
    choice = (seed_from(key) + nth) % 4
    limits = on.stage.camera
    if choice == 0 or on.fixed:
        return wide(on, marks, 1.04, push=True)
    if choice == 1:
        pose = CameraPose(x=on.focal_x, y=min(max(on.stage.focal.y, 420.0), 600.0), zoom=1.5)
        picture = wide(on, marks, 1.0)
        return Framed(_camera(on, pose, push=True, about=(on.focal_x, on.stage.focal.y)), picture.performers)
    picture = wide(on, marks, 1.18)
    start = picture.camera.start
    drift = min(0.5 * limits.max_x, 60.0) * (1 if choice == 2 else -1)
    ends = [_inside(CameraPose(x=start.x + offset, y=start.y, zoom=start.zoom), PICTURES[on.aspect]) for offset in (-drift, drift)]
    return Framed(Camera(start=ends[0], end=ends[1]), picture.performers)


def framed(on: Set, size: ShotSize, subjects: Sequence[Mark], others: Sequence[Mark] = (), *, push: bool = False) -> Framed:
    """A shot of ``subjects`` at ``size``; ``others`` are people who may stand at the edge (the shoulder of the listener)."""
    plan = _PLANS[size]
    stage, ratio = on.stage, on.ratio
    lying = all(on.figures[mark.character].lies(mark.posture) for mark in subjects)
    near = 1.0 if on.fixed else min(plan.near, _LYING_NEAR) if lying else plan.near
    depth = near * (stage.ground_y - stage.horizon_y)
    unit = stage_scale(stage.horizon_y + depth, stage.horizon_y)
    tallest = max(subjects, key=lambda mark: on.figures[mark.character].eyes(mark.posture))
    figure = on.figures[tallest.character]
    single = len(subjects) == 1
    measure = max(on.figures[mark.character].top for mark in subjects) if not single else figure.top
    field = max(plan.field * measure, min(plan.least, _SMALL * measure))
    if on.fixed:
        field *= _SEATED_FIELD
    upright = on.aspect == "9:16" and single and size not in _FEET
    height = field * (_UPRIGHT if upright else 1.0) * unit
    # Whole figures are framed about their middle, closer pictures about the head. Who lies down turns about the hips.
    middles = {mark.character: 0.0 if on.figures[mark.character].lies(mark.posture) else 0.5 for mark in subjects}
    shift = {mark.character: _head_shift(on, mark) * (middles[mark.character] if size in _FEET else 1.0) for mark in subjects}
    heads = {mark.character: mark.x + shift[mark.character] for mark in subjects}
    middle = sum(heads[mark.character] for mark in subjects) / len(subjects)
    step = 1.0 if on.fixed else near
    # People who step forward also step apart: their distance grows with them.
    xs = {mark.character: middle + (heads.get(mark.character, mark.x) - middle) * step for mark in (*subjects, *others)}
    halves = {mark.character: on.figures[mark.character].half * unit for mark in (*subjects, *others)}
    if single and size not in _FEET and size != "extreme":
        # Horns, hats and high hair stay in the picture.
        height = max(height, (figure.top - figure.eye) * unit / (plan.eyes - 0.02))
    if not single:
        xs = _closer(on, subjects, xs, halves, height * ratio, unit)
        left = min(xs[mark.character] - halves[mark.character] for mark in subjects)
        right = max(xs[mark.character] + halves[mark.character] for mark in subjects)
        wanted = right - left + 2 * (_SEAT_SIDE if on.fixed else _SIDE) * measure * unit
        height = max(height, wanted / ratio)
        middle = (left + right) / 2
    zoom = min(MOST_ZOOM, FRAME_HEIGHT / height)
    height = FRAME_HEIGHT / zoom
    # The eyes of the tallest lie a little under the horizon, where an adult's are anyway.
    eye_y = stage.horizon_y + 0.02 * depth
    if lying:
        eye_y = stage.horizon_y + depth - figure.eyes(tallest.posture) * unit
    elif on.fixed:
        eye_y = tallest.ground - figure.eyes(tallest.posture) * unit
    ground = eye_y + figure.eyes(tallest.posture) * unit
    smallest = min(on.figures[mark.character].eyes(mark.posture) for mark in subjects) * unit
    lowest_eye = ground - smallest
    top = eye_y - plan.eyes * height
    if lowest_eye - top > 0.62 * height:
        # A child beside an adult: both faces in the picture before the rule of thirds.
        height = max(height, (lowest_eye - eye_y) / (0.62 - 0.26))
        zoom = min(MOST_ZOOM, FRAME_HEIGHT / height)
        height = FRAME_HEIGHT / zoom
        top = eye_y - 0.26 * height
    if not single and size not in _FEET and not on.fixed and ground < top + height:
        # So wide a picture shows the ground: then people stand on it.
        return framed(on, "full", subjects, push=push)
    if size in _FEET:
        top = ground + (0.06 if size == "full" else 0.10) * height - height
    x = middle
    others = [
        mark
        for mark in others
        if ratio >= NARROWEST_PAIR
        and _HIGHEST_EYES < (ground - on.figures[mark.character].eyes(mark.posture) * unit - top) / height < _LOWEST_EYES
    ]
    if single and others:
        # Room for the listener at the side the speaker faces.
        x = middle + (0.13 if subjects[0].facing == "right" else -0.13) * height * ratio
    elif single:
        look = _LOOK_ROOM if size not in _FEET else 0.03
        x = middle + (look if subjects[0].facing == "right" else -look) * height * ratio
    pose = CameraPose(x=round(x, 2), y=round(top + height / 2, 2), zoom=round(zoom, 4))
    people = [performer(on, mark, near, xs[mark.character] - near * shift[mark.character], ground) for mark in subjects]
    for mark in others:
        edge = _edge(on, mark, subjects[0], pose, unit)
        people.append(performer(on, mark, near, edge, ground))
    camera = _camera(on, pose, push=push, about=(middle, eye_y))
    return Framed(camera, _shifted(tuple(people), pose, camera, on))


def _head_shift(on: Set, mark: Mark) -> float:
    """Stage units from the feet to the head sideways: only of somebody who lies down, the head away from where they faced."""
    reach = on.figures[mark.character].reach(mark.posture) * stage_scale(mark.ground, on.stage.horizon_y)
    return -reach if mark.facing == "right" else reach


def _edge(on: Set, mark: Mark, subject: Mark, pose: CameraPose, unit: float) -> float:
    """Where the listener stands: at the edge of the picture that the speaker faces, the face inside it, the body half out."""
    seen = FRAME_HEIGHT / pose.zoom * on.ratio
    head = min(_HEAD, on.figures[mark.character].half) * unit
    side = 1.0 if subject.facing == "right" else -1.0
    return pose.x + side * (seen / 2 - 1.05 * head)


def _closer(
    on: Set, subjects: Sequence[Mark], xs: Mapping[str, float], halves: Mapping[str, float], width: float, unit: float
) -> dict[str, float]:
    """Move people together, as far as their shoulders allow, where the picture is too narrow for the distance they keep."""
    if on.fixed:
        return dict(xs)
    line = sorted(subjects, key=lambda mark: xs[mark.character])
    placed = dict(xs)
    gaps = [(xs[b.character] - xs[a.character], 1.0 * (halves[a.character] + halves[b.character])) for a, b in itertools.pairwise(line)]
    room = width - halves[line[0].character] - halves[line[-1].character] - 2 * _SIDE * on.figures[line[0].character].top * unit
    now, least = sum(gap for gap, _ in gaps), sum(closest for _, closest in gaps)
    if now > room and now > least:
        share = max(0.0, min(1.0, (room - least) / (now - least)))
        middle = (xs[line[0].character] + xs[line[-1].character]) / 2
        widths = [max(min(gap, closest), closest + (gap - closest) * share) for gap, closest in gaps]
        x = middle - sum(widths) / 2
        placed[line[0].character] = x
        for mark, gap in zip(line[1:], widths, strict=True):
            x += gap
            placed[mark.character] = x
    return placed


def _extent(on: Set, marks: Sequence[Mark]) -> tuple[float, float]:
    scale = stage_scale(on.stage.ground_y, on.stage.horizon_y)
    halves = [on.figures[mark.character].half * scale for mark in marks]
    margin = 0.04 * FRAME_HEIGHT
    return (
        min(mark.x - half for mark, half in zip(marks, halves, strict=True)) - margin,
        max(mark.x + half for mark, half in zip(marks, halves, strict=True)) + margin,
    )


def performer(on: Set, mark: Mark, near: float, x: float, ground: float) -> Performer:
    """A person on the stage; ``near`` is how much larger than on the ground line."""
    depth = near * (mark.ground - on.stage.horizon_y)
    return Performer(
        character=mark.character,
        x=round(x, 2),
        ground=round(ground, 2),
        scale=round(stage_scale(on.stage.horizon_y + depth, on.stage.horizon_y), 5),
        facing=mark.facing,
        posture=mark.posture,
        props=("stool",) if mark.posture == "sit" and not on.fixed else (),
        enters=mark.enters,
        exits=mark.exits,
    )


def _camera(on: Set, pose: CameraPose, *, push: bool, about: tuple[float, float]) -> Camera:
    size = PICTURES[on.aspect]
    start = _inside(pose, size)
    if not push:
        return Camera(start=start)
    # The point the push-in is about keeps its place in the picture.
    x, y = about
    end = CameraPose(x=x + (start.x - x) / PUSH_IN, y=y + (start.y - y) / PUSH_IN, zoom=start.zoom * PUSH_IN)
    return Camera(start=start, end=_inside(end, size))


def _inside(pose: CameraPose, size: Size) -> CameraPose:
    held = within_drawing(Pose(pose.x, pose.y, pose.zoom), size)
    return CameraPose(x=round(held.x, 2), y=round(held.y, 2), zoom=round(held.zoom, 4))


def _shifted(people: tuple[Performer, ...], wanted: CameraPose, camera: Camera, on: Set) -> tuple[Performer, ...]:
    """People moved by as much as the camera was held back at the edge of the drawing: the framing stays, the stage gives way."""
    if on.fixed:
        return people
    dx, dy = camera.start.x - wanted.x, camera.start.y - wanted.y
    return tuple(person.model_copy(update={"x": round(person.x + dx, 2), "ground": round(person.ground + dy, 2)}) for person in people)
