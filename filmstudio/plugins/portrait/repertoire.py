"""The repertoire of a rig: the sprites that normal acting asks for, so that a sheet can hold them ready."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from filmstudio.plugins.portrait.cast import PosableRig
from filmstudio.plugins.portrait.layer import SpriteKey
from filmstudio.plugins.portrait.pose import Pose
from filmstudio.plugins.portrait.sprites import HANDS, MOUTHS

EMOTIONS: Final = ("neutral", "warm", "happy", "sad", "angry", "afraid", "surprised", "disgusted", "thoughtful")
BLINK: Final = (1.0, 0.62, 0.12, 0.0, 0.3, 0.72, 0.93)
"""What a blink makes of the upper lid, frame by frame."""


def repertoire(rig: PosableRig) -> tuple[SpriteKey, ...]:
    """The names of the sprites, in the order in which acting first meets them."""
    found: dict[SpriteKey, None] = {}
    for pose in _poses(rig):
        for layer in rig.layers(pose):
            found[layer.sprite] = None
    return tuple(found)


def _poses(rig: PosableRig) -> Iterator[Pose]:
    rest = rig.rest()
    yield rest
    for emotion in EMOTIONS:
        face = rig.rest(emotion)
        for lid in BLINK:
            yield replace(face, up=face.up * lid)
    for mouth in MOUTHS:
        yield replace(rest, mouth=mouth)
    for hand in HANDS:
        yield replace(rest, hand_n=hand, hand_f=hand)
        yield replace(rest, hand_n=hand, hand_f=hand, far_front=True)
    yield replace(rest, blush=1.0, scrunch=1.0, yaw=0.0)
    for seat in ("b_crossed", "b_seiza"):
        yield replace(rest, bottom=seat)
    yield replace(rest, nleg=(-20.0, 24.0, 5.0), fleg=(18.0, 10.0, 0.0))
