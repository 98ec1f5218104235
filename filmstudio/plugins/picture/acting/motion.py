"""The motion data: gestures, actions, emotions and timing tables of ``motion.json``, checked and made ready for tracks."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from filmstudio.core.errors import EngineError
from filmstudio.plugins.picture.acting.easing import EASINGS

ARMS = ("near", "far")
LEGS = ("nleg", "fleg")
STEPPED = ("hand_n", "hand_f", "prop_n", "prop_f", "bottom", "mouth", "far_front")
SCALARS = (
    "lean", "sway", "tilt", "yaw", "pitch", "hx", "hy", "shr", "rx", "air", "roll", "sq", "hem", "ground", "flare",
    "brow", "brow_a", "asym", "up", "low", "gx", "gy", "iris", "scrunch", "blush", "mw", "mh",
)  # fmt: skip
FACE = ("brow", "brow_a", "asym", "up", "low", "iris", "scrunch", "blush", "tilt", "pitch", "yaw")
"""Channels of an emotion's face that move; its gaze and mouth are handled apart."""
CHANNELS = SCALARS + tuple(f"{limb}{joint}" for limb in ARMS + LEGS for joint in range(3))
"""Continuous channels. ``nleg2`` and ``fleg2`` hold the foot's angle to the floor, 0 = level, so that a level foot can be eased."""

REST: Mapping[str, float] = MappingProxyType(
    {
        **dict.fromkeys(CHANNELS, 0.0),
        **{
            "yaw": 0.4,
            "sq": 1.0,
            "hem": 1.0,
            "mw": 1.0,
            "mh": 1.0,
            "iris": 1.0,
            "up": 0.88,
            "low": 1.0,
            "gx": 0.35,
            "brow": -2.0,
            "brow_a": -5.0,
        },
        **{"near0": 10.0, "near1": -16.0, "near2": -6.0, "far0": -10.0, "far1": -22.0, "far2": 2.0},
        **{"nleg0": 3.0, "nleg1": 2.0, "fleg0": -7.0, "fleg1": 9.0, "ground": 925.0},
    }
)
"""Every channel of a neutral person standing at rest."""

Stepped = str | bool | None


@dataclass(frozen=True, slots=True)
class Key:
    """A channel's value at a frame of a clip, and how it arrives there."""

    frame: float
    ease: str
    value: float


@dataclass(frozen=True, slots=True)
class Clip:
    """A gesture or an action: keys by channel, in frames from its start."""

    name: str
    frames: int
    loop: bool
    keys: Mapping[str, tuple[Key, ...]]
    steps: Mapping[str, tuple[tuple[float, Stepped], ...]]
    """Jumps by stepped channel, already moved into the fastest frame before their key."""
    faces: tuple[tuple[float, str], ...] = ()
    """Emotions put on, by frame."""
    touches: tuple[tuple[float, str, str], ...] = ()
    """Frame, arm (near, far) and the landmark its hand reaches."""
    stress: float = 0.0
    hold: float = 0.0
    settle: float = 0.0
    speed: float = 0.0
    """Drawing units a frame, for walk and run."""
    breath: tuple[float, float] | None = None

    def last(self, channel: str, default: float) -> float:
        """The value a channel ends with."""
        keys = self.keys.get(channel)
        return keys[-1].value if keys else default


@dataclass(frozen=True, slots=True)
class Mood:
    """How an emotion looks and moves."""

    face: Mapping[str, float]
    gaze: tuple[float, float]
    mouth: str
    lean: float
    shr: float
    hy: float
    arms: tuple[float, float]
    breath: tuple[float, float]
    tempo: float
    gesture: float
    blink: tuple[float, float]
    dart: tuple[float, float, float]
    walk: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class MouthShape:
    """Half width and opening of a mouth part as drawn, in its own units, and how far the jaw drops."""

    half_width: float
    opening: float
    jaw: float
    corner: float = 0.0


@dataclass(frozen=True, slots=True)
class MotionData:
    """Everything an actor knows about moving."""

    gestures: Mapping[str, Clip]
    actions: Mapping[str, Clip]
    moods: Mapping[str, Mood]
    mouths: Mapping[str, MouthShape]
    lids: tuple[float, ...]
    slow_lids: tuple[float, ...]
    landmarks: Mapping[str, tuple[float, float]]
    """Landmarks of the head, in head space."""
    body_landmarks: Mapping[str, tuple[float, float]]
    clips: Mapping[str, Clip] = field(default_factory=dict)
    """Gestures and actions together."""

    def mood(self, emotion: str) -> Mood:
        """The mood of an emotion; unknown emotions are neutral."""
        return self.moods.get(emotion, self.moods["neutral"])


_ACTING_MOUTHS = {
    "m_smile": MouthShape(33, 0, 0, 1.0),
    "m_sad": MouthShape(28, 0, 0, -1.0),
    "m_angry": MouthShape(28, 0, 0, -0.7),
    "m_afraid": MouthShape(28, 22, 0.5),
    "m_disgust": MouthShape(29, 22, 0.2),
    "m_think": MouthShape(22, 0, 0, 0.3),
}
"""Half widths and openings of the acting mouths as drawn in the house pack; corners from ``speech.squash.corners``."""


def load_motion(path: Path | str) -> MotionData:
    """Read and check ``motion.json``; read once for each path.

    Raises:
        EngineError: the file is missing, is no JSON, or misses or misspells something.
    """
    return _load(str(path))


