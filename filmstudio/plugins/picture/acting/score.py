"""The score of a performance: tracks for every channel, into which clips, gestures and postures are written in order of time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from filmstudio.plugins.picture.acting.gait import STAND, STAND_GROUND
from filmstudio.plugins.picture.acting.limbs import CALF, HIP_Y, SOLE, THIGH, Body, solve, touch
from filmstudio.plugins.picture.acting.motion import ARMS, LEGS, REST, Clip, Key, MotionData, Stepped
from filmstudio.plugins.picture.acting.track import Steps, Track

ARM_CHANNELS = tuple(f"{arm}{joint}" for arm in ARMS for joint in range(3))
LEG_CHANNELS = tuple(f"{leg}{joint}" for leg in LEGS for joint in range(3))
ROOTED = (*LEG_CHANNELS, "rx", "air", "roll", "hem", "ground", "sq")
"""Channels that a seated person does not move without getting up."""
GAZE = ("gx", "gy", "yaw")
FACE_OFFSETS = ("brow", "brow_a", "asym", "up", "low", "iris", "scrunch", "blush")
"""Channels of the face that a clip moves by its difference from the neutral face, on top of the mood."""
SETTLES = {"sit": "sit", "sit_floor": "sit_floor", "kneel": "kneel", "kneel_seiza": "kneel_seiza", "sleep": "sleep", "fall": "fall"}
"""Actions that end in another posture, which then holds."""
RETURN = 10.0
"""Frames in which a clip that ends away from rest goes back."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time in which a clip uses parts of the body."""

    start: float
    end: float
    name: str
    arms: bool
    legs: bool
    gaze: bool
    still: bool = False
    """A hold that forbids blinking: a point or a stop."""


@dataclass(frozen=True, slots=True)
class _Placement:
    """Where in time a clip is written, and how."""

    clip: Clip
    start: float
    end: float
    size: float
    loops: int
    settles: bool
    linger: float
    when: Callable[[float], float]
    """Time of a frame of the clip."""


