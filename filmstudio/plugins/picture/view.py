"""The camera of one shot: where it is in every frame, and how far what it sees moves in the picture."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from filmstudio.core.film import Camera, CameraPose
from filmstudio.plugins.backdrop.camera import Affine, Pose, Size, between, covering, plane_matrix, within_drawing

TREMBLE: Final = 7.0
"""Units that a fully handheld camera strays at zoom 1."""


@dataclass(frozen=True, slots=True)
class View:
    """Where the camera is in each frame of a shot. Planes are drawn as ``base`` sees them; parallax grows away from it."""

    poses: tuple[Pose, ...]
    base: Pose
    size: Size
    fps: int

    @classmethod
    def of(cls, camera: Camera, frames: int, size: Size, fps: int, seed: int) -> View:
        """Follow a shot's camera, held inside the drawing."""
        start = within_drawing(_pose(camera.start), size)
        end = covering(_pose(camera.end), start, size) if camera.end is not None else start
        tremble = _Tremble(camera.handheld * TREMBLE, seed)
        poses = []
        for frame in range(frames):
            share = frame / max(1, frames - 1)
            eased = share * share * (3 - 2 * share) if camera.ease == "smooth" else share
            pose = between(start, end, eased) if end != start else start
            if camera.handheld > 0:
                x, y = tremble.at(frame / fps)
                pose = covering(replace(pose, x=pose.x + x / pose.zoom, y=pose.y + y / pose.zoom), start, size)
            poses.append(pose)
        return cls(tuple(poses), start, size, fps)

    @property
    def frames(self) -> int:
        """Length of the shot."""
        return len(self.poses)

    @property
    def still(self) -> bool:
        """The camera does not move."""
        return self.poses.count(self.base) == len(self.poses)

    def matrix(self, z: float, frame: int) -> Affine:
        """Stage units to pixels for the plane at depth ``z``."""
        return plane_matrix(z, self.poses[frame], self.base, self.size)

    def samples(self) -> tuple[int, ...]:
        """Frames that show how far the camera goes."""
        last = self.frames - 1
        return tuple(sorted({last * part // 24 for part in range(25)}))

    def wander(self, z: float) -> float:
        """How far any point of a plane moves in the picture over the shot, pixels."""
        seen = [self.matrix(z, frame) for frame in self.samples()]
        (s0, _, x0), (_, _, y0) = seen[0]
        most = 0.0
        for (s, _, x), (_, _, y) in seen[1:]:
            for px in (0.0, float(self.size.width)):
                most = max(most, abs((px - x0) / s0 * s + x - px))
            for py in (0.0, float(self.size.height)):
                most = max(most, abs((py - y0) / s0 * s + y - py))
        return most


class _Tremble:
    """A hand's unsteadiness: four unequal slow waves in each direction."""

    def __init__(self, reach: float, seed: int) -> None:
        rng = np.random.Generator(np.random.PCG64(seed))
        self._phases = [float(rng.integers(0, 1000)) / 1000 for _ in range(8)]
        self._reach = reach

    def at(self, seconds: float) -> tuple[float, float]:
        waves = ((0.23, 0.5), (0.41, 0.3), (0.73, 0.14), (1.31, 0.06))
        x = sum(share * math.sin(2 * math.pi * (hz * seconds + phase)) for (hz, share), phase in zip(waves, self._phases[:4], strict=True))
        y = sum(share * math.sin(2 * math.pi * (hz * seconds + phase)) for (hz, share), phase in zip(waves, self._phases[4:], strict=True))
        return x * self._reach, y * self._reach * 0.7


def _pose(pose: CameraPose) -> Pose:
    return Pose(pose.x, pose.y, pose.zoom)
