"""Assembly: all layers of a performance added up, quantised, and set on ones or twos."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import replace

from filmstudio.plugins.picture.acting.alive import breath, darts, drift, follow, twitches
from filmstudio.plugins.picture.acting.blinks import Blink, lids, plan_blinks
from filmstudio.plugins.picture.acting.cues import Cues
from filmstudio.plugins.picture.acting.gait import Stride
from filmstudio.plugins.picture.acting.limbs import FOREARM, UPPER_ARM, end_of
from filmstudio.plugins.picture.acting.motion import ARMS, CHANNELS, MotionData
from filmstudio.plugins.picture.acting.mouths import MouthFrame, Spoken, mouth_frames
from filmstudio.plugins.picture.acting.packing import Channels, pack_poses
from filmstudio.plugins.picture.acting.part import Part
from filmstudio.plugins.picture.acting.score import ARM_CHANNELS, FACE_OFFSETS, LEG_CHANNELS, RETURN, stance
from filmstudio.plugins.picture.acting.staged import StagedPose

WRIST_LAG = 1.5
"""Frames by which a wrist trails its forearm."""
FASTEST_WRIST = 130.0
"""Drawing units a data frame; at 135 a moving hand begins to read as a jump in the pack's clips."""
TURN = 0.45
"""Change of yaw within 8 frames (about 18 degrees) that calls for a blink."""

LID_UP, LID_DOWN = 0.30, 0.16
"""How much of a look up or down the upper lid takes part in."""
STILL: dict[str, float] = {
    **dict.fromkeys((*ARM_CHANNELS, *LEG_CHANNELS), 0.9),
    **{"lean": 0.35, "sway": 0.5, "shr": 0.6, "breath": 0.14, "rx": 0.8, "air": 0.5, "roll": 0.3, "sq": 0.004, "hem": 0.01, "ground": 0.8},
    **{"tilt": 0.5, "yaw": 0.013, "pitch": 0.02, "hx": 0.6, "hy": 0.7, "hair": 1.2, "sleeve": 1.0, "wing": 1.0, "dx": 0.3},
}
"""Change in one frame below which a channel of body or head only drifts and is shot on twos."""
ROOT = ("rx", "air", "roll", "sq", "hem", "ground", "dx")
BODY = ("lean", "sway", "shr", "breath", "sleeve", "wing", "tail", *ROOT, *ARM_CHANNELS, *LEG_CHANNELS)
TRAILING = ("tail", "sway", "breath", "sleeve", "wing", "hair")
"""What hangs or breathes is held with the rest, and does not itself ask for ones."""
HEAD = ("tilt", "yaw", "pitch", "hx", "hy", "hair")


def assemble(part: Part, cues: Cues, spoken: Sequence[Spoken], stresses: Sequence[float], rng: random.Random) -> tuple[StagedPose, ...]:
    """The pose of every frame: all tracks baked and added, then springs, then frames set on ones or twos."""
    frames, rate, motion = part.timing.frames, part.rate, part.motion
    times = [frame * rate for frame in range(frames)]
    score, moods = cues.score, cues.moods
    phase = rng.uniform(0.0, 6.28)
    baked: Channels = {}
    for channel in CHANNELS:
        track = score.tracks[channel]
        late = WRIST_LAG if channel in ("near2", "far2") and track.keyed else 0.0
        baked[channel] = track.bake([time - late for time in times] if late else times)
    mood = {channel: track.bake(times) for channel, track in moods.tracks.items()}
    alive, free = _liveliness(cues, times)
    inside, above = breath(times, moods, phase / 6.28, lambda time: _deep(cues, time, motion))
    strides = _walk(cues, times, baked, free)
    _add_body(cues, times, baked, mood, alive, free, inside, above, phase, strides)
    facing = _facing(cues, times, part.performer.facing == "left")
    _add_face(part, cues, times, baked, mood, stresses, rng, facing)
    mouths = mouth_frames(frames, rate, spoken, moods, _asked_mouths(cues, times), motion.mouths)
    mouths = _shaken(cues, times, mouths)
    baked["dx"] = [cues.travel.offset(time) for time in times]
    baked["breath"] = inside
    _add_overlap(times, baked)
    beast = twitches(times, rng) if score.body.creature else [(0.0, 0.0)] * frames
    baked["ear"], baked["tail"] = [ear for ear, _ in beast], [tail for _, tail in beast]
    steps = {channel: track.bake(times) for channel, track in score.steps.items()}
    grounded = score.grounded.bake(times)
    for arm in ARMS:
        _slow_down(baked, arm, rate)
    _on_twos(baked, BODY, frames)
    _on_twos(baked, HEAD, frames)
    return pack_poses(part, cues, baked, steps, grounded, strides, mouths, facing)


