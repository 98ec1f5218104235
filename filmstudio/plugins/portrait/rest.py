"""Poses at rest: how someone stands by nature, with the face of an emotion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from filmstudio.core.errors import InputError
from filmstudio.plugins.art.pack import ArtPack
from filmstudio.plugins.portrait.person import Person
from filmstudio.plugins.portrait.pose import HANG, Pose


@dataclass(frozen=True, slots=True)
class Expression:
    """The face of an emotion, in the channels of a pose; tilt, pitch and yaw are added to the head's own."""

    brow: float
    brow_a: float
    up: float
    low: float
    mouth: str
    gx: float
    gy: float
    tilt: float = 0.0
    pitch: float = 0.0
    yaw: float = 0.0
    iris: float = 1.0
    asym: float = 0.0
    scrunch: float = 0.0
    blush: float = 0.0

    @classmethod
    def of(cls, pack: ArtPack, emotion: str) -> Expression:
        """The expression that a pack draws for an emotion.

        Raises:
            InputError: the pack has no such emotion.
        """
        face = pack.emotions.get(emotion)
        if not isinstance(face, dict):
            known = ", ".join(pack.emotions)
            raise InputError(f"The art pack {pack.name!r} has no emotion {emotion!r}.", remedy=f"Use one of {known}.")
        brow, gaze = face["brow"], face["gaze"]
        if not isinstance(brow, list) or not isinstance(gaze, list):
            raise InputError(f"The emotion {emotion!r} is not complete.", remedy="Give it brow and gaze as pairs.")
        return cls(
            brow=_number(brow[0]),
            brow_a=_number(brow[1]),
            up=_number(face["up"]),
            low=_number(face["low"]),
            mouth=str(face["mouth"]),
            gx=_number(gaze[0]),
            gy=_number(gaze[1]),
            blush=_number(face.get("blush", 1.0 if emotion == "neutral" else 0.0)),
            **{key: _optional(face, key) for key in ("tilt", "pitch", "yaw", "asym", "scrunch")},
            iris=_number(face.get("iris", 1.0)),
        )


def person_pose(person: Person, pack: ArtPack, emotion: str | None = None) -> Pose:
    """How a person stands by nature, with the face of ``emotion`` (the person's own when None)."""
    rest = person.pose
    face = Expression.of(pack, emotion or rest.emo)
    near, far = rest.legs if len(rest.legs) == 2 else ((3.0, 2.0), (-7.0, 9.0))
    return Pose(
        lean=rest.lean,
        sway=rest.sway,
        tilt=rest.tilt + face.tilt * 0.5,
        yaw=0.4 + face.yaw,
        pitch=face.pitch,
        near=rest.near[:3],
        far=rest.far[:3],
        hand_n=rest.near[3],
        hand_f=rest.far[3],
        prop_n=rest.near_prop,
        prop_f=rest.far_prop,
        far_front=rest.far_front,
        nleg=(*near, rest.foot_near),
        fleg=(*far, rest.foot_far),
        ground=rest.ground,
        brow=face.brow,
        brow_a=face.brow_a,
        asym=face.asym,
        up=face.up,
        low=face.low,
        gx=face.gx,
        gy=face.gy,
        iris=face.iris,
        scrunch=face.scrunch,
        blush=face.blush,
        mouth=face.mouth,
        hair=HANG * (rest.lean + rest.tilt + face.tilt * 0.5),
    )


def creature_pose(pack: ArtPack, emotion: str) -> Pose:
    """How a creature holds itself, with the face of ``emotion``."""
    face = Expression.of(pack, emotion)
    return Pose(
        tilt=face.tilt,
        yaw=0.4 + face.yaw,
        pitch=face.pitch,
        brow=face.brow,
        brow_a=face.brow_a,
        asym=face.asym,
        up=face.up,
        low=face.low,
        gx=face.gx,
        gy=face.gy,
        iris=face.iris,
        blush=face.blush if emotion != "neutral" else 0.0,
        mouth=face.mouth,
    )


def _number(value: JsonValue) -> float:
    if isinstance(value, int | float):
        return float(value)
    raise InputError(f"{value!r} is not a number.", remedy="Correct the pack's emotions.")


def _optional(face: Mapping[str, JsonValue], key: str) -> float:
    return _number(face.get(key, 0.0))