class Score:
    """Tracks of one person. Everything is written in order of time; a later move cuts into an earlier one."""

    def __init__(self, body: Body, motion: MotionData, carriage: Mapping[str, float]) -> None:
        """A person standing; ``carriage`` is how this one holds arms and back at rest, by channel."""
        self.body, self.motion = body, motion
        self._carriage = dict(carriage)
        self.rest: dict[str, float] = {**REST, **stance(0.0), **carriage, "ground": STAND_GROUND}
        self.hands: dict[str, Stepped] = {
            "hand_n": "hand_relaxed",
            "hand_f": "hand_relaxed",
            "prop_n": None,
            "prop_f": None,
            "bottom": None,
            "far_front": False,
            "mouth": None,
        }
        self.seated = False
        self.tracks: dict[str, Track] = {}
        self.steps: dict[str, Steps[Stepped]] = {}
        self.grounded: Steps[bool] = Steps(False)
        """Whether the floor is given by the ground channel instead of by the lowest part."""
        self.stretches: list[Stretch] = []

    def begin(self, clip: Clip | None = None) -> None:
        """Make the tracks; ``clip`` is the action whose last pose the person starts in."""
        if clip is not None:
            self._settle(clip)
        offsets = dict.fromkeys(FACE_OFFSETS, 0.0)
        self.tracks = {channel: Track(value) for channel, value in {**self.rest, **offsets}.items()}
        self.steps = {channel: Steps(value) for channel, value in self.hands.items()}
        self.grounded = Steps(bool(self.hands["bottom"]))

    def _settle(self, clip: Clip) -> None:
        for channel in (*ARM_CHANNELS, *LEG_CHANNELS, "rx", "hem", "ground", "roll", "lean"):
            if channel in clip.keys:
                self.rest[channel] = clip.keys[channel][-1].value
        for channel in ("bottom", "far_front", "hand_n", "hand_f"):
            if channel in clip.steps:
                self.hands[channel] = clip.steps[channel][-1][1]
        # Whoever settles down puts away what they held.
        self.hands["prop_n"] = None
        self.seated = True

    def stand(self) -> None:
        """From now on, rest is standing."""
        self.rest.update(
            {**{channel: REST[channel] for channel in (*ARM_CHANNELS, "rx", "hem", "roll", "lean")}, **stance(0.0), "ground": STAND_GROUND}
        )
        self.hands["bottom"] = None
        self.seated = False

    def busy(self, time: float, *, arms: bool = False, legs: bool = False, gaze: bool = False) -> bool:
        """Whether a clip uses any of the named parts at ``time``."""
        return any(s.start <= time < s.end and ((arms and s.arms) or (legs and s.legs) or (gaze and s.gaze)) for s in self.stretches)

    def play(
        self,
        clip: Clip,
        start: float,
        *,
        size: float = 1.0,
        tempo: float = 1.0,
        hold_until: float | None = None,
        mirror: bool = False,
        loops: int = 1,
        skip: Sequence[str] = (),
        prop: Stepped = None,
        swap_prop: bool = False,
        until: float = 0.0,
        linger: float = 0.0,
    ) -> float:
        """Write a clip from ``start`` on, and return the time of its end.

        ``size`` multiplies the distance from rest, ``tempo`` the speed; ``hold_until`` stretches the hold of a gesture;
        ``mirror`` exchanges the arms; ``loops`` repeats a cycle. A pose that the clip ends in is held ``until`` that time.
        Arms that would go back to rest stop ``linger`` of the way from it. Channels in ``skip`` are left alone.
        """
        settles = clip.name in SETTLES
        if clip.name == "stand_up":
            self.stand()
        blocked = set(skip)
        if self.seated and clip.name != "stand_up" and not settles:
            blocked.update(ROOTED)
        lead = 8.0 if start > 0 and self._starts_away(clip, blocked) else 0.0
        body_end = clip.frames - clip.settle
        extra = 0.0
        if hold_until is not None and clip.hold:
            inner = max((key.frame for keys in clip.keys.values() for key in keys if key.frame < body_end), default=0.0)
            extra = max((inner + 3.0 - body_end) / tempo, min(60.0, hold_until - (start + body_end / tempo)), -clip.hold * 0.6)
        end = max(until, start + lead + clip.frames * loops / tempo + extra)

        def when(frame: float) -> float:
            return start + lead + frame / tempo + (extra if clip.hold and frame >= body_end else 0.0)

        placement = _Placement(clip, start, end, size, loops, settles, linger, when)
        corrected = self._touches(clip)
        for channel, keys in clip.keys.items():
            target = _exchange(channel) if mirror else channel
            if target in blocked:
                continue
            self._write(target, channel, keys, corrected.get(channel, keys), placement)
        for channel, changes in clip.steps.items():
            target = _exchange(channel) if mirror else channel
            if target in blocked:
                continue
            self._step(target, channel, changes, placement, prop, swap_prop)
        if self.hands["prop_n"] and "prop_n" not in clip.steps and _lifts_near(clip, blocked, mirror=mirror):
            self._put_away(when(2.0), end, for_good=settles)
        if "ground" in clip.keys and "ground" not in blocked:
            self.grounded.cut(start)
            self.grounded.set(when(clip.keys["ground"][0].frame), True)
            if not settles:
                self.grounded.set(end, False)
        if settles:
            self._settle(clip)
        used = set(clip.keys) - blocked
        self.stretches.append(
            Stretch(
                start,
                end,
                clip.name,
                any(channel in used and _moves(clip, channel) for channel in ARM_CHANNELS),
                any(channel in used and _moves(clip, channel) for channel in ROOTED),
                any(channel in used and _moves(clip, channel) for channel in GAZE),
                still=clip.name in ("point", "point_you", "point_there", "stop"),
            )
        )
        return end

    def lower_arms(self, time: float) -> None:
        """Let arms that lingered sink to rest, unless a clip is using them."""
        if self.busy(time, arms=True):
            return
        for order, channel in enumerate(ARM_CHANNELS):
            track = self.tracks[channel]
            if track.end <= time and abs(track.at(time) - self.rest[channel]) > 0.05:
                track.to(time + (order // 3) * 3, time + 16 + (order // 3) * 3, self.rest[channel])

    def _put_away(self, start: float, end: float, *, for_good: bool) -> None:
        """The near hand is wanted: what it carries is gone until it is back."""
        hand, prop = self.steps["hand_n"], self.steps["prop_n"]
        prop.cut(start)
        prop.set(start, None)
        if hand.at(start) == "hand_hold":
            hand.cut(start)
            hand.set(start, "hand_relaxed")
        if not for_good:
            prop.set(end, self.hands["prop_n"])
            hand.set(end, self.hands["hand_n"])

    def _starts_away(self, clip: Clip, blocked: set[str]) -> bool:
        for channel in (*ARM_CHANNELS, *LEG_CHANNELS, "roll"):
            keys = clip.keys.get(channel)
            if (
                keys
                and channel not in blocked
                and keys[0].frame == 0
                and abs(keys[0].value - REST[channel]) > 4
                and abs(keys[0].value - self.rest[channel]) > 4
            ):
                return True
        return False

    def _touches(self, clip: Clip) -> dict[str, tuple[Key, ...]]:
        """The arm keys of ``clip`` solved again for this body, where a hand touches something."""
        solved: dict[str, tuple[Key, ...]] = {}
        for frame, side, name in clip.touches:
            channels = [f"{side}{joint}" for joint in range(3)]
            index = next((i for i, key in enumerate(clip.keys[channels[0]]) if key.frame == frame), None)
            if index is None:
                continue
            arm = (clip.keys[channels[0]][index].value, clip.keys[channels[1]][index].value, clip.keys[channels[2]][index].value)
            new = touch(arm, side, name, self.body, self.motion)
            near = [
                all(abs(clip.keys[channels[joint]][i].value - arm[joint]) < 25 for joint in (0, 1)) and i >= index
                for i in range(len(clip.keys[channels[0]]))
            ]
            for joint, channel in enumerate(channels):
                keys = solved.get(channel, clip.keys[channel])
                solved[channel] = tuple(
                    Key(key.frame, key.ease, key.value + new[joint] - arm[joint]) if near[i] else key for i, key in enumerate(keys)
                )
        return solved

    def _write(self, target: str, channel: str, keys: Sequence[Key], values: Sequence[Key], placed_at: _Placement) -> None:
        """Write one channel: ``keys`` as the data has them, ``values`` solved for this body."""
        clip, start, size, settles = placed_at.clip, placed_at.start, placed_at.size, placed_at.settles
        when = placed_at.when
        offset = target in FACE_OFFSETS
        rest = 0.0 if offset else self.rest[target]
        track = self.tracks[target]
        first = True
        cycle = when(clip.frames) - when(0.0)
        final = rest
        for turn in range(placed_at.loops):
            for key, placed in zip(keys, values, strict=True):
                at_rest = abs(key.value - REST[channel]) < 1e-6
                if key.frame == 0 and (turn > 0 or at_rest or (clip.name == "stand_up")):
                    continue
                if at_rest and channel in (*ARM_CHANNELS, *LEG_CHANNELS) and not (settles and key is keys[-1]):
                    value = rest + (final - rest) * (placed_at.linger if target in ARM_CHANNELS else 0.0)
                elif offset:
                    value = (placed.value - REST[channel]) * size
                elif target in ARM_CHANNELS:
                    value = rest + (placed.value - rest) * size
                    if target.endswith("1"):
                        value = max(-152.0, value) if placed.value < 0 else value
                elif channel in ("lean", "tilt", "pitch", "hx", "hy", "shr"):
                    value = (0.0 if settles else rest) + placed.value * size
                else:
                    value = placed.value
                if first:
                    if key.frame == 0 and start <= 0:
                        track.key(start - 1.0, value)
                    track.cut(start)
                    first = False
                track.key(when(key.frame) + turn * cycle, value, key.ease)
                final = value
        if first:
            return
        if not settles and abs(final - rest) > 1e-6 and target not in GAZE and not (placed_at.linger and target in ARM_CHANNELS):
            track.key(max(placed_at.end, track.end) + RETURN, rest)

    def _step(
        self, target: str, channel: str, changes: Sequence[tuple[float, Stepped]], placed: _Placement, prop: Stepped, swap_prop: bool
    ) -> None:
        """Write one stepped channel; ``prop`` stands in for the clip's own prop when ``swap_prop``."""
        start, end, when, settles = placed.start, placed.end, placed.when, placed.settles
        steps = self.steps[target]
        steps.cut(start)
        rest = self.hands[target]
        for frame, drawn in changes:
            value = drawn
            if frame <= 0 and value in (None, False, "hand_relaxed"):
                continue
            if value == "hand_relaxed" and frame > 0 and target.startswith("hand"):
                value = rest if frame >= changes[-1][0] else value
            if channel.startswith("prop") and swap_prop and value is not None:
                value = prop
            steps.set(when(frame), value)
        if not settles or target == "mouth":
            steps.set(end + (RETURN * 0.4 if target != "mouth" else 0.0), rest)


def stance(shift: float, drop: float = 0.0) -> dict[str, float]:
    """Leg angles of a person whose hips are ``shift`` units forward of, and ``drop`` below, both planted feet."""
    legs: dict[str, float] = {}
    for leg in LEGS:
        legs[f"{leg}0"], legs[f"{leg}1"] = solve(STAND[leg] - shift, STAND_GROUND - HIP_Y - SOLE - drop, THIGH, CALF, 1)
        legs[f"{leg}2"] = 0.0
    return legs


def _exchange(channel: str) -> str:
    if channel.startswith("near"):
        return "far" + channel[4:]
    if channel.startswith("far") and channel != "far_front":
        return "near" + channel[3:]
    pairs = {"hand_n": "hand_f", "hand_f": "hand_n", "prop_n": "prop_f", "prop_f": "prop_n"}
    return pairs.get(channel, channel)


def _lifts_near(clip: Clip, blocked: set[str], *, mirror: bool) -> bool:
    """Whether a clip takes the near arm well away from rest."""
    arm = "far" if mirror else "near"
    return "near0" not in blocked and any(
        abs(key.value - REST[f"{arm}{joint}"]) > 25 for joint in (0, 1) for key in clip.keys.get(f"{arm}{joint}", ())
    )


def _moves(clip: Clip, channel: str) -> bool:
    keys = clip.keys.get(channel)
    return bool(keys) and any(abs(key.value - REST[channel]) > 1e-6 for key in keys or ())