def _liveliness(cues: Cues, times: Sequence[float]) -> tuple[list[float], list[float]]:
    """Scale of the drift (.3 in moves of the whole body), and how free the arms are of clips, by frame."""
    alive, free = [1.0] * len(times), [1.0] * len(times)
    whole = [(p.start - 6.0, p.end + 6.0) for p in cues.travel.passages]
    whole += [(s.start, s.end) for s in cues.score.stretches if s.legs]
    for index, time in enumerate(times):
        for start, end in whole:
            if start < time < end:
                alive[index] = 0.3
        for stretch in cues.score.stretches:
            if stretch.arms and stretch.start < time < stretch.end + RETURN:
                share = max(0.0, 1.0 - (time - stretch.start) / 6.0, (time - stretch.end) / RETURN)
                free[index] = min(free[index], share)
    if cues.score.seated:
        free = [value * 0.3 for value in free]
    return alive, free


def _deep(cues: Cues, time: float, motion: MotionData) -> tuple[float, float] | None:
    for stretch in cues.score.stretches:
        if stretch.name == "sleep" and stretch.start <= time:
            return motion.actions["sleep"].breath
    return None


def _walk(cues: Cues, times: Sequence[float], baked: Channels, free: Sequence[float]) -> list[Stride | None]:
    """Legs, floor and swing of the body while walking."""
    strides: list[Stride | None] = []
    carrying = cues.score.hands["prop_n"] is not None
    for index, time in enumerate(times):
        passage = cues.travel.passage_at(time)
        if passage is None:
            strides.append(None)
            continue
        stride = passage.walk.at(time)
        strides.append(stride)
        for channel, value in stride.legs.items():
            baked[channel][index] = value
        baked["ground"][index] = stride.ground
        baked["rx"][index] *= 1.0 - stride.going
        going = stride.going
        for channel, value in stride.body.items():
            if channel in ARM_CHANNELS:
                here = baked[channel][index]
                swing = 0.2 if carrying and channel.startswith("near") else 0.25 + 0.75 * free[index]
                baked[channel][index] = here + (value - here) * going * swing
            elif channel != "yaw":
                baked[channel][index] += value * going
        if going == 0.0 and time > passage.walk.start + passage.walk.travel:
            since = time - passage.walk.start - passage.walk.travel
            baked["hx"][index] += 4.0 * max(0.0, 1.0 - abs(since - 3.0) / 6.0)
    return strides


