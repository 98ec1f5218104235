"""Pacing: lays lines and happenings end to end in whole frames, and breathes more or less to meet a target length."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import ClassVar

from filmstudio.core.engine import Desk, Needs, SingleEngine
from filmstudio.core.errors import EngineError
from filmstudio.core.estimate import line_seconds
from filmstudio.core.film import Film, Happening, Line, Shot
from filmstudio.core.rational import SAMPLE_RATE, frames_covering, frames_in, samples_in_frames
from filmstudio.core.requests import BeatTiming, FilmTiming, SceneTiming, ShotTiming, TimingRequest
from filmstudio.plugins.subtitles.rules import reading_seconds

SHORTEST_SHOT = Fraction(9, 10)
"""Seconds below which a cut reads as a mistake."""

SLOWEST, FASTEST = Fraction(4), Fraction(1, 4)
"""How far pauses and silent action may be stretched or squeezed to meet a target length."""


class Pacing(SingleEngine[TimingRequest, FilmTiming]):
    """Frames for every shot and beat; speech keeps its length, everything else gives way."""

    name: ClassVar[str] = "pacing"
    version: ClassVar[str] = "2"
    role: ClassVar[str] = "timing"
    summary: ClassVar[str] = "Lays out lines and action in whole frames; meets --duration by breathing."
    needs: ClassVar[Needs] = Needs(memory_mb=128)

    def make(self, request: TimingRequest, desk: Desk) -> FilmTiming:
        """Time the film.

        Raises:
            EngineError: a line has no speech.
        """
        missing = [line.id for line in request.film.lines() if line.id not in request.speech_samples]
        if missing:
            raise EngineError(f"{len(missing)} lines have no speech, the first is {missing[0]}.")
        stretch = Fraction(1)
        notes: tuple[str, ...] = ()
        if request.film.target is not None:
            stretch, notes = _stretch_for(request, request.film.target)
        timing = _lay_out(request, stretch)
        return timing.model_copy(update={"degraded": notes, "measured": {"stretch": round(float(stretch), 4)}})


def time_film(film: Film, fps: int, speech_samples: dict[str, int]) -> FilmTiming:
    """Timing of ``film`` at its natural pace."""
    return _lay_out(TimingRequest(film=film, fps=fps, speech_samples=speech_samples), Fraction(1))


def _lay_out(request: TimingRequest, stretch: Fraction) -> FilmTiming:
    fps = request.fps
    shots: dict[str, ShotTiming] = {}
    scenes: dict[str, SceneTiming] = {}
    scene_starts: dict[str, int] = {}
    total = 0
    for scene in request.film.scenes:
        scene_starts[scene.id] = total
        at = 0
        spans: dict[str, tuple[int, int]] = {}
        starts: dict[str, int] = {}
        lengths: dict[str, int] = {}
        hits: list[tuple[str, int]] = []
        speech: list[tuple[int, int]] = []
        for shot in scene.shots:
            timing = _lay_out_shot(shot, request.speech_samples, fps, stretch)
            shots[shot.id] = timing
            spans[shot.id] = (at, at + timing.frames)
            for beat in shot.beats:
                start = at + timing.beats[beat.id].start
                starts[beat.id] = start
                first = samples_in_frames(start, fps)
                if isinstance(beat, Line):
                    lengths[beat.id] = request.speech_samples[beat.id]
                    speech.append((first, first + lengths[beat.id]))
                else:
                    lengths[beat.id] = samples_in_frames(timing.beats[beat.id].end - timing.beats[beat.id].start, fps)
                    hits += [(sound, first + index * SAMPLE_RATE // 2) for index, sound in enumerate(beat.sounds)]
            at += timing.frames
        scenes[scene.id] = SceneTiming(
            frames=max(1, at),
            samples=samples_in_frames(max(1, at), fps),
            shot_spans=spans,
            beat_starts=starts,
            beat_samples={beat: samples_in_frames(start, fps) for beat, start in starts.items()},
            beat_lengths=lengths,
            speech=tuple(sorted(speech)),
            cuts=tuple(samples_in_frames(first, fps) for first, _ in list(spans.values())[1:]),
            hits=tuple(hits),
        )
        total += at
    return FilmTiming(fps=fps, frames=total, shots=shots, scenes=scenes, scene_starts=scene_starts)


def _lay_out_shot(shot: Shot, speech_samples: dict[str, int], fps: int, stretch: Fraction) -> ShotTiming:
    cursor = frames_in(shot.lead_in * stretch, fps)
    beats: dict[str, BeatTiming] = {}
    previous_start = cursor
    for beat in shot.beats:
        if isinstance(beat, Happening):
            end = cursor + max(1, frames_in(beat.seconds * stretch, fps))
            beats[beat.id] = BeatTiming(start=cursor, end=end)
            previous_start, cursor = cursor, end
            continue
        spoken = Fraction(speech_samples[beat.id], SAMPLE_RATE)
        length = frames_covering(spoken, fps)
        start = previous_start if beat.with_previous else cursor + frames_in(beat.pause_before * stretch, fps)
        beats[beat.id] = BeatTiming(start=start, end=start + max(1, length))
        previous_start = start
        read = math.ceil(reading_seconds(beat.text, beat.language, float(spoken)) * fps)
        cursor = max(cursor, start + max(1, length) + frames_in(beat.pause_after * stretch, fps), start + read)
    frames = max(cursor + frames_in(shot.hold * stretch, fps), frames_in(SHORTEST_SHOT, fps))
    return ShotTiming(frames=frames, beats=beats)


def _stretch_for(request: TimingRequest, target: Fraction) -> tuple[Fraction, tuple[str, ...]]:
    """The stretch that meets ``target`` seconds, found by bisection over whole-frame layouts, and what fell short."""
    wanted = frames_in(target, request.fps)
    low, high = FASTEST, SLOWEST
    if _lay_out(request, low).frames >= wanted:
        return low, _missed(request, low, target)
    if _lay_out(request, high).frames <= wanted:
        return high, _missed(request, high, target)
    for _ in range(24):
        middle = (low + high) / 2
        frames = _lay_out(request, middle).frames
        if frames == wanted:
            return middle, ()
        low, high = (middle, high) if frames < wanted else (low, middle)
    # Layouts jump by a frame or two where several pauses round together; the nearest below is close enough to call met.
    return low, _missed(request, low, target)


def _missed(request: TimingRequest, stretch: Fraction, target: Fraction) -> tuple[str, ...]:
    seconds = Fraction(_lay_out(request, stretch).frames, request.fps)
    if abs(seconds - target) <= 1:
        return ()
    spoken = sum((line_seconds(line) for line in request.film.lines()), Fraction(0))
    why = "the speech alone is longer" if seconds > target else "there is not enough to show"
    return (f"asked for {float(target):.0f} s, made {float(seconds):.1f} s: {why} ({float(spoken):.0f} s of speech).",)
