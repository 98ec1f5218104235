"""Blocking: where everyone stands in a scene, which way they face, who has come in and who has left, beat by beat."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from filmstudio.core.film import Beat, Facing, Happening, Line, Posture
from filmstudio.plugins.backdrop.stage import Stage, crop_centre
from filmstudio.plugins.direction.figures import Figure, stage_scale
from filmstudio.plugins.direction.words import enters, leaves

Side = Literal["left", "right"]

_SEAT_BACK = 15.0
"""How far behind the ground line the feet of somebody in a seat are."""
_GAP, _CROWD_GAP, _SHOULDERS = 0.50, 0.36, 0.18
"""Distance of two people talking, of neighbours in a group, and of neighbours in a crowd, in heights of a standing adult."""
_TIGHTEST = _SHOULDERS / _CROWD_GAP
"""How far a group may be squeezed together."""

POSTURES: dict[str, Posture] = {
    "sit": "sit", "sit_floor": "sit_floor", "kneel": "kneel", "kneel_seiza": "kneel", "sleep": "lie", "stand_up": "stand",
    "walk": "stand", "run": "stand", "dance": "stand", "jump": "stand", "bow": "stand",
}  # fmt: skip
"""The posture that an action ends in."""

DOWN = frozenset(action for action, posture in POSTURES.items() if posture != "stand")
"""Actions that end sitting, kneeling or lying."""
UP = frozenset(POSTURES) - DOWN
"""Actions that end on one's feet."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Where one person stands at a moment, in stage units, before any camera."""

    character: str
    x: float
    ground: float
    facing: Facing
    posture: Posture = "stand"
    enters: Side | None = None
    exits: Side | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """The people on stage while one beat happens, from left to right."""

    marks: tuple[Mark, ...]

    def of(self, character: str) -> Mark | None:
        """The mark of one person, or None while they are off stage."""
        return next((mark for mark in self.marks if mark.character == character), None)


def places(stage: Stage, order: Sequence[str], figures: Mapping[str, Figure], focal_x: float) -> dict[str, Mark]:
    """A place for everyone who is ever on stage, on the ground line, inside the free ranges of the stage.

    The first two stand left and right and face each other; later people stand behind the second or the first, by turns, so
    that the line between the two speakers never moves. Of a crowd that does not fit, the rest share the places of all but the
    first two: ``moments`` says who of them is seen.
    """
    if not order:
        return {}
    fitting = _fitting(stage, order, figures, focal_x)
    marks = _in_line(stage, order[:fitting], figures, focal_x)
    shared = order[2:fitting] or order[:fitting]
    for index, character in enumerate(order[fitting:]):
        marks[character] = replace(marks[shared[index % len(shared)]], character=character)
    return marks


def _fitting(stage: Stage, order: Sequence[str], figures: Mapping[str, Figure], focal_x: float) -> int:
    """How many have a place of their own: as many as stand on the stage in two rows, shoulder to shoulder."""
    if stage.seats:
        room, least = max(stage.seats)[0] - min(stage.seats)[0], _SHOULDERS * stage.cast_height(stage.ground_y)
        return max(len(stage.seats), 1 + int(room / least))
    count = len(order)
    while count > 2:
        wanted = _offsets(stage, _from_left(order[:count]), figures)[-1]
        left, right = _widest(stage, focal_x, wanted)
        if wanted * _TIGHTEST <= right - left:
            break
        count = min(count - 1, max(2, int(count * (right - left) / (wanted * _TIGHTEST))))
    return count


def _offsets(stage: Stage, line: Sequence[str], figures: Mapping[str, Figure]) -> list[float]:
    """How far from the first everyone in a line would like to stand."""
    height = stage.cast_height(stage.ground_y)
    scale = stage_scale(stage.ground_y, stage.horizon_y)
    widths = {character: figures[character].half * scale for character in line}
    gap = (_GAP if len(line) <= 2 else _CROWD_GAP) * height
    offsets = [0.0]
    for left, right in itertools.pairwise(line):
        offsets.append(offsets[-1] + max(gap, 0.9 * (widths[left] + widths[right]) + 0.05 * height))
    return offsets


def _in_line(stage: Stage, order: Sequence[str], figures: Mapping[str, Figure], focal_x: float) -> dict[str, Mark]:
    """A place of their own for everyone."""
    line = _from_left(order)
    if stage.seats:
        return _seated(stage, line)
    offsets = _offsets(stage, line, figures)
    span = _widest(stage, focal_x, offsets[-1])
    room = span[1] - span[0]
    squeeze = min(1.0, room / offsets[-1]) if offsets[-1] > 0 else 1.0
    total = offsets[-1] * squeeze
    centre = min(span[1] - total / 2, max(span[0] + total / 2, crop_centre(stage, "1:1", focal_x)))
    marks: dict[str, Mark] = {}
    for index, (character, offset) in enumerate(zip(line, offsets, strict=True)):
        # A crowd that had to be squeezed stands in two rows.
        back = squeeze < 0.9 and index % 2 == 1
        ground = stage.walk_band[0] + 4 if back else stage.ground_y
        x = centre - total / 2 + offset * squeeze
        marks[character] = Mark(character, round(x, 2), ground, "right" if index <= line.index(order[0]) else "left")
    if len(line) == 1:
        only = marks[line[0]]
        marks[line[0]] = replace(only, facing="right" if only.x <= 960 else "left")
    return marks


