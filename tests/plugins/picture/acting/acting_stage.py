"""A small stage for tests of acting: people, lines, and mouths made from letters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import filmstudio.plugins
from filmstudio.core.character import Character, Identity
from filmstudio.core.film import Beat, Business, Camera, CameraPose, Happening, Line, Performer, Shot
from filmstudio.core.requests import BeatTiming, Mouth, ShotTiming
from filmstudio.plugins.picture.acting import MotionData, Performance, StagedPose

ADULT = {"head": {"scale": 0.98}, "body": {"s": 0.98, "w": 0.92}}
CHILD = {"head": {"scale": 1.04}, "body": {"s": 0.69, "w": 0.98}}
ELDER = {"head": {"scale": 0.98}, "body": {"s": 0.93, "w": 0.98, "stoop": [16, 14], "feet_only": [[-52, 0], [52, -4]]}}
LOOKS = {"adult": ADULT, "child": CHILD, "elder": ELDER, "wolf": {"creature": "wolf"}}

VOWELS = {"a": "AI", "e": "E", "i": "E", "o": "O", "u": "UW"}
LIPS = {"m": "MBP", "b": "MBP", "p": "MBP", "f": "FV", "v": "FV", "l": "L"}


def motion_path() -> Path:
    return Path(filmstudio.plugins.__path__[0]) / "art" / "house" / "people" / "motion.json"


def spell(text: str, fps: int = 24) -> Mouth:
    """A mouth that spells ``text``: vowels 3 frames, consonants 2, 8 frames of rest after punctuation, a stress in each long word."""
    shapes: list[str] = []
    stresses: list[int] = []
    phrases: list[tuple[int, int]] = []
    begin = 0
    for word in text.lower().split():
        stressed = len(word) <= 3
        for letter in word:
            if letter in VOWELS:
                if not stressed:
                    stresses.append(len(shapes))
                    stressed = True
                shapes += [VOWELS[letter]] * 3
            elif letter.isalpha():
                shapes += [LIPS.get(letter, "SD")] * 2
        if word[-1] in ".,!?":
            phrases.append((begin, len(shapes)))
            shapes += ["rest"] * 8
            begin = len(shapes)
    while shapes and shapes[-1] == "rest":
        shapes.pop()
    if begin < len(shapes):
        phrases.append((begin, len(shapes)))
    return Mouth(
        fps=fps,
        shapes=tuple(shapes),
        width=(1.0,) * len(shapes),
        height=(1.0,) * len(shapes),
        stresses=tuple(stresses),
        phrases=tuple(phrases),
    )


def person(name: str) -> Character:
    return Character(id=name, name=name, identity=Identity(seed=1, pack="house", look=LOOKS[name]))


def happening(performer: str, action: str, **more: str) -> Happening:
    return Happening(id="h", business=(Business(character=performer, action=action, **more),))


def play(
    motion: MotionData,
    performer: Performer,
    beats: Sequence[Beat] = (),
    frames: int = 96,
    times: Mapping[str, tuple[int, int]] | None = None,
    others: Sequence[Performer] = (),
    mouths: Mapping[str, Mouth] | None = None,
    fps: int = 24,
    seed: int = 3,
    size: str = "medium",
    height: float = 800.0,
) -> tuple[StagedPose, ...]:
    """Perform one shot and return its poses."""
    shot = Shot(id="s", size=size, camera=Camera(start=CameraPose(x=960, y=540)), performers=(performer, *others), beats=tuple(beats))
    timing = ShotTiming(frames=frames, beats={key: BeatTiming(start=a, end=b) for key, (a, b) in (times or {}).items()})
    return Performance.of(
        performer,
        shot,
        timing,
        person(performer.character),
        {other.character: other for other in others},
        mouths or {},
        fps,
        seed,
        height,
        motion,
    ).poses()


def talk(
    motion: MotionData,
    text: str,
    *,
    emotion: str = "neutral",
    fps: int = 24,
    who: str = "adult",
    seed: int = 3,
    size: str = "medium",
    **more: object,
) -> tuple[tuple[StagedPose, ...], Mouth, int]:
    """One person says ``text`` from frame 20 on; returns poses, mouth and the first frame of speech."""
    mouth = spell(text, fps)
    start = 20
    performer = Performer(character=who, x=900, ground=1000, look_at="nobody", **more)  # type: ignore[arg-type]
    line = Line(id="l", character=who, text=text, emotion=emotion, strength=0.7)
    end = start + len(mouth.shapes)
    poses = play(motion, performer, (line,), end + 48, {"l": (start, end)}, mouths={"l": mouth}, fps=fps, seed=seed, size=size)
    return poses, mouth, start