def _add_body(
    cues: Cues, times: Sequence[float], baked: Channels, mood: Channels, alive: Sequence[float], free: Sequence[float],
    inside: Sequence[float], above: Sequence[float], phase: float, strides: Sequence[Stride | None],
) -> None:  # fmt: skip
    gaze, accents, air = cues.gaze, cues.accents, cues.breathing
    carried = {channel: track.bake(times) for channel, track in cues.attitude.items()}
    layers = {
        "lean": (mood["lean"], gaze.lean.bake(times), air.lean.bake(times), cues.mirror.bake(times), carried["lean"]),
        "shr": (mood["shr"], air.shr.bake(times)),
        "hy": (mood["hy"], gaze.dip.bake(times), air.hy.bake(times), accents.head.bake(times), cues.nod_head.bake(times)),
        "pitch": (mood["pitch"], gaze.pitch.bake(times), accents.pitch.bake(times), cues.nod_pitch.bake(times)),
        "tilt": (mood["tilt"], carried["tilt"]),
        "yaw": (mood["yaw"], carried["yaw"]),
        "hx": (carried["hx"],),
    }
    for channel, parts in layers.items():
        base = baked[channel]
        baked[channel] = [value + sum(extra) for value, extra in zip(base, zip(*parts, strict=True), strict=True)]
    shift = cues.shift.bake(times) if cues.shift.keyed else None
    still = stance(0.0)
    for index, time in enumerate(times):
        scale = alive[index]
        baked["tilt"][index] += scale * drift("tilt", time, phase)
        baked["yaw"][index] += scale * drift("yaw", time, phase)
        baked["lean"][index] += scale * drift("lean", time, phase)
        baked["hy"][index] -= 1.6 * above[index] * scale
        for order, arm in enumerate(ARMS):
            sway = 0.8 * scale * (inside[index] - 0.5)
            baked[f"{arm}0"][index] += sway + free[index] * mood["arm0"][index]
            baked[f"{arm}1"][index] += sway * (1.0 - 0.5 * order) + free[index] * mood["arm1"][index] * (1.0 if order else 0.75)
        if shift is not None and strides[index] is None and abs(shift[index]) > 0.01:
            moved = stance(shift[index])
            for channel, angle in moved.items():
                baked[channel][index] += angle - still[channel]
            baked["rx"][index] += shift[index]
            baked["lean"][index] -= shift[index] * 0.12
            baked["tilt"][index] += shift[index] * 0.18


def _facing(cues: Cues, times: Sequence[float], facing_left: bool) -> list[bool]:
    turned = facing_left ^ cues.starts_turned
    facing: list[bool] = []
    for time in times:
        facing.append(turned ^ (sum(flip <= time for flip in cues.flips) % 2 == 1))
    return facing


def _add_face(
    part: Part, cues: Cues, times: Sequence[float], baked: Channels, mood: Channels, stresses: Sequence[float], rng: random.Random,
    facing: Sequence[bool],
) -> None:  # fmt: skip
    frames, motion, length = len(times), part.motion, part.length
    for channel in FACE_OFFSETS:
        baked[channel] = [value + offset for value, offset in zip(mood[channel], baked[channel], strict=True)]
    baked["brow"] = [value + offset for value, offset in zip(baked["brow"], cues.accents.brow.bake(times), strict=True)]
    for index, (x, y) in enumerate(darts(times, cues.moods, rng)):
        baked["gx"][index] += x
        baked["gy"][index] += y
    # The upper lid goes with the eye, or an eye that looks up from under a sad lid shows only white.
    lifted = zip(baked["up"], baked["gy"], strict=True)
    baked["up"] = [up + (LID_UP * -gy if gy < 0 else -LID_DOWN * gy) * min(1.0, up / 0.6) for up, gy in lifted]
    yaw = baked["yaw"]
    crossings = [times[index] for index in range(1, frames) if yaw[index - 1] * yaw[index] < 0]
    crossings += [times[index] for index in range(1, frames) if facing[index] != facing[index - 1]]
    wanted = [Blink(time) for time in cues.thoughts]
    wanted += [Blink(change.time + 13.0, slow=True) for change in cues.moods.changes[1:] if change.emotion == "sad" and change.time > 0]
    ahead = max(1, round(8 * frames / max(1.0, length)))
    wanted += [Blink(times[index] + 1.0) for index in range(0, frames - ahead, 4) if abs(yaw[index + ahead] - yaw[index]) > TURN]
    stills = [stretch for stretch in cues.score.stretches if stretch.still]
    blinks = plan_blinks(length, crossings, wanted, stresses, lambda time: any(s.start <= time <= s.end for s in stills), cues.moods, rng)
    factors = lids(times, blinks, motion)
    baked["up"] = [max(0.0, value) * factor for value, factor in zip(baked["up"], factors, strict=True)]
    baked["brow"] = [value + 2.0 * (1.0 - factor) for value, factor in zip(baked["brow"], factors, strict=True)]