def _seated(stage: Stage, line: Sequence[str]) -> dict[str, Mark]:
    """Everyone in the drawn seats; more people than seats share the row between the outermost ones."""
    seats = [x for x, _ in sorted(stage.seats)]
    if len(line) > len(seats):
        step = (seats[-1] - seats[0]) / (len(line) - 1)
        seats = [seats[0] + step * index for index in range(len(line))]
    middle = (seats[0] + seats[-1]) / 2
    ground = stage.ground_y - _SEAT_BACK
    return {who: Mark(who, x, ground, "right" if x < middle else "left", "sit") for who, x in zip(line, seats, strict=False)}


def _from_left(order: Sequence[str]) -> list[str]:
    if len(order) < 3:
        return list(order)
    left, right = [order[0]], [order[1]]
    for index, character in enumerate(order[2:]):
        (right if index % 2 == 0 else left).append(character)
    return [*reversed(left), *right]


def _widest(stage: Stage, focal_x: float, wanted: float) -> tuple[float, float]:
    """The free range that holds ``wanted``, nearest to the picture's subject; else the widest."""
    spans = stage.clear_x or ((300.0, 1600.0),)
    centre = crop_centre(stage, "1:1", focal_x)
    fitting = [span for span in spans if span[1] - span[0] >= wanted]
    if fitting:
        return min(fitting, key=lambda span: (abs(min(span[1], max(span[0], centre)) - centre), -(span[1] - span[0])))
    return max(spans, key=lambda span: span[1] - span[0])


def moments(beats: Sequence[Beat], marks: Mapping[str, Mark], *, seated: bool) -> list[Moment]:
    """Who is on stage during each beat, where and in which posture.

    Someone whose first beat is an entrance is off stage until then; someone who leaves is gone after that beat. ``seated``
    people (a podcast) stay as they are.
    """
    there = {character: mark for character, mark in marks.items() if not _enters_later(character, beats)}
    present = on_stage(there)
    waiting = {character: mark for character, mark in there.items() if character not in present}
    found: list[Moment] = []
    for beat in beats:
        going: list[str] = []
        if waiting:
            _change_places(beat, present, waiting)
        now = dict(present)
        if isinstance(beat, Happening) and not seated:
            for business in beat.business:
                down = now.get(business.character)
                if down is not None and business.action in UP and business.action != "stand_up":
                    now[business.character] = replace(down, posture="stand")  # nobody dances sitting down
            for character in _actors(beat, marks):
                side: Side = "left" if marks[character].facing == "right" else "right"
                if character not in now and enters(beat.text):
                    now[character] = replace(marks[character], enters=side)
                    present[character] = marks[character]
                elif character in now and leaves(beat.text) and not enters(beat.text):
                    now[character] = replace(now[character], exits=side)
                    going.append(character)
        elif isinstance(beat, Line) and beat.presence == "on" and beat.character in marks and beat.character not in now:
            # Whoever speaks on screen is on screen, whatever the action forgot to say.
            now[beat.character] = present[beat.character] = marks[beat.character]
        found.append(Moment(tuple(sorted(now.values(), key=lambda mark: mark.x))))
        if isinstance(beat, Happening) and not seated:
            for business in beat.business:
                posture = POSTURES.get(business.action)
                if posture and business.character in present:
                    present[business.character] = replace(present[business.character], posture=posture)
        for character in going:
            present.pop(character, None)
    return found


def on_stage(marks: Mapping[str, Mark]) -> dict[str, Mark]:
    """Those who are seen when nobody has spoken yet: of people who share a place the first."""
    taken: dict[tuple[float, float], str] = {}
    for character, mark in marks.items():
        taken.setdefault((mark.x, mark.ground), character)
    return {character: marks[character] for character in marks if taken[marks[character].x, marks[character].ground] == character}


def _change_places(beat: Beat, present: dict[str, Mark], waiting: dict[str, Mark]) -> None:
    """Whoever a beat needs takes the place that they share from whoever has it and is not needed now."""
    if isinstance(beat, Line):
        needed = [beat.character, *([beat.listener] if beat.listener else [])] if beat.presence == "on" else []
    else:
        needed = [business.character for business in beat.business]
    for character in needed:
        mark = waiting.get(character)
        if mark is None:
            continue
        holders = [other for other, held in present.items() if (held.x, held.ground) == (mark.x, mark.ground)]
        if any(other in needed for other in holders):
            continue
        for other in holders:
            waiting[other] = present.pop(other)
        present[character] = waiting.pop(character)


def _actors(beat: Happening, marks: Mapping[str, Mark]) -> list[str]:
    return list(dict.fromkeys(business.character for business in beat.business if business.character in marks))


def _enters_later(character: str, beats: Sequence[Beat]) -> bool:
    for beat in beats:
        if isinstance(beat, Line):
            if beat.character == character and beat.presence == "on":
                return False
        elif any(business.character == character for business in beat.business):
            return enters(beat.text) and any(b.character == character and b.action in ("walk", "run") for b in beat.business)
    return False
