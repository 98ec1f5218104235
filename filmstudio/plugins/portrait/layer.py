"""The draw list: what a rig gives a compositor for one pose, back to front."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NewType, Protocol

from filmstudio.plugins.portrait.pose import Pose

SpriteKey = NewType("SpriteKey", str)
"""Name of one picture of one person; ``SpriteSheet.get(key)`` gives it. Two layers with equal keys show the same picture.

Eyes are finished pictures (lid, clipped iris, lights, lash in one) of a state on a grid, so a compositor treats them like
any other sprite."""

Matrix = tuple[float, float, float, float, float, float]
"""(a, b, c, d, e, f) in the order of SVG and canvas: x' = a x + c y + e, y' = b x + d y + f."""

GROUPS = ("head_back", "hang", "arm_far", "legs", "body", "head", "fore_far", "arm_near")
"""The groups of a person's layers, in the order in which they come. Each group's layers are neighbours in the list."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One picture of the draw list.

    ``matrix`` takes the sprite's own units to character space: origin on the ground between the feet, x to the right (the
    side the person faces), y down, drawing units (an adult is about 1250 tall). A group whose layers are equal to those of
    the frame before has not moved.
    """

    sprite: SpriteKey
    matrix: Matrix
    opacity: float = 1.0
    group: str = "body"
    worn: bool = False
    """Receives the contact shade: laid right after the last worn layer, inside the joint alpha of all worn layers."""
    caster: bool = False
    """Casts the contact shade: its alpha, moved by ``Rig.shade(pose)``, in ink #3B2230 at 16 %."""


class Rig(Protocol):
    """Anything that can be posed: a person or a creature."""

    @property
    def never_mirror(self) -> bool:
        """True when the clothes or marks may not be mirrored: turn the head only and place the person facing right."""
        ...

    def layers(self, pose: Pose) -> tuple[Layer, ...]:
        """The draw list, back to front. A figure that faces left is drawn with every matrix mirrored by the caller."""
        ...

    def shade(self, pose: Pose) -> tuple[float, float]:
        """How far the contact shade lies from its casters, in character space."""
        ...

    def point(self, pose: Pose, name: str) -> tuple[float, float]:
        """Where a landmark is in character space: eye, mouth, chin, crown, neck, heart, hip, shoulder_near, shoulder_far,
        hand_near, hand_far, foot_near, foot_far.

        Raises:
            KeyError: no such landmark.
        """
        ...