def _asked_mouths(cues: Cues, times: Sequence[float]) -> list[str | None]:
    return [value if isinstance(value, str) else None for value in cues.score.steps["mouth"].bake(times)]


def _shaken(cues: Cues, times: Sequence[float], mouths: Sequence[MouthFrame]) -> list[MouthFrame]:
    """A laugh is in the mouth too: it opens as the head bounces down."""
    laughs = [stretch for stretch in cues.score.stretches if stretch.name == "laugh"]
    bounce = cues.score.tracks["hy"]
    shaken = list(mouths)
    for index, time in enumerate(times):
        if shaken[index].shape == "m_laugh" and not shaken[index].line and any(s.start < time < s.end for s in laughs):
            shaken[index] = replace(shaken[index], height=max(0.6, min(1.2, shaken[index].height * (0.86 + 0.035 * bounce.at(time - 1.0)))))
    return shaken


def _add_overlap(times: Sequence[float], baked: Channels) -> None:
    """Hair, sleeves, skirt and cape: they answer everything else, and come last."""
    angle = [lean + tilt for lean, tilt in zip(baked["lean"], baked["tilt"], strict=True)]
    way = [rx + abs(dx) * 0.6 for rx, dx in zip(baked["rx"], baked["dx"], strict=True)]
    hair = follow(times, [a + x * 0.05 for a, x in zip(angle, way, strict=True)], 0.13, 0.80)
    baked["hair"] = [max(-32.0, min(32.0, value - 0.7 * a)) for value, a in zip(hair, angle, strict=True)]
    sleeve = follow(times, [near + far for near, far in zip(baked["near0"], baked["far0"], strict=True)], 0.12, 0.78)
    baked["sleeve"] = [value * 0.25 for value in sleeve]
    baked["wing"] = [value * 0.2 for value in sleeve]
    skirt = follow(times, [lean * 1.5 + x * 0.06 for lean, x in zip(baked["lean"], baked["rx"], strict=True)], 0.14, 0.74)
    baked["sway"] = [value + max(-3.5, min(3.5, swing * 0.6)) for value, swing in zip(baked["sway"], skirt, strict=True)]


def _slow_down(baked: Channels, arm: str, rate: float) -> None:
    """Spread a stroke that moves the wrist too far in one frame over its neighbours: a hand that jumps pops."""
    upper, lower = baked[f"{arm}0"], baked[f"{arm}1"]
    limit = FASTEST_WRIST * rate
    for _ in range(6):
        places = [end_of(a, b, UPPER_ARM, FOREARM) for a, b in zip(upper, lower, strict=True)]
        fast = [index for index in range(1, len(places)) if math.dist(places[index - 1], places[index]) > limit]
        if not fast:
            return
        near = sorted({other for index in fast for other in range(max(1, index - 3), min(len(upper) - 1, index + 3))})
        for channel in (upper, lower, baked[f"{arm}2"]):
            spread = [0.25 * channel[index - 1] + 0.5 * channel[index] + 0.25 * channel[index + 1] for index in near]
            for index, value in zip(near, spread, strict=True):
                channel[index] = value


def _on_twos(baked: Channels, group: Sequence[str], frames: int) -> None:
    """Hold every other frame while nothing in the group moves faster than drift: most frames then differ by mouth and eyes only."""
    for frame in range(1, frames, 2):
        if all(abs(baked[channel][frame] - baked[channel][frame - 1]) < STILL[channel] for channel in group if channel not in TRAILING):
            for channel in group:
                baked[channel][frame] = baked[channel][frame - 1]