@lru_cache(maxsize=4)
def _load(path: str) -> MotionData:
    try:
        raw = json.loads(Path(path).read_text(encoding="utf-8"))
        return _motion(raw)
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise EngineError(
            f"the motion data cannot be read: {type(error).__name__}: {error}", remedy="reinstall the art pack, or mend its motion.json"
        ) from error


def _motion(raw: Mapping[str, Any]) -> MotionData:
    gestures = {name: _clip(name, entry) for name, entry in raw["gestures"].items()}
    actions = {name: _clip(name, entry) for name, entry in raw["actions"].items()}
    mouths = {
        f"m_{name}": MouthShape(float(v["half_width"]), float(v["open"]), float(v["jaw"])) for name, v in raw["speech"]["visemes"].items()
    }
    mouths["m_MBP"] = MouthShape(mouths["m_MBP"].half_width, 0.0, 0.0, 0.6)
    mouths.update(_ACTING_MOUTHS)
    landmarks = {name: (float(point[0]), float(point[1])) for name, point in raw["landmarks"].items() if isinstance(point, list)}
    body = {name: (float(point[0]), float(point[1])) for name, point in raw["landmarks"]["body"].items()}
    return MotionData(
        gestures=MappingProxyType(gestures),
        actions=MappingProxyType(actions),
        moods=MappingProxyType({name: _mood(entry) for name, entry in raw["emotions"].items()}),
        mouths=MappingProxyType(mouths),
        lids=tuple(float(lid) for lid in raw["blink"]["lid_by_frame"]),
        slow_lids=tuple(float(lid) for lid in raw["blink"]["slow"]),
        landmarks=MappingProxyType(landmarks),
        body_landmarks=MappingProxyType(body),
        clips=MappingProxyType({**gestures, **actions}),
    )


def _mood(entry: Mapping[str, Any]) -> Mood:
    face, body = entry["face"], entry["body"]
    numbers = {name: float(face[name]) for name in FACE}
    return Mood(
        face=MappingProxyType(numbers),
        gaze=(float(face["gx"]), float(face["gy"])),
        mouth=str(face["mouth"]),
        lean=float(body["lean"]),
        shr=float(body["shr"]),
        hy=float(body["hy"]),
        arms=_pair(body["arms"]),
        breath=_pair(body["breath"]),
        tempo=float(body["tempo"]),
        gesture=float(body["gesture"]),
        blink=_pair(body["blink"]),
        dart=_triple(body["dart"]),
        walk=_triple(body["walk"]),
    )


def _pair(values: Sequence[float]) -> tuple[float, float]:
    return float(values[0]), float(values[1])


def _triple(values: Sequence[float]) -> tuple[float, float, float]:
    return float(values[0]), float(values[1]), float(values[2])


def _clip(name: str, entry: Mapping[str, Any]) -> Clip:
    keys: dict[str, list[Key]] = {}
    stepped: dict[str, list[tuple[float, Stepped]]] = {}
    faces: list[tuple[float, str]] = []
    touches: list[tuple[float, str, str]] = []
    for raw in entry["keys"]:
        frame, ease = float(raw["f"]), str(raw["e"])
        if ease not in EASINGS:
            raise ValueError(f"{name}: no easing {ease!r}")
        for channel, value in raw.items():
            if channel in ("f", "e", "name"):
                continue
            if channel == "face":
                faces.append((frame, str(value)))
            elif channel in ("touch", "touch_f"):
                touches.append((frame, "far" if channel == "touch_f" else "near", str(value)))
            elif channel in STEPPED:
                stepped.setdefault(channel, []).append((frame, bool(value) if channel == "far_front" else value))
            elif channel in ARMS:
                for joint in range(3):
                    keys.setdefault(f"{channel}{joint}", []).append(Key(frame, ease, float(value[joint])))
            elif channel in LEGS:
                foot = 0.0 if value[2] is None else float(value[0]) + float(value[1]) + float(value[2])
                for joint, angle in enumerate((float(value[0]), float(value[1]), foot)):
                    keys.setdefault(f"{channel}{joint}", []).append(Key(frame, ease, angle))
            elif channel in SCALARS:
                keys.setdefault(channel, []).append(Key(frame, ease, float(value)))
            else:
                raise ValueError(f"{name}: no channel {channel!r}")
    phases = entry.get("phases", {})
    breath = entry.get("breath")
    return Clip(
        name=name,
        frames=int(entry["frames"]),
        loop=bool(entry["loop"]),
        keys=MappingProxyType({channel: _one_a_frame(many) for channel, many in keys.items()}),
        steps=MappingProxyType({channel: _in_the_fastest_frame(many) for channel, many in stepped.items()}),
        faces=tuple(faces),
        touches=tuple(touches),
        stress=float(entry.get("stress_frame", 0)),
        hold=float(phases.get("hold", 0)),
        settle=float(phases.get("settle", 0)),
        speed=float(entry.get("speed", 0)),
        breath=_pair(breath) if breath else None,
    )


def _one_a_frame(keys: list[Key]) -> tuple[Key, ...]:
    by_frame: dict[float, Key] = {key.frame: key for key in keys}
    return tuple(by_frame[frame] for frame in sorted(by_frame))


def _in_the_fastest_frame(steps: list[tuple[float, Stepped]]) -> tuple[tuple[float, Stepped], ...]:
    """A stepped channel changes min(3, 45 % of the gap) frames before its key: ``channel_kind.step_rule``."""
    moved: list[tuple[float, Stepped]] = []
    before = 0.0
    for frame, value in sorted(steps, key=lambda step: step[0]):
        moved.append((frame - min(3.0, (frame - before) * 0.45), value))
        before = frame
    return tuple(moved)
