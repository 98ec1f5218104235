"""A pose on the stage: what the rig draws in one frame, and where."""

from __future__ import annotations

from dataclasses import dataclass

from filmstudio.plugins.portrait.pose import Pose


@dataclass(frozen=True, slots=True)
class StagedPose:
    """One person in one frame of a shot."""

    pose: Pose
    """Channels of the rig, facing right. Unchanged parts have equal values from frame to frame."""
    dx: float
    """Feet from ``performer.x``, stage units, to the right of the picture."""
    facing_left: bool
    """Draw the person mirrored."""
    mouth_open: float
    """Opening of the drawn mouth, 0 shut to 1 widest."""
    line: str = ""
    """Id of the line the mouth is speaking in this frame; empty while silent, and for acting mouths such as a laugh."""
