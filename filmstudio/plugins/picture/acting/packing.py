"""Packing: the channels of a performance, clamped and quantised, as one pose for each frame."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from filmstudio.plugins.picture.acting.cues import Cues
from filmstudio.plugins.picture.acting.gait import Stride
from filmstudio.plugins.picture.acting.motion import ARMS, LEGS
from filmstudio.plugins.picture.acting.mouths import MouthFrame
from filmstudio.plugins.picture.acting.part import Part
from filmstudio.plugins.picture.acting.staged import StagedPose
from filmstudio.plugins.portrait.pose import Pose

Channels = dict[str, list[float]]
"""Values by channel, one a frame."""

QUANTA: dict[str, float] = {
    **dict.fromkeys(("hx", "hy", "shr", "rx", "air", "ground", "brow", "asym"), 0.25),
    **dict.fromkeys(("up", "low", "gx", "gy", "iris", "mw", "mh"), 0.02),
    **dict.fromkeys(("breath", "scrunch", "blush", "jaw", "dx"), 0.05),
    **{"yaw": 0.005, "pitch": 0.01, "sq": 0.005, "hem": 0.01, "brow_a": 0.5, "ear": 0.5, "tail": 0.5},
}
"""The smallest change of a channel that is worth drawing; all others are angles in tenths of a degree."""


def pack_poses(
    part: Part, cues: Cues, baked: Channels, steps: dict[str, list[str | bool | None]], grounded: Sequence[bool],
    strides: Sequence[Stride | None], mouths: Sequence[MouthFrame], facing: Sequence[bool],
) -> tuple[StagedPose, ...]:  # fmt: skip
    """Clamp, quantise and pack: one pose for each frame."""
    for channel in ("yaw", "pitch", "gx", "gy"):
        baked[channel] = [max(-1.0, min(1.0, value)) for value in baked[channel]]
    for channel in ("scrunch", "blush"):
        baked[channel] = [max(0.0, min(1.0, value)) for value in baked[channel]]
    baked["mw"] = [mouth.width * value for mouth, value in zip(mouths, baked["mw"], strict=True)]
    baked["mh"] = [mouth.height * value for mouth, value in zip(mouths, baked["mh"], strict=True)]
    baked["jaw"] = [mouth.jaw or 0.0 for mouth in mouths]
    across = part.unit * cues.score.body.size
    baked["dx"] = [value * across for value in baked["dx"]]
    q = {channel: _quantised(values, QUANTA.get(channel, 0.1)) for channel, values in baked.items()}
    creature = cues.score.body.creature
    limbs = {arm: list(zip(q[f"{arm}0"], q[f"{arm}1"], q[f"{arm}2"], strict=True)) for arm in ARMS}
    legs = {leg: _legs(baked, leg, strides, creature=creature) for leg in LEGS}
    staged: list[StagedPose] = []
    for frame, mouth in enumerate(mouths):
        pose = Pose(
            lean=q["lean"][frame],
            sway=q["sway"][frame],
            tilt=q["tilt"][frame],
            yaw=q["yaw"][frame],
            pitch=q["pitch"][frame],
            hx=q["hx"][frame],
            hy=q["hy"][frame],
            shr=q["shr"][frame],
            rx=q["rx"][frame],
            air=q["air"][frame],
            breath=q["breath"][frame],
            roll=q["roll"][frame],
            sq=q["sq"][frame],
            hem=q["hem"][frame],
            brow=q["brow"][frame],
            brow_a=q["brow_a"][frame],
            asym=q["asym"][frame],
            up=q["up"][frame],
            low=q["low"][frame],
            gx=q["gx"][frame],
            gy=q["gy"][frame],
            iris=q["iris"][frame],
            scrunch=q["scrunch"][frame],
            blush=q["blush"][frame],
            mw=q["mw"][frame],
            mh=q["mh"][frame],
            jaw=q["jaw"][frame],
            hair=q["hair"][frame],
            sleeve=q["sleeve"][frame],
            wing=q["wing"][frame],
            ear=q["ear"][frame],
            tail=q["tail"][frame],
            near=limbs["near"][frame],
            far=limbs["far"][frame],
            hand_n=str(steps["hand_n"][frame]),
            hand_f=str(steps["hand_f"][frame]),
            prop_n=_name(steps["prop_n"][frame]),
            prop_f=_name(steps["prop_f"][frame]),
            far_front=bool(steps["far_front"][frame]),
            nleg=legs["nleg"][frame],
            fleg=legs["fleg"][frame],
            bottom=_name(steps["bottom"][frame]),
            stool="stool" in part.performer.props,
            ground=q["ground"][frame] if grounded[frame] or strides[frame] is not None else None,
            mouth=mouth.shape,
        )
        staged.append(StagedPose(pose, q["dx"][frame], facing[frame], round(mouth.opening, 2), mouth.line))
    return tuple(staged)


def _quantised(values: Sequence[float], quantum: float) -> list[float]:
    """``values`` in whole quanta, free of -0.0, so that what has not moved to the eye is equal."""
    rounded: list[float] = (np.round(np.rint(np.asarray(values) / quantum) * quantum, 4) + 0.0).tolist()
    return rounded


def _legs(baked: Channels, leg: str, strides: Sequence[Stride | None], *, creature: bool) -> list[tuple[float, float, float | None]]:
    """Angles of a leg in every frame; finer while walking, where a tenth of a degree is half a unit of sliding foot."""
    angles: list[tuple[float, float, float | None]] = []
    for hip, knee, foot, stride in zip(baked[f"{leg}0"], baked[f"{leg}1"], baked[f"{leg}2"], strides, strict=True):
        walking = stride is not None
        digits = 2 if walking else 1
        upper, lower = round(hip, digits) + 0.0, round(knee, digits) + 0.0
        # A creature's rig reads a foot that is not level as walking: it must not flicker with every planted step.
        level = abs(foot) < 0.05 and not (walking and creature)
        angles.append((upper, lower, None if level else round(foot - upper - lower, digits)))
    return angles


def _name(value: str | bool | None) -> str | None:
    return value if isinstance(value, str) else None
